"""The tables and bars that the page at `/` shows for an answer, in a real browser."""

import pytest
from selenium.webdriver.common.by import By
from support.waiting import eventually

pytestmark = pytest.mark.browser
V2 = '{"inputs": [{"name": "x", "datatype": "%s", "shape": %s, "data": %s}]}'


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
