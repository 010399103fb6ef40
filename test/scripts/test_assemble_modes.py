"""What s2i/bin/assemble writes: links and modes are as in the source, and the group may do what the owner may."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from support.sandbox import MODEL
from support.scripts import APPS, script


def modes(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): stat.S_IMODE(path.lstat().st_mode) for path in folder.rglob("*")}


def test_everything_is_copied_with_its_mode_dotfiles_and_run_bits_and_links_included(home: Path, one_python: str) -> None:
    source = APPS / "data-and-package"
    build = script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, MODEL_PYTHON=one_python)
    assert build.returncode == 0, build.stderr
    made_by_the_import = {path for path in modes(home) if "__pycache__" in path}
    assert modes(home).keys() - made_by_the_import == {path for path in modes(source) if "__pycache__" not in path}
    assert os.access(home / "bin" / "minutes-per-km", os.X_OK)
    assert not os.access(home / "DeliveryTime.py", os.X_OK)
    assert (home / ".labels").read_bytes() == (source / ".labels").read_bytes()


def test_links_stay_links(source: Path, home: Path, one_python: str) -> None:
    (source / "latest").symlink_to("MyModel.py")
    (source / "elsewhere").symlink_to("/no/such/file")
    build = script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, MODEL_PYTHON=one_python)
    assert build.returncode == 0, build.stderr
    assert os.readlink(home / "latest") == "MyModel.py"
    assert os.readlink(home / "elsewhere") == "/no/such/file"


def test_the_group_may_do_what_the_owner_may(source: Path, home: Path, one_python: str) -> None:
    private = {"key": 0o600, "tool": 0o700, "frozen": 0o400, "shared": 0o644}
    for name, mode in private.items():
        (source / name).touch()
        (source / name).chmod(mode)
    (source / "closed").mkdir(mode=0o700)
    assert script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, MODEL_PYTHON=one_python).returncode == 0
    found = modes(home)
    assert {name: found[name] for name in (*private, "closed")} == {
        "key": 0o660, "tool": 0o770, "frozen": 0o440, "shared": 0o664, "closed": 0o770}  # fmt: skip
    assert all((mode & 0o700) >> 3 == mode & 0o070 for mode in found.values())


def test_what_the_class_makes_in_its_trial_belongs_to_the_group_too(model_python: str, source: Path, home: Path) -> None:
    user = source.parent / "user"
    user.mkdir()
    user.chmod(0o775)
    (user / "older").touch(mode=0o600)
    code = (
        "import os\n"
        "os.makedirs(os.path.expanduser('~/.cache/fonts'), 0o700)\n"
        "os.close(os.open('state', os.O_CREAT, 0o600))\n"
    )
    (source / "MyModel.py").write_text(code + MODEL)
    given = {"MODEL_PYTHON": model_python, "HOME": user}
    assert script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, **given).returncode == 0
    assert {name: mode & 0o770 for name, mode in modes(user).items()} == {
        "older": 0o600, ".cache": 0o770, ".cache/fonts": 0o770}  # fmt: skip
    assert modes(home)["state"] == 0o660


def test_a_source_that_is_the_users_own_folder_stays_as_it_is(source: Path, home: Path, one_python: str) -> None:
    before = modes(source)
    script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, MODEL_PYTHON=one_python)
    assert modes(source) == before
