"""How many requests the component has begun and ended, in memory that the server can read."""

import struct

_COUNT = struct.Struct(str("=Q"))


class Progress(object):
    """How many requests the component has begun and ended.

    If the component's process dies, the server reads here which request it died of, and sends the others again.
    """

    def __init__(self, memory):
        """memory: a writable buffer of 16 bytes, zeros at the start."""
        self._memory = memory
        self._begun = 0

    def begin(self):
        self._begun += 1
        _COUNT.pack_into(self._memory, 0, self._begun)

    def end(self):
        _COUNT.pack_into(self._memory, _COUNT.size, self._begun)

    def in_hand(self):
        """The number of the request that is being worked on, counted from 1; None between two requests."""
        begun, ended = (_COUNT.unpack_from(self._memory, at)[0] for at in (0, _COUNT.size))
        return begun if begun > ended else None
