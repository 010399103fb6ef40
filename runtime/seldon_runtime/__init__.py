"""The server. It speaks REST and gRPC, keeps state and metrics, and assembles the images of models.

It never imports the user's class into its own process, unless MODEL_PROCESS=inline asks for that.
"""
