"""Prose as claims: sentences, bullet lists and headings, read from top to bottom.

A claim is read from the words around it (`labels`), from the list or bracket that it is a part in, and from what was spoken of before.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from tthc_analysis.audit.blocks import Block, Grid, Place
from tthc_analysis.audit.figures import Claim, Figure, figures_of
from tthc_analysis.audit.head import Head
from tthc_analysis.audit.labels import Break, Piece, attributes_of, breaks, implied, in_piece, left_over, merged, pieces, role_of, vagueness, without_brackets
from tthc_analysis.audit.scope import Scope, narrowed, of_all, scope_of
from tthc_analysis.audit.tables import claims_of
from tthc_analysis.audit.vocabulary import LEVELS, Attributes, Word, folded, mended, pattern_of, words_of

MAIN = {"received", "resolved", "pending"}  # the stages that a report goes through one after the other
OF_PENDING = {"in_time"}
OWN_MEANING = {"digit", "payment", "rating"}  # what counts so is no stage of work, whatever list it stands in
BARE = {("subject", "dossier"), ("subject", "procedure")}  # what a label says that says no more
APART = {"office", "person", "document", "money", "time"}  # units of what no dossier is: the words behind them are of the next figure
LONGEST_SENTENCE = 4000  # characters
NEAR_BASE = 14  # claims back to the count that a sentence names as its base
LOOSE_UNITS = {"case", "result", "thing", "time", "points"}  # "12 trường hợp" are of what the label says

# --- sentences

# what makes a heading one of a part: "tại Trung tâm", "của các phường", "đối với TTHC liên thông"; of one place only or of all is no part
NARROWING = re.compile(r"\b(?:tại|của|thuộc|đối với|qua|trên|theo|riêng)\s(?!địa bàn|toàn|huyện$|xã$|tỉnh$|thành phố$)[^,;:.()]{3,60}")
# "40 hồ sơ, chiếm 69% trong tổng số hồ sơ trễ hạn (58 hồ sơ)": the bracket holds the whole, not parts
_OF_A_WHOLE = re.compile(r"(?:trong|trên|so với) tổng (?:số )?[^,;:()\d]{0,60}$")
# "1.020 hồ sơ, bằng 80% hồ sơ nộp mới (1.275 hồ sơ)": so does this one, where it holds more
_SHARE_OF = re.compile(r"\b(?:bằng|chiếm)(?: [^\W\d]+){0,3} [\d.,]+\s?(?:%|phần trăm)(?: của| số)* (?:hồ sơ|phiếu|tthc|thủ tục|lượt)[^,;:()\d]{0,60}$")
# "Trên số phiếu hợp lệ có …": what the figures of the sentence are parts of
_BASE = re.compile(r"\W*(?:tính |xét )?(?:trên|trong)(?: tổng)? số (?!đó|này|trên\b)([^,;:()\d]{3,60}?)(?=\s?[,:]|\s(?:thì |đã )?có\s)")
_EACH = re.compile(r"\bcứ (?:mỗi )?(?:[\d.]+ [^,;:()\d]{2,40}?thì [^,;:().\d]{0,30})?$")  # "cứ 10 hồ sơ thì có 8 hồ sơ …" counts nothing
_SPAN = re.compile(r"\s*[^,;:()\d]*\b(?:trên|dưới|từ|hơn|quá|đến)\s+$")  # "trước hạn trên 5 ngày"
_SENTENCE = re.compile(r"(?<=[.!?])(?<!TP\.)(?<!Tp\.)\s+(?=[0-9“\"(\[+•–-]|[^\W\d_])|\s[-–+•]\s(?=[^\W\d_])")


def sentences(text: str) -> list[Piece]:
    """Part a text into sentences; a dash before a capital begins one too."""
    # a letter begins one where it is a capital; there is no pattern for capitals of every mark
    found = [match for match in _SENTENCE.finditer(text) if not text[match.end()].isalpha() or text[match.end()].isupper()]
    edges = [0, *(edge for match in found for edge in match.span()), len(text)]
    return [piece for n in range(0, len(edges), 2) for piece in _cut(text, edges[n], edges[n + 1])]


def _cut(text: str, start: int, end: int) -> Iterator[Piece]:
    """Cut at a space what is too long for a sentence, a list without a full stop: each figure of it would be read beside all the others."""
    while end - start > LONGEST_SENTENCE:
        at = text.rfind(" ", start, start + LONGEST_SENTENCE)
        at = at if at > start else start + LONGEST_SENTENCE
        yield Piece(start, at)
        start = at
    if start < end:
        yield Piece(start, end)


def without_marker(block: Block) -> str:
    """Blank what a block is numbered or dotted with: it is no figure of what it says; the text keeps its length.

    >>> without_marker(Block("heading", "2.1. Về 5 xã", Place("text", 1), "2.1", 3))
    '     Về 5 xã'
    """
    text = block.text
    begins = text[: len(block.marker) + 12].find(block.marker) if block.marker and block.level else -1
    if begins < 0:
        return text
    end = begins + len(block.marker)
    while end < len(text) and text[end] in ".):/–- ":
        end += 1
    return " " * (end - 1) + text[end - 1 :] if text[end - 1] == " " else " " * end + text[end:]


@dataclass
class _Open:
    """A list or bracket that is open: how it was opened, and the claim that what follows is part of."""

    how: str
    head: int | None
    marker: str = ""  # of the item that announced it: what bears the same is no part of it


class _Place(NamedTuple):
    """The block that a sentence stands in, and the number of the block's first claim."""

    number: int
    block: Block
    first: int
    doubtful: bool


