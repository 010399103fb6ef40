"""v1.cloud_events: events around a message of V1."""

import datetime
import json
import math

import pytest
from seldon_component.errors import BadPayload
from seldon_runtime.v1 import cloud_events
from seldon_runtime.v1.cloud_events import Event, EventSettings

OURS = EventSettings(None, None, merge=False)
ATTRIBUTES = {"specversion": "1.0", "id": "1", "source": "me", "type": "mine"}
HEADERS = {b"ce-" + name.encode(): value.encode() for name, value in ATTRIBUTES.items()}


def test_headers_are_the_attributes_of_a_binary_event():
    found = cloud_events.binary_event({**HEADERS, b"ce-shop": b"paris", b"accept": b"*/*"})
    assert found == Event({**ATTRIBUTES, "shop": "paris"}, is_structured=False)


@pytest.mark.parametrize("name", HEADERS)
def test_without_a_required_header_there_is_no_event(name):
    assert cloud_events.binary_event({key: value for key, value in HEADERS.items() if key != name}) is None


@pytest.mark.parametrize("data", [{"data": {"instances": [1]}}, {"data_base64": "eyJpbnN0YW5jZXMiOiBbMV19"}])
def test_a_structured_event_has_its_message_inside(data):
    event, message = cloud_events.structured_event({**ATTRIBUTES, "shop": 1, **data}, math.inf)
    assert message == {"instances": [1]}
    assert event.is_structured
    assert event.attributes == {"specversion": "1.0", "source": "me", "type": "mine", "shop": 1}


@pytest.mark.parametrize(("value", "text"), [
    ([], "event: expected an object, found a list"),
    ({**ATTRIBUTES, "id": 1}, "event: id: expected text, found 1"),
    ({"specversion": "1.0"}, "event: id: expected text, found null"),
    ({**ATTRIBUTES, "data_base64": "?"}, "event: data_base64: expected base64, found '?'"),
    ({**ATTRIBUTES, "data_base64": 1}, "event: data_base64: expected base64, found 1"),
])  # fmt: skip
def test_an_error_names_the_attribute(value, text):
    with pytest.raises(BadPayload) as error:
        cloud_events.structured_event(value, math.inf)
    assert str(error.value) == text


def test_a_response_is_a_new_event():
    event = Event({**ATTRIBUTES, "time": "once", "shop": "paris"}, is_structured=False)
    found, other = event.response("Iris", OURS), event.response("Iris", OURS)
    assert found["id"] != other["id"]
    assert datetime.datetime.fromisoformat(found["time"]).tzinfo is not None
    assert {name: value for name, value in found.items() if name not in ("id", "time")} == {
        "specversion": "1.0", "source": "io.kserve.inference.Iris", "type": "io.kserve.inference.response"}


def test_a_response_may_keep_the_attributes_of_its_request():
    event = Event({**ATTRIBUTES, "time": "once", "shop": "paris"}, is_structured=False)
    found = event.response("Iris", EventSettings("T", "S", merge=True))
    assert (found["shop"], found["type"], found["source"]) == ("paris", "T", "S")
    assert found["id"] != "1"
    assert found["time"] != "once"


def test_what_no_header_can_carry_is_escaped():
    found = cloud_events.headers_of({"source": 'a"\r\né', "id": "x%20"})
    assert found == (("ce-source", "a%22%0D%0A%C3%A9"), ("ce-id", "x%20"))
    assert Event({}, False).response("a/é\n", OURS)["source"] == "io.kserve.inference.a%2F%C3%A9%0A"


def test_a_structured_response_is_one_object():
    body = cloud_events.wrapped({"id": "1"}, b'{"predictions":[1]}')
    assert json.loads(body) == {"id": "1", "datacontenttype": "application/json", "data": {"predictions": [1]}}
