"""seldon_runtime.manifests.compose: the file's form, and the mistakes that it does not make. test/image runs it."""

import contextlib
import dataclasses
import json
import subprocess
import sys

import pytest
from seldon_runtime.errors import BadSetting
from support.manifests import FACTS, GRPC, REST, printed, text_of
from support.server import RUNTIME, Server, accepts, free_port
from support.waiting import eventually


def service(document):
    (found,) = document["services"].values()
    return found


def environment(document):
    return service(document)["environment"]


def seconds(text):
    return float(text.removesuffix("s"))


# (mistake, a check that is true without it, a function that makes it)
MISTAKES = [
    ("a version, which compose warns of", lambda d: "version" not in d, lambda d: d.update(version="3.8")),
    ("root", lambda d: service(d).get("user") == "1001:0", lambda d: service(d).pop("user")),
    ("a root that can be written", lambda d: service(d).get("read_only") is True, lambda d: service(d).pop("read_only")),
    ("no /tmp beside a read-only root", lambda d: service(d).get("tmpfs") == ["/tmp"], lambda d: service(d).pop("tmpfs")),
    ("capabilities", lambda d: service(d).get("cap_drop") == ["ALL"], lambda d: service(d).pop("cap_drop")),
    ("more rights than before", lambda d: service(d).get("security_opt") == ["no-new-privileges:true"],
     lambda d: service(d).pop("security_opt")),
    ("killed before the grace period is over",
     lambda d: seconds(service(d).get("stop_grace_period", "10s")) >= float(environment(d)["GRACE_PERIOD_SECONDS"]) + 5,
     lambda d: service(d).pop("stop_grace_period")),
    ("a drain that nobody needs", lambda d: environment(d).get("DRAIN_SECONDS") == "0", lambda d: environment(d).update(DRAIN_SECONDS="5")),
    ("a health check by a program that the image lacks", lambda d: service(d)["healthcheck"]["test"][:2] == ["CMD", "/opt/seldon/bin/python"],
     lambda d: service(d)["healthcheck"].update(test=["CMD", "curl", "-f", "http://127.0.0.1:5000/ready"])),
    ("a health check of another port", lambda d: any(
        f"127.0.0.1:{environment(d).get(f'PREDICTIVE_UNIT_{api}_SERVICE_PORT')}" in service(d)["healthcheck"]["test"][-1]
        for api in ("HTTP", "GRPC")), lambda d: environment(d).update(PREDICTIVE_UNIT_HTTP_SERVICE_PORT="8080")),
    ("no time to load", lambda d: seconds(service(d)["healthcheck"].get("start_period", "0s")) >= 300
     and service(d)["healthcheck"].get("start_interval") == "2s", lambda d: service(d)["healthcheck"].pop("start_period")),
    ("open to the network", lambda d: all(port.startswith("127.0.0.1:") for port in service(d)["ports"]),
     lambda d: service(d)["ports"].append("5000:5000")),
    ("no limits", lambda d: {*service(d)["deploy"]["resources"]["limits"]} == {"cpus", "memory"},
     lambda d: service(d)["deploy"]["resources"].pop("limits")),
    ("a number of CPUs that is no text", lambda d: type(service(d)["deploy"]["resources"]["limits"]["cpus"]) is str,
     lambda d: service(d)["deploy"]["resources"]["limits"].update(cpus=2)),
    ("no restart", lambda d: service(d).get("restart") == "unless-stopped", lambda d: service(d).pop("restart")),
    ("a log that fills the disk", lambda d: "max-size" in service(d)["logging"]["options"], lambda d: service(d)["logging"]["options"].clear()),
    ("a $ that compose replaces", lambda d: all("$" not in text.replace("$$", "") or text == f"${{{name}:?set it}}"
                                                for name, text in environment(d).items()),
     lambda d: environment(d).update(PREDICTIVE_UNIT_PARAMETERS='["$5"]')),
    ("a value that is no text", lambda d: all(type(text) is str for text in environment(d).values()),
     lambda d: environment(d).update(MODEL_WORKERS=1)),
]  # fmt: skip


@pytest.mark.parametrize("name", FACTS)
def test_the_file_does_not_make_the_mistakes(name):
    (document,) = printed(FACTS[name], "compose")
    assert [mistake for mistake, check, _ in MISTAKES if not check(document)] == []


@pytest.mark.parametrize(("check", "spoil"), [pytest.param(*row[1:], id=row[0]) for row in MISTAKES])
def test_a_check_sees_its_mistake(check, spoil):
    (document,) = printed(REST, "compose")
    spoil(document)
    with contextlib.suppress(KeyError):  # of what the mistake left out
        assert not check(document)


def test_the_file_has_the_form_of_the_compose_specification(tmp_path):
    paths = [tmp_path / f"{name}.yml" for name in FACTS]
    for path in paths:
        path.write_text(text_of(FACTS[path.stem], "compose"), encoding="utf-8")
    check = ["-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([sys.executable, *check, *paths], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_a_parameter_arrives_as_it_is():
    (document,) = printed(REST, "compose")
    entries = json.loads(environment(document)["PREDICTIVE_UNIT_PARAMETERS"].replace("$$", "$"))
    assert entries[2] == {"name": "price", "type": "STRING", "value": '$5 "net"'}


def test_a_secret_is_asked_for():
    (document,) = printed(FACTS["secrets"], "compose")
    assert environment(document)["PERSISTENCE_KEY"] == "${PERSISTENCE_KEY:?set it}"


def test_a_state_on_a_volume_has_one():
    (document,) = printed(FACTS["volume"], "compose")
    assert (document["volumes"], service(document)["volumes"]) == ({"state": {}}, ["state:/data"])


@pytest.mark.parametrize("arguments", [
    ("--hpa", "2:3"), ("--keda", "1:3"), ("--replicas", "2"), ("--pdb",), ("--monitor",), ("--network-policy",), ("--namespace", "shop"),
    ("--scale", "1:2"), ("--no-engine",), ("--cluster",), ("--storage-uri", "s3://models/iris"),
])
def test_what_only_a_cluster_has_is_refused(arguments):
    with pytest.raises(BadSetting, match=f"^{arguments[0]}: expected nothing with compose, found .*; (use|leave|name) .*"):
        printed(REST, "compose", *arguments)


@pytest.mark.parametrize("facts", [REST, GRPC], ids=["REST", "GRPC"])
def test_the_health_check_fails_until_the_class_is_loaded(facts, tmp_path):
    port = free_port()
    ports = {"REST": {"http_port": port}, "GRPC": {"grpc_port": port}}[facts.apis[0]]
    (document,) = printed(dataclasses.replace(facts, **ports), "compose")
    check = [sys.executable, *service(document)["healthcheck"]["test"][2:]]
    assert subprocess.run(check, capture_output=True, check=False).returncode != 0
    (tmp_path / "Echo.py").write_text("class Echo(object):\n    def predict(self, X): return X\n")
    server = Server(tmp_path, tmp_path / "scratch", (*RUNTIME, "Echo", facts.apis[0]), PREDICTIVE_UNIT_SERVICE_PORT=port).start()
    try:
        eventually(lambda: accepts("127.0.0.1", port), "the port is open")
        assert subprocess.run(check, capture_output=True, check=False).returncode == 0
    finally:
        server.stop()
