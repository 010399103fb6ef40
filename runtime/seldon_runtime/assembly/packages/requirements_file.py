"""A requirements.txt and the files that it includes, as far as they name projects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

_COMMENT = re.compile(r"(^|\s)#.*$")
_OPTIONS_OF_A_LINE = re.compile(r"\s--?[a-z].*$")
_INCLUDE = re.compile(r"(-r|--requirement|-c|--constraint)[ =]?\s*(?P<path>\S+)$")
_OPTION = re.compile(r"--?(i|f|index-url|extra-index-url|no-index|find-links|trusted-host|pre|prefer-binary|"
                     r"no-binary|only-binary|require-hashes|use-feature)\b")  # fmt: skip


class RequirementsFile:
    """requirements: those that are named. unnamed: lines that pip alone can read, such as a URL.

    text: all that is in the files. has_hashes: whether pip is going to ask each requirement for its hash.
    """

    def __init__(self, path: Path) -> None:
        self.requirements: list[Requirement] = []
        self.unnamed: list[str] = []
        self.text = ""
        if path.is_file():
            self._read(path, is_constraint=False)

    @property
    def has_hashes(self) -> bool:
        return "--hash" in self.text or "--require-hashes" in self.text

    def _read(self, path: Path, is_constraint: bool) -> None:
        text = path.read_text(encoding="utf-8", errors="replace")
        self.text += text
        for line in _lines(text):
            include = _INCLUDE.match(line)
            if include:
                beside = path.parent / include["path"]
                if beside.is_file():
                    self._read(beside, is_constraint or include[1] in ("-c", "--constraint"))
            elif not is_constraint and not _OPTION.match(line):
                self._take(line)

    def _take(self, line: str) -> None:
        try:
            self.requirements.append(Requirement(_OPTIONS_OF_A_LINE.sub("", line)))
        except InvalidRequirement:
            self.unnamed.append(line)


def _lines(text: str) -> Iterator[str]:
    """The lines that mean something, those that a backslash continues in one."""
    for line in text.replace("\\\r\n", " ").replace("\\\n", " ").splitlines():
        line = _COMMENT.sub("", line).strip()
        if line:
            yield line
