"""All rules, and those that an object breaks."""

from . import knative, kserve, pods, seldon
from .rule import Rule

RULES: tuple[Rule, ...] = (*seldon.RULES, *pods.RULES, *kserve.RULES, *knative.RULES)


def broken(document):
    """The names of the rules that an object breaks."""
    return [rule.name for rule in RULES if document["kind"] in rule.kinds and rule.applies(document) and not rule.holds(document)]
