"""The words of `make simulate`, and the settings that they stand for."""

from __future__ import annotations

import pytest

from bench.errors import BenchError
from bench.simulation.__main__ import main
from bench.simulation.options import Options, read_options


def test_each_setting_is_tried_with_the_limits_of_the_rule_and_of_the_default():
    """operations.md: (the client's timeout - the time of a call) x MODEL_WORKERS / the time of a call."""
    options = Options(service_ms=50, row_ms=10, overhead_ms=0, p99_ms=2000, workers=(1, 4), batch=(1, 6), delay_ms=(0, 5))
    tried = [(one.workers, one.batch_max_size, one.batch_max_delay, one.max_waiting) for one in options.replicas()]
    assert tried[:6] == [(1, 1, 0, 19), (1, 1, 0, 39), (1, 1, 0, 1024), (1, 6, 0, 57), (1, 6, 0, 114), (1, 6, 0, 1024)]
    assert tried[6] == (1, 6, 0.005, 57)
    assert (4, 1, 0, 156) in tried


def test_options_are_read_from_words():
    options = read_options(["RATE=12.5", "WORKERS=1 3", "DELAY_MS=0 2.5", "MAX_WAITING=7", "LOST=0"])
    assert (options.rate, options.workers, options.delay_ms, options.max_waiting) == (12.5, (1, 3), (0, 2.5), (7,))
    assert (options.lost, options.seed) == (0, 1)


@pytest.mark.parametrize(("word", "message"), [
    ("RTAE=1", "RTAE: expected one of RATE, BURST, "),
    ("RATE=0", "RATE: expected a number above 0, found '0'; correct it"),
    ("RATE=fast", "RATE: expected a number above 0, found 'fast'; correct it"),
    ("RATE=1 2", "RATE: expected a number above 0, found '1 2'; correct it"),
    ("RATE=nan", "RATE: expected a number above 0, found 'nan'; correct it"),
    ("TIMEOUT_MS=-1", "TIMEOUT_MS: expected a number from 0 on, found '-1'; correct it"),
    ("WORKERS=1 0", "WORKERS: expected whole numbers with spaces between them above 0, found '1 0'; correct it"),
    ("BATCH=", "BATCH: expected whole numbers with spaces between them above 0, found ''; correct it"),
])
def test_a_word_that_cannot_be_used_is_named(word, message, capsys):
    with pytest.raises(BenchError) as error:
        read_options([word])
    assert str(error.value).startswith(message)
    assert main([word]) == 1
    assert capsys.readouterr().err.startswith(f"make simulate: {message}")
