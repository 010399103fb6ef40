"""One component's state and the stored one: what they have in common, and the steps that keep it so."""

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
from .stored_value import Mark

log = logging.getLogger(__name__)


class Writer:
    """Restores, follows what others have written, saves. One call at a time.

    Everything raises StateUnreachable when the store does not answer, StateUnreadable when the component cannot have
    what is stored, Unavailable when the component has ended.
    """

    def __init__(self, repository: StateRepository, lease: Lease, identity: bytes) -> None:
        """identity: 16 bytes that no other writer has."""
        self.generation = 0  # of what this writer has last read or written; it never goes back
        self._vault = repository
        self._lease = lease
        self._identity = identity
        self._state: ModelState | None = None
        self._known: Mark | None = None  # of the stored state that the component began with, or that was saved of it
        self._digest: str | None = None  # of that, where it is known
        self._writes: bool | None = None  # whether the lease was ours the last time

    @property
    def has_state(self) -> bool:
        return self._state is not None

    def begin(self, state: ModelState) -> None:
        """Give a constructed component what is stored."""
        self._state, self._known, self._digest = None, None, None
        if not self._read_into(state, merging=False):
            state.fresh()
            log.info("no state is stored: the component begins afresh")
        self._state = state

    def refresh(self) -> None:
        """See that the component goes on from what was written last, by whomever. Raises StandingBy."""
        if not self._lease.held and not self._lease.take():
            self._stand_by()
        if not self._writes:
            log.info("this replica holds the lease: it writes from now on")
        mark = self._vault.mark()
        if mark != self._known:
            self._follow(mark)
        self._writes = True

    def save(self) -> None:
        """See that the store has the component's state as it is now.

        Raises StandingBy, StateChanged, LeaseLost or BadState.
        """
        self.refresh()
        state = self._component()
        described = state.snapshot()
        digest, length = digest_of(state.file)
        if digest != self._digest:
            self._write(state, described, digest, length)

    def _write(self, state: ModelState, described: dict[str, Any], digest: str, length: int) -> None:
        envelope = Envelope(  # the vault gives it its name and signature
            name="",
            generation=self.generation + 1,
            writer=self._identity,
            described=described,
            saved_at=now(),
            length=length,
            sha256=digest,
            signed=False,
        )
        mark = self._vault.write(envelope, state.file, self._known, self._lease.owner)
        self._know(mark, digest)
        log.debug("saved generation %d, %d bytes", self.generation, length)

    def _stand_by(self) -> None:
        if self._writes is not False:
            log.info("another replica holds the lease: this one serves, and writes nothing")
        self._writes = False
        raise NotLeader("another replica holds the lease, and writes")

    def _follow(self, mark: Mark | None) -> None:
        if mark is None:
            log.warning("the stored state is gone: the component's own is written anew")
            self._known, self._digest = None, None
        elif mark.is_of(self._identity):  # a write whose answer was lost; or, after a failover, an earlier one
            self._know(mark, None)
        else:
            level = logging.WARNING if self._writes else logging.INFO
            log.log(level, "another writer has stored generation %d: the component takes that over", mark.generation)
            self._read_into(self._component(), merging=True)

    def _read_into(self, state: ModelState, merging: bool) -> bool:
        """Whether there was a stored state for the component to take over."""
        try:
            found = self._vault.read(state.file)
            if found is None:
                return False
            envelope, mark = found
            (state.merge if merging else state.restore)(envelope.described)
        except BadState as error:
            raise StateUnreadable(f"the state in {self._vault.store.where}: {error}") from None
        except OSError as error:
            raise StateUnreadable(f"no room for the state in a temporary file: {error.strerror}") from None
        finally:
            empty(state.file)
        self._know(mark, envelope.sha256)
        if envelope.described["form"] == RAW_PICKLE:
            self._digest = None
            log.warning(
                "the stored state is a raw pickle, as images of 2018 left them: the next save gives it an envelope"
            )
        else:
            log.info("restored generation %d, saved %s", mark.generation, envelope.saved_at)
        return True

    def _know(self, mark: Mark, digest: str | None) -> None:
        self._known, self._digest = mark, digest
        self.generation = max(self.generation, mark.generation)

    def _component(self) -> ModelState:
        if self._state is None:
            raise Unavailable("the component is not loaded")
        return self._state
