"""What the charts draw: no line across a break, no missing figure as 0, no letter cut or covered, one look a metric, marks that are true.

Drawings are looked at as matplotlib laid them out, and as the SVG says them in its comments and paths.
"""

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from html import unescape
from io import StringIO
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from dossiers import dossier, register
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure as Sheet
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from tthc_analysis.exhibits import canvas, charts
from tthc_analysis.exhibits.chance_charts import draw_control, draw_funnel
from tthc_analysis.exhibits.looks import LOOKS, look_of
from tthc_analysis.exhibits.model import Figure
from tthc_analysis.exhibits.shortfall import draw_gap
from tthc_analysis.metrics.catalogue import CATALOGUE, COUNT, SHARE, get_metric
from tthc_analysis.metrics.measure import WITHHELD
from tthc_analysis.metrics.study import Study, open_study
from tthc_analysis.press.ledger import check_exhibits, drawn_texts, shown_in
from tthc_analysis.reference.events import Event, events
from tthc_analysis.reference.periods import parse_period, run
from tthc_analysis.register.store import write_register

ROOT = Path(__file__).parents[2]
ONLINE, FULL, RESULT, ON_TIME = "online_share", "full_online_share", "result_digitised_share", "on_time_share"
TWO_LEVELS = events()[0]
WEST = "Trung tâm Phục vụ hành chính công xã số {:02d} tên thật dài cho đủ sáu mươi"
Pair = tuple[float, float] | None


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Study:
    path = tmp_path_factory.mktemp("study") / "so.parquet"
    write_register(register(dossier("2024-01-10", resolved="2024-01-11")), path)
    named = {"unit": "all", "register": str(path), "policy": "report-2024", "history": 2, "calendar": "VN", "document": {}}
    return replace(open_study(period="2024-Q1", as_of="2024-03-15", **named), events=())


@pytest.fixture
def sheets(monkeypatch: pytest.MonkeyPatch) -> list[Sheet]:
    """The sheets that are drawn from here on, as they were laid out."""
    found: list[Sheet] = []
    write = canvas.svg_of

    def keep(sheet: Sheet) -> str:
        found.append(sheet)
        return write(sheet)

    monkeypatch.setattr(canvas, "svg_of", keep)
    return found


def over(study: Study, n: int, last: str = "2024-Q1", *marked: Event) -> Study:
    """The study with a history of n periods up to one, and these events."""
    period = parse_period(last)
    return replace(study, period=period, history=tuple(run(period, n)), events=marked)


def results(study: Study, **figures: Sequence[Any]) -> pd.DataFrame:
    """Results over a study's history: of a share (n, N) a period, of a count its value; None is missing."""
    rows = []
    for metric, each in figures.items():
        for period, figure in zip(study.history, each, strict=True):
            rows.append({"metric": metric, "period": period.text, **of(metric, figure)})
    return pd.DataFrame(rows)


def of(metric: str, figure: Any) -> dict[str, Any]:
    unit, nan = get_metric(metric).unit, float("nan")
    if unit == COUNT:
        return {"numerator": nan, "denominator": nan, "value": nan if figure is None else figure, "ci_low": nan, "ci_high": nan, "unit": unit}
    n, whole = figure or (nan, 0)
    share = n / whole if whole else nan
    ends = {"ci_low": max(share - 0.05, 0), "ci_high": min(share + 0.05, 1)} if whole else {"ci_low": nan, "ci_high": nan}
    return {"numerator": n, "denominator": whole if figure else nan, "value": share, **ends, "unit": unit}


def by_group(study: Study, metric: str, groups: dict[str, Any], column: str = "unit_id", hidden: Sequence[str] = ()) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Results of the study's period by one column, some of them withheld, and the whole."""
    rows = [{"metric": metric, "period": study.period.text, column: name, **of(metric, figure), WITHHELD: name in hidden} for name, figure in groups.items()]
    known = [figure for figure in groups.values() if figure]
    whole = (sum(n for n, _ in known), sum(whole for _, whole in known))
    return pd.DataFrame(rows), pd.DataFrame([{"metric": metric, "period": study.period.text, **of(metric, whole)}])


def axis_texts(svg: str) -> list[str]:
    """The marks of both axes."""
    comments = etree.fromstring(svg.encode()).iter(etree.Comment)
    said = [(node, unescape(str(node.text)).replace("- -", "--").strip()) for node in comments]  # as matplotlib writes a comment
    return [text for node, text in said if any(above.get("id", "").startswith("matplotlib.axis") for above in node.iterancestors())]


