"""Walks an inference graph: each request goes from unit to unit, as Seldon's orchestrators send it.

A unit is a Model, and so is the whole graph. It never knows a client's wire, and a request on its way holds no thread.
"""
