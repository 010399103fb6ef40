"""seldon_runtime.model.inline.modules: a class gets its own modules, and a file named like one of the server ends the start."""

import gzip
import json
import signal
import subprocess
import sys
from typing import Any

import pytest
import requests
from support.pythons import CURRENT
from support.server import RUNTIME
from support.surroundings import MODES, STARTS, has_written, is_healthy, said
from support.waiting import eventually

CLASHING = ["random.py", "types.py", "logging.py", "json.py", "orjson.py", "numpy.py", "seldon_runtime.py", "httptools"]


@pytest.mark.parametrize("listen", ["loaded", "at-once"])
@pytest.mark.parametrize("python", STARTS.values(), ids=STARTS)
def test_files_named_like_modules_of_the_server_end_the_start(python, listen, serve, tmp_path):
    own = {"types.py", "seldon_runtime.py"} if python == RUNTIME else set()  # Python itself imports them before our code
    clashing = [name for name in CLASHING if name not in own]
    for name in clashing:
        place = tmp_path / "model" / name
        if not name.endswith(".py"):
            place.mkdir()
            place /= "__init__.py"
        place.write_text("raise ValueError('imported by the server')\n")
    server = serve(python=python, LISTEN=listen)
    assert server.exit_code() == 10
    assert server.errors == (
        "MODEL_PROCESS: expected no file that is named like a module of the server, which inline shares, found "
        f"{', '.join(sorted(clashing))}; rename it, or set MODEL_PROCESS=separate\n")


def test_the_same_holds_in_the_users_own_python(serve, model_python_of, tmp_path):
    python, image = model_python_of(CURRENT), STARTS["as in an image"]
    lines = "note('arguments', repr(sys.argv)); note('python', sys.executable)\n"
    server = serve(lines, load="signal.signal(signal.SIGUSR1, lambda *_: note('usr1'))", MODEL_PYTHON=python).wait_until_ready()
    assert (tmp_path / "model" / "python").read_text() == python
    server.process.send_signal(signal.SIGUSR1)
    eventually((tmp_path / "model" / "usr1").exists, "the handler was called")
    assert has_written(tmp_path / "model" / "arguments", "['-c']")
    is_healthy(server)
    for name in CLASHING[:5]:
        (tmp_path / "model" / name).touch()
    server = serve(lines, python=image, MODEL_PYTHON=python)
    assert server.exit_code() == 10
    assert f"found {', '.join(sorted(CLASHING[:5]))}; rename it" in server.errors


HELPERS = ["utils", "requests", "yaml", "os", "stat", "codecs", "turtle", "wave", "config", "helpers"]


@MODES
def test_other_helper_files_are_those_of_plain_python(mode, serve, tmp_path):
    """Plain Python has imported `os` and `stat` before it looks at the folder, so the class gets Python's own."""
    for name in HELPERS:
        (tmp_path / "model" / f"{name}.py").write_text("MINE = True\n")
    finding = f"import {', '.join(HELPERS)}\nfound = [name for name in {HELPERS} if hasattr(sys.modules[name], 'MINE')]\n"
    (tmp_path / "model" / "plain.py").write_text(f"import sys\n{finding}print(found)\n")
    plain = subprocess.run([sys.executable, "-B", "plain.py"], cwd=tmp_path / "model", capture_output=True, text=True, check=True)
    server = serve(finding + "note('found', str(found) + '\\n')\n", mode=mode).wait_until_ready()
    assert has_written(tmp_path / "model" / "found", plain.stdout)
    is_healthy(server)


def test_the_server_imports_nothing_once_the_class_is_loaded(serve):
    """It would find files of the model's folder."""
    names = "{name.split('.')[0] for name in sys.modules}"
    server = serve(load=f"global before; before = {names}", run=f"X = 'new: ' + ' '.join({names} - before)").wait_until_ready()
    for path in ("/", "/metrics", "/metadata", "/health/status", "/seldon.json", "/live", "/none"):
        server.get(path)
    rows = {"data": {"ndarray": [[1.5]] * 20_000}}
    bodies: list[dict[str, Any]] = [
        {"json": {"data": {"ndarray": [["text"]]}}}, {"json": rows}, {"data": gzip.compress(json.dumps(rows).encode())},
        {"data": {"json": '{"strData": "a"}'}}, {"files": {"strData": ("name", b"\xe9", "text/plain; charset=latin-1")}},
        {"data": b"{wrong"}]
    for body in bodies:
        requests.post(f"{server.url}/predict", timeout=60, **body)
    assert said(server, "run") == "new: "
    is_healthy(server)
