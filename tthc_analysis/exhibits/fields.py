"""Fields: what an office's own Word template may ask for by name, `{{ so_hoa_thanh_phan }}`. Printed to `docs/fields.md`.

Names are Vietnamese without marks, for an office writes them. Figures are of the written report's own window and by the document's policy,
as in its sentences (`report_text`); what is not known reads "……", never 0. Tables are those of the appendix (`official`), row by row.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from tthc_analysis.exhibits import official
from tthc_analysis.exhibits.html import INTERNAL, INTERNAL_NOTICE, SAMPLE, SAMPLE_NOTICE
from tthc_analysis.exhibits.model import Number, Statement, Table
from tthc_analysis.exhibits.numbers import Numbers, ratio_text
from tthc_analysis.exhibits.official import LEVELS, PENDING_IN_TIME, RECEIVED_ONLINE, Measured, Term, figure_number, finder, measure_form, rating_number
from tthc_analysis.exhibits.overview import BLANK, attached_to
from tthc_analysis.exhibits.report_text import CHANNEL_UNKNOWN, OFFLINE, UNJUDGED, report_sentences
from tthc_analysis.metrics.catalogue import CATALOGUE
from tthc_analysis.metrics.study import Study, measure_study
from tthc_analysis.reference import notation

Row = dict[str, str]


@dataclass(frozen=True)
class Field:
    """What stands in a template under a name: its text or, for a table, its rows; what it means; and the numbers in it."""

    words: str
    text: str = ""
    numbers: tuple[Number, ...] = ()
    rows: tuple[Row, ...] | None = None

    @property
    def value(self) -> str | list[Row]:
        """What a template prints, or loops over."""
        return self.text if self.rows is None else list(self.rows)


@dataclass(frozen=True)
class Source:
    """What fields are made from, measured once: the study, its figures over the report's window, its tables and sentences."""

    study: Study

    @cached_property
    def found(self) -> Callable[[str], Number]:
        """Find a number of the report's window by its metric."""
        metrics = [*COUNTS.values(), *SHARES.values(), *DURATIONS.values(), *LEVELS]
        needed = [*metrics, *(figure.metric for term, _ in PARTS.values() for figure in (*term.plus, *term.minus))]
        return finder(Numbers(measure_study(self.study, list(dict.fromkeys(needed)), [self.study.written])), self.study.written)

    @cached_property
    def by_unit(self) -> Measured:
        """The appendix's figures by unit."""
        return measure_form(self.study, "unit")

    @cached_property
    def by_field(self) -> Measured:
        """The appendix's figures by field."""
        return measure_form(self.study, "field")

    @cached_property
    def sentences(self) -> dict[str, Statement]:
        """The written report's sentences."""
        return report_sentences(self.study, self.by_unit)


@dataclass(frozen=True)
class Definition:
    """A field before there is a study: what it means, how it is made and, for a table, what its columns are called."""

    words: str
    make: Callable[[Source], str | Number | Statement | Table]
    columns: tuple[str, ...] = ()


# --- the figures, by the names that an office writes

