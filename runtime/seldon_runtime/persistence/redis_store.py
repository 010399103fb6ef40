"""Values in Redis: one server, what a Sentinel watches, or a cluster.

The current value lies under the historical key. Everything beside it has that key as its hash tag, so that a cluster
keeps all of it in one slot: `{key}:lease`, `{key}:1` (the value before the current one), `{key}:2` …, and
`{key}:new:<writer>`, a value on its way, of which nothing is left when its writer dies.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from redis.exceptions import RedisError

from ..errors import LeaseLost, StateChanged, StateUnreachable
from .envelope import HEAD_SIZE
from .redis_client import Client, connect, location, without_secrets
from .stored_value import Mark, StoredValue

_UPLOAD_SECONDS = 3600
# 1 current, 2 lease, 3 new, 4 … earlier; owner or '', head and length of the value to replace, length of the new one
_WRITE = f"""
local owner = redis.call('GET', KEYS[2])
if ARGV[1] ~= '' and owner and owner ~= ARGV[1] then return 'lease' end
if redis.call('STRLEN', KEYS[1]) ~= tonumber(ARGV[3]) then return 'changed' end
if redis.call('GETRANGE', KEYS[1], 0, {HEAD_SIZE - 1}) ~= ARGV[2] then return 'changed' end
if redis.call('STRLEN', KEYS[3]) ~= tonumber(ARGV[4]) then return 'incomplete' end
for i = #KEYS, 5, -1 do
  if redis.call('EXISTS', KEYS[i - 1]) == 1 then redis.call('RENAME', KEYS[i - 1], KEYS[i]) end
end
if #KEYS > 3 and redis.call('EXISTS', KEYS[1]) == 1 then redis.call('RENAME', KEYS[1], KEYS[4]) end
redis.call('RENAME', KEYS[3], KEYS[1])
redis.call('PERSIST', KEYS[1])
return 'written'
"""
_HOLD = """
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


class RedisValue:
    """One key. See `Stored`."""

    def __init__(self, store: RedisStore, key: str, length: int) -> None:
        self._store = store
        self._key = key
        self.length = length

    def read(self, offset: int, size: int) -> bytes:
        if size <= 0:
            return b""
        return bytes(self._store.ask("GETRANGE", self._key, offset, offset + size - 1))


class RedisStore:
    """See `Store`."""

    def __init__(self, url: str, key: str, history: int) -> None:
        """history: how many values are kept, the current one included."""
        self._url = url
        self._key = key
        self._earlier = [f"{{{key}}}:{age}" for age in range(1, history)]
        self._lease = f"{{{key}}}:lease"
        self._client: Client | None = None
        self.where = location(url)

    def current(self) -> StoredValue | None:
        return self._value(self._key)

    def earlier(self) -> list[StoredValue]:
        return [value for value in map(self._value, self._earlier) if value]

    def write(self, length: int, pieces: Iterator[bytes], after: Mark | None, owner: str | None) -> None:
        new = f"{{{self._key}}}:new:{owner or 'operator'}"
        self.ask("SET", new, b"", "EX", _UPLOAD_SECONDS)
        self.ask("SETRANGE", new, length - 1, b"\0")  # room for all of it
        offset = 0
        for piece in pieces:
            self.ask("SETRANGE", new, offset, piece)
            offset += len(piece)
        head, replaced = after or (b"", 0)
        keys = (self._key, self._lease, new, *self._earlier)
        outcome = self.ask("EVAL", _WRITE, len(keys), *keys, owner or "", head, replaced, length)
        if outcome != b"written":
            self.ask("DEL", new)
            raise _OUTCOMES[outcome]

    def hold(self, owner: str, seconds: float) -> bool:
        return bool(self.ask("EVAL", _HOLD, 1, self._lease, owner, int(seconds * 1000)))

    def release(self, owner: str) -> None:
        self.ask("EVAL", _RELEASE, 1, self._lease, owner)

    def ask(self, *command: Any) -> Any:
        """Redis' answer to a command. Raises StateUnreachable."""
        with self._telling():
            self._client = self._client or connect(self._url)
            return self._client.execute_command(*command)  # type: ignore[no-untyped-call]

    def _value(self, key: str) -> StoredValue | None:
        length = self.ask("STRLEN", key)
        return RedisValue(self, key, length) if length else None

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except (RedisError, OSError) as error:
            text = without_secrets(str(error) or type(error).__name__, self._url)
            raise StateUnreachable(f"{self.where}: {text}") from None
        except (TypeError, ValueError):  # their text may hold a password
            raise StateUnreachable(
                f"{self.where}: the Redis client does not know an option of PERSISTENCE_URL"
            ) from None


_OUTCOMES: dict[bytes, Exception] = {
    b"lease": LeaseLost("another replica holds the lease"),
    b"changed": StateChanged("another writer has replaced the stored state"),
    b"incomplete": StateUnreachable("Redis has lost the value on its way"),
}
