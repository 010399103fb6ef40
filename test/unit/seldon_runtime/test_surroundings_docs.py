"""The example of docs/operations.md, "Surroundings", without Docker: it says what the server does."""

import re
import shlex
import subprocess

from support.server import ROOT, RUNTIME, Server, environment, free_port

MODEL = "class Echoing(object):\n    def predict(self, X, names):\n        return X\n"
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
EXAMPLE = PAGE.partition("\n## Surroundings\n")[2].partition("\n```\n")[2].partition("\n```\n")[0]


def test_the_example_gets_the_response_that_the_page_shows(tmp_path):
    run, ask, _, *shown = EXAMPLE.splitlines()
    port = str(free_port())
    words = shlex.split(run.replace("8080", port))
    variables = dict(word.split("=", 1) for option, word in zip(words, words[1:], strict=False) if option == "-e")
    (tmp_path / "Echoing.py").write_text(MODEL)
    server = Server(tmp_path, tmp_path, (*RUNTIME, "Echoing"), environment(), **variables)
    del server.variables["PREDICTIVE_UNIT_SERVICE_PORT"]
    server.url = f"http://127.0.0.1:{port}"
    server.start()
    try:
        server.wait_until_ready()
        found = subprocess.run(shlex.split(ask.replace("8080", port)), capture_output=True, text=True, check=True)
    finally:
        server.stop()
    assert without_date(found.stdout.splitlines()) == without_date(shown)


def without_date(lines):
    return [re.sub("^Date: .*", "Date", line) for line in lines]
