"""From a checked report to what a user asked for: a page, a Word document or JSON. What `tthc audit` does between the audit and the press."""

from collections.abc import Callable
from pathlib import Path

from tthc_analysis.audit.audited import Audited
from tthc_analysis.audit.showing import as_json
from tthc_analysis.errors import UserError, did_you_mean
from tthc_analysis.press.checked import checked_page
from tthc_analysis.press.margin import commented, from_text
from tthc_analysis.press.privacy import check_contents

TABLE, JSON = "table", "json"
ADDED = ".kiem-tra"  # to a report's name, for what is written beside it


def destination(file: Path, form: str, out: Path | None) -> Path | None:
    """Give where a form goes: None for the terminal. A form that nobody knows, and a place where the report itself lies, raise UserError."""
    if form not in FORMS:
        message = f'Không có dạng "{form}". {did_you_mean(form, FORMS)}'
        raise UserError(message)
    if form == TABLE and out:
        message = f"--out {out}: bảng chỉ in ra màn hình. Thêm --format html, docx hoặc json."
        raise UserError(message)
    if form in (TABLE, JSON) and out is None:
        return None
    place = out or file.with_name(f"{file.stem}{ADDED}.{form}")
    if place.suffix.lower() != f".{form}" or (place.exists() and file.exists() and place.samefile(file)):
        message = f"--out {place}: cần một tệp .{form} khác với báo cáo. Báo cáo không bao giờ bị ghi đè."
        raise UserError(message)
    return place


def rendered(form: str, file: Path, found: Audited) -> bytes:
    """Write a checked report in a form; what would hold personal data in spite of all raises UserError."""
    content = WRITERS[form](file, found)
    check_contents({f"{file.stem}.{form}": content})
    return content


def _json(_: Path, found: Audited) -> bytes:
    return f"{as_json(found.findings)}\n".encode()


def _html(_: Path, found: Audited) -> bytes:
    return checked_page(found.data).encode()


def _docx(file: Path, found: Audited) -> bytes:
    """Give the report's own Word document with comments, or one made of its text."""
    data = found.data
    return commented(file.read_bytes(), data["findings"]) if found.report.form == "word" else from_text(data["parts"], data["findings"])


WRITERS: dict[str, Callable[[Path, Audited], bytes]] = {"html": _html, "docx": _docx, JSON: _json}
FORMS = (TABLE, *WRITERS)
