"""The sentences of the written report, sections 2.1 to 2.3 and the petitions of section 3, with the figures of its own window.

Each is in the report's own manner (Báo cáo của UBND huyện Minh Long, tháng 3/2024), so that an office can copy it. Two of its slips are not
repeated: dossiers are called dossiers ("Số hồ sơ", not "Số TTHC cung cấp DVC trực tuyến"), and what was withdrawn stands beside what is
pending, not within it. What is not known reads "……", never 0. Counts are made by the document's policy, and must add up.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import pandas as pd

from tthc_analysis.exhibits.model import Number, Statement
from tthc_analysis.exhibits.numbers import Numbers, ratio_text
from tthc_analysis.exhibits.official import (
    LEVELS,
    PENDING_IN_TIME,
    PETITIONS,
    RECEIVED_ONLINE,
    Line,
    Measured,
    Sum,
    Term,
    check_columns,
    declared_number,
    figure_number,
    finder,
    level_place,
    rating_number,
    rating_rows,
)
from tthc_analysis.exhibits.overview import BLANK
from tthc_analysis.exhibits.quality import Figure
from tthc_analysis.exhibits.wording import group_label
from tthc_analysis.metrics.study import Study, measure_study
from tthc_analysis.reference import notation

OFFICES = "bộ phận"
# of whom a report speaks, by the level of its unit: where its one-stop offices are, and its area
PLACES = {"province": ("tỉnh và các xã", "trên địa bàn tỉnh"), "district": ("huyện và các xã", "trên địa bàn huyện"), "commune": ("xã", "trên địa bàn xã")}
ELSEWHERE = ("các đơn vị", "trên địa bàn")
COUNTS = ("received", "carried_over", "received_total", "resolved", "resolved_early", "resolved_on_due_date", "resolved_late")
METRICS = (*COUNTS, "withdrawn", "refused", "pending", "pending_late", "online_share", "on_time_share", "intake_digitised_share", "result_digitised_share")
OFFLINE = Term("received_offline", (Figure("online_share", "denominator"),), (Figure("online_share", "numerator"),))
CHANNEL_UNKNOWN = Term("received_channel_unknown", (Figure("received"),), (Figure("online_share", "denominator"),))
UNJUDGED = Term("resolved_unjudged", (Figure("resolved"),), (Figure("resolved_early"), Figure("resolved_on_due_date"), Figure("resolved_late")))
RATING_WORDS = ("rất hài lòng", "hài lòng (hoặc bình thường)", "chưa hài lòng (hoặc không hài lòng/rất tệ)")


class Said(NamedTuple):
    """A piece of a sentence with the numbers in it."""

    text: str
    numbers: list[Number]


def _number(number: Number) -> Said:
    """Say a number; a missing one reads "……" and is none."""
    return Said(BLANK, []) if number.value is None else Said(number.text, [number])


def _share(number: Number) -> Said:
    """Say a share as the report does: "8.925/9.924 hồ sơ, đạt tỷ lệ: 89,93%"."""
    if number.value is None:
        return Said(f"{BLANK}/{BLANK} hồ sơ, đạt tỷ lệ: {BLANK}", [])
    return Said(f"{ratio_text(number)} hồ sơ, đạt tỷ lệ: {number.text}", [number])


def _joined(separator: str, parts: Sequence[Said]) -> Said:
    return Said(separator.join(part.text for part in parts), [number for part in parts for number in part.numbers])


def _labelled(label: str, said: Said) -> Said:
    return Said(f"{label}: {said.text}", said.numbers)


def _statement(pattern: str, *parts: Said) -> Statement:
    """Fill a sentence's places, marked {}, with its parts in order."""
    return Statement(text=pattern.format(*(part.text for part in parts)), numbers=_joined("", parts).numbers)


def _plain(text: str) -> Said:
    return Said(text, [])


def _days(study: Study) -> Said:
    return _plain(f"từ ngày {notation.day(study.written.start)} đến ngày {notation.day(study.written.end)}")


def _place(study: Study) -> tuple[Said, Said]:
    offices, area = PLACES.get(study.level, ELSEWHERE)
    return _plain(offices), _plain(area)


def say_offices(study: Study) -> Statement:
    """Say how many one-stop offices there are, as declared (section 2.1)."""
    offices, _ = _place(study)
    number = declared_number(study.declared, "one_stop_offices", OFFICES, study.period)
    return _statement("Việc thực hiện Bộ phận Tiếp nhận và Trả kết quả {}: Tổng số {} bộ phận.", offices, _number(number))


def say_on_time(study: Study, found: Callable[[str], Number], by_level: pd.DataFrame) -> Statement:
    """Say the share resolved in time, and of each level where there is more than one (section 2.1: "huyện và xã … từ 97% đến 99%").

    `by_level`: `on_time_share` of the report's window by level.
    """
    shares = sorted((n for n in Numbers(by_level).all.values() if n.value is not None), key=lambda n: level_place(n.group["level"]))
    each = [_labelled(group_label("level", number.group["level"]).lower(), _share(number)) for number in shares] if len(shares) > 1 else []
    waiting = ", đang giải quyết trong hạn" if study.policy.on_time_base == "received_total" else ""
    pattern = f"Tỷ lệ hồ sơ thủ tục hành chính được giải quyết đúng hạn{waiting} {{}} {{}}: {{}}."
    return _statement(pattern, _place(study)[1], _days(study), _joined("; ", [_share(found("on_time_share")), *each]))


