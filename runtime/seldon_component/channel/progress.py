"""How far the component is, in memory that the server sees."""

import struct

_COUNT = struct.Struct(str("=Q"))


class Progress(object):
    """How many questions the component has begun and ended.

    Should the component's process die, the server knows by it which question killed it and asks the others anew.
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
        """The number of the question that is being worked on, the first is 1; None between two questions."""
        begun, ended = (_COUNT.unpack_from(self._memory, at)[0] for at in (0, _COUNT.size))
        return begun if begun > ended else None
