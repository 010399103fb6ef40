"""seldon_runtime.model.separate.component_user: which user runs the class of a server that is root."""

import os

import pytest
from seldon_runtime.errors import BadSetting
from seldon_runtime.model.separate import component_user
from support.stub_model import settings

OWNER, GROUP = 23456, 34567


class Folder:
    """A folder of somebody's."""

    def __init__(self, uid, gid):
        self.owner = os.stat_result((0o40755, 0, 0, 0, uid, gid, 0, 0, 0, 0))

    def stat(self):
        return self.owner


@pytest.fixture
def allowed(monkeypatch):
    """The (uid, gid) that can serve; the test adds to it."""
    allowed: set[tuple[int, int]] = set()
    component_user._find_user.cache_clear()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "getgroups", lambda: [0, 44])
    monkeypatch.setattr(component_user, "_can_serve", lambda user, folder, python: user[:2] in allowed)
    yield allowed
    component_user._find_user.cache_clear()


@pytest.mark.parametrize(("owner", "model_uid", "can", "expected"), [
    ((OWNER, GROUP), None, [(OWNER, GROUP), (OWNER, 0)], (OWNER, GROUP)),
    ((OWNER, 0), None, [(OWNER, OWNER), (OWNER, 0)], (OWNER, OWNER)),
    ((OWNER, 0), None, [(OWNER, 0)], (OWNER, 0)),
    ((0, 0), None, [(1001, 1001)], (1001, 1001)),
    ((0, GROUP), None, [(1001, GROUP)], (1001, GROUP)),
    ((OWNER, GROUP), 5, [(5, GROUP), (OWNER, GROUP)], (5, GROUP)),
])
def test_it_is_the_named_user_or_the_owner_or_the_images_own(owner, model_uid, can, expected, allowed):
    allowed.update(can)
    found = component_user.component_user(settings(folder=Folder(*owner), model_uid=model_uid))
    assert found == (*expected, (44,))  # the group of a device stays, root's does not


def test_a_class_that_only_root_can_run_runs_as_root_and_the_log_says_so(allowed, caplog):
    made = settings(folder=Folder(0, 0))
    component_user.choose_component_user(made)
    assert component_user.component_user(made) is None
    assert "the component runs as root, because no other user can read " in caplog.text


def test_a_named_user_who_cannot_run_the_class_is_a_wrong_setting(allowed):
    with pytest.raises(BadSetting, match="MODEL_UID: expected a user who can read .* and run .*, found 5; change"):
        component_user.choose_component_user(settings(folder=Folder(OWNER, GROUP), model_uid=5))


@pytest.mark.parametrize("changes", [{"model_uid": 0}, {"model_process": "inline"}])
def test_root_stays_root_where_it_is_asked_for_and_where_there_is_one_process(changes, allowed, caplog):
    allowed.add((OWNER, GROUP))
    made = settings(folder=Folder(OWNER, GROUP), **changes)
    component_user.choose_component_user(made)
    assert (component_user.component_user(made), caplog.text) == (None, "")


def test_a_server_that_is_not_root_changes_no_user(allowed, monkeypatch):
    allowed.add((OWNER, GROUP))
    monkeypatch.setattr(os, "geteuid", lambda: 1001)
    assert component_user.component_user(settings(folder=Folder(OWNER, GROUP), model_uid=5)) is None