def steps(svg: str, colour: str) -> list[tuple[float, float]]:
    """Where each straight piece of the lines of a colour begins and ends, across the drawing."""
    found = []
    for path in re.findall(rf'<path d="([^"]+)" clip-path="[^>]*style="fill: none; [^"]*stroke: {colour.lower()}', svg):  # a legend's are not clipped
        places = [float(x) for x in re.findall(r"[ML] ([0-9.]+) [0-9.]+", path)]
        found += [(min(pair), max(pair)) for pair in pairwise(places)]
    return [(left, right) for left, right in found if left < right]


def vertical(svg: str) -> float:
    """Where the one dotted line through the drawing stands."""
    (place,) = {x for x, again in re.findall(r'<path d="M ([0-9.]+) [0-9.]+ \nL ([0-9.]+) [0-9.]+ \n"[^>]*stroke-dasharray: 1.2,1.8', svg) if x == again}
    return float(place)


# --- breaks of a series


def share_of(study: Study, metric: str = ONLINE) -> pd.DataFrame:
    return results(study, **{metric: [(40 + 3 * (n % 5), 100) for n in range(len(study.history))]})


DRAWN: dict[str, Callable[[Study], Figure]] = {
    "trend": lambda study: charts.draw_trend("x", share_of(study), study),
    "control": lambda study: draw_control("x", share_of(study), ONLINE, study),
    "counts as lines": lambda study: charts.draw_counts("x", results(study, received=range(len(study.history)), resolved=range(len(study.history))), study),
}


@pytest.mark.parametrize("last", ["2026-Q2", "2026-Q2@calendar", "2026-03", "2026-03@calendar", "2027", "2027@calendar", "2026-H2", "2026-9M"])
@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_no_line_runs_across_a_break(opened: Study, draw: Callable[[Study], Figure], last: str) -> None:
    svg = draw(over(opened, 24, last, TWO_LEVELS)).svg
    colour, place = look_of("received" if "hồ sơ" in svg.lower() and "Tiếp nhận" in svg else ONLINE).colour, vertical(svg)
    pieces = steps(svg, colour)
    assert len(pieces) >= 20
    assert [] == [piece for piece in pieces if piece[0] < place < piece[1]]


def test_no_interval_runs_across_a_break(opened: Study, sheets: list[Sheet]) -> None:
    study = over(opened, 12, "2026-Q2", TWO_LEVELS)
    DRAWN["trend"](study)
    place = canvas.place_of(TWO_LEVELS.date, study.history)
    spans = [path.get_extents() for drawn in sheets[0].axes[0].collections for path in drawn.get_paths()]
    assert [(0, 7), (8, 8), (9, 11)] == sorted((span.x0, span.x1) for span in spans)
    assert 7 < place < 8


def test_without_a_break_the_line_is_whole(opened: Study) -> None:
    assert 29 == len(steps(DRAWN["trend"](over(opened, 30, "2026-Q2")).svg, look_of(ONLINE).colour))


def test_a_break_is_dated_and_its_words_are_noted(opened: Study) -> None:
    figure = DRAWN["trend"](over(opened, 6, "2026-Q2", TWO_LEVELS))
    assert "01/7/2025" in drawn_texts(figure.svg)
    assert f"Vạch đứng 01/7/2025: {TWO_LEVELS.words}." in figure.notes
    assert "Quý III/2025: gồm cả ngày trước và sau vạch, nên không nối với kỳ nào." in figure.notes
    assert figure.alt.endswith("Vạch đứng: 01/7/2025, không so sánh qua ngày này.")


def test_each_side_of_a_break_is_said_for_itself(opened: Study) -> None:
    alt = DRAWN["trend"](over(opened, 6, "2026-Q2", TWO_LEVELS)).alt
    assert "Tỷ lệ nộp trực tuyến: đầu 40,00% (Quý I/2025), cuối 43,00% (Quý II/2025)" in alt
    assert "kỳ có vạch: 46,00% (Quý III/2025); sau vạch: đầu 49,00% (Quý IV/2025), cuối 40,00% (Quý II/2026)" in alt


def test_a_break_of_one_metric_cuts_only_its_line(opened: Study) -> None:
    study = over(opened, 12, "2026-Q2", replace(TWO_LEVELS, metric=FULL))
    svg = charts.draw_trend("x", results(study, **{ONLINE: [(4, 10)] * 12, FULL: [(2, 10)] * 12}), study).svg
    assert [11, 9] == [len(steps(svg, look_of(metric).colour)) for metric in (ONLINE, FULL)]


