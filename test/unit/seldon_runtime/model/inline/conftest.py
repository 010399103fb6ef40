import contextlib

import pytest
from support.server import RUNTIME, Server
from support.surroundings import BEGIN, CLASS


@pytest.fixture
def serve(tmp_path):
    """A function: code for the places of CLASS -> a Server of it, whose class is being loaded."""
    servers: list[Server] = []
    folder = tmp_path / "model"
    folder.mkdir()

    def start(imports="", constructor="pass", load="pass", run="pass", mode="inline", python=RUNTIME, arguments=(), **variables):
        places = {"{constructor}": constructor, "{load}": load, "{run}": run}
        source = BEGIN.replace("{folder!r}", repr(str(folder))) + imports + CLASS
        for place, code in places.items():
            source = source.replace(place, code)
        (folder / "Mine.py").write_text(source)
        command = (*python, "Mine", *arguments)
        servers.append(Server(folder, tmp_path / "output", command, MODEL_PROCESS=mode, **variables).start())
        return servers[-1]

    yield start
    for server in servers:
        with contextlib.suppress(ProcessLookupError):
            server.kill()