@dataclass
class Reader:
    """What is known while a report is read from top to bottom."""

    head: Head
    claims: list[Claim] = field(default_factory=list)
    stage: str = ""
    subject: str = ""
    section: Scope = frozenset()
    sections: int = 0
    topic: str = ""
    title: str = ""  # what stands over a table that comes next
    paragraph: Scope = frozenset()
    last: int | None = None  # the last count outside brackets
    waiting: _Open | None = None  # a list that the next blocks are the items of
    items: list[tuple[str, int | None, Scope]] = field(default_factory=list)  # markers of the items around, the count and the scope of each

    def block(self, number: int, block: Block) -> None:
        """Read a paragraph, heading or list item."""
        if block.kind == "heading":
            self._heading(block)
        self.title = f"{self.title if block.kind != 'heading' else ''} {block.text}"[-300:]
        inherited = self._list_place(block)
        text, spoilt = mended(without_marker(block))
        before = len(self.claims)
        self.paragraph = self.section if block.kind != "item" or not self.items or not self.items[:-1] else self.items[-2][2]
        for piece in sentences(text):
            self._sentence(_Place(number, block, before, bool(spoilt)), text, piece, inherited)
        self._end_of_block(block, text, before)

    def _heading(self, block: Block) -> None:
        self.stage, self.last, self.waiting, self.items = "", None, None, []
        self.sections += 1
        told = dict(attributes_of(words_of(folded(block.text))))
        topics = [f"{name}:{told[name]}" for name in ("channel", "digit", "payment", "rating", "service") if name in told]
        self.topic = " ".join([*topics, *NARROWING.findall(folded(block.text)), *LEVELS.findall(folded(block.text))])
        self.subject = told.get("subject", "") if told.get("subject") in ("petition", "rating") else ""
        self.section = scope_of(block.text, self.head) if block.level > 1 else frozenset()

    def _list_place(self, block: Block) -> _Open | None:
        """Give the list that a block is an item of: one announced before it, or the item above that it stands under."""
        if block.kind != "item":
            waiting = self.waiting if not self.items else None
            self.items = []
            self.waiting = None
            return waiting if block.kind == "paragraph" else None
        key = re.sub(r"\d+|[a-zđ](?=$)", "#", block.marker) if block.marker[:1].isalnum() else block.marker
        if key[:1].isalnum() or key == "#":  # what is numbered stands under no dot or dash
            self.items = [item for item in self.items if item[0][:1] == "#"]
        known = [marker for marker, _, _ in self.items]
        if key in known:
            del self.items[known.index(key) :]
        above = self.items[-1] if self.items else None
        self.items.append((key, None, self.section))
        if above is not None:
            return _Open("list", above[1]) if above[1] is not None else None
        return self.waiting if self.waiting and self.waiting.marker != key else None

    def _end_of_block(self, block: Block, text: str, before: int) -> None:
        counts = [claim for claim in self.claims[before:] if not claim.share and claim.head in (None, *range(before))]
        if block.kind == "item" and self.items:
            self.items[-1] = (self.items[-1][0], counts[-1].number if counts else None, self.paragraph)
        ends = folded(text).rstrip()
        opens = pattern_of("parts", "some").search(ends[-25:]) or pattern_of("parts", "whole").search(ends[-25:])
        if counts and (ends.endswith(":") or (opens and ends.endswith((",", ":", ";")))):
            how = "whole" if pattern_of("parts", "whole").search(ends[-25:]) else "some"
            self.waiting = _Open(how, counts[-1].number, self.items[-1][0] if block.kind == "item" and self.items else "")
        elif block.kind != "item":
            self.waiting = None

    # --- a sentence

    def _sentence(self, at: _Place, text: str, piece: Piece, inherited: _Open | None) -> None:
        said = text[piece.start : piece.end]
        low = without_brackets(folded(said))
        figures, words = figures_of(said), words_of(low)
        begins = next((figure.start for figure in figures if figure.unit not in APART), len(low))
        before = of_all(self.paragraph, (claim.scope for claim in self.claims[at.first :]), low)
        self.paragraph = narrowed(before, scope_of(low[:begins], self.head, said[:begins]), low)
        if not figures:
            self._without_figures(words)
            return
        scan = _Scan(self, low, words, figures, inherited, at.first)
        scan.begin()
        for place, figure in enumerate(figures):
            start = piece.start + figure.start
            claim = scan.claim(place, said)
            self.add(replace(claim, place=at.block.at(start), quote=said.strip(), block=at.number, start=start, doubtful=at.doubtful))
            scan.added(self.claims[-1], figure)

    def add(self, claim: Claim) -> None:
        """Collect a claim, with its number and the section that it stands in."""
        self.claims.append(replace(claim, number=len(self.claims), section=self.sections, topic=self.topic))

    def table(self, number: int, grid: Grid) -> None:
        """Read a table; a list that waits for its items waits no longer."""
        for claim in claims_of(grid, number, self.head, self.section, self.title):
            before = self.claims[-1] if self.claims and claim.cell and self.claims[-1].cell and self.claims[-1].cell[:2] == claim.cell[:2] else None
            beside = claim.share and before is not None and not before.share and before.attributes == claim.attributes
            self.add(replace(claim, of=before.number) if before is not None and beside else claim)
        self.waiting, self.items, self.title = None, [], ""

    def _without_figures(self, words: Sequence[Word]) -> None:
        told = dict(attributes_of(words))
        if told.get("stage") in MAIN:
            self.stage = told["stage"]


