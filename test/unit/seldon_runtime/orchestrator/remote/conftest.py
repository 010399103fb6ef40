import pytest
from seldon_runtime.orchestrator.remote.http_connections import HttpConnections
from support.hand_made_server import HandMadeServer


@pytest.fixture
def server():
    with HandMadeServer() as made:
        yield made


@pytest.fixture
def connections():
    made = HttpConnections()
    yield made
    made.close()
