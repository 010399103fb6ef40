"""seldon_runtime.metrics: those that a class returns never spoil a scrape."""

import logging
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from seldon_runtime import metrics as module
from seldon_runtime.config.metrics import BUCKETS
from seldon_runtime.metrics import Metrics
from support.exposition import OPENMETRICS, exposed, one, record
from support.stub_model import settings


def test_a_gauge_is_set_and_a_timer_is_observed_in_seconds(metrics):
    for value in (20, 5):
        record(metrics, key="load", type="GAUGE", value=value)
        record(metrics, key="nap", type="TIMER", value=value)
    assert one(metrics, "load", method="predict") == 5
    assert one(metrics, "nap_sum", method="predict") == 0.025
    assert one(metrics, "nap_count", method="predict") == 2
    assert one(metrics, "nap_bucket", method="predict", le="0.005") == 1  # a bucket holds its own bound
    assert one(metrics, "nap_bucket", method="predict", le="0.025") == 2
    assert one(metrics, "nap_bucket", method="predict", le="+Inf") == 2


def test_a_time_beyond_every_bucket_is_counted(metrics):
    record(metrics, key="nap", type="TIMER", value=1e6)
    assert one(metrics, "nap_bucket", method="predict", le=str(BUCKETS[-1])) == 0
    assert one(metrics, "nap_count", method="predict") == 1


def test_each_set_of_tags_is_a_series_of_its_own_and_an_empty_tag_is_none(metrics):
    for tags in ({"a": "1"}, {"b": "2"}, {"a": "1", "b": ""}, None):
        record(metrics, key="k", value=1, tags=tags)
    assert one(metrics, "k_total", method="predict", a="1") == 2
    assert one(metrics, "k_total", method="predict", b="2") == 1
    assert one(metrics, "k_total", method="predict") == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("COUNTER", "k"), ("GAUGE", "k")),
        (("COUNTER", "k"), ("GAUGE", "k_total")),
        (("TIMER", "k"), ("GAUGE", "k_count")),
        (("GAUGE", "k.a"), ("TIMER", "k/a")),
    ],
)
def test_a_name_that_is_taken_is_left_out_and_logged_once(metrics, caplog, first, second):
    record(metrics, type=first[0], key=first[1], value=1)
    before = exposed(metrics)
    for _ in range(3):
        record(metrics, type=second[0], key=second[1], value=1)
    assert exposed(metrics) == before
    assert [line.getMessage() for line in caplog.records] == [
        f"metric '{second[1]}' of type {second[0]} was left out: its name is taken"
    ]


def test_a_component_cannot_change_the_servers_own_metrics(metrics):
    before = exposed(metrics)
    record(metrics, key="seldon_api_model_feedback", type="COUNTER", value=5)
    assert exposed(metrics) == before


def test_what_a_name_may_not_hold_becomes_an_underscore(metrics):
    record(
        metrics,
        key="2 rows/s é",
        type="GAUGE",
        value=1,
        tags={"the shop": "x", "__own": "y", "le": "z", "1st": "w"},
    )
    labels = {"the_shop": "x", "_own": "y", "_le": "z", "_1st": "w"}
    assert one(metrics, "_2_rows_s__", method="predict", **labels) == 1


def test_a_tag_named_like_one_of_the_servers_labels_is_left_out(metrics):
    record(metrics, key="k", value=1, tags={"model_name": "not this"})
    record(metrics, key="k", value=1, tags={"model_name": "nor that"})
    assert one(metrics, "k_total", method="predict") == 2


def test_a_counter_whose_key_ends_in_total_has_that_ending_once(metrics):
    record(metrics, key="rows_total", value=1)
    record(metrics, key="rows", value=1)
    assert one(metrics, "rows_total", method="predict") == 2


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_counter_and_a_timer_leave_out_nan_and_a_gauge_shows_it(metrics, value):
    for kind in ("COUNTER", "TIMER", "GAUGE"):
        record(metrics, key=kind, type=kind, value=value)
    found = exposed(metrics)
    assert "COUNTER_total" not in found and "TIMER_count" not in found
    assert repr(one(metrics, "GAUGE", method="predict")) == repr(value)


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        5,
        "text",
        {},
        {"key": "k"},
        {"key": "", "value": 1},
        {"key": 5, "value": 1},
        {"key": "k", "value": "x"},
        {"key": "k", "value": 10**400},
        {"key": "k", "type": "SUMMARY", "value": 1},
        {"key": "k", "value": 1, "tags": [1]},
    ],
)
def test_a_wrong_metric_is_left_out_and_logged_and_the_others_stay(metrics, caplog, wrong):
    metrics.record_custom("predict", [wrong, {"key": "good", "value": 1}])
    assert one(metrics, "good_total", method="predict") == 1
    assert "left out" in caplog.text


