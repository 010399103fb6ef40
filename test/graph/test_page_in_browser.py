"""The page at `/graph` as a person meets it: a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from seldon_component.errors import ModelError
from seldon_component.payload import JSONDATA, NDARRAY, Payload
from seldon_runtime.orchestrator.figures import Recent
from seldon_runtime.orchestrator.node import Node
from selenium import webdriver
from selenium.webdriver.common.by import By
from support.graph_nodes import ServedGraph, node
from support.server import free_port
from support.waiting import eventually

pytestmark = pytest.mark.browser
LONG = "a-unit-whose-name-is-as-long-as-a-container-may-have-it-0123456"


class Shown:
    """A graph, and the page that shows it. away: a unit that is not ready."""

    def __init__(self, browser: webdriver.Chrome) -> None:
        self.browser = browser
        self.away = node("away", "MODEL", ready=False)
        failing = node("failing", "MODEL", predict=ModelError("no"))
        several = [node(f"model-{number}", "MODEL") for number in range(25)]
        route = Payload(NDARRAY, np.array([0]))
        router = node("router", "ROUTER", failing, node(LONG, "COMBINER", *several), self.away, route=route)
        self.graph = ServedGraph(node("first", "TRANSFORMER", router), name="shop")
        self.url = f"http://127.0.0.1:{(port := free_port())}"
        self.transport = self.graph.on_port(port)
        browser.get_log("browser")
        browser.get(f"{self.url}/graph")

    def text(self, unit: str) -> str:
        """Of its box. The page may replace it meanwhile, so it is read at once."""
        script = "return document.querySelector(`[data-unit='${arguments[0]}']`).textContent"
        found: str = self.browser.execute_script(script, unit)
        return found


@pytest.fixture(scope="module")
def shown(browser) -> Iterator[Shown]:
    page = Shown(browser)
    yield page
    page.transport.stop(0.0)


def test_it_shows_every_unit_of_a_large_graph(shown: Shown) -> None:
    assert shown.browser.title == "The graph shop"
    boxes = shown.browser.find_elements(By.CSS_SELECTOR, "[data-unit]")
    assert len(boxes) == 30
    assert "not ready" in shown.text("away")


@pytest.mark.parametrize(
    "recent", [Recent(), Recent(99_949, 99_949, 0.09994, 0.09994), Recent(9999, 9999, 60.0, 60.0), Recent(99.9, 99.9, 0, 0)], ids=str
)
def test_no_text_leaves_its_box(shown: Shown, recent: Recent, monkeypatch: pytest.MonkeyPatch) -> None:
    script = """
        return [...document.querySelectorAll("[data-unit]")].map((group) => {
          const box = group.querySelector("rect").getBoundingClientRect();
          return [...group.querySelectorAll("text")].every((text) => text.getBoundingClientRect().right < box.right);
        })"""
    monkeypatch.setattr(shown.graph.figures, "recent", lambda unit: recent)
    shown.browser.refresh()
    assert all(shown.browser.execute_script(script))


def test_it_follows_what_happens_without_being_loaded_again(shown: Shown) -> None:
    shown.browser.execute_script("window.same = true")
    for _ in range(3):
        shown.graph.predict()
    eventually(lambda: "failing" in failing_class(shown), "the page showed the errors")
    shown.away.model.ready = True  # type: ignore[misc]
    eventually(lambda: "no request lately" in shown.text("away"), "the page showed that the unit is ready")
    eventually(lambda: shown.browser.find_element(By.ID, "state").text == "live", "the page said that it is live")
    assert shown.browser.execute_script("return window.same")


def failing_class(shown: Shown) -> str:
    script = "return document.querySelector(`[data-unit='failing']`).getAttribute('class')"
    found: str = shown.browser.execute_script(script)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_has_its_colours_in_either_scheme(shown: Shown, scheme: str) -> None:
    """Also in a picture that came later: the policy allows its style by the page's own."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    shown.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    script = "return getComputedStyle(document.querySelector(`[data-unit='first'] rect`)).fill"
    colour = {"light": "rgb(255, 255, 255)", "dark": "rgb(25, 34, 43)"}[scheme]
    eventually(lambda: shown.browser.execute_script(script) == colour, "the box had its colour")


def test_it_asks_this_service_alone_and_its_policy_is_not_broken(shown: Shown) -> None:
    eventually(lambda: asked(shown), "the page asked for the picture")
    assert all(url.startswith(f"{shown.url}/graph.svg") for url in asked(shown) if "favicon" not in url)
    lines = [line["message"] for line in shown.browser.get_log("browser") if "favicon.ico" not in line["message"]]
    assert lines == []


def asked(shown: Shown) -> list[str]:
    script = "return performance.getEntriesByType('resource').map((entry) => entry.name)"
    found: list[str] = shown.browser.execute_script(script)
    return found


def test_the_picture_alone_has_its_colours(shown: Shown) -> None:
    shown.browser.get(f"{shown.url}/graph.svg")
    script = "return getComputedStyle(document.querySelector(`[data-unit='first'] rect`)).strokeWidth"
    assert shown.browser.execute_script(script) == "1.5px"


def test_when_the_server_has_gone_it_says_so(browser: webdriver.Chrome) -> None:
    root: Node = node("m", "MODEL")
    port = free_port()
    transport = ServedGraph(root).on_port(port)
    browser.get(f"http://127.0.0.1:{port}/graph")
    transport.stop(0.0)
    eventually(lambda: "no answer" in browser.find_element(By.ID, "state").text, "the page said so")
    assert browser.find_elements(By.CSS_SELECTOR, "[data-unit=m]")


def test_the_page_of_the_server_links_to_it_and_has_its_units(browser: webdriver.Chrome) -> None:
    port = free_port()
    root: Node = node("t", "TRANSFORMER", node("m", "MODEL"), metadata=Payload(JSONDATA, {"inputs": [{"name": "x in"}]}))
    transport = ServedGraph(root, name="shop").on_port(port)
    browser.get(f"http://127.0.0.1:{port}/")
    eventually(lambda: "x in" in browser.find_element(By.ID, "facts").text, "the page showed the graph's input")
    units = browser.find_element(By.ID, "facts").text.split("Units\n")[1].split()
    assert units == ["t", "m"] and browser.title == "shop"
    browser.find_element(By.ID, "graph").click()
    eventually(lambda: browser.title == "The graph shop", "the link went to the picture")
    transport.stop(0.0)
