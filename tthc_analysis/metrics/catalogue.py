"""The catalogue: every metric, its two masks, its words and its source. Printed to `docs/metrics.md`.

A count has one mask. A share has two, the numerator inside the denominator. A duration is a statistic of a measured column over
the dossiers of a mask. Where a fact may be unknown (digitised or not, rated or not), the denominator holds only the dossiers for
which it is known: unknown is neither yes nor no.
"""

from dataclasses import dataclass
from typing import Literal

import narwhals as nw

from tthc_analysis.errors import UserError, did_you_mean
from tthc_analysis.metrics.activity import CLOSING_WORKDAYS, TOGETHER, ended_at_a_time
from tthc_analysis.metrics.clock import RECEPTION_CUTOFF, SOON_WORKDAYS
from tthc_analysis.reference.notation import MISSING

Better = Literal["higher", "lower", "neither"]
Statistic = Literal["median", "p90", "mean"]
STATISTIC_WORDS = {"median": "trung vị", "p90": "phân vị 90%", "mean": "trung bình"}
COUNT, SHARE, WORKDAYS, DAYS, HOURS, OF_LIMIT = "hồ sơ", "tỷ lệ", "ngày làm việc", "ngày", "giờ", "% thời hạn"

col = nw.col
_received, _finished = col("received"), col("finished")
_online = col("channel") == "online"
_rated = _finished & ~col("rating").is_null()
_channel_known = _received & ~col("channel").is_null()
_digitised_known = _finished & ~col("intake_digitised").is_null() & ~col("result_digitised").is_null()

# Masks by name, over the columns of `activity`. The flags of activity are masks under their own names.
MASKS: dict[str, nw.Expr] = {
    "received_total": col("carried_over") | _received,
    "resolved_early": col("early"),
    "resolved_on_due_date": col("on_due_date"),
    "resolved_late": col("late"),
    "received_online": _received & (col("channel") == "online"),
    "received_online_full": _received & (col("channel") == "online") & (col("service_level") == "full"),
    "channel_known": _channel_known,
    "channel_and_level_known": _channel_known & ~col("service_level").is_null(),
    "intake_digitised": _received & col("intake_digitised"),
    "intake_known": _received & ~col("intake_digitised").is_null(),
    "result_digitised": _finished & col("result_digitised"),
    "result_known": _finished & ~col("result_digitised").is_null(),
    "both_digitised": _digitised_known & col("intake_digitised") & col("result_digitised"),
    "both_known": _digitised_known,
    "paid_online": _received & col("online_payment"),
    "payment_known": _received & ~col("online_payment").is_null(),
    "rated": _rated,
    "rated_content": _rated & (col("rating") != "dissatisfied"),
    "rated_very_satisfied": _rated & (col("rating") == "very_satisfied"),
    "rated_satisfied": _rated & (col("rating") == "satisfied"),
    "rated_dissatisfied": _rated & (col("rating") == "dissatisfied"),
    "due_known": _received & ~col("due_at").is_null(),
    "due_before_received": _received & (col("due_day") < col("received_day")),
    "received_on_day_off": _received & col("received_day_off"),
    "due_checkable": _received & col("due_checkable"),
    "due_off_calendar": _received & col("due_checkable") & ~col("due_fits"),
    "due_on_day_off": _received & col("due_day_off"),
    "pending_due_soon": col("due_soon"),
    "time_used_known": ~col("time_used").is_null(),
    "hours_known": ~col("processing_hours").is_null(),
    "intake_born_digital": _received & col("intake_digitised") & _online,
    "intake_known_with_channel": _received & ~col("intake_digitised").is_null() & ~col("channel").is_null(),
    "paper_scanned": _received & col("intake_digitised") & ~_online,
    "paper_known": _received & ~col("intake_digitised").is_null() & ~_online,
    "received_online_partial": _received & _online & (col("service_level") == "partial"),
    "online_level_known": _received & _online & ~col("service_level").is_null(),
    "late_returned_known": col("late") & ~col("returned_at").is_null(),
    "ended_at_a_time": col("ended") & ended_at_a_time() & ~col("resolving_unit").is_null(),
    "closed_in_bulk": col("ended") & col("in_bulk"),
    "closed_in_bulk_at_period_end": col("ended") & col("in_bulk") & (col("resolved_day") >= col("closing_from")),
}
# what a mask needs of `activity` beyond its flags, which cost time: asked for only where a metric does
NEED_CALENDAR = {"received_on_day_off", "closed_in_bulk_at_period_end"}
NEED_CLOCK = {"due_checkable", "due_off_calendar", "due_on_day_off", "pending_due_soon", "time_used_known", "hours_known"}
NEED_CLOCK |= {"time_used", "processing_hours", "clock", "age_band", "left_band"}
NEED_BULK = {"closed_in_bulk", "closed_in_bulk_at_period_end"}


