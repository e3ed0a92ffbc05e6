"""An office's own Word template with its fields filled: `{{ so_hoa_thanh_phan }}`, `{%tr for d in don_vi_bang %}`.

docxtpl does the filling. A template comes from outside: before anything is filled, each of its expressions is looked at, and only fields,
loops over tables and conditions on them are let through; what is left runs in Jinja's sandbox, without functions. Values are text: they are
escaped, and what a value holds is never read as a field.
"""

import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape, unescape
from io import BytesIO
from pathlib import Path
from typing import Any

from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree
from markupsafe import Markup

from tthc_analysis.errors import UserError, did_you_mean, nearest
from tthc_analysis.press.layout import Printable, printed
from tthc_analysis.press.package import repacked

Value = str | list[dict[str, str]]
Known = Value | tuple[str, ...]  # within a loop, its row is known by its columns

LIST = "docs/fields.md"
OLD_WORD, ENCRYPTED = b"\xd0\xcf\x11\xe0", "EncryptedPackage".encode("utf-16-le")
# what zipfile, lxml and python-docx raise over a file that is broken or of another kind
UNREADABLE = (AttributeError, EOFError, LookupError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError)
LARGEST = 200_000_000  # bytes unzipped
PLACE = 80  # characters of a paragraph that say where something stands
LONGEST_PROPERTY = 255  # characters
FOOTNOTES = "wordprocessingml.footnotes+xml"
HALF = re.compile(r"(?<!\{)\{\s*(\w+)\s*\}(?!\})")
BEGUN = re.compile(r"\{[{%]")
PROPERTIES = ("title", "subject", "keywords", "category", "comments", "author", "last_modified_by", "identifier", "language")
LOOP = ("index", "index0", "first", "last", "length")
FILTERS = ("upper", "lower")
# fields, texts between them, loops and conditions: no call, no import, no arithmetic, nothing that could run or grow
CONDITIONS = (nodes.If, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not)
ALLOWED = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.Name, nodes.Filter, nodes.For, *CONDITIONS)


@dataclass(frozen=True)
class Text:
    """A part of a template as Jinja reads it: a paragraph a line, which tells where a node stands."""

    lines: list[str]
    tree: nodes.Template

    def place(self, node: nodes.Node) -> str:
        """Say in which paragraph a node stands."""
        return _quoted(self.lines[node.lineno - 1])


def fill_template(template: Path, fields: Mapping[str, Value], mark: str = "") -> bytes:
    """Fill a template's fields, by their names: a text, or the rows of a table. Give the document; the same input gives the same bytes.

    A document that must bear a `mark` ("DỮ LIỆU MẪU") and does not print it gets it as its first paragraph. Raises UserError, in one
    paragraph, for a file that is no plain .docx, for wrong syntax, and for each name that is no field: where it stands, and the nearest.
    """
    form = _opened(template)
    environment = _environment()
    texts = [_parsed(template, xml, form, environment) for xml in _sources(form)]
    problems = [*_out_of_reach(form), *_half_written(texts, fields), *(fault for text in texts for fault in _faults(text, text.tree, fields))]
    if not problems and not any(True for text in texts for _ in text.tree.find_all(nodes.Name)):
        problems = ["không có trường nào để điền: viết {{ tên trường }} ở chỗ cần số."]
    if problems:
        message = f"{template}: {' '.join(dict.fromkeys(problems))} Chưa ghi gì. Danh sách trường: {LIST}."
        raise UserError(message)
    try:
        _render(form, _values(fields), environment)
    except TemplateError as error:
        message = f"{template}: không điền được ({error.message}). Chưa ghi gì. Cách viết mẫu: {LIST}."
        raise UserError(message) from error
    _add_mark(form, mark)
    buffer = BytesIO()
    form.save(buffer)
    return repacked(buffer.getvalue())


# --- what a template is


def _opened(path: Path) -> Any:
    """Open a template, a docxtpl one; whatever is no plain .docx raises UserError."""
    trouble = "không có tệp này."
    if path.is_file():
        content = path.read_bytes()
        try:
            trouble = _trouble(content)
            if not trouble:
                form = DocxTemplate(BytesIO(content))
                form.init_docx()
                return form
        except UNREADABLE:
            trouble = "không đọc được như một văn bản Word. Mở bằng Word, lưu lại dạng Word Document (.docx)."
    message = f"{path}: {trouble} Chưa ghi gì."
    raise UserError(message)


