"""The last look before a document is published: each finished file is read back, as its reader would, and holds no personal data.

Whatever let it in (a unit named with somebody's number, a free text in the parameters), it stops here
(Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15, Nghị định 356/2025/NĐ-CP). What is said names file, kind and count, never the value.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from html import unescape
from pathlib import Path

from tthc_analysis.errors import UserError
from tthc_analysis.press.reading import read_back
from tthc_analysis.reference.personal_data import covered, dossier_codes, findings, without_pictures

CURE = (
    "Thường do tên đơn vị, lĩnh vực hay thủ tục trong sổ dữ liệu, nơi ban hành trong tệp tham số, hoặc chữ trong notebook có ghi kèm: bỏ phần ấy rồi chạy lại."
)
DOSSIER = "mã hồ sơ (chỉ được in khi internal: true)"
# as JSON holds them: a drawing's outlines, places and colours; and what stands for a line's end or a tab
SHAPES = re.compile(r' (?:d=\\"M|transform=\\"[a-z]|xlink:href=\\"#|style=\\"[a-z])[^"\\]*(?:\\n[^"\\]*)*\\"')
SPACES = re.compile(r"\\[nrtfb]")
COLOURS = re.compile(r"\x1b\[[\d;]*m")


class PersonalDataError(Exception):
    """Finished documents hold personal data; the message names files, kinds and counts."""


def personal_data(contents: Mapping[str, bytes], *, internal: bool = False) -> dict[str, Counter[str]]:
    """Read files back, content by file name; give for each that holds personal data how much of each kind.

    A dossier's code leads to its owner: it is one of them, but in what is `internal`.

    >>> personal_data({"results.csv": b"Xa Long Mai,2608", "index.html": b"<p title='a@b.vn'>8.925/9.924</p>"})
    {'index.html': Counter({'thư điện tử': 1})}
    """
    return {name: counts for name, content in contents.items() if (counts := _found(_text(name, content), internal=internal))}


def _found(text: str, *, internal: bool) -> Counter[str]:
    codes = 0 if internal else dossier_codes(text)
    return findings(text) + Counter({DOSSIER: codes})


def check_documents(paths: Iterable[Path], *, internal: bool = False) -> None:
    """Read finished documents back from their files; personal data in any of them raises PersonalDataError."""
    found = personal_data({path.name: path.read_bytes() for path in paths}, internal=internal)
    if found:
        raise PersonalDataError(_said(found))


def check_contents(contents: Mapping[str, bytes], *, internal: bool = False) -> None:
    """Look at files before they are written, content by file name; personal data in any of them raises UserError."""
    found = personal_data(contents, internal=internal)
    if found:
        message = f"có dữ liệu cá nhân nên không ghi: {_said(found)} Các tệp đã có vẫn giữ nguyên."
        raise UserError(message)


def without_colours(text: str) -> str:
    """Take a terminal's colours out of a traceback: their letters would stand beside what is looked for."""
    return COLOURS.sub("", text)


def _said(found: Mapping[str, Counter[str]]) -> str:
    files = "; ".join(f"{covered(name)} có {', '.join(f'{count} {kind}' for kind, count in counts.items())}" for name, counts in found.items())
    return f"{files} (giá trị không hiện ở đây). {CURE}"


def _text(name: str, content: bytes) -> str:
    """Give every text that a file holds, on the page or beside it; a kind of file that nobody reads back yet raises KeyError."""
    if name.endswith(".html"):
        # attributes stay in: an alternative text is read out. Of a picture in a data: URI the notebook holds the source
        return unescape(without_pictures(content.decode()))
    if name.endswith((".ipynb", ".json")) and b"\\u" not in content.replace(b"\\\\", b""):
        # as it stands, but for the shapes of drawings: to take its strings out one by one costs ten times as much
        return without_pictures(SPACES.sub("\n", SHAPES.sub("", content.decode())))
    return without_colours("\n".join(piece.text for piece in read_back(name, content).pieces))
