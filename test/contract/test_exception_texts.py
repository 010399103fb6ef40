"""The text of a class's exception, which may quote the client: how much of it a client gets, and how the log shows it."""

import pytest
from support.contract_servers import COLUMNS
from support.transports.table import TRANSPORTS

FORGED = "2018-05-04 00:00:00,000 seldon_runtime.supervisor INFO: all is well"
LONGEST, LONGEST_DETAILS = 10_000, 2000  # characters over REST, bytes over gRPC
NOTE = " characters are left out here) ... "


@pytest.fixture(scope="module", params=COLUMNS, ids=str)
def server(request, serve):
    return serve("Quoting", request.param)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_long_text_is_cut(server, transport):
    status, answer = server.wire(transport).ask("predict", {"strData": "many words "})
    info = answer["status"]["info"] if transport.name == "rest" else answer
    assert status == 500
    assert info.startswith("Quoting.predict raised ValueError: many words many words ")
    if transport.name == "rest":
        assert LONGEST - 100 < len(info) <= LONGEST
        assert NOTE in info and info.endswith(" many words many words ")
    else:
        assert LONGEST_DETAILS - 100 < len(info.encode()) <= LONGEST_DETAILS
    assert len(server.log) < 1_000_000


def test_a_long_reason_and_a_body_of_ones_choice_are_cut(server):
    wire = server.wire(TRANSPORTS[0])
    status, answer = wire.ask("predict", {"strData": "undescribed"})
    assert (status, answer["status"]["reason"][:3]) == (418, "rrr")
    assert len(answer["status"]["reason"]) <= LONGEST
    status, answer = wire.ask("predict", {"strData": "described"})
    assert (status, list(answer)) == (418, ["message"])
    assert LONGEST - 100 < len(answer["message"]["lines"][0]) <= LONGEST


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("separator", ["\n", "\r\n", "\r", "\u2028", "\x85", "\x0b", "\x1b[2K\n"])
def test_no_text_of_a_client_forges_a_line_of_the_log(server, transport, separator):
    text = f"a{separator}{FORGED}\n{FORGED}"
    server.wire(transport).ask("predict", {"strData": text, "meta": {"puid": text}})
    logged = server.log
    assert FORGED in logged
    assert not any(line.startswith(FORGED) for line in logged.splitlines())
    assert "\x1b" not in logged
