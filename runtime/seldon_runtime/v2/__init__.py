"""The Open Inference Protocol (V2): what its messages mean, free of any transport. Never decides how they travel.

wire -> json_messages, binary_tensors or proto_messages -> InferRequest -> mapping -> Payload, and back.
"""
