"""The picture of a graph, and the page with it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from seldon_component.errors import ModelError
from seldon_runtime.orchestrator.figures import Figures
from seldon_runtime.orchestrator.node import Node
from seldon_runtime.orchestrator.picture import svg
from support.graph_nodes import ServedGraph, node

SVG = "{http://www.w3.org/2000/svg}"


def boxes(picture: str) -> dict[str, ElementTree.Element]:
    """unit -> its part of the picture, which is XML without a script."""
    root = ElementTree.fromstring(picture)
    assert not root.findall(f".//{SVG}script")
    return {box.attrib["data-unit"]: box for box in root.iter(f"{SVG}g")}


def words(box: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in box.iter(f"{SVG}text")]


def tip(box: ElementTree.Element) -> str:
    found = box.find(f"{SVG}title")
    assert found is not None and found.text
    return found.text


def picture_of(root: Node) -> str:
    return svg(root, Figures(root.walk()))


def corners(picture: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r'<rect x="([\d.]+)" y="([\d.]+)"', picture)]


def test_each_unit_is_a_box_with_its_name_its_methods_and_its_figures() -> None:
    failing = node("bad", "MODEL", predict=ModelError("no"))
    graph = ServedGraph(node("t", "TRANSFORMER", node("all", "COMBINER", node("good", "MODEL"), failing)))
    graph.predict()
    found = boxes(graph.client.get("/graph.svg").text)
    assert set(found) == {"t", "all", "good", "bad"}
    assert words(found["good"])[:3] == ["good", "predict, send_feedback", "0.1 requests/s, 0 errors/s"]
    assert re.fullmatch(r"median [\d.]+ ms, p99 [\d.]+ ms", words(found["good"])[3])
    assert words(found["bad"])[2] == "0.1 requests/s, 0.1 errors/s"
    assert [found[name].attrib["class"] for name in ("good", "bad")] == ["", "failing"]
    assert words(found["all"])[3] == "no request lately"


def test_a_unit_that_is_not_ready_says_so() -> None:
    box = boxes(picture_of(node("m", "MODEL", ready=False)))["m"]
    assert words(box)[3] == "not ready" and box.attrib["class"] == "away"


def test_a_router_has_the_numbers_of_its_branches() -> None:
    picture = picture_of(node("r", "ROUTER", node("a", "MODEL"), node("b", "MODEL")))
    assert re.findall(r'<text class="dim" x="[\d.]+" y="[\d.]+">(\d)</text>', picture) == ["0", "1"]


def test_a_long_name_is_cut_in_its_box_and_whole_in_its_tip() -> None:
    name = "a-very-long-name-" * 3
    box = boxes(picture_of(node(name, "MODEL", place="registry/image:1")))[name]
    assert words(box)[0] == f"{name[:21]}…"
    assert tip(box) == f"{name}\nregistry/image:1\npredict, send_feedback"


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", 'a"b', "a&b", "bell\x07", "\ud800"])
def test_text_is_text_and_nothing_else(name: str) -> None:
    picture = picture_of(node(name, "MODEL")).encode("utf-8", "replace").decode()
    assert "<script" not in picture
    assert len(boxes(picture)) == 1


@pytest.mark.parametrize("children", [0, 1, 29])
def test_no_box_lies_on_another_and_all_lie_in_the_picture(children: int) -> None:
    root = node("root", "", *(node(f"m{number}", "MODEL", node(f"n{number}", "")) for number in range(children)))
    picture = picture_of(root)
    found = corners(picture)
    assert len(found) == len(set(found)) == 1 + 2 * children
    for x in {x for x, _ in found}:
        column = sorted(y for each, y in found if each == x)
        assert all(below - above > 92 for above, below in zip(column, column[1:], strict=False))
    width, height = map(float, re.findall(r'viewBox="0 0 (\d+) (\d+)"', picture)[0])
    assert all(0 < x < width - 244 and 0 < y < height - 92 for x, y in found)


def test_the_page_loads_nothing_from_elsewhere() -> None:
    answer = ServedGraph(node("m", "MODEL"), name="shop & co").client.get("/graph")
    assert answer.status_code == 200 and answer.mimetype == "text/html"
    assert "<title>The graph shop &amp; co</title>" in answer.text
    assert 'data-unit="m"' in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-") and "unsafe" not in policy
    assert not re.findall(r"(?:src|href)\s*=", answer.text)
    assert answer.headers["Cache-Control"] == "no-store"
