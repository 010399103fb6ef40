"""Dicts for the method `metrics`."""

COUNTER, GAUGE, TIMER = "COUNTER", "GAUGE", "TIMER"


def create_counter(key, value):
    return {"key": key, "type": COUNTER, "value": value}


def create_gauge(key, value):
    return {"key": key, "type": GAUGE, "value": value}


def create_timer(key, value):
    """value: milliseconds."""
    return {"key": key, "type": TIMER, "value": value}
