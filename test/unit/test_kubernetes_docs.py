"""docs/kubernetes.md: its table of targets is the one of the code."""

import re
from pathlib import Path

from seldon_runtime.manifests.targets import ALL, TARGETS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "kubernetes.md").read_text(encoding="utf-8")


def test_the_page_has_a_row_for_each_target():
    assert re.findall(r"^\| `([a-z-]+)` \| .* \| .* \|$", PAGE.partition("\n## ")[0], re.MULTILINE) == [*TARGETS, ALL]
