"""What a cluster does with an object, with Docker: its controllers make pods, and a kubelet starts, probes and ends them.

A field that is not known here is refused, so that no test passes because a field was overlooked.
"""
