"""The documents are short lines and short sentences in the words of the glossary, and every document cited exists."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])
TEMPLATES = sorted((ROOT / "examples").glob("*/README.md"))
WIDEST = 120  # columns
LONGEST = 18  # words of a page's average sentence

# words that this project once used for common things -> the common word
BANNED = {
    r"questions?": "request",
    r"ask(ed|s|ing)? (the|a|its) (class|component|model)": "call the class, send a request to the component",
    r"(the|an|its|each|every|no|first|last|such|whose) answers?": "response",
    r"keepers?": "StateSaver, or the server",
    r"vaults?": "store",
    r"obituar(y|ies)": "how the process ended",
    r"bur(y|ies|ied|ial)": "reap",
    r"who(m?ever|soever)": "name the person or the part",
    r"whatever": "name the thing",
    r"anew": "again",
    r"give or take": "within",
    r"(stands|standing) by": "follower",
    r"of (one's|its|their) own (way|words|affair)s?": "say which",
    r"patience": "timeout",
}

CITES = ("*.py", "*.md", "*.proto", "*Dockerfile*", "*.sh", "Makefile", "*.toml", "*.yml", "*.yaml", "s2i", "make",
         "builders", ".ci")  # fmt: skip
CITATION = re.compile(r"(?<![\w/.:<>*{}-])[\w./-]*\w\.md\b")
NOT_CITED = {"test/unit/test_prose.py"}  # it has examples of citations


def page(path):
    return str(path.relative_to(ROOT))


def without_code(text):
    """The text with an empty line for each line of a code block."""
    return re.sub(r"^```.*?^```$", lambda block: "\n" * block[0].count("\n"), text, flags=re.DOTALL | re.MULTILINE)


def prose(text):
    """Paragraphs and list items, one a string, without code, tables, headings and pictures."""
    text = without_code(text)
    text = re.sub(r"^(\||#|!\[|<).*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"`[^`]*`", "code", text)
    blocks = re.split(r"\n\s*\n|^\s*(?:[-*]|\d+\.)\s+", text, flags=re.MULTILINE)
    return [" ".join(block.split()) for block in blocks if block.strip()]


def sentences(text):
    parts = [part for block in prose(text) for part in re.split(r"(?<=[.!?])[\"')»*]*(?=\s|$)", block)]
    return [part.strip() for part in parts if re.search(r"\w", part)]


def average(text):
    """Words of a page's average sentence."""
    lengths = [sum(bool(re.search(r"\w", word)) for word in sentence.split()) for sentence in sentences(text)]
    return sum(lengths) / len(lengths) if lengths else 0


@pytest.mark.parametrize("path", PAGES, ids=page)
def test_no_line_is_wider_than_a_screen(path):
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    assert [f"line {number}: {len(line)} columns" for number, line in lines if len(line) > WIDEST] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=page)
def test_no_line_of_a_template_is_wider_but_for_commands_to_paste(path):
    lines = without_code(path.read_text(encoding="utf-8")).splitlines()
    assert [line for line in lines if len(line) > WIDEST] == []


@pytest.mark.parametrize("path", [*PAGES, *TEMPLATES], ids=page)
def test_the_average_sentence_is_short(path):
    assert average(path.read_text(encoding="utf-8")) <= LONGEST


@pytest.mark.parametrize("path", [*PAGES, *TEMPLATES], ids=page)
def test_a_page_uses_the_common_words(path):
    words = "\n".join(prose(path.read_text(encoding="utf-8")))
    found = {match[0]: better for word, better in BANNED.items() for match in re.finditer(rf"\b{word}\b", words, re.I)}
    assert found == {}


def test_sentences_are_counted_without_code_tables_and_headings():
    text = "# Title here\n\nOne `a b c` two. Three!\n\n| a | b |\n\n```\nx y z\n```\n\n- four [five](x.md)\n- six\n"
    assert sentences(text) == ["One code two.", "Three!", "four five", "six"]
    assert average(text) == 7 / 4


def anchors(path):
    """The anchor of each heading of a page, as GitHub makes it."""
    headings = re.findall(r"^#+ (.*)$", without_code(path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", [*PAGES, *TEMPLATES], ids=page)
def test_every_link_of_a_page_leads_somewhere(path):
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", without_code(path.read_text(encoding="utf-8"))):
        linked = path.parent / target if target else path
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked), f"{target}#{anchor}"


def test_the_glossary_is_alphabetical_and_explains_the_terms_that_it_uses():
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    terms = re.findall(r"^\*\*([^*]+)\.\*\*", text, re.MULTILINE)
    used = {word.removesuffix("s") for word in re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", text)}
    assert terms == sorted(set(terms))
    assert used - {term.removesuffix("s") for term in terms} == set()


def test_a_page_about_the_code_names_files_that_exist():
    folders = (ROOT, *(ROOT / "runtime" / package for package in ("", "seldon_runtime", "seldon_component")))
    for name in ("architecture.md", "internals.md", "protocol.md"):
        files = re.findall(r"([\w/-]+/[\w-]+\.(?:py|proto))\b", (ROOT / "docs" / name).read_text(encoding="utf-8"))
        assert files
        assert [file for file in files if not any((folder / file).is_file() for folder in folders)] == []


def test_architecture_md_names_every_package_of_the_runtime():
    words = set(re.findall(r"\w+", (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")))
    packages = (ROOT / "runtime").glob("seldon_*/*/__init__.py")
    assert {path.parent.name for path in packages} <= words


def cited():
    """(file, document) for each document that a file of the repository cites."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "--", *CITES], cwd=ROOT, check=True,
                            capture_output=True, text=True).stdout.split()  # fmt: skip
    for name in listed:
        if name not in NOT_CITED and (ROOT / name).is_file():
            text = (ROOT / name).read_text(encoding="utf-8", errors="ignore")
            yield from ((name, document) for document in CITATION.findall(re.sub(r"https?://\S+", "", text)))


def exists(name, document):
    """Whether a citation leads somewhere: from the root, from the citing file's folder, or as a page of docs."""
    places = (ROOT, (ROOT / name).parent, ROOT / "docs", ROOT / "docs" / "benchmark")
    return any((place / document).is_file() for place in places)


def test_every_document_cited_is_in_the_repository():
    citations = set(cited())
    assert len(citations) > 20
    assert sorted(citation for citation in citations if not exists(*citation)) == []


def test_a_document_that_is_not_there_is_found():
    assert not exists("README.md", "docs/no-such-page.md")
    assert CITATION.findall("see `wire.md`, section 1") == ["wire.md"]
