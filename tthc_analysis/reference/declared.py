"""Declared figures: what no dossier gives and an office says itself, one YAML a period in its folder's `declared`.

    params/declared/2024-Q1.yaml
        unit: huyen-minh-long
        source: Hệ thống tiếp nhận, trả lời phản ánh, kiến nghị, tra ngày 15/3/2024
        pakn:
          carried_over: 2
          received: 10
          resolved_on_time: 9
          resolved_late: 1
          pending: 2
          pending_late: 0
          dissatisfied: 1
        procedures:
          total: 532
          by_level: {district: 352, commune: 180}
        one_stop_offices: 6
        impact:                # Phụ lục II
          procedures: {total: 3, assessed: 2, appraised: 3}
          drafts: {total: 1, hdnd_resolutions: 1, laws: 0}
        business:              # Phụ lục III
          regulations: 12
          cut: {total: 2, procedures: 2}
          documents: {total: 1, decrees: 1}
        residents:             # Phụ lục IV
          procedures: {total: 5, cut: 2, to_cut: 3}
          amended: {total: 2, decrees: 2}
          to_amend: {total: 0}
        pakn_by_subject:       # Phụ lục V
          received: {total: 10, regulations: 4, conduct: 6}
          resolved: {total: 10, regulations: 4, conduct: 6}

A file is of one `unit`, for it says figures that another unit's page must not show. Every other key is optional; what is left out is unknown, never 0. Figures that contradict each other are refused.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NoReturn, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from tthc_analysis.errors import UserError, did_you_mean
from tthc_analysis.files import read_utf8, read_yaml
from tthc_analysis.reference.notation import plain
from tthc_analysis.reference.periods import Period
from tthc_analysis.reference.personal_data import findings

FOLDER = "declared"
NOT_ALIKE = "Các số không khớp"
# strict: a lenient reader takes 1.200 (meant as one thousand two hundred) or "yes" for 1
Count = Annotated[int, Field(strict=True, ge=0)]


def _sum(*parts: int | None) -> int | None:
    """Add figures; one that is unknown makes the sum unknown.

    >>> _sum(2, 10), _sum(2, None)
    (12, None)
    """
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _refuse(message: str) -> NoReturn:
    raise UserError(message)


class Pakn(BaseModel):
    """Petitions (phản ánh, kiến nghị) of a period, in petitions: those of before and those that came are resolved or pending at its end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    received: Count | None = None
    carried_over: Count | None = None
    resolved_on_time: Count | None = None
    resolved_late: Count | None = None
    pending: Count | None = None
    pending_late: Count | None = None
    dissatisfied: Count | None = None

    @property
    def total(self) -> int | None:
        """Those to be handled: carried over and received."""
        return _sum(self.carried_over, self.received)

    @property
    def resolved(self) -> int | None:
        """Those handled, in time or late."""
        return _sum(self.resolved_on_time, self.resolved_late)

    @property
    def pending_in_time(self) -> int | None:
        """Those still being handled and not late; where none is pending, none is late."""
        late = 0 if self.pending == 0 else self.pending_late
        return None if self.pending is None or late is None else self.pending - late

    @property
    def in_time(self) -> int | None:
        """Handled in time, or still pending and not late (QĐ 766, indicator 5.2)."""
        return _sum(self.resolved_on_time, self.pending_in_time)

    @model_validator(mode="after")
    def _balanced(self) -> "Pakn":
        parts = [part for part in (self.resolved_on_time, self.resolved_late, self.pending) if part is not None]
        if self.total is not None and (sum(parts) > self.total or (len(parts) == 3 and sum(parts) != self.total)):
            _refuse(
                f'Mục "pakn" không khớp: carried_over + received = {self.total}, nhưng resolved_on_time + resolved_late + pending = {sum(parts)}. '
                "Sửa cho hai vế bằng nhau; số chưa biết thì bỏ trống."
            )
        return self

    @model_validator(mode="after")
    def _parts_within_wholes(self) -> "Pakn":
        if self.pending is not None and (self.pending_late or 0) > self.pending:
            _refuse(f'Mục "pakn" không khớp: pending_late = {self.pending_late} lớn hơn pending = {self.pending}. Số quá hạn nằm trong số đang xử lý.')
        if self.total is not None and (self.dissatisfied or 0) > self.total:
            _refuse(f'Mục "pakn" không khớp: dissatisfied = {self.dissatisfied} lớn hơn carried_over + received = {self.total}.')
        return self


