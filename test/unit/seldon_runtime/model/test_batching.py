"""seldon_runtime.model.batching: requests that come while the class is busy share a call of predict; errors are not shared."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from seldon_component.errors import CallError
from seldon_component.payload import GRPC, Payload
from seldon_runtime.codec import json_codec, proto_codec
from seldon_runtime.errors import ModelCrashed, TimedOut
from seldon_runtime.messages import Request
from seldon_runtime.metrics import Metrics
from seldon_runtime.model.deadline import DeadlineModel
from seldon_runtime.model.metered import MeteredModel
from seldon_runtime.system.timer import Timer
from support import http_client
from support.batches import FOREVER, SOURCE, Gathering, batched, matrix, predict, rows_of_calls
from support.begun import Answers, answers_of
from support.obeying_models import ready
from support.stub_model import settings

KINDS = pytest.mark.parametrize("kind", ["separate", "inline", "workers"])


@pytest.fixture
def threads():
    with ThreadPoolExecutor(20) as threads:
        yield threads


@KINDS
def test_requests_that_come_while_the_class_is_busy_share_a_call_and_each_gets_its_own(kind, tmp_path, threads):
    with batched(kind, tmp_path) as (model, _):
        gathering = Gathering(threads, model, tmp_path)
        begun = gathering.ask(matrix(1, 2, meta={"puid": "a"}), matrix(3, meta={"tags": {"t": 1, "own": 2}}), matrix(4, 5, 6))
        gathering.release()
        first, second, third = (one.result(60) for one in begun)
    assert [one.data.ravel().tolist() for one in (first, second, third)] == [[2, 4], [6], [8, 10, 12]]
    assert (first.meta["puid"], first.meta["tags"], first.names) == ("a", {"own": 1}, ["t:0"])
    assert (second.meta["tags"], third.meta["tags"]) == ({"t": 1, "own": 1}, {"own": 1})
    assert rows_of_calls(tmp_path) == [6]


def test_every_python_can_answer_a_batch(tmp_path, threads, model_python):
    with batched("separate", tmp_path, model_python=model_python) as (model, _):
        gathering = Gathering(threads, model, tmp_path)
        begun = gathering.ask(*(matrix(number, meta={"puid": str(number), "tags": {"t": 1}}) for number in (1, 2)))
        gathering.release()
        answers = [one.result(60) for one in begun]
    assert [one.data.item() for one in answers] == [2, 4]
    assert [one.meta["puid"] for one in answers] == ["1", "2"]
    assert [one.meta["tags"] for one in answers] == [{"t": 1, "own": 1}] * 2
    assert rows_of_calls(tmp_path) == [2]


def test_a_request_that_finds_the_class_idle_goes_at_once(tmp_path, threads):
    with batched("inline", tmp_path, delay=FOREVER) as (model, _):
        for number in (1, 2):
            assert threads.submit(predict, model, matrix(number)).result(60).data == [[number * 2]]


def test_a_full_batch_waits_for_the_class_alone(tmp_path, threads):
    with batched("inline", tmp_path, most=3, delay=FOREVER) as (model, _):
        gathering = Gathering(threads, model, tmp_path)
        begun = gathering.ask(*map(matrix, (1, 2, 3)))
        gathering.release()
        assert [one.result(60).data.item() for one in begun] == [2, 4, 6]
    assert rows_of_calls(tmp_path) == [3]


def test_a_batch_that_found_the_class_busy_may_wait_for_more_when_it_is_not(tmp_path, threads):
    with batched("inline", tmp_path, most=3, delay=FOREVER) as (model, _):
        gathering = Gathering(threads, model, tmp_path)
        begun = gathering.ask(*map(matrix, (1, 2)))
        gathering.release()
        begun.append(threads.submit(predict, model, matrix(3)))
        assert [one.result(60).data.item() for one in begun] == [2, 4, 6]
    assert rows_of_calls(tmp_path) == [3]


def test_a_batch_goes_when_its_time_is_over(tmp_path, threads):
    with batched("inline", tmp_path, delay=0.05) as (model, _):
        gathering = Gathering(threads, model, tmp_path)
        begun = gathering.ask(matrix(1), matrix(2))
        gathering.release()
        assert [one.result(60).data.item() for one in begun] == [2, 4]


def test_no_call_gets_more_rows_than_allowed(tmp_path, threads):
    with batched("inline", tmp_path, most=4) as (model, _):
        gathering = Gathering(threads, model, tmp_path)
        begun = gathering.ask(matrix(1, 1, 1), matrix(2, 2), matrix(3, 3), matrix(4))
        alone = threads.submit(predict, model, matrix(5, 5, 5, 5))
        gathering.release()
        assert [one.result(60).data[0, 0] for one in [*begun, alone]] == [2, 4, 6, 8, 10]
    assert sorted(rows_of_calls(tmp_path)) == [1, 3, 4, 4]


@KINDS
def test_an_error_reaches_only_the_request_that_caused_it(kind, tmp_path, threads):
    with batched(kind, tmp_path) as (model, _):
        gathering = Gathering(threads, model, tmp_path)
        begun = gathering.ask(*map(matrix, (1, -1, 3)))
        gathering.release()
        assert (begun[0].result(60).data, begun[2].result(60).data) == ([[2]], [[6]])
        with pytest.raises(CallError, match="Obeying.predict raised ValueError: bad row"):
            begun[1].result(60)
    assert rows_of_calls(tmp_path) == [3, 1, 1, 1]


def test_a_response_that_does_not_fit_the_rows_is_asked_for_again_a_request_a_call(tmp_path, threads):
    with batched("inline", tmp_path) as (model, _):
        gathering = Gathering(threads, model, tmp_path)
        begun = gathering.ask(matrix(1, 2), matrix(-3, 3))
        gathering.release()
        assert [one.result(60).data.ravel().tolist() for one in begun] == [[2, 4], [-3]]


def test_a_crash_is_the_error_of_the_whole_batch_because_the_class_has_begun_it(tmp_path, threads):
    with batched("separate", tmp_path) as (model, _):
        gathering = Gathering(threads, model, tmp_path)
        begun = gathering.ask(*map(matrix, (1, -2, 3)))
        gathering.release()
        for one in begun:
            with pytest.raises(ModelCrashed, match="while answering this request"):
                one.result(60)
    assert rows_of_calls(tmp_path) == [3]


def test_every_process_works_on_a_batch_of_its_own(tmp_path, threads):
    with batched("workers", tmp_path) as (model, _):
        gathering = Gathering(threads, model, tmp_path)
        begun = gathering.ask(*map(matrix, (1, 2, 3)))
        gathering.release()
        assert [one.result(60).data.item() for one in begun] == [2, 4, 6]
    assert rows_of_calls(tmp_path) == [3]


def test_metrics_of_one_call_are_counted_once_and_requests_each(tmp_path, threads):
    with batched("inline", tmp_path) as (model, _):
        metrics = Metrics(settings())
        gathering = Gathering(threads, model, tmp_path)
        begun = gathering.ask(*map(matrix, (1, 2, 3)), model=MeteredModel(model, metrics))
        gathering.release()
        assert [len(one.result(60).meta["metrics"]) for one in begun] == [1, 0, 0]
    text = metrics.expose("")[0].decode()
    assert 'calls_total{method="predict",model_name="Iris"} 1.0' in text
    assert 'seldon_api_model_requests_total{method="predict",model_name="Iris",status="SUCCESS"} 3.0' in text


def test_a_request_that_gave_up_leaves_its_batch(tmp_path, threads):
    with batched("inline", tmp_path) as (model, _):
        gathering = Gathering(threads, model, tmp_path)
        limited = DeadlineModel(model, settings(rest_timeout=0.05, grpc_timeout=None), Timer())
        in_time = gathering.ask(matrix(2), matrix(3))
        with pytest.raises(TimedOut):
            predict(limited, matrix(1))
        gathering.release()
        assert [one.result(60).data.item() for one in in_time] == [4, 6]
    assert rows_of_calls(tmp_path) == [2]


def test_responses_on_both_wires_are_what_they_are_alone(tmp_path, threads):
    """Without metrics, which only one of a batch gets."""
    with batched("inline", tmp_path, source=SOURCE[:SOURCE.index("    def metrics")]) as (model, _):
        rest = http_client.client(model, settings())
        bodies = [{"meta": {"puid": f"p{n}"}, "data": {"names": ["a"], "tensor": {"shape": [1, 1], "values": [n]}}} for n in (1, 2)]
        contents = [json_codec.to_content("predict", json_codec.dump(body)) for body in bodies]
        alone = [json_codec.encode(predict(model, content)) for content in contents]
        protos = [proto_codec.encode(predict(model, content, GRPC)) for content in contents]
        gathering = Gathering(threads, model, tmp_path)
        over_grpc = gathering.ask(*contents, wire=GRPC)
        over_rest = [gathering.begin(lambda body=body: rest.post("/predict", json=body).data) for body in bodies]
        gathering.release()
        assert [one.result(60) for one in over_rest] == alone
        assert [proto_codec.encode(one.result(60)) for one in over_grpc] == protos
    assert rows_of_calls(tmp_path)[4:] == [2, 2]


@KINDS
def test_many_requests_at_a_time_get_their_own_responses(kind, tmp_path, threads):
    numbers = list(range(1, 100))
    with batched(kind, tmp_path, most=8) as (model, _):
        found = threads.map(lambda number: predict(model, matrix(number)).data.item(), numbers)
        assert list(found) == [number * 2 for number in numbers]
    assert sum(rows_of_calls(tmp_path)) == len(numbers)
    assert max(rows_of_calls(tmp_path)) <= 8


@pytest.mark.parametrize("kind", ["separate", "inline"])
def test_a_request_that_no_frame_can_carry_disturbs_no_other_in_batches(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with ready(kind, tmp_path, batch_max_size=8) as (model, failures):
        bad, answers = Request("predict", Payload("jsonData", object())), Answers()
        model.ask(bad, lambda *answer: answers.put(answer))
        assert isinstance(answers.get(timeout=60)[1], CallError)
        (_, counted), = answers_of(model, "count here")
        assert counted.get(timeout=60)[0].data == "counted"
        assert failures.none()
