"""A class in the server's own process: what it does to its surroundings ends neither the server nor its stop.

`model/test_surroundings.py` has the same for a process of its own.
"""

import contextlib
import gzip
import json
import signal
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from support.pythons import CURRENT
from support.server import RUNTIME, Server
from support.waiting import eventually

BEGIN = """import os, signal, sys, threading
def note(name, text="x"):
    with open({folder!r} + "/" + name, "a") as file:
        file.write(text)
"""
CLASS = """
class Mine(object):
    def __init__(self):
        {constructor}
    def load(self):
        {load}
    def predict(self, X, names):
        if not isinstance(X, str):
            return "an array"
        if X == "fail":
            raise ValueError("bad")
        if X == "thread":
            return str(threading.current_thread() is threading.main_thread())
        if X == "pid":
            return str(os.getpid())
        if X == "run":
            {run}
        if X == "hold":
            note("held")
            threading.Event().wait()
        return X
"""
STARTS = {"as in an image": (sys.executable, "-I", "-m", "seldon_runtime"),
          "as a command": (Path(sys.executable).parent / "seldon-core-microservice",), "as a module": RUNTIME}
MODES = pytest.mark.parametrize("mode", ["inline", "separate"])


@pytest.fixture
def serve(tmp_path):
    """A function: code for the places of the class above -> a Server of it, whose class is being loaded."""
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


def said(server, word):
    """What the class responds to a text."""
    return server.predict({"strData": word}).json()["strData"]


def predict_for_nobody(server, word):
    with contextlib.suppress(requests.ConnectionError):
        said(server, word)


def has_written(path, text):
    return path.exists() and path.read_text() == text


def is_healthy(server):
    """Predictions, errors and the server's own paths work as usual, and a stop ends with 0. The log shows it."""
    assert said(server, "word") == "word"
    assert server.predict({"strData": "fail"}).status_code == 500
    assert [server.status(path) for path in ("/ready", "/metrics", "/metadata", "/seldon.json")] == [200] * 4
    assert server.stop() == 0
    assert "\n  ValueError: bad\n" in server.errors
    assert "supervisor INFO: shutting down" in server.errors
    assert "has failed" not in server.errors


def test_the_class_is_called_in_the_main_thread(serve):
    assert said(serve().wait_until_ready(), "thread") == "True"


PLACES = ["imports", "constructor", "load"]
HANDLERS = {"returns": "note(str(number))", "raises": "note(str(number)); raise ValueError('of the handler')",
            "exits": "note(str(number)); sys.exit(3)"}
OTHERS = [signal.SIGALRM, signal.SIGCHLD, signal.SIGUSR1]


@pytest.mark.parametrize("handler", HANDLERS)
@pytest.mark.parametrize("place", PLACES)
def test_a_class_handles_signals(place, handler, serve, tmp_path):
    setting = "; ".join(f"signal.signal(signal.{number.name}, handle)" for number in OTHERS) + "\n"
    define = f"def handle(number, frame):\n    {HANDLERS[handler]}\n"
    code = {place: setting} if place != "imports" else {}
    code["imports"] = define + (setting if place == "imports" else "")
    server = serve(**code).wait_until_ready()
    for number in OTHERS:
        server.process.send_signal(number)
        eventually(partial(has_written, tmp_path / "model" / str(int(number)), "x"), "the handler was called")
    is_healthy(server)
    assert ("a signal handler raised between two requests:" in server.errors) == (handler != "returns")


def test_an_alarm_interrupts_a_call(serve):
    define = "def late(*_): raise TimeoutError('too slow')\nsignal.signal(signal.SIGALRM, late)\n"
    server = serve(define, run="signal.setitimer(signal.ITIMER_REAL, 0.05); threading.Event().wait()").wait_until_ready()
    response = server.predict({"strData": "run"})
    assert (response.status_code, response.json()["status"]["info"]) == (500, "Mine.predict raised TimeoutError: too slow")
    is_healthy(server)


def test_a_handler_that_raises_at_any_time_costs_no_more_than_a_request(serve):
    """It never interrupts the server's own code in the same thread, so each request has a response."""
    define = "def late(*_): raise TimeoutError('late')\nsignal.signal(signal.SIGALRM, late)\n"
    load, run = "signal.setitimer(signal.ITIMER_REAL, 0.1, 0.003)", "signal.setitimer(signal.ITIMER_REAL, 0)"
    server = serve(define, load=load, run=run).wait_until_ready()
    assert {server.predict({"strData": "word"}).status_code for _ in range(300)} <= {200, 500}
    eventually(lambda: server.predict({"strData": "run"}).status_code == 200, "the timer was stopped")
    is_healthy(server)


