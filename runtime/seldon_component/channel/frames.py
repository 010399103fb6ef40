"""Values as bytes on the socket between the server and the component's process.

A frame is `<IQI` (header length, body length, check), the header, the body. The check tells bytes that are no frame.
The header is a marshalled tuple. marshal keeps every int, NaN and text exact, and reads the same in Python 2.7 and
3.15. Only our own two processes write it.
The body holds the bytes of the arrays, each aligned. `receive` returns writable arrays on these bytes, without a copy.
"""

from __future__ import unicode_literals

import marshal
import select
import socket
import struct

import numpy as np

from .. import compat
from ..codec.arrays import NUMERIC
from ..compat import MARSHAL_VERSION, buffer_of, to_text
from ..payload import Feedback, Payload

_PREFIX = struct.Struct(str("<IQI"))
_CHECK, _MASK = 0x5E1D0F3A, 0xFFFFFFFF
_ALIGNMENT = 16
_CHUNK = 65536
_JOINED = 131072  # bytes that are copied into one, because a call of the system takes longer
_LARGE = 1048576  # bytes
_SPELLED = dict((dtype, to_text(dtype.str)) for dtype in map(np.dtype, "?bhilqBHILQefd"))  # numpy takes longer to spell


class BrokenChannel(ValueError):
    """The other process sent bytes that are no frame, or a frame that it must not send."""


class Channel(object):
    """One end of a stream socket. One thread may send while another receives."""

    def __init__(self, sock):
        self._socket = sock
        self._received, self._at = b"", 0  # the bytes received, and where in them the next frame begins
        self.carried_much = False  # whether a frame was so large that its memory is worth to be given back

    def fileno(self):
        return self._socket.fileno()

    def close(self):
        self._socket.close()
        self._received, self._at = b"", 0

    def shutdown(self, how):
        self._socket.shutdown(how)

    def end(self):
        """Tell the other end that nothing more comes from here, and that nothing more is read."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except socket.error:
            pass  # the other end has closed it, or the user's code has

    def send(self, head, value=None):
        """Write `head`, made of plain values and tuples of them, and `value`: None, Payload, Feedback or a list."""
        self.write(frame(head, value))

    def write(self, buffers):
        """Write the buffers of one frame, or of several."""
        for buffer in joined(buffers):
            self._send(buffer)
            self.carried_much = self.carried_much or len(buffer) > _LARGE

    def _send(self, data):
        """Write all of it. Python 2's `sendall` does not say how much it has written if a signal comes."""
        if not compat.PY2:
            return self._socket.sendall(data)
        data = memoryview(data)
        while len(data):
            data = data[compat.uninterrupted(self._socket.send, data):]

    def has_more_within(self, seconds):
        """Whether bytes come, or the other end is closed, within that time."""
        poller = select.poll()
        poller.register(self._socket.fileno(), select.POLLIN)
        return self._at < len(self._received) or bool(compat.uninterrupted(poller.poll, int(seconds * 1000)))

    def holds_a_frame(self):
        """Whether `receive` can return a whole frame without waiting for the socket."""
        size = len(self._received) - self._at - _PREFIX.size
        return size >= 0 and size >= sum(_PREFIX.unpack_from(self._received, self._at)[:2])

    def await_frame(self):
        """Wait for the first byte of the next frame. Raises EOFError if the other end is closed."""
        self._at_least(1)

    def receive(self):
        """The next (head, value); arrays in it are writable.

        Raises EOFError if the other end is closed, and BrokenChannel for bytes that are no frame.
        """
        self._at_least(_PREFIX.size)
        header_size, body_size, check = _PREFIX.unpack_from(self._received, self._at)
        if check != (header_size + body_size & _MASK) ^ _CHECK:
            raise BrokenChannel("frame: expected its length, found other bytes")
        start = self._at + _PREFIX.size
        end = start + header_size
        if end > len(self._received):
            self._at_least(_PREFIX.size + header_size)
            start, end = _PREFIX.size, _PREFIX.size + header_size
        try:
            head, packed = marshal.loads(self._received[start:end])
        except (EOFError, ValueError, TypeError):
            raise BrokenChannel("frame: expected a header, found other bytes")
        # a large header is not kept until the next frame comes
        self._received, self._at = (self._received[end:], 0) if header_size > _CHUNK else (self._received, end)
        if header_size + body_size > _LARGE:
            self.carried_much = True
        return head, _unpack(packed, self._body(body_size))

    def _at_least(self, size):
        """Buffer at least `size` bytes from the beginning of the frame on."""
        missing = size - (len(self._received) - self._at)
        if missing <= 0:
            return
        parts = [self._received[self._at:]] if self._at < len(self._received) else []
        self._received, self._at = b"", 0  # while it waits for the next frame, nothing refers to the last one
        try:
            while missing > 0:
                parts.append(compat.uninterrupted(self._socket.recv, max(_JOINED, missing)))
                if not parts[-1]:
                    raise EOFError("the other process closed the connection")
                missing -= len(parts[-1])
        finally:  # a signal handler of the class may raise here, and nothing must be lost
            self._received = b"".join(parts)

    def _body(self, size):
        """The next bytes as a writable buffer of their own."""
        end = self._at + size
        if end <= len(self._received):
            received = self._received if size < _CHUNK else memoryview(self._received)  # which copies once, not twice
            body = bytearray(received[self._at:end])
            self._at = end
            return body
        body = np.empty(size, dtype=np.uint8)
        filled = len(self._received) - self._at
        if filled:
            body[:filled] = np.frombuffer(self._received, dtype=np.uint8, offset=self._at)
        self._received, self._at = b"", 0
        view = memoryview(body)
        while filled < size:
            count = compat.uninterrupted(self._socket.recv_into, view[filled:], 0, socket.MSG_WAITALL)
            if not count:
                raise EOFError("the other process closed the connection")
            filled += count
        return body