class _Label(NamedTuple):
    """What the words around a figure say: attributes, the words left over, the text."""

    attributes: Attributes
    left_over: frozenset[str]
    text: str


@dataclass
class _Scan:
    """A sentence while its figures are read from left to right."""

    reader: Reader
    low: str
    words: list[Word]
    figures: list[Figure]
    inherited: _Open | None
    first: int = 0  # the number of the block's first claim
    open: list[_Open] = field(default_factory=list)
    lead: Attributes = frozenset()
    last_at: dict[int, int] = field(default_factory=dict)
    scope: Scope = frozenset()
    gaps: dict[int, tuple[list[Break], list[Piece]]] = field(default_factory=dict)

    def begin(self) -> None:
        """Take over what is open from the blocks and the sentence before."""
        self.scope = self.reader.paragraph
        base = self._base()
        if base is not None:
            self.open.append(_Open("some", base))
            return
        begins = next((how for how in ("whole", "some") if pattern_of("parts", how).match(self.low.lstrip(" -+•*–"))), "")
        if begins and self.reader.last is not None and (self.reader.last >= self.first or not self.inherited):
            self.open.append(_Open(begins, self.reader.last))
        elif self.inherited and self.inherited.head is not None and not self._has_its_own():
            self.open.append(_Open(self.inherited.how, self.inherited.head))

    def _base(self) -> int | None:
        """Give the count that the sentence says its figures are of, by the words that it was called with before."""
        named = _BASE.match(self.low)
        if named is None or (self.figures and self.figures[0].start < named.end()):
            return None
        piece = Piece(*named.span(1))
        told = implied(attributes_of(in_piece(self.words, piece)))
        left = left_over(self.low, piece, self.words)
        near = [claim for claim in self.reader.claims[-NEAR_BASE:] if claim.section == self.reader.sections and not (claim.share or claim.whole or claim.cell)]
        same = [claim.number for claim in near if told - BARE == claim.attributes - BARE and left == claim.left_over and (told - BARE or left)]
        return same[-1] if same else None

    def _has_its_own(self) -> bool:
        """Whether the block has gone on to counts that are no parts of the list that it stands in."""
        return any(claim.head is None and not claim.share for claim in self.reader.claims[self.first :])

    # --- the words between two figures

    def _gap(self, place: int) -> tuple[list[Break], list[Piece]]:
        if place not in self.gaps:
            self.gaps[place] = self._parted(place)
        return self.gaps[place]

    def _parted(self, place: int) -> tuple[list[Break], list[Piece]]:
        start = self.figures[place - 1].end if place else 0
        end = self.figures[place].start if place < len(self.figures) else len(self.low)
        parted = breaks(self.low, start, end, self.words, after_figure=place > 0)
        return parted, pieces(start, end, parted)

    def _before(self, place: int) -> list[Piece]:
        """Give the pieces before a figure that may be its label, the nearest last; what belongs to the figure before is left out."""
        parted, found = self._gap(place)
        if place and (parted or self._labelled_before(place - 1)):
            return found[1:] if parted else found
        return found if not place else []

    def _labelled_before(self, place: int) -> bool:
        """Whether a figure has its label before it: then what follows without a break is the next one's."""
        if self.figures[place].unit in APART:
            return True
        _, found = self._gap(place)
        return bool(attributes_of(in_piece(self.words, found[-1])) - BARE)

    def _after(self, place: int) -> Piece | None:
        """Give the piece behind a figure that is of its label."""
        parted, found = self._gap(place + 1)
        if parted or place + 1 == len(self.figures):
            return found[0]
        return None if self._labelled_before(place) else found[0]

    def _label(self, place: int) -> _Label:
        """Give what a figure's label says on both sides; straight after a colon what stands behind the figure says it more closely."""
        before, behind = self._label_before(place), self._label_behind(place)
        _, found = self._gap(place)
        closer = bool(found) and not self.low[found[-1].start : found[-1].end].strip()
        first, then = (behind, before) if closer else (before, behind)
        return _Label(merged(first.attributes, then.attributes), before.left_over | behind.left_over, f"{before.text} {behind.text}".strip())

    def _label_before(self, place: int) -> _Label:
        """Read the pieces before a figure, from the nearest back to the first that says something."""
        label = _Label(frozenset(), frozenset(), "")
        for piece in reversed(self._before(place)):
            told, left = attributes_of(in_piece(self.words, piece)), left_over(self.low, piece, self.words)
            label = _Label(merged(label.attributes, told), label.left_over | left, f"{self.low[piece.start : piece.end].strip()} {label.text}")
            if told - BARE or label.left_over:
                break
        return label

    def _label_behind(self, place: int) -> _Label:
        """Read what stands behind a figure, and between n and N."""
        inner, after = Piece(*self.figures[place].inner), self._after(place)
        told = attributes_of(in_piece(self.words, inner), nearest_last=False)
        if after is None:
            return _Label(told, frozenset(), "")
        more = attributes_of(in_piece(self.words, after), nearest_last=False)
        return _Label(merged(told, more), left_over(self.low, after, self.words, last=False), self.low[after.start : after.end].strip())

    # --- a claim

    def claim(self, place: int, said: str) -> Claim:
        """Read one figure: its label, its list, its scope."""
        self._follow(place)
        figure, label = self.figures[place], self._label(place)
        head = self._head(implied(label.attributes), figure)
        counted = self._share_of(place, label)
        told = self._said_already(place, counted)
        return Claim(
            number=-1,
            quantity=figure.first,
            unit=figure.unit,
            attributes=self._completed(label.attributes, head, figure) if told is None else told.attributes,
            place=Place("text", 0),
            quote="",
            block=-1,
            start=figure.start,
            whole=figure.whole,
            upto=figure.upto,
            label=label.text,
            left_over=(label.left_over if told is None else told.left_over) | self._span_behind(place),
            scope=self._scope(place, said),
            role=self._role(place),
            vague=vagueness(self._words_before(place)),
            of=counted,
            head=head.head if head else None,
            how=head.how if head else "",
        )

    def _span_behind(self, place: int) -> frozenset[str]:
        """Give the time that narrows a count straight behind it: "40 hồ sơ trước hạn trên 5 ngày"."""
        after = self.figures[place + 1] if place + 1 < len(self.figures) else None
        if after is None or after.unit != "time" or not _SPAN.fullmatch(self.low, self.figures[place].end, after.start):
            return frozenset()
        return frozenset({self.low[after.start : after.end]})

    def _said_already(self, place: int, counted: int | None) -> Claim | None:
        """Give the claim that says what a figure is: the count of a share, or the share that n/N stands behind in brackets."""
        if counted is not None:
            return self.reader.claims[counted]
        behind = place > 0 and self.figures[place - 1].first.percent and self._before_its_ratio(place - 1)
        return self.reader.claims[-1] if behind else None

    def _words_before(self, place: int) -> str:
        """Give the words between the last break and a figure; where there are none, those before it."""
        _, found = self._gap(place)
        text = self.low[found[-1].start : self.figures[place].start]
        return text if text.strip() else self.low[max(0, self.figures[place].start - 40) : self.figures[place].start]

    def _scope(self, place: int, said: str) -> Scope:
        """Give a figure's scope: what was named before it, and behind it as far as its label goes; what was named before holds on."""
        start = self.figures[place - 1].end if place else 0
        nearby = slice(start, self.figures[place].start)
        self.scope = narrowed(self.scope, scope_of(self.low[nearby], self.reader.head, said[nearby]), self.low[nearby])
        after = self._after(place)
        behind = scope_of(self.low[slice(*after)], self.reader.head, said[slice(*after)]) if after else frozenset()
        return narrowed(self.scope, behind, "") if behind else self.scope

    def _role(self, place: int) -> str:
        nearby, after = self.low[self.figures[place - 1].end if place else 0 : self.figures[place].start], self._after(place)
        role = role_of(re.split(r"[,;.()]", nearby)[-1])
        role = "result" if self.figures[place].first.percent and role == "average" else role
        role = "each" if _EACH.search(self.low, 0, self.figures[place].start) else role
        behind = self.low[slice(*after)] if after else ""
        return role if role != "result" or not behind else "compared" if re.match(r"\s*(?:của |so với |là )?cùng kỳ", behind) else role

    def _follow(self, place: int) -> None:
        """Open and close lists and brackets as the breaks before a figure say."""
        parted, found = self._gap(place)
        for number, one in enumerate(parted):
            level = len(self.open)
            if one.kind == "(":
                straight = number == 0 and place > 0 and not _OF_A_WHOLE.search(self.low, 0, one.start)
                head = self.last_at.get(level, self._previous()) if straight else None
                self.open.append(_Open("(", None if self._holds_the_whole(head, one.start, place) else head))
            elif one.kind == ")":
                self._close_bracket()
            elif one.kind in ("whole", "some"):
                head = self.last_at.get(level, self._previous())
                if head is not None:
                    self.open.append(_Open(one.kind, head))
            elif one.kind == ":" and self.low[one.end : found[number + 1].end].strip() and not place:
                self.lead = attributes_of([word for word in self.words if word.end <= one.start])

    def _holds_the_whole(self, head: int | None, start: int, place: int) -> bool:
        """Whether a bracket behind "bằng 80% hồ sơ nộp mới" names the whole: then it holds more than what was counted."""
        if head is None or place >= len(self.figures) or not _SHARE_OF.search(self.low, 0, start):
            return False
        return self.figures[place].first.value >= self.reader.claims[head].quantity.value

    def _previous(self) -> int | None:
        return None if not self.last_at else self.last_at[max(self.last_at)]

    def _close_bracket(self) -> None:
        while self.open:
            self.last_at.pop(len(self.open), None)
            if self.open.pop().how == "(":
                return

    def _head(self, own: Attributes, figure: Figure) -> _Open | None:
        """Give the list that a figure is a part in; one that goes on to another stage of work ends the list before it."""
        stage, claims = dict(own).get("stage", ""), self.reader.claims
        while self.open:
            current = self.open[-1]
            head = claims[current.head] if current.head is not None else None
            ends = head is not None and stage in MAIN and head.get("stage") in MAIN and stage != head.get("stage") and current.how != "("
            if head is not None and figure.first.percent and figure.whole is None:
                return current
            if not ends:
                return current if head is not None and _one_kind(head.unit, figure.unit) else None
            self.last_at.pop(len(self.open), None)
            self.open.pop()
        return None

    def _completed(self, own: Attributes, head: _Open | None, figure: Figure) -> Attributes:
        """Complete a label from the head of its list, from the words that lead the sentence, and from what was spoken of before."""
        known = dict(own)
        if head and head.head is not None:
            above = self.reader.claims[head.head].attributes
            stage = dict(above).get("stage", "")
            if (not known.get("stage") or known["stage"] == stage) and not known.keys() & OWN_MEANING:
                own = merged(own, frozenset(item for item in above if item[0] != "origin"))
            else:
                own = merged(own, frozenset(item for item in above if item[0] == "subject"))
        if self.lead and not (known.get("stage") and known["stage"] != dict(self.lead).get("stage", known["stage"])):
            own = merged(own, self.lead)
        own = implied(own)
        timing = dict(own).get("timing", "")
        if timing and "stage" not in dict(own):
            spoken = self.reader.stage if timing == "late" and self.reader.stage in ("resolved", "pending") else ""
            own = merged(own, frozenset({("stage", "pending" if timing in OF_PENDING else spoken or "resolved")}))
        if "subject" not in dict(own) and not figure.unit:
            own = merged(own, frozenset(item for item in self._spoken_of() if item[0] == "subject"))
        if figure.unit and not figure.first.percent and (figure.unit not in LOOSE_UNITS or "subject" not in known):
            own = merged(frozenset({("subject", figure.unit)}), own)  # what is written behind a figure is what it counts
        return own

    def _spoken_of(self) -> Attributes:
        """Give what the figure before in the sentence counts, or what the heading is about."""
        before = self.reader.claims[-1] if self.last_at else None
        return before.attributes if before else frozenset({("subject", self.reader.subject)} if self.reader.subject else ())

    def _share_of(self, place: int, label: _Label) -> int | None:
        """Give the count that a percentage is said of: the one before it, unless it has a label of its own."""
        if not self.figures[place].first.percent or label.left_over or not place or self.figures[place - 1].first.percent or self._before_its_ratio(place):
            return None
        before, bare = self.reader.claims[-1], label.attributes - BARE
        return before.number if not bare or bare <= before.attributes else None

    def _before_its_ratio(self, place: int) -> bool:
        """Whether n/N follows in brackets: "cả huyện và xã đạt 99,46% (4.959/4.986 hồ sơ)"."""
        if place + 1 == len(self.figures) or not self.figures[place + 1].whole:
            return False
        return self.low[self.figures[place].end : self.figures[place + 1].start].strip() == "("

    def added(self, claim: Claim, figure: Figure) -> None:
        """Remember a claim for those that come after it."""
        if claim.share or claim.role in ("average", "each"):
            return
        self.last_at[len(self.open)] = claim.number
        if claim.get("stage") in MAIN and claim.head is None:
            self.reader.stage = claim.get("stage")
        if not any(one.how == "(" for one in self.open) and claim.head is None:
            self.reader.last = claim.number
        if re.search(r"trong (?:tổng )?số\s*$", self.low[: figure.start]):
            self.open.append(_Open("some", claim.number))


def _one_kind(one: str, other: str) -> bool:
    """Whether two units may be parts of one count."""
    return not one or not other or one == other or {one, other} <= {"dossier", "case", "result"}