def test_the_handlers_of_the_class_look_as_it_has_set_them(serve):
    lines = ("def first(*_): pass\ndef second(*_): pass\nsignal.signal(signal.SIGUSR1, first)\n"
             "assert signal.signal(signal.SIGUSR1, second) is first and signal.getsignal(signal.SIGUSR1) is second\n"
             "assert signal.signal(signal.SIGUSR1, signal.SIG_IGN) is second\n")
    is_healthy(serve(lines).wait_until_ready())


def test_a_child_of_the_class_has_its_handlers_and_those_of_python(serve):
    lines = "def handle(*_): os._exit(7)\nsignal.signal(signal.SIGUSR1, handle)\n"
    child = ("os.kill(os.getpid(), signal.SIGUSR1) if number == 10 else signal.signal(signal.SIGTERM, lambda *_: os._exit(8)); "
             "os.kill(os.getpid(), signal.SIGTERM)")
    run = ("codes = []\n            for number in (10, 15):\n                pid = os.fork()\n                if not pid:\n"
           f"                    {child}\n                codes.append(os.waitpid(pid, 0)[1] >> 8)\n            X = str(codes)")
    server = serve(lines, run=run).wait_until_ready()
    assert said(server, "run") == "[7, 8]"
    is_healthy(server)


@MODES
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("handler", ["print", "signal.SIG_DFL", "signal.SIG_IGN"])
def test_the_signals_of_the_server_stay_its_own(handler, number, mode, serve):
    lines = "".join(f"signal.signal(signal.{name}, {handler})\n" for name in ("SIGTERM", "SIGINT", "SIGPIPE"))
    server = serve(lines + lines, mode=mode).wait_until_ready()
    assert said(server, "word") == "word"
    server.process.send_signal(number)
    assert server.exit_code() == 0
    warning = "the class has set a handler of SIGTERM, which is left out: the server handles this signal"
    assert server.errors.count(warning) == (mode == "inline")


@pytest.mark.parametrize("line", [
    "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})", "signal.set_wakeup_fd(-1)",
])
def test_a_class_that_hears_of_no_signal_can_be_stopped(line, serve):
    is_healthy(serve(load=line).wait_until_ready())


@MODES
@pytest.mark.parametrize("line", [
    "threading.Thread(target=threading.Event().wait).start()", "atexit.register(threading.Event().wait)",
    "atexit.register(sys.exit, 3)", "atexit.register(signal.pause)",
])
def test_nothing_that_a_class_leaves_behind_holds_up_the_stop(line, mode, serve):
    server = serve(f"import atexit\n{line}\n", mode=mode, GRACE_PERIOD_SECONDS=1).wait_until_ready()
    assert said(server, "word") == "word"
    assert server.stop() == 0


@MODES
def test_a_call_that_never_ends_does_not_hold_up_the_stop(mode, serve, tmp_path):
    server = serve(mode=mode, GRACE_PERIOD_SECONDS=0.5).wait_until_ready()
    threading.Thread(target=predict_for_nobody, args=(server, "hold"), daemon=True).start()
    eventually((tmp_path / "model" / "held").exists, "the call had begun")
    assert server.stop() == 0


@MODES
def test_exit_handlers_of_the_class_are_called(mode, serve, tmp_path):
    server = serve("import atexit\natexit.register(note, 'ended')\n", mode=mode).wait_until_ready()
    assert server.stop() == 0
    assert has_written(tmp_path / "model" / "ended", "x")


@MODES
@pytest.mark.parametrize("python", STARTS.values(), ids=STARTS)
def test_a_class_may_parse_arguments_of_its_own(python, mode, serve, tmp_path):
    lines = "import argparse\nargparse.ArgumentParser().parse_args()\nnote('arguments', repr(sys.argv))\n"
    server = serve(lines, mode=mode, python=python, arguments=("REST", "--log-level", "INFO")).wait_until_ready()
    assert said(server, "word") == "word"
    assert has_written(tmp_path / "model" / "arguments", "['-c']")


