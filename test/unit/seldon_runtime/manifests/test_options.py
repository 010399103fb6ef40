"""seldon_runtime.manifests.options: what can be asked for, and what each mistake says."""

import dataclasses
import re
from pathlib import Path

import pytest
from seldon_runtime.config.manifest_arguments import OPTIONS
from seldon_runtime.errors import BadSetting
from seldon_runtime.manifests.option_texts import Bounds
from support.manifests import IMAGE, IN_REDIS, ON_VOLUME, REST, options_of

DIGEST = "sha256:" + "0a" * 32


def test_the_defaults():
    options = options_of(REST, "plain")
    assert (options.name, options.version, options.namespace, options.hpa) == ("iris-classifier", "1.2.0", None, None)
    assert (options.replicas_of(REST), options_of(IN_REDIS, "plain").replicas_of(IN_REDIS)) == (2, 1)


def test_what_is_given_is_taken():
    options = options_of(REST, "plain", "--name", "iris", "--replicas", "0", "--monitor", "--release", "kps")
    assert (options.name, options.replicas_of(REST), options.monitor, options.release) == ("iris", 0, True, "kps")
    assert options_of(REST, "plain", "--keda", "1:1").keda == Bounds(1, 1)
    assert options_of(REST, "plain", "--hpa", "2:10").replicas_of(REST) is None


@pytest.mark.parametrize(("image", "version"), [
    ("my-model:1.2.0", "1.2.0"), ("a.example:5000/b/c:_X.1-", "X.1"), (f"shop/iris@{DIGEST}", DIGEST.replace(":", "-")[:63]),
    (f"shop/iris:1@{DIGEST}", "1"), ("localhost/iris:latest", "latest"), ("iris:" + "v" * 128, "v" * 63),
])
def test_the_version_is_that_of_the_image(image, version):
    assert options_of(REST, "plain", "--image", image).version == version


@pytest.mark.parametrize(("name", "expected"), [
    ("MyModel", "my-model"), ("XGBoost2Model", "xgboost2-model"), ("super_resolution_", "super-resolution"), ("_A", "a"), ("M" * 99, "m" * 63),
])
def test_the_name_is_that_of_the_class(name, expected):
    assert options_of(dataclasses.replace(REST, model_name=name), "plain").name == expected


@pytest.mark.parametrize(("facts", "arguments", "lines"), [
    (REST, ("--image", ""), ["--image: expected an image with a tag or a digest, found nothing; an image does not know where "
                             "it is kept, so name its registry, too"]),
    (REST, ("--image", "My:1"), ["--image: expected [REGISTRY/]NAME:TAG or …@sha256:DIGEST, found 'My:1'; write it in lower case"]),
    (REST, ("--image", "my:5000/x"), ["--image: expected a tag or a digest, found 'my:5000/x'; add :TAG, or better @sha256:DIGEST"]),
    (REST, ("--name", "2nd"), ["--name: expected a-z, 0-9 and dashes, a letter first and 63 characters at most, found '2nd'; "
                               "choose another name"]),
    (REST, ("--name", "a" * 64), [f"--name: expected a-z, 0-9 and dashes, a letter first and 63 characters at most, found '{'a' * 64}'; "
                                  "choose another name"]),
    (REST, ("--namespace", "A"), ["--namespace: expected a-z, 0-9 and dashes, found 'A'; name a namespace of the cluster"]),
    (REST, ("--replicas", "two"), ["--replicas: expected a number of pods, found 'two'; write it in digits"]),
    (REST, ("--hpa", "1:3"), ["--hpa: expected MIN:MAX with 2 <= MIN <= MAX, found '1:3'; write it as 2:10"]),
    (REST, ("--hpa", "4:3"), ["--hpa: expected MIN:MAX with 2 <= MIN <= MAX, found '4:3'; write it as 2:10"]),
    (REST, ("--keda", "0:3"), ["--keda: expected MIN:MAX with 1 <= MIN <= MAX, found '0:3'; write it as 1:10"]),
    (REST, ("--keda", "1:3", "--prometheus", "p:9090"), [
        "--prometheus: expected a URL of HTTP, found 'p:9090'; write it as http://HOST:9090"]),
    (REST, ("--monitor", "--release", "a b"), ["--release: expected the value of a label, found 'a b'; take that of `helm list`"]),
    (REST, ("--hpa", "2:3", "--keda", "1:3"), [
        "--hpa: expected nothing with --keda, found 2:3; leave one of them out, because KEDA makes an HPA of its own"]),
    (REST, ("--hpa", "2:3", "--replicas", "3"), [
        "--replicas: expected nothing with an autoscaler, found 3; leave it out, because MIN:MAX says it"]),
    (IN_REDIS, ("--hpa", "2:3", "--pdb"), [
        "--hpa: expected nothing with PERSISTENCE=1, found 2:3; use --replicas 1, because one replica writes the state",
        "--pdb: expected nothing with PERSISTENCE=1, found it; leave it out, because one replica must be free to move"]),
    (IN_REDIS, ("--keda", "1:3"), [
        "--keda: expected nothing with PERSISTENCE=1, found 1:3; use --replicas 1, because one replica writes the state"]),
    (ON_VOLUME, ("--replicas", "2"), ["--replicas: expected 1 with a state on a volume, found 2; keep the state in Redis, because "
                                      "one replica writes the state"]),
    (REST, ("--release", "kps"), ["--release: expected --monitor beside it, found kps alone; add --monitor, which has that label"]),
    (REST, ("--prometheus", "http://p:9090"), [
        "--prometheus: expected --keda beside it, found http://p:9090 alone; add --keda, which asks it"]),
    (REST, ("--mode", "raw"), ["--mode: expected Standard or Knative, found 'raw'; choose one of them"]),
    (REST, ("--name", "A", "--replicas", "x"), [
        "--name: expected a-z, 0-9 and dashes, a letter first and 63 characters at most, found 'A'; choose another name",
        "--replicas: expected a number of pods, found 'x'; write it in digits"]),
])
def test_a_mistake_has_a_line_each(facts, arguments, lines):
    with pytest.raises(BadSetting) as raised:
        options_of(facts, "plain", "--image", IMAGE, *arguments)
    assert str(raised.value).splitlines() == lines


def test_configuration_md_has_each_option():
    text = (Path(__file__).resolve().parents[4] / "docs" / "configuration.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(--[^`]+)` \| (.*) \|$", text, re.MULTILINE)
    assert rows == [(" ".join(filter(None, (option, argument))), meaning) for option, argument, meaning in OPTIONS]