def _trouble(content: bytes) -> str:
    """Say why a file is no template before it is opened; nothing where it may be one."""
    if content.startswith(OLD_WORD):
        locked = "có đặt mật khẩu. Mở bằng Word, bỏ mật khẩu rồi lưu lại."
        return locked if ENCRYPTED in content else "là tệp Word kiểu cũ (.doc). Mở bằng Word, lưu lại dạng .docx."
    if not zipfile.is_zipfile(BytesIO(content)):
        return "không phải tệp Word .docx."
    with zipfile.ZipFile(BytesIO(content)) as archive:
        if any(name.lower().endswith("vbaproject.bin") for name in archive.namelist()):
            return "có macro. Mở bằng Word, lưu lại dạng .docx (không có macro)."
        if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
            return "quá lớn."
    return ""


def _environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    environment.globals.clear()
    environment.filters = {"upper": lambda text: _safe(text.unescape().upper()), "lower": lambda text: _safe(text.unescape().lower())}
    return environment


def _safe(text: str) -> Markup:
    """Write a value as XML that holds no brace: docxtpl reads footnotes again, once for each section, and would take it for a field."""
    return Markup(escape(text).replace("{", "&#123;").replace("}", "&#125;"))  # noqa: S704 - it is escaped here


def _sources(form: Any) -> Iterator[str]:
    """Give the parts that docxtpl fills: body, headers, footers, footnotes; and the properties, a paragraph each."""
    yield form.get_xml()
    for kind in (form.HEADER_URI, form.FOOTER_URI):
        yield from (form.get_part_xml(part) for _, part in form.get_headers_footers(kind))
    yield from (part.blob.decode("utf-8") for part in _parts(form) if part.content_type.endswith(FOOTNOTES))
    yield "".join(f"<w:p>{text}</w:p>" for text in _properties(form).values())


def _parts(form: Any) -> list[Any]:
    return list(form.docx.part.package.iter_parts())


def _properties(form: Any) -> dict[str, str]:
    """Give the document's properties that hold fields."""
    values = {name: getattr(form.docx.core_properties, name) for name in PROPERTIES}
    return {name: text for name, text in values.items() if BEGUN.search(text)}


def _out_of_reach(form: Any) -> Iterator[str]:
    """Name the fields where docxtpl fills none: endnotes, comments, charts."""
    filled = {form.docx.part.partname, *(part.partname for kind in (form.HEADER_URI, form.FOOTER_URI) for _, part in form.get_headers_footers(kind))}
    for part in _parts(form):
        text = _plain(part.blob.decode("utf-8", "replace")) if re.fullmatch(r"/word/.*\.xml", part.partname) else ""
        begun = BEGUN.search(text)
        if begun and part.partname not in filled and not part.content_type.endswith(FOOTNOTES):
            yield f"Trường ở {Path(part.partname).name} ({_quoted(text[begun.start() :])}) không điền được: chuyển vào văn bản, đầu trang hay cước chú."


def _half_written(texts: Iterable[Text], fields: Iterable[str]) -> Iterator[str]:
    """Name the fields that stand in one brace instead of two: they would be left as they are, and nobody told."""
    known = set(fields)
    for line in (_plain(line) for text in texts for line in text.lines):
        for name in HALF.findall(line):
            if name in known:
                yield f"Đoạn {_quoted(line)}: viết {{{{ {name} }}}}, hai dấu ngoặc mỗi bên."


# --- what a template asks for


def _parsed(path: Path, xml: str, form: Any, environment: SandboxedEnvironment) -> Text:
    """Read a part as Jinja will; a mistake in its syntax raises UserError with its paragraph."""
    source = re.sub(r"<w:p([ >])", r"\n<w:p\1", form.patch_xml(xml))
    lines = source.split("\n")
    try:
        return Text(lines, environment.parse(source))
    except TemplateSyntaxError as error:
        place = _quoted(lines[min(error.lineno, len(lines)) - 1])
        cure = "Mỗi trường viết {{ tên }}, đủ hai dấu mở và hai dấu đóng; mỗi {% for %}, {% if %} có {% endfor %}, {% endif %}."
        message = f"{path}: viết sai ở hoặc trước đoạn {place}. {cure} Chưa ghi gì. Cách viết mẫu: {LIST}."
        raise UserError(message) from None


def _faults(text: Text, node: nodes.Node, known: Mapping[str, Known]) -> Iterator[str]:
    """Name what a template must not ask for, with its place and the cure; what is `known` where a node stands is all that it may name."""
    fault = _fault(node, known)
    if fault:
        yield f"Đoạn {text.place(node)}: {fault}"
        return
    children, within = _inside(node, known)
    for child in children:
        yield from _faults(text, child, within)