@dataclass(frozen=True)
class Metric:
    """A row of the catalogue. `numerator` and `denominator` name masks; a duration has `statistic` of `measured` over `denominator`."""

    name: str
    label: str
    unit: str
    numerator: str
    denominator: str
    numerator_words: str
    denominator_words: str
    better: Better
    source: str
    statistic: Statistic | None = None
    measured: str = ""


ND09 = "Nghị định 09/2019/NĐ-CP (từ 12/3/2019)"
II06A = "Biểu II.06a, TT 01/2020/TT-VPCP (từ 2020)"
QD766 = "QĐ 766/QĐ-TTg (vận hành từ 01/8/2022)"
ND107 = "NĐ 107/2021/NĐ-CP, TT 01/2023/TT-VPCP (ngày 05/4/2023)"
ND42 = "NĐ 42/2022/NĐ-CP (ngày 24/6/2022)"
CHECK = "Kiểm tra chất lượng dữ liệu"
CIVIL_CODE = "Bộ luật Dân sự 2015, Điều 147, 148"
MINH_LONG = "Báo cáo của UBND huyện Minh Long, tháng 3/2024"


def _count(name: str, label: str, words: str, source: str, better: Better = "neither", mask: str = "") -> Metric:
    return Metric(name, label, COUNT, mask or name, "", words, "", better, source)


def _share(name: str, label: str, numerator: tuple[str, str], denominator: tuple[str, str], source: str, better: Better = "higher") -> Metric:
    return Metric(name, label, SHARE, numerator[0], denominator[0], numerator[1], denominator[1], better, source)


def _duration(name: str, label: str, unit: str, statistic: Statistic, measured: str, denominator: tuple[str, str]) -> Metric:
    if unit == OF_LIMIT:
        words = f"{STATISTIC_WORDS[statistic]} của thời gian đã dùng chia cho thời gian cho phép, trừ ngày tạm dừng"
        return Metric(name, label, unit, "", denominator[0], words, denominator[1], "lower", f"{QD766}, chỉ tiêu 2.1", statistic, measured)
    words = f"{STATISTIC_WORDS[statistic]} số {unit} từ ngày tiếp nhận đến trước ngày kết thúc{'' if unit == DAYS else ', trừ ngày tạm dừng'}"
    return Metric(name, label, unit, "", denominator[0], words, denominator[1], "lower", f"{QD766}, chỉ tiêu 2.2", statistic, measured)


_JUDGED = ("resolved_judged", "hồ sơ đã giải quyết trong kỳ xét được hạn")
_RECEIVED = ("received", "hồ sơ tiếp nhận mới trong kỳ (không kể kỳ trước chuyển qua)")
_CHANNEL = ("channel_known", "hồ sơ tiếp nhận mới trong kỳ biết hình thức nộp (không kể kỳ trước chuyển qua)")
_FINISHED = ("finished", "hồ sơ cơ quan đã giải quyết xong trong kỳ (không kể rút, trả lại)")
_TIME_USED = (
    "time_used_known",
    "hồ sơ cơ quan đã giải quyết xong trong kỳ biết thời gian cho phép: thời hạn của thủ tục, không có thì từ ngày tiếp nhận đến ngày hẹn trả, trừ ngày tạm dừng",
)
_COHORT = (
    "received",
    "hồ sơ tiếp nhận trong kỳ; hồ sơ còn mở, rút hoặc trả lại tính là chưa kết thúc (kiểm duyệt phải, Kaplan–Meier); ngày tạm dừng trừ cả khi chưa biết lúc nào",
)

