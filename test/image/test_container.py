"""A built image as operators run it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import docker
import grpc
import pytest
import requests
from support.generated import pb2, pb2_grpc
from support.images import APPS, Builder, Container, parameters
from support.waiting import eventually

pytestmark = pytest.mark.docker
Start = Callable[..., Container]

CONFINED: dict[str, dict[str, Any]] = {
    "random uid": {"user": "123456:0"},
    "read-only root": {"read_only": True},
    "no capabilities": {"cap_drop": ["ALL"], "security_opt": ["no-new-privileges"]},
}
CONFINED["all of it"] = {key: value for options in CONFINED.values() for key, value in options.items()}


@pytest.fixture(scope="module")
def template(builder: Builder, engine: docker.DockerClient) -> Iterator[Container]:
    """For the tests that only look into the container."""
    container = Container(engine, builder.build(APPS / "template"))
    yield container.wait_until_ready()
    container.remove()


@pytest.fixture(scope="module")
def crashing(builder: Builder, engine: docker.DockerClient) -> Iterator[Container]:
    """For the tests after which it serves again."""
    container = Container(engine, builder.build(APPS / "crashing"))
    yield container.wait_until_ready()
    container.remove()


@pytest.mark.parametrize("options", CONFINED.values(), ids=CONFINED)
def test_it_serves_however_it_is_confined(options: dict[str, Any], builder: Builder, start: Start) -> None:
    container = start(builder.build(APPS / "template"), **options).wait_until_ready()
    assert container.predict({"data": {"ndarray": [[1, 2]]}}).json()["data"]["ndarray"] == [[2, 4]]


@pytest.mark.parametrize("mode", ["separate", "inline"])
def test_with_no_folder_to_write_to_it_keeps_a_state(mode: str, builder: Builder, start: Start) -> None:
    """Between the class and the store, the state is in memory then."""
    if builder.python != builder.server_python:
        mode = "separate"  # an inline class needs the server's Python
    variables = {"MODEL_NAME": "counting.Dicted", "MODEL_PROCESS": mode, "PERSISTENCE": "1", "PERSISTENCE_URL": "file:///state"}
    container = start(builder.build(APPS / "counting"), read_only=True, tmpfs={"/state": "mode=777"}, environment=variables)
    container.wait_until_ready()
    message = {"json": (None, '{"data":{"ndarray":[[1]]}}')}
    assert requests.post(f"{container.url}/route", files=message, timeout=60).status_code == 200
    assert container.post("/persistence/save").json() == {"generation": 1}
    assert "  note: text 'kept'" in container.execute("seldon-core-microservice", "state", "show", "1").splitlines()


def test_a_random_uid_may_read_and_write_beside_the_class(builder: Builder, start: Start) -> None:
    container = start(builder.build(APPS / "template"), user="123456:0").wait_until_ready()
    container.execute("sh", "-c", "echo cached >cache.txt && echo '#' >>MyModel.py")


def test_it_serves_grpc_alone_on_the_same_port(builder: Builder, start: Start) -> None:
    container = start(builder.build(APPS / "template"), environment={"API_TYPE": "GRPC"})
    message = pb2.SeldonMessage(data=pb2.DefaultData(tensor=pb2.Tensor(shape=[1, 2], values=[1, 2])))
    with grpc.insecure_channel(container.url.removeprefix("http://")) as channel:

        def ask() -> list[float] | None:
            try:
                response = pb2_grpc.ModelStub(channel).Predict(message, wait_for_ready=True, timeout=30)
            except grpc.RpcError as error:
                assert error.code() == grpc.StatusCode.UNAVAILABLE, error
                return None
            return list(response.data.tensor.values)

        assert eventually(ask, "the model answered") == [2, 4]


def test_numeric_libraries_start_as_many_threads_as_the_container_has_cpus(builder: Builder, start: Start) -> None:
    container = start(builder.build(APPS / "template"), nano_cpus=10**9).wait_until_ready()
    found = container.execute("sh", "-c", "cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep ^OMP_NUM_THREADS")
    assert found.split() == ["OMP_NUM_THREADS=1"]


def test_the_server_is_closed_to_other_processes_of_its_user(template: Container) -> None:
    for name in ("environ", "maps", "mem"):
        assert template.execute("sh", "-c", f"head -c 1 /proc/1/{name} 2>/dev/null || echo closed") == "closed\n"


def test_as_root_the_class_has_a_user_of_its_own(builder: Builder, start: Start) -> None:
    container = start(builder.build(APPS / "template"), user="0").wait_until_ready()
    look = "for p in /proc/[0-9]*; do ! grep -qa 'seldon_componen[t]' $p/cmdline 2>/dev/null || stat -c %u $p; done"
    assert container.execute("bash", "-c", look) == "1001\n"
    container.terminate()
    assert container.exit_code() == 0


def test_sigterm_ends_an_idle_container_well(builder: Builder, start: Start) -> None:
    container = start(builder.build(APPS / "template")).wait_until_ready()
    container.terminate()
    assert container.exit_code() == 0


def test_sigterm_waits_for_the_answer_to_a_request_in_flight(builder: Builder, start: Start) -> None:
    container = start(builder.build(APPS / "printing")).wait_until_ready()
    answer = container.begin_to_predict({"strData": "/tmp/gate"})
    eventually(lambda: "asked for" in container.output, "the class was asked")
    container.terminate()
    eventually(lambda: container.status("/live") is None, "no more connections were accepted")
    container.execute("touch", "/tmp/gate")
    assert answer().json()["strData"] == "done"
    assert container.exit_code() == 0


def test_the_users_prints_arrive_at_once(builder: Builder, start: Start) -> None:
    container = start(builder.build(APPS / "printing")).wait_until_ready()
    answer = container.begin_to_predict({"strData": "/tmp/gate"})
    eventually(lambda: container.output == "constructed\nloaded\nasked for /tmp/gate\n", "the print was seen")
    container.execute("touch", "/tmp/gate")
    assert answer().status_code == 200


def test_it_is_not_ready_before_the_component_is_loaded(builder: Builder, start: Start) -> None:
    variables = {"PREDICTIVE_UNIT_PARAMETERS": parameters(loads_when="/tmp/gate"), "LISTEN": "at-once"}
    container = start(builder.build(APPS / "slow"), environment=variables)
    eventually(lambda: container.status("/health/ping") == 200, "the server lived")
    assert container.status("/ready") == 503
    assert container.predict({"strData": ""}).status_code == 503
    container.execute("touch", "/tmp/gate")
    assert container.wait_until_ready().predict({"strData": ""}).json()["strData"] == "done"


@pytest.mark.parametrize(
    ("word", "death"), [("exit", "exit code 3"), ("segfault", "signal 11, SIGSEGV")], ids=["os._exit", "segfault"]
)
def test_a_crash_answers_its_request_and_the_next_one_finds_a_new_process(
    word: str, death: str, crashing: Container
) -> None:
    crash = crashing.predict({"strData": word})
    assert crash.status_code == 500
    assert crash.json()["status"]["info"] == f"the component's process ended ({death}) while answering this request"
    assert crashing.predict({"strData": "rose"}).json()["strData"] == "rose"


def test_crash_after_crash_without_an_answer_ends_the_container(builder: Builder, start: Start) -> None:
    container = start(builder.build(APPS / "crashing"), environment={"RESTART_LIMIT": 1, "ON_CRASH_LOOP": "exit"}).wait_until_ready()
    assert [container.predict({"strData": "exit"}).status_code for _ in range(2)] == [500, 500]
    assert container.exit_code() == 18


def test_inline_works_where_the_users_python_is_the_servers_and_is_refused_elsewhere(
    builder: Builder, start: Start
) -> None:
    container = start(builder.build(APPS / "template"), environment={"MODEL_PROCESS": "inline"})
    if builder.python == builder.server_python:
        answer = container.wait_until_ready().predict({"data": {"ndarray": [[1, 2]]}})
        assert answer.json()["data"]["ndarray"] == [[2, 4]]
    else:
        assert container.exit_code() == 10
        assert f"MODEL_PROCESS: inline needs the class to run on Python {builder.server_python}" in container.errors


@pytest.mark.parametrize(
    ("variable", "value", "exit_code"),
    [("API_TYPE", "SOAP", 10), ("MODEL_NAME", "Other", 11), ("SERVICE_TYPE", "NODE", 10)],
)
def test_a_variable_that_does_not_fit_ends_the_start(
    variable: str, value: str, exit_code: int, builder: Builder, start: Start
) -> None:
    container = start(builder.build(APPS / "template"), environment={variable: value})
    assert container.exit_code() == exit_code
    assert variable in container.errors
    assert value in container.errors


def test_the_runtime_is_the_containers_first_process(template: Container) -> None:
    assert "seldon_runtime" in template.execute("cat", "/proc/1/cmdline")


def test_a_process_that_the_class_left_behind_is_buried(crashing: Container) -> None:
    orphan = crashing.predict({"strData": "orphan"}).json()["strData"]
    look = ("sh", "-c", f"test -e /proc/{orphan} && echo there || echo gone")
    eventually(lambda: crashing.execute(*look).strip() == "gone", "the orphan's entry was gone")