def _fault(node: nodes.Node, known: Mapping[str, Known]) -> str:
    match node:
        case nodes.For():
            return "" if _rows(node, known) is not None else "vòng lặp phải qua một bảng, và không nằm trong vòng lặp khác."
        case nodes.Getattr(node=nodes.Name(name=name), attr=attribute):
            return _wrong_column(name, attribute, known)
        case nodes.Name(name=name):
            return _wrong_name(name, known)
        case nodes.Filter(name=name) if name not in FILTERS:
            return f'không có "|{name}". {did_you_mean(name, FILTERS)}'
        case _:
            return "" if isinstance(node, ALLOWED) else "chỉ dùng được trường, vòng lặp qua bảng và điều kiện."


def _rows(loop: nodes.For, known: Mapping[str, Known]) -> list[dict[str, str]] | None:
    """Give the rows of the table that a loop goes over; None where it is no table."""
    rows = known.get(loop.iter.name) if isinstance(loop.iter, nodes.Name) and isinstance(loop.target, nodes.Name) else None
    return rows if isinstance(rows, list) else None


def _wrong_column(name: str, attribute: str, known: Mapping[str, Known]) -> str:
    columns = known.get(name)
    if not isinstance(columns, tuple):
        return f'không có trường "{name}.{attribute}". {nearest(_bare(attribute), known)}'.strip()
    return "" if attribute in columns else f'không có cột "{name}.{attribute}". {did_you_mean(_bare(attribute), columns)}'


def _wrong_name(name: str, known: Mapping[str, Known]) -> str:
    if name not in known:
        return f'không có trường "{name}". {nearest(_bare(name), known)}'.strip()
    return "" if isinstance(known[name], str) else f'"{name}" là cả bảng hay cả dòng; viết {{{{ d.cột }}}} trong vòng lặp {{%tr for d in bảng %}}.'


def _inside(node: nodes.Node, known: Mapping[str, Known]) -> tuple[Iterable[nodes.Node], Mapping[str, Known]]:
    """Give what stands within a node, and what is known there: in a loop its row, and no table, for loops in loops could go on for ever."""
    if isinstance(node, nodes.Getattr):
        return [], known
    if not isinstance(node, nodes.For) or not isinstance(node.target, nodes.Name):
        return node.iter_child_nodes(), known
    texts = {name: value for name, value in known.items() if isinstance(value, str)}
    columns = tuple(key for row in (_rows(node, known) or [])[:1] for key in row)
    return [*node.body, *node.else_, *([node.test] if node.test else [])], {**texts, "loop": LOOP, node.target.name: columns}


def _bare(name: str) -> str:
    """Write a name without marks, as fields are: "đơn_vị" is near "don_vi"."""
    return unicodedata.normalize("NFKD", name.replace("đ", "d")).encode("ascii", "ignore").decode("ascii")


def _plain(xml: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", xml))


def _quoted(xml: str) -> str:
    """Give the beginning of a paragraph's text in quotation marks."""
    text = " ".join(_plain(xml).split())
    return f"“{text[:PLACE]}{'…' if len(text) > PLACE else ''}”"


# --- what becomes of it


def _values(fields: Mapping[str, Value]) -> dict[str, Any]:
    clean = printed(dict(fields), Printable())
    return {
        name: _safe(value) if isinstance(value, str) else [{key: _safe(text) for key, text in row.items()} for row in value] for name, value in clean.items()
    }


def _render(form: Any, values: dict[str, Any], environment: SandboxedEnvironment) -> None:
    """Fill body, headers, footers and footnotes by docxtpl; properties here, for they are no XML and have a length."""
    properties = _properties(form)
    for name in properties:
        setattr(form.docx.core_properties, name, "")
    form.render(values, environment)
    for name, text in properties.items():
        setattr(form.docx.core_properties, name, unescape(environment.from_string(text).render(values))[:LONGEST_PROPERTY])


def _add_mark(form: Any, mark: str) -> None:
    """Put the mark before everything else, unless the document prints it."""
    if mark and not any(mark in _plain(xml) for xml in _sources(form)):
        look = '<w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:rPr><w:b/></w:rPr>'
        form.docx.element.body.insert(0, parse_xml(f"<w:p {nsdecls('w')}>{look}<w:t>{escape(mark)}</w:t></w:r></w:p>"))
