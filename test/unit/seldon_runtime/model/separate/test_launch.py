"""seldon_runtime.model.separate.launch: the component gets nothing of the server's, and a program that is none is reported."""

import pytest
from seldon_runtime.model.separate import launch
from seldon_runtime.model.separate.component_user import PACKAGES
from support.obeying_models import ready, say, started


def test_the_component_sees_no_other_package_of_the_servers(tmp_path, model_python, monkeypatch):
    """In an image, the server's numpy lies beside seldon_component, and is that of another Python."""
    packages = tmp_path / "packages"
    packages.mkdir()
    (packages / "seldon_component").symlink_to(PACKAGES / "seldon_component")
    (packages / "numpy.py").write_text("raise ImportError('the numpy of the server')")
    monkeypatch.setattr(launch, "PACKAGES", packages)
    with ready("separate", tmp_path, model_python=model_python) as (model, _):
        assert say(model, "count one") == "counted"


def test_nothing_of_the_server_is_loaded_beside_the_class(tmp_path):
    source = """
import sys
class Obeying(object):
    def predict(self, X):
        return ",".join(sorted(name for name in sys.modules if name.split(".")[0] in ("seldon_runtime", "werkzeug", "grpc")))
"""
    with ready("separate", tmp_path, source=source) as (model, _):
        assert say(model, "x") == ""


def test_a_process_that_cannot_be_started_ends_the_server(tmp_path, monkeypatch):
    monkeypatch.setattr("subprocess.Popen", lambda *_, **__: 1 / 0)
    with started("separate", tmp_path) as (_, failures):
        assert failures.next() == 16


@pytest.mark.parametrize("program", ["/bin/false", "/bin/true", "/bin/cat"])
def test_an_interpreter_that_is_none_is_reported_and_nobody_hangs(program, tmp_path):
    with started("separate", tmp_path, model_python=program) as (model, failures):
        assert failures.next() > 0
        assert not model.ready
