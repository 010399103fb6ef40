"""How far the component is, and which requests it need not begin, in memory that both processes see."""

import struct

_NUMBER = struct.Struct(str("=Q"))
_CHECKED = struct.Struct(str("=QQ"))  # a number, and the same with _CHECK
_BEGUN, _ENDED, _WITHDRAWN = 0, 16, 24  # offsets
_CHECK = 0x5E1D0F3A5E1D0F3A  # tells a number from what the class has written over it, zeros above all
_SLOTS = 128  # for withdrawn requests, by their numbers: more than a component has in hand at a time

SIZE = _WITHDRAWN + _SLOTS * _NUMBER.size  # bytes


class Progress(object):
    """How many requests the component has begun and ended. The first request has the number 1.

    If the component's process dies, the server sees here which request it was at work on, and which it had begun.
    """

    def __init__(self, memory):
        """memory: a writable buffer of SIZE bytes."""
        self._memory = memory
        self._begun = 0

    def clear(self):
        """No request has begun. In the server, before the component starts."""
        _CHECKED.pack_into(self._memory, _BEGUN, 0, _CHECK)

    def begin(self):
        """Count the next request as begun; False if the server has withdrawn it. In the component."""
        begun = self._begun = self._begun + 1
        _CHECKED.pack_into(self._memory, _BEGUN, begun, begun ^ _CHECK)
        return _NUMBER.unpack_from(self._memory, _slot_of(begun))[0] != begun

    def end(self):
        """Count the request as ended. In the component."""
        _NUMBER.pack_into(self._memory, _ENDED, self._begun)

    def current(self):
        """The number of the request that the component works on; None between two requests. In the server."""
        begun, ended = self.begun(), _NUMBER.unpack_from(self._memory, _ENDED)[0]
        return begun if begun is not None and begun > ended else None

    def begun(self):
        """How many requests have begun; None if the class has written over this number. In the server."""
        begun, check = _CHECKED.unpack_from(self._memory, _BEGUN)
        return begun if begun ^ check == _CHECK else None

    def withdraw(self, number):
        """Have the component leave out a request, unless it has begun it already. In the server."""
        _NUMBER.pack_into(self._memory, _slot_of(number), number)


def _slot_of(number):
    return _WITHDRAWN + number % _SLOTS * _NUMBER.size
