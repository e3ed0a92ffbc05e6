"""Charsets: in what code a text file is written. Old Vietnamese codes that show as ordinary Latin letters are recognised and refused."""

import codecs
import re
import unicodedata
from collections.abc import Iterable

from tthc_analysis.errors import UserError
from tthc_analysis.reference.notation import plain

# Words that no list of dossiers is without: to see that a decoding gives Vietnamese.
WORDS = ("hồ sơ", "ngày", "tiếp nhận", "đơn vị", "thủ tục", "kết quả", "trạng thái", "lĩnh vực", "hẹn trả", "trực tiếp")
# TCVN3 (fonts named .Vn…) and VNI (fonts named VNI-…) keep Vietnamese letters at the places of Latin-1 ones; a machine without the font
# shows "Hå s¬" and "Hoà sô" for "Hồ sơ". These marks beside a plain letter stand in no Unicode Vietnamese and in no other text of an office.
TCVN3 = re.compile(r"[a-z][µ¸¶·¹¨»¾¼½©®ªÖ×ØÜÞß«¬÷åæëîïñøûüþ]|[¸¶¹»¾¼½©®ª×«¬÷][a-z]", re.IGNORECASE)
VNI = re.compile(r"[aeiouy][øûïäëåöüñ]|[aeioâêôy][ùõ](?![a-zà-ỹ])|\bñ[aeiouôö]", re.IGNORECASE)
LEGACY = {"TCVN3": TCVN3, "VNI": VNI}
LEGACY_SHARE = 0.2  # of the texts looked at: a single foreign name is no sign
PROBE = 1 << 20  # bytes: enough to tell by
READABLE = 0.97  # share of bytes of a text that are no control characters
UTF16_ZEROS = 0.2  # share of zero bytes: in UTF-16 every plain letter has one


def legacy_code(texts: Iterable[str]) -> str | None:
    """Say in which old Vietnamese code some texts are written: "TCVN3", "VNI", or None for Unicode.

    >>> legacy_code(["M· hå s¬", "Ngµy tiÕp nhËn", "§¬n vÞ"]), legacy_code(["Maõ hoà sô", "Ngaøy tieáp nhaän"]), legacy_code(["Mã hồ sơ", "Ngày tiếp nhận"])
    ('TCVN3', 'VNI', None)
    """
    # a text with a letter that only Unicode has (ạ, ế, ư, …) is Unicode, whatever else is in it
    lettered = [text for text in map(plain, texts) if any(letter.isalpha() for letter in text)]
    latin = [text for text in lettered if not any("\u0100" <= letter <= "\u1eff" for letter in text)]
    hits = {code: sum(bool(marks.search(text)) for text in latin) for code, marks in LEGACY.items()}
    likely = max(hits, key=lambda code: hits[code])
    return likely if hits[likely] and hits[likely] >= LEGACY_SHARE * len(lettered) else None


def old_code(code: str) -> str:
    """Say that a document is in an old code, and the cure: saving it anew changes nothing."""
    source = "TCVN3 (ABC)" if code == "TCVN3" else "VNI Windows"
    return (
        f"chữ theo bảng mã cũ {code}, không phải Unicode, nên máy không đọc đúng dấu; lưu lại dạng khác cũng vậy. Chuyển sang Unicode rồi chạy lại: mở tệp bằng Word, "
        f"chép hết, dùng công cụ chuyển mã của UniKey (Ctrl+Shift+F6: nguồn {source}, đích Unicode), dán lại và đổi phông chữ sang Times New Roman."
    )


def old_bytes(content: bytes) -> str | None:
    """Say in which old code the bytes of a text are, where they are of no code that is read.

    >>> old_bytes("TiÕp nhËn 12 hå s¬".encode("cp1252")), old_bytes(bytes(range(256)) * 9)
    ('TCVN3', None)
    """
    probe = content[:PROBE]
    readable = sum(byte >= ord(" ") or byte in b"\t\r\n" for byte in probe) >= READABLE * len(probe)
    return legacy_code(probe.decode("cp1252", "replace").splitlines()) if readable else None


def refuse_legacy(place: str, texts: Iterable[str]) -> None:
    """Raise UserError where texts are in an old Vietnamese code, with the cure."""
    code = legacy_code(texts)
    if code:
        message = (
            f"{place}: chữ viết theo bảng mã cũ {code}, không phải Unicode, nên máy không đọc đúng dấu. Chuyển sang Unicode rồi nhập lại: "
            f"mở tệp bằng Excel, dùng công cụ chuyển mã của UniKey (Ctrl+Shift+F6: nguồn {'TCVN3 (ABC)' if code == 'TCVN3' else 'VNI Windows'}, đích Unicode), lưu lại dạng .xlsx."
        )
        raise UserError(message)


def _is_vietnamese(content: bytes, encoding: str) -> bool:
    text = unicodedata.normalize("NFC", content.decode(encoding, "replace")).casefold()
    return sum(word in text for word in WORDS) >= 2


def _is_utf8(content: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(content)  # a letter cut off at the end is no error
    except UnicodeDecodeError:
        return False
    return True


def _utf16(content: bytes) -> str | None:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    zeros = [content[parity::2].count(0) / max(len(content) // 2, 1) for parity in (0, 1)]
    return None if max(zeros) < UTF16_ZEROS else "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"


def charset(place: str, content: bytes) -> str:
    """Give the encoding of a text file from its first bytes: UTF-8 (with or without mark), UTF-16, Windows-1258; else UserError."""
    probe = content[:PROBE]
    wide = _utf16(probe)
    if wide or _is_utf8(probe):
        return wide or "utf-8-sig"
    if _is_vietnamese(probe, "cp1258"):
        return "cp1258"
    refuse_legacy(place, probe.decode("cp1252", "replace").splitlines())
    message = f"{place}: chữ không theo bảng mã UTF-8, UTF-16 hay Windows-1258. Mở tệp bằng Excel rồi lưu lại dạng .xlsx hoặc CSV UTF-8."
    raise UserError(message)
