"""The log of a running server in each LOG_FORMAT: the server's entries, those of the class, and what the class prints."""

import fcntl
import json
import os
import re

import pytest
import requests
from support.pythons import CURRENT
from support.server import Server
from support.waiting import eventually

SOURCE = """
import logging, os, sys
log = logging.getLogger(__name__)
log.info("imported")
class Mine(object):
    def load(self):
        logging.debug("never shown")
        logging.warning("%s", u"caf\\u00e9")
    def predict(self, X, names):
        if X == "print":
            os.write(1, b"bytes \\xff without an end")
            os.write(2, b"x" * 50000 + b"\\n")
        if X == "flood":
            for _ in range(20000):
                sys.stdout.write("y" * 100 + "\\n")
        if X == "exit":
            os._exit(3)
        if X == "fail":
            raise ValueError("no such thing")
        print("printed %s" % X)
        sys.stderr.write("in two ")
        sys.stderr.write("pieces\\n")
        log.info("got %s", X)
        return X
"""
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
HEADERS = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}


@pytest.fixture(params=["2.7", "3.6", CURRENT, "inline"])
def serve(request, tmp_path, model_python_of):
    """A function that starts a server of the class above with some variables: separate on each Python, and inline."""
    (tmp_path / "Mine.py").write_text(SOURCE)
    process = {"MODEL_PROCESS": "inline"} if request.param == "inline" else {"MODEL_PYTHON": model_python_of(request.param)}
    servers: list[Server] = []

    def start(**variables):
        servers.append(Server(tmp_path, tmp_path / "output", MODEL_NAME="Mine", **process, **variables).start())
        return servers[-1].wait_until_ready()

    yield start
    for server in servers:
        server.kill()


def predict(server, text, puid="p1"):
    message = {"strData": text, "meta": {"puid": puid}}
    return requests.post(server.url + "/predict", json=message, headers=HEADERS, timeout=60)


def entries(server):
    """All of the log, each line of which is an object."""
    return [json.loads(line) for line in server.log.splitlines()]


def test_text_is_one_line_an_entry_and_names_the_request(serve):
    server = serve()
    predict(server, "a")
    assert server.stop() == 0
    lines = [line for line in server.errors.splitlines() if " Mine " in line or " root " in line]
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ", line) for line in lines)
    assert [line[24:] for line in lines] == [
        "Mine INFO: imported", "root WARNING: caf\N{LATIN SMALL LETTER E WITH ACUTE}", f"Mine INFO: got a (puid p1, trace {TRACE})"]


def test_each_line_of_json_is_an_entry(serve):
    server = serve(LOG_FORMAT="json")
    for word in ("a", "fail", "print"):
        predict(server, word)
    assert server.stop() == 0
    found = entries(server)
    assert all(len(line) < 16 * 1024 for line in server.log.splitlines())
    assert all(entry["severity"] in ("INFO", "WARNING", "ERROR") and entry["time"] == entry["@timestamp"] for entry in found)
    by_message = {entry["message"]: entry for entry in found}
    assert {"imported", "caf\N{LATIN SMALL LETTER E WITH ACUTE}", "bytes \\xff without an end", "shutting down"} <= {*by_message}
    assert "never shown" not in by_message
    assert any(re.match(r"REST on port \d+, serving Mine", message) for message in by_message)
    assert any(re.search("are left out here", message) for message in by_message)
    of_the_request = sorted((entry for entry in found if entry.get("puid") == "p1"), key=lambda entry: entry["time"])
    assert [(entry["log.logger"], entry["message"]) for entry in of_the_request] == [
        ("stdout", "printed a"), ("stderr", "in two pieces"), ("Mine", "got a"),
        ("seldon_component", "Mine.predict raised (puid p1):"),
        ("stdout", "printed print"), ("stderr", "in two pieces"), ("Mine", "got print")]
    assert all(entry["trace.id"] == TRACE for entry in of_the_request)
    assert "ValueError: no such thing" in of_the_request[3]["error.stack_trace"]


def test_logfmt_has_the_same(serve):
    server = serve(LOG_FORMAT="logfmt", LOG_LEVEL="warn")
    predict(server, "fail")
    assert server.stop() == 0
    assert all(line.startswith("ts=") for line in server.log.splitlines())
    assert re.search(rf' level=error msg="Mine.predict raised \(puid p1\):" .* puid=p1 trace_id={TRACE} ', server.log)
    assert "got" not in server.log and "shutting down" not in server.log


@pytest.mark.parametrize("mode", ["separate", "inline"])
def test_a_log_that_nobody_reads_holds_up_neither_the_class_nor_the_stop(mode, tmp_path):
    (tmp_path / "Mine.py").write_text(SOURCE)
    read_end, write_end = os.pipe()
    fcntl.fcntl(write_end, fcntl.F_SETPIPE_SZ, 4096)
    server = Server(tmp_path, tmp_path / "output", MODEL_NAME="Mine", MODEL_PROCESS=mode, LOG_FORMAT="json").start_into(write_end)
    try:
        server.wait_until_ready()
        assert server.predict({"strData": "flood"}).status_code == 200
        assert server.stop() == 0
    finally:
        server.kill()
        os.close(read_end)
        os.close(write_end)


def test_a_crash_names_the_request_that_caused_it(tmp_path):
    (tmp_path / "Mine.py").write_text(SOURCE)
    server = Server(tmp_path, tmp_path / "output", MODEL_NAME="Mine", LOG_FORMAT="json").start().wait_until_ready()
    predict(server, "exit")

    def crashes():
        return [entry for entry in entries(server) if "restarting it" in entry["message"]]

    try:
        assert [(entry["puid"], entry["trace.id"]) for entry in eventually(crashes, "the crash is in the log")] == [("p1", TRACE)]
    finally:
        server.kill()


def test_a_class_that_cannot_be_loaded_is_one_entry(tmp_path):
    (tmp_path / "Mine.py").write_text("import no_such_module\nclass Mine(object): pass\n")
    server = Server(tmp_path, tmp_path / "output", MODEL_NAME="Mine", LOG_FORMAT="json").start()
    assert server.exit_code() != 0
    assert [entry for entry in entries(server) if "no_such_module" in entry["message"] and entry["severity"] == "ERROR"]


def test_a_wrong_format_ends_the_start_with_one_line(tmp_path):
    server = Server(tmp_path, tmp_path / "output", MODEL_NAME="Mine", LOG_FORMAT="xml", LOG_LEVEL="loud").start()
    assert server.exit_code() != 0
    assert server.errors == (
        "LOG_LEVEL: expected DEBUG, INFO, WARNING, ERROR, CRITICAL or a number, found 'loud'\n"
        "LOG_FORMAT: expected text, json or logfmt, found 'xml'\n")
