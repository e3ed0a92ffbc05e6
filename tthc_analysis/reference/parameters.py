"""The parameters of a report: one typed model for `params/*.yaml` and for the parameters cell of every notebook."""

import difflib
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError, field_validator, model_validator

from tthc_analysis.errors import UserError, did_you_mean
from tthc_analysis.files import read_utf8, read_yaml
from tthc_analysis.reference.notation import day
from tthc_analysis.reference.periods import Period, parse_period
from tthc_analysis.reference.personal_data import findings
from tthc_analysis.reference.policies import get_policy
from tthc_analysis.reference.units import ALL_UNITS

LONGEST_HISTORY = 60
OFFICE = "params"


class Document(BaseModel):
    """The written report that the appendices go with; what is not yet given is printed as dotted blanks."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    issuer: str | None = None
    number: str | None = None
    date: str | None = None
    period: str | None = Field(default=None, description="the written report's own window, where it is not the reporting period")
    file: str | None = Field(default=None, description="the written report itself (.docx, .pdf, .txt, .md), to be held against the results")

    @field_validator("date", mode="before")
    @classmethod
    def _date_as_text(cls, value: object) -> object:
        return value.isoformat() if isinstance(value, date) else value

    @field_validator("date")
    @classmethod
    def _real_date(cls, value: str | None) -> str | None:
        if value:
            date.fromisoformat(value)
        return value

    @field_validator("period")
    @classmethod
    def _known_period(cls, value: str | None) -> str | None:
        return parse_period(value).text if value else None


class Parameters(BaseModel):
    """What changes from one report to the next. `period` and `as_of` have no default: the same input gives the same report."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    period: str
    as_of: date
    unit: str = ALL_UNITS
    register_path: str = Field(alias="register")
    policy: str
    history: int = Field(ge=1, le=LONGEST_HISTORY)
    calendar: str = "VN"
    office: str = Field(default=OFFICE, description="folder of the office's own tables: targets.csv, events.csv, procedures.csv, declared/")
    internal: StrictBool = Field(default=False, description="for the office's own eyes: dossier codes and small counts are shown, and every page says so")
    document: Document = Document()

    @field_validator("period")
    @classmethod
    def _known_period(cls, value: str) -> str:
        return parse_period(value).text

    @field_validator("as_of", mode="before")
    @classmethod
    def _no_seconds_for_a_date(cls, value: object) -> object:
        # pydantic would read a number, or digits, as seconds since 1970
        if isinstance(value, int | float) or str(value).isdecimal():
            message = f'Tham số "as_of": {value!r} không phải là ngày có thật, dạng 2024-03-15.'
            raise UserError(message)
        return value

    @field_validator("history", mode="before")
    @classmethod
    def _no_number_for_yes(cls, value: object) -> object:
        # to pydantic true is 1
        return str(value) if isinstance(value, bool) else value

    @field_validator("document", mode="before")
    @classmethod
    def _empty_document(cls, value: object) -> object:
        return {} if value is None else value

    @field_validator("policy")
    @classmethod
    def _known_policy(cls, value: str) -> str:
        return get_policy(value).name

    @model_validator(mode="after")
    def _period_has_begun(self) -> "Parameters":
        start = parse_period(self.period).start
        if start > self.as_of:
            message = f"Ngày chốt số liệu (as_of) {day(self.as_of)} trước ngày đầu của kỳ {self.period} ({day(start)}): kỳ chưa bắt đầu."
            raise UserError(message)
        return self

    @property
    def reporting_period(self) -> Period:
        """The period as a value."""
        return parse_period(self.period)

    def as_notebook_parameters(self) -> dict[str, Any]:
        """Give the parameters as a notebook's cell holds them: plain texts, numbers and one dictionary."""
        return self.model_dump(mode="json", by_alias=True)


KEYS = [field.alias or name for name, field in Parameters.model_fields.items()]
DOCUMENT_KEYS = list(Document.model_fields)


def _explain(error: dict[str, Any]) -> str:
    """Say one thing that is wrong with the parameters."""
    place = ".".join(str(part) for part in error["loc"])
    key, known = str(error["loc"][-1]) if error["loc"] else "", DOCUMENT_KEYS if len(error["loc"]) > 1 else KEYS
    match error["type"]:
        case "extra_forbidden":
            return f'Không có tham số "{place}". {did_you_mean(key, known)}'
        case "missing":
            return f'Thiếu tham số "{place}".'
        case "value_error":
            reason = error["ctx"]["error"]
            return str(reason) if isinstance(reason, UserError) else f'Tham số "{place}": giá trị {error["input"]!r} không đúng, ngày phải có dạng 2024-03-15.'
        case "date_from_datetime_parsing" | "date_parsing" | "date_type" | "date_from_datetime_inexact":
            return f'Tham số "{place}": {error["input"]!r} không phải là ngày có thật, dạng 2024-03-15.'
        case "greater_than_equal" | "less_than_equal" | "int_parsing" | "int_type" | "int_from_float":
            return f'Tham số "{place}": {error["input"]!r} không đúng, cần một số nguyên từ 1 đến {LONGEST_HISTORY}.'
        case kind:
            return f'Tham số "{place}": giá trị {error["input"]!r} không đúng kiểu{", cần true hoặc false" if kind == "bool_type" else ""}.'


def check_parameters(values: dict[str, Any], source: str = "tham số") -> Parameters:
    """Build the typed parameters; whatever is wrong is said in one UserError, mistyped keys with the nearest right one.

    They are printed on every document, so one that holds what looks like a person's number or address is refused.
    """
    personal = findings(" ".join(map(str, values.values())))
    if personal:
        message = f"{source}: có {', '.join(personal)} trong tham số. Tham số in trên mọi tài liệu: bỏ dữ liệu cá nhân rồi chạy lại."
        raise UserError(message)
    try:
        return Parameters.model_validate(values)
    except ValidationError as error:
        unknown = {str(item["loc"][-1]) for item in error.errors() if item["type"] == "extra_forbidden"}
        # a mistyped key is also a missing one: say it once
        meant = {guess for word in unknown for guess in difflib.get_close_matches(word, KEYS, n=1)}
        said = [_explain(dict(item)) for item in error.errors() if not (item["type"] == "missing" and item["loc"][-1] in meant)]
        message = f"{source}: {' '.join(said)}"
        raise UserError(message) from None


def read_parameters(path: Path) -> Parameters:
    """Read `params/<period>.yaml`; a missing, unreadable or wrong file raises UserError."""
    if path.is_dir():
        message = f"{path} là một thư mục, cần một tệp tham số, ví dụ params/2024-Q1.yaml."
        raise UserError(message)
    if not path.is_file():
        beside = sorted(str(found) for found in path.parent.glob("*.yaml")) if path.parent.is_dir() else []
        message = f"Không có tệp tham số {path}. {'Các tệp có sẵn: ' + ', '.join(beside) if beside else 'Tạo bằng: tthc new-period 2024-Q1'}"
        raise UserError(message)
    return check_parameters(read_yaml(read_utf8(path), str(path)), str(path))
