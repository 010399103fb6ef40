"""The examples of docs/operations.md for the log and the request log, pasted by an operator."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from support.contract_servers import COLUMNS
from support.event_sink import EventSink
from support.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
LOGS, REQUEST_LOG = (PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0] for title in ("Logs", "Request log"))
MODEL, COMMANDS, ENTRY, ACCESS = re.findall(r"```\w*\n(.*?)```", LOGS, re.DOTALL)
START, EVENT = re.findall(r"```\w*\n(.*?)```", REQUEST_LOG, re.DOTALL)
CURL = next(line for line in COMMANDS.splitlines() if line.startswith("curl"))


def variables_of(command):
    """Those that `docker run` is given."""
    return dict(re.findall(r"-e (\w+)=(\S+)", command))


@pytest.fixture(params=[COLUMNS[0], COLUMNS[-1]], ids=str)
def start(request, serve, tmp_path_factory):
    def start_one(**variables):
        folder = tmp_path_factory.getbasetemp() / "logging-model"
        folder.mkdir(exist_ok=True)
        (folder / "MyModel.py").write_text(MODEL, encoding="utf-8")
        return serve("MyModel", request.param, folder=folder, PREDICTIVE_UNIT_ID="0", **variables)

    return start_one


def send_the_example(server):
    line = CURL.replace("127.0.0.1:5000", f"127.0.0.1:{server.http_port}")
    subprocess.run(["bash", "-c", line], capture_output=True, check=True)


def test_the_class_logs_what_the_page_shows(start):
    server = start(**variables_of(COMMANDS))
    send_the_example(server)
    documented = json.loads(ENTRY.replace("\n", ""))
    times = {"@timestamp", "time"}

    def entries():
        found = [json.loads(line) for line in server.errors.splitlines()]
        return [entry for entry in found if entry["log.logger"] == "MyModel"]

    (entry,) = eventually(entries, "the class has logged")
    assert [*entry] == [*documented]
    assert {name: text for name, text in entry.items() if name not in times} == {
        name: text for name, text in documented.items() if name not in times}


def test_the_access_log_is_that_of_the_page(start):
    server = start(ACCESS_LOG="1")
    send_the_example(server)
    shape = re.sub(r"\d+\\\.\d+(?= s|\\ s)", r"\\d+\\.\\d+", re.escape(ACCESS.strip()[24:]))
    eventually(lambda: re.search(shape, server.errors), lambda: f"{shape} is in {server.errors}")


def test_an_event_has_the_documented_form(start):
    with EventSink() as sink:
        server = start(**{**variables_of(START), "REQUEST_LOGGER_URL": sink.url})
        send_the_example(server)
        eventually(lambda: len(sink.events) == 2, "the events were sent")
    head, _, body = EVENT.partition("\n\n")
    documented = {name.lower(): text for name, text in (line.split(": ", 1) for line in head.splitlines()[1:])}
    sent = sink.of("request")
    differ = {"ce-id", "ce-time", "ce-source"}
    assert {*documented} == {*sent.headers} - {"host", "content-length"}
    assert {name: sent.headers[name] for name in {*documented} - differ} == {
        name: documented[name] for name in {*documented} - differ}
    assert sent.body.decode() == body.strip()
