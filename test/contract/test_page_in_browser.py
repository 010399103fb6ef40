"""The page at `/` as a person meets it: a real server, a real browser."""

import json

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select
from support.browser import started
from support.contract_servers import Column, ContractServer
from support.waiting import eventually

pytestmark = pytest.mark.browser

@pytest.fixture(scope="module")
def browser(chromium, tmp_path_factory):
    with started(chromium, tmp_path_factory.mktemp("profile")) as browser:
        yield browser


def serve(scratch, model="Anything", **variables):
    server = ContractServer(model, Column("separate", None), str, scratch, **variables)
    server.wait_until_ready()
    return server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    started = serve(tmp_path_factory.mktemp("server"))
    yield started
    started.stop()


class Page:
    """The page, opened again, once it shows a component that is ready."""

    def __init__(self, browser, url, fact="Custom"):
        self.browser = browser
        browser.get_log("browser")  # of the pages before
        browser.get(url)
        eventually(lambda: self.text("readiness") == "ready" and fact in self.text("facts"), "the page was ready")

    def element(self, name):
        return self.browser.find_element(By.ID, name)

    def text(self, name):
        return self.element(name).text

    def write(self, request):
        self.browser.execute_script("arguments[0].value = ''", self.element("request"))
        self.element("request").send_keys(request)

    def choose(self, protocol):
        self.browser.find_element(By.CSS_SELECTOR, f"[name=protocol][value={protocol}]").click()

    def send(self, request):
        """(status, body) of it."""
        self.write(request)
        self.element("send").click()
        return self.answer()

    def tables(self):
        """(caption, lines of cells) of each table of the answer."""
        found = self.element("tables").find_elements(By.TAG_NAME, "table")
        return [(table.find_element(By.TAG_NAME, "caption").text, self.lines(table)) for table in found]

    def lines(self, table):
        lines = table.find_elements(By.TAG_NAME, "tr")
        return [[cell.text for cell in line.find_elements(By.CSS_SELECTOR, "th, td")] for line in lines]

    def bars(self):
        """The length of each bar as a part of the longest possible."""
        bars = self.element("tables").find_elements(By.CLASS_NAME, "bar")
        return [bar.find_element(By.TAG_NAME, "span").rect["width"] / bar.rect["width"] for bar in bars]

    def answer(self):
        """(status, body), once there is one."""
        eventually(lambda: self.text("status"), "the page showed an answer")
        return self.text("status"), self.text("body")


@pytest.fixture
def page(browser, server):
    return Page(browser, server.url)


def test_it_shows_the_model(page):
    assert page.browser.title == page.text("name") == "Anything"
    assert page.text("type") == "MODEL"
    facts = page.text("facts")
    for shown in ("predict send_feedback", "no <yes>", "a b", "anything", "ndarray · [2] · a, b", "author: us"):
        assert shown in facts


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
    page.browser.execute_script("document.querySelector('details').open = true")
    url = page.browser.current_url + "predict"
    assert page.text("curl") == f"""curl -H 'Content-Type: application/json' -d '{{"strData": "it'\\''s"}}' '{url}'"""


V2 = '{"inputs": [{"name": "x", "datatype": "%s", "shape": %s, "data": %s}]}'


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
    page.browser.execute_script("document.querySelector('details').open = true")
    assert page.text("curl").endswith("/v2/models/unit/infer'")
    page.choose("seldon")
    assert "ndarray" in page.element("request").get_property("value")
    assert page.element("method").get_property("value") == "predict"


@pytest.mark.parametrize(
    ("protocol", "request_", "caption", "lines"),
    [
        ("seldon", '{"data": {"ndarray": [[1, 2], [3, 4]]}}', "ndarray", [["", "no", "<yes>"], ["0", "1", "2"], ["1", "3", "4"]]),
        ("seldon", '{"data": {"tensor": {"shape": [2], "values": [3, 4.5]}}}', "tensor · 2", [["", "no", "<yes>"], ["0", "3", "4.5"]]),
        ("seldon", '{"jsonData": {"y": [[1, 2]]}}', "y", [["", "0", "1"], ["0", "1", "2"]]),
        ("seldon", '{"data": {"ndarray": [[[1, 2]], [[3, 0.33333333333]]]}}', "ndarray · rounded to 6 digits",
         [["", "0", "1"], ["0, 0", "1", "2"], ["1, 0", "3", "0.333333"]]),
        ("v2", V2 % ("INT64", "[1, 2]", "[9007199254740993, 1]"), "output-0 · INT64 · 1 × 2",
         [["", "no", "<yes>"], ["0", "9007199254740993", "1"]]),
        ("v2", V2 % ("FP64", "[1, 2]", "[1, null]"), "output-0 · FP64 · 1 × 2", [["", "no", "<yes>"], ["0", "1", "null"]]),
    ],
)  # fmt: skip
def test_numbers_are_a_table(protocol, request_, caption, lines, page):
    page.choose(protocol)
    assert page.send(request_)[0] == "200 OK"
    assert page.tables() == [(caption, lines)]
    assert page.bars() == []