def test_a_signal_for_a_child_of_the_class_does_not_end_the_server(serve):
    pool = "import multiprocessing; pool = multiprocessing.get_context('fork').Pool(2); pool.map(abs, [1, 2]); pool.terminate()"
    server = serve(run=pool).wait_until_ready()
    assert said(server, "run") == "run"
    is_healthy(server)


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes_that_the_class_starts_work(method, serve):
    lines = f"import multiprocessing\nmultiprocessing.set_start_method({method!r})\n"
    server = serve(lines, run="pool = multiprocessing.Pool(2); X = str(pool.map(abs, [-1, 2])); pool.terminate()").wait_until_ready()
    assert said(server, "run") == "[1, 2]"
    is_healthy(server)


STREAMS = ["sys.stderr.close()", "sys.stderr = None", "sys.stderr = object()", "os.close(2)", "os.close(1)",
           "sys.stdout = sys.stderr = sys.__stderr__ = None", "sys.stdout.close()"]


@pytest.mark.parametrize("line", STREAMS)
@pytest.mark.parametrize("place", ["imports", "load"])
def test_the_server_and_its_log_need_none_of_the_streams(place, line, serve):
    is_healthy(serve(**{place: line + "\n"}).wait_until_ready())


@pytest.mark.parametrize("line", STREAMS)
def test_a_load_that_fails_without_its_streams_is_explained(line, serve):
    server = serve(load=f"{line}; raise ValueError('no such weights')")
    assert server.exit_code() == 16
    assert "ValueError: no such weights" in server.errors


@pytest.mark.parametrize("lines", [
    "logging.basicConfig(level='ERROR', force=True)", "logging.root.handlers.clear()", "logging.shutdown()",
    "logging.root.setLevel('CRITICAL')", "logging.captureWarnings(True)",
    "import logging.config; logging.config.dictConfig({'version': 1})",
    "import logging.config; logging.config.dictConfig({'version': 1, 'root': {'level': 'ERROR', 'handlers': []}})",
])
def test_the_server_has_a_log_of_its_own(lines, serve):
    is_healthy(serve(load=f"import logging; {lines}").wait_until_ready())


SETTINGS = {
    "folder": "os.chdir('/')",
    "path": "sys.path[:] = []",
    "locale": "import locale; locale.setlocale(locale.LC_ALL, 'C')",
    "warnings": "import warnings; warnings.simplefilter('error')",
    "variables": "os.environ.clear()",
    "recursion": "sys.setrecursionlimit(300)",
    "garbage": "import gc; gc.disable()",
    "sockets": "import socket; socket.setdefaulttimeout(0.001)",
    "hooks": "threading.excepthook = sys.excepthook = sys.unraisablehook = print",
    "tracing": "sys.settrace(lambda *_: None); threading.settrace(lambda *_: None)",
    "event loops": "import asyncio; asyncio.set_event_loop_policy(asyncio.DefaultEventLoopPolicy())",
    "a running event loop": "import asyncio; asyncio.run(asyncio.sleep(0))",
    "files": "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256)); os.umask(0o777)",
    "numbers": "import numpy; numpy.seterr(all='raise'); sys.set_int_max_str_digits(640)",
    "integers": "import decimal; decimal.getcontext().prec = 1",
}


@pytest.mark.parametrize("line", SETTINGS.values(), ids=SETTINGS)
def test_settings_of_the_process_may_change(line, serve):
    is_healthy(serve(load=line).wait_until_ready())


@pytest.mark.parametrize(("code", "exit_code", "text"), [
    ({"imports": "sys.exit(0)\n"}, 13, "SystemExit: 0"), ({"constructor": "sys.exit(0)"}, 16, "SystemExit: 0"),
    ({"load": "sys.exit('no')"}, 16, "SystemExit: no"),
])
def test_an_exit_of_the_class_is_explained(code, exit_code, text, serve):
    server = serve(**code)
    assert server.exit_code() == exit_code
    assert text in server.errors and "Traceback" not in server.errors


def test_an_exit_in_a_call_is_an_error_of_that_call(serve):
    server = serve(run="sys.exit(3)").wait_until_ready()
    assert server.predict({"strData": "run"}).status_code == 500
    is_healthy(server)


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


@MODES
def test_the_class_has_its_garbage_collected_but_nothing_that_was_imported_before(mode, serve):
    server = serve(imports="import gc\nfound = gc.isenabled(), gc.get_freeze_count() > 10_000\n", run="X = str(found)", mode=mode)
    assert said(server.wait_until_ready(), "run") == "(True, True)"
    is_healthy(server)


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