COUNTS = {
    "tong_tiep_nhan": "received_total",
    "tiep_nhan_trong_ky": "received",
    "ky_truoc_chuyen_qua": "carried_over",
    "da_giai_quyet": "resolved",
    "truoc_han": "resolved_early",
    "dung_han": "resolved_on_due_date",
    "qua_han": "resolved_late",
    "dang_giai_quyet": "pending",
    "dang_giai_quyet_qua_han": "pending_late",
    "rut_ho_so": "withdrawn",
    "tra_lai_tu_choi": "refused",
}
PARTS: dict[str, tuple[Term, str]] = {
    "tiep_nhan_truc_tuyen": (RECEIVED_ONLINE, "Tiếp nhận trong kỳ, nộp trực tuyến"),
    "tiep_nhan_truc_tiep": (OFFLINE, "Tiếp nhận trong kỳ, nộp trực tiếp và qua dịch vụ bưu chính"),
    "khong_ro_hinh_thuc_nop": (CHANNEL_UNKNOWN, "Tiếp nhận trong kỳ, không rõ hình thức nộp"),
    "khong_xet_duoc_han": (UNJUDGED, "Đã giải quyết, không xét được hạn"),
    "dang_giai_quyet_trong_han": (PENDING_IN_TIME, "Đang giải quyết trong hạn"),
}
SHARES = {
    "giai_quyet_dung_han": "on_time_share",
    "giai_quyet_truoc_han": "early_share",
    "giai_quyet_qua_han": "late_share",
    "nop_truc_tuyen": "online_share",
    "nop_toan_trinh": "full_online_share",
    "so_hoa_thanh_phan": "intake_digitised_share",
    "so_hoa_ket_qua": "result_digitised_share",
    "so_hoa_ca_hai": "both_digitised_share",
    "thanh_toan_truc_tuyen": "online_payment_share",
    "danh_gia": "rated_share",
    "danh_gia_hai_long": "satisfied_share",
}
PERCENTAGES = {"giai_quyet_dung_han": "ty_le_dung_han", "giai_quyet_truoc_han": "ty_le_truoc_han", "giai_quyet_qua_han": "ty_le_qua_han"}
DURATIONS = {
    "trung_vi_ngay_lam_viec": "processing_workdays_median",
    "ngay_lam_viec_90_phan_tram": "processing_workdays_p90",
    "trung_binh_ngay_lam_viec": "processing_workdays_mean",
}
RATINGS = dict(zip(("rat_hai_long", "hai_long", "chua_hai_long"), LEVELS, strict=True))
SENTENCES = {
    "cau_bo_phan_mot_cua": ("offices", "Câu về Bộ phận Tiếp nhận và Trả kết quả (mục 2.1)"),
    "cau_dung_han": ("on_time", "Câu về tỷ lệ giải quyết đúng hạn (mục 2.1)"),
    "cau_so_hoa": ("digitisation", "Câu về số hóa thành phần và kết quả (mục 2.2)"),
    "cau_tiep_nhan": ("received", "Câu về hồ sơ tiếp nhận (mục 2.2)"),
    "cau_da_giai_quyet": ("resolved", "Câu về hồ sơ đã giải quyết (mục 2.2)"),
    "cau_dang_giai_quyet": ("pending", "Câu về hồ sơ đang giải quyết, hồ sơ rút (mục 2.2)"),
    "cau_danh_gia": ("ratings", "Câu về đánh giá mức độ hài lòng (mục 2.3)"),
    "cau_pakn": ("petitions", "Câu về phản ánh, kiến nghị (mục 3)"),
}

