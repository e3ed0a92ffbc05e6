"""The account: what became of every row that was read, printed, and stored beside the register with the rows to mend."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

from tthc_analysis.files import locate
from tthc_analysis.reference.notation import count
from tthc_analysis.register.store import write_sheets

REJECT_HEADER = ("Tệp", "Trang tính", "Dòng", "Cột", "Giá trị", "Lý do")
TWIN_HEADER = ("Tệp", "Trang tính", "Dòng", "Mã hồ sơ", "Khác nhau ở", "Xử lý")
TWIN = "mã hồ sơ lặp lại với nội dung khác: giữ dòng của tệp ghi sau trong lệnh, trong một tệp là dòng dưới (xem trang Mã lặp lại)"
REJECTS_SHEET, TWINS_SHEET = "Dòng bị loại", "Mã lặp lại"


@dataclass(frozen=True)
class Reject:
    """A row that could not be taken, and why. The value is fit to be shown: what looks like a person's is masked."""

    file: str
    sheet: str
    row: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class Twin:
    """A row whose code stands in another row with different content, in which columns, and whether it was kept."""

    file: str
    sheet: str
    row: int
    code: str
    differs: str
    fate: str


@dataclass
class Account:
    """What became of every row that was read.

    `not_dossiers` counts by kind; `rejects` lists faults (a rejected row may have two); `superseded` of the rejected rows gave way to
    another row of the same code; `given_way` counts these by their file and that of the other row, `collisions` by file those that were another dossier altogether; `register` counts the dossiers that the import brought (new, changed, unchanged) and all there are.
    """

    read: int = 0
    accepted: int = 0
    rejected: int = 0
    superseded: int = 0
    duplicates: int = 0
    not_dossiers: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)
    twins: list[Twin] = field(default_factory=list)
    given_way: Counter[tuple[str, str]] = field(default_factory=Counter)
    collisions: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[tuple[str, str]] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    files: list[dict[str, Any]] = field(default_factory=list)
    register: dict[str, int] = field(default_factory=dict)
    data_until: str | None = None

    @property
    def balances(self) -> bool:
        """Whether every row read is accounted for."""
        return self.read == self.accepted + self.rejected + self.duplicates + self.not_dossiers.total()

    @property
    def faulty(self) -> int:
        """Rows rejected for a fault: those that gave way to a newer row of the same dossier are none."""
        return self.rejected - self.superseded

    def summary(self) -> str:
        """Write the account as one Vietnamese line."""
        kinds = ", ".join(f"{kind} {count(n)}" for kind, n in sorted(self.not_dossiers.items()))
        given_way = f" (trong đó {count(self.superseded)} dòng nhường dòng khác cùng mã hồ sơ)" if self.superseded else ""
        return (
            f"Đọc {count(self.read)} dòng = nhận {count(self.accepted)} + loại {count(self.rejected)}{given_way} + trùng hệt {count(self.duplicates)}"
            f" + không phải hồ sơ {count(self.not_dossiers.total())}{f' ({kinds})' if kinds else ''}."
        )

    def as_data(self, profile: str) -> dict[str, Any]:
        """Give the account as it is stored beside the register."""
        # rows that gave way to another of their code are counted by themselves
        reasons = Counter((reject.column, reject.reason) for reject in self.rejects if reject.reason != TWIN)
        return {
            "profile": profile,
            "data_until": self.data_until,
            "files": self.files,
            "read": self.read,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "superseded": self.superseded,
            "duplicates": self.duplicates,
            "not_dossiers": dict(sorted(self.not_dossiers.items())),
            "reasons": [
                {"column": column, "reason": reason, "rows": n} for (column, reason), n in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
            ],
            "warnings": [{"what": what, "rows": n} for what, n in sorted(self.warnings.items()) if n],
            "register": self.register,
        }


def beside(register: Path, ending: str) -> Path:
    """Name a companion of a register: `register.parquet` has `register.account.json`."""
    return register.with_name(f"{register.stem}.{ending}")


def write_rejects(account: Account, path: Path) -> None:
    """Write the rows to mend as a workbook: one sheet of faults, one of codes that stand in several rows."""
    rows: Sequence[Any] = [astuple(reject) for reject in account.rejects]
    twins: Sequence[Any] = [astuple(twin) for twin in account.twins]
    write_sheets({REJECTS_SHEET: [REJECT_HEADER, *rows], **({TWINS_SHEET: [TWIN_HEADER, *twins]} if twins else {})}, path)


def read_accounts(register: str) -> list[dict[str, Any]]:
    """Give the stored accounts of a register's imports, oldest first; none where it has no account (somebody else wrote it) or a damaged one."""
    path = beside(locate(register), "account.json")
    if not path.is_file():
        return []
    try:
        last = json.loads(path.read_text("utf-8"))
    except ValueError:
        return []
    earlier = last.pop("earlier", []) if isinstance(last, dict) else None
    accounts = [*earlier, last] if isinstance(earlier, list) else []
    return accounts if all(isinstance(account, dict) and isinstance(account.get("files"), list) for account in accounts) else []


def with_earlier(account: dict[str, Any], earlier: list[dict[str, Any]]) -> str:
    """Write an account as JSON, with those of the imports before it inside."""
    return json.dumps({**account, "earlier": earlier}, ensure_ascii=False, indent=1)


def same_files(account: dict[str, Any], earlier: Sequence[dict[str, Any]]) -> bool:
    """Whether the last import read the very same files."""
    return bool(earlier) and [file["sha256"] for file in account["files"]] == [file["sha256"] for file in earlier[-1].get("files", [])]
