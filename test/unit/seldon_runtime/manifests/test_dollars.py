"""A dollar in a setting or in a parameter arrives in the container as it is, although a kubelet expands variables."""

import pytest
from seldon_runtime.manifests.variables import literal
from seldon_runtime.manifests.yaml_text import Hint
from support.cluster.container_options import expand


@pytest.mark.parametrize("text", ["", "$", "a$", "$$", "$$$", "$(HOSTNAME)", "$$(HOSTNAME)", "$x ${y} $(", "^[a-z]+$(HOSTNAME)$$"])
def test_a_kubelet_reads_the_text(text):
    assert expand(literal(text), {"HOSTNAME": "other"}) == text


def test_a_text_without_a_dollar_keeps_its_comment():
    hint = Hint("1", "a hint")
    assert literal(hint) is hint