def test_a_day_from_which_only_limits_are_new_is_no_break_of_a_trend(opened: Study) -> None:
    study = over(opened, 12, "2026-Q2", replace(TWO_LEVELS, kind="rebase"))
    assert "01/7/2025" not in drawn_texts(DRAWN["trend"](study).svg)
    assert "01/7/2025" in drawn_texts(DRAWN["control"](study).svg)


def test_a_break_in_a_year_lies_where_its_day_does() -> None:
    years = run(parse_period("2026@calendar"), 3)
    assert 1 + 181 / 365 - 0.5 == pytest.approx(canvas.place_of(date(2025, 7, 1), years))
    assert [0, 1, 2] == canvas.stretches(years, [date(2025, 7, 1)])
    assert [0, 2, 2] == canvas.stretches(years, [date(2025, 1, 1)])


# --- what is missing

HALF = [(40, 100)] * 4
GAP = [*HALF, None, None, None, None, *HALF]


@pytest.mark.parametrize(("nothing", "said"), [(None, "không có số liệu"), ((0, 0), "không có hồ sơ để tính")])
def test_a_year_of_nothing_is_a_band_with_its_reason(opened: Study, sheets: list[Sheet], nothing: Pair, said: str) -> None:
    study = over(opened, 12)
    figure = charts.draw_trend("x", results(study, **{ONLINE: [nothing if each is None else each for each in GAP]}), study)
    assert said in " ".join(drawn_texts(figure.svg))
    assert f"{said}: Quý II/2022 đến Quý I/2023" in figure.alt
    assert 6 == len(steps(figure.svg, look_of(ONLINE).colour)), "three pieces before, three after, none between"
    (band,) = [patch for patch in sheets[0].axes[0].patches if patch.get_facecolor()[:3] == (0xF1 / 255,) * 3]
    assert (3.5, 7.5) == (band.get_x(), band.get_x() + band.get_width())


def test_one_missing_period_has_its_reason_upright(opened: Study, sheets: list[Sheet]) -> None:
    study = over(opened, 13)
    charts.draw_counts("x", results(study, received=[5] * 6 + [None] + [5] * 6), study)
    (said,) = [text for text in sheets[0].axes[0].texts if text.get_text() == "không có số liệu"]
    assert (6, 90) == (said.get_position()[0], said.get_rotation())


def test_nothing_at_all_is_said_and_not_measured(opened: Study) -> None:
    study = over(opened, 5)
    for figure in (charts.draw_trend("x", results(study, **{ONLINE: [None] * 5}), study), charts.draw_counts("x", results(study, received=[None] * 5), study)):
        assert ["Quý", "Không có số liệu"] == drawn_texts(figure.svg)
        assert figure.alt.endswith(": không có số liệu.")
        assert not [text for text in axis_texts(figure.svg) if "%" in text or text in ("0", "1")]


def test_a_history_without_dossiers_is_not_one_without_figures(opened: Study) -> None:
    study = over(opened, 5)
    assert ["Quý", "không có hồ sơ để tính"] == drawn_texts(charts.draw_trend("x", results(study, **{ON_TIME: [(0, 0)] * 5}), study).svg)


def test_what_one_line_lacks_is_marked_at_the_foot(opened: Study) -> None:
    study = over(opened, 4)
    figure = charts.draw_trend("x", results(study, **{ONLINE: HALF, FULL: [(1, 10), None, (2, 10), (3, 10)]}), study)
    assert "–" in drawn_texts(figure.svg)
    assert "Dấu – ở chân hình: không có số liệu." in figure.notes


def test_nought_is_written_and_missing_is_not_nought(opened: Study, sheets: list[Sheet]) -> None:
    study = over(opened, 13)
    figure = charts.draw_counts("x", results(study, received=[3000, 0, None, *[1200] * 10], resolved=[2000, 1, None, 0, *[1200] * 9]), study)
    assert 2 == drawn_texts(figure.svg).count("0")
    assert "3.000" not in drawn_texts(figure.svg), "there is no room for all of them"
    assert 24 == sum(len(bars) for bars in sheets[0].axes[0].containers), "no bar for what is missing"


# --- what is withheld