# what the office declares (`reference.declared`): section, then how its names begin, what it is, what it counts, and its figures
_TOTAL = {"total": ("tong", "tổng số")}
_TEXTS = _TOTAL | {
    "laws": ("luat", "luật"),
    "ordinances": ("phap_lenh", "pháp lệnh"),
    "decrees": ("nghi_dinh", "nghị định"),
    "pm_decisions": ("quyet_dinh", "quyết định của Thủ tướng Chính phủ"),
    "circulars": ("thong_tu", "thông tư"),
    "hdnd_resolutions": ("nghi_quyet", "nghị quyết của HĐND"),
}
_RESIDENT_TEXTS = {key: text for key, text in _TEXTS.items() if key not in {"ordinances", "hdnd_resolutions"}}
_SUBJECTS = _TOTAL | {"regulations": ("quy_dinh", "về quy định, TTHC"), "conduct": ("hanh_vi", "về hành vi trong giải quyết TTHC")}
_PETITIONS = {
    "received": ("tiep_nhan", "tiếp nhận trong kỳ"),
    "carried_over": ("ky_truoc", "từ kỳ trước chuyển qua"),
    "resolved_on_time": ("dung_han", "xử lý đúng hạn"),
    "resolved_late": ("qua_han", "xử lý quá hạn"),
    "pending": ("dang_xu_ly", "đang xử lý"),
    "pending_late": ("dang_xu_ly_qua_han", "đang xử lý quá hạn"),
    "dissatisfied": ("khong_hai_long", "người gửi không hài lòng với kết quả"),
}
_CUT = _TOTAL | {
    "procedures": ("tthc", "TTHC"),
    "conditions": ("yeu_cau", "yêu cầu, điều kiện"),
    "reporting": ("bao_cao", "chế độ báo cáo"),
    "standards": ("tieu_chuan", "tiêu chuẩn, quy chuẩn"),
    "inspections": ("kiem_tra", "kiểm tra chuyên ngành"),
}
_TTHC, _VBQPPL, _QDKD, _PAKN = official.PROCEDURES, official.TEXTS, official.REGULATIONS, official.PETITIONS
DECLARED: Mapping[str, tuple[str, str, str, Mapping[str, tuple[str, str]]]] = {
    "": ("bo_phan", "Bộ phận Tiếp nhận và Trả kết quả", "bộ phận", {"one_stop_offices": ("mot_cua", "tổng số")}),
    "procedures": ("tthc", "TTHC thuộc thẩm quyền giải quyết", _TTHC, _TOTAL),
    "procedures.by_level": (
        "tthc",
        "TTHC thuộc thẩm quyền giải quyết",
        _TTHC,
        {"province": ("cap_tinh", "cấp tỉnh"), "district": ("cap_huyen", "cấp huyện"), "commune": ("cap_xa", "cấp xã")},
    ),
    "pakn": ("pakn", "Phản ánh, kiến nghị", _PAKN, _PETITIONS),
    "pakn_by_subject.received": ("pakn_tiep_nhan", "Phản ánh, kiến nghị đã tiếp nhận", _PAKN, _SUBJECTS),
    "pakn_by_subject.resolved": ("pakn_xu_ly", "Phản ánh, kiến nghị đã xử lý", _PAKN, _SUBJECTS),
    "impact.procedures": (
        "tac_dong",
        "TTHC được đánh giá tác động, thẩm định",
        _TTHC,
        _TOTAL | {"assessed": ("danh_gia", "đánh giá tác động"), "appraised": ("tham_dinh", "thẩm định")},
    ),
    "impact.drafts": ("du_thao", "Dự thảo VBQPPL có quy định về TTHC", _VBQPPL, _TEXTS),
    "business": ("qdkd", "Quy định liên quan đến hoạt động kinh doanh", _QDKD, {"regulations": ("thong_ke", "đã thống kê")}),
    "business.cut": ("qdkd_cat_giam", "Quy định kinh doanh đã cắt giảm, đơn giản hóa", _QDKD, _CUT),
    "business.documents": ("qdkd_van_ban", "VBQPPL đã ban hành để cắt giảm, đơn giản hóa quy định kinh doanh", _VBQPPL, _TEXTS),
    "residents.procedures": (
        "dan_cu",
        "TTHC liên quan đến quản lý dân cư",
        _TTHC,
        _TOTAL | {"cut": ("cat_giam", "đã cắt giảm, đơn giản hóa"), "to_cut": ("con_cat_giam", "tiếp tục cắt giảm, đơn giản hóa")},
    ),
    "residents.amended": ("dan_cu_da_sua", "VBQPPL về quản lý dân cư đã sửa đổi, bổ sung", _VBQPPL, _RESIDENT_TEXTS),
    "residents.to_amend": ("dan_cu_can_sua", "VBQPPL về quản lý dân cư cần sửa đổi, bổ sung", _VBQPPL, _RESIDENT_TEXTS),
}

_DOSSIERS = (
    *("tt", "ten", "tong_tiep_nhan", "truc_tuyen", "truc_tiep", "ky_truoc", "da_giai_quyet", "truoc_han", "dung_han", "qua_han"),
    *("dang_giai_quyet", "trong_han", "dang_qua_han"),
)
_DIGITISATION = (
    *("tt", "ten", "tiep_nhan", "thanh_phan_da", "thanh_phan_chua", "thanh_phan_khong_ro", "thanh_phan_ty_le"),
    *("giai_quyet_xong", "ket_qua_da", "ket_qua_chua", "ket_qua_khong_ro", "ket_qua_ty_le"),
)
_ONLINE = ("tt", "ten", "tiep_nhan", "truc_tuyen", "toan_trinh", "mot_phan", "khac", "truc_tiep", "khong_ro", "ty_le")
_RATED = ("tt", "ten", "rat_hai_long", "hai_long", "chua_hai_long")


# --- the definitions, in the order in which they are printed