_ALL = (
    _count("received", "Tiếp nhận trong kỳ", "ngày tiếp nhận nằm trong kỳ", f"{II06A}; kỳ theo {ND09}"),
    _count("carried_over", "Kỳ trước chuyển qua", "tiếp nhận trước ngày đầu kỳ và chưa kết thúc trước ngày đầu kỳ", II06A),
    _count("received_total", "Tổng số tiếp nhận", "kỳ trước chuyển qua và tiếp nhận trong kỳ", f"{II06A}, cột (3)"),
    _count("resolved", "Đã giải quyết", "kết thúc trong kỳ; hồ sơ rút, trả lại tính theo cách tính (policy) của tài liệu", f"{II06A}, cột (7)"),
    _count("resolved_early", "Giải quyết trước hạn", "kết thúc trước ngày hẹn trả", f"{II06A}, cột (8)"),
    _count(
        "resolved_on_due_date",
        "Giải quyết đúng hạn",
        "kết thúc đúng ngày hẹn trả; theo cách tính (policy) có thể gồm hồ sơ không có ngày hẹn trả, hồ sơ rút, trả lại",
        f"{II06A}, cột (9)",
    ),
    _count("resolved_late", "Giải quyết quá hạn", "kết thúc sau ngày hẹn trả (theo QĐ 766: sau giờ hẹn trả)", f"{II06A}, cột (10)", "lower"),
    _count("withdrawn", "Công dân rút hồ sơ", "công dân rút, kết thúc trong kỳ", MINH_LONG),
    _count("refused", "Trả lại, từ chối", "cơ quan dừng hoặc từ chối giải quyết, kết thúc trong kỳ", QD766),
    _count("pending", "Đang giải quyết", "đã tiếp nhận, chưa kết thúc đến hết ngày cuối kỳ (hoặc ngày chốt số liệu)", f"{II06A}, cột (11)"),
    _count(
        "pending_late", "Đang giải quyết quá hạn", "đang giải quyết, ngày hẹn trả trước ngày cuối kỳ (hoặc ngày chốt số liệu)", f"{II06A}, cột (13)", "lower"
    ),
    _share(
        "on_time_share",
        "Tỷ lệ đúng hạn",
        ("on_time", "giải quyết trước và đúng hạn (theo QĐ 766: cả hồ sơ đang giải quyết còn trong hạn)"),
        ("on_time_base", "hồ sơ xét hạn theo cách tính (policy)"),
        QD766,
    ),
    _share("early_share", "Tỷ lệ trước hạn", ("early", "giải quyết trước hạn"), _JUDGED, II06A),
    _share("late_share", "Tỷ lệ quá hạn", ("late", "giải quyết quá hạn"), _JUDGED, II06A, "lower"),
    _share("online_share", "Tỷ lệ nộp trực tuyến", ("received_online", "nộp trực tuyến"), _CHANNEL, f"{QD766}, chỉ tiêu 3.3, trước các hệ số"),
    _share(
        "full_online_share",
        "Tỷ lệ nộp trực tuyến toàn trình",
        ("received_online_full", "nộp trực tuyến, dịch vụ công toàn trình"),
        ("channel_and_level_known", "hồ sơ tiếp nhận mới trong kỳ biết hình thức nộp và mức độ dịch vụ công"),
        ND42,
    ),
    _share(
        "partial_of_online_share",
        "Tỷ lệ một phần trong hồ sơ trực tuyến",
        ("received_online_partial", "nộp trực tuyến, dịch vụ công một phần"),
        ("online_level_known", "hồ sơ nộp trực tuyến trong kỳ biết mức độ dịch vụ công"),
        ND42,
        "lower",
    ),
    _share(
        "intake_digitised_share",
        "Tỷ lệ số hóa thành phần hồ sơ",
        ("intake_digitised", "số hóa thành phần hồ sơ khi tiếp nhận (kể cả hồ sơ nộp điện tử)"),
        ("intake_known", "hồ sơ tiếp nhận mới trong kỳ biết tình trạng số hóa"),
        ND107,
    ),
    _share(
        "intake_born_digital_share",
        "Tỷ lệ thành phần điện tử từ khi nộp",
        ("intake_born_digital", "số hóa thành phần vì nộp trực tuyến (không phải quét)"),
        ("intake_known_with_channel", "hồ sơ tiếp nhận mới trong kỳ biết tình trạng số hóa và hình thức nộp"),
        ND107,
    ),
    _share(
        "paper_scanned_share",
        "Tỷ lệ quét hồ sơ giấy",
        ("paper_scanned", "số hóa thành phần khi tiếp nhận hồ sơ giấy"),
        ("paper_known", "hồ sơ nộp trực tiếp, bưu chính hoặc cách khác trong kỳ biết tình trạng số hóa"),
        ND107,
    ),
    _share(
        "result_digitised_share",
        "Tỷ lệ số hóa kết quả",
        ("result_digitised", "số hóa kết quả giải quyết"),
        ("result_known", "hồ sơ đã giải quyết xong trong kỳ biết tình trạng số hóa kết quả"),
        f"{QD766}, chỉ tiêu 4.1; {ND107}",
    ),
    _share(
        "both_digitised_share",
        "Tỷ lệ số hóa cả thành phần và kết quả",
        ("both_digitised", "số hóa cả thành phần hồ sơ và kết quả"),
        ("both_known", "hồ sơ đã giải quyết xong trong kỳ biết cả hai tình trạng số hóa"),
        f"{QD766}, chỉ tiêu 4.2",
    ),
    _share(
        "satisfied_share",
        "Tỷ lệ hài lòng",
        ("rated_content", "đánh giá rất hài lòng hoặc hài lòng"),
        ("rated", "hồ sơ giải quyết xong trong kỳ có đánh giá"),
        QD766,
    ),
    _share("rated_share", "Tỷ lệ hồ sơ được đánh giá", ("rated", "có đánh giá mức độ hài lòng"), _FINISHED, QD766),
    _count("rated_very_satisfied", "Rất hài lòng", "hồ sơ giải quyết xong trong kỳ, đánh giá rất hài lòng", QD766, "higher"),
    _count("rated_satisfied", "Hài lòng", "hồ sơ giải quyết xong trong kỳ, đánh giá hài lòng hoặc bình thường", QD766),
    _count("rated_dissatisfied", "Chưa hài lòng", "hồ sơ giải quyết xong trong kỳ, đánh giá chưa hài lòng", QD766, "lower"),
    _share(
        "online_payment_share",
        "Tỷ lệ thanh toán trực tuyến",
        ("paid_online", "thanh toán trực tuyến"),
        ("payment_known", "hồ sơ tiếp nhận mới trong kỳ có nghĩa vụ tài chính"),
        f"{QD766}, chỉ tiêu 3.6",
    ),
    _duration("processing_workdays_median", "Trung vị thời gian giải quyết", WORKDAYS, "median", "processing_workdays", _FINISHED),
    _duration("processing_workdays_p90", "90% hồ sơ xong trong", WORKDAYS, "p90", "processing_workdays", _FINISHED),
    _duration("processing_workdays_mean", "Trung bình thời gian giải quyết", WORKDAYS, "mean", "processing_workdays", _FINISHED),
    _duration("processing_days_median", "Trung vị thời gian giải quyết theo lịch", DAYS, "median", "processing_days", _FINISHED),
    _duration("open_aware_workdays_median", "Trung vị thời gian, tính cả hồ sơ còn mở", WORKDAYS, "median", "open_aware_workdays", _COHORT),
    _duration("open_aware_workdays_p90", "90% hồ sơ xong trong, tính cả hồ sơ còn mở", WORKDAYS, "p90", "open_aware_workdays", _COHORT),
    _duration("time_used_median", "Thời gian đã dùng so với thời hạn, trung vị", OF_LIMIT, "median", "time_used", _TIME_USED),
    _duration("time_used_p90", "90% hồ sơ dùng không quá", OF_LIMIT, "p90", "time_used", _TIME_USED),
    _duration(
        "processing_hours_median",
        "Trung vị số giờ giải quyết",
        HOURS,
        "median",
        "processing_hours",
        ("hours_known", "hồ sơ cơ quan đã giải quyết xong trong kỳ có ghi giờ tiếp nhận và giờ kết thúc; giờ đồng hồ, trừ ngày nghỉ"),
    ),
    _count(
        "pending_due_soon",
        f"Đang giải quyết, đến hạn trong {SOON_WORKDAYS} ngày làm việc",
        f"đang giải quyết, còn trong hạn, ngày hẹn trả trong {SOON_WORKDAYS} ngày làm việc sau ngày cuối kỳ (hoặc ngày chốt số liệu)",
        f"{MINH_LONG}, mục IV",
        "lower",
    ),
    _share(
        "due_off_calendar_share",
        "Tỷ lệ hẹn trả lệch lịch",
        (
            "due_off_calendar",
            f"ngày hẹn trả khác ngày tính từ thời hạn của thủ tục; không lệch nếu chỉ cộng ngày tạm dừng, hoặc chậm một ngày vì tiếp nhận từ {RECEPTION_CUTOFF} giờ hay ngày nghỉ",
        ),
        ("due_checkable", "hồ sơ tiếp nhận trong kỳ có ngày hẹn trả, thủ tục có thời hạn tính bằng ngày trong bảng thời hạn của cơ quan"),
        f"{CHECK}; {CIVIL_CODE}",
        "lower",
    ),
    _count(
        "due_on_day_off",
        "Hẹn trả vào ngày nghỉ",
        "tiếp nhận trong kỳ, ngày hẹn trả là ngày không làm việc theo lịch của tài liệu",
        f"{CHECK}; {CIVIL_CODE}",
        "lower",
    ),
    _share("due_known_share", "Tỷ lệ hồ sơ có ngày hẹn trả", ("due_known", "có ngày hẹn trả"), _RECEIVED, CHECK),
    _count("due_before_received", "Hẹn trả trước ngày tiếp nhận", "tiếp nhận trong kỳ, ngày hẹn trả trước ngày tiếp nhận", CHECK, "lower"),
    _count(
        "received_on_day_off",
        "Tiếp nhận vào ngày nghỉ",
        "tiếp nhận trong kỳ vào ngày không làm việc theo lịch của tài liệu; hồ sơ trực tuyến có thể nộp vào ngày nghỉ",
        f"{CHECK}; Bộ luật Lao động 2019, Điều 112",
    ),
    _count(
        "late_on_system_only",
        "Quá hạn chỉ trên hệ thống",
        "giải quyết quá hạn trong kỳ, nhưng trả kết quả trên giấy không sau ngày hẹn trả (theo QĐ 766: giờ hẹn trả): trả đúng hạn, bấm kết thúc muộn",
        f"{CHECK}; {MINH_LONG}",
        "lower",
    ),
    _share(
        "late_on_system_only_share",
        "Tỷ lệ quá hạn chỉ trên hệ thống",
        ("late_on_system_only", "trả kết quả trên giấy đúng hạn, bấm kết thúc muộn"),
        ("late_returned_known", "hồ sơ giải quyết quá hạn trong kỳ biết ngày trả kết quả trên giấy"),
        f"{CHECK}; {MINH_LONG}",
        "lower",
    ),
    _count(
        "closed_in_bulk",
        "Kết thúc hàng loạt",
        f"kết thúc trong kỳ cùng một phút với ít nhất {TOGETHER - 1} hồ sơ khác của cùng đơn vị giải quyết; hồ sơ chỉ ghi ngày kết thúc thì không xét",
        CHECK,
        "lower",
    ),
    _count("closed_in_bulk_at_period_end", "Kết thúc hàng loạt cuối kỳ", f"kết thúc hàng loạt, trong {CLOSING_WORKDAYS} ngày làm việc cuối kỳ", CHECK, "lower"),
    _share(
        "closed_in_bulk_share",
        "Tỷ lệ kết thúc hàng loạt",
        ("closed_in_bulk", "kết thúc hàng loạt"),
        ("ended_at_a_time", "hồ sơ kết thúc trong kỳ biết giờ kết thúc và đơn vị giải quyết (kể cả rút, trả lại)"),
        CHECK,
        "lower",
    ),
)
CATALOGUE: dict[str, Metric] = {metric.name: metric for metric in _ALL}


