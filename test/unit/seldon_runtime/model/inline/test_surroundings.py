"""A class in the server's own process: what it does to its surroundings ends neither the server nor its stop.

`model/test_surroundings.py` has the same for a process of its own.
"""

import contextlib
import threading

import pytest
import requests
from support.surroundings import MODES, STARTS, STREAMS, has_written, is_healthy, said
from support.waiting import eventually


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


@MODES
def test_the_class_has_its_garbage_collected_but_nothing_that_was_imported_before(mode, serve):
    server = serve(imports="import gc\nfound = gc.isenabled(), gc.get_freeze_count() > 10_000\n", run="X = str(found)", mode=mode)
    assert said(server.wait_until_ready(), "run") == "(True, True)"
    is_healthy(server)


@MODES
@pytest.mark.parametrize("python", STARTS.values(), ids=STARTS)
def test_a_class_may_parse_arguments_of_its_own(python, mode, serve, tmp_path):
    lines = "import argparse\nargparse.ArgumentParser().parse_args()\nnote('arguments', repr(sys.argv))\n"
    server = serve(lines, mode=mode, python=python, arguments=("REST", "--log-level", "INFO")).wait_until_ready()
    assert said(server, "word") == "word"
    assert has_written(tmp_path / "model" / "arguments", "['-c']")


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes_that_the_class_starts_work(method, serve):
    lines = f"import multiprocessing\nmultiprocessing.set_start_method({method!r})\n"
    server = serve(lines, run="pool = multiprocessing.Pool(2); X = str(pool.map(abs, [-1, 2])); pool.terminate()").wait_until_ready()
    assert said(server, "run") == "[1, 2]"
    is_healthy(server)


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


@MODES
@pytest.mark.parametrize("line", [
    "threading.Thread(target=threading.Event().wait).start()", "atexit.register(threading.Event().wait)",
    "atexit.register(sys.exit, 3)", "atexit.register(signal.pause)",
])
def test_nothing_that_a_class_leaves_behind_holds_up_the_stop(line, mode, serve):
    server = serve(f"import atexit\n{line}\n", mode=mode, GRACE_PERIOD_SECONDS=1).wait_until_ready()
    assert said(server, "word") == "word"
    assert server.stop() == 0


def predict_for_nobody(server, word):
    with contextlib.suppress(requests.ConnectionError):
        said(server, word)


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
