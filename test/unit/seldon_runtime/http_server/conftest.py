import pytest
from support.raw_http import Running


@pytest.fixture
def running():
    made = Running()
    yield made
    if made.server._thread.is_alive():
        made.server.stop(0)