def _document() -> Iterator[tuple[str, Definition]]:
    """What is said of the document: whose, of when, counted how."""
    yield "don_vi", Definition("Tên đơn vị", lambda source: source.study.unit_name)
    yield "ky_bao_cao", Definition("Kỳ báo cáo", lambda source: source.study.period.name)
    yield "ky_bao_cao_day_du", Definition("Kỳ báo cáo và các ngày của kỳ", lambda source: source.study.period.label)
    yield "tu_ngay", Definition("Ngày đầu của khoảng thời gian tính số liệu", lambda source: notation.day(source.study.written.start))
    yield "den_ngay", Definition("Ngày cuối của khoảng thời gian tính số liệu", lambda source: notation.day(source.study.written.end))
    yield "ngay_chot", Definition("Ngày chốt số liệu", lambda source: notation.day(source.study.as_of))
    yield "cach_tinh", Definition("Cách tính đúng hạn, quá hạn (policy)", lambda source: source.study.policy.label)
    yield "noi_ban_hanh", Definition("Nơi ban hành báo cáo", lambda source: source.study.document.issuer or BLANK)
    yield "so_bao_cao", Definition("Số, ký hiệu báo cáo", lambda source: source.study.document.number or BLANK)
    yield "kem_theo", Definition("Dòng “Kèm theo Báo cáo số …” của phụ lục", lambda source: attached_to(source.study.document))
    yield "dau_tai_lieu", Definition("Dấu “DỮ LIỆU MẪU”, “NỘI BỘ” nếu có; mẫu không in thì máy tự thêm vào đầu văn bản", lambda source: marks_of(source.study))


def marks_of(study: Study) -> str:
    """Give the line that a document of sample data, or for the office's own eyes, must bear; nothing for any other."""
    marks = [f"{INTERNAL} – {INTERNAL_NOTICE}"] if study.internal else []
    return ". ".join([*marks, *([f"{SAMPLE} – {SAMPLE_NOTICE}"] if study.sample else [])])


def _of_metric(metric: str) -> Callable[[Source], Number]:
    return lambda source: source.found(metric)


def _of_term(term: Term) -> Callable[[Source], Number]:
    return lambda source: figure_number(term, source.found)


def _as_ratio(number: Number) -> Statement:
    """Say a share as its two counts: "8.925/9.924"."""
    return Statement(text=f"{BLANK}/{BLANK}") if number.value is None else Statement(text=ratio_text(number), numbers=[number])


def _of_ratio(metric: str) -> Callable[[Source], Statement]:
    return lambda source: _as_ratio(source.found(metric))


def _of_rating(level: str) -> Callable[[Source], Number]:
    return lambda source: rating_number(level, source.found)


def _counts() -> Iterator[tuple[str, Definition]]:
    """Counts of dossiers and durations."""
    for name, metric in COUNTS.items():
        yield name, Definition(f"{CATALOGUE[metric].label} (số hồ sơ)", _of_metric(metric))
    for name, (term, words) in PARTS.items():
        yield name, Definition(f"{words} (số hồ sơ)", _of_term(term))
    for name, metric in DURATIONS.items():
        yield name, Definition(f"{CATALOGUE[metric].label} ({CATALOGUE[metric].unit})", _of_metric(metric))


def _shares() -> Iterator[tuple[str, Definition]]:
    """Shares, each as its two counts and as a percentage."""
    for name, metric in SHARES.items():
        entry = CATALOGUE[metric]
        yield name, Definition(f"{entry.label}, n/N: {entry.numerator_words} / {entry.denominator_words}", _of_ratio(metric))
        yield PERCENTAGES.get(name, f"ty_le_{name}"), Definition(f"{entry.label} (%)", _of_metric(metric))
    for name, level in RATINGS.items():
        yield name, Definition(f"Đánh giá {CATALOGUE[level].label.lower()} / tổng số đánh giá", _of_rating(level))


def _of_declared(key: str, unit: str) -> Callable[[Source], Number]:
    return lambda source: official.declared_number(source.study.declared, key, unit, source.study.period)


def _declared() -> Iterator[tuple[str, Definition]]:
    """What the office declares; not declared reads dots."""
    for section, (prefix, words, unit, figures) in DECLARED.items():
        for key, (suffix, what) in figures.items():
            yield f"{prefix}_{suffix}", Definition(f"{words}: {what}", _of_declared(f"{section}.{key}".removeprefix("."), unit))


def _of_sentence(key: str) -> Callable[[Source], Statement]:
    return lambda source: source.sentences[key]


def _sentences() -> Iterator[tuple[str, Definition]]:
    """The written report's own sentences."""
    for name, (key, words) in SENTENCES.items():
        yield name, Definition(words, _of_sentence(key))


