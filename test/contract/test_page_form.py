"""The form of the page at `/`: the requests that it offers and sends, in a real browser."""

import json

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select
from support.contract_servers import Column
from support.page import Page
from support.waiting import eventually

pytestmark = pytest.mark.browser
SEPARATE = Column("separate", None)


def test_the_request_it_is_filled_with_is_answered(page):
    page.element("send").click()
    status, body = page.answer()
    assert status == "200 OK"
    assert '"names": ["no", "<yes>"]' in body and '"ndarray": [[0.5, 1.5]]' in body
    assert page.text("time").endswith(" ms")


def test_an_answer_keeps_its_numbers_as_they_came(page):
    page.write('{"data": {"ndarray": [[1.0, 0.1]]}}')
    page.element("send").click()
    assert "[[1.0, 0.1]]" in page.answer()[1]


def test_a_wrong_request_shows_what_is_wrong(page):
    page.write('{"data": {"ndarray": [[1], [2, 3]]}}')
    page.element("send").click()
    status, body = page.answer()
    assert status == "400 Bad Request"
    assert "row 1" in body


def test_text_of_an_answer_is_text_and_nothing_else(page):
    page.write('{"strData": "<img id=intruder src=x onerror=alert(1)>"}')
    page.element("send").click()
    assert "<img id=intruder" in page.answer()[1]
    assert not page.browser.find_elements(By.ID, "intruder")


def test_each_method_has_its_example_and_one_that_is_lacking_is_not_offered(page):
    methods = Select(page.element("method"))
    assert [option.text for option in methods.options] == ["predict", "send_feedback"]
    methods.select_by_visible_text("send_feedback")
    assert '"reward"' in page.element("request").get_property("value")
    page.element("send").click()
    assert page.answer()[0] == "200 OK"


def test_the_command_it_shows_is_the_request(page):
    page.write('{"strData": "it\'s"}')
    url = page.browser.current_url + "predict"
    assert page.command() == f"""curl -H 'Content-Type: application/json' -d '{{"strData": "it'\\''s"}}' '{url}'"""


def test_the_switch_changes_the_protocol_of_the_example_and_of_the_request(page):
    page.choose("v2")
    request = json.loads(page.element("request").get_property("value"))
    assert request == {"inputs": [{"name": "x", "datatype": "FP64", "shape": [1, 2], "data": [0.5, 1.5]}]}
    assert [option.text for option in Select(page.element("method")).options] == ["infer"]
    page.element("send").click()
    status, body = page.answer()
    assert status == "200 OK"
    assert '"model_name": "unit"' in body and '"data": [0.5, 1.5]' in body
    assert page.tables() == [("output-0 · FP64 · 1 × 2", [["", "no", "<yes>"], ["0", "0.5", "1.5"]])]
    assert page.command().endswith("/v2/models/unit/infer'")
    page.choose("seldon")
    assert "ndarray" in page.element("request").get_property("value")
    assert page.element("method").get_property("value") == "predict"


@pytest.mark.parametrize(
    ("model", "variables", "switch", "path"),
    [
        ("Anything", {"PROTOCOLS": "seldon,v1"}, False, "/predict"),
        ("Anything", {"PROTOCOLS": "v2"}, False, "/v2/models/unit/infer"),
        ("Router", {}, False, "/send-feedback"),
        ("Tagging", {}, True, "/send-feedback"),
        ("Anything", {"PERSISTENCE": "1"}, True, "/predict"),
    ],
)
def test_the_switch_is_there_if_both_protocols_have_something_to_send(model, variables, switch, path, browser, serve, tmp_path):
    if "PERSISTENCE" in variables:
        (state := tmp_path / "state").mkdir()
        variables = {**variables, "PERSISTENCE_URL": f"file://{state}"}
    page = Page(browser, serve(model, SEPARATE, **variables).url, "Methods")
    eventually(lambda: page.element("request").get_property("value"), "the page showed an example")
    assert page.element("switch").is_displayed() == switch
    assert path in page.command()
    page.element("send").click()
    assert page.answer()[0] == "200 OK"
    lines = [line["message"] for line in browser.get_log("browser") if page.url in line["message"]]
    assert [line for line in lines if "favicon.ico" not in line] == []


def test_without_a_protocol_that_it_knows_it_has_no_form(browser, serve):
    page = Page(browser, serve("Anything", SEPARATE, PROTOCOLS="v1").url)
    assert page.element("none").is_displayed()
    assert not page.element("form").is_displayed()
