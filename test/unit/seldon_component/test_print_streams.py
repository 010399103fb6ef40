"""seldon_component.print_streams: a line that the class prints for a request is an entry with the request's ids."""

import json
import subprocess
import textwrap
from pathlib import Path

RUNTIME = Path(__file__).resolve().parents[3] / "runtime"
BEGIN = """
from __future__ import print_function
import subprocess, sys
sys.path.insert(0, sys.argv[1])
from seldon_component import log_context, log_lines, log_text, print_streams
from seldon_component.payload import Payload
log_text.keep_standard_error()
log_lines.use_format("json")
print_streams.replace_streams()
log_context.use_this_thread()
def begin(): log_context.current.request = Payload(meta={u"puid": u"p"})
def end(): log_context.current.request = None
"""


def run(python, code):
    """(standard output, (logger, message, puid) of each entry on standard error)"""
    done = subprocess.run([python, "-c", BEGIN + textwrap.dedent(code), str(RUNTIME)], capture_output=True, text=True, check=True)
    entries = map(json.loads, done.stderr.splitlines())
    return done.stdout, [(entry["log.logger"], entry["message"], entry["puid"]) for entry in entries]


def test_only_the_lines_of_a_request_are_entries(model_python):
    output, entries = run(model_python, """
        print("before"); begin()
        print("a", "b"); print("c", file=sys.stderr); sys.stdout.write("d"); sys.stdout.write(u"\\u00e9\\n\\n")
        end(); print("after")
        """)
    assert output == "before\nafter\n"
    assert entries == [("stdout", "a b", "p"), ("stderr", "c", "p"), ("stdout", "d\N{LATIN SMALL LETTER E WITH ACUTE}", "p")]


def test_a_line_that_ends_after_its_request_is_not_lost(model_python):
    output, entries = run(model_python, "begin(); sys.stdout.write('in two'); sys.stdout.flush(); end(); print(' pieces')")
    assert (output, entries) == ("in two pieces\n", [])


def test_the_streams_can_be_used_as_usual(model_python):
    output, entries = run(model_python, """
        begin(); sys.stdout.writelines(["a\\n", "b\\n"]); sys.stdout.flush(); sys.stdout.isatty()
        subprocess.call(["echo", "of a child"], stdout=sys.stdout)
        sys.stdout.close(); sys.stderr.close(); end()
        """)
    assert output == "of a child\n"
    assert entries == [("stdout", "a", "p"), ("stdout", "b", "p")]


def test_a_long_line_without_an_end_does_not_fill_the_memory(model_python):
    output, entries = run(model_python, "begin(); sys.stdout.write('x' * 100000); sys.stdout.flush(); end()")
    assert (output, entries) == ("x" * 100_000, [])
