"""Citations: sections, appendices and tables that are cited and not there, or there and never cited; law no longer in force."""

import re
from collections.abc import Iterator
from datetime import date

from tthc_analysis.audit.blocks import Block, Grid, Report
from tthc_analysis.audit.findings import Finding, Severity, quoted
from tthc_analysis.audit.ties import Ties
from tthc_analysis.audit.vocabulary import folded
from tthc_analysis.audit.windows import windows
from tthc_analysis.reference.laws import Law, law_key, laws, old_terms
from tthc_analysis.reference.notation import ROMAN, day

MISSING, UNCITED, LAW, TERM = "reference_missing", "never_cited", "law_not_in_force", "obsolete_term"
_ROMAN = r"[IVX]{1,6}"
_NUMBER = rf"(?:{_ROMAN}|\d{{1,2}}(?:\.\d{{1,2}}){{0,3}})"
_SECTION = re.compile(rf"\b(?<!một )(?<!thành )(mục|điểm|phần)\s+({_NUMBER})(?![\w/])(?:\s+(?:của\s+)?(phần|mục|phụ lục)(?:\s+({_NUMBER}))?)?", re.IGNORECASE)
_APPENDIX = re.compile(rf"\b(phụ lục|biểu(?: số| mẫu)?|bảng(?: số)?)\s+(?:số\s+)?({_ROMAN}|\d{{1,2}})(?![\w/.%]|[.,]\d|\s?(?:hồ sơ|ngày))", re.IGNORECASE)
# a section of another text: "Mục II Quyết định số 766/QĐ-TTg", "khoản 2 Điều 5 Nghị định"
_ELSEWHERE = re.compile(
    r"^[^.;:()]{0,60}?\b(?:quyết định|nghị định|nghị quyết|thông tư|luật|bộ luật|chỉ thị|kế hoạch|công văn|văn bản|quy chế|quy định|đề án|chương trình|hướng dẫn|\d+/\d{4}/|số \d+/)",
    re.IGNORECASE,
)
_OWN = re.compile(r"\s*(?:(?:của|trong|tại) )?báo cáo này", re.IGNORECASE)
# an appendix without a number: "(Có phụ lục chi tiết kèm theo)", "số liệu tại phụ lục đính kèm"; what others are asked to send is none of the report's own
_ATTACHED = re.compile(
    r"(?:\((?:có |theo |kèm (?:theo )?)?|\b(?:có|xem|chi tiết|số liệu|cụ thể)\b[^.;,()]{0,30}? )(?:các )?(?:phụ lục|biểu (?:số liệu|tổng hợp|thống kê|chi tiết))"
    r"(?: số liệu| chi tiết| thống kê| tổng hợp)*(?: được)?(?: gửi)? (?:kèm(?: theo)?|đính kèm)(?!\w)"
)
_OTHERS = re.compile(r"đề nghị|yêu cầu|hướng dẫn|giao|gửi về|mẫu|phải|quyết định|nghị định|thông tư|kế hoạch|công văn|văn bản")
_BEFORE = re.compile(r"\b(?:khoản|điều|chương|kế hoạch|công văn|quyết định|nghị định|thông tư)\s[^.;]{0,30}$", re.IGNORECASE)
_LAW = re.compile(r"(?<![\w/])(\d{1,4}/\d{4}/[A-ZĐ][\w&-]*(?:-[A-ZĐ]+)*)")
_SHORT_LAW = re.compile(r"\b(NĐ|Nghị định|TT|Thông tư)(?: số)? (\d{1,3}/\d{4})(?![/\d])")
_ACTING = re.compile(r"(?:thực hiện|căn cứ|theo|triển khai|quy định tại|tuân thủ|áp dụng|chấp hành)[^.;]{0,120}$", re.IGNORECASE)
_PAST = re.compile(r"thay thế|hết hiệu lực|bãi bỏ|trước đây|đã được sửa đổi|sửa đổi, bổ sung|thay cho|trước ngày", re.IGNORECASE)
_REPLACING = re.compile(r"(?:thay thế|thay cho|bãi bỏ|đã thay)(?: cho)? (?:nghị định|thông tư|quyết định|luật)(?: số)? ?$")
_REPLACED = re.compile(r"(?:[^.;:()]|\(?ngày [\d/]+\)?){0,60}?[\s(](?:đã |nay |nay đã )?(?:hết hiệu lực|bị thay thế|được thay thế|bị bãi bỏ|được bãi bỏ)")
KINDS = ("phụ lục", "biểu", "bảng")


def check_citations(ties: Ties) -> Iterator[Finding]:
    """Check every citation of the report's own parts, and of the law."""
    report = ties.claims.report
    yield from _references(report)
    on = ties.claims.head.dated or (ties.claims.head.window.last if ties.claims.head.window else None)
    if on:
        yield from _law(report, on, exact=ties.claims.head.exact)


# --- the report's own parts