class Levels(BaseModel):
    """Procedures by the level that resolves them; a level left out has none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    province: Count | None = None
    district: Count | None = None
    commune: Count | None = None


class Procedures(BaseModel):
    """How many procedures (TTHC) are within the office's competence: 532 = 352 of the district and 180 of the communes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    total: Count | None = None
    by_level: Levels | None = None

    @model_validator(mode="after")
    def _levels_sum_to_the_total(self) -> "Procedures":
        given = {} if self.by_level is None else self.by_level.model_dump(exclude_none=True)
        if self.total is not None and given and sum(given.values()) != self.total:
            parts = " + ".join(f"{level} {n}" for level, n in given.items())
            _refuse(f'Mục "procedures" không khớp: total = {self.total}, nhưng {parts} = {sum(given.values())}. Ghi đủ các cấp; cấp không có thì bỏ.')
        return self


class Kinds(BaseModel):
    """Figures by kind under their total: the kinds known never exceed it, and all of them together are it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    total: Count | None = None

    @model_validator(mode="after")
    def _kinds_sum_to_the_total(self) -> "Kinds":
        kinds = self.model_dump(exclude={"total"})
        given = {name: n for name, n in kinds.items() if n is not None}
        known = sum(given.values())
        if self.total is not None and (known > self.total or (len(given) == len(kinds) and known != self.total)):
            parts = " + ".join(f"{name} {n}" for name, n in given.items())
            _refuse(f"{NOT_ALIKE}: total = {self.total}, nhưng {parts} = {known}. Sửa cho hai vế bằng nhau; số chưa biết thì bỏ trống.")
        return self


class Subset(BaseModel):
    """Figures within their total, which may overlap or leave some out: each is at most the total."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    total: Count | None = None

    @model_validator(mode="after")
    def _parts_within_the_total(self) -> "Subset":
        for name, n in self.model_dump(exclude={"total"}).items():
            if self.total is not None and (n or 0) > self.total:
                _refuse(f"{NOT_ALIKE}: {name} = {n} lớn hơn total = {self.total}.")
        return self


class LegalTexts(Kinds):
    """Legal texts (VBQPPL) by their kind, as Phụ lục II and III count them."""

    laws: Count | None = None
    ordinances: Count | None = None
    decrees: Count | None = None
    pm_decisions: Count | None = None
    circulars: Count | None = None
    hdnd_resolutions: Count | None = None


class ResidentTexts(Kinds):
    """Legal texts on the management of residents by their kind, as Phụ lục IV counts them."""

    laws: Count | None = None
    decrees: Count | None = None
    pm_decisions: Count | None = None
    circulars: Count | None = None


class ImpactProcedures(Subset):
    """Procedures whose impact was assessed (ĐGTĐ) or that were appraised (TĐ); one may be both."""

    assessed: Count | None = None
    appraised: Count | None = None


class Impact(BaseModel):
    """Phụ lục II: procedures assessed or appraised in drafts of legal texts, and the drafts that hold any."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    procedures: ImpactProcedures | None = None
    drafts: LegalTexts | None = None


class CutRegulations(Kinds):
    """Business regulations cut or simplified: procedures, conditions (YCĐK), reporting (CĐBC), standards (TC, QC), inspections (KTCN)."""

    procedures: Count | None = None
    conditions: Count | None = None
    reporting: Count | None = None
    standards: Count | None = None
    inspections: Count | None = None


class Business(BaseModel):
    """Phụ lục III: business regulations (QĐKD) counted, those cut or simplified, and the legal texts that did so (NQ 68/NQ-CP of 2020)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    regulations: Count | None = None
    cut: CutRegulations | None = None
    documents: LegalTexts | None = None

    @model_validator(mode="after")
    def _cut_within_those_counted(self) -> "Business":
        cut = self.cut.total if self.cut else None
        if self.regulations is not None and (cut or 0) > self.regulations:
            _refuse(f'Mục "business" không khớp: cut.total = {cut} lớn hơn regulations = {self.regulations}.')
        return self


class ResidentProcedures(Subset):
    """Procedures on the management of residents: those cut or simplified, and those still to be."""

    cut: Count | None = None
    to_cut: Count | None = None


class Residents(BaseModel):
    """Phụ lục IV: procedures on the management of residents (quản lý dân cư), legal texts amended and still to be amended."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    procedures: ResidentProcedures | None = None
    amended: ResidentTexts | None = None
    to_amend: ResidentTexts | None = None


class Subjects(Kinds):
    """Petitions by what they are about: regulations and procedures, or conduct in handling them."""

    regulations: Count | None = None
    conduct: Count | None = None


class PaknBySubject(BaseModel):
    """Phụ lục V: petitions received in the period and petitions handled, by what they are about."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    received: Subjects | None = None
    resolved: Subjects | None = None


