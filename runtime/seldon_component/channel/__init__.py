"""What the server's process and the component's process send each other: frames, failures and progress.

It never looks into a request: a frame carries whatever the two ends agreed on.
"""