def _appendix_begins(report: Report) -> int:
    """Give the part where the appendices begin; after the last where there are none."""
    found = [number for number, part in enumerate(report.parts) if isinstance(part, Block) and part.kind == "heading" and part.marker.startswith("phụ lục")]
    return found[0] if found else len(report.parts)


def _markers(report: Report, first: int, last: int) -> set[str]:
    return {part.marker.upper() for part in report.parts[first:last] if isinstance(part, Block) and part.marker}


def _named(report: Report) -> dict[str, set[str]]:
    """Give the numbers that appendices, forms and tables of the report bear, in both kinds of figures."""
    found: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for part in report.parts:
        for block in [part] if isinstance(part, Block) else part.rows[0][:1]:
            match = re.match(rf"(phụ lục|biểu|bảng)(?: số| mẫu)*\s+({_ROMAN}|\d{{1,2}})(?!\w)", block.text, re.IGNORECASE)
            if match and len(block.text) < 250:
                found[_kind(match[1])] |= _both(match[2])
    return found


def _kind(word: str) -> str:
    return next(kind for kind in KINDS if word.lower().startswith(kind))


def _both(number: str) -> set[str]:
    """Give a number in Roman and in Arabic figures."""
    upper = number.upper()
    if upper in ROMAN:
        return {upper, str(ROMAN.index(upper) + 1)}
    return {str(int(number)), ROMAN[int(number) - 1]} if number.isdecimal() and 0 < int(number) <= len(ROMAN) else {upper}


def _references(report: Report) -> Iterator[Finding]:
    begins = _appendix_begins(report)
    body, inside, named = _markers(report, 0, begins), _markers(report, begins, len(report.parts)), _named(report)
    cited: dict[str, set[str]] = {kind: set() for kind in named}
    for block in report.blocks:
        if block.kind == "heading" and block.marker.startswith("phụ lục"):
            continue
        for match in _SECTION.finditer(block.text):
            of_appendix = (match[3] or "").lower() == "phụ lục" and not match[4]
            yield from _section(block, match, inside if of_appendix else body | inside, of_appendix=of_appendix, any_appendix=begins < len(report.parts))
        for match in _APPENDIX.finditer(block.text):
            kind = _kind(match[1])
            if _is_own(block, match):
                cited[kind] |= _both(match[2])
                yield from _appendix(block, match, kind, named)
    yield from _uncited(report, begins, cited)
    yield from () if begins < len(report.parts) or any(named.values()) else _attached(report)


def _attached(report: Report) -> Iterator[Finding]:
    """Ask once for an appendix without a number that is said to be there: nothing in the file bears the name, and no table follows."""
    tables = [number for number, part in enumerate(report.parts) if isinstance(part, Grid)]
    for number, block in enumerate(report.parts):
        low = folded(block.text) if isinstance(block, Block) else ""
        match = _ATTACHED.search(low)
        if isinstance(block, Block) and match and not _OTHERS.search(low) and not any(table > number for table in tables):
            said = f"Viết “{match[0].strip('( ')}” nhưng trong tệp không có phụ lục hay bảng nào theo sau. Phần ấy ở tệp khác?"
            yield _missing(block, match, "question", said)
            return


def _is_own(block: Block, match: re.Match[str]) -> bool:
    """Whether a citation speaks of the report's own parts; a heading that bears a number does not cite it."""
    heads = match.start() == 0 and len(block.text) < 250
    if _OWN.match(block.text[match.end() :]):
        return True
    return not heads and not _ELSEWHERE.match(block.text[match.end() :]) and not _BEFORE.search(block.text[: match.start()])


def _section(block: Block, match: re.Match[str], known: set[str], *, of_appendix: bool, any_appendix: bool) -> Iterator[Finding]:
    """Check a cited section. One of an appendix that is not in the file may stand in another file."""
    number = match[2].upper()
    if match[3] and match[4] and not of_appendix and match[4].upper() not in known and number in known and _is_own(block, match):
        yield _missing(block, match, "error", f"Dẫn tới {match[0]} nhưng báo cáo không có {match[3].lower()} {match[4]}.")
    if number in known or not _is_own(block, match) or (match[1].lower() == "điểm" and not of_appendix) or (not known and not of_appendix):
        return
    if of_appendix and any_appendix:
        have = ", ".join(sorted(marker for marker in known if re.fullmatch(_NUMBER, marker)))
        yield _missing(block, match, "error", f"Dẫn tới {match[0]} nhưng phụ lục chỉ có các mục {have or '(không đánh số)'}.")
    elif of_appendix:
        yield _missing(block, match, "question", f"Dẫn tới {match[0]} nhưng tệp này không có phụ lục. Phụ lục ở tệp khác?")
    elif not match[3]:
        yield _missing(block, match, "error", f"Dẫn tới {match[0]} nhưng báo cáo không có mục này.")


