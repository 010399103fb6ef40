"""seldon_runtime.config.server_secrets: what of the server's environment a component never sees."""

import pytest
from seldon_runtime.config import environment
from seldon_runtime.config.server_secrets import passwords_of

KEY = "a key of 16 signs"
URLS = ("redis://user:pass%2Fword@redis:6379/0", "rediss://:pass%2Fword@redis", "unix:///redis.sock?password=pass%2Fword",
        "redis+sentinel://:other@h:1/n?sentinel_password=pass%2Fword")


def component_environment(tmp_path, monkeypatch, **variables):
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    return environment.read_settings(["M"], tmp_path, tmp_path / "none").component_environment


@pytest.mark.parametrize("url", URLS)
def test_passwords_are_found_wherever_the_url_has_them(url):
    assert "pass/word" in passwords_of(url)
    assert passwords_of("redis://redis:6379/0") == passwords_of("file:///state") == set()


@pytest.mark.parametrize("url", URLS)
def test_a_component_gets_no_secret_of_the_state(url, tmp_path, monkeypatch):
    found = component_environment(
        tmp_path, monkeypatch, PERSISTENCE_URL=url, PERSISTENCE_KEY=KEY, PERSISTENCE_KEY_FILE="/run/key",
        REDIS_PASSWORD="pass/word", SERVICES='{"redis":{"password":"pass/word"}}', SIGNING=KEY, OLD_URL=url, MINE="mine")
    hidden = {"PERSISTENCE_URL", "PERSISTENCE_KEY", "PERSISTENCE_KEY_FILE", "REDIS_PASSWORD", "SERVICES", "SIGNING"}
    assert not hidden & found.keys()
    assert not any(secret in text for text in found.values() for secret in ("pass/word", KEY))
    assert found["MINE"] == "mine"


def test_every_variable_of_the_state_stays_with_the_server(tmp_path, monkeypatch):
    found = component_environment(tmp_path, monkeypatch, PERSISTENCE_TIMEOUT="5", PERSISTENCE_UNHEARD_OF="x",
                                  PERSISTENCE="0", PREDICTIVE_UNIT_ID="unit", REDIS_SERVICE_HOST="redis")
    assert not [name for name in found if name.startswith("PERSISTENCE_")]
    assert (found["PREDICTIVE_UNIT_ID"], found["REDIS_SERVICE_HOST"]) == ("unit", "redis")


def test_a_component_gets_no_password_of_the_request_log(tmp_path, monkeypatch):
    found = component_environment(tmp_path, monkeypatch, REQUEST_LOGGER_URL="http://u:pass%2Fword@broker", BROKER="pass/word",
                                  REQUEST_LOGGER_MODE="all", MINE="mine")
    assert not {"REQUEST_LOGGER_URL", "REQUEST_LOGGER_MODE", "BROKER"} & found.keys()
    assert found["MINE"] == "mine"


def test_a_short_password_hides_only_a_variable_that_is_nothing_else(tmp_path, monkeypatch):
    found = component_environment(tmp_path, monkeypatch, PERSISTENCE_URL="redis://:abc@h", SAME="abc", LETTERS="abcdef")
    assert "SAME" not in found and found["LETTERS"] == "abcdef"


def test_an_inline_component_has_the_servers_own(tmp_path, monkeypatch):
    found = component_environment(tmp_path, monkeypatch, MODEL_PROCESS="inline", PERSISTENCE_KEY=KEY)
    assert found["PERSISTENCE_KEY"] == KEY
