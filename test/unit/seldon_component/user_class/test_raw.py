"""Message hooks (`*_raw`, `*_rest`, `*_grpc`), health_status, init_metadata, custom_service and seldon_core's base class."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from seldon_component import component, host
from seldon_component.component import Component
from seldon_component.errors import ModelError, NoMainMethod, NotImplementedByModel
from seldon_component.payload import GRPC, REST, Feedback, Payload
from seldon_component.proto import classes
from seldon_component.user_class.service_types import check_class

WIRES = [REST, GRPC]
METHODS = component.METHODS
LISTED = {"seldonMessages": [{"strData": "a", "meta": {}}, {"strData": "b", "meta": {}}]}


def serving(cls, service_type="MODEL"):
    return Component(cls(), service_type, "unit")


def question(method):
    if method == "aggregate":
        return [Payload("strData", "a"), Payload("strData", "b")]
    if method == "send_feedback":
        return Feedback(
            Payload("strData", "q", meta={"puid": "p"}),
            Payload(meta={"routing": {"unit": 1}}),
            0.5,
            Payload("strData", "t"),
        )
    return Payload("ndarray", np.array([[1, 2]]), ["x", "y"], {"puid": "p", "tags": {"a": True}})


def recorder(*names, answer=None):
    """A class with message hooks that keep what they get and answer alike."""

    def hook(name):
        def record(self, message):
            self.got.append((name, message))
            return {"strData": name} if answer is None else answer

        return record

    return type("Recorder", (), {"got": [], **{name: hook(name) for name in names}})


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("wire", "suffix"), [(REST, "_raw"), (REST, "_rest"), (GRPC, "_raw"), (GRPC, "_grpc")])
def test_every_method_has_hooks_for_whole_messages(method, wire, suffix):
    cls = recorder(method + suffix, "predict")
    assert serving(cls).call(method, question(method), wire).data == method + suffix
    assert [name for name, _ in cls.got] == [method + suffix]


@pytest.mark.parametrize(
    ("wire", "asked"), [(REST, ["predict_raw", "predict_rest"]), (GRPC, ["predict_raw", "predict_grpc"])]
)
def test_a_hook_that_is_not_implemented_passes_the_question_on(wire, asked):
    class Passing:
        got = []

        def predict_raw(self, msg):
            self.got.append("predict_raw")
            raise NotImplementedError

        def predict_rest(self, request):
            self.got.append("predict_rest")
            raise NotImplementedError

        def predict_grpc(self, request):
            self.got.append("predict_grpc")
            raise NotImplementedError

        def predict(self, X, names):
            return X + 1

    assert serving(Passing).call("predict", question("predict"), wire).data.tolist() == [[2, 3]]
    assert Passing.got == asked


@pytest.mark.parametrize(("wire", "name"), [(REST, "predict_grpc"), (GRPC, "predict_rest")])
def test_a_hook_of_the_other_wire_is_not_asked(wire, name):
    with pytest.raises(NotImplementedByModel):
        serving(recorder(name)).call("predict", question("predict"), wire)


def test_over_rest_a_hook_gets_the_message_as_plain_values():
    cls = recorder("predict_raw")
    serving(cls).call("predict", question("predict"), REST)
    assert cls.got == [
        (
            "predict_raw",
            {"data": {"names": ["x", "y"], "ndarray": [[1, 2]]}, "meta": {"puid": "p", "tags": {"a": True}}},
        )
    ]


def test_over_rest_a_hook_gets_binary_data_as_base64():
    cls = recorder("predict_raw")
    serving(cls).call("predict", Payload("binData", b"\0"), REST)
    assert cls.got[0][1] == {"binData": "AA==", "meta": {}}


def test_over_rest_a_hook_gets_a_list_and_a_feedback_in_their_own_words():
    cls = recorder("aggregate_raw", "send_feedback_raw")
    for method in ("aggregate", "send_feedback"):
        serving(cls, "COMBINER").call(method, question(method), REST)
    assert dict(cls.got) == {
        "aggregate_raw": LISTED,
        "send_feedback_raw": {
            "request": {"strData": "q", "meta": {"puid": "p"}},
            "response": {"meta": {"routing": {"unit": 1}}},
            "reward": 0.5,
            "truth": {"strData": "t", "meta": {}},
        },
    }


@pytest.mark.parametrize(
    ("method", "name"),
    [("predict", "SeldonMessage"), ("aggregate", "SeldonMessageList"), ("send_feedback", "Feedback")],
)
def test_over_grpc_a_hook_gets_the_method_s_own_message(method, name):
    cls = recorder(f"{method}_raw", "aggregate_raw")
    serving(cls, "COMBINER").call(method, question(method), GRPC)
    assert cls.got[0][1].DESCRIPTOR.full_name == f"seldon.protos.{name}"


def test_over_grpc_a_hook_gets_all_that_the_message_says():
    cls = recorder("predict_raw", "send_feedback_raw")
    serving(cls).call("predict", question("predict"), GRPC)
    serving(cls).call("send_feedback", question("send_feedback"), GRPC)
    asked, feedback = (message for _, message in cls.got)
    assert list(asked.data.ndarray.values[0].list_value.values[1:])[0].number_value == 2
    assert (list(asked.data.names), asked.meta.puid, asked.meta.tags["a"].bool_value) == (["x", "y"], "p", True)
    assert (feedback.request.strData, feedback.truth.strData, feedback.reward) == ("q", "t", 0.5)
    assert feedback.response.meta.routing["unit"] == 1


@pytest.mark.parametrize("wire", WIRES)
def test_a_hook_may_answer_with_a_dict_of_numpy_values(wire):
    cls = recorder("predict_raw", answer={"data": {"names": ("a",), "tensor": {"shape": (1, 1), "values": np.ones(1)}}})
    answer = serving(cls).call("predict", question("predict"), wire)
    assert (answer.kind, answer.names, answer.data.tolist()) == ("tensor", ["a"], [[1.0]])


@pytest.mark.parametrize("wire", WIRES)
def test_a_hook_may_answer_in_protobuf(wire):
    message = classes.message_class("SeldonMessage")(strData="é")
    assert serving(recorder("predict_raw", answer=message)).call("predict", question("predict"), wire).data == "é"


@pytest.mark.parametrize("wire", WIRES)
def test_the_puid_comes_back_unless_the_hook_has_its_own(wire):
    for meta, puid in (({}, "p"), ({"puid": "mine"}, "mine")):
        cls = recorder("predict_raw", answer={"strData": "", "meta": meta})
        assert serving(cls).call("predict", question("predict"), wire).meta == {"puid": puid}


@pytest.mark.parametrize("flag", ["FAILURE", 1])
def test_a_hook_s_status_stays_with_its_message(flag):
    cls = recorder("predict_raw", answer={"status": {"code": 418, "reason": "TEAPOT", "status": flag}})
    answer = serving(cls).call("predict", question("predict"))
    assert answer.status == {"code": 418, "reason": "TEAPOT", "status": "FAILURE"}


def test_send_feedback_hooks_may_answer_nothing():
    class Silent:
        def predict(self, X, names): ...

        def send_feedback_rest(self, feedback):
            return None

    assert serving(Silent).call("send_feedback", question("send_feedback")).kind is None


@pytest.mark.parametrize(
    ("answer", "info"),
    [
        (5, "predict_raw returned a value of type int; return a message, as a dict or in protobuf"),
        ({"data": {}}, "predict_raw returned a message that cannot be sent: data: one of tensor, ndarray, tftensor"),
        ({"strData": 5}, "predict_raw returned a message that cannot be sent: strData: text expected, found 5"),
        ({"status": {"code": "x"}}, "status.code: an integer expected, found 'x'"),
        ({"status": {"status": "FINE"}}, "status.status: SUCCESS or FAILURE, or their numbers 0 and 1, expected"),
        ({"strData": object()}, "a value of type object cannot be sent"),
    ],
)
def test_a_hook_that_answers_no_message_is_the_model_s_error(answer, info):
    with pytest.raises(ModelError) as error:
        serving(recorder("predict_raw", answer=answer)).call("predict", question("predict"))
    assert info in str(error.value)


@pytest.mark.parametrize("suffix", ["_raw", "_rest", "_grpc"])
def test_a_class_may_have_nothing_but_message_hooks(suffix):
    check_class(recorder(f"predict{suffix}"), "MODEL")
    assert serving(recorder(f"predict{suffix}")).describe()["methods"] == ["predict"]
    with pytest.raises(NoMainMethod):
        check_class(recorder(f"predict{suffix}"), "ROUTER")


# a class as the seldon_core package defines it
class SeldonNotImplementedError(Exception):
    status_code = 400


def says_nothing(self, *args, **kwargs):
    raise SeldonNotImplementedError("not implemented")


HOOKS = [
    *METHODS,
    *(f"{method}_raw" for method in METHODS),
    "tags",
    "metrics",
    "class_names",
    "feature_names",
    "load",
    "health_status",
    "health_status_raw",
    "init_metadata",
    "metadata",
    "custom_service",
]
SeldonComponent = type(
    "SeldonComponent", (), {"__module__": "seldon_core.user_model", **dict.fromkeys(HOOKS, says_nothing)}
)
Elsewhere = type("SeldonComponent", (), dict.fromkeys(HOOKS, says_nothing))


@pytest.mark.parametrize("base", [SeldonComponent, Elsewhere], ids=["seldon_core's", "one that looks like it"])
@pytest.mark.parametrize("wire", WIRES)
def test_hooks_that_the_base_class_only_announces_count_as_absent(base, wire):
    class Mine(base):
        def predict(self, X, names, meta=None):
            return X

    answer = serving(Mine).call("predict", question("predict"), wire)
    assert (answer.data.tolist(), answer.names, answer.meta["tags"]) == ([[1, 2]], ["t:0", "t:1"], {"a": True})
    with pytest.raises(NotImplementedByModel):
        serving(Mine).call("send_feedback", question("send_feedback"), wire)
    assert serving(Mine).call("health_status", Payload(), wire).data == "healthy"
    with pytest.raises(NotImplementedByModel):
        serving(Mine).call("metadata", Payload(), wire)


def test_a_transformer_on_that_base_passes_on_what_it_does_not_transform():
    class Mine(Elsewhere):
        def transform_input(self, X, names, meta=None):
            return X + 1

    assert serving(Mine, "TRANSFORMER").call("transform_output", question("predict")).data.tolist() == [[1, 2]]
    assert serving(Mine, "TRANSFORMER").call("transform_input", question("predict")).data.tolist() == [[2, 3]]


def test_the_base_class_alone_is_no_model():
    with pytest.raises(NoMainMethod, match="SERVICE_TYPE=MODEL needs a method predict"):
        check_class(type("Mine", (SeldonComponent,), {}), "MODEL")


@pytest.mark.parametrize(
    ("value", "kind", "data"),
    [("fine", "strData", "fine"), ({"queue": 3}, "jsonData", {"queue": 3}), ([1], "tensor", [1])],
)
def test_health_status_is_answered_like_a_prediction(value, kind, data):
    cls = type("Mine", (), {"predict": lambda self, X, names: X, "health_status": lambda self: value})
    answer = serving(cls).call("health_status", Payload())
    assert (answer.kind, getattr(answer.data, "tolist", lambda: answer.data)()) == (kind, data)


def test_health_status_raw_comes_first():
    cls = type(
        "Mine",
        (),
        {
            "predict": lambda self, X, names: X,
            "health_status": lambda self: "plain",
            "health_status_raw": lambda self: {"strData": "raw"},
        },
    )
    assert serving(cls).call("health_status", Payload()).data == "raw"


def test_a_component_that_is_ill_says_so_with_its_own_status():
    class Ill(Exception):
        status_code, reason = 503, "NO_DISK"

    def health_status(self):
        raise Ill("disk full")

    cls = type("Mine", (), {"predict": lambda self, X, names: X, "health_status": health_status})
    with pytest.raises(ModelError, match="disk full") as error:
        serving(cls).call("health_status", Payload())
    assert (error.value.status_code, error.value.reason) == (503, "NO_DISK")


def test_metadata_is_what_init_metadata_returns_in_plain_values():
    cls = type("Mine", (), {"predict": lambda self, X, names: X, "init_metadata": lambda self: {"versions": ("v1",)}})
    answer = serving(cls).call("metadata", Payload())
    assert (answer.kind, answer.data) == ("jsonData", {"versions": ["v1"]})


def test_custom_data_is_bytes_for_the_class_and_stays_custom_data():
    cls = type("Mine", (), {"predict": lambda self, X, names: X + b"!"})
    answer = serving(cls).call("predict", Payload("customData", b"any"), GRPC)
    assert (answer.kind, answer.data) == ("customData", b"any!")


def load(folder, source):
    (folder / "Mine.py").write_text(source)
    return host.load(host.Assignment("Mine", str(folder), "MODEL", {}, "unit", None, 1, None))


SERVICE = """
import threading
class Mine(object):
    thread = None
    called = threading.Event()
    def load(self):
        self.loaded = True
    def predict(self, X, names): return X
    def custom_service(self):
        type(self).thread, type(self).seen = threading.current_thread(), self.loaded
        self.called.set()
        {then}
