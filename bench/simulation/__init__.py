"""`make simulate`: the queue of one replica under bursts, for each of some settings. docs/kubernetes.md explains it.

A discrete-event simulation by the rules of `seldon_runtime/model`. Its time is virtual, in seconds from 0 on. It never
imports the server. `check.py` runs the real one under the same requests.
"""
