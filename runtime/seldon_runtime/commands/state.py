"""`seldon-core-microservice state …`: look at a component's stored states, and move them."""

from __future__ import annotations

import dataclasses
import sys
import tempfile
import uuid
from collections.abc import Callable, Sequence
from typing import BinaryIO

from seldon_component.errors import BadState, StartError
from seldon_component.state import dictionary as state_dict
from seldon_component.state.object_state import DICT, RAW_PICKLE

from ..config.command_line import StateCommand
from ..config.settings import read_state_command
from ..errors import StateChanged, StateUnreadable
from ..persistence.envelope import HEAD_SIZE, Envelope, Head
from ..persistence.repository import StateRepository, open_repository
from ..persistence.stored_value import PIECE, Mark, StoredValue, pieces


def main(arguments: Sequence[str]) -> int:
    """Exit code of the command: 0, or that of the StartError whose text stands on standard error."""
    try:
        command, settings = read_state_command(arguments)
        _ACTIONS[command.action](open_repository(settings), command)
        return 0
    except StartError as error:
        print(error, file=sys.stderr, flush=True)
        return error.exit_code
    except (BadState, StateChanged) as error:
        print(error, file=sys.stderr, flush=True)
        return StateUnreadable.exit_code


def list_(repository: StateRepository, command: StateCommand) -> None:
    """A line a generation, the current one first."""
    for stored in _all(repository):
        head = Head.read(stored.read(0, HEAD_SIZE))
        if head is None:
            print(f"-\t-\t{stored.length} bytes\tnot in an envelope")
            continue
        try:
            envelope = _envelope(stored, head)
        except StateUnreadable as error:
            print(f"{head.generation}\t-\t{stored.length} bytes\tunreadable: {error}")
            continue
        form = _harmless("{form} of {class}".format(**envelope.described))
        print(f"{head.generation}\t{_harmless(envelope.saved_at)}\t{stored.length} bytes\t{form}")


def show(repository: StateRepository, command: StateCommand) -> None:
    """The envelope, and of a dict the names, dtypes and shapes. Unpickles nothing."""
    with tempfile.TemporaryFile() as payload:
        stored = _chosen(repository, command.generation)
        head = Head.read(stored.read(0, HEAD_SIZE))
        if head is None:
            print(f"form: {RAW_PICKLE}\nlength: {stored.length} bytes")
        else:
            _print_envelope(repository, _envelope(stored, head))
        envelope = repository.open(stored, payload)
        print("intact: yes" + (", and signed with this PERSISTENCE_KEY" if envelope.signed else ""))
        if envelope.described["form"] == DICT:
            payload.seek(0)
            for entry in state_dict.read_index(payload):
                print("  " + _words(entry))


def rollback(repository: StateRepository, command: StateCommand) -> None:
    """Write an earlier generation once more, as the latest."""
    earlier = repository.store.earlier()
    if command.generation is None and not earlier:
        raise StateUnreadable(f"{repository.store.where}: there is no earlier generation of {repository.name}")
    stored = earlier[0] if command.generation is None else _chosen(repository, command.generation)
    with tempfile.TemporaryFile() as payload:
        envelope = repository.open(stored, payload)
        print(f"generation {_write(repository, envelope, payload)} is generation {envelope.generation} again")


def export(repository: StateRepository, command: StateCommand) -> None:
    """A value as it is, to standard output."""
    stored = _chosen(repository, command.generation)
    for piece in pieces(stored, 0, stored.length):
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def import_(repository: StateRepository, command: StateCommand) -> None:
    """An exported value, from standard input, as the latest generation of this key."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as payload:
        while piece := sys.stdin.buffer.read(PIECE):
            given.write(piece)
        envelope = repository.open(_Given(given), payload, trusting=command.trust)
        print(f"generation {_write(repository, envelope, payload)} is the imported one")


_ACTIONS: dict[str, Callable[[StateRepository, StateCommand], None]] = {
    "list": list_,
    "show": show,
    "rollback": rollback,
    "export": export,
    "import": import_,
}


class _Given:
    """A file as a value. See `Stored`."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.length = file.tell()

    def read(self, offset: int, size: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(max(size, 0))


def _all(repository: StateRepository) -> list[StoredValue]:
    current = repository.store.current()
    return [*([current] if current else []), *repository.store.earlier()]


def _chosen(repository: StateRepository, generation: int | None) -> StoredValue:
    """The value of a generation; the current one for None. Raises StateUnreadable when there is none."""
    found = _all(repository)
    if generation is None and found:
        return found[0]
    marks = [Mark.of(stored) for stored in found]
    for stored, mark in zip(found, marks, strict=True):
        if mark and mark.generation == generation:
            return stored
    there = ", ".join(str(mark.generation) for mark in marks if mark) or "none"
    wanted = "no state" if generation is None else f"no generation {generation}"
    raise StateUnreadable(
        f"{repository.store.where}: there is {wanted} of {repository.name}; generations found: {there}"
    )


def _envelope(stored: StoredValue, head: Head) -> Envelope:
    head.check()
    return Envelope.unpack(head, stored.read(HEAD_SIZE, head.header_size))


def _write(repository: StateRepository, envelope: Envelope, payload: BinaryIO) -> int:
    """The generation as which the state has been written; whoever serves it goes on from there."""
    payload.seek(0)
    generations = [mark.generation for mark in map(Mark.of, _all(repository)) if mark]
    own = dataclasses.replace(envelope, generation=max(generations, default=0) + 1, writer=uuid.uuid4().bytes)
    return repository.write(own, payload, repository.mark(), None).generation


def _print_envelope(repository: StateRepository, envelope: Envelope) -> None:
    described = envelope.described
    packages = ", ".join(f"{name} {version}" for name, version in sorted(described["packages"].items()))
    for name, value in (
        ("key", envelope.name),
        ("store", repository.store.where),
        ("generation", envelope.generation),
        ("saved at", envelope.saved_at),
        ("class", described["class"]),
        ("form", described["form"]),
        ("python", described["python"]),
        ("packages", packages or "none"),
        ("length", f"{envelope.length} bytes"),
        ("sha256", envelope.sha256),
        ("signed", "yes" if envelope.signed else "no"),
    ):
        print(f"{name}: {_harmless(value)}")


def _words(entry: list[object]) -> str:
    name, kind, first, *rest = map(_harmless, entry)
    if kind == "array":
        return f"{name}: array {first} {rest[0]}"
    if kind == "bytes":
        return f"{name}: {first} bytes"
    return f"{name}: {kind} {first[:60]!r}" if kind == "text" else f"{name}: {kind} {first}"


def _harmless(value: object) -> str:
    """Its text without what would steer a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(value))