def say_digitisation(study: Study, found: Callable[[str], Number]) -> Statement:
    """Say what was digitised at intake and of the results (section 2.2)."""
    pattern = (
        "Thực hiện số hóa kết quả giải quyết TTHC tại các Bộ phận Một cửa {} {}: Số hóa thành phần hồ sơ khi tiếp nhận: {}; Số hóa kết quả giải quyết TTHC: {}."
    )
    shares = (_share(found(metric)) for metric in ("intake_digitised_share", "result_digitised_share"))
    return _statement(pattern, _place(study)[1], _days(study), *shares)


def _if_any(label: str, number: Number) -> list[Said]:
    """Say a count under its label only where there is something to count."""
    return [_labelled(label, _number(number))] if number.value else []


def say_received(study: Study, found: Callable[[str], Number]) -> Statement:
    """Say how many dossiers came, how they were submitted, and how many of an earlier period (section 2.2)."""
    terms = (Term("received_total", (Figure("received_total"),)), RECEIVED_ONLINE, OFFLINE, CHANNEL_UNKNOWN)
    total, online, offline, unknown = (figure_number(term, found) for term in terms)
    check_columns("Report, section 2.2", Line("received_total", [total, online, offline, unknown, found("carried_over")]), [Sum(3, (4, 5, 6, 7))])
    labelled = [_labelled("trực tuyến", _number(online)), _labelled("trực tiếp và qua dịch vụ bưu chính", _number(offline))]
    channels = _joined("; ", [*labelled, *_if_any("không rõ hình thức nộp", unknown)])
    pattern = "Số hồ sơ TTHC tiếp nhận {} {} là {} ({}); số từ kỳ trước chuyển qua: {}."
    return _statement(pattern, _place(study)[1], _days(study), _number(total), channels, _number(found("carried_over")))


def say_resolved(found: Callable[[str], Number]) -> Statement:
    """Say how many dossiers were resolved, and how many of them early, on the day and late (section 2.2)."""
    unjudged = figure_number(UNJUDGED, found)
    named = (("giải quyết trước hạn", "resolved_early"), ("đúng hạn", "resolved_on_due_date"), ("quá hạn", "resolved_late"))
    parts = [*(_labelled(label, _number(found(metric))) for label, metric in named), *_if_any("không xét được hạn", unjudged)]
    return _statement("Số lượng hồ sơ đã giải quyết: {}; trong đó, {}.", _number(found("resolved")), _joined(", ", parts))


def say_pending(study: Study, found: Callable[[str], Number]) -> Statement:
    """Say how many dossiers are being handled, in time and late, and how many were withdrawn (section 2.2).

    Where the policy counts the withdrawn apart, they and the refused close the balance of the three sentences; ValueError where they do not.
    """
    pending, late, withdrawn, refused = (found(metric) for metric in ("pending", "pending_late", "withdrawn", "refused"))
    apart = study.policy.withdrawn == "apart"
    others = [withdrawn, refused] if apart else []
    line = Line("received_total", [found("received_total"), found("resolved"), pending, *others])
    check_columns("Report, section 2.2", line, [Sum(3, tuple(range(4, 6 + len(others))))])
    within = "" if apart else " (đã tính trong số đã giải quyết)"
    ends = _joined("; ", [_labelled(f"Rút hồ sơ{within}", _number(withdrawn)), *_if_any(f"trả lại, từ chối{within}", refused)])
    in_time = figure_number(PENDING_IN_TIME, found)
    pattern = "Số lượng hồ sơ đang giải quyết: {}; trong đó, trong hạn: {}, quá hạn: {}. {}."
    return _statement(pattern, _number(pending), _number(in_time), _number(late), ends)


def _rated(name: str, found: Callable[[str], Number]) -> Said:
    levels = [_number(rating_number(level, found)) for level in LEVELS]
    return _labelled(name, _joined(", ", [Said(f"{word} {said.text}", said.numbers) for word, said in zip(RATING_WORDS, levels, strict=True)]))


def say_ratings(measured: Measured, study: Study) -> Statement:
    """Say the ratings of each level of units in three steps, each over those who rated (section 2.3)."""
    each = _joined("; ", [_rated(name, found) for name, found in rating_rows(measured, study)])
    return _statement("Số lượng đánh giá sự hài lòng {}: {}.", _days(study), each)


def say_petitions(study: Study) -> Statement:
    """Say how many petitions came, were handled in time and late, and are being handled, as declared (section 3)."""
    keys = ("received", "resolved_on_time", "resolved_late", "pending")
    said = (_number(declared_number(study.declared, f"pakn.{key}", PETITIONS, study.period)) for key in keys)
    pattern = "Tổng số PAKN đã tiếp nhận trong kỳ báo cáo {}; số PAKN đã xử lý đúng hạn {}; số PAKN đã xử lý quá hạn {}; số PAKN đang xử lý {}."
    return _statement(f"Kết quả tiếp nhận, xử lý phản ánh, kiến nghị về TTHC: {pattern}", *said)


def report_sentences(study: Study, by_unit: Measured) -> dict[str, Statement]:
    """Give the report's sentences by name, in its order: section 2.1 (offices, on_time), 2.2, 2.3 (ratings), 3 (petitions).

    Names: `offices, on_time, digitisation, received, resolved, pending, ratings, petitions`. Measured over the report's own window
    (`study.written`) by the document's policy; `by_unit` as of `official.measure_form`. Counts that do not add up raise ValueError.
    """
    window = [study.written]
    found = finder(Numbers(measure_study(study, METRICS, window)), study.written)
    return {
        "offices": say_offices(study),
        "on_time": say_on_time(study, found, measure_study(study, ["on_time_share"], window, ["level"])),
        "digitisation": say_digitisation(study, found),
        "received": say_received(study, found),
        "resolved": say_resolved(found),
        "pending": say_pending(study, found),
        "ratings": say_ratings(by_unit, study),
        "petitions": say_petitions(study),
    }
