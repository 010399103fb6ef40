"""seldon_component.user_class.message_hooks with the protobuf that the user's Python has, or has not."""

import subprocess
import sys
from pathlib import Path

import pytest
import seldon_component

RUNTIME = str(Path(seldon_component.__file__).parents[1])

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
request = Payload(u"tftensor", np.ones((1, 2), np.float16), [u"x", u"y"], {u"puid": u"p", u"tags": {u"a": [1, None]}})
response = component.call("predict", request, GRPC)
assert (response.kind, response.data) == (u"strData", u"\\xe9")
assert response.meta == {u"puid": u"p", u"tags": {u"a": [1.0, None]}}
response = component.call("send_feedback", Feedback(request, Payload(), 1.0, request), GRPC)
assert (response.kind, response.data.dtype, response.data.tolist()) == (u"tftensor", np.float16, [[1.0, 1.0]])
print(sys.modules["google.protobuf"].__version__)
"""


@pytest.mark.parametrize(("version", "protobuf"), [("2.7", "3.17.3"), ("3.6", "3.19.6")])
def test_hooks_get_messages_from_the_last_protobuf_of_an_old_python(version, protobuf, model_python_of, old_protobuf):
    run = subprocess.run(
        [model_python_of(version), "-B", "-c", LEGACY, RUNTIME, old_protobuf(version, protobuf)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.stdout.strip(), run.stderr) == (protobuf, "")


@pytest.fixture
def old_protobuf(model_python_of, tmp_path):
    """A function: Python version, protobuf version -> the folder into which that Python's own pip has installed it."""

    def install(version, protobuf):
        options = ["--quiet", "--disable-pip-version-check", "--target", tmp_path]
        command = [model_python_of(version), "-m", "pip", "install", *options, f"protobuf=={protobuf}"]
        subprocess.run(command, check=True, capture_output=True)
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


def test_without_protobuf_an_error_says_that_hooks_for_grpc_need_it(model_python):
    run = subprocess.run([model_python, "-B", "-c", NO_PROTOBUF, RUNTIME], capture_output=True, text=True, check=False)
    assert run.stdout.startswith("a hook for gRPC messages needs the package protobuf in requirements.txt: ")
    assert run.stderr == ""


GENERATED = """
import sys
sys.path[:0] = [sys.argv[1], sys.argv[2]]
from support.generated import pb2
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


def test_a_hook_gets_messages_of_its_own_generated_class():
    test_folder = str(Path(__file__).parents[3])
    run = subprocess.run(
        [sys.executable, "-B", "-c", GENERATED, RUNTIME, test_folder], capture_output=True, text=True, check=False
    )
    assert run.stderr == ""