def test_columns_of_an_answer_are_one_table(page):
    page.choose("v2")
    tensors = [
        '{"name": "a", "datatype": "INT64", "shape": [2], "data": [1, 2]}',
        '{"name": "b", "datatype": "BYTES", "shape": [2], "data": ["t", "1"]}',
    ]
    assert page.send('{"inputs": [%s]}' % ", ".join(tensors))[0] == "200 OK"
    assert page.tables() == [("outputs", [["", "no", "<yes>"], ["0", "1", "t"], ["1", "2", "1"]])]


def test_class_probabilities_of_one_row_are_a_bar_for_each_class(page):
    for protocol, request in (
        ("seldon", '{"data": {"ndarray": [[0.25, 0.75]]}}'),
        ("v2", V2 % ("FP64", "[1, 2]", "[0.25, 0.75]")),
    ):
        page.choose(protocol)
        page.send(request)
        eventually(lambda: "0.25" in page.text("tables"), "the page showed the probabilities")
        ((_, lines),) = page.tables()
        assert lines == [["class", "probability"], ["no", "0.25"], ["<yes>", "0.75"]]
        assert page.bars() == pytest.approx([0.25, 0.75], abs=0.01)
        assert [cell.text for cell in page.element("tables").find_elements(By.CLASS_NAME, "top")] == ["0.75"]


def test_class_probabilities_of_several_rows_are_bars_in_the_cells(page):
    page.send('{"data": {"ndarray": [[0.25, 0.75], [1, 0]]}}')
    assert page.tables() == [("ndarray", [["", "no", "<yes>"], ["0", "0.25", "0.75"], ["1", "1", "0"]])]
    assert page.bars() == pytest.approx([0.25, 0.75, 1, 0], abs=0.01)


def test_a_large_answer_has_a_table_of_its_first_rows(page):
    page.send('{"data": {"ndarray": [%s]}}' % ", ".join(f"[{row}, 7]" for row in range(60)))
    ((caption, lines),) = page.tables()
    assert caption == "ndarray · the first 50 of 60 rows"
    assert len(lines) == 51 and lines[-1] == ["49", "49", "7"]


@pytest.mark.parametrize("request_", ['{"strData": "0.5"}', '{"jsonData": {"a": {"b": 1}}}', '{"data": {"ndarray": [["a", "b"]]}}', "{"])
def test_an_answer_without_numbers_has_no_table(request_, page):
    page.send(request_)
    assert page.tables() == []


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
def test_the_switch_is_there_if_both_protocols_have_something_to_send(model, variables, switch, path, browser, tmp_path):
    if "PERSISTENCE" in variables:
        (state := tmp_path / "state").mkdir()
        variables = {**variables, "PERSISTENCE_URL": f"file://{state}"}
    server = serve(tmp_path, model, **variables)
    try:
        page = Page(browser, server.url, "Methods")
        eventually(lambda: page.element("request").get_property("value"), "the page showed an example")
        browser.execute_script("document.querySelector('details').open = true")
        assert page.element("switch").is_displayed() == switch
        assert path in page.text("curl")
        page.element("send").click()
        assert page.answer()[0] == "200 OK"
        lines = [line["message"] for line in browser.get_log("browser") if server.url in line["message"]]
        assert [line for line in lines if "favicon.ico" not in line] == []
    finally:
        server.stop()


def test_without_a_protocol_that_it_knows_it_has_no_form(browser, tmp_path):
    server = serve(tmp_path, PROTOCOLS="v1")
    try:
        page = Page(browser, server.url)
        assert page.element("none").is_displayed()
        assert not page.element("form").is_displayed()
    finally:
        server.stop()


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


def test_it_asks_this_service_alone_and_its_policy_is_not_broken(page, server):
    page.element("send").click()
    page.answer()
    asked = page.browser.execute_script("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert asked and all(url.startswith(server.url) for url in asked)
    assert not [line for line in page.browser.get_log("browser") if "favicon.ico" not in line["message"]]


def test_readiness_is_that_of_now(browser, tmp_path):
    server = serve(tmp_path)
    page = Page(browser, server.url)
    server.close()
    eventually(lambda: page.text("readiness") == "no answer", "the page noticed that the server is gone")
    page.element("send").click()
    assert page.answer()[0] == "no answer"
