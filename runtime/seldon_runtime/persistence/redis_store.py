"""Values in Redis: in one server, in the master that a Sentinel watches, or in a cluster.

The current value has the historical key. The other keys contain it as their hash tag, so that a cluster keeps all of
them in one slot: `{key}:lease`; `{key}:1` (the value before the current one), `{key}:2` …; and `{key}:new:<writer>`,
a value that is being uploaded. It expires, so nothing is left of it if its writer dies.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from redis.exceptions import NoPermissionError, NoScriptError, RedisError

from ..errors import LeaseLost, StateChanged, StateUnreachable
from .envelope import HEAD_SIZE
from .redis_client import Client, connect, location, without_secrets
from .store import StoredValue, Version

_UPLOAD_SECONDS = 3600


class _Script(NamedTuple):
    """A Lua script, which Redis runs as one step. sha: Redis keeps each script that it has run under its SHA-1."""

    text: str
    sha: str

    @classmethod
    def of(cls, text: str) -> _Script:
        return cls(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


# KEYS: 1 the current value, 2 the lease, 3 the uploaded value, 4 and more the earlier values
# ARGV: 1 the owner or '', 2 head and 3 length of the value to replace ('' and -1: none), 4 length of the uploaded value
_WRITE = _Script.of(f"""
local owner = redis.call('GET', KEYS[2])
if ARGV[1] ~= '' and owner and owner ~= ARGV[1] then return 'lease' end
local length = redis.call('EXISTS', KEYS[1]) == 1 and redis.call('STRLEN', KEYS[1]) or -1
if length ~= tonumber(ARGV[3]) then return 'changed' end
if redis.call('GETRANGE', KEYS[1], 0, {HEAD_SIZE - 1}) ~= ARGV[2] then return 'changed' end
if redis.call('STRLEN', KEYS[3]) ~= tonumber(ARGV[4]) then return 'incomplete' end
for i = #KEYS, 5, -1 do
  if redis.call('EXISTS', KEYS[i - 1]) == 1 then redis.call('RENAME', KEYS[i - 1], KEYS[i]) end
end
if #KEYS > 3 and redis.call('EXISTS', KEYS[1]) == 1 then redis.call('RENAME', KEYS[1], KEYS[4]) end
redis.call('RENAME', KEYS[3], KEYS[1])
redis.call('PERSIST', KEYS[1])
return 'written'
""")
_ACQUIRE = _Script.of("""
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
""")
_RELEASE = _Script.of("if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end")
_WRITE_ERRORS: dict[bytes, tuple[type[Exception], str]] = {
    b"lease": (LeaseLost, "another replica holds the lease"),
    b"changed": (StateChanged, "another writer has replaced the stored state"),
    b"incomplete": (StateUnreachable, "Redis has lost the value on its way"),
}


class RedisValue:
    """The value of one Redis key. See `StoredValue`."""

    def __init__(self, store: RedisStore, key: str, length: int) -> None:
        self._store = store
        self._key = key
        self.length = length

    def read(self, offset: int, size: int) -> bytes:
        if size <= 0:
            return b""
        return bytes(self._store.execute("GETRANGE", self._key, offset, offset + size - 1))


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

    def write(self, length: int, chunks: Iterator[bytes], replaces: Version | None, owner: str | None) -> None:
        uploaded = f"{{{self._key}}}:new:{owner or 'operator'}"
        self._upload(uploaded, length, chunks)
        head, replaced_length = replaces or (b"", -1)
        keys = (self._key, self._lease, uploaded, *self._earlier)
        outcome = self._run(_WRITE, keys, owner or "", head, replaced_length, length)
        if outcome != b"written":
            self.execute("DEL", uploaded)
            error, text = _WRITE_ERRORS[outcome]
            raise error(text)

    def acquire(self, owner: str, seconds: float) -> bool:
        return bool(self._run(_ACQUIRE, [self._lease], owner, int(seconds * 1000)))

    def release(self, owner: str) -> None:
        self._run(_RELEASE, [self._lease], owner)

    def execute(self, *command: Any) -> Any:
        """The response of Redis to a command. Raises StateUnreachable."""
        with self._redis_errors():
            return self._execute(*command)

    def _value(self, key: str) -> StoredValue | None:
        length = self.execute("STRLEN", key)
        return RedisValue(self, key, length) if length or self.execute("EXISTS", key) else None

    def _upload(self, key: str, length: int, chunks: Iterator[bytes]) -> None:
        self.execute("SET", key, b"", "EX", _UPLOAD_SECONDS)
        self.execute("SETRANGE", key, length - 1, b"\0")  # reserves the memory for all chunks
        offset = 0
        for chunk in chunks:
            self.execute("SETRANGE", key, offset, chunk)
            offset += len(chunk)

    def _run(self, script: _Script, keys: Sequence[str], *arguments: Any) -> Any:
        """Run a script by its SHA-1, or send its text if Redis does not have it, or if the user may not use EVALSHA.

        Redis forgets its scripts when it restarts and at a failover; EVAL makes it keep the script again. redis-py's
        register_script would need SCRIPT LOAD here, which needs another right, and every node of a cluster.
        """
        with self._redis_errors():
            try:
                return self._execute("EVALSHA", script.sha, len(keys), *keys, *arguments)
            except (NoScriptError, NoPermissionError):
                return self._execute("EVAL", script.text, len(keys), *keys, *arguments)

    def _execute(self, *command: Any) -> Any:
        self._client = self._client or connect(self._url)
        return self._client.execute_command(*command)  # type: ignore[no-untyped-call]

    @contextlib.contextmanager
    def _redis_errors(self) -> Iterator[None]:
        """Turns every error of the Redis client into StateUnreachable."""
        try:
            yield
        except (RedisError, OSError) as error:
            text = without_secrets(str(error) or type(error).__name__, self._url)
            raise StateUnreachable(f"{self.where}: {text}") from None
        except (TypeError, ValueError):  # their text may contain a password
            raise StateUnreachable(
                f"{self.where}: the Redis client does not know an option of PERSISTENCE_URL"
            ) from None
