"""Reproducible comparisons with other servers of Python models: `make bench`, docs/performance.md."""
