"""Passwords and tokens that have a form: those in URLs and in the entries of a netrc, and tokens of known services.

What stands for a password in examples and templates is none, because a source has texts of all kinds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# https://user:password@host and https://token@host
_URL = re.compile(
    r"\b(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<user>[^\s/@:'\"<>`]*)(:(?P<password>[^\s/@'\"`]*))?@(?P<host>[\w.-]*)",
    re.IGNORECASE,
)
_LOGIN = r"(?:(?:login|account)\s+\S+\s+)"
_NETRC = re.compile(rf"\b(?:machine\s+\S+\s+{_LOGIN}*|default\s+{_LOGIN}+)password\s+(?P<password>\S+)")
_TOKEN = re.compile(
    r"\b(hf_[A-Za-z0-9]{30,}|gh[oprsu]_[A-Za-z0-9]{36,}|github_pat_\w{22,}|gl(?:pat|dt|rt|cbt)-[\w-]{20,}"
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}|npm_[A-Za-z0-9]{36}|pypi-[\w-]{50,}|xox[abprs]-[\w-]{20,}|dckr_pat_[\w-]{20,}"
    r"|AIza[\w-]{35})(?![\w-])"
)
_GIT_HEADER = re.compile(r"extraheader\s*=\s*authorization:\s*\w+\s+(\S{16,})", re.IGNORECASE)  # of CI services
_AWS_SECRET = re.compile(r"aws_secret_access_key\W{1,5}([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])", re.IGNORECASE)
# pip's own mask, the name of a variable, a place in a template, and the words of examples
_NOT_SECRET = re.compile(
    r"\*+|\$.*|%.?|%\(.*|[<{\[(].*|\.+|\u2026|x+|"
    r"(my|your|the|some)?[-_ ]?(user|name|pass|passwd|password|passphrase|pw|pwd|secret|token|api[-_]?key|key)",
    re.IGNORECASE,
)
# A user without a password is a token over HTTP, but for these: git's own, and the names that forges put into URLs.
_USERS = ("git", "hg", "svn", "anonymous", "guest", "user", "username", "me")
_FORGES = ("github.com", "gitlab.com", "bitbucket.org", "dev.azure.com", "codeberg.org")
_LONGEST_NAME = 19  # characters; the tokens of the forges are longer


def passwords_in(text: str) -> Iterator[str]:
    """Each password and token in a text."""
    for url in _URL.finditer(text) if "://" in text else ():
        yield from _of_url(url)
    yield from (found["password"] for found in _NETRC.finditer(text) if _is_secret(found["password"]))
    yield from (found[1] for found in _TOKEN.finditer(text) if not found[1].endswith("EXAMPLE"))  # AWS's own example
    yield from (found[1] for found in _GIT_HEADER.finditer(text) if _is_secret(found[1]))
    yield from (found[1] for found in _AWS_SECRET.finditer(text) if not found[1].endswith("EXAMPLEKEY"))


def _of_url(url: re.Match[str]) -> Iterator[str]:
    user, password = url["user"], url["password"]
    if password:
        if _is_secret(password) and password != user:  # guest:guest is known to everybody
            yield password
    elif url["scheme"].lower().endswith(("http", "https")) and user.lower() not in _USERS and _is_secret(user):
        if url["host"].lower() not in _FORGES or len(user) > _LONGEST_NAME:
            yield user


def _is_secret(text: str) -> bool:
    return bool(text) and not _NOT_SECRET.fullmatch(text)
