"""An inference graph as its file says it: the units, a SeldonDeployment around them, and the rules of both.

It never serves a graph or prints an object: it only reads and checks.
"""
