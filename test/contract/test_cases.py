"""Every row of the table, through every transport, on every interpreter, in both process modes."""

import cases
import pytest
from servers import COLUMNS, SERVICE_TYPES
from transports import TRANSPORTS


def says_something(row, transport):
    return not isinstance(row.get(transport.name), str) and transport.can_say(row["method"], row["message"])


ROWS = cases.load()
TABLE = [pytest.param(column, model, transport, row, id=f"{transport.name}-{column}-{model}-{row['name']}")
         for column in COLUMNS for model in SERVICE_TYPES for transport in TRANSPORTS
         for row in ROWS if row["model"] == model and says_something(row, transport)]


@pytest.mark.parametrize(("column", "model", "transport", "row"), TABLE)
def test_a_row_of_the_contract(column, model, transport, row, serve):
    server = serve(model, column)
    row = {**row, **row.get(transport.name, {})}
    wire = server.wire(transport)
    found = wire.ask(row["method"], row["message"])
    status, message = cases.expected(row, column.version)
    assert wire.same(found.message, message), (found, message)
    assert found.status == status
    assert server.process.poll() is None


def test_names_of_rows_are_unique():
    names = [(row["model"], row["name"]) for row in ROWS]
    assert sorted(names) == sorted(set(names))


def test_every_row_has_an_expectation():
    for row in ROWS:
        assert len({"answer", "error", "body"} & row.keys()) == 1, row["name"]
        assert not row.keys() - {"name", "model", "method", "message", "answer", "error", "body", "status",
                                 *(transport.name for transport in TRANSPORTS)}
