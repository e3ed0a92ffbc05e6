"""Words against numbers: sentences that do not go with the report's own figures, by the rules of `data/rules.yaml`. Only ever questions.

Also what is not there: blanks that were to be filled, headings with nothing under them.
"""

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from tthc_analysis.audit.blocks import Block, Grid, Report
from tthc_analysis.audit.findings import Finding, Severity, quoted
from tthc_analysis.audit.prose import sentences
from tthc_analysis.audit.ties import Ties, concept, total
from tthc_analysis.audit.vocabulary import data, folded, mended, words_of
from tthc_analysis.reference import notation

WORDS, EMPTY, BLANK = "words_against_numbers", "empty_section", "blank_left"


def check_wording(ties: Ties) -> Iterator[Finding]:
    """Ask about every sentence that stands against figures."""
    lines = list(_sentences(ties.claims.report))
    for rule in data("rules")["rules"]:
        saying = [line for line in lines if (line[0].kind != "cell" or rule.get("cells")) and _says(rule, line[2])]
        found = next((said for test in rule["against"] if (said := _against(ties, test, lines))), None) if saying else None
        if found:
            for block, offset, sentence in saying[:1] if rule.get("cells") else saying:
                yield _asked(block, offset, sentence, rule["asks"].format(found=found))
    yield from _judgements(ties, lines)
    yield from _averages(ties)


Line = tuple[Block, int, str]


def _sentences(report: Report) -> Iterator[Line]:
    for block in report.blocks:
        text = mended(block.text)[0]
        yield from ((block, min(piece.start, max(len(block.text) - 1, 0)), text[piece.start : piece.end]) for piece in sentences(text))


def _says(rule: dict[str, Any], sentence: str) -> bool:
    low = folded(sentence)
    return bool(re.search(folded(rule["says"]), low)) and not ("unless" in rule and re.search(folded(rule["unless"]), low))


def _asked(block: Block, offset: int, sentence: str, message: str, severity: Severity = "question") -> Finding:
    place = block.at(offset)
    return Finding(WORDS, severity, place.line, quoted(sentence), (), message, place)


# --- what stands against a sentence: each test gives what it found in words, or nothing


def _against(ties: Ties, test: dict[str, Any], lines: list[Line]) -> str:
    name = next(key for key in TESTS if key in test)
    return TESTS[name](ties, test, lines)


def _figure(ties: Ties, test: dict[str, Any], _: list[Line]) -> str:
    found = [claim for claim in ties.counts if concept(claim) == test["figure"] and claim.get("subject") in (test["of"], "")]
    if not found:
        found = ties.by_concept.get((test["of"], test["figure"]), [])
    if test["is"] == "zero":
        return f"{found[0].text} ({found[0].place})" if found and not total(found) else ""
    some = [claim for claim in found if claim.quantity.value]
    return f"{some[0].text}, {some[0].place}" if some else ""


def _another(_: Ties, test: dict[str, Any], lines: list[Line]) -> str:
    found = next(((block, offset, text) for block, offset, text in lines if block.kind != "cell" and re.search(folded(test["another"]), folded(text))), None)
    return f"{found[0].at(found[1])} viết “{_short(found[2])}”" if found else ""


def _short(text: str) -> str:
    words = quoted(text).split()
    return " ".join(words[:24]) + ("…" if len(words) > 24 else "")


def _zeros(ties: Ties, test: dict[str, Any], _: list[Line]) -> str:
    """Find a table of noughts under a title."""
    parts = ties.claims.report.parts
    for number, part in enumerate(parts):
        title = next((before.text for before in reversed(parts[:number]) if isinstance(before, Block)), "")
        values = [claim.quantity.value for claim in ties.claims.all if claim.cell and claim.cell[0] == number]
        if isinstance(part, Grid) and values and not any(values) and re.search(folded(test["zeros"]), folded(title)):
            return f"bảng “{_short(title)}” ({part.rows[0][0].place}) toàn số 0"
    return ""


def _ratings(ties: Ties, test: dict[str, Any], _: list[Line]) -> str:
    """Find that many were rated, of those resolved."""
    rated = max((claim.whole.value for claim in ties.claims.all if claim.get("rating") and claim.whole), default=Fraction(0))
    rated = max(rated, *(claim.quantity.value for claim in ties.counts if claim.get("rating")), Fraction(0))
    resolved = next((claim for claim in ties.counts if concept(claim) == "resolved" and claim.get("subject") == "dossier"), None)
    if resolved and rated >= Fraction(test["ratings"]) * resolved.quantity.value:
        return f"có {notation.count(float(rated))} lượt đánh giá trên {resolved.text} hồ sơ đã giải quyết"
    return ""


def _alone(_: Ties, __: dict[str, Any], ___: list[Line]) -> str:
    return "có"


TESTS: dict[str, Callable[[Ties, dict[str, Any], list[Line]], str]] = {
    "figure": _figure,
    "another": _another,
    "zeros": _zeros,
    "ratings": _ratings,
    "alone": _alone,
}


