"""The page at `/` as a person meets it: a real server, a real browser."""

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select
from support.contract_servers import Column, ContractServer
from support.waiting import eventually

pytestmark = pytest.mark.browser

OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--window-size=1200,900",
)


@pytest.fixture(scope="module")
def browser(chromium, tmp_path_factory):
    options = webdriver.ChromeOptions()
    options.binary_location, driver = chromium
    for option in (*OPTIONS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = webdriver.Chrome(options, webdriver.ChromeService(driver))
    yield started
    started.quit()


def serve(scratch):
    server = ContractServer("Anything", Column("separate", None), str, scratch)
    server.wait_until_ready()
    return server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    started = serve(tmp_path_factory.mktemp("server"))
    yield started
    started.stop()


class Page:
    """The page, opened anew, once it shows a component that is ready."""

    def __init__(self, browser, url):
        self.browser = browser
        browser.get_log("browser")  # of the pages before
        browser.get(url)
        eventually(lambda: self.text("readiness") == "ready" and "Custom" in self.text("facts"), "the page was ready")

    def element(self, name):
        return self.browser.find_element(By.ID, name)

    def text(self, name):
        return self.element(name).text

    def write(self, request):
        self.browser.execute_script("arguments[0].value = ''", self.element("request"))
        self.element("request").send_keys(request)

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


def test_the_keyboard_is_enough(page):
    page.browser.execute_script("document.activeElement.blur()")
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