def test_withheld_figures_are_said_to_be_withheld(opened: Study) -> None:
    groups = {"xa-long-mai": (30, 60), "xa-long-son": (70, 90), "xa-long-mon": None}
    by, whole = by_group(opened, RESULT, groups, hidden=["xa-long-mon"])
    dots, funnel, gap = (
        charts.draw_groups("x", RESULT, by, whole, opened.period),
        draw_funnel("x", RESULT, by, whole, opened),
        draw_gap("x", RESULT, by, opened.period),
    )
    assert ["không công bố (*)", "*"] == [text for text in drawn_texts(dots.svg) if "*" in text]
    assert "Xã Long Môn: không công bố (*). Toàn bộ" in dots.alt
    assert "Không vẽ 1 đơn vị: không công bố (*)." in funnel.notes
    assert funnel.alt.endswith("Không vẽ 1 đơn vị: không công bố (*).")
    assert isinstance(gap, Figure)
    assert gap.alt.endswith("Không kể 1 nhóm có số không công bố.")
    assert not any("không có số liệu" in figure.alt for figure in (dots, funnel, gap))


def test_a_funnel_of_withheld_groups_alone_says_why_it_is_empty(opened: Study) -> None:
    by, _ = by_group(opened, RESULT, {"xa-long-mon": None}, hidden=["xa-long-mon"])
    _, whole = by_group(opened, RESULT, {"xa-long-mon": (1, 3)})
    assert ["không công bố (*)"] == drawn_texts(draw_funnel("x", RESULT, by, whole, opened).svg)


# --- one look a metric


def test_every_metric_has_a_look_of_its_own_among_those_of_its_unit() -> None:
    assert set(CATALOGUE) == set(LOOKS)
    for unit in {metric.unit for metric in CATALOGUE.values()}:
        looks = [(look.colour, look.marker) for name, look in LOOKS.items() if get_metric(name).unit == unit]
        assert len(looks) == len(set(looks)), unit


def drawn_together(path: Path) -> list[list[str]]:
    """The metrics of each trend or bar chart of a notebook."""
    measured: dict[str, list[str]] = {}
    found = []
    for cell in nbformat.read(path, as_version=4).cells:
        for node in ast.walk(ast.parse(cell.source)) if cell.cell_type == "code" else ():
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and len(node.value.args) > 1 and isinstance(node.value.args[1], ast.List):
                measured[ast.unparse(node.targets[0])] = [each.value for each in node.value.args[1].elts if isinstance(each, ast.Constant)]
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("charts.draw_trend", "charts.draw_counts"):
                found.append(measured[ast.unparse(node.args[1])])
    return found


def test_metrics_drawn_together_differ_in_colour_and_shape() -> None:
    together = [metrics for path in sorted((ROOT / "notebooks").glob("*.ipynb")) for metrics in drawn_together(path)]
    assert [ONLINE, FULL] in together
    for one, other in (pair for metrics in together for pair in combinations(map(look_of, metrics), 2)):
        assert not set(one) & set(other) - {""}


@pytest.mark.parametrize("metric", [ONLINE, ON_TIME, RESULT])
def test_a_metric_has_its_colour_in_every_chart(opened: Study, metric: str) -> None:
    study = over(opened, 9)
    by, whole = by_group(study, metric, {"xa-long-mai": (30, 60), "xa-long-son": (70, 90)})
    series = results(study, **{metric: [(40 + n, 100) for n in range(9)]})
    drawings = [charts.draw_trend("x", series, study), draw_control("x", series, metric, study), draw_funnel("x", metric, by, whole, study)]
    drawings += [charts.draw_groups("x", metric, by, whole, study.period), draw_gap("x", metric, by, study.period)]  # type: ignore[list-item]
    colours = {look.colour.lower() for look in LOOKS.values()}
    assert [{look_of(metric).colour.lower()}] * 5 == [colours & set(re.findall("#[0-9a-f]{6}", figure.svg)) for figure in drawings]


