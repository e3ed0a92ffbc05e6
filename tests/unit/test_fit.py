"""Tables on paper: no word cut, numbers whole, names legible, rows low, and a height that holds."""

from typing import Any

import pytest

from tthc_analysis.press.columns import PADDING, text_width
from tthc_analysis.press.fit import SIZES, Fit, fit_table, text_height

WIDTH = 453.5  # points: an upright page's text
NOTE = "Không xét hồ sơ không có ngày hẹn trả (cần thời hạn tối đa của thủ tục); không biết lúc yêu cầu bổ sung, trong khi công thức tính từ hai lần trở lên."


def cell(text: str, *, heading: bool = False, numbers: bool = False) -> dict[str, Any]:
    return {"text": text, "heading": heading, "numbers": numbers}


def table(titles: list[Any], *rows: list[dict[str, Any]]) -> dict[str, Any]:
    """A table as its JSON; a title with others under it is a pair."""

    def header(title: Any) -> dict[str, Any]:
        text, below = title if isinstance(title, tuple) else (title, [])
        return {"text": text, "children": [header(one) for one in below]}

    return {"header": [header(title) for title in titles], "rows": list(rows)}


def room(fit: Fit, column: int) -> float:
    """Give the room for text in a column, in text sizes."""
    return (fit.widths[column] - PADDING) / fit.size


@pytest.mark.parametrize("count", [1, 3, 8, 14])
def test_columns_fill_the_page(count: int) -> None:
    """However many columns and whatever is in them, together they are as wide as the text."""
    fit = fit_table(table([f"Cột {place}" for place in range(count)], [cell("1.240", numbers=True) for _ in range(count)]), WIDTH)
    assert sum(fit.widths) == pytest.approx(WIDTH, abs=0.1)


def test_no_word_is_cut() -> None:
    """Each column is as wide as its longest word, in cells and header; the text is made smaller before a word is cut."""
    words = ["Nghiêng", "VBQPPL", "KTCN"] * 4
    fit = fit_table(table(words, [cell("0", numbers=True) for _ in words]), WIDTH)
    assert fit.size < SIZES[0]
    assert all(room(fit, place) >= text_width(word, bold=True) - 0.01 for place, word in enumerate(words))


def test_a_title_over_several_columns_is_not_cut_either() -> None:
    """Its longest word asks its columns together for the room."""
    fit = fit_table(table([("Nghiêngnghiêngnghiêng", ["a", "b"]), "c"], [cell(NOTE), cell(""), cell(NOTE * 3)]), WIDTH)
    assert room(fit, 0) + room(fit, 1) >= text_width("Nghiêngnghiêngnghiêng", bold=True)


def test_what_fits_in_one_line_each_stands_in_one_line() -> None:
    """At the ordinary size, with nothing giving way."""
    rows = [[cell("Xã Long Mai", heading=True), cell("98,83% (759/768)", numbers=True), cell("+0,24", numbers=True)]]
    fit = fit_table(table(["Đơn vị", "Quý I/2024", "Thay đổi"], *rows), WIDTH)
    assert (fit.size, fit.easy) == (SIZES[0], True)
    assert all(room(fit, place) >= text_width(one["text"]) for place, one in enumerate(rows[0]))


def test_numbers_stay_whole_before_texts_do() -> None:
    """A number with its counts is not broken over lines for the sake of a sentence beside it."""
    fit = fit_table(table(["Chỉ tiêu", "Tỷ lệ", "Ghi chú"], [cell("Hồ sơ nộp", heading=True), cell("55,41% (420/758)", numbers=True), cell(NOTE)]), WIDTH)
    assert room(fit, 1) >= text_width("55,41% (420/758)")


def test_a_column_of_names_is_no_column_of_single_words() -> None:
    """A few long notes do not squeeze names that stand in every row."""
    rows = [[cell(f"{place}. Thủ tục hành chính công bố đúng hạn", heading=True), cell(NOTE if place == 3 else "")] for place in range(12)]
    fit = fit_table(table(["Chỉ tiêu", "Ghi chú"], *rows), WIDTH)
    assert room(fit, 0) >= text_width("Thủ tục hành chính")
    assert room(fit, 1) > room(fit, 0) / 2


def test_short_names_stay_in_one_line_beside_long_definitions() -> None:
    """What is looked for in a table of definitions is found at a glance."""
    rows = [[cell(name, heading=True), cell(NOTE), cell(NOTE), cell(NOTE)] for name in ("Tỷ lệ đúng hạn", "Đã giải quyết", "Tiếp nhận trong kỳ")]
    fit = fit_table(table(["Chỉ số", "Tử số", "Mẫu số", "Căn cứ"], *rows), WIDTH)
    assert room(fit, 0) >= text_width("Tiếp nhận trong kỳ")


def test_a_text_beside_wide_numbers_is_no_column_of_single_words() -> None:
    """Numbers that stay whole leave a conclusion room for some words to a line."""
    numbers = [cell("Quý I/2024: 100,00% (300/300)", numbers=True) for _ in range(2)]
    rows = [[cell(f"Trung vị thời gian giải quyết {place}", heading=True), cell("Chưa đủ cơ sở kết luận"), *numbers] for place in range(6)]
    fit = fit_table(table(["Chỉ số", "Kết luận", "Kỳ đầu", "Kỳ cuối"], *rows), WIDTH)
    assert room(fit, 0) >= text_width("Trung vị thời")
    assert room(fit, 1) >= text_width("Chưa đủ cơ")


def test_fewer_words_need_no_more_height() -> None:
    """The height counts header, rows and lines; one more row or line makes it higher."""
    short, long = [cell("a", heading=True), cell("1", numbers=True)], [cell(NOTE * 3, heading=True), cell("1", numbers=True)]
    heights = [fit_table(table(["Tên", "Số"], *rows), WIDTH).height for rows in ([short], [short, short], [short, long])]
    stacked = fit_table(table(["Tên", ("Số", ["Một"])], short), WIDTH).height
    assert heights == sorted(heights)
    assert heights[0] < heights[1] < heights[2]
    assert stacked > heights[0]


def test_where_nothing_fits_the_columns_are_cut_alike() -> None:
    """Forty columns on an upright page: the smallest text, and still no wider than the page."""
    fit = fit_table(table(["Nghiêng"] * 40, [cell("0", numbers=True)] * 40), WIDTH)
    assert (fit.size, fit.easy) == (SIZES[-1], False)
    assert sum(fit.widths) == pytest.approx(WIDTH, abs=0.1)


def test_an_endless_word_takes_no_page_for_itself() -> None:
    """It may break anywhere, so that its column asks for a long word's room only."""
    fit = fit_table(table(["Mã", "Số"], [cell("x" * 10_000), cell("1.240", numbers=True)]), WIDTH)
    assert fit.size == SIZES[0]
    assert room(fit, 1) >= text_width("1.240")


def test_empty_columns_and_no_rows_have_a_place() -> None:
    """A table of nothing is set like any other."""
    assert sum(fit_table(table(["", ""], [cell(""), cell("")]), WIDTH).widths) == pytest.approx(WIDTH, abs=0.1)
    assert fit_table(table(["Tên", "Số"]), WIDTH).height > 0


def test_paragraphs_are_as_high_as_their_lines() -> None:
    """A note of a line, a longer one, and none."""
    assert text_height([], 10.5, WIDTH) == 0
    assert text_height([NOTE * 4], 10.5, WIDTH) > 3 * text_height(["Ghi chú."], 10.5, WIDTH)
