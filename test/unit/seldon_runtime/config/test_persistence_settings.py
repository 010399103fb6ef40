"""seldon_runtime.config.environment: where the state is kept, under which name, and the key that signs it."""

import pytest
from seldon_runtime.config import environment
from seldon_runtime.errors import BadSetting
from support.settings import read


def test_the_signing_key_is_the_variable_or_the_file(tmp_path, monkeypatch):
    assert environment.read_signing_key(read(tmp_path, "M").persistence) is None
    (tmp_path / "key").write_text("f" * 16 + "\n")
    monkeypatch.setenv("PERSISTENCE", "1")
    monkeypatch.setenv("PERSISTENCE_KEY_FILE", str(tmp_path / "key"))
    assert environment.read_signing_key(read(tmp_path, "M").persistence) == b"f" * 16
    monkeypatch.setenv("PERSISTENCE_KEY", "v" * 16)
    assert environment.read_signing_key(read(tmp_path, "M").persistence) == b"v" * 16


@pytest.mark.parametrize(("content", "message"), [
    (None, "expected a readable file, found {} (No such file or directory)"),
    (b"short", "expected UTF-8 text of 16 characters or more, found something else in {}"),
    (b"\xff" * 16, "expected UTF-8 text of 16 characters or more, found something else in {}"),
])
def test_a_key_file_that_has_no_key_is_named(content, message, tmp_path, monkeypatch):
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("PERSISTENCE", "1")
    monkeypatch.setenv("PERSISTENCE_KEY_FILE", str(path))
    with pytest.raises(BadSetting) as caught:
        environment.read_signing_key(read(tmp_path, "M").persistence)
    assert str(caught.value) == f"PERSISTENCE_KEY_FILE: {message.format(path)}"


def test_the_key_of_the_state_has_the_names_of_the_deployment(tmp_path, monkeypatch):
    assert read(tmp_path, "M").persistence.name == "persistence_0_0_0"
    for name, text in (("SELDON_DEPLOYMENT_ID", "shop"), ("PREDICTOR_ID", "main"), ("PREDICTIVE_UNIT_ID", "router")):
        monkeypatch.setenv(name, text)
    assert read(tmp_path, "M").persistence.name == "persistence_shop_main_router"


def test_the_state_command_needs_no_class(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REDIS_SERVICE_HOST", "redis.shop")
    command, persistence = environment.read_state_command(["show", "3"])
    assert (command.action, command.generation, persistence.url) == ("show", 3, "redis://redis.shop:6379/0")