def test_after_the_limit_a_new_series_is_left_out_and_an_old_one_stays(metrics, monkeypatch, caplog):
    monkeypatch.setattr(module, "SERIES_LIMIT", len(metrics.drops.series()) + 6)
    exposed(metrics)  # the server's own series count, too
    for number in [*range(100), 0]:
        record(metrics, key="k", value=1, tags={"user": str(number)})
    assert one(metrics, "k_total", method="predict", user="0") == 2
    assert len(exposed(metrics)["k_total"]) < 5
    assert len([line for line in caplog.records if line.levelno == logging.WARNING]) == 1


def test_names_without_end_fill_no_memory(metrics, monkeypatch, caplog):
    monkeypatch.setattr(module, "SERIES_LIMIT", len(exposed(metrics)) + 5)
    for number in range(100):
        record(metrics, key=f"k{number}", value=1)
    assert len(metrics._families) <= module.SERIES_LIMIT
    assert len([line for line in caplog.records if line.levelno == logging.WARNING]) == 1


@pytest.mark.parametrize(("key", "tags"), [("k" * 2001, {}), ("k", {"t": "x" * 2000}), ("k", {"t" * 2000: "x"})])
def test_a_metric_of_very_long_text_is_left_out(metrics, caplog, key, tags):
    before = exposed(metrics)
    record(metrics, key=key, value=1, tags=tags)
    assert exposed(metrics) == before
    assert caplog.messages == [f"metric '{key:.60}' was left out: its key and tags are too long"]


def test_a_negative_counter_is_left_out_and_tags_that_become_one_label_are_one(metrics, caplog):
    """A strict scraper refuses all metrics for a negative counter, and for a label that comes twice."""
    metrics.record_custom("predict", [{"key": "k", "value": 2}, {"key": "k", "value": -3}, {"key": "n", "value": -1},
                                      {"key": "t", "value": 1, "tags": {"a-b": "x", "a_b": "y"}}])
    text, content_type = metrics.expose(OPENMETRICS)
    assert content_type.startswith("application/openmetrics-text")
    families = {family.name: family for family in read_openmetrics(text.decode())}
    assert [sample.value for sample in families["k"].samples] == [2.0] and "n" not in families
    assert [sample.labels["a_b"] for sample in families["t"].samples] == ["y"]
    assert "metric 'k': expected a number that is not negative, found -3.0" in caplog.text


TEXT = st.text(st.characters(categories=("L", "N", "P", "S", "Z", "C")), max_size=8)  # with lone surrogates
KEYS = st.one_of(TEXT, st.builds("".join, st.lists(st.sampled_from(["a", "-", "_", "é", "total", "_bucket", "_sum", "_count", "_created",
                                                                   "_info", "le", "quantile", "model_name", "method", "0", ":"]), max_size=4)))
NUMBERS = st.one_of(st.floats(), st.integers(), st.sampled_from([1e308, -1, 10**400]))
METRICS = st.fixed_dictionaries(
    {"key": KEYS, "value": NUMBERS},
    optional={"type": st.sampled_from(["COUNTER", "GAUGE", "TIMER", "NONE"]), "tags": st.dictionaries(KEYS, TEXT, max_size=3)})


@given(st.lists(METRICS, max_size=6), TEXT)
def test_whatever_a_class_returns_leaves_a_scrape_that_strict_parsers_take(custom, reason):
    metrics = Metrics(settings())
    metrics.record_custom("predict", custom)
    metrics.record_call("predict", reason, 0.1)
    assert [*read_openmetrics(metrics.expose(OPENMETRICS)[0].decode())]
    exposed(metrics)
    for family in metrics.collect():
        for sample in family.samples:
            assert not (family.type == "counter" and sample.value < 0)


def test_a_tag_that_utf_8_cannot_have_is_replaced(metrics):
    record(metrics, key="k", value=1, tags={"t": "a\ud800b"})
    assert one(metrics, "k_total", method="predict", t="a\ufffdb") == 1


def test_a_negative_timer_is_left_out(metrics, caplog):
    record(metrics, key="nap", type="TIMER", value=-5)
    assert "nap_sum" not in exposed(metrics)
    assert "metric 'nap': expected a number that is not negative, found -5.0" in caplog.text
