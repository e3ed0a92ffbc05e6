"""A report that could not be made: where it stopped, what was said, with which parameters, and that the last good one is still there."""

from dataclasses import dataclass
from html import escape
from typing import Any

from tthc_analysis.press.page import notices, page, table
from tthc_analysis.reference.personal_data import covered

BEFORE = ("khi ", "trong khi ")  # how a moment begins, where it is no place


@dataclass(frozen=True)
class Failure:
    """Why a notebook gave no documents: where it stopped, the error, the cell's source, and the traceback for `--debug`."""

    notebook: str
    where: str
    error: str
    source: str
    traceback: str

    def __str__(self) -> str:
        return f"{self.notebook}, {self.where}: {self.error}"


def failure_html(failure: Failure, parameters: dict[str, Any]) -> str:
    """Write the page of a notebook that failed; what looks like personal data in the parameters is covered."""
    rows = [[escape(key), escape(covered(str(value)))] for key, value in parameters.items()]
    body = (
        "<p>Báo cáo lập được lần trước, nếu có, vẫn giữ nguyên trong thư mục này.</p>"
        f"<h2>Lỗi {escape(failure.where if failure.where.startswith(BEFORE) else f'ở {failure.where}')}</h2><pre>{escape(failure.error)}</pre><pre>{escape(failure.source)}</pre>"
        f"<h2>Tham số</h2>{table('Tham số', ['Khóa', 'Giá trị'], rows)}"
    )
    lead = notices(sample=False, internal=bool(parameters.get("internal")))
    return page(f"Không lập được báo cáo {failure.notebook}", body, lead=lead)
