"""Keeps the state of one component and the stored state the same, step by step."""

from __future__ import annotations

import logging
from typing import Any

from seldon_component.errors import BadState, Unavailable
from seldon_component.state.object_state import RAW_PICKLE

from ..errors import NotLeader, StateUnreadable
from ..model.state import ModelState
from .envelope import Envelope
from .lease import Lease
from .repository import StateRepository, empty
from .signer import digest_of, now
from .store import Version

log = logging.getLogger(__name__)


class Writer:
    """Restores the component's state, loads the states that other writers have stored, and saves. Not thread-safe.

    Every method raises StateUnreachable if the store does not respond, StateUnreadable if the component cannot use
    the stored state, Unavailable if the component has ended.
    """

    def __init__(self, repository: StateRepository, lease: Lease, identity: bytes) -> None:
        """identity: 16 bytes that no other writer has."""
        self.generation = 0  # the highest one that this writer has read or written
        self._repository = repository
        self._lease = lease
        self._identity = identity
        self._state: ModelState | None = None
        self._version: Version | None = None  # of the stored state that was loaded or saved last
        self._digest: str | None = None  # SHA-256 of that state, if it is known
        self._was_leader: bool | None = None  # at the last refresh; None before the first one

    @property
    def has_state(self) -> bool:
        return self._state is not None

    def restore(self, state: ModelState) -> None:
        """Load the stored state into a component that has just been constructed."""
        self._state, self._version, self._digest = None, None, None
        if not self._load(state, merging=False):
            state.fresh()
            log.info("no state is stored: the component begins afresh")
        self._state = state

    def refresh(self) -> None:
        """If another writer has stored a state since, load it into the component. Raises NotLeader."""
        if not self._lease.held and not self._lease.acquire():
            self._follow()
        if not self._was_leader:
            log.info("this replica holds the lease: it writes from now on")
        version = self._repository.version()
        if version != self._version:
            self._load_changed(version)
        self._was_leader = True

    def save(self) -> None:
        """Write the component's state, if it is not what the store has.

        Raises NotLeader, StateChanged, LeaseLost or BadState.
        """
        self.refresh()
        state = self._loaded_state()
        described = state.snapshot()
        digest, length = digest_of(state.file)
        if digest != self._digest:
            self._write(state, described, digest, length)

    def _write(self, state: ModelState, described: dict[str, Any], digest: str, length: int) -> None:
        envelope = Envelope(
            name="",  # the repository's signer sets the name, and whether it is signed
            generation=self.generation + 1,
            writer=self._identity,
            described=described,
            saved_at=now(),
            length=length,
            sha256=digest,
            signed=False,
        )
        version = self._repository.write(envelope, state.file, self._version, self._lease.owner)
        self._remember(version, digest)
        log.debug("saved generation %d, %d bytes", self.generation, length)

    def _follow(self) -> None:
        if self._was_leader is not False:
            log.info("another replica holds the lease: this one serves, and writes nothing")
        self._was_leader = False
        raise NotLeader("another replica holds the lease, and writes")

    def _load_changed(self, version: Version | None) -> None:
        """The store has another version than this writer has loaded or saved last."""
        if version is None:
            log.warning("the stored state is gone: the component's own state is written again")
            self._version, self._digest = None, None
        elif version.is_written_by(self._identity):
            # Our own write, and Redis' response was lost; or an earlier one of ours, after a failover lost the last.
            # The component has that state or a newer one, so there is nothing to load.
            self._remember(version, None)
        else:
            level = logging.WARNING if self._was_leader else logging.INFO
            log.log(level, "another writer has stored generation %d: the component takes that over", version.generation)
            self._load(self._loaded_state(), merging=True)

    def _load(self, state: ModelState, merging: bool) -> bool:
        """Load the stored state into the component; False if nothing is stored."""
        found = self._read_into(state, merging)
        if found is None:
            return False
        envelope, version = found
        self._remember(version, envelope.sha256)
        if envelope.described["form"] == RAW_PICKLE:
            self._digest = None  # so that the next save writes it with an envelope
            log.warning(
                "the stored state is a raw pickle, as images of 2018 left them: the next save gives it an envelope"
            )
        else:
            log.info("restored generation %d, saved %s", version.generation, envelope.saved_at)
        return True

    def _read_into(self, state: ModelState, merging: bool) -> tuple[Envelope, Version] | None:
        """Read the stored state into the component's file, and let the component load it."""
        try:
            found = self._repository.read(state.file)
            if found:
                load = state.merge if merging else state.restore
                load(found[0].described)
            return found
        except BadState as error:
            raise StateUnreadable(f"the state in {self._repository.store.where}: {error}") from None
        except OSError as error:
            raise StateUnreadable(f"no room for the state in a temporary file: {error.strerror}") from None
        finally:
            empty(state.file)

    def _remember(self, version: Version, digest: str | None) -> None:
        self._version, self._digest = version, digest
        self.generation = max(self.generation, version.generation)

    def _loaded_state(self) -> ModelState:
        if self._state is None:
            raise Unavailable("the component is not loaded")
        return self._state
