"""Check: a written report held against itself and the law. Findings in reading order, each with its severity.

An error is what cannot be true as it stands, or a text that was checked and is no longer in force. What can be read in more than one way,
and whatever is said in words, is a question. What is right but worth a word is a note.
"""

from collections.abc import Iterable, Iterator
from itertools import chain

from tthc_analysis.audit.blocks import Place, Report, lines_of
from tthc_analysis.audit.citations import check_citations
from tthc_analysis.audit.claims import Claims, read_claims
from tthc_analysis.audit.columns import check_columns
from tthc_analysis.audit.findings import SEVERITIES, Finding, from_verdicts, quoted
from tthc_analysis.audit.shares import check_shares
from tthc_analysis.audit.sums import check_sums
from tthc_analysis.audit.ties import Ties
from tthc_analysis.audit.times import check_times
from tthc_analysis.audit.values import check_values
from tthc_analysis.audit.vocabulary import mended
from tthc_analysis.audit.wording import check_gaps, check_wording

DOUBTFUL, UNREAD = "doubtful_text", "unread"
SHOWN = 12  # lines that one finding names


def check_report(report: Report, claims: Claims | None = None) -> list[Finding]:
    """Check a report; `claims` are its claims where they were read already."""
    ties = Ties(claims or read_claims(report))
    verdicts = chain(check_shares(ties), check_sums(ties), check_columns(ties), check_values(ties))
    found = chain(from_verdicts(verdicts), check_times(ties), check_citations(ties), check_wording(ties), check_gaps(report), _reading(report))
    return in_order(found)


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Put findings in reading order, at one place the graver first; what is said twice is said once."""
    once = {(one.check, one.place, frozenset(one.numbers) or one.explanation): one for one in findings}
    return sorted(once.values(), key=lambda one: (one.place.page, one.line, SEVERITIES.index(one.severity), one.place.column, one.check, one.explanation))


def _reading(report: Report) -> Iterator[Finding]:
    """Note what was read with doubt, and what could not be read."""
    spoilt = [block for block in report.blocks if mended(block.text)[1]]
    if spoilt:
        count, lines = sum(mended(block.text)[1] for block in spoilt), lines_of((block.place for block in spoilt), SHOWN)
        said = f"{count} chỗ “đ” bị đọc thành “ã” ({lines}): máy đọc phỏng theo nghĩa, kết luận ở đó chỉ là hỏi lại."
        yield Finding(DOUBTFUL, "note", spoilt[0].place.line, quoted(spoilt[0].text), (), said, spoilt[0].place, tuple(block.place for block in spoilt[1:]))
    nowhere = Place(report.form, 0)
    yield from (Finding(UNREAD, "note", 0, "", (), f"Chưa đọc được: {what}.", nowhere) for what in report.unread)
