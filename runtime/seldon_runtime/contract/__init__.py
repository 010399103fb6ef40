"""contract.json: draws requests from it and checks responses against it.

It imports messages and payloads alone. It never sends a request itself.
"""
