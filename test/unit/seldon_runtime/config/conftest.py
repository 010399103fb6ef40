import pytest
from seldon_runtime.config.trace_variables import TRACE_VARIABLES
from seldon_runtime.config.variables import VARIABLES
from support.server import SURROUNDINGS


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    """None of our own is set, and this machine tells nothing of itself."""
    for name in (*SURROUNDINGS, *(variable.name for variable in (*VARIABLES, *TRACE_VARIABLES))):
        monkeypatch.delenv(name, raising=False)
