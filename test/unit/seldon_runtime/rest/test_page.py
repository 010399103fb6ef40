"""seldon_runtime.rest.page: one file that needs nobody else."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from seldon_runtime.rest import page
from seldon_runtime.rest.own_paths import OwnPaths
from support.stub_model import StubModel, settings

TEXT = page.PAGE.decode()


class Elements(HTMLParser):
    """[(tag, attributes)] of a page, in order."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


ELEMENTS = Elements(TEXT).found


def test_it_asks_no_other_host_for_anything():
    assert not re.search(r"//[a-z0-9]", re.sub(r"(?m)^\s*// .*$", "", TEXT))
    assert not [tag for tag, attributes in ELEMENTS if "src" in attributes or tag in ("link", "img", "iframe", "base")]


def test_every_link_is_a_path_of_this_service_and_works_behind_a_prefix():
    paths = set(OwnPaths(StubModel(), settings()).views)
    # a hidden one is shown only where the server says that it serves a graph
    links = [attributes["href"] for tag, attributes in ELEMENTS if tag == "a" and "hidden" not in attributes]
    assert links
    for link in links:
        assert "/" + link in paths


@pytest.mark.parametrize("tag", ["select", "textarea"])
def test_every_field_has_a_label(tag):
    labelled = {attributes.get("for") for name, attributes in ELEMENTS if name == "label"}
    assert {attributes["id"] for name, attributes in ELEMENTS if name == tag} <= labelled


def test_it_says_its_language_and_fits_narrow_screens_and_both_schemes():
    assert ("html", {"lang": "en"}) in ELEMENTS
    assert any(attributes.get("name") == "viewport" for _, attributes in ELEMENTS)
    assert "prefers-color-scheme: dark" in TEXT


def test_the_policy_lets_its_own_style_and_script_run_and_nothing_else():
    policy = dict(part.strip().split(" ", 1) for part in page.security_policy().split(";"))
    for tag in ("style", "script"):
        own = TEXT.split(f"<{tag}>")[1].split(f"</{tag}>")[0]
        digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
        assert policy[f"{tag}-src"] == f"'sha256-{digest}'"
    assert policy["default-src"] == "'none'"
    assert policy["connect-src"] == "'self'"
    assert not [
        attributes
        for _, attributes in ELEMENTS
        if "style" in attributes or any(name.startswith("on") for name in attributes)
    ]
