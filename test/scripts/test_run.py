"""s2i/bin/run: serves what assemble has made, in each Python that models have."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from support.mistakes import MISTAKES, Mistake
from support.scripts import APPS, Service, script, version_of
from support.waiting import eventually

Serve = Callable[..., Service]


def test_run_serves_what_assemble_has_made(model_python: str, tmp_path: Path, serve: Serve) -> None:
    home = tmp_path / "home"
    build = script("assemble", S2I_SOURCE=APPS / "template", MICROSERVICE_HOME=home, MODEL_PYTHON=model_python)
    assert build.returncode == 0, build.stderr
    service = serve(home, MODEL_PYTHON=model_python).wait_until_ready()
    answer = service.predict({"data": {"ndarray": [[1.5, 2.0]]}})
    assert answer.json() == {"data": {"names": ["t:0", "t:1"], "ndarray": [[3.0, 4.0]]}, "meta": {}}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=134217728:glibc.malloc.arena_max=1"),
        ({"GLIBC_TUNABLES": "glibc.malloc.arena_max=8"}, "glibc.malloc.arena_max=8"),
        ({"GLIBC_TUNABLES": ""}, ""),
    ],
)
def test_the_memory_of_large_messages_is_kept_unless_told_otherwise(
    tmp_path: Path, given: dict[str, str], expected: str
) -> None:
    server = tmp_path / "python"
    server.write_text('#!/bin/sh\nprintf %s "$GLIBC_TUNABLES"\n')
    server.chmod(0o755)
    assert script("run", MICROSERVICE_HOME=APPS / "template", SERVER_PYTHON=server, **given).stdout == expected


@pytest.mark.parametrize("process", ["separate", "inline"])
def test_all_variables_of_the_environment_file_reach_the_class(process: str, tmp_path: Path, serve: Serve) -> None:
    """Without s2i, which makes variables of an image of them."""
    folder = tmp_path / "source"
    (folder / ".s2i").mkdir(parents=True)
    (folder / ".s2i" / "environment").write_text("MODEL_NAME=MyModel\nexport WEIGHTS=w.bin\n")
    (folder / "MyModel.py").write_text(
        "import os\nclass MyModel:\n    def predict(self, X, names):\n        return X\n"
        "    def tags(self):\n        return {'weights': os.environ['WEIGHTS']}\n"
    )
    service = serve(folder, MODEL_PROCESS=process).wait_until_ready()
    assert service.predict({"data": {"ndarray": [[1]]}}).json()["meta"]["tags"] == {"weights": "w.bin"}


def test_a_dotted_name_means_a_class_in_a_package(model_python: str, serve: Serve) -> None:
    service = serve(APPS / "dotted", MODEL_PYTHON=model_python).wait_until_ready()
    assert service.predict({"data": {"ndarray": [[0.2, 0.9, 0.4]]}}).json()["data"]["ndarray"] == [[1, 2, 0]]


def test_data_a_dotfile_a_package_and_a_helper_program_are_found_beside_the_class(
    model_python: str, tmp_path: Path, serve: Serve
) -> None:
    home = tmp_path / "home"
    script("assemble", S2I_SOURCE=APPS / "data-and-package", MICROSERVICE_HOME=home, MODEL_PYTHON=model_python)
    data = serve(home, MODEL_PYTHON=model_python).wait_until_ready().predict({"data": {"ndarray": [[52.52, 13.4]]}})
    assert data.json()["data"]["names"] == ["berlin", "potsdam", "frankfurt"]
    assert data.json()["data"]["ndarray"][0] == [0.0, pytest.approx(34.05, abs=0.01), pytest.approx(100.43, abs=0.01)]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.folder)
def test_a_mistake_ends_the_start_with_its_own_words_and_exit_code(
    mistake: Mistake, model_python: str, serve: Serve
) -> None:
    home = APPS / "mistakes" / mistake.folder
    service = serve(home, MODEL_PYTHON=model_python, LOG_LEVEL="ERROR")
    assert service.exit_code() == mistake.exit_code
    assert service.errors == mistake.at_start(home, version_of(model_python))


def test_parameters_that_the_constructor_does_not_take_end_the_start(model_python: str, serve: Serve) -> None:
    parameters = '[{"name": "depth", "type": "INT", "value": "3"}]'
    service = serve(APPS / "slow", MODEL_PYTHON=model_python, PREDICTIVE_UNIT_PARAMETERS=parameters, LOG_LEVEL="ERROR")
    assert service.exit_code() == 15
    assert service.errors == (
        "PREDICTIVE_UNIT_PARAMETERS: 'depth' is not an argument of the constructor; SlowModel takes: loads_when\n"
    )


def test_a_load_that_raises_ends_the_start_with_the_users_traceback(
    model_python: str, tmp_path: Path, serve: Serve
) -> None:
    shutil.copytree(APPS / "data-and-package", tmp_path / "home")
    (tmp_path / "home" / ".labels").unlink()
    service = serve(tmp_path / "home", MODEL_PYTHON=model_python, LOG_LEVEL="ERROR")
    assert service.exit_code() == 16
    first, second, *_, last = service.errors.splitlines()
    assert first == "DeliveryTime could not be loaded:"
    assert second.startswith(f'  File "{tmp_path}/home/DeliveryTime.py", line ')
    assert last.endswith(f"No such file or directory: '{tmp_path}/home/.labels'")


def test_a_port_that_is_taken_is_named(serve: Serve) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        service = serve(APPS / "template", PREDICTIVE_UNIT_HTTP_SERVICE_PORT=port)
        assert service.exit_code() == 19
        assert f"port {port} cannot be listened on" in service.errors


def test_a_port_that_another_of_our_servers_has_is_not_shared_with_it(tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    first = Service(APPS / "template", tmp_path / "first").wait_until_ready()
    second = Service(APPS / "template", tmp_path, PREDICTIVE_UNIT_HTTP_SERVICE_PORT=first.url.rpartition(":")[2])
    try:
        assert second.exit_code() == 19
    finally:
        for service in (first, second):
            service.process.kill()
            service.process.wait()


def test_sigterm_ends_an_idle_service_well(model_python: str, serve: Serve) -> None:
    service = serve(APPS / "template", MODEL_PYTHON=model_python).wait_until_ready()
    service.terminate()
    assert service.exit_code() == 0


def test_sigterm_waits_for_the_answer_to_a_request_in_flight(model_python: str, tmp_path: Path, serve: Serve) -> None:
    service, gate = serve(APPS / "printing", MODEL_PYTHON=model_python).wait_until_ready(), tmp_path / "gate"
    answer = service.begin_to_predict({"strData": str(gate)})
    eventually(lambda: "asked for" in service.output, "the class was asked")
    service.terminate()
    eventually(lambda: service.status("/live") is None, "no more connections were accepted")
    gate.touch()
    assert answer().json()["strData"] == "done"
    assert service.exit_code() == 0


def test_the_users_prints_arrive_at_once(model_python: str, tmp_path: Path, serve: Serve) -> None:
    service, gate = serve(APPS / "printing", MODEL_PYTHON=model_python).wait_until_ready(), tmp_path / "gate"
    assert service.output == "constructed\nloaded\n"
    answer = service.begin_to_predict({"strData": str(gate)})
    eventually(lambda: service.output == f"constructed\nloaded\nasked for {gate}\n", "the print was seen")
    gate.touch()
    assert answer().status_code == 200


def test_a_service_lives_before_it_is_ready(model_python: str, tmp_path: Path, serve: Serve) -> None:
    gate = tmp_path / "gate"
    parameters = f'[{{"name": "loads_when", "type": "STRING", "value": "{gate}"}}]'
    variables = {"MODEL_PYTHON": model_python, "PREDICTIVE_UNIT_PARAMETERS": parameters}
    service = serve(APPS / "slow", LISTEN="at-once", **variables)
    eventually(lambda: service.status("/health/ping") == 200, "the server lived")
    assert service.status("/ready") == 503
    refusal = service.predict({"strData": ""})
    assert refusal.status_code == 503
    assert refusal.json()["status"]["reason"] == "MICROSERVICE_UNAVAILABLE"
    gate.touch()
    assert service.wait_until_ready().predict({"strData": ""}).json()["strData"] == "done"


def test_sigterm_ends_a_service_that_still_loads(model_python: str, tmp_path: Path, serve: Serve) -> None:
    parameters = f'[{{"name": "loads_when", "type": "STRING", "value": "{tmp_path}/never"}}]'
    service = serve(APPS / "slow", MODEL_PYTHON=model_python, PREDICTIVE_UNIT_PARAMETERS=parameters)
    eventually((tmp_path / "never.awaited").exists, "the class was being loaded")
    service.terminate()
    assert service.exit_code() == 0


@pytest.mark.parametrize(
    ("word", "death"), [("exit", "exit code 3"), ("segfault", "signal 11, SIGSEGV")], ids=["os._exit", "segfault"]
)
def test_a_crash_answers_its_request_and_the_next_one_finds_a_new_process(
    word: str, death: str, model_python: str, serve: Serve
) -> None:
    service = serve(APPS / "crashing", MODEL_PYTHON=model_python).wait_until_ready()
    crash = service.predict({"strData": word})
    assert crash.status_code == 500
    assert crash.json()["status"]["info"] == f"the component's process ended ({death}) while answering this request"
    assert service.predict({"strData": "rose"}).json()["strData"] == "rose"


def test_an_exception_is_no_crash(model_python: str, serve: Serve) -> None:
    service = serve(APPS / "crashing", MODEL_PYTHON=model_python).wait_until_ready()
    answer = service.predict({"strData": "raise"})
    assert answer.status_code == 500
    assert answer.json()["status"]["info"] == "CrashingModel.predict raised ValueError: this is no flower"
    assert "restarting" not in service.errors


def test_crash_after_crash_without_an_answer_ends_the_service(model_python: str, serve: Serve) -> None:
    service = serve(APPS / "crashing", MODEL_PYTHON=model_python, RESTART_LIMIT=1, ON_CRASH_LOOP="exit").wait_until_ready()
    assert [service.predict({"strData": "exit"}).status_code for _ in range(2)] == [500, 500]
    assert service.exit_code() == 18
    assert "giving up" in service.errors
