"""`seldon-core-microservice state …`: inspects a component's stored states, and moves them."""

from __future__ import annotations

import dataclasses
import sys
import uuid
from collections.abc import Callable, Sequence
from typing import BinaryIO

from seldon_component.errors import BadState, StartError
from seldon_component.state import dictionary
from seldon_component.state.object_state import DICT, RAW_PICKLE

from ..config.command_line import StateCommand
from ..config.environment import read_state_command
from ..errors import StateChanged, StateUnreadable
from ..persistence.envelope import HEAD_SIZE, Envelope, Head
from ..persistence.repository import StateRepository, open_repository
from ..persistence.store import CHUNK_SIZE, StoredValue, chunks_of
from ..system.scratch_file import scratch_file


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0, or that of the StartError that is printed to standard error."""
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


def list_generations(repository: StateRepository, command: StateCommand) -> None:
    """Print one line for each generation, the current one first."""
    for stored in _stored_values(repository):
        head = Head.read(stored.read(0, HEAD_SIZE))
        if head is None:
            print(f"-\t-\t{stored.length} bytes\tnot in an envelope")
            continue
        try:
            envelope = _read_envelope(stored, head)
        except StateUnreadable as error:
            print(f"{head.generation}\t-\t{stored.length} bytes\tunreadable: {error}")
            continue
        form = _printable("{form} of {class}".format(**envelope.described))
        print(f"{head.generation}\t{_printable(envelope.saved_at)}\t{stored.length} bytes\t{form}")


def show(repository: StateRepository, command: StateCommand) -> None:
    """Print the envelope and, if the state is a dict, names, dtypes and shapes. Unpickles nothing."""
    with scratch_file() as payload:
        stored = _find_value(repository, command.generation)
        head = Head.read(stored.read(0, HEAD_SIZE))
        if head is None:
            print(f"form: {RAW_PICKLE}\nlength: {stored.length} bytes")
        else:
            _print_envelope(repository, _read_envelope(stored, head))
        envelope = repository.read_value(stored, payload)
        signed = ", and signed with this PERSISTENCE_KEY" if envelope.signed else ""
        print(f"intact: yes{signed}")
        if envelope.described["form"] == DICT:
            payload.seek(0)
            for entry in dictionary.read_index(payload):
                print(f"  {_describe_entry(entry)}")


def rollback(repository: StateRepository, command: StateCommand) -> None:
    """Write an earlier generation once more, as the latest."""
    stored = _find_earlier_value(repository, command.generation)
    with scratch_file() as payload:
        envelope = repository.read_value(stored, payload)
        generation = _write_as_latest(repository, envelope, payload)
        print(f"generation {generation} is generation {envelope.generation} again")


def export_value(repository: StateRepository, command: StateCommand) -> None:
    """Write a value to standard output, unchanged."""
    stored = _find_value(repository, command.generation)
    for chunk in chunks_of(stored, 0, stored.length):
        sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


def import_value(repository: StateRepository, command: StateCommand) -> None:
    """Write an exported value, read from standard input, as the latest generation of this key."""
    with scratch_file() as exported, scratch_file() as payload:
        while chunk := sys.stdin.buffer.read(CHUNK_SIZE):
            exported.write(chunk)
        envelope = repository.read_value(_ExportedValue(exported), payload, trusted=command.trust)
        generation = _write_as_latest(repository, envelope, payload)
        print(f"generation {generation} is the imported one")


_ACTIONS: dict[str, Callable[[StateRepository, StateCommand], None]] = {
    "list": list_generations,
    "show": show,
    "rollback": rollback,
    "export": export_value,
    "import": import_value,
}


class _ExportedValue:
    """A file with an exported value. See `StoredValue`."""

    def __init__(self, file: BinaryIO) -> None:
        """file: positioned at its end."""
        self._file = file
        self.length = file.tell()

    def read(self, offset: int, size: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(max(size, 0))


def _stored_values(repository: StateRepository) -> list[StoredValue]:
    """The current value first."""
    current = repository.store.current()
    earlier = repository.store.earlier()
    return [current, *earlier] if current else earlier


def _find_value(repository: StateRepository, generation: int | None) -> StoredValue:
    """The value of a generation, the current value for None. Raises StateUnreadable if there is none."""
    values = _stored_values(repository)
    if generation is None and values:
        return values[0]
    generations = []
    for stored in values:
        found = _generation_of(stored)
        if found == generation:
            return stored
        generations.append(found)
    wanted = "no state" if generation is None else f"no generation {generation}"
    listed = ", ".join(map(str, generations)) or "none"
    raise StateUnreadable(
        f"{repository.store.where}: there is {wanted} of {repository.name}; generations found: {listed}"
    )


def _find_earlier_value(repository: StateRepository, generation: int | None) -> StoredValue:
    """The value of a generation, the one before the current value for None. Raises StateUnreadable if there is none."""
    if generation is not None:
        return _find_value(repository, generation)
    earlier = repository.store.earlier()
    if not earlier:
        raise StateUnreadable(f"{repository.store.where}: there is no earlier generation of {repository.name}")
    return earlier[0]


def _generation_of(stored: StoredValue) -> int:
    """0 for a value without an envelope."""
    head = Head.read(stored.read(0, HEAD_SIZE))
    return head.generation if head else 0


def _read_envelope(stored: StoredValue, head: Head) -> Envelope:
    head.check_format()
    return Envelope.unpack(head, stored.read(HEAD_SIZE, head.header_size))


def _write_as_latest(repository: StateRepository, envelope: Envelope, payload: BinaryIO) -> int:
    """Write a state as a new generation and return that. A replica that runs loads it, as another writer's state."""
    payload.seek(0)
    latest = max(map(_generation_of, _stored_values(repository)), default=0)
    renewed = dataclasses.replace(envelope, generation=latest + 1, writer=uuid.uuid4().bytes)
    return repository.write(renewed, payload, repository.version(), owner=None).generation


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
        print(f"{name}: {_printable(value)}")


def _describe_entry(entry: list[object]) -> str:
    """One line about an entry of a stored dict. See seldon_component/state/dictionary.py."""
    name, kind, value, *shape = map(_printable, entry)
    if kind == "array":
        return f"{name}: array {value} {shape[0]}"
    if kind == "bytes":
        return f"{name}: {value} bytes"
    if kind == "text":
        return f"{name}: text {value[:60]!r}"
    return f"{name}: {kind} {value}"


def _printable(value: object) -> str:
    """The value as text, without the characters that would control a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(value))
