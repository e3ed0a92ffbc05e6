"""Profiles: how one system's export is read. Data in YAML; ours lie here, a user's own is given by its path."""

from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from tthc_analysis.errors import UserError, did_you_mean
from tthc_analysis.files import read_utf8, read_yaml
from tthc_analysis.reference.notation import plain
from tthc_analysis.register.contract import CODES, COLUMNS, FLAGS

# Columns that the intake fills itself, so no export header may claim them.
OWN = ("source_file", "source_row")
ANY_TEXT = "*"
# A dossier has at least these, and one of the units, whatever a profile says.
ALWAYS = ("dossier_id", "received_at")
# A status of a row that is no dossier yet: registered online and not taken in, or refused at the counter.
NOT_RECEIVED = "not_received"
UNIT_COLUMNS = ("receiving_unit", "resolving_unit")
Code = str | bool | None


def text_key(text: str) -> str:
    """Bring a header or a coded text to the form that is compared: NFC, single spaces, no ends, case folded."""
    return plain(text).casefold()


def _coded(column: str, texts: dict[str, Code]) -> dict[str, Code]:
    """Check one column's map of texts to codes, and bring its texts to the form that is compared."""
    if column not in CODES and column not in FLAGS:
        message = f"cột {column} không phải cột mã. Các cột mã: {', '.join((*CODES, *FLAGS))}"
        raise ValueError(message)
    allowed: tuple[Code, ...] = (*CODES.get(column, (True, False)), *((NOT_RECEIVED,) if column == "outcome" else ()), None)
    coded: dict[str, Code] = {}
    for text, code in texts.items():
        if code not in allowed:
            message = f'cột {column}, "{text}": không có mã {code!r}. Các mã: {", ".join(str(item) for item in allowed)}'
            raise ValueError(message)
        if coded.get(text_key(text), code) != code:
            message = f'cột {column}: "{text}" có hai mã'
            raise ValueError(message)
        coded[text_key(text)] = code
    return coded


class Profile(BaseModel):
    """A profile; its keys are the contract of design §4. `values` maps the export's text (compared by `text_key`) to a code.

    `constants` gives a column that the export lacks one text for every row (the unit of a commune's own book). `duplicates` says what a
    code with different contents means: the last export wins, or an error.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    columns: dict[str, list[str]]
    required: list[str]
    values: dict[str, dict[str, Code]] = {}
    units: Literal["registry", "from-data"] = "registry"
    timezone: str = "Asia/Ho_Chi_Minh"
    date_formats: list[str] = ["%d/%m/%Y"]
    missing: list[str] = []
    sheet: str | None = None
    constants: dict[str, str] = {}
    duplicates: Literal["last", "error"] = "last"

    @field_validator("columns", "values", "constants")
    @classmethod
    def _known_columns(cls, value: dict[str, Any]) -> dict[str, Any]:
        for name in value:
            if name not in COLUMNS or name in OWN:
                message = f'không có cột chuẩn "{name}". {did_you_mean(name, [c for c in COLUMNS if c not in OWN])}'
                raise ValueError(message)
        return value

    @field_validator("values")
    @classmethod
    def _known_codes(cls, value: dict[str, dict[str, Code]]) -> dict[str, dict[str, Code]]:
        return {column: _coded(column, texts) for column, texts in value.items()}

    @field_validator("date_formats")
    @classmethod
    def _readable_formats(cls, value: list[str]) -> list[str]:
        for pattern in value:
            if "%m" in pattern and "%d" in pattern[pattern.index("%m") :] and not pattern.startswith(("%Y", "%y")):
                message = f'dạng ngày "{pattern}" để tháng trước ngày; ngày luôn đứng trước, ví dụ "%d/%m/%Y"'
                raise ValueError(message)
            try:
                datetime.strptime(datetime(2024, 3, 15, tzinfo=UTC).strftime(pattern), pattern)
            except ValueError:
                message = f'dạng ngày "{pattern}" không đọc được; ví dụ đúng: "%d/%m/%Y", "%d/%m/%Y %H:%M"'
                raise ValueError(message) from None
        if not value:
            message = 'cần ít nhất một dạng ngày, ví dụ "%d/%m/%Y"'
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _can_fill_a_register(self) -> "Profile":
        """Refuse a profile that could never give a register: a needed column without a header."""
        for name in (*self.required, *ALWAYS):
            if not self.columns.get(name) and name not in self.constants:
                message = f'cột "{name}" chưa có tiêu đề: ghi tiêu đề của cột ấy trong tệp xuất vào mục columns'
                raise ValueError(message)
        if not any(self.columns.get(name) or name in self.constants for name in UNIT_COLUMNS):
            message = f"cần tiêu đề của {' hoặc '.join(UNIT_COLUMNS)} trong mục columns, hoặc một giá trị trong mục constants"
            raise ValueError(message)
        return self

    @property
    def needed(self) -> set[str]:
        """Columns that a sheet must have: what the profile requires, and what no register can be without."""
        return {*self.required, *ALWAYS} - set(self.constants)

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            message = f'không có múi giờ "{value}"'
            raise ValueError(message) from None
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The zone that offset-aware times are brought to."""
        return ZoneInfo(self.timezone)

    def local(self, moment: datetime) -> datetime:
        """Bring a time to local wall clock before anything takes its date (a portal stores local midnight as 17:00Z the day before)."""
        return moment if moment.tzinfo is None else moment.astimezone(self.zone).replace(tzinfo=None)


def _explain(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f'không có khóa "{place}". {did_you_mean(place, Profile.model_fields)}'
    if first["type"] == "missing":
        return f'thiếu khóa "{place}".'
    return f"{place}: {first['ctx']['error'] if first['type'] == 'value_error' else first['msg']}".removeprefix(": ")


def profile_names() -> list[str]:
    """List our own profiles."""
    return sorted(Path(entry.name).stem for entry in resources.files(__package__).iterdir() if entry.name.endswith(".yaml"))


def read_profile(name_or_path: str) -> Profile:
    """Read a profile by name (ours) or by path (a user's own YAML); a bad one raises UserError."""
    path = Path(name_or_path)
    if name_or_path in profile_names():
        text = resources.files(__package__).joinpath(f"{name_or_path}.yaml").read_text("utf-8")
    elif path.is_file():
        text = read_utf8(path)
    else:
        message = f'Không có mẫu đọc (profile) "{name_or_path}". {did_you_mean(name_or_path, profile_names())} Hoặc cho đường dẫn tới tệp YAML của bạn.'
        raise UserError(message)
    try:
        return Profile.model_validate(read_yaml(text, f"Mẫu đọc (profile) {name_or_path}"))
    except ValidationError as error:
        message = f"Mẫu đọc (profile) {name_or_path}: {_explain(error)}"
        raise UserError(message) from None