def contrast(colour: str) -> float:
    """The contrast of a colour on white (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def test_lines_stand_out_from_white_and_letters_more() -> None:
    assert 3 <= min(contrast(look.colour) for look in LOOKS.values())
    assert 4.5 <= min(contrast(look.ink) for look in LOOKS.values())


# --- scales


@pytest.mark.parametrize("share", [(0, 10), (10, 10), (9999, 10000)])
def test_no_mark_is_a_share_that_cannot_be(opened: Study, share: Pair) -> None:
    study = over(opened, 9)
    by, whole = by_group(study, ONLINE, {"xa-long-mai": share, "xa-long-son": share})
    series = results(study, **{ONLINE: [share] * 9})
    drawings = [charts.draw_trend("x", series, study), draw_control("x", series, ONLINE, study), charts.draw_groups("x", ONLINE, by, whole, study.period)]
    for figure in (*drawings, draw_funnel("x", ONLINE, by, whole, study)):
        marks = [float(text[:-1].replace(",", ".")) for text in axis_texts(figure.svg) if text.endswith("%")]
        assert len(marks) > 1
        assert 0 <= min(marks)
        assert max(marks) <= 100


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.sampled_from([SHARE, "ngày làm việc", COUNT]), st.sampled_from([1, 7, 1000]))
def test_a_mark_says_exactly_where_it_stands(values: list[float], unit: str, times: int) -> None:
    scale = canvas.scale_of([value * (1 if unit == SHARE else times) for value in values], unit)
    said = [float(label.rstrip("%").replace(".", "").replace(",", ".")) / (100 if unit == SHARE else 1) for label in scale.labels]
    assert scale.places == pytest.approx(said, abs=1e-9)
    assert unit != SHARE or (min(scale.places) >= 0 and max(scale.places) <= 1)
    assert scale.low <= min(values) * (1 if unit == SHARE else times)
    assert max(values) * (1 if unit == SHARE else times) <= scale.high


def test_counts_are_marked_by_whole_dossiers_from_nought(opened: Study) -> None:
    study = over(opened, 2)
    assert ["0", "1"] == [text for text in axis_texts(charts.draw_counts("x", results(study, received=[0, 1]), study).svg) if text.isdigit() and len(text) == 1]


@pytest.mark.parametrize(
    ("last", "n", "labels"),
    [
        ("2024-Q1", 13, ["I", "2021", "II", "III", "IV", "I", "2022", "II", "III", "IV", "I", "2023", "II", "III", "IV", "I", "2024"]),
        ("2024-Q1", 40, ["I", "2016", "I", "2018", "I", "2020", "I", "2022", "I", "2024"]),
        ("2024-03", 24, ["5", "2022", "7", "9", "11", "1", "2023", "3", "5", "7", "9", "11", "1", "2024", "3"]),
        ("2024-H2", 4, ["Đầu", "2023", "Cuối", "Đầu", "2024", "Cuối"]),
        ("2024", 3, ["2022", "2023", "2024"]),
    ],
)
def test_where_not_all_periods_can_be_labelled_the_first_ones_of_a_year_are(opened: Study, last: str, n: int, labels: list[str]) -> None:
    svg = DRAWN["trend"](over(opened, n, last)).svg
    assert labels == [text for text in axis_texts(svg) if not text.endswith("%")]


def test_a_target_is_drawn_only_over_the_days_in_which_it_holds(opened: Study, sheets: list[Sheet]) -> None:
    study = over(opened, 13)
    figure = DRAWN["trend"](study)
    (line,) = [each for each in sheets[0].axes[0].lines if list(each.get_ydata()) == [0.5, 0.5]]
    assert list(line.get_xdata()) == [canvas.place_of(date(2022, 8, 1), study.history), 12.5]
    assert ["Chỉ tiêu", "50,00%"] == [text for text in drawn_texts(figure.svg) if text in ("Chỉ tiêu", "50,00%")]
    assert "Chỉ tiêu 50,00%, áp dụng từ 01/8/2022." not in figure.notes
    assert "Chỉ tiêu 50,00% áp dụng từ 01/8/2022." in figure.notes
    assert "Kỳ cuối thấp hơn chỉ tiêu 50,00%." in figure.alt


# --- letters


def boxes(sheet: Sheet) -> list[tuple[str, Bbox]]:
    """The texts of a sheet and the boxes that they fill, a little within: letters may touch, not cover each other."""
    sheet.dpi = 72  # as for an SVG
    painter = RendererSVG(sheet.bbox.width, sheet.bbox.height, StringIO(), image_dpi=72)
    written = [text for text in sheet.findobj(Text) if text.get_text().strip() and text.get_visible()]
    found = [(text.get_text(), text.get_window_extent(painter).padded(-1)) for text in written]
    return [(text, box) for text, box in found if box.width > 0]


NAMES = [WEST.format(n) for n in range(96)]
LABELLED: dict[str, Callable[[Study], Figure]] = {
    "two lines with a target, a break and a gap": lambda s: charts.draw_trend(
        "x",
        results(study := over(s, 13, "2026-Q2", TWO_LEVELS), **{ONLINE: [(50, 100)] * 12 + [(51, 100)], FULL: [(49, 100)] * 5 + [None] * 4 + [(50, 100)] * 4}),
        study,
    ),
    "three breaks side by side": lambda s: charts.draw_trend(
        "x", share_of(study := over(s, 13, "2026-Q2", *(replace(TWO_LEVELS, date=date(2026, 4, d)) for d in (1, 9, 17)))), study
    ),
    "durations": lambda s: charts.draw_trend(
        "x", results(study := over(s, 13), processing_workdays_median=[(1, 9)] * 13, processing_workdays_p90=[(8, 9)] * 13), study
    ),
    "one period": lambda s: charts.draw_trend("x", share_of(study := over(s, 1)), study),
    "forty periods": lambda s: charts.draw_trend("x", share_of(study := over(s, 40)), study),
    "ranges": lambda s: charts.draw_trend("x", share_of(study := over(s, 13, "2024-02-15..2024-03-05")), study),
    "bars of one period": lambda s: charts.draw_counts("x", results(study := over(s, 1), received=[123456], resolved=[99999]), study),
    "bars of thirteen": lambda s: charts.draw_counts("x", results(study := over(s, 13), received=[0] * 12 + [7], resolved=[7] * 13), study),
    "control": lambda s: draw_control("x", share_of(study := over(s, 13)), ONLINE, study),
    "control all alike": lambda s: draw_control("x", results(study := over(s, 13), **{ONLINE: [(10, 10)] * 13}), ONLINE, study),
    "96 long names": lambda s: charts.draw_groups("x", ONLINE, *by_group(s, ONLINE, {name: (n, 96) for n, name in enumerate(NAMES)}), s.period),
    "one group": lambda s: charts.draw_groups("x", ONLINE, *by_group(s, ONLINE, {"A": (1, 1)}), s.period),
    "groups without dossiers": lambda s: charts.draw_groups(
        "x", ONLINE, *by_group(s, ONLINE, {NAMES[0]: (0, 0), NAMES[1]: None, "A": (10**6, 10**6)}), s.period
    ),
    "funnel of 96": lambda s: draw_funnel("x", ONLINE, *by_group(s, ONLINE, {name: (n * 10, 1000) for n, name in enumerate(NAMES)}), s),
    "funnel of one dossier": lambda s: draw_funnel("x", ONLINE, *by_group(s, ONLINE, {"A": (1, 1), "B": (9000, 10000)}), s),
    "gap of 96": lambda s: draw_gap("x", ONLINE, by_group(s, ONLINE, {name: (0, 10**6 + n) for n, name in enumerate(NAMES)})[0], s.period),  # type: ignore[dict-item,return-value]
}


@pytest.mark.parametrize("draw", LABELLED.values(), ids=LABELLED)
def test_no_text_is_cut_or_covers_another(opened: Study, sheets: list[Sheet], draw: Callable[[Study], Figure]) -> None:
    draw(opened)
    (sheet,) = sheets
    found = boxes(sheet)
    assert len(found) > 3
    assert [] == [text for text, box in found if box.x0 < 0 or box.y0 < 0 or box.x1 > sheet.bbox.x1 or box.y1 > sheet.bbox.y1]
    assert [] == [(one, other) for (one, box), (other, second) in combinations(found, 2) if box.overlaps(second)]


@pytest.mark.parametrize("draw", [*LABELLED.values(), *(lambda s, draw=draw: draw(over(s, 13, "2026-Q2", TWO_LEVELS)) for draw in DRAWN.values())])
def test_every_numeral_of_a_chart_is_one_of_its_numbers(opened: Study, draw: Callable[[Study], Figure]) -> None:
    assert [] == check_exhibits(list(shown_in(draw(opened))))


@pytest.mark.parametrize("draw", LABELLED.values(), ids=LABELLED)
def test_the_same_data_give_the_same_drawing_of_one_width(opened: Study, draw: Callable[[Study], Figure]) -> None:
    once, again = draw(opened), draw(opened)
    assert once == again
    assert 'width="331.2pt"' in once.svg


@given(st.lists(st.tuples(st.floats(0, 200), st.sampled_from([11.5, 23.0])), min_size=1, max_size=6))
def test_labels_keep_apart_in_their_order_inside_the_drawing(labels: list[tuple[float, float]]) -> None:
    places, sizes = [place for place, _ in labels], [size for _, size in labels]
    found = canvas.keep_apart(places, sizes, 0, 200)
    order = sorted(range(len(places)), key=lambda each: places[each])
    assert all(found[lower] + (sizes[lower] + sizes[upper]) / 2 <= found[upper] + 1e-9 for lower, upper in pairwise(order))
    assert -1e-9 <= min(place - size / 2 for place, size in zip(found, sizes, strict=True))
    assert max(place + size / 2 for place, size in zip(found, sizes, strict=True)) <= 200 + 1e-9


def test_labels_that_do_not_meet_stay_where_they_are() -> None:
    assert [10, 40, 80] == canvas.keep_apart([10, 40, 80], [10, 10, 10], 0, 100)


@pytest.mark.parametrize("name", ["A" * 10_000, "--> hết", "=HYPERLINK(1)", "<script>", "&amp;"])
def test_a_name_is_drawn_as_text(opened: Study, name: str) -> None:
    by, whole = by_group(opened, ONLINE, {name: (30, 60), "B": (7, 10)}, column="field")
    svg = charts.draw_groups("x", ONLINE, by, whole, opened.period).svg
    assert 1 == axis_texts(svg).count(canvas.fitted(name, canvas.WIDTH - 2 * canvas.EDGE))
    assert len(svg) < 100_000


def test_a_numeral_in_a_name_is_no_stray_number(opened: Study) -> None:
    groups = {"Văn phòng A & B số 77": (900, 1000), "Văn phòng C--D số 88": (100, 1000), "Phòng 12 <Một cửa>": (500, 1000)}
    figure = draw_funnel("x", ONLINE, *by_group(opened, ONLINE, groups), opened)
    assert {"Văn phòng A & B số 77", "Văn phòng C--D số 88"} <= set(drawn_texts(figure.svg))
    assert [] == check_exhibits(list(shown_in(figure)))


def test_a_name_between_dollar_signs_is_no_formula(opened: Study) -> None:
    by, whole = by_group(opened, ONLINE, {"$x^2$và$y$": (30, 60)}, column="field")
    written = etree.fromstring(charts.draw_groups("x", ONLINE, by, whole, opened.period).svg.encode())
    (group,) = [node.getparent() for node in written.iter(etree.Comment) if "và" in str(node.text)]
    assert len("$x^2$và$y$") == len(group.findall(".//{*}use")), "each letter has its shape, the dollar signs too"


def test_what_cannot_be_drawn_has_a_mark_and_warns_of_nothing(opened: Study) -> None:
    by, whole = by_group(opened, ONLINE, {"\u4e2d\u6587 \u202eX": (30, 60), "tab\tnul\x01": (1, 10)}, column="field")
    svg = charts.draw_groups("x", ONLINE, by, whole, opened.period).svg
    assert {"\ufffd\ufffd \ufffdX", "tab\ufffdnul\ufffd"} <= set(axis_texts(svg))


def test_a_long_name_is_cut_in_its_middle_only_where_it_must() -> None:
    name = "Trung tâm Phục vụ hành chính công xã Long Mai, tỉnh Quảng Ngãi"
    assert name == canvas.fitted(name, canvas.WIDTH)
    cut = canvas.fitted(name, 120)
    assert cut.startswith("Trung")
    assert cut.endswith("Quảng Ngãi")
    assert canvas.text_width(cut) <= 120


def test_names_that_begin_alike_are_told_apart_on_a_funnel(opened: Study) -> None:
    groups = {WEST.format(n): (100 if n else 900, 1000) for n in range(40)}
    svg = draw_funnel("x", ONLINE, *by_group(opened, ONLINE, groups), opened).svg
    assert [text for text in drawn_texts(svg) if "số 00" in text]


# --- what is written


def test_a_line_ends_with_its_value_and_the_counts_behind_it(opened: Study) -> None:
    study = over(opened, 3)
    figure = charts.draw_trend("x", results(study, **{ONLINE: [(20, 100), (30, 90), (60, 80)]}), study)
    assert {"75,00%", "60/80"} <= set(drawn_texts(figure.svg))
    assert "Số hồ sơ mỗi kỳ (N): từ 80 đến 100." in figure.notes


def test_each_metric_says_its_own_number_of_dossiers_where_they_differ(opened: Study) -> None:
    study = over(opened, 2)
    figure = charts.draw_trend("x", results(study, **{ONLINE: [(2, 10), (3, 10)], RESULT: [(2, 8), (3, 9)]}), study)
    assert "Số hồ sơ mỗi kỳ (N): Tỷ lệ nộp trực tuyến 10; Tỷ lệ số hóa kết quả từ 8 đến 9." in figure.notes


def test_two_bars_have_their_last_values_in_the_legend(opened: Study) -> None:
    study = over(opened, 13)
    drawn = drawn_texts(charts.draw_counts("x", results(study, received=[700] * 12 + [758], resolved=[700] * 12 + [768]), study).svg)
    assert {"Tiếp nhận trong kỳ: kỳ cuối 758", "Đã giải quyết: kỳ cuối 768"} <= set(drawn)


def test_few_bars_have_their_values_over_them(opened: Study) -> None:
    study = over(opened, 2)
    drawn = drawn_texts(charts.draw_counts("x", results(study, received=[701, 758], resolved=[702, 768]), study).svg)
    assert {"701", "758", "702", "768", "Tiếp nhận trong kỳ"} <= set(drawn)


def test_so_many_bars_that_hatches_would_not_be_seen_are_lines(opened: Study) -> None:
    study = over(opened, 40)
    figure = charts.draw_counts("x", results(study, received=range(40), resolved=range(40)), study)
    assert figure.alt.startswith("Biểu đồ đường qua 40 kỳ")
    assert "<pattern" not in figure.svg
    assert "<pattern" in charts.draw_counts("x", results(over(opened, 13), received=range(13), resolved=range(13)), over(opened, 13)).svg


def test_what_never_changes_is_said_once(opened: Study) -> None:
    study = over(opened, 4)
    assert "Tỷ lệ đúng hạn: luôn 100,00% (từ Quý II/2023 đến Quý I/2024)." in charts.draw_trend("x", results(study, **{ON_TIME: [(9, 9)] * 4}), study).alt


def test_of_many_groups_both_ends_are_drawn_and_what_lies_between_is_said(opened: Study) -> None:
    figure = LABELLED["96 long names"](opened)
    drawn = drawn_texts(figure.svg)
    assert 1 == sum("72 đơn vị ở giữa không vẽ" in text for text in drawn)
    assert {"95/96", "84/96", "11/96", "0/96"} <= set(drawn)
    assert "83/96" not in drawn
    assert "; 72 đơn vị ở giữa không vẽ; " in figure.alt
    assert "Hình vẽ 12 nhóm đầu và 12 nhóm cuối trong 96 nhóm; bảng số liệu có đủ." in figure.notes


def test_groups_without_a_value_take_no_place_from_those_with_one(opened: Study) -> None:
    groups = {f"L{n:02d}": (n, 40) if n < 20 else None for n in range(40)}
    figure = charts.draw_groups("x", ONLINE, *by_group(opened, ONLINE, groups, column="field"), opened.period)
    assert "Hình không vẽ 20 nhóm không có số để vẽ; bảng số liệu có đủ." in figure.notes
    assert {"L00", "L19"} <= set(axis_texts(figure.svg))
    more = charts.draw_groups("x", ONLINE, *by_group(opened, ONLINE, groups | {f"M{n:02d}": (n, 40) for n in range(20)}, column="field"), opened.period)
    assert {"L00", "M00", "L19", "M19"} <= set(axis_texts(more.svg))
    assert "16 lĩnh vực ở giữa không vẽ" in more.alt


def test_a_group_without_dossiers_is_told_from_one_without_figures(opened: Study) -> None:
    figure = charts.draw_groups("x", ONLINE, *by_group(opened, ONLINE, {"A": (1, 2), "B": (0, 0), "C": None}, column="field"), opened.period)
    assert "B: không có hồ sơ để tính; C: không có số liệu." in figure.alt
    assert {"không có hồ sơ để tính", "không có số liệu"} <= set(drawn_texts(figure.svg))


def test_signs_are_seen_without_colour(opened: Study) -> None:
    study = over(opened, 12)
    svg = draw_control("x", results(study, **{ONLINE: [(90 + n % 2, 100) for n in range(11)] + [(20, 100)]}), ONLINE, study).svg
    assert re.search(r"fill: #ffffff; stroke: #111111|fill: #ffffff[^\"]*stroke: #111111", svg)
    assert "Có dấu hiệu khác thường" in drawn_texts(svg)
