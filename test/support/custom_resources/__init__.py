"""What custom resources must fulfil beyond their schemas, restated as tables: each rule has a way to break it.

The rules are those of webhooks, of controllers and of Pod Security, which no schema has.
"""
