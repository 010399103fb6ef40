"""contract.json: draws requests from it and checks responses against it.

It never sends a request itself.
"""
