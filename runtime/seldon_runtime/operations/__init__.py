"""What operators see of a request beside its metrics: traces, log lines and events. Never changes or delays a response.

Each part exists only if its setting is on: the wiring then wraps an application, a service or a model with it.
"""
