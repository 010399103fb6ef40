"""seldon_component.class_logging: the class's `logging` is shown once, and a class that configures it keeps its own."""

import subprocess
import textwrap
from pathlib import Path

import pytest

RUNTIME = Path(__file__).resolve().parents[3] / "runtime"
BEGIN = """
import logging, logging.config, sys
sys.path.insert(0, sys.argv[1])
from seldon_component import class_logging, log_lines
from seldon_component.log_context import current, use_this_thread
class_logging.set_up(logging.INFO)
mine = logging.getLogger("mine")
own = logging.StreamHandler(sys.stdout)
own.setFormatter(logging.Formatter("own %(levelname)s %(message)s"))
"""
SHOW = """
mine.debug("d"); mine.info("i"); mine.warning("w")
"""


def run(python, code):
    """(lines of standard output, lines of standard error without their times)"""
    done = subprocess.run([python, "-c", BEGIN + textwrap.dedent(code), str(RUNTIME)], capture_output=True, text=True, check=True)
    return done.stdout.splitlines(), [line[24:] if line[:2] == "20" else line for line in done.stderr.splitlines()]


OWN, OURS = ["own INFO i", "own WARNING w"], ["mine INFO: i", "mine WARNING: w"]
DICT = '{"version": 1, "disable_existing_loggers": False, "formatters": {"f": {"format": "own %(levelname)s %(message)s"}}, ' \
       '"handlers": {"h": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "f"}}, '


@pytest.mark.parametrize(("code", "output", "errors"), [
    pytest.param("", [], OURS, id="nothing configured"),
    pytest.param("mine.addHandler(logging.NullHandler())", [], OURS, id="a NullHandler, as libraries have it"),
    pytest.param("mine.setLevel(logging.WARNING)", [], OURS[1:], id="a level of its own"),
    pytest.param("mine.setLevel(logging.DEBUG)", [], ["mine DEBUG: d", *OURS], id="a lower level of its own"),
    pytest.param("mine.addHandler(own)", OWN, [], id="a handler of the logger"),
    pytest.param("logging.getLogger('other').addHandler(own)", [], OURS, id="a handler of another logger"),
    pytest.param("logging.getLogger().addHandler(own)", OWN, [], id="a handler of the root logger"),
    pytest.param("mine.propagate = False; mine.addHandler(own)", OWN, [], id="a handler, and no propagation"),
    pytest.param("logging.basicConfig(stream=sys.stdout, format='own %(levelname)s %(message)s')", OWN, [], id="basicConfig"),
    pytest.param("logging.basicConfig(stream=sys.stdout, format='own %(levelname)s %(message)s', level=logging.WARNING)",
                 OWN[1:], [], id="basicConfig with a level"),
    pytest.param(f"logging.config.dictConfig({DICT}'root': {{'handlers': ['h'], 'level': 'INFO'}}}})", OWN, [], id="dictConfig"),
    pytest.param(f"logging.config.dictConfig({DICT}'loggers': {{'mine': {{'handlers': ['h']}}}}}})", OWN, [],
                 id="dictConfig of one logger"),
])
def test_a_record_is_shown_once(code, output, errors, model_python):
    assert run(model_python, code + SHOW) == (output, errors)


def test_the_functions_of_the_module_work_too(model_python):
    assert run(model_python, "logging.info('%s', u'i')") == ([], ["root INFO: i"])


def test_a_closed_stream_is_no_obstacle(model_python):
    code = "from seldon_component import log_text; log_text.keep_standard_error(); sys.stderr.close(); mine.info('i')"
    assert run(model_python, code) == ([], ["mine INFO: i"])


REQUEST = """
from seldon_component.payload import Payload
use_this_thread()
current.request, current.trace_parent = {request}, u"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
"""
TRACE = "trace 4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(("request_", "ids"), [
    ("Payload(meta={u'puid': u'p'})", f" (puid p, {TRACE})"),
    ("Payload()", f" ({TRACE})"),
    ("[Payload(meta={u'puid': u'p'}), Payload(), Payload(meta={u'puid': u'q'})]", f" (puid p,q, {TRACE})"),
    ("None", ""),
])
def test_a_record_names_the_request_that_the_class_works_on(request_, ids, model_python):
    assert run(model_python, REQUEST.format(request=request_) + "mine.info('i')") == ([], [f"mine INFO: i{ids}"])


def test_a_thread_of_the_class_may_work_for_another_request(model_python):
    code = REQUEST.format(request="Payload(meta={u'puid': u'p'})") + """
import threading
thread = threading.Thread(target=mine.info, args=("i",)); thread.start(); thread.join()
"""
    assert run(model_python, code) == ([], ["mine INFO: i"])


def test_no_record_can_forge_another_line(model_python):
    assert run(model_python, r"mine.info('a\n2026-01-01 00:00:00,000 mine INFO: all is well')")[1] == [
        "mine INFO: a\\n2026-01-01 00:00:00,000 mine INFO: all is well"]
