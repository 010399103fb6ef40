"""The server: it speaks REST and gRPC, keeps state and metrics, and assembles model images.

It never imports the user's class into its own process unless MODEL_PROCESS=inline says so.
"""
