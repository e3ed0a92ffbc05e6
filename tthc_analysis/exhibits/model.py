"""Exhibits: what a notebook cell shows and a document prints. One model, carried inside the notebook as JSON beside its HTML.

Every number keeps where it came from (metric, period, group, numerator, denominator, value), so that documents made from the
same notebook cannot disagree, and a printed number can be traced.
"""

from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from tthc_analysis.exhibits.html import exhibit_html

MIME = "application/vnd.tthc.exhibit+json"


class Shown(BaseModel):
    """Base of every part: frozen, and closed to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Number(Shown):
    """A number as printed (`text`) and as computed: a row of results, or with `change` a difference between two rows.

    `group` names the by-columns and their values.
    """

    text: str
    metric: str
    period: str
    group: dict[str, str] = {}
    numerator: float | None = None
    denominator: float | None = None
    value: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    unit: str = ""
    change: bool = False


class Cell(Shown):
    """A table cell: what is printed, and the numbers in it (none for a label)."""

    text: str
    numbers: list[Number] = []
    heading: bool = False


class Header(Shown):
    """A node of a table's header tree: a leaf is a column; a node with children spans them."""

    text: str
    children: list["Header"] = []


def leaves(header: Header) -> int:
    """Count the columns that a node of a header tree spans."""
    return sum(map(leaves, header.children)) or 1


class Exhibit(Shown):
    """What every exhibit has beside its own: what its words hold, and the two forms that a notebook keeps of it.

    `mentions` are the numbers that caption, headers, notes and drawing say; `quoted` the texts that stand in it as data or reference tables
    have them (names, sources), whatever numerals they hold.
    """

    mentions: list[Number] = []
    quoted: list[str] = []

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        data = self.model_dump(mode="json")
        return {MIME: data, "text/html": exhibit_html(data)}

    def __repr__(self) -> str:
        # the default holds every field; a notebook keeps no text form where a richer one exists
        return f"<{type(self).__name__}>"


class Masthead(Exhibit):
    """The head of a document: what it is, of whom, of when, counted how. `facts` are label and text, in print order."""

    kind: Literal["masthead"] = "masthead"
    title: str
    subtitle: str
    attached_to: str
    facts: list[tuple[str, str]] = []
    warnings: list[str] = []
    sample: bool = False
    internal: bool = False
    period: str
    unit: str


class Appendix(Exhibit):
    """Where an appendix begins: its Roman number, its title, and the line that says with which report it goes.

    On paper each begins a page, and its pages are numbered by themselves (Nghị định 30/2020/NĐ-CP, Phụ lục I).
    """

    kind: Literal["appendix"] = "appendix"
    number: str
    title: str
    attached_to: str = ""


class KeyFigure(Shown):
    """One figure of the first screen: label, the number large, n/N under it, and its changes (each a label and a number)."""

    label: str
    number: Number
    ratio: str = ""
    changes: list[tuple[str, Number]] = []
    better: Literal["higher", "lower", "neither"] = "neither"


class KeyFigures(Exhibit):
    """The key figures of a page, four to six."""

    kind: Literal["key_figures"] = "key_figures"
    caption: str
    figures: list[KeyFigure]


class Statement(Exhibit):
    """A sentence made from results by rule, with the numbers in it."""

    kind: Literal["statement"] = "statement"
    text: str
    numbers: list[Number] = []


class Place(NamedTuple):
    """A cell of a table's body, by row and column, both from 0."""

    row: int
    column: int


class Sum(Shown):
    """A cell whose number is the sum of other cells' numbers: in a workbook it is a formula."""

    total: Place
    parts: list[Place]


class Table(Exhibit):
    """A table: header tree, rows of cells (the leaves of the header are the columns), notes under it.

    A cell with `heading` set is a row header. `wide` asks for a landscape page on paper. `sums` says which cells add up others, by the
    numbers in them. A table of definitions names in `defines` the metric that each row defines.
    """

    kind: Literal["table"] = "table"
    caption: str
    header: list[Header]
    rows: list[list[Cell]]
    notes: list[str] = []
    wide: bool = False
    sums: list[Sum] = []
    defines: list[str] = []

    @model_validator(mode="after")
    def _rows_fit_the_header(self) -> "Table":
        columns = sum(map(leaves, self.header))
        if not columns or any(len(row) != columns for row in self.rows):
            message = f"{self.caption}: every row needs one cell for each of the {columns} columns"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _sums_hold(self) -> "Table":
        for one in self.sums:
            found = [[number.value for number in self.rows[place.row][place.column].numbers] for place in (one.total, *one.parts)]
            values = [value[0] if len(value) == 1 else None for value in found]
            if None in values or values[0] != sum(value or 0 for value in values[1:]):
                message = f"{self.caption}: the cell in row {one.total.row}, column {one.total.column} is no sum of its parts: {values}"
                raise ValueError(message)
        if self.defines and len(self.defines) != len(self.rows):
            message = f"{self.caption}: {len(self.rows)} rows, but {len(self.defines)} metrics defined"
            raise ValueError(message)
        return self


class Figure(Exhibit):
    """A chart: SVG, the alternative text computed from its data, and that data as a table."""

    kind: Literal["figure"] = "figure"
    caption: str
    svg: str
    alt: str
    data: Table
    notes: list[str] = []


AnyExhibit = Annotated[Masthead | Appendix | KeyFigures | Statement | Table | Figure, Field(discriminator="kind")]
_ADAPTER: TypeAdapter[AnyExhibit] = TypeAdapter(AnyExhibit)


def read_exhibit(data: dict[str, Any]) -> AnyExhibit:
    """Build an exhibit again from the JSON that a notebook carries."""
    return _ADAPTER.validate_python(data)


def numbers_of(exhibit: AnyExhibit) -> list[Number]:
    """List the numbers that an exhibit shows, in reading order; those of captions and notes are `mentions`."""
    match exhibit:
        case KeyFigures():
            return [number for figure in exhibit.figures for number in (figure.number, *(change for _, change in figure.changes))]
        case Statement():
            return list(exhibit.numbers)
        case Table():
            return [number for row in exhibit.rows for cell in row for number in cell.numbers]
        case Figure():
            return numbers_of(exhibit.data)
        case Masthead() | Appendix():
            return []
