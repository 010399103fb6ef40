"""A class that says which traceparent it got, a request to it, and the spans of a request."""

import requests
from support.trace_collector import INTERNAL, SERVER

TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = f"00-{TRACE}-{CALLER}-01"
MODEL = '''
import os, sys, time

class Traced(object):
    """Says in its tags which traceparent it got; fails or crashes if the request says so."""
    got = u""

    def predict(self, X, names, traceparent=u"not given"):
        self.got = traceparent
        if X == "fail":
            raise ValueError("bad")
        if X == "crash":
            os._exit(1)
        if X == "modules":
            return " ".join(sorted(sys.modules))
        return X

    def tags(self):
        return {"traceparent": self.got}

    def send_feedback(self, X, names, reward, truth, traceparent):
        return {"traceparent": traceparent}
'''


def tree(collector, server_span, call="predict"):
    """(the server's span, the wait, the call) of one request, whose relations are checked."""
    spans = [collector.named(name) for name in (server_span, "wait", call)]
    server, wait, called = spans
    assert [span.kind for span in spans] == [SERVER, INTERNAL, INTERNAL]
    assert wait.parent_span_id == called.parent_span_id == server.span_id
    assert len({span.trace_id for span in spans}) == 1
    assert server.start_time_unix_nano <= wait.start_time_unix_nano
    assert wait.end_time_unix_nano == called.start_time_unix_nano
    assert called.start_time_unix_nano <= called.end_time_unix_nano
    return spans


def predict(server, text="x", **headers):
    return requests.post(f"{server.url}/predict", json={"strData": text, "meta": {"puid": "p1"}}, headers=headers, timeout=60)