class Declared(BaseModel):
    """What an office declares for a period, of which `unit` the figures are, and where it has them from (`source` is printed)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: str | None = None
    source: str | None = None
    pakn: Pakn | None = None
    procedures: Procedures | None = None
    one_stop_offices: Count | None = None
    impact: Impact | None = None
    business: Business | None = None
    residents: Residents | None = None
    pakn_by_subject: PaknBySubject | None = None

    @field_validator("source")
    @classmethod
    def _fit_to_be_printed(cls, value: str | None) -> str | None:
        personal = findings(value or "")
        if personal:
            _refuse(f'Khóa "source" in trên tài liệu nhưng có {", ".join(personal)}: bỏ dữ liệu cá nhân rồi chạy lại.')
        return plain(value or "") or None

    @model_validator(mode="after")
    def _petitions_are_said_alike(self) -> "Declared":
        for name in ("received", "resolved"):
            subjects = getattr(self.pakn_by_subject, name, None)
            both = (getattr(self.pakn, name, None), subjects.total if subjects else None)
            if None not in both and both[0] != both[1]:
                _refuse(f'Số phản ánh, kiến nghị không khớp: {name} = {both[0]} theo mục "pakn", nhưng {both[1]} theo mục "pakn_by_subject".')
        return self


def _keys(model: type[BaseModel], place: str = "") -> dict[str, list[str]]:
    """List the keys of a section and of those within it, by their place: "procedures.by_level"."""
    found = {place: list(model.model_fields)}
    for name, field in model.model_fields.items():
        for kind in get_args(field.annotation):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                found |= _keys(kind, f"{place}.{name}".removeprefix("."))
    return found


KEYS: Mapping[str, list[str]] = _keys(Declared)


def _explain(error: Mapping[str, Any]) -> str:
    """Say one thing that is wrong with a file, and what to write instead."""
    names = [str(part) for part in error["loc"]]
    place, within = ".".join(names), ".".join(names[:-1])
    match error["type"]:
        case "extra_forbidden" | "invalid_key":
            return f'Không có khóa "{place}". {did_you_mean(names[-1], KEYS[within])}'
        case "value_error":
            said = str(error["ctx"]["error"])
            return f'Mục "{place}": {said}' if said.startswith(NOT_ALIKE) else said
        case "int_type" | "greater_than_equal":
            return f'Khóa "{place}": {error["input"]!r} không đúng, cần một số nguyên từ 0, không dấu chấm và không dấu ngoặc kép, ví dụ 1200. Chưa biết thì bỏ trống.'
        case "model_type":
            return f'Mục "{place}": {error["input"]!r} không đúng, cần các khóa thụt vào bên dưới: {", ".join(KEYS[place])}.'
        case _:
            return f'Khóa "{place}": {error["input"]!r} không đúng, cần một dòng chữ đặt trong dấu ngoặc kép.'


def declared_path(office: Path, period: Period) -> Path:
    """Name the file of a period: the period's text is a safe file name on every system.

    >>> from tthc_analysis.reference.periods import parse_period
    >>> declared_path(Path("params"), parse_period("2024-Q1@calendar")).as_posix()
    'params/declared/2024-Q1@calendar.yaml'
    """
    return office / FOLDER / f"{period.text}.yaml"


def _check_no_misnamed(path: Path) -> None:
    """Refuse a file that is meant for the period and would be passed over: 2024-q1.yaml, 2024-Q1.yml."""
    beside = sorted(path.parent.glob("*.[yY]*")) if path.parent.is_dir() else []
    meant = [found.name for found in beside if found.suffix.lower() in (".yaml", ".yml") and found.stem.strip().casefold() == path.stem.casefold()]
    if meant and path.name not in meant:
        _refuse(f"{path.parent / meant[0]}: tên tệp phải là {path.name}. Đổi tên rồi chạy lại.")


def check_declared(values: Mapping[str, Any], source: str) -> Declared:
    """Build the typed figures; whatever is wrong is said in one UserError with the file, the key and the cure."""
    try:
        return Declared.model_validate(values)
    except ValidationError as error:
        message = f"{source}: {' '.join(_explain(dict(item)) for item in error.errors())}"
        raise UserError(message) from None


def read_declared(office: Path | None, period: Period) -> Declared | None:
    """Read what an office declares for a period; None where it has declared nothing. A file that is there is read whole or refused (UserError)."""
    if office is None:
        return None
    path = declared_path(office, period)
    if path.is_dir():
        _refuse(f"{path} là một thư mục, cần một tệp YAML với các khóa {', '.join(KEYS[''])}.")
    _check_no_misnamed(path)
    return check_declared(read_yaml(read_utf8(path), str(path)), str(path)) if path.is_file() else None
