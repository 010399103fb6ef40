"""The page at `/` as a person meets it: a real server, a real browser."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from support.contract_servers import Column
from support.page import Page
from support.waiting import eventually

pytestmark = pytest.mark.browser


def test_it_shows_the_model(page):
    assert page.browser.title == page.text("name") == "Anything"
    assert page.text("type") == "MODEL"
    facts = page.text("facts")
    for shown in ("predict send_feedback", "no <yes>", "a b", "anything", "ndarray · [2] · a, b", "author: us"):
        assert shown in facts


def test_the_keyboard_is_enough(page):
    page.browser.execute_script("document.activeElement.blur()")
    page.browser.switch_to.active_element.send_keys(Keys.TAB, Keys.ARROW_RIGHT)
    assert page.browser.switch_to.active_element.get_attribute("value") == "v2"
    assert page.element("method").get_property("value") == "infer"
    page.browser.switch_to.active_element.send_keys(Keys.ARROW_LEFT)
    for expected in ("method", "request", "send", "reset"):
        page.browser.switch_to.active_element.send_keys(Keys.TAB)
        assert page.browser.switch_to.active_element.get_attribute("id") == expected
    page.element("request").send_keys(Keys.CONTROL, Keys.ENTER)
    assert page.answer()[0] == "200 OK"


def test_a_screen_reader_finds_a_name_for_every_field_and_hears_what_changes(page):
    page.element("send").click()
    page.answer()
    names = {name: page.element(name).accessible_name for name in ("method", "request", "send", "reset", "body")}
    assert names["method"] == "Method" and names["request"] == "Request" and all(names.values())
    fields = page.element("switch").find_elements(By.TAG_NAME, "input")
    assert [field.accessible_name for field in fields] == ["Seldon", "V2"]
    assert page.element("switch").accessible_name == "Protocol"
    (region,) = page.element("tables").find_elements(By.CLASS_NAME, "scroll")
    assert (region.aria_role, region.accessible_name) == ("region", "Table of ndarray")
    scopes = [heading.get_attribute("scope") for heading in region.find_elements(By.TAG_NAME, "th")]
    assert scopes == ["col", "col", "row"]
    assert page.element("readiness").aria_role == "status"
    assert page.element("body").aria_role == "region"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_narrow_screen_in_either_scheme(page, scheme):
    page.element("send").click()
    page.answer()
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    page.browser.set_window_size(500, 900)
    root = page.browser.find_element(By.TAG_NAME, "html")
    assert root.get_property("scrollWidth") <= root.get_property("clientWidth")
    form, facts = page.browser.find_elements(By.TAG_NAME, "section")
    assert facts.rect["y"] >= form.rect["y"] + form.rect["height"]
    ground = page.browser.find_element(By.TAG_NAME, "body").value_of_css_property("background-color")
    assert (ground == "rgba(16, 22, 28, 1)") == (scheme == "dark")
    page.browser.set_window_size(1200, 900)


def test_it_asks_this_service_alone_and_its_policy_is_not_broken(page):
    page.element("send").click()
    page.answer()
    asked = page.browser.execute_script("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert asked and all(url.startswith(page.url) for url in asked)
    assert not [line for line in page.browser.get_log("browser") if "favicon.ico" not in line["message"]]


def test_readiness_is_that_of_now(browser, serve):
    server = serve("Anything", Column("separate", None))
    page = Page(browser, server.url)
    server.close()
    eventually(lambda: page.text("readiness") == "no answer", "the page noticed that the server is gone")
    page.element("send").click()
    assert page.answer()[0] == "no answer"
