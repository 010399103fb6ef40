"""seldon_runtime.model.batching: requests that come while the class is busy share a call of predict; errors are not shared."""

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import http_client
import numpy as np
import pytest
from models import ready
from seldon_component.errors import CallError, Unavailable
from seldon_component.payload import GRPC, REST, Payload
from seldon_component.user_class import batch
from seldon_runtime.codec import json_codec, proto_codec
from seldon_runtime.errors import ModelCrashed, TimedOut
from seldon_runtime.metrics import Metrics
from seldon_runtime.model.batching import BatchingModel
from seldon_runtime.model.deadline import DeadlineModel
from seldon_runtime.model.metered import MeteredModel
from stub_model import StubModel, settings
from waiting import eventually

SOURCE = """
import os, time

class Obeying(object):
    '''Doubles numbers, but for those that it obeys; notes how many rows each call has.'''

    def load(self):
        os.chdir({folder!r})

    def predict(self, X, names):
        with open("rows", "a") as file:
            file.write("%d " % len(X))
        order = X.min()
        if order <= -10:
            open("begun%d" % int(-order), "w").close()
            while not os.path.exists("allowed"):
                time.sleep(0.005)
        if order == -1:
            raise ValueError("bad row")
        if order == -2:
            os._exit(3)
        return X[:1] if order == -3 else X * 2

    def tags(self):
        return {"own": 1}

    def metrics(self):
        return [{"key": "calls", "type": "COUNTER", "value": 1}]
"""
FOREVER = 3600.0  # seconds: a batch that waits for it fails the test
KINDS = pytest.mark.parametrize("kind", ["separate", "inline", "workers"])


@pytest.fixture(autouse=True)
def same_folder(monkeypatch):
    """An inline component changes it, and imports leave no files behind."""
    here = os.getcwd()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield
    os.chdir(here)


@pytest.fixture
def threads():
    with ThreadPoolExecutor(20) as threads:
        yield threads


def matrix(*rows, **more):
    return Payload("tensor", np.array(rows, dtype=float).reshape(len(rows), -1), **more)


def batched(model, most=100, delay=0.0, workers=1):
    return BatchingModel(model, settings(batch_max_size=most, batch_max_delay=delay, model_workers=workers))


def waiting(shared):
    """How many requests stand in the line."""
    return sum(len(one.questions) for one in shared._line)


class Gathering:
    """Keeps the class busy, and sends requests one by one, so that each is in the line before the next one comes."""

    def __init__(self, threads, shared, folder, busy=1):
        self._threads, self._shared, self._folder = threads, shared, folder
        self.blockers = []
        for number in range(10, 10 + busy):
            self.blockers.append(threads.submit(shared.call, "predict", matrix(-number)))
            eventually((folder / f"begun{number}").exists, "the class was busy")

    def ask(self, *questions, model=None, wire=REST):
        asked = []
        for question in questions:
            before = waiting(self._shared)
            asked.append(self._threads.submit((model or self._shared).call, "predict", question, wire))
            eventually(lambda before=before: waiting(self._shared) == before + 1, "the request had joined the line")
        return asked

    def release(self):
        (self._folder / "allowed").touch()
        for blocker in self.blockers:
            blocker.result(60)


def rows_of_calls(folder):
    return [int(word) for word in (folder / "rows").read_text().split()]


@KINDS
def test_requests_that_come_while_the_class_is_busy_share_a_call_and_each_gets_its_own(kind, tmp_path, threads):
    with ready(kind, tmp_path, source=SOURCE) as (model, _):
        gathering = Gathering(threads, batched(model), tmp_path)
        asked = gathering.ask(matrix(1, 2, meta={"puid": "a"}), matrix(3, meta={"tags": {"t": 1, "own": 2}}), matrix(4, 5, 6))
        gathering.release()
        first, second, third = (one.result(60) for one in asked)
    assert [one.data.ravel().tolist() for one in (first, second, third)] == [[2, 4], [6], [8, 10, 12]]
    assert (first.meta["puid"], first.meta["tags"], first.names) == ("a", {"own": 1}, ["t:0"])
    assert (second.meta["tags"], third.meta["tags"]) == ({"t": 1, "own": 1}, {"own": 1})
    assert rows_of_calls(tmp_path) == [1, 6]


def test_every_python_can_answer_a_batch(tmp_path, threads, model_python):
    with ready("separate", tmp_path, source=SOURCE, model_python=model_python) as (model, _):
        gathering = Gathering(threads, batched(model), tmp_path)
        asked = gathering.ask(*(matrix(number, meta={"puid": str(number), "tags": {"t": 1}}) for number in (1, 2)))
        gathering.release()
        answers = [one.result(60) for one in asked]
    assert [one.data.item() for one in answers] == [2, 4]
    assert [one.meta["puid"] for one in answers] == ["1", "2"]
    assert [one.meta["tags"] for one in answers] == [{"t": 1, "own": 1}] * 2
    assert rows_of_calls(tmp_path) == [1, 2]


