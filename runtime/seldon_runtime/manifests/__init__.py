"""The objects that run an image elsewhere, as plain dicts, and their text: for Kubernetes, and for docker compose.

It must never start the server, send an object to a cluster, print a secret, or read anything but `Facts` and `Options`
to make an object: so the same image and the same options always give the same text.
"""
