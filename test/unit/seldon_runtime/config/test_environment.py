"""seldon_runtime.config.environment: what the command line says, and what a process gets by its settings."""

import os
import subprocess
import sys

import pytest
from seldon_runtime.config import environment, values
from support.settings import read


def test_the_historical_command_line_is_understood(tmp_path):
    parameters = '[{"name": "a", "type": "INT", "value": "1"}]'
    found = read(tmp_path, "M", "REST", "--service-type", "ROUTER", "--persistence", "0", "--parameters", parameters,
                 "--log-level", "DEBUG", "--http-port", "8000")
    assert (found.model_name, found.apis, found.service_type, found.persistence.enabled) == ("M", ("REST",), "ROUTER", False)
    assert (found.parameters, found.logs.level) == ({"a": 1}, 10)
    assert [(listener.api, listener.port) for listener in found.listeners] == [("REST", 8000)]


@pytest.mark.parametrize(("texts", "option", "level"), [
    ({"LOG_LEVEL": "ERROR", "SELDON_LOG_LEVEL": "DEBUG"}, (), 40),
    ({"LOG_LEVEL": " ", "SELDON_LOG_LEVEL": "DEBUG"}, (), 10),
    ({"SELDON_LOG_LEVEL": "DEBUG"}, ("--log-level", "WARN"), 30),
])
def test_the_option_wins_over_log_level_and_that_over_seldons(texts, option, level, tmp_path, monkeypatch):
    for name, text in texts.items():
        monkeypatch.setenv(name, text)
    assert read(tmp_path, "M", *option).logs.level == level


def test_access_log_wins_over_gunicorns(tmp_path, monkeypatch):
    monkeypatch.setenv("ACCESS_LOG", "0")
    monkeypatch.setenv("GUNICORN_ACCESS_LOG", "true")
    assert not read(tmp_path, "M").logs.access


def test_the_api_word_may_be_left_out(tmp_path, monkeypatch):
    monkeypatch.setenv("API_TYPE", "GRPC")
    assert read(tmp_path, "M", "--service-type", "ROUTER").apis == ("GRPC",)


def test_an_unknown_option_ends_the_command(tmp_path, capsys):
    with pytest.raises(SystemExit):
        read(tmp_path, "M", "--colour", "blue")
    assert "unrecognized arguments: --colour" in capsys.readouterr().err


@pytest.mark.parametrize(("text", "name"), [("MyModel", "MyModel"), ("a.b.C", "C"), ("models/net.v1.onnx", "net.v1"),
                                            ("iris.joblib", "iris"), ("flats/MLmodel", "flats")])
def test_a_component_is_called_like_its_class_or_file(text, name, tmp_path):
    assert read(tmp_path, text).component_name == name


def test_build_paths_are_s2is_own_unless_they_are_given(monkeypatch, tmp_path):
    monkeypatch.delenv("S2I_SOURCE", raising=False)
    monkeypatch.delenv("MICROSERVICE_HOME", raising=False)
    found = environment.read_build_paths()
    assert (str(found.source), str(found.home), found.source_is_upload) == ("/tmp/src", "/microservice", True)
    monkeypatch.setenv("S2I_SOURCE", str(tmp_path))
    monkeypatch.setenv("MICROSERVICE_HOME", str(tmp_path / "home"))
    found = environment.read_build_paths()
    assert (found.source, found.home, found.source_is_upload) == (tmp_path, tmp_path / "home", False)


def test_an_engine_gets_a_thread_for_each_cpu_of_the_container_and_never_none(tmp_path, monkeypatch):
    for cpus, threads in ((0.5, 1), (1.0, 1), (3.9, 3)):
        monkeypatch.setattr(environment, "container_cpus", lambda cpus=cpus: cpus)
        assert read(tmp_path, "M").threads == threads


@pytest.mark.parametrize(("memory", "set_", "limits"), [
    (2**30, {}, (2**26, 2**26, 2**24)),
    (2**40, {}, (2**30, 2**30, 2**30)),
    (2**20, {}, (2**20, 2**20, 2**22)),
    (2**30, {"MAX_BODY_BYTES": "1000"}, (1000, 1000, 2**24)),
    (2**30, {"MAX_BODY_BYTES": "5000000000"}, (5_000_000_000, 2**26, 2**24)),
    (2**30, {"MAX_INFLATED_BYTES": "5000000000"}, (2**26, 5_000_000_000, 2**24)),
    (2**30, {"GRPC_MAX_MESSAGE_BYTES": "2147483647"}, (2**26, 2**26, 2**31 - 1)),
])
def test_the_limits_of_sizes_follow_the_memory_of_the_container(memory, set_, limits, tmp_path, monkeypatch):
    monkeypatch.setattr(values, "container_memory", lambda: memory)
    for name, text in set_.items():
        monkeypatch.setenv(name, text)
    found = read(tmp_path, "M").serving
    assert (found.max_body_bytes, found.max_inflated_bytes, found.grpc_max_message_bytes) == limits
    assert found.all_body_bytes == max(memory // 10, found.max_body_bytes)
    assert found.all_grpc_message_bytes == max(memory // 10, found.grpc_max_message_bytes)


@pytest.mark.parametrize(("mode", "set_", "found"), [("inline", None, "0"), ("inline", "1", "1"), ("separate", None, None)])
def test_only_a_server_with_the_class_in_it_keeps_grpc_out_of_children(mode, set_, found, tmp_path, monkeypatch):
    """Each thread that grpcio starts again in a child keeps the child alive."""
    name, _ = environment.NO_GRPC_IN_CHILDREN
    variables = {**os.environ, "MODEL_PROCESS": mode, name: set_}
    monkeypatch.setattr(os, "environ", {key: text for key, text in variables.items() if text is not None})
    environment.prepare_process(read(tmp_path, "M"))
    assert os.environ.get(name) == found


@pytest.mark.parametrize(("mode", "threads"), [("separate", 1), ("inline", min(2, len(os.sched_getaffinity(0))))])
def test_only_a_server_with_the_class_in_it_has_threads_of_openblas(mode, threads, tmp_path):
    code = (
        "from seldon_runtime.config import environment; settings = environment.read_settings(['M']); "
        "environment.prepare_process(settings); import numpy, threadpoolctl; "
        "print(*(pool['num_threads'] for pool in threadpoolctl.threadpool_info()), "
        "settings.component_environment['OPENBLAS_NUM_THREADS'])"
    )
    variables = {**os.environ, "MODEL_PROCESS": mode, "OPENBLAS_NUM_THREADS": "2"}
    found = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=variables, capture_output=True, text=True, check=True)
    assert found.stdout.split() == [str(threads), "2"]
