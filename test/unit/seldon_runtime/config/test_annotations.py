"""seldon_runtime.config.environment: the annotations of the pod, and the ports of the chosen APIs."""

import pytest
from seldon_runtime.config import files, variables
from seldon_runtime.config.environment import read_settings
from seldon_runtime.config.settings import Listener
from seldon_runtime.errors import BadSetting
from seldon_runtime.system.memory import container_memory


def read(tmp_path, text, arguments=("M",)):
    path = tmp_path / "annotations"
    path.write_text(text)
    return read_settings(list(arguments), tmp_path, path)


def test_annotations_set_size_and_times(tmp_path):
    found = read(
        tmp_path,
        'kubernetes.io/config="api"\nseldon.io/grpc-max-message-size="1000"\n'
        'seldon.io/rest-timeout="2500"\nseldon.io/grpc-timeout="10"\nno equals sign\n',
    )
    assert (found.serving.grpc_max_message_bytes, found.rest_timeout, found.grpc_timeout) == (1000, 2.5, 0.01)


def test_without_annotations_there_is_a_limit_by_the_memory_and_none_of_time(tmp_path):
    found = read_settings(["M"], tmp_path, tmp_path / "missing")
    usual = min(container_memory() // 64, 2**30)
    assert (found.serving.grpc_max_message_bytes, found.rest_timeout, found.grpc_timeout) == (usual, None, None)


def test_an_annotation_wins_over_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("REST_TIMEOUT_MS", "1")
    monkeypatch.setenv("GRPC_TIMEOUT_MS", "2000")
    found = read(tmp_path, 'seldon.io/rest-timeout="3000"')
    assert (found.rest_timeout, found.grpc_timeout) == (3.0, 2.0)


@pytest.mark.parametrize(
    ("key", "text", "allowed"),
    [
        ("seldon.io/grpc-max-message-size", "big", "1 to 2147483647"),
        ("seldon.io/grpc-max-message-size", "2147483648", "1 to 2147483647"),
        ("seldon.io/rest-timeout", "0", "1 to 86400000"),
        ("seldon.io/grpc-timeout", "1.5", "1 to 86400000"),
    ],
)
def test_a_wrong_annotation_is_named_as_such(tmp_path, key, text, allowed):
    with pytest.raises(BadSetting) as error:
        read(tmp_path, f'{key}="{text}"')
    assert str(error.value) == f"{key}: expected {allowed}, found '{text}'"


def test_every_annotation_sets_a_variable_that_there_is():
    assert set(files.ANNOTATIONS.values()) <= {variable.name for variable in variables.VARIABLES}


@pytest.mark.parametrize(
    ("environment", "listeners"),
    [
        ({}, [Listener("REST", 5000)]),
        ({"API_TYPE": "GRPC"}, [Listener("GRPC", 5000)]),
        ({"API_TYPE": "REST,GRPC"}, [Listener("REST", 5000), Listener("GRPC", 5001)]),
        ({"API_TYPE": "grpc, rest"}, [Listener("REST", 5000), Listener("GRPC", 5001)]),
        ({"PREDICTIVE_UNIT_SERVICE_PORT": "9000"}, [Listener("REST", 9000)]),
        ({"PORT": "8080"}, [Listener("REST", 8080)]),
        ({"PORT": "8080", "API_TYPE": "GRPC"}, [Listener("GRPC", 8080)]),
        ({"PORT": "8080", "PREDICTIVE_UNIT_SERVICE_PORT": "9000"}, [Listener("REST", 9000)]),
        ({"PORT": "no port", "PREDICTIVE_UNIT_HTTP_SERVICE_PORT": "9000"}, [Listener("REST", 9000)]),
        ({"PORT": "8080", "API_TYPE": "REST,GRPC", "PREDICTIVE_UNIT_SERVICE_PORT": "9000"}, [Listener("REST", 9000), Listener("GRPC", 9001)]),
        ({"PORT": "tcp://10.0.0.1:80"}, [Listener("REST", 5000)]),
        ({"PORT": "8080", "PREDICTIVE_UNIT_SERVICE_PORT": " "}, [Listener("REST", 8080)]),
        ({"API_TYPE": "GRPC", "PREDICTIVE_UNIT_SERVICE_PORT": "9000"}, [Listener("GRPC", 9000)]),
        ({"API_TYPE": "GRPC", "PREDICTIVE_UNIT_GRPC_SERVICE_PORT": "9500"}, [Listener("GRPC", 9500)]),
        ({"API_TYPE": "REST", "PREDICTIVE_UNIT_GRPC_SERVICE_PORT": "9500"}, [Listener("REST", 5000)]),
        ({"PREDICTIVE_UNIT_GRPC_SERVICE_PORT": "9500"}, [Listener("REST", 5000), Listener("GRPC", 9500)]),
        ({"PREDICTIVE_UNIT_GRPC_SERVICE_PORT": "9500", "PREDICTIVE_UNIT_SERVICE_PORT": "9000"}, [Listener("REST", 9000), Listener("GRPC", 9500)]),
        ({"PREDICTIVE_UNIT_HTTP_SERVICE_PORT": "9000"}, [Listener("REST", 9000)]),
        ({"PREDICTIVE_UNIT_HTTP_SERVICE_PORT": "8000", "PREDICTIVE_UNIT_GRPC_SERVICE_PORT": "9500"}, [Listener("REST", 8000), Listener("GRPC", 9500)]),
    ],
)
def test_the_ports_follow_from_the_apis_and_the_variables(tmp_path, monkeypatch, environment, listeners):
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    found = read_settings(["M"], tmp_path, tmp_path / "missing")
    assert found.listeners == tuple(listeners)
    assert found.apis == tuple(listener.api for listener in listeners)
