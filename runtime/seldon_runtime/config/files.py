"""The files that hold single settings: a pod's annotations, and the signing key's file."""

from __future__ import annotations

from pathlib import Path

from ..errors import BadSetting
from .parsers import SHORTEST_KEY, signing_key

# an annotation of the pod -> the variable that it sets
ANNOTATIONS = {
    "seldon.io/grpc-max-message-size": "GRPC_MAX_MESSAGE_BYTES",
    "seldon.io/rest-timeout": "REST_TIMEOUT_MS",
    "seldon.io/grpc-timeout": "GRPC_TIMEOUT_MS",
    "seldon.io/no-engine": "METRICS_EXECUTOR_NAMES",
}


def read_annotations(path: Path) -> dict[str, str]:
    """The `key="value"` lines of a pod's annotations, as the downward API writes them; {} without such a file."""
    if not path.is_file():
        return {}
    pairs = (line.partition("=") for line in path.read_text(encoding="utf-8", errors="replace").splitlines())
    return {key.strip(): text.strip().strip('"') for key, equals, text in pairs if equals}


def read_key_file(path: Path) -> bytes:
    """The key in the file that PERSISTENCE_KEY_FILE names. Raises BadSetting."""
    try:
        return signing_key(path.read_text(encoding="utf-8").strip())
    except OSError as error:
        raise BadSetting(f"PERSISTENCE_KEY_FILE: expected a readable file, found {path} ({error.strerror})") from None
    except ValueError:
        raise BadSetting(
            f"PERSISTENCE_KEY_FILE: expected UTF-8 text of {SHORTEST_KEY} characters or more, "
            f"found something else in {path}"
        ) from None
