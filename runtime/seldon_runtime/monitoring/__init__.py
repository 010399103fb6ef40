"""What is counted and measured: series of numbers, and who adds to them. `metrics` shows them to Prometheus.

It never decides what a request gets, and it costs a request less than a microsecond.
"""