def _appendix(block: Block, match: re.Match[str], kind: str, named: dict[str, set[str]]) -> Iterator[Finding]:
    if _both(match[2]) & named[kind]:
        return
    if named[kind]:
        yield _missing(block, match, "error", f"Dẫn tới {match[0]} nhưng báo cáo không có {kind} mang số ấy.")
    elif kind != "biểu":
        yield _missing(block, match, "question", f"Dẫn tới {match[0]} nhưng trong tệp không có {kind} nào đánh số. Phần ấy ở tệp khác?")


def _missing(block: Block, match: re.Match[str], severity: Severity, message: str) -> Finding:
    place = block.at(match.start())
    return Finding(MISSING, severity, place.line, quoted(block.text), (match[0],), message, place)


def _uncited(report: Report, begins: int, cited: dict[str, set[str]]) -> Iterator[Finding]:
    """Note appendices that bear a number and are never spoken of, where the text does cite others or none at all."""
    in_general = any(
        re.search(r"(?:các |theo |tại )phụ lục(?! [IVX\d])|phụ lục (?:kèm theo|đính kèm|chi tiết)", folded(block.text)) for block in _body(report, begins)
    )
    for part in report.parts[begins:]:
        match = re.match(rf"phụ lục(?: số)?\s+({_ROMAN}|\d{{1,2}})(?!\w)", part.text, re.IGNORECASE) if isinstance(part, Block) else None
        if isinstance(part, Block) and match and not _both(match[1]) & cited["phụ lục"] and not in_general:
            message = f"{match[0]} không được nhắc tới trong phần lời của báo cáo (Nghị định 30/2020/NĐ-CP: văn bản có phụ lục thì phải dẫn)."
            yield Finding(UNCITED, "note", part.place.line, quoted(part.text), (), message, part.place)


def _body(report: Report, begins: int) -> list[Block]:
    return [part for part in report.parts[:begins] if isinstance(part, Block)]


# --- law


def _law(report: Report, on: date, *, exact: bool) -> Iterator[Finding]:
    seen = set[tuple[str, int]]()
    for block in report.blocks:
        for number, start in _cited_laws(block.text):
            law = laws().get(law_key(number))
            if law and not law.in_force(on) and not _of_its_time(block.text, number, start, law) and (law.number, block.place.line) not in seen:
                seen.add((law.number, block.place.line))
                yield _not_in_force(block, start, law, on, exact=exact)
        yield from _terms(block, on)


def _cited_laws(text: str) -> Iterator[tuple[str, int]]:
    """Give the numbers of laws, decrees and circulars that a text cites, whole or short ("NĐ 61/2018")."""
    yield from ((match[1], match.start()) for match in _LAW.finditer(text))
    for match in _SHORT_LAW.finditer(text):
        yield f"{match[2]}/{'NĐ-CP' if match[1] in ('NĐ', 'Nghị định') else 'TT-VPCP'}", match.start()


def _of_its_time(text: str, number: str, start: int, law: Law) -> bool:
    """Whether a law is cited for a time when it was in force, or as one that was replaced."""
    begins = max(text.rfind(mark, 0, start) for mark in (". ", ";"))
    said = windows(text[max(0, begins) : start])
    if said and law.in_force(said[-1].first) and law.in_force(said[-1].last) and ".." in said[-1].name:
        return True
    return bool(_REPLACING.search(folded(text[max(0, start - 60) : start])) or _REPLACED.match(folded(text[start + len(number) :])))


def _not_in_force(block: Block, start: int, law: Law, on: date, *, exact: bool) -> Finding:
    """Say that a text was not in force: an error only where it was checked, cited as what one acts by, and the date is sure."""
    clause = block.text[max(0, start - 160) : start]
    past = _PAST.search(block.text[max(0, start - 60) : start + 160])
    sure = law.verified and bool(_ACTING.search(clause)) and not past and exact
    place = block.at(start)
    begun = on > law.valid_to
    when = f"hết hiệu lực sau ngày {day(law.valid_to)}, được thay bằng {law.replaced_by}" if begun else f"chỉ có hiệu lực từ ngày {day(law.valid_from)}"
    unsure = "" if law.verified else " Chưa đối chiếu với văn bản: xin kiểm lại."
    message = f"{law.number} ({law.name}) {when}; báo cáo ngày {day(on)}.{unsure}"
    return Finding(LAW, "error" if sure else "question", place.line, quoted(block.text), (law.number,), message, place)


def _terms(block: Block, on: date) -> Iterator[Finding]:
    low = folded(block.text)
    for term, law in old_terms():
        match = re.search(rf"(?<!\w){re.escape(term)}(?!\w|\.\d)", low)
        if match and not law.in_force(on):
            place = block.at(match.start())
            message = f"“{term}” là từ ngữ cũ, nay là {law.replaced_by}."
            yield Finding(TERM, "question", place.line, quoted(block.text), (), message, place)
            return
