"""Zipped documents (Word, Excel) with nothing of the clock and the machine in them."""

import zipfile
from io import BytesIO

FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say


def repacked(content: bytes) -> bytes:
    """Zip a document's parts again in their order, all of one date: the same parts give the same bytes. Pictures are not squeezed twice."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, FIRST_DAY)
            entry.create_system, entry.external_attr = 0, 0  # Windows would say so, others otherwise
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return buffer.getvalue()
