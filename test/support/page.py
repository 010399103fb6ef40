"""The page at `/` of a server, in a browser."""

from selenium.webdriver.common.by import By
from support.waiting import eventually


class Page:
    """The page, opened again, once it shows a component that is ready."""

    def __init__(self, browser, url, fact="Custom"):
        self.browser, self.url = browser, url
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

    def command(self):
        """The shown one, which sends the same request."""
        self.browser.execute_script("document.querySelector('details').open = true")
        return self.text("curl")

    def answer(self):
        """(status, body), once there is one."""
        eventually(lambda: self.text("status"), "the page showed an answer")
        return self.text("status"), self.text("body")