def test_a_request_that_finds_the_class_idle_goes_at_once(tmp_path, threads):
    with ready("inline", tmp_path, source=SOURCE) as (model, _):
        shared = batched(model, delay=FOREVER)
        for number in (1, 2):
            assert threads.submit(shared.call, "predict", matrix(number)).result(60).data == [[number * 2]]


def test_a_full_batch_waits_for_the_class_alone(tmp_path, threads):
    with ready("inline", tmp_path, source=SOURCE) as (model, _):
        gathering = Gathering(threads, batched(model, most=3, delay=FOREVER), tmp_path)
        asked = gathering.ask(*map(matrix, (1, 2, 3)))
        gathering.release()
        assert [one.result(60).data.item() for one in asked] == [2, 4, 6]
    assert rows_of_calls(tmp_path) == [1, 3]


def test_a_batch_that_found_the_class_busy_may_wait_for_more_when_it_is_not(tmp_path, threads):
    with ready("inline", tmp_path, source=SOURCE) as (model, _):
        gathering = Gathering(threads, batched(model, most=3, delay=FOREVER), tmp_path)
        asked = gathering.ask(*map(matrix, (1, 2)))
        gathering.release()
        asked.append(threads.submit(gathering._shared.call, "predict", matrix(3)))
        assert [one.result(60).data.item() for one in asked] == [2, 4, 6]
    assert rows_of_calls(tmp_path) == [1, 3]


def test_a_batch_goes_when_its_time_is_over(tmp_path, threads):
    with ready("inline", tmp_path, source=SOURCE) as (model, _):
        gathering = Gathering(threads, batched(model, delay=0.05), tmp_path)
        asked = gathering.ask(matrix(1), matrix(2))
        gathering.release()
        assert [one.result(60).data.item() for one in asked] == [2, 4]


def test_no_call_gets_more_rows_than_allowed(tmp_path, threads):
    with ready("inline", tmp_path, source=SOURCE) as (model, _):
        gathering = Gathering(threads, batched(model, most=4), tmp_path)
        asked = gathering.ask(matrix(1, 1, 1), matrix(2, 2), matrix(3, 3), matrix(4))
        alone = threads.submit(gathering._shared.call, "predict", matrix(5, 5, 5, 5))
        gathering.release()
        assert [one.result(60).data[0, 0] for one in [*asked, alone]] == [2, 4, 6, 8, 10]
    assert sorted(rows_of_calls(tmp_path)) == [1, 1, 3, 4, 4]


@KINDS
def test_an_error_reaches_only_the_request_that_caused_it(kind, tmp_path, threads):
    with ready(kind, tmp_path, source=SOURCE) as (model, _):
        gathering = Gathering(threads, batched(model), tmp_path)
        asked = gathering.ask(*map(matrix, (1, -1, 3)))
        gathering.release()
        assert (asked[0].result(60).data, asked[2].result(60).data) == ([[2]], [[6]])
        with pytest.raises(CallError, match="Obeying.predict raised ValueError: bad row"):
            asked[1].result(60)
    assert rows_of_calls(tmp_path) == [1, 3, 1, 1, 1]


def test_an_answer_that_does_not_fit_the_rows_is_asked_for_again_a_request_a_call(tmp_path, threads):
    with ready("inline", tmp_path, source=SOURCE) as (model, _):
        gathering = Gathering(threads, batched(model), tmp_path)
        asked = gathering.ask(matrix(1, 2), matrix(-3, 3))
        gathering.release()
        assert [one.result(60).data.ravel().tolist() for one in asked] == [[2, 4], [-3]]


def test_a_crash_reaches_only_the_request_that_caused_it(tmp_path, threads):
    with ready("separate", tmp_path, source=SOURCE) as (model, _):
        gathering = Gathering(threads, batched(model), tmp_path)
        asked = gathering.ask(*map(matrix, (1, -2, 3)))
        gathering.release()
        assert (asked[0].result(60).data, asked[2].result(60).data) == ([[2]], [[6]])
        with pytest.raises(ModelCrashed):
            asked[1].result(60)


def test_every_process_works_on_a_batch_of_its_own(tmp_path, threads):
    with ready("workers", tmp_path, source=SOURCE, model_workers=2) as (model, _):
        shared = batched(model, workers=2)
        gathering = Gathering(threads, shared, tmp_path, busy=2)
        asked = gathering.ask(*map(matrix, (1, 2, 3)))
        gathering.release()
        assert [one.result(60).data.item() for one in asked] == [2, 4, 6]
    assert rows_of_calls(tmp_path) == [1, 1, 3]


def test_metrics_of_one_call_are_counted_once_and_requests_each(tmp_path, threads):
    with ready("inline", tmp_path, source=SOURCE) as (model, _):
        metrics, shared = Metrics(settings()), batched(model)
        gathering = Gathering(threads, shared, tmp_path)
        asked = gathering.ask(*map(matrix, (1, 2, 3)), model=MeteredModel(shared, metrics))
        gathering.release()
        assert [len(one.result(60).meta["metrics"]) for one in asked] == [1, 0, 0]
    text = metrics.expose("")[0].decode()
    assert 'calls_total{method="predict",model_name="Iris"} 1.0' in text
    assert 'seldon_api_model_requests_total{method="predict",model_name="Iris",status="SUCCESS"} 3.0' in text