def frame(head, value=None):
    """The buffers of one frame. head, value: as `Channel.send` takes them."""
    body = _Body()
    header = marshal.dumps((head, _pack(value, body)), MARSHAL_VERSION)
    size = len(header)
    buffers = [_PREFIX.pack(size, body.size, (size + body.size & _MASK) ^ _CHECK), header] + body.buffers
    return [b"".join(buffers)] if body.size < _CHUNK else buffers


def joined(buffers):
    """The same bytes in fewer buffers, of which none has more than _JOINED bytes, unless it had them before."""
    together, size = [], 0
    for buffer in buffers:
        if size + len(buffer) > _JOINED and together:
            yield _one(together)
            together, size = [], 0
        if len(buffer):
            together.append(buffer)
            size += len(buffer)
    if together:
        yield _one(together)


def _one(buffers):
    return buffers[0] if len(buffers) == 1 else b"".join(buffers)


class _Body(object):
    """The arrays of a frame, one after the other."""

    __slots__ = ("buffers", "size")

    def __init__(self):
        self.buffers, self.size = [], 0

    def add(self, array):
        """Append the array's bytes; returns their offset in the body."""
        at, size = self.size, array.nbytes
        padding = -size % _ALIGNMENT
        if size < _CHUNK:
            self.buffers.append(array.tobytes() + b"\0" * padding)
        else:
            self.buffers += [buffer_of(np.ascontiguousarray(array)), b"\0" * padding]
        self.size = at + size + padding
        return at


def _pack(value, body):
    if isinstance(value, Payload):
        data = value.data
        if isinstance(data, np.ndarray):
            data = _pack_array(data, body)
        elif isinstance(data, tuple):
            data = ("tuple", [_pack_array(element, body) for element in data])
        return ("P", value.kind, data, list(value.names), value.meta, value.status, value.others)
    if isinstance(value, Feedback):
        parts = [_pack(part, body) for part in (value.request, value.response, value.truth)]
        return ("F", parts, value.reward, value.others)
    if isinstance(value, list):
        return ("L", [_pack(element, body) for element in value])
    return None


def _pack_array(array, body):
    dtype = array.dtype
    spelled = _SPELLED.get(dtype)
    if spelled is None and dtype.kind not in NUMERIC:
        return ("list", array.shape, to_text(dtype.kind), array.ravel().tolist())
    return ("array", array.shape, spelled or to_text(dtype.str), body.add(array))


def _unpack(packed, body):
    if packed is None:
        return None
    tag = packed[0]
    if tag == "P":
        _, kind, data, names, meta, status, others = packed
        return Payload(kind, _unpack_data(data, body), names, meta, status, others)
    if tag == "F":
        request, response, truth = [_unpack(part, body) for part in packed[1]]
        return Feedback(request, response, packed[2], truth, packed[3])
    return [_unpack(element, body) for element in packed[1]]


def _unpack_data(packed, body):
    if not isinstance(packed, tuple):
        return packed
    if packed[0] == "tuple":
        return tuple([_unpack_data(element, body) for element in packed[1]])
    form, shape, dtype, rest = packed
    if form == "array":
        return np.ndarray(shape, dtype, body, rest)
    array = np.empty(len(rest), dtype=object)
    array[:] = rest
    return (array.astype("U") if dtype == "U" else array).reshape(shape)
