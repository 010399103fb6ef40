"""Hooks that are `async def`: their results are awaited, in the thread of the component, in one event loop."""

import asyncio
import functools
import subprocess
from pathlib import Path

import pytest
import seldon_component
from seldon_component.errors import ModelError
from seldon_component.payload import Payload
from seldon_component.user_class.loader import construct
from support.user_classes import WIRES, request_for, serving


def loose(function):
    return lambda *args, **kwargs: function(*args, **kwargs)


def proper(function):
    return functools.wraps(function)(loose(function))


async def now(value):
    await asyncio.sleep(0)
    return value


class Async:
    loops: set = set()

    async def load(self):
        self.factor = await now(2)

    async def predict(self, X, names):
        self.loops.add(asyncio.get_running_loop())
        return await now(X * self.factor)

    async def transform_input(self, X, *, meta):
        return await now(meta)

    async def tags(self):
        return await now({"own": 1})

    async def metrics(self):
        return await now([{"key": "k", "value": 1}])

    async def class_names(self):
        return await now(["c", "d"])

    async def send_feedback_raw(self, message):
        return await now({"strData": "raw"})

    async def health_status(self):
        return await now("fine")

    async def init_metadata(self):
        return await now({"inputs": []})


@pytest.mark.parametrize("decorate", [lambda function: function, loose, proper])
@pytest.mark.parametrize("wire", WIRES)
def test_every_hook_may_be_async(decorate, wire):
    cls = type("Mine", (Async,), {"predict": decorate(Async.predict)})
    component = serving(lambda: construct(cls, {}, "/nowhere"))
    for _ in range(2):
        response = component.call("predict", request_for("predict"), wire)
        assert (response.data.tolist(), response.names) == ([[2, 4]], ["c", "d"])
        assert (response.meta["tags"]["own"], response.meta["metrics"][0]["key"]) == (1, "k")
    assert component.call("transform_input", Payload("strData", "x"), wire).data == {}
    assert component.call("send_feedback", request_for("send_feedback"), wire).data == "raw"
    assert component.call("health_status", Payload(), wire).data == "fine"
    assert component.call("metadata", Payload(), wire).data == {"inputs": []}
    assert component.describe()["class_names"] == ["c", "d"]
    assert len(Async.loops) == 1


@pytest.mark.parametrize("error", [ValueError("bad"), asyncio.CancelledError("gone"), SystemExit(3)])
def test_an_error_of_an_async_method_is_the_model_s_and_the_next_call_works(error):
    class Mine:
        async def predict(self, X):
            if X == "fail":
                raise error
            return await now(X)

    component = serving(Mine)
    for _ in range(2):
        with pytest.raises(ModelError, match=f"Mine.predict raised {type(error).__name__}"):
            component.call("predict", Payload("strData", "fail"))
        assert component.call("predict", Payload("strData", "x")).data == "x"


OLD_PYTHON = """
import asyncio, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from seldon_component.component import Component
from seldon_component.payload import Payload
class Mine(object):
    async def predict(self, X, names):
        await asyncio.sleep(0)
        return X
    async def generate(self):
        yield 1
    tags = generate
print(Component(Mine(), "MODEL", "0").call("predict", Payload(u"strData", u"x")).data)
"""


def test_async_methods_are_awaited_on_python_3_6(model_python_of):
    folder = str(Path(seldon_component.__file__).parent.parent)
    run = subprocess.run([model_python_of("3.6"), "-c", OLD_PYTHON, folder], capture_output=True, text=True, check=True)
    assert run.stdout == "x\n"
    assert run.stderr.startswith("Mine.tags: expected a method that returns a value, found a generator")