"""


@pytest.fixture
def user_class(tmp_path, monkeypatch):
    """A function: source of custom_service's last line -> the loaded component's class, forgotten after the test."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield lambda then: (load(tmp_path, SERVICE.format(then=then)), sys.modules["Mine"].Mine)[1]
    sys.modules.pop("Mine", None)


def test_custom_service_runs_beside_once_the_class_is_loaded(user_class):
    cls = user_class("pass")
    assert cls.called.wait(60)
    assert cls.thread is not threading.current_thread() and cls.thread.daemon and cls.seen


def test_a_custom_service_that_fails_is_logged_and_takes_nothing_down(user_class, capfd):
    cls = user_class("raise ValueError('no port')")
    cls.thread.join(60)
    log = capfd.readouterr().err
    assert "custom_service raised:" in log and "ValueError: no port" in log


def test_a_custom_service_that_is_not_implemented_is_none(user_class, capfd):
    user_class("raise NotImplementedError").thread.join(60)
    assert capfd.readouterr().err == ""


LEGACY = """
import site, sys
sys.path.insert(0, sys.argv[1])
site.addsitedir(sys.argv[2])
import numpy as np
from seldon_component.component import Component
from seldon_component.payload import GRPC, Feedback, Payload

class Mine:
    def predict_raw(self, msg):
        assert msg.data.tftensor.dtype == 19 and msg.meta.tags[u"a"].list_value.values[0].number_value == 1
        msg.strData = u"\\xe9"
        return msg

    def send_feedback_grpc(self, feedback):
        return feedback.truth

component = Component(Mine(), "MODEL", "0")
asked = Payload(u"tftensor", np.ones((1, 2), np.float16), [u"x", u"y"], {u"puid": u"p", u"tags": {u"a": [1, None]}})
answer = component.call("predict", asked, GRPC)
assert (answer.kind, answer.data, answer.meta) == (u"strData", u"\\xe9", {u"puid": u"p", u"tags": {u"a": [1.0, None]}})
answer = component.call("send_feedback", Feedback(asked, Payload(), 1.0, asked), GRPC)
assert (answer.kind, answer.data.dtype, answer.data.tolist()) == (u"tftensor", np.float16, [[1.0, 1.0]])
print(sys.modules["google.protobuf"].__version__)
"""


