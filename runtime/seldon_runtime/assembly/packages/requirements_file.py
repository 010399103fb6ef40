"""A requirements.txt and the files that it includes.

`packaging` reads a requirement; the lines are read here as pip reads them. The library pip-requirements-parser has had
no release since 2022, and would bring pyparsing and a copy of old pip code into the server's environment.
"""

from __future__ import annotations

import dataclasses
import getopt
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from ..errors import InstallFailed
from ..text_file import encoding_of

_CODING = re.compile(rb"#.*coding[:=]\s*([-\w.]+)")
_COMMENT = re.compile(r"(^|\s+)#.*$")
_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")
_ARCHIVES = (".whl", ".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tar.lzma", ".tlz")
# The options that any pip since 20 knows in such a file, as getopt wants them.
_SHORT_OPTIONS = "r:c:e:i:f:"
_LONG_OPTIONS = (
    "requirement= constraint= editable= index-url= extra-index-url= no-index find-links= trusted-host= pre "
    "all-releases= only-final= prefer-binary no-binary= only-binary= require-hashes no-require-hashes use-feature= "
    "hash= config-settings= global-option= install-option="
).split()
_REQUIREMENTS, _CONSTRAINTS, _EDITABLE = ("-r", "--requirement"), ("-c", "--constraint"), ("-e", "--editable")
INCLUDES = frozenset((*_REQUIREMENTS, *_CONSTRAINTS))


@dataclass(frozen=True)
class Reference:
    """What may be the path of something local: of a package, or of a folder of links.

    folder: that of the file with the line. installs: whether pip installs what is there.
    """

    folder: Path
    text: str
    installs: bool = False


@dataclass(frozen=True)
class RequirementsFile:
    """What a file and those that it includes say.

    requirements: the named ones; constraints are not among them.
    unnamed: lines that only pip can read, such as a URL or a folder.
    circles: the files that include themselves, directly or through others; no pip can read these.
    references: what may be a path. has_editables: whether a line has the option -e.
    text: all lines, with the values of their variables and without comments. May hold a password.
    options: the names of all options, such as --hash.
    hashes: each digest that is allowed. has_hashes: whether pip wants a hash for each requirement.
    """

    requirements: tuple[Requirement, ...] = ()
    unnamed: tuple[str, ...] = ()
    circles: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    has_editables: bool = False
    text: str = dataclasses.field(default="", repr=False)
    options: frozenset[str] = frozenset()
    hashes: frozenset[str] = frozenset()
    has_hashes: bool = False


@dataclass(frozen=True)
class _Line:
    """requirement: what stands before the options. options: (name, value) of each."""

    folder: Path
    text: str
    is_constraint: bool
    requirement: str
    options: tuple[tuple[str, str], ...]
    circle: str = ""

    def values(self, *names: str) -> list[str]:
        return [value for name, value in self.options if name in names]

    @property
    def installs(self) -> bool:
        """Whether the line names something to install."""
        return not self.is_constraint and bool(self.requirement or self.values(*_EDITABLE))

    @property
    def references(self) -> Iterator[Reference]:
        named = _named(self)
        for text in [named.url or "" if named else self.requirement, *self.values(*_EDITABLE)]:
            yield Reference(self.folder, text, self.installs)
        yield from (Reference(self.folder, text) for text in self.values("-f", "--find-links"))


def read_requirements(path: Path, variables: Mapping[str, str]) -> RequirementsFile:
    """Read a file, which need not exist. variables: the values of `${NAME}` in it."""
    lines = list(_lines(path, variables, False, (path.resolve(),))) if path.is_file() else []
    installing = [(line, _named(line)) for line in lines if line.installs]
    hashes = frozenset(value.partition(":")[2] for line in lines for value in line.values("--hash"))
    return RequirementsFile(
        requirements=tuple(requirement for _, requirement in installing if requirement),
        unnamed=tuple(line.text for line, requirement in installing if not requirement),
        circles=tuple(line.circle for line in lines if line.circle),
        references=tuple(reference for line in lines for reference in line.references if reference.text),
        has_editables=any(line.values(*_EDITABLE) for line in lines),
        text="".join(f"{line.text}\n" for line in lines),
        options=frozenset(name for line in lines for name, _ in line.options),
        hashes=hashes,
        has_hashes=bool(hashes) or any(name == "--require-hashes" for line in lines for name, _ in line.options),
    )


def _lines(path: Path, variables: Mapping[str, str], is_constraint: bool, opened: tuple[Path, ...]) -> Iterator[_Line]:
    """The lines of a file, each included file's below the line that includes it. opened: a file never includes these.

    An include that cannot be followed, such as a URL, counts as an unnamed requirement.
    """
    for text in _texts(_text(path), variables):
        line = _parsed(path.parent, text, is_constraint)
        requirements, constraints = line.values(*_REQUIREMENTS), line.values(*_CONSTRAINTS)
        if line.installs or not (requirements or constraints):
            yield line
            continue
        included = (path.parent / (requirements or constraints)[0]).resolve()
        if included.is_file() and included not in opened:
            yield line
            yield from _lines(included, variables, not requirements, (*opened, included))
        else:
            circle = included.name if included in opened else ""
            yield dataclasses.replace(line, requirement=text, is_constraint=not requirements, circle=circle)


def _text(path: Path) -> str:
    """Raises InstallFailed for a file that no pip could decode: by its mark, by its first lines, or as UTF-8."""
    content = path.read_bytes()
    declared = next(filter(None, map(_CODING.match, content.splitlines()[:2])), None)
    encoding = declared[1].decode() if declared else encoding_of(content)
    try:
        return content.decode(encoding)
    except LookupError:
        place, found = path.name, f"the encoding '{encoding}'"
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        place, found = f"{path.name}, line {line}", "other bytes"
    raise InstallFailed(f"{place}: expected UTF-8 text, found {found}; save it as UTF-8")


def _texts(text: str, variables: Mapping[str, str]) -> Iterator[str]:
    """The lines that mean something. A backslash at its end joins a line with the next one, unless it is a comment."""
    begun = ""
    for line in [*text.splitlines(), ""]:
        if line.endswith("\\") and not _COMMENT.match(line):
            begun += line.rstrip("\\")
            continue
        # The blank keeps a comment apart from the line that it interrupts.
        whole = _COMMENT.sub("", f"{begun} {line}" if _COMMENT.match(line) else begun + line).strip()
        begun = ""
        if whole:
            yield _VARIABLE.sub(lambda found: variables.get(found[1]) or found[0], whole)


def _parsed(folder: Path, text: str, is_constraint: bool) -> _Line:
    """For pip, the options of a line begin at its first word with a dash."""
    words = text.split(" ")
    first = next((number for number, word in enumerate(words) if word.startswith("-")), len(words))
    try:
        options, _ = getopt.gnu_getopt(shlex.split(" ".join(words[first:])), _SHORT_OPTIONS, _LONG_OPTIONS)
    except (ValueError, getopt.GetoptError):  # pip says what is wrong
        return _Line(folder, text, is_constraint, text, ())
    return _Line(folder, text, is_constraint, " ".join(words[:first]).strip(), tuple(options))


def _named(line: _Line) -> Requirement | None:
    """The requirement of a line, or None for a URL, a path, or what is none."""
    path = line.requirement.partition(";")[0].partition("[")[0].strip()
    if path.lower().endswith(_ARCHIVES) and "@" not in path:  # for pip a file, although it could be a project's name
        return None
    try:
        return Requirement(line.requirement)
    except InvalidRequirement:
        return None
