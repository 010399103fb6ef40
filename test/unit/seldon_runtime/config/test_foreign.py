"""seldon_runtime.config.foreign: what Kubernetes and other platforms set for other programs ends no start."""

import re

import pytest
from seldon_runtime.config import environment
from seldon_runtime.config.variables import VARIABLES
from seldon_runtime.errors import BadSetting
from support.settings import read

# what Kubernetes makes of the name of a Service
LINKS = (
    (r".+_SERVICE_HOST", "10.0.0.1"),
    (r".+_SERVICE_PORT", "80"),
    (r".+_SERVICE_PORT_.+", "80"),
    (r".+_PORT", "tcp://10.0.0.1:80"),
    (r".+_PORT_[0-9]+_(TCP|UDP|SCTP)", "tcp://10.0.0.1:80"),
    (r".+_PORT_[0-9]+_(TCP|UDP|SCTP)_(PROTO|PORT|ADDR)", "tcp"),
)
NAMES = [variable.name for variable in VARIABLES if any(re.fullmatch(form, variable.name) for form, _ in LINKS)]
OF_THE_STATE = [variable.name for variable in VARIABLES if variable.name.startswith(("PERSISTENCE_", "REDIS_"))]


def test_these_variables_can_be_those_of_a_service():
    assert {"PREDICTIVE_UNIT_SERVICE_PORT", "REDIS_SERVICE_HOST", "REDIS_SERVICE_PORT"} < set(NAMES)


@pytest.mark.parametrize(("name", "link"), [(name, link) for name in NAMES for form, link in LINKS if re.fullmatch(form, name)])
@pytest.mark.parametrize("persistence", ["0", "1"])
def test_a_link_to_a_service_ends_no_start(name, link, persistence, tmp_path, monkeypatch):
    monkeypatch.setenv("PERSISTENCE", persistence)
    monkeypatch.setenv(name, link)
    assert read(tmp_path, "M").model_name == "M"


@pytest.mark.parametrize("text", ["tcp://10.0.0.1:80", "udp://[fd00::1]:53", " TCP://10.0.0.1:80"])
def test_a_link_in_place_of_a_port_is_no_port(text, tmp_path, monkeypatch):
    monkeypatch.setenv("PREDICTIVE_UNIT_SERVICE_PORT", text)
    assert [listener.port for listener in read(tmp_path, "M").listeners] == [5000]
    monkeypatch.setenv("PORT", "8080")
    assert [listener.port for listener in read(tmp_path, "M").listeners] == [8080]


@pytest.mark.parametrize("name", OF_THE_STATE)
def test_nothing_of_the_state_is_read_unless_it_is_kept(name, tmp_path, monkeypatch):
    without = read(tmp_path, "M")
    monkeypatch.setenv(name, "none that is allowed: \x01")
    assert read(tmp_path, "M") == without


def test_the_state_command_reads_it_without_persistence_and_is_not_ended_by_a_link(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PREDICTIVE_UNIT_SERVICE_PORT", "tcp://10.0.0.1:80")
    monkeypatch.setenv("REDIS_SERVICE_PORT", "tcp://10.0.0.2:6379")
    assert environment.read_state_command(["list"])[1].url == "redis://10.0.0.2:6379/0"


def test_the_host_that_is_set_wins_over_that_of_the_link(tmp_path, monkeypatch):
    for name, text in (("PERSISTENCE", "1"), ("REDIS_SERVICE_HOST", "localhost"), ("REDIS_SERVICE_PORT", "tcp://10.0.0.2:6380")):
        monkeypatch.setenv(name, text)
    assert read(tmp_path, "M").persistence.url == "redis://localhost:6380/0"


def test_a_port_of_the_platform_that_is_none_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PORT", "http")
    with pytest.raises(BadSetting, match="PORT: expected 1 to 65535, found 'http'"):
        read(tmp_path, "M")
