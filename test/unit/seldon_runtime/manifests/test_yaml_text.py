"""seldon_runtime.manifests.yaml_text: each reader gets the same values."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from seldon_runtime.manifests.yaml_text import Hint, yaml_text
from support import strict_yaml

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))  # a text with half a character cannot be printed
VALUES = st.recursive(
    st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(st.one_of(TEXTS, st.integers(), st.dictionaries(TEXTS, inner, min_size=1))) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


@given(st.dictionaries(TEXTS, VALUES, min_size=1))
def test_what_is_written_is_read(document):
    text = yaml_text([document])
    assert yaml.safe_load(text) == document
    assert strict_yaml.load_all(text) == [document]


@pytest.mark.parametrize("text", ["n", "y", "on", "off", "yes", "no", "1e3", "0x1", "012", "1_000", "12:30", "2026-11-26", "null", "~", ""])
def test_no_text_is_bare(text):
    assert yaml_text([{"value": text, text or "key": 1}]) in (
        f'value: "{text}"\n"{text}": 1\n', f'value: "{text}"\n{text or "key"}: 1\n')
    assert yaml.safe_load(yaml_text([{text: text}])) == {text: text}


def test_json_stands_in_single_quotes_so_that_a_person_can_read_it():
    assert yaml_text([{"a": '[{"name":"n"}]'}]) == "a: '[{\"name\":\"n\"}]'\n"
    assert yaml_text([{"a": 'it\'s "n"'}]) == 'a: "it\'s \\"n\\""\n'


def test_a_hint_has_a_comment_and_is_a_text():
    assert yaml_text([{"a": Hint("1", "look at it"), "b": [Hint("2", "and at this")]}]) == (
        'a: "1"  # look at it\nb:\n  - "2"  # and at this\n')


def test_none_is_left_out_and_documents_are_apart():
    assert yaml_text([{"a": None, "b": 1}, {"c": {}, "d": []}]) == "b: 1\n---\nc: {}\nd: []\n"
