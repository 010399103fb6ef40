"""KServe's protocol V1: what its messages mean, free of any transport. Never decides how they travel.

JSON, perhaps in a CloudEvent -> messages, cloud_events -> Payload, and back.
"""
