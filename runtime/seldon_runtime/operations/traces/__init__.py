"""Traces: a span for each request, and one each for its wait and its call of the class, sent over OTLP.

Nothing here knows a transport or a model. Nothing here may raise into a request, or wait for the collector.
"""
