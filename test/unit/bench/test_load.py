"""Reading the output of wrk and h2load, which is copied from real runs."""

from __future__ import annotations

import pytest

from bench.errors import BenchError
from bench.load import Load, read_h2load, read_wrk

WRK = """\
Running 1s test @ http://127.0.0.1:7778/small
  1 threads and 2 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   267.54us  638.04us   5.69ms   91.93%
    Req/Sec    21.41k     5.29k   26.45k    81.82%
  23405 requests in 1.10s, 6.47MB read
Requests/sec:  21288.21
Transfer/sec:      5.89MB
{"requests": 23405, "duration": 1099435, "errors": 0, "mean": 267.5, "p50": 76, "p99": 3428}
"""
H2LOAD = """\
starting benchmark...
progress: 100% done

finished in 9.65ms, 518.08 req/s, 206.12KB/s
requests: 5 total, 5 started, 5 done, 5 succeeded, 0 failed, 0 errored, 0 timeout
status codes: 5 2xx, 0 3xx, 0 4xx, 0 5xx
traffic: 1.99KB (2037) total, 165B (165) headers (space savings 59.26%), 1.39KB (1420) data
"""
H2LOAD_LOG = """\
1795575842855184\t200\t8227
1795575842856500\t200\t7162
1795575842863458\t200\t435
1795575842863668\t200\t436
1795575842864110\t200\t215
"""


def test_wrk_s_rate_is_its_requests_over_its_time():
    load = read_wrk(WRK, connections=2)
    assert (round(load.rate), load.p50, load.p99) == (21288, 0.076, 3.428)


def test_a_few_slow_requests_have_the_rate_of_their_latency():
    line = '{"requests": 3, "duration": 3000000, "errors": 0, "mean": 800000.0, "p50": 800000, "p99": 810000}'
    assert read_wrk(line, connections=1) == Load(rate=1.25, p50=800, p99=810)


def test_more_requests_have_the_rate_of_their_number_because_wrk_adds_latencies():
    line = '{"requests": 300, "duration": 3000000, "errors": 0, "mean": 320000.0, "p50": 160000, "p99": 900000}'
    assert read_wrk(line, connections=16) == Load(rate=100, p50=160, p99=900)


@pytest.mark.parametrize("output", [WRK.replace('"errors": 0', '"errors": 1'), WRK.replace('"requests": 23405', '"requests": 0'),
                                    "unable to connect to 127.0.0.1:7778 Connection refused"])
def test_wrk_s_errors_fail_the_run(output):
    with pytest.raises(BenchError):
        read_wrk(output, connections=2)


def test_h2load_prints_its_rate_and_logs_its_latencies():
    assert read_h2load(H2LOAD, H2LOAD_LOG, requests=5, response_bytes=284) == Load(rate=518.08, p50=0.436, p99=8.227)


@pytest.mark.parametrize(("output", "log", "response_bytes"), [
    (H2LOAD, H2LOAD_LOG, 285),  # one response is an error of gRPC, which has no data
    (H2LOAD, H2LOAD_LOG.replace("200\t435", "500\t435"), 284),
    (H2LOAD, H2LOAD_LOG.partition("\n")[2], 284),
    ("", "", 284),
])
def test_h2load_s_errors_fail_the_run(output, log, response_bytes):
    with pytest.raises(BenchError):
        read_h2load(output, log, requests=5, response_bytes=response_bytes)
