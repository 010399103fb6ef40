"""KServe's V1 protocol, over REST."""

from __future__ import annotations

import json
from typing import Any

import requests
from support.contract_servers import UNIT_ID, ContractServer

from .interface import Answer


class V1:
    """KServe's V1, for messages that are nothing but an ndarray. It has no tags and no names."""

    name, key = "v1", "v2"

    def __init__(self, server: ContractServer) -> None:
        self._url = f"{server.url}/v1/models/{UNIT_ID}:predict"
        self._session = requests.Session()

    @classmethod
    def can_say(cls, method: str, message: Any) -> bool:
        data = message.get("data") if isinstance(message, dict) and {*message} == {"data"} else None
        return method in ("predict", "transform_input") and isinstance(data, dict) and {*data} == {"ndarray"}

    def ask(self, method: str, message: Any) -> Answer:
        answer = self._session.post(self._url, json={"instances": message["data"]["ndarray"]}, timeout=5)
        return Answer(answer.status_code, answer.json())

    def same(self, found: Any, expected: Any) -> bool:
        if "error" in found:
            return bool(found["error"] == expected["status"]["info"].replace("data.ndarray", "instances"))
        kind = next(key for key in ("data", "strData", "binData", "jsonData") if key in expected)
        value = expected[kind]
        wanted = value["ndarray"] if kind == "data" else value if kind == "jsonData" else [value]
        return json.dumps(found) == json.dumps({"predictions": wanted})

    def close(self) -> None:
        self._session.close()
