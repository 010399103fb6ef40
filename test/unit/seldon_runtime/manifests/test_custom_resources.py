"""Custom resources keep the rules that no schema has, in all combinations of images and options."""

import copy
import functools

import pytest
from support import strict_yaml
from support.custom_resources.table import RULES, broken
from support.manifest_matrix import all_printed, matrix, objects_of, printed_graphs
from support.manifests import text_of

_KINDS = {kind for rule in RULES for kind in rule.kinds}
_OF_KUBERNETES = ("plain ", "compose ")


@functools.cache
def objects():
    """(text of the combination, object) of each custom resource, and of what is printed beside them."""
    return [(text, each) for text, each in [*all_printed(), *printed_graphs()]
            if not text.startswith(_OF_KUBERNETES) and each["kind"] in _KINDS]  # fmt: skip


def test_every_printed_object_keeps_every_rule():
    found = {text: names for text, each in objects() if (names := broken(each))}
    assert found == {}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_spoiled_object_of_each_kind_breaks(rule):
    for kind in rule.kinds:
        spoiled = next(copy.deepcopy(each) for _, each in objects() if each["kind"] == kind and rule.applies(each))
        rule.spoil(spoiled)
        assert not rule.holds(spoiled), kind


@pytest.mark.parametrize("target", ["seldon", "kserve", "serving-runtime", "knative"])
def test_the_text_is_that_of_the_objects(target):
    _, facts, _, line = next(row for row in matrix() if row[2] == target and row[3])
    assert strict_yaml.load_all(text_of(facts, target, *line)) == objects_of(facts, target, *line)