# --- judgements without a figure, averages that are ranges


def _judgements(ties: Ties, lines: list[Line]) -> Iterator[Finding]:
    """Ask for the figure behind "còn thấp" where the report gives none of that kind."""
    judging, judged = re.compile(folded(data("rules")["judging"])), data("rules")["judged"]
    given = {name for claim in ties.claims.all if (claim.share or claim.whole) for name, _ in claim.attributes}
    for block, offset, sentence in lines:
        low = folded(sentence)
        match = judging.search(low)
        if match is None or block.kind == "cell" or any(map(str.isdigit, sentence)):
            continue
        topics = {word.attribute for word in words_of(low[: match.start()]) if word.attribute in judged}
        if topics and not topics & given and re.search(r"tỷ lệ|tỉ lệ|số lượng|mức độ|chỉ số", low):
            yield _asked(block, offset, sentence, f"Nói “{match[0].strip()}” nhưng báo cáo không nêu tỷ lệ nào cho nội dung này. Bằng bao nhiêu?")


def _averages(ties: Ties) -> Iterator[Finding]:
    """Ask about an average that is given as a range, with the figure that the report itself makes."""
    for claim in ties.claims.all:
        if claim.upto and claim.share and re.search(r"bình quân|trung bình", folded(claim.quote)):
            made = _on_time(ties) if claim.get("timing") in ("on", "early_on") else None
            more = f" Theo số đếm của chính báo cáo là {notation.percent(*map(float, made))} ({notation.ratio(*map(float, made))})." if made else ""
            message = f"“Bình quân” mà là một khoảng {claim.text}: của khoảng thời gian nào, các kỳ nào?{more}"
            yield Finding(WORDS, "question", claim.place.line, quoted(claim.quote), (claim.text,), message, claim.place, (), claim.block)


def _on_time(ties: Ties) -> tuple[Fraction, Fraction] | None:
    """Give what the report's own counts make of the share in time."""
    resolved, late = (
        next((claim for claim in ties.by_concept.get(("dossier", name), []) if not claim.scope), None) for name in ("resolved", "resolved.timing=late")
    )
    return (resolved.quantity.value - late.quantity.value, resolved.quantity.value) if resolved and late and resolved.quantity.value else None


# --- what is not there

_BLANKS = re.compile(r"(?:^|\s)số:?\s*(?:[.…_]*)\s*/\s?[A-ZĐ]{2}[\w-]*|ngày\s+(?:[.…_]*\s*)tháng(?!\s+\d+\s+(?:tuổi|ngày))|[.…_]{5,}|…{2,}", re.IGNORECASE)


def check_gaps(report: Report) -> Iterator[Finding]:
    """Note blanks that were to be filled; ask about headings and items with nothing to them."""
    for block in report.blocks:
        match = _BLANKS.search(block.text) if block.kind != "cell" or len(block.text) < 60 else None
        if match:
            place = block.at(match.start())
            yield Finding(BLANK, "note", place.line, quoted(block.text), (), f"Còn để trống: “{match[0].strip()}”.", place)
    yield from _empty(report)


def _empty(report: Report) -> Iterator[Finding]:
    parts = report.parts
    for number, part in enumerate(parts):
        if not isinstance(part, Block):
            continue
        after = parts[number + 1] if number + 1 < len(parts) else None
        if part.kind == "heading" and part.level and part.marker and _is_deserted(part, after):
            yield Finding(EMPTY, "question", part.place.line, quoted(part.text), (), "Đề mục này không có nội dung nào bên dưới.", part.place)
        if _is_stub(part, parts[number - 1] if number else None, after):
            yield Finding(EMPTY, "question", part.place.line, quoted(part.text), (), "Gạch đầu dòng nêu tên nội dung rồi dừng: còn thiếu phần sau?", part.place)


def _is_deserted(heading: Block, after: Block | Grid | None) -> bool:
    """Whether the next part is a heading of the same or a higher level; a heading that says it all after a colon is none."""
    if re.search(r":\s*\S", heading.text) or isinstance(after, Grid):
        return False
    return after is None or (after.kind == "heading" and bool(after.marker) and 0 < after.level <= heading.level)


_NAMES_ONLY = re.compile(r"^\W*(?:những|các|một số|kết quả|tình hình|nguyên nhân|khó khăn|tồn tại|số lượng)\b", re.IGNORECASE)


def _is_stub(part: Block, before: Block | Grid | None, after: Block | Grid | None) -> bool:
    """Whether an item only names its matter where the items beside it say something after a colon."""
    ends = part.kind == "item" and part.text[-1] not in ".;:,!?)" and ":" not in part.text and not any(map(str.isdigit, part.text))
    told = isinstance(before, Block) and before.kind == "item" and before.marker == part.marker and ":" in before.text
    last = not (isinstance(after, Block) and after.kind == "item")
    return ends and told and last and bool(_NAMES_ONLY.match(part.text))
