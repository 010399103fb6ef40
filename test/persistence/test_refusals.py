"""A stored state that must not be used ends the start with 31 and a reason, and stays as it is."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis
from seldon_component.state import dictionary as state_dict
from seldon_runtime.persistence.envelope import Envelope
from seldon_runtime.persistence.signer import Signer, digest_of
from support.hostile_pickle import hostile_pickle
from support.replicas import KEY, Replica
from support.waiting import eventually

Make = Callable[..., Replica]
SIGNING_KEY = b"k" * 16


def value(secret: bytes | None = None, name: str = KEY, payload: bytes | None = None, **described: object) -> bytes:
    """A stored state, with its envelope and its checksum."""
    if payload is None:
        file = io.BytesIO()
        state_dict.write({"note": "kept"}, file)
        payload = file.getvalue()
    digest, length = digest_of(io.BytesIO(payload))
    complete = {"class": "counting.Dicted", "form": "dict", "python": "3.13.0", "packages": {}, **described}
    envelope = Envelope("", 1, b"w" * 16, complete, "2018-05-04T00:00:00", length, digest, False)
    return b"".join(Signer(name, secret, 2**29).sign(envelope, io.BytesIO(payload)).chunks)


def flipped(data: bytes, at: int = -100) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 16
    return bytes(changed)


FOREIGN: dict[str, Any] = {"class": "shop.Router"}
WITH_KEY: dict[str, object] = {"PERSISTENCE_KEY": SIGNING_KEY.decode()}
# name: (stored value, variables, text in the log)
REFUSALS: dict[str, tuple[bytes, dict[str, object], str]] = {
    "truncated": (value()[:-10], {}, "its checksum does not fit: it was changed or truncated"),
    "bit-flipped": (flipped(value()), {}, "its checksum does not fit: it was changed or truncated"),
    "bit-flipped, signed": (flipped(value(SIGNING_KEY)), WITH_KEY, "its signature does not fit PERSISTENCE_KEY"),
    "foreign class": (value(**FOREIGN), {}, "it is of class shop.Router, and this is counting.Dicted"),
    "wrong key": (value(b"o" * 16), WITH_KEY, "its signature does not fit PERSISTENCE_KEY"),
    "unsigned": (value(), WITH_KEY, "it is not signed, and PERSISTENCE_KEY is set"),
    "signed, and no key": (value(SIGNING_KEY), {}, "it is signed, and PERSISTENCE_KEY is not set"),
    "raw pickle, and a key": (pickle.dumps(1), WITH_KEY, "it has no envelope, so no signature"),
    "of another key": (value(name="persistence_1_1_1"), {}, "it was written for the key persistence_1_1_1"),
    "oversized": (value(payload=bytes(2000)), {"PERSISTENCE_MAX_BYTES": 1000}, "PERSISTENCE_MAX_BYTES allows 1000"),
    "no pickle": (b"nonsense", {}, "UnpicklingError"),
    "pickle of another class": (pickle.dumps(1), {}, "it is of class builtins.int, and this is counting.Dicted"),
    "pickle of another Python": (value(form="pickle", python="2.7.18"), {}, "it is a pickle of Python 2.7.18, and this is Python 3"),
    "no dict": (value(payload=b"\xff" * 100), {}, "the stored dict's index: expected at most 16777216 bytes, found 4294967295"),
    "dict that set_state cannot take": (value(), {}, "KeyError: 'rate'"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_an_unusable_state_ends_the_start_and_stays(case: str, replica: Make, store: redis.Redis) -> None:
    stored, variables, text = REFUSALS[case]
    store.set(KEY, stored)
    one = replica(PERSISTENCE_TIMEOUT=1, **variables).start()
    assert one.process.wait(60) == 31
    assert text in one.log
    assert store.get(KEY) == stored


def test_a_save_of_a_too_large_state_is_refused(replica: Make, store: redis.Redis) -> None:
    one = replica(PERSISTENCE_MAX_BYTES=100).ready()
    assert "PERSISTENCE_MAX_BYTES allows 100" in one.save().json()["status"]["info"]
    assert store.keys() == [f"{{{KEY}}}:lease".encode()]


def test_a_value_that_is_repaired_meanwhile_is_restored(replica: Make, store: redis.Redis) -> None:
    one = replica().ready()
    one.count()
    one.saved()
    good = store.get(KEY)
    assert isinstance(good, bytes)
    one.kill()
    store.set(KEY, good[:-1])
    one.start()
    eventually(lambda: "not ready, and trying again" in one.log, "the replica had tried")
    store.set(KEY, good)
    eventually(lambda: one.status("/ready") == 200, "the replica was ready")
    assert one.counts()[0] == 1


def test_with_a_key_a_hostile_pickle_is_never_unpickled(replica: Make, store: redis.Redis, tmp_path: Path) -> None:
    store.set(KEY, hostile_pickle(tmp_path / "was-here"))
    one = replica("counting.Pickled", PERSISTENCE_TIMEOUT=1, **WITH_KEY).start()
    assert one.process.wait(60) == 31
    assert "it has no envelope, so no signature" in one.log
    for command in ("list", "show", "rollback"):
        one.state(command)
    assert not (tmp_path / "was-here").exists()
