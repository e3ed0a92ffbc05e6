"""Times: for what window the figures are, whether it is said, and whether it fits the report's date and the reporting cut-off."""

from collections.abc import Iterator

from tthc_analysis.audit.blocks import Block, lines_of
from tthc_analysis.audit.figures import Claim
from tthc_analysis.audit.findings import Finding, quoted
from tthc_analysis.audit.ties import Ties, book, is_count
from tthc_analysis.audit.vocabulary import folded
from tthc_analysis.audit.windows import Window, cutoff_passed, windows
from tthc_analysis.reference.notation import day

AFTER, CUTOFF, UNSTATED = "period_after_date", "period_past_cutoff", "period_not_stated"
SHOWN = 6  # lines that one finding names


def check_times(ties: Ties) -> Iterator[Finding]:
    """Check the windows that are said, and ask for the one that is not."""
    said = list(_said(ties))
    seen = set[str]()
    for block, window in said:
        if window.name not in seen:
            seen.add(window.name)
            yield from _window(ties, block, window)
    yield from _unstated(ties, said)


def _said(ties: Ties) -> Iterator[tuple[Block, Window]]:
    """Give the windows of the report, each with its block: that of the head, and those beside figures."""
    report, head = ties.claims.report, ties.claims.head
    if head.window and head.window_block:
        yield head.window_block, head.window
    blocks = {claim.block for claim in ties.claims.all if _needs_a_window(claim)}
    for number in sorted(blocks):
        part = report.parts[number]
        if isinstance(part, Block):
            yield from ((part, window) for window in windows(part.text, head.year) if ".." in window.name)


def _needs_a_window(claim: Claim) -> bool:
    """Whether a figure means nothing without a time: what came, was done, was rated, was digitised."""
    told = claim.get("stage") or claim.get("digit") or claim.get("rating") or claim.get("channel")
    return (
        bool(told)
        and book(claim) in ("dossier", "petition", "rating")
        and (is_count(claim) or claim.share)
        and claim.role == "result"
        and claim.quantity.text[:1].isdigit()
    )


def _window(ties: Ties, block: Block, window: Window) -> Iterator[Finding]:
    dated, exact = ties.claims.head.dated, ties.claims.head.exact
    place = block.at(window.start)
    if dated and ".." in window.name and (window.last > dated if exact else (window.last.year, window.last.month) > (dated.year, dated.month)):
        its_day = day(dated) if exact else f"tháng {dated.month}/{dated.year}"
        said = f"Số liệu đến ngày {day(window.last)}, sau ngày báo cáo ({its_day})."
        yield Finding(AFTER, "error", place.line, quoted(block.text), (day(window.last),), said, place)
    last = cutoff_passed(window)
    if last:
        said = f"Kỳ kết thúc ngày {day(window.last)}; kỳ báo cáo theo Nghị định 09/2019/NĐ-CP (Điều 12) chốt ngày {day(last)}. Nếu cơ quan yêu cầu khoảng khác thì nên ghi rõ theo văn bản nào."
        yield Finding(CUTOFF, "question", place.line, quoted(block.text), (day(window.last), day(last)), said, place)


def _unstated(ties: Ties, said: list[tuple[Block, Window]]) -> Iterator[Finding]:
    """Ask for the time of figures that have none: once, at the first, with the lines of the others."""
    head = ties.claims.head
    if head.window and head.window_block:
        return
    told = {id(block) for block, _ in said}
    bare = [
        claim for claim in ties.claims.all if _needs_a_window(claim) and id(ties.claims.report.parts[claim.block]) not in told and not _has_window(ties, claim)
    ]
    if bare and _told_before(ties, bare[0]):
        return  # what is said with the first figures holds for those that follow
    if bare:
        first = bare[0]
        where = f" Kỳ chỉ được nêu ở {said[0][0].place} ({said[0][1].label})." if said else ""
        numbers = tuple(dict.fromkeys(claim.text for claim in bare if claim.place == first.place))
        places = tuple(dict.fromkeys(claim.place for claim in bare if (claim.place.page, claim.place.line) != (first.place.page, first.place.line)))
        others = f" Cũng vậy ở {lines_of(places, SHOWN)}." if places else ""
        message = f"Số liệu này của khoảng thời gian nào? Tiêu đề và câu đều không nêu từ ngày nào đến ngày nào.{where}{others}"
        yield Finding(UNSTATED, "question", first.place.line, quoted(first.quote), numbers, message, first.place, places, first.block)


def _told_before(ties: Ties, claim: Claim) -> bool:
    """Whether a time is said with figures that stand before a claim."""
    return any(one.block < claim.block and _needs_a_window(one) and _has_window(ties, one) for one in ties.claims.all)


def _has_window(ties: Ties, claim: Claim) -> bool:
    return any(kind == "window" for kind, _ in claim.scope) or bool(windows(folded(claim.quote), ties.claims.head.year))
