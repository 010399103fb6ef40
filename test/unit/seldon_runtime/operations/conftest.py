"""A server with both APIs whose class runs in either process, for what is seen of its requests."""

import contextlib

import pytest
from support.contract_servers import Column, ContractServer

SOURCE = """
class Mine(object):
    def predict(self, X, names):
        if isinstance(X, str) and X == "fail":
            raise ValueError("no such thing")
        return X
    def send_feedback(self, X, names, reward, truth):
        pass
"""


@pytest.fixture(params=["separate", "inline"])
def serve(request, tmp_path, model_python_of):
    """A function: variables -> a ready server."""
    (tmp_path / "Mine.py").write_text(SOURCE)
    servers: list[ContractServer] = []

    def start(**variables):
        column = Column(request.param, None)
        more = {name: str(value) for name, value in variables.items()}
        servers.append(ContractServer("Mine", column, model_python_of, tmp_path / "output", tmp_path, **more))
        return servers[-1].wait_until_ready()

    yield start
    for server in servers:
        with contextlib.suppress(ProcessLookupError):
            server.kill()
