"""A class in the server's own process: its signal handlers work, and none ends the server or holds up its stop."""

import signal
from functools import partial

import pytest
from support.surroundings import MODES, has_written, is_healthy, said
from support.waiting import eventually

PLACES = ["imports", "constructor", "load"]
HANDLERS = {"returns": "note(str(number))", "raises": "note(str(number)); raise ValueError('of the handler')",
            "exits": "note(str(number)); sys.exit(3)"}
OTHERS = [signal.SIGALRM, signal.SIGCHLD, signal.SIGUSR1]


def test_the_class_is_called_in_the_main_thread(serve):
    assert said(serve().wait_until_ready(), "thread") == "True"


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


def test_a_signal_for_a_child_of_the_class_does_not_end_the_server(serve):
    pool = "import multiprocessing; pool = multiprocessing.get_context('fork').Pool(2); pool.map(abs, [1, 2]); pool.terminate()"
    server = serve(run=pool).wait_until_ready()
    assert said(server, "run") == "run"
    is_healthy(server)
