"""seldon_component.host: custom_service runs beside the component."""

import sys
import threading

import pytest
from seldon_component import host
from seldon_component.channel.assignment import Assignment


def load(folder, source):
    (folder / "Mine.py").write_text(source)
    return host.load(Assignment("Mine", str(folder), "MODEL", {}, "unit", None, None, 1, None, None, False, None))


SERVICE = """
import threading
class Mine(object):
    thread = None
    called = threading.Event()
    def load(self):
        self.loaded = True
    def predict(self, X, names): return X
    def custom_service(self):
        type(self).thread, type(self).seen = threading.current_thread(), self.loaded
        self.called.set()
        {then}
"""


@pytest.fixture
def user_class(tmp_path, monkeypatch):
    """A function: source of custom_service's last line -> the loaded component's class, forgotten after the test."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield lambda then: (load(tmp_path, SERVICE.format(then=then)), sys.modules["Mine"].Mine)[1]
    sys.modules.pop("Mine", None)


def test_custom_service_runs_beside_once_the_class_is_loaded(user_class):
    cls = user_class("pass")
    assert cls.called.wait(60)
    assert cls.thread is not threading.current_thread() and cls.thread.daemon and cls.seen


@pytest.mark.parametrize("error", ["ValueError", "NotImplementedError"])
def test_a_custom_service_that_fails_is_logged_and_takes_nothing_down(error, user_class, capfd):
    cls = user_class(f"raise {error}('no port')")
    cls.thread.join(60)
    log = capfd.readouterr().err
    assert "custom_service raised:" in log and f"{error}: no port" in log
