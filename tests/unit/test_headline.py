"""The first screen in sentences: small registers, the exact sentence that must come out of them; and no numeral that no number stands behind."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dossiers import Dossier, dossier, random_register, register

from tthc_analysis.exhibits import headline, overview, why
from tthc_analysis.exhibits.model import Number, Statement
from tthc_analysis.metrics.study import Study, measure_study, open_study
from tthc_analysis.register.store import write_register

KEY = ["on_time_share", "pending_late", "processing_workdays_p90", "online_share", "result_digitised_share", "satisfied_share"]
GROUPS = ["received", "on_time_share", "online_share", "result_digitised_share", "pending", "pending_late"]
NOW, THEN = "2024-01-10", "2023-10-10"
LAND, CIVIL = "Đất đai", "Hộ tịch"
Opened = Callable[..., Study]


def done(n: int, late: int = 0, received: str = NOW, **columns: Any) -> list[Dossier]:
    """Describe n dossiers resolved in their period, the first so many of them after their due date."""
    day = received[:8]
    return [dossier(received, due=f"{day}15", resolved=f"{day}{'20' if number < late else '12'}", **columns) for number in range(n)]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    """Open a study of some dossiers: of the whole register, the quarter I/2024, counted on 14/3/2024, unless said otherwise."""

    def open_them(dossiers: list[Dossier], **changed: Any) -> Study:
        write_register(register(*dossiers), tmp_path / "so.parquet")
        asked = {"period": "2024-Q1", "as_of": "2024-03-14", "unit": "all", "policy": "report-2024", "history": 2, "calendar": "VN", "document": {}}
        return open_study(**asked | {"register": str(tmp_path / "so.parquet"), "office": str(tmp_path)} | changed)

    return open_them


def share(study: Study, metric: str) -> Statement:
    return headline.say_share(measure_study(study, [metric], study.compared), metric, study, why.measure_why(study, metric, study.before))


def sentence(study: Study, name: str) -> Statement:
    """Make one of the sentences of the first screen as the notebook does."""
    results = measure_study(study, [*KEY, *headline.FLOW], study.compared)
    match name:
        case "flow":
            return headline.say_flow(results, study)
        case "digitised":
            by_unit, by_field = (measure_study(study, GROUPS, by=[word]) for word in ("unit", "field"))
            return headline.say_digitisation(results, by_unit, by_field, study)
        case "attention":
            return headline.say_attention(results, measure_study(study, GROUPS, by=["unit"]), study)
    return share(study, {"on time": "on_time_share", "online": "online_share"}[name])


def said(study: Study, name: str) -> str:
    return sentence(study, name).text


# --- what came and went

FINISHED = [dossier(NOW, resolved="2024-01-12"), dossier(NOW, resolved="2024-01-12"), dossier("2023-12-01", resolved="2024-01-12")]
GONE = [dossier(NOW, withdrawn="2024-02-01"), dossier(NOW, refused="2024-02-01")]
WAITING = [dossier("2024-03-01", due="2024-05-10"), dossier("2023-12-01", due="2024-05-10")]


@pytest.mark.parametrize(
    ("dossiers", "changed", "expected"),
    [
        (
            [*FINISHED, *GONE, *WAITING],
            {},
            "Quý I/2024 tiếp nhận 5 hồ sơ, giải quyết 3, công dân rút 1, trả lại, từ chối 1; cuối kỳ còn 2 hồ sơ đang giải quyết, đầu kỳ là 2.",
        ),
        (
            [*FINISHED, *GONE, *WAITING],
            {"policy": "ii06a"},
            "Quý I/2024 tiếp nhận 5 hồ sơ, giải quyết 5; cuối kỳ còn 2 hồ sơ đang giải quyết, đầu kỳ là 2.",
        ),
        (
            [*FINISHED, *WAITING],
            {"as_of": "2024-02-15"},
            "Quý I/2024 tiếp nhận 2 hồ sơ, giải quyết 3; đến ngày 15/02/2024 còn 1 hồ sơ đang giải quyết, đầu kỳ là 2.",
        ),
        (
            [dossier("2023-11-01"), dossier("2024-04-01")],
            {},
            "Quý I/2024 không tiếp nhận hồ sơ nào, không giải quyết hồ sơ nào; cuối kỳ còn 1 hồ sơ đang giải quyết, đầu kỳ là 1.",
        ),
        (FINISHED, {}, "Quý I/2024 tiếp nhận 2 hồ sơ, giải quyết 3; cuối kỳ không còn hồ sơ đang giải quyết, đầu kỳ là 1."),
        (
            [dossier("2021-03-01", resolved="2021-03-05")],
            {},
            "Quý I/2024 không có số liệu: sổ dữ liệu chỉ có từ ngày 01/3/2021 đến ngày 05/3/2021.",
        ),
    ],
    ids=["all kinds of ends", "withdrawn among the resolved", "unfinished", "nothing came", "nothing left", "no data"],
)
def test_what_came_went_and_is_left_adds_up(opened: Opened, dossiers: list[Dossier], changed: dict[str, str], expected: str) -> None:
    assert expected == said(opened(dossiers, **changed), "flow")


# --- what moved, and mostly why


@pytest.mark.parametrize(
    ("dossiers", "expected"),
    [
        (
            [*done(100, 0, THEN, field=LAND), *done(100, 0, THEN, field=CIVIL), *done(100, 0, field=LAND), *done(100, 40, field=CIVIL)],
            (
                "Tỷ lệ đúng hạn là 80,00% (160/200 hồ sơ), giảm 20,00 điểm % so với kỳ trước (100,00%), không chỉ do ngẫu nhiên. "
                "Chủ yếu do tỷ lệ trong từng loại hồ sơ giảm, nhất là lĩnh vực Hộ tịch (60/100, kỳ trước 100/100)."
            ),
        ),
        (
            [*done(40, 20, THEN, field=LAND), *done(160, 0, THEN, field=CIVIL), *done(160, 80, field=LAND), *done(40, 0, field=CIVIL)],
            (
                "Tỷ lệ đúng hạn là 60,00% (120/200 hồ sơ), giảm 30,00 điểm % so với kỳ trước (90,00%), không chỉ do ngẫu nhiên. "
                "Chủ yếu do cơ cấu hồ sơ thay đổi (tỷ trọng hồ sơ lĩnh vực Hộ tịch giảm)."
            ),
        ),
        (
            [*done(40, 20, THEN, field=LAND), *done(160, 0, THEN, field=CIVIL), *done(100, 50, field=LAND), *done(100, 20, field=CIVIL)],
            (
                "Tỷ lệ đúng hạn là 65,00% (130/200 hồ sơ), giảm 25,00 điểm % so với kỳ trước (90,00%), không chỉ do ngẫu nhiên. "
                "Do hai lẽ: tỷ lệ trong từng loại hồ sơ giảm, nhất là lĩnh vực Hộ tịch (80/100, kỳ trước 160/160); "
                "và cơ cấu hồ sơ thay đổi (tỷ trọng hồ sơ lĩnh vực Đất đai tăng)."
            ),
        ),
        (
            [*done(100, 40, THEN, field=LAND), *done(100, 5, field=LAND)],
            (
                "Tỷ lệ đúng hạn là 95,00% (95/100 hồ sơ), tăng 35,00 điểm % so với kỳ trước (60,00%), không chỉ do ngẫu nhiên. "
                "Chủ yếu do tỷ lệ trong từng loại hồ sơ tăng, nhất là lĩnh vực Đất đai (95/100, kỳ trước 60/100)."
            ),
        ),
        (
            [*done(100, 5, THEN, field=LAND), *done(100, 8, field=LAND)],
            "Tỷ lệ đúng hạn là 92,00% (92/100 hồ sơ), giảm 3,00 điểm % so với kỳ trước (95,00%), có thể chỉ do ngẫu nhiên.",
        ),
        ([*done(100, 5, THEN), *done(100, 5)], "Tỷ lệ đúng hạn là 95,00% (95/100 hồ sơ), không đổi so với kỳ trước (95,00%)."),
        (done(40, 4), "Tỷ lệ đúng hạn là 90,00% (36/40 hồ sơ); kỳ trước không có số liệu để so."),
        (
            [dossier(THEN), *done(1)],
            "Tỷ lệ đúng hạn là 100,00% (1/1 hồ sơ); kỳ trước không có số liệu để so. Chỉ 1 hồ sơ, nên tỷ lệ dễ dao động.",
        ),
        ([dossier(NOW)], "Tỷ lệ đúng hạn: kỳ này không có hồ sơ để tính."),
        ([dossier("2021-03-01")], "Tỷ lệ đúng hạn: kỳ này không có số liệu."),
    ],
    ids=["like dossiers fell", "mix", "both", "rose", "within chance", "the same", "nothing before", "one dossier", "nothing to judge", "no data"],
)
def test_the_share_in_time_is_said_with_its_change_and_only_then_a_cause(opened: Opened, dossiers: list[Dossier], expected: str) -> None:
    assert expected == said(opened(dossiers), "on time")


def test_across_the_break_of_july_2025_nothing_is_compared(opened: Opened) -> None:
    dossiers = [*done(100, 0, "2025-04-10"), *done(100, 50, "2025-07-10")]
    study = opened(dossiers, period="2025-Q3", as_of="2025-09-14")
    expected = "Tỷ lệ đúng hạn là 50,00% (50/100 hồ sơ); không so với kỳ trước, vì số liệu trước và sau ngày 01/7/2025 không cùng phạm vi."
    assert expected == said(study, "on time")
    cards = overview.key_figures(measure_study(study, KEY, study.compared), KEY, study).figures
    assert {("kỳ trước (khác phạm vi, không so)", "–"), ("cùng kỳ (khác phạm vi, không so)", "–")} == {
        (label, change.text) for card in cards for label, change in card.changes
    }


@pytest.mark.parametrize(
    ("online", "expected"),
    [
        (50, "Tỷ lệ nộp trực tuyến là 50,00% (50/100 hồ sơ); kỳ trước không có số liệu để so. Đã đạt chỉ tiêu 50,00%."),
        (49, "Tỷ lệ nộp trực tuyến là 49,00% (49/100 hồ sơ); kỳ trước không có số liệu để so. Chưa đạt chỉ tiêu 50,00%."),
    ],
)
def test_a_verified_target_is_said_to_be_met_or_not(opened: Opened, online: int, expected: str) -> None:
    assert expected == said(opened([*done(online, channel="online"), *done(100 - online)]), "online")


# --- who holds the gap


def digitised(unit: str, n: int, of: int, field: str = LAND) -> list[Dossier]:
    return [*done(n, unit=unit, field=field, result_digitised=True), *done(of - n, unit=unit, field=field, result_digitised=False)]


def spread() -> list[Dossier]:
    """96 units, each of which lacks the same but the first, which lacks one more."""
    return [*digitised("don-vi-01", 4, 11), *(each for n in range(2, 97) for each in digitised(f"don-vi-{n:02d}", 4, 10))]


@pytest.mark.parametrize(
    ("dossiers", "expected"),
    [
        (
            [*digitised("xa-long-mai", 10, 60), *digitised("xa-long-mon", 40, 60), *digitised("xa-long-son", 50, 60)],
            "Còn 80 hồ sơ chưa số hóa kết quả giải quyết, quá nửa ở Xã Long Mai (50).",
        ),
        (
            [*digitised("xa-long-mai", 20, 60), *digitised("xa-long-mon", 20, 60), *digitised("xa-long-son", 20, 60)],
            "Còn 120 hồ sơ chưa số hóa kết quả giải quyết, quá nửa ở Xã Long Mai (40) và Xã Long Môn (40).",
        ),
        ([*digitised("xa-long-mai", 10, 60), *digitised("xa-long-mon", 60, 60)], "Còn 50 hồ sơ chưa số hóa kết quả giải quyết, đều ở Xã Long Mai."),
        (
            [*digitised("xa-long-mai", 10, 60), *digitised("xa-long-mai", 5, 10, CIVIL)],
            "Còn 55 hồ sơ chưa số hóa kết quả giải quyết, quá nửa ở lĩnh vực Đất đai (50).",
        ),
        (digitised("xa-long-mai", 10, 60), "Còn 50 hồ sơ chưa số hóa kết quả giải quyết."),
        (digitised("xa-long-mai", 60, 60), "Mọi hồ sơ đã số hóa kết quả giải quyết."),
        (spread(), "Còn 577 hồ sơ chưa số hóa kết quả giải quyết, nhiều nhất ở don-vi-01 (7)."),
    ],
    ids=["one unit holds half", "two hold half", "all in one", "one unit: by field", "one unit, one field", "nothing lacks", "96 units"],
)
def test_what_is_not_digitised_is_said_with_who_holds_it(opened: Opened, dossiers: list[Dossier], expected: str) -> None:
    assert said(opened(dossiers), "digitised").endswith(f"không có số liệu để so. {expected}")


def test_where_no_digitising_is_known_nothing_is_said_of_a_gap(opened: Opened) -> None:
    assert "Tỷ lệ số hóa kết quả: kỳ này không có hồ sơ để tính." == said(opened(done(40)), "digitised")


# --- what needs attention

# the register begins before the periods compared, and its last event is the period's last day: nothing to warn of
COVERED = [dossier("2022-08-01", withdrawn="2022-08-02"), *(dossier("2024-03-01", withdrawn="2024-03-14") for _ in range(5))]
LATE, SOON, FAR = {"due": "2024-03-08"}, {"due": "2024-03-18"}, {"due": "2024-06-10"}
QUIET = [*done(100, unit="xa-long-mai"), *done(100, unit="xa-long-mon")]
NONE_BELOW = " Không đơn vị nào có tỷ lệ đúng hạn thấp hơn hẳn mức chung."


def waiting(n: int, due: dict[str, str], unit: str = "xa-long-mai") -> list[Dossier]:
    return [dossier("2024-03-01", unit=unit, **due) for _ in range(n)]


@pytest.mark.parametrize(
    ("dossiers", "expected"),
    [
        ([*QUIET, *waiting(9, FAR)], f"Không có hồ sơ nào đang quá hạn hoặc đến hạn trong 5 ngày làm việc tiếp theo.{NONE_BELOW}"),
        ([*QUIET, *waiting(4, SOON)], f"Không có hồ sơ đang quá hạn; 4 hồ sơ đến hạn trong 5 ngày làm việc tiếp theo.{NONE_BELOW}"),
        (
            [*QUIET, *waiting(7, LATE), *waiting(5, LATE, "xa-long-mon"), *waiting(2, SOON)],
            f"Đang quá hạn 12 hồ sơ, nhiều nhất ở Xã Long Mai (7); 2 hồ sơ đến hạn trong 5 ngày làm việc tiếp theo.{NONE_BELOW}",
        ),
        ([*QUIET, *waiting(3, LATE)], f"Đang quá hạn 3 hồ sơ, đều ở Xã Long Mai.{NONE_BELOW}"),
        ([*QUIET, *waiting(3, LATE), *waiting(3, LATE, "xa-long-mon")], f"Đang quá hạn 6 hồ sơ.{NONE_BELOW}"),
        ([*done(100), *waiting(3, LATE)], "Đang quá hạn 3 hồ sơ."),
        (
            [*done(500, unit="xa-long-mai"), *done(50, 30, unit="xa-long-mon")],
            (
                "Không có hồ sơ nào đang quá hạn hoặc đến hạn trong 5 ngày làm việc tiếp theo. "
                "Tỷ lệ đúng hạn của Xã Long Môn (40,00%, 20/50) thấp hơn hẳn mức chung."
            ),
        ),
        (
            [each for n in range(96) for each in done(50, 30 if n < 6 else 0, unit=f"don-vi-{n:02d}")],
            (
                "Không có hồ sơ nào đang quá hạn hoặc đến hạn trong 5 ngày làm việc tiếp theo. "
                "6 đơn vị có tỷ lệ đúng hạn thấp hơn hẳn mức chung, thấp nhất là don-vi-00 (40,00%, 20/50)."
            ),
        ),
    ],
    ids=["nothing", "due soon", "late in two", "late in one", "late alike in two", "one unit", "one below", "96 units, six below"],
)
def test_what_needs_attention_is_said_or_that_nothing_does(opened: Opened, dossiers: list[Dossier], expected: str) -> None:
    assert expected == said(opened([*dossiers, *COVERED]), "attention")


def test_where_a_small_unit_is_withheld_nothing_is_said_of_all_units(opened: Opened) -> None:
    """A commune with two dossiers is not published, and with it another: the sentence speaks of the others."""
    dossiers = [each for unit in ("xa-long-mai", "xa-long-mon", "xa-long-son") for each in done(100, unit=unit)]
    small = done(2, 2, unit="xa-long-hiep")
    assert said(opened([*dossiers, *small, *COVERED]), "attention").endswith(
        " Trong các đơn vị nêu số liệu, không đơn vị nào có tỷ lệ đúng hạn thấp hơn hẳn mức chung."
    )
    assert said(opened([*dossiers, *small, *COVERED], internal=True), "attention").endswith(
        " Tỷ lệ đúng hạn của Xã Long Hiệp (0,00%, 0/2) thấp hơn hẳn mức chung."
    )


def test_a_period_without_data_needs_its_export_first(opened: Opened) -> None:
    expected = "Kỳ này không có số liệu, nên chưa biết hồ sơ nào cần giải quyết gấp. Số liệu có 1 điểm cần lưu ý, nêu ở đầu trang."
    study = opened([dossier("2021-03-01", resolved="2021-03-05")], history=1)
    assert (1, expected) == (len(overview.warnings_of(study)), said(study, "attention"))


# --- every sentence, whatever the register


NUMERAL = re.compile(r"\d[\d.,]*\d|\d")
BY_RULE = re.compile(r"\d{2}/\d{1,2}/\d{4}|[Qq]uý [IV]+/\d{4}|don-vi-\d+")


def numerals(number: Number) -> set[str]:
    """The numerals that a number may be printed by: its text and its two counts."""
    counts = (f"{count:,.0f}".replace(",", ".") for count in (number.numerator, number.denominator) if count is not None)
    return {*NUMERAL.findall(number.text), *counts}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("unit", ["all", "xa-long-mai", "huyen-minh-long"])
def test_no_sentence_has_a_numeral_without_a_number(tmp_path: Path, seed: int, unit: str) -> None:
    frame = random_register(seed, (1, 3, 40, 400, 1000, 3000)[seed])
    frame.loc[0, ["receiving_unit", "resolving_unit"]] = "xa-long-mai"
    write_register(frame, tmp_path / "so.parquet")
    asked = {"period": "2024-Q1", "as_of": "2024-03-14", "unit": unit, "policy": "dvcqg-766", "history": 2, "calendar": "VN", "document": {}}
    study = open_study(**asked, register=str(tmp_path / "so.parquet"), office=str(tmp_path))
    for name in ("flow", "on time", "online", "digitised", "attention"):
        found = sentence(study, name)
        known = {text for number in found.numbers for text in numerals(number)}
        assert set(NUMERAL.findall(BY_RULE.sub("", found.text))) <= known, f"{name}: {found.text}"
        assert not re.search(r"\bnan\b|–|\*|None|  ", found.text), found.text