@pytest.mark.parametrize(("version", "protobuf"), [("2.7", "3.17.3"), ("3.6", "3.19.6")])
def test_hooks_get_messages_from_the_last_protobuf_of_an_old_python(version, protobuf, model_python_of, old_protobuf):
    root = component.__file__.rpartition("/seldon_component/")[0]
    done = subprocess.run(
        [model_python_of(version), "-B", "-c", LEGACY, root, old_protobuf(version, protobuf)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == (protobuf, "")


@pytest.fixture
def old_protobuf(model_python_of, tmp_path):
    """A function: Python version, protobuf version -> the folder into which that Python's own pip has installed it."""

    def install(version, protobuf):
        subprocess.run(
            [
                model_python_of(version),
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--target",
                tmp_path,
                f"protobuf=={protobuf}",
            ],
            check=True,
            capture_output=True,
        )
        return str(tmp_path)

    return install


NO_PROTOBUF = """
import sys
sys.path.insert(0, sys.argv[1])
from seldon_component.component import Component
from seldon_component.errors import ModelError
from seldon_component.payload import GRPC, REST, Payload

class Mine(object):
    def predict_raw(self, msg):
        return msg

component = Component(Mine(), "MODEL", "0")
assert component.call("predict", Payload(u"strData", u"x"), REST).data == u"x"
assert "google" not in sys.modules
try:
    component.call("predict", Payload(u"strData", u"x"), GRPC)
except ModelError as error:
    print(error)
"""


def test_a_class_without_protobuf_is_told_that_its_hooks_for_grpc_need_it(model_python):
    root = component.__file__.rpartition("/seldon_component/")[0]
    done = subprocess.run([model_python, "-B", "-c", NO_PROTOBUF, root], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("a hook for gRPC messages needs the package protobuf in requirements.txt: ")
    assert done.stderr == ""


GENERATED = """
import sys
sys.path[:0] = [sys.argv[1], sys.argv[2]]
from generated import pb2
from seldon_component.component import Component
from seldon_component.payload import GRPC, Payload
from seldon_component.proto import classes

class Mine:
    def predict_raw(self, msg):
        assert isinstance(msg, pb2.SeldonMessage)
        return pb2.SeldonMessage(strData=msg.strData, meta=msg.meta)

assert Component(Mine(), "MODEL", "0").call("predict", Payload("strData", "x"), GRPC).data == "x"
assert classes.message_class("SeldonMessage") is not pb2.SeldonMessage
"""


def test_a_hook_gets_messages_of_the_class_that_its_own_imports_generated():
    root = component.__file__.rpartition("/seldon_component/")[0]
    generated = str(Path(__file__).parents[3])
    done = subprocess.run(
        [sys.executable, "-B", "-c", GENERATED, root, generated], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
