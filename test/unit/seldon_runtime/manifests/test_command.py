"""`seldon-core-microservice manifest`: from a model's folder to the text."""

import json
import subprocess
import sys

import pytest
from seldon_runtime.manifests.targets import TARGETS
from support import strict_yaml
from support.manifests import of_kind
from support.scripts import variables

SOURCE = """
print("imported")
class MyModel(object):
    def __init__(self, n=3, word='on', path=None): pass
    def predict(self, X): return X
"""
IMAGE = ("--image", "shop/my-model:1")


@pytest.fixture
def manifest(tmp_path):
    (tmp_path / "MyModel.py").write_text(SOURCE)
    (tmp_path / ".s2i").mkdir()
    (tmp_path / ".s2i" / "environment").write_text("MODEL_NAME=MyModel\nMODEL_WORKERS=2\n")

    def run(*arguments, **given):
        command = [sys.executable, "-m", "seldon_runtime", "manifest", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=variables(**given), capture_output=True, text=True, check=False)

    return run


def env_of(done):
    assert done.returncode == 0, done.stderr
    (container,) = of_kind(strict_yaml.load_all(done.stdout), "Deployment")["spec"]["template"]["spec"]["containers"]
    return {each["name"]: each.get("value") for each in container["env"]}


def test_a_folder_without_a_build_has_the_arguments_of_its_class_in_each_python(manifest, model_python):
    done = manifest("plain", *IMAGE, MODEL_PYTHON=model_python)
    assert json.loads(env_of(done)["PREDICTIVE_UNIT_PARAMETERS"]) == [
        {"name": "n", "type": "INT", "value": "3"}, {"name": "word", "type": "STRING", "value": "on"}]
    assert done.stderr == "imported\n"


def test_a_class_without_a_declared_service_type_is_what_its_methods_make_it(manifest, tmp_path):
    (tmp_path / "MyModel.py").write_text(SOURCE.replace("predict", "transform_input"))
    done = manifest("seldon", *IMAGE)
    assert done.returncode == 0, done.stderr
    deployment = of_kind(strict_yaml.load_all(done.stdout), "SeldonDeployment")
    assert deployment["spec"]["predictors"][0]["graph"]["type"] == "TRANSFORMER"


def test_the_settings_are_those_of_a_cluster(manifest):
    found = env_of(manifest("plain", *IMAGE, API_TYPE="GRPC", REST_TIMEOUT_MS="2000", LOG_FORMAT="json", SELF_TEST="import"))
    expected = {"API_TYPE": "GRPC", "MODEL_WORKERS": "2", "GRACE_PERIOD_SECONDS": "20", "DRAIN_SECONDS": "5",
                "PREDICTIVE_UNIT_GRPC_SERVICE_PORT": "5000", "PREDICTIVE_UNIT_METRICS_SERVICE_PORT": "6000",
                "REST_TIMEOUT_MS": "2000", "LOG_FORMAT": "json"}
    assert found.items() >= expected.items()
    assert not {"SELF_TEST", "MODEL_NAME", "PREDICTIVE_UNIT_HTTP_SERVICE_PORT"} & found.keys()


def test_a_secret_of_the_environment_is_not_printed(manifest):
    key, url = "a key of many characters", "redis://:a-password@store:6380/0"
    done = manifest("plain", "--network-policy", *IMAGE, PERSISTENCE="1", MODEL_WORKERS="1", PERSISTENCE_KEY=key, PERSISTENCE_URL=url)
    found = env_of(done)
    assert found["PERSISTENCE"] == "1"
    assert (found["PERSISTENCE_KEY"], found["PERSISTENCE_URL"]) == (None, None)
    assert key not in done.stdout and "a-password" not in done.stdout
    rules = of_kind(strict_yaml.load_all(done.stdout), "NetworkPolicy")["spec"]["egress"]
    assert {"port": 6380, "protocol": "TCP"} in [port for rule in rules for port in rule["ports"]]


def test_all_prints_each_target_or_says_why_not(manifest):
    done = manifest("all", "--hpa", "2:3", *IMAGE)
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith("# plain")] == ["# plain"]
    assert "\n# compose: nothing is printed\n#   --hpa: expected nothing with compose, found 2:3; use " in done.stdout
    assert all(f"# {target}" in done.stdout for target in TARGETS)


def test_a_class_that_cannot_be_imported_leaves_its_parameters_out_and_that_is_said(manifest, tmp_path):
    (tmp_path / "MyModel.py").write_text("raise RuntimeError('no GPU')\n")
    done = manifest("plain", *IMAGE, PREDICTIVE_UNIT_PARAMETERS='[{"name": "n", "type": "BOOL", "value": "yes"}]')
    assert json.loads(env_of(done)["PREDICTIVE_UNIT_PARAMETERS"]) == [{"name": "n", "type": "BOOL", "value": "true"}]
    assert "RuntimeError: no GPU" in done.stderr
    assert done.stderr.endswith("parameters: the class could not be imported (exit code 13); the objects have those of "
                                "PREDICTIVE_UNIT_PARAMETERS alone\n")


@pytest.mark.parametrize(("arguments", "source", "code", "line"), [
    ((), SOURCE, 10, "--image: expected an image with a tag or a digest, found nothing; "),
    (IMAGE, SOURCE.replace("n=3", "n"), 15, "PREDICTIVE_UNIT_PARAMETERS: expected a value of 'n', which has no default, found none; "
                                            'set it, for example to [{"name": "n", "type": "INT", "value": "1"}]'),
])
def test_a_mistake_ends_the_command_with_its_code_and_nothing_is_printed(arguments, source, code, line, manifest, tmp_path):
    (tmp_path / "MyModel.py").write_text(source)
    done = manifest("plain", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert line in done.stderr
