"""Audited: a written report read, checked against itself and the law, and held against the register where there is one."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tthc_analysis.audit.blocks import Report
from tthc_analysis.audit.check import check_report, in_order
from tthc_analysis.audit.claims import read_claims
from tthc_analysis.audit.findings import Finding
from tthc_analysis.audit.reading import read_report
from tthc_analysis.audit.showing import as_data, counted
from tthc_analysis.files import locate

if TYPE_CHECKING:
    from tthc_analysis.audit.against import Comparison
    from tthc_analysis.metrics.study import Study


@dataclass(frozen=True)
class Audited:
    """A report, how many figures were read in it, its findings in reading order, and the comparisons with the register (none without one)."""

    report: Report
    figures: int
    findings: tuple[Finding, ...]
    comparisons: "tuple[Comparison, ...]" = ()

    @property
    def summary(self) -> str:
        """How much was read, and how much of it is to be looked at."""
        return counted(self.findings, self.figures)

    @property
    def data(self) -> dict[str, Any]:
        """All of it as plain data, personal data covered."""
        return as_data(self.report, self.findings, self.figures) | {"comparisons": [one.as_data() for one in self.comparisons]}


def audited(path: Path, study: "Study | None" = None) -> Audited:
    """Read and check a written report; whatever keeps the file from being read raises UserError. The file is never written to."""
    report = read_report(path)
    claims = read_claims(report)
    findings, figures = check_report(report, claims), len(claims.all)
    if study is None:
        return Audited(report, figures, tuple(findings))
    from tthc_analysis.audit.against import compare, register_findings  # noqa: PLC0415 - without a register its engine stays unloaded

    comparisons = compare(claims, study)
    found = register_findings(claims, study, comparisons)
    return Audited(report, figures, tuple(in_order([*findings, *found])), tuple(comparisons))


def audit_study(study: "Study") -> dict[str, Any] | None:
    """Check the written report that a study's parameters name (`document.file`), as plain data; None where none is named."""
    return audited(locate(study.document.file), study).data if study.document.file else None