def get_metric(name: str) -> Metric:
    """Give a metric by its name; an unknown one raises UserError.

    >>> get_metric("online_share").denominator
    'channel_known'
    """
    if name not in CATALOGUE:
        message = f'Không có chỉ số "{name}". {did_you_mean(name, CATALOGUE)}'
        raise UserError(message)
    return CATALOGUE[name]


def label(name: str) -> str:
    """Give a metric's Vietnamese label."""
    return get_metric(name).label


def as_markdown() -> str:
    """Print the catalogue as the page `docs/metrics.md`."""
    lines = [
        "# Metrics",
        "",
        "Printed from the catalogue (`tthc_analysis/metrics/catalogue.py`) by `make docs`; do not edit by hand.",
        "",
        "A share is numerator / denominator with a Wilson 95 % interval; a zero denominator gives a missing value. Quantiles interpolate linearly, except",
        "the open-aware ones, which are the first working day by which the Kaplan–Meier estimate reaches the share (missing where it never does).",
        "Which dossiers are resolved, on time or judged at all depends on the policy (`tthc_analysis/reference/data/policies.yaml`).",
        "",
        "| metric | tên | đơn vị | tử số | mẫu số | tốt hơn khi | nguồn |",
        "|---|---|---|---|---|---|---|",
    ]
    better = {"higher": "cao", "lower": "thấp", "neither": MISSING}
    lines += [
        f"| `{m.name}` | {m.label} | {m.unit} | {m.numerator_words} | {m.denominator_words or MISSING} | {better[m.better]} | {m.source} |"
        for m in CATALOGUE.values()
    ]
    return "\n".join(lines) + "\n"
