"""A Model that needs no component, and Settings that need no environment."""

import dataclasses

from seldon_component.errors import NotImplementedByModel
from seldon_component.payload import REST, Payload
from seldon_runtime.config.settings import read_settings
from seldon_runtime.model.interface import Called

DESCRIPTION = {"name": "Iris", "methods": ["predict"], "class_names": ["no", "yes"], "feature_names": ["a", "b", "c"]}


def settings(**changes):
    return dataclasses.replace(read_settings(["flowers.Iris"]), **changes)


class StubModel(Called):
    """answers: method -> a Payload to return, or an exception to raise."""

    def __init__(self, answers=None, description=DESCRIPTION, ready=True, restarts=0):
        self.answers = {} if answers is None else answers
        self.description = description
        self.ready = ready
        self.restarts = restarts
        self.asked = []

    def call(self, method, question, wire=REST):
        self.asked.append((method, question, wire))
        answer = self.answers.get(method, NotImplementedByModel(f"no {method}"))
        if isinstance(answer, Payload):
            return answer
        raise answer

    def start(self):
        self.asked.append("start")

    def stop(self):
        self.asked.append("stop")
