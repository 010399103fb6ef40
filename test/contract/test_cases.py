"""Every row of the table, through every transport, on every interpreter, in both process modes; and some in batches."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from support import cases
from support.contract_servers import COLUMNS, SERVICE_TYPES, Column
from support.pythons import OTHER_VERSIONS, SERVER_ENDS
from support.transports.table import EVERY_TRANSPORT


def says_something(row, transport):
    return not isinstance(row.get(transport.key), str) and transport.can_say(row["method"], row["message"])


ROWS = cases.load()


def table(columns, models):
    return [pytest.param(column, model, transport, row, id=f"{transport.name}-{column}-{model}-{row['name']}")
            for column in columns for model in models for transport in EVERY_TRANSPORT
            for row in ROWS if row["model"] == model and says_something(row, transport)]


# on the versions between, those rows in which the class returns each kind of value
OTHERS = table([*(Column("separate", version) for version in OTHER_VERSIONS),
                *(Column(mode, version, version) for version in SERVER_ENDS for mode in ("separate", "inline"))], ["Returns"])


@pytest.mark.parametrize(("column", "model", "transport", "row"), [*table(COLUMNS, SERVICE_TYPES), *OTHERS])
def test_a_row_of_the_contract(column, model, transport, row, serve):
    server = serve(model, column)
    row = {**row, **row.get(transport.key, {})}
    wire = server.wire(transport)
    found = wire.ask(row["method"], row["message"])
    status, message = cases.expected(row, column.version)
    assert wire.same(found.message, message), (found, message)
    assert found.status == status
    assert server.process.poll() is None


BATCHES = {"MODEL_WORKERS": "2", "BATCH_MAX_SIZE": "8", "BATCH_MAX_DELAY_MS": "2"}
AT_A_TIME = 4
IN_BATCHES = [pytest.param(model, transport, row, id=f"{transport.name}-{model}-{row['name']}")
              for model, service_type in SERVICE_TYPES.items() for transport in EVERY_TRANSPORT for row in ROWS
              if row["model"] == model and service_type == "MODEL" and says_something(row, transport)
              and row["method"] == "predict" and isinstance(row["message"], dict) and "data" in row["message"]]


@pytest.mark.parametrize(("model", "transport", "row"), IN_BATCHES)
def test_a_row_of_the_contract_asked_many_times_at_once_where_requests_are_batched(model, transport, row, serve):
    separate = COLUMNS[2]
    server = serve(model, separate, **BATCHES)
    row = {**row, **row.get(transport.key, {})}
    wire = server.wire(transport)
    with ThreadPoolExecutor(AT_A_TIME) as threads:
        answers = list(threads.map(lambda _: wire.ask(row["method"], row["message"]), range(AT_A_TIME)))
    status, message = cases.expected(row, separate.version)
    for found in answers:
        assert wire.same(found.message, message), (found, message)
        assert found.status == status


def test_names_of_rows_are_unique():
    names = [(row["model"], row["name"]) for row in ROWS]
    assert sorted(names) == sorted(set(names))


def test_every_row_has_an_expectation():
    for row in ROWS:
        assert len({"answer", "error", "body"} & row.keys()) == 1, row["name"]
        assert not row.keys() - {"name", "model", "method", "message", "answer", "error", "body", "status",
                                 *(transport.key for transport in EVERY_TRANSPORT)}