def _tables() -> Iterator[tuple[str, Definition]]:
    """The appendix's tables, to loop over; the last row is the whole."""
    form = "Hồ sơ theo {} trong các cột của Biểu số II.06a (hồ sơ rút, trả lại tính trong đúng hạn)"
    yield "don_vi_bang", Definition(form.format("đơn vị"), lambda source: official.dossier_table(source.by_unit), _DOSSIERS)
    yield "linh_vuc_bang", Definition(form.format("lĩnh vực"), lambda source: official.dossier_table(source.by_field), _DOSSIERS)
    yield "so_hoa_don_vi_bang", Definition("Số hóa theo đơn vị", lambda source: official.digitisation_table(source.by_unit), _DIGITISATION)
    yield "so_hoa_linh_vuc_bang", Definition("Số hóa theo lĩnh vực", lambda source: official.digitisation_table(source.by_field), _DIGITISATION)
    yield "truc_tuyen_don_vi_bang", Definition("Nộp trực tuyến theo đơn vị", lambda source: official.online_table(source.by_unit), _ONLINE)
    yield "truc_tuyen_linh_vuc_bang", Definition("Nộp trực tuyến theo lĩnh vực", lambda source: official.online_table(source.by_field), _ONLINE)
    yield "danh_gia_bang", Definition("Đánh giá mức độ hài lòng theo cấp", lambda source: official.rating_table(source.by_unit, source.study), _RATED)


GROUPS: Mapping[str, Mapping[str, Definition]] = {
    "Về tài liệu": dict(_document()),
    "Số hồ sơ, thời gian": dict(_counts()),
    "Tỷ lệ": dict(_shares()),
    "Số liệu cơ quan tự khai": dict(_declared()),
    "Câu của báo cáo": dict(_sentences()),
    "Bảng": dict(_tables()),
}


def report_fields(study: Study) -> dict[str, Field]:
    """Give every field of a study by its name, with its text, what it means, and the numbers in it.

    Figures are of the report's own window (`study.written`). Sums that do not hold raise ValueError, as in `official` and `report_text`.
    """
    source = Source(study)
    return {name: _field(definition, source) for group in GROUPS.values() for name, definition in group.items()}


def _field(definition: Definition, source: Source) -> Field:
    words, made = definition.words, definition.make(source)
    match made:
        case Number():
            return Field(words, BLANK) if made.value is None else Field(words, made.text, (made,))
        case Statement():
            return Field(words, made.text, tuple(made.numbers))
        case Table():
            numbers = tuple(number for row in made.rows for cell in row for number in cell.numbers)
            rows = tuple(dict(zip(definition.columns, (cell.text for cell in row), strict=True)) for row in made.rows)
            return Field(words, numbers=numbers, rows=rows)
        case _:
            return Field(words, made)


def as_markdown() -> str:
    """Print the fields as the page `docs/fields.md`."""
    lines = [
        "# Trường của mẫu Word",
        "",
        "In từ `tthc_analysis/exhibits/fields.py` bằng `make docs`; không sửa tay.",
        "",
        "Soạn báo cáo của cơ quan bằng Word, chỗ nào cần số liệu thì gõ tên trường trong hai ngoặc nhọn, lưu dạng .docx, rồi:",
        "",
        "```sh",
        "tthc fill mau-cua-co-quan.docx --params params/2024-Q1.yaml",
        "```",
        "",
        "Số liệu tính trong khoảng thời gian của báo cáo (`document.period`; không khai thì là kỳ báo cáo), theo cách tính (`policy`) của tệp tham số.",
        f"Chỗ chưa có số liệu in “{BLANK}”. Gõ sai tên thì lệnh dừng, nói tên gần đúng, không ghi gì.",
        "",
        "Bảng thì lặp theo dòng. Trong bảng của Word, để hai dòng điều khiển trên và dưới dòng mẫu:",
        "",
        "| | | |",
        "|---|---|---|",
        "| `{%tr for d in don_vi_bang %}` | | |",
        "| `{{ d.tt }}` | `{{ d.ten }}` | `{{ d.tong_tiep_nhan }}` |",
        "| `{%tr endfor %}` | | |",
        "",
        "In có điều kiện: `{% if dau_tai_lieu %}` … `{% endif %}`. Chữ hoa, chữ thường: `{{ don_vi|upper }}`, `{{ don_vi|lower }}`.",
    ]
    for title, group in GROUPS.items():
        lines += ["", f"## {title}", "", "| trường | nghĩa |", "|---|---|"]
        lines += [f"| `{name}` | {_described(definition)} |" for name, definition in group.items()]
    return "\n".join(lines) + "\n"


def _described(definition: Definition) -> str:
    columns = ", ".join(f"`{name}`" for name in definition.columns)
    return f"{definition.words}. Cột: {columns}" if columns else definition.words