def test_a_request_that_gave_up_does_not_break_its_batch(tmp_path, threads):
    with ready("inline", tmp_path, source=SOURCE) as (model, _):
        shared = batched(model)
        gathering = Gathering(threads, shared, tmp_path)
        limited = DeadlineModel(shared, settings(rest_timeout=0.05, grpc_timeout=None))
        late = gathering.ask(matrix(1), model=limited)[0]
        in_time = gathering.ask(matrix(2), matrix(3))
        with pytest.raises(TimedOut):
            late.result(60)
        gathering.release()
        assert [one.result(60).data.item() for one in in_time] == [4, 6]
    assert rows_of_calls(tmp_path) == [1, 3]


def test_answers_on_both_wires_are_what_they_are_alone(tmp_path, threads):
    """Without metrics, which only one of a batch gets."""
    with ready("inline", tmp_path, source=SOURCE[:SOURCE.index("    def metrics")]) as (model, _):
        shared = batched(model)
        rest = http_client.client(shared, settings())
        bodies = [{"meta": {"puid": f"p{n}"}, "data": {"names": ["a"], "tensor": {"shape": [1, 1], "values": [n]}}} for n in (1, 2)]
        questions = [json_codec.to_request("predict", json_codec.dump(body)) for body in bodies]
        alone = [json_codec.encode(model.call("predict", question)) for question in questions]
        protos = [proto_codec.encode(model.call("predict", question, GRPC)) for question in questions]
        gathering = Gathering(threads, shared, tmp_path)
        over_grpc = gathering.ask(*questions, wire=GRPC)
        over_rest = []
        for body in bodies:
            before = waiting(shared)
            over_rest.append(threads.submit(lambda body=body: rest.post("/predict", json=body).data))
            eventually(lambda before=before: waiting(shared) == before + 1, "the request had joined the line")
        gathering.release()
        assert [one.result(60) for one in over_rest] == alone
        assert [proto_codec.encode(one.result(60)) for one in over_grpc] == protos
    assert rows_of_calls(tmp_path)[4:] == [1, 2, 2]


BATCHES = {"name": "Iris", "batches": [REST]}


class Held(StubModel):
    """Answers when `allowed` is set."""

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.allowed = threading.Event()

    def call(self, method, question, wire=REST):
        self.asked.append((method, question, wire))
        self.allowed.wait(60)
        if method == batch.METHOD:
            raise Unavailable("restarting")
        return Payload("tensor", question.data)


def test_a_component_that_is_not_there_is_not_asked_again(threads):
    model = Held(description=BATCHES)
    shared = batched(model)
    blocker = threads.submit(shared.call, "predict", matrix(0))
    eventually(lambda: model.asked, "the class was busy")
    asked = []
    for number in (1, 2):
        asked.append(threads.submit(shared.call, "predict", matrix(number)))
        eventually(lambda count=number: waiting(shared) == count, "the request had joined the line")
    model.allowed.set()
    blocker.result(60)
    for one in asked:
        with pytest.raises(Unavailable, match="restarting"):
            one.result(60)
    assert [method for method, _, _ in model.asked] == ["predict", batch.METHOD]


@pytest.mark.parametrize(("method", "question", "wire"), [
    ("predict", Payload("strData", "x"), REST), ("predict", Payload("tensor", np.ones(3)), REST), ("predict", matrix(1), GRPC),
    ("send_feedback", matrix(1), REST), ("health_status", Payload(), REST), ("aggregate", [matrix(1)], REST),
    ("predict", matrix(*range(100)), REST),
], ids=["text", "vector", "other wire", "feedback", "health", "list", "as many rows as allowed"])
def test_what_cannot_be_stacked_goes_by_without_waiting(method, question, wire, threads):
    answer = Payload("tensor", np.ones((1, 1)))
    model = StubModel({method: answer}, description=BATCHES)
    shared = batched(model, delay=FOREVER)
    shared._idle = 0  # all busy
    assert threads.submit(shared.call, method, question, wire).result(60) is answer
    assert model.asked == [(method, question, wire)]


def test_a_class_that_cannot_be_batched_is_named_once_in_the_log(caplog):
    model = StubModel({"predict": Payload("tensor", np.ones((1, 1)))}, description={"name": "Iris", "batches": []})
    shared = batched(model)
    for _ in range(2):
        shared.call("predict", matrix(1))
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("BATCH_MAX_SIZE has no effect")


@KINDS
def test_many_requests_at_a_time_get_their_own_answers(kind, tmp_path, threads):
    numbers = list(range(1, 100))
    with ready(kind, tmp_path, source=SOURCE) as (model, _):
        shared = batched(model, most=8)
        found = threads.map(lambda number: shared.call("predict", matrix(number)).data.item(), numbers)
        assert list(found) == [number * 2 for number in numbers]
    assert sum(rows_of_calls(tmp_path)) == len(numbers)
    assert max(rows_of_calls(tmp_path)) <= 8
