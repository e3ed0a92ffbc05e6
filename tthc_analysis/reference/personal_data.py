"""Personal data: what looks like it in a text, and the text fit to be shown.

A person's telephone number, personal number and name are basic personal data (Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15 and
Nghị định 356/2025/NĐ-CP, in force from 1/1/2026), and hashing does not change that. So nothing here keeps a value: what is
found is counted, and what is shown is covered.
"""

import re
from collections import Counter
from itertools import takewhile

from tthc_analysis.reference.notation import plain
from tthc_analysis.reference.units import is_unit_name

PHONE, CITIZEN_NUMBER, OLD_CITIZEN_NUMBER, EMAIL = "số điện thoại", "số định danh 12 số (CCCD)", "số CMND 9 số", "thư điện tử"
COVERED = "•••"
LIKE_A_NAME = "(giống họ tên, không hiện)"
LONGEST_NAME = 6  # words
LONGEST_SHOWN = 80  # characters
LONGEST_READ = 1_000  # characters of a cell that may hold a megabyte

# the national form, old and new: agency, day of reception, number of that day
DOSSIER_CODE = re.compile(r"(?:\d{3}\.\d{2}\.\d{2}\.)?[A-Z]\d{2}(?:\.\d{1,3})*-(?P<day>\d{6}|\d{8})-\d{4,7}")
_LABELS = ("ĐT", "đt", "CCCD", "CMND")  # people write a number straight after these


def _beginning(read: str = "") -> str:
    """Write where a number begins, seen from behind what was read of it.

    A letter or digit before a run of digits makes it part of a code or a digest; a digit and a full stop, of a decimal or a dotted code.
    """
    labelled = "|".join(rf"(?<={label}{read})" for label in _LABELS)
    return rf"(?:(?<![^\W_]{read})|{labelled})(?<!\d\.{read})"


_START = _beginning()
_END = r"(?![^\W_])"
_WHOLE = rf"(?:\.0)?{_END}(?!\.\d)"  # Excel makes a float of a number; any other decimal is a measured value
_GAP = r"[ \u00a0.)-]{1,2}"
# how people group the 10 digits of a mobile number and the 11 of a land line (area code first)
_GROUPINGS = ((3, 3, 4), (3, 4, 3), (3, 7), (4, 3, 3), (4, 2, 2, 2), (4, 6), (3, 4, 4), (3, 8), (4, 3, 4), (4, 4, 3), (4, 1, 3, 3), (4, 7))
_GROUPED = "|".join(_GAP.join([rf"0[1-9]\d{{{first - 2}}}", *(rf"\d{{{size}}}" for size in rest)]) for first, *rest in _GROUPINGS)
_PATTERNS = {
    PHONE: (
        rf"{_START}0[1-9]\d{{8,9}}{_END}"
        rf"|(?<!\d-){_START}(?:{_GROUPED}){_END}"
        rf"|(?:\+ ?84|{_START}0084)[ \u00a0.(-]{{0,2}}(?:0\)? ?)?[1-9](?:[ \u00a0.-]?\d){{8,9}}{_END}"
        rf"|{_START}84[35789]\d{{8}}{_WHOLE}"
        rf"|{_START}[235789]\d{{8,9}}\.0{_END}"
    ),
    CITIZEN_NUMBER: (
        rf"{_START}(?:(?!0{{12}})\d{{12}}|[1-9]\d[0-3]\d{{8}}|[1-9][0-3]\d{{8}}){_WHOLE}"
        rf"|(?<!\d-){_START}0(?!00)\d\d(?:[ .-]\d{{3}}){{3}}{_END}|(?<!\d-){_START}0(?!000)\d{{3}}(?:[ .]\d{{4}}){{2}}{_END}"
    ),
    OLD_CITIZEN_NUMBER: rf"{_START}(?!0{{9}})\d{{9}}{_WHOLE}",
    EMAIL: r"(?<=[\w+-])@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,}",
}
_KINDS = dict(enumerate(_PATTERNS, start=1))
_FOUND = re.compile("|".join(f"({pattern})" for pattern in _PATTERNS.values()))
# where a line may hold one: ten times faster than to look at every character of a chart in all the ways above
_SUSPECT = re.compile(r"[\d@+](?:(?<=@)\w|(?<=\+) ?84|(?=\d{8}|(?<=0)(?!00)\d\d)" + _beginning(r"\d") + ")")
_ADDRESS = re.compile(rf"[\w.+-]{{0,64}}{_PATTERNS[EMAIL]}")
# Grouped as people group a number, and as a table of counts stands too: covered in a cell of an export, let be in a document.
_CELL_GROUPS = ("3,3,3,3", "4,4,4", "2,3,3,3", "2,2,3,4", "4,3,3", "3,3,4", "3,3,3")
_CELL_NUMBER = re.compile(
    r"(?<![\w.,/:-])(?:"
    + "|".join(
        r"[ .,-]{1,2}".join((r"\+?84" if size == "2" and not place else rf"\d{{{size}}}") for place, size in enumerate(groups.split(",")))
        for groups in _CELL_GROUPS
    )
    + r"|[oO]\d{9})(?![\w/:-]|[.,]\d)"
)
_CODE_IN_TEXT = re.compile(rf"(?<![\w.]){DOSSIER_CODE.pattern}(?!\w)")
_CODE_END = re.compile(r"-\d{6}(?:\d\d)?-\d{4}")
_PICTURE = re.compile(r"data:[\w.+-]+/[\w.+;=-]+;base64,[A-Za-z0-9+/=]+")


def _listed(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(","))


_TITLES = re.compile(r"(?:\s*\b(?:hộ|gia đình|ông|bà|anh|chị|cô|chú|bác|em|cháu)\b[\s.:]*)+", re.IGNORECASE)
_FAMILY_NAMES = _listed(
    "âu, bạch, bế, bùi, cao, châu, chu, cù, đàm, đặng, đào, đinh, đỗ, đoàn, doãn, dương, hà, hồ, hoàng, hứa, huỳnh, khổng, khuất, kiều, la, lâm, lê, lò, lương, lưu, lý, mạc, mai, "
    "nghiêm, ngô, nguyễn, ninh, nông, phạm, phan, phùng, quách, sùng, tạ, tăng, thạch, thái, tô, tôn, tống, trần, triệu, trịnh, trương, vi, võ, vũ, vương"
)
# rarer, or another word too: only before two more names
_RARE_FAMILY_NAMES = _listed(
    "bàn, cấn, chế, danh, diệp, đèo, điêu, đồng, giang, giàng, giáp, hồng, kha, khương, kim, ksor, lã, lường, lục, mạch, mẫn, ngân, ngụy, nhâm, nhan, nhữ, niê, ông, "
    "phí, quàng, rah, rmah, rơ, sầm, siu, thào, thân, thiều, tiết, tiêu, tòng, trà, trang, từ, ung, vòng, vừ"
)
# a middle name of half the persons there are; what begins with one of the others is no person
_MIDDLE_NAMES, _NO_MIDDLE = {"thị", "văn"}, _listed("biểu, cận, chỉ, công, đô, đại, hiển, ngữ, nhân, phòng, quyết, siêu, sở, thành, thiên, trung, tư")
_NO_GIVEN_NAMES = _listed("bản, đội, giác, hóa, hoá, hiếu, lực, phòng, sát, thực, trấn, trường, ủy, uỷ, xã")  # "UBND thị trấn", "phí thị thực", "lâm văn hóa"
# without its marks a family name is easily another word ("dang" is Đặng and đang), so these few, and only before two more names
_BARE_FAMILY_NAMES = _listed("bui, hoang, huynh, le, ngo, nguyen, pham, phan, tran, trinh, truong, vo, vu")
# begin like a person's name and are fields, statuses, matters
_MATTERS = _listed(
    "cao đẳng, cao học, cao su, cao tuổi, chu kỳ, đào tạo, đoàn thể, hồ sơ, ho so, hoàng sa, lâm nghiệp, lâm sản, giáp ranh, hồng ngoại, kim loại, kim ngạch, kim khí, le phi, lương thực, lưu hồ, lưu kho, lưu thông, lưu trữ, "
    "lý do, lý lịch, mai táng, nông lâm, nông nghiệp, nông sản, nông thôn, phan anh, phan hoi, phan loai, pham vi, tăng cường, thái độ, thân nhân, thân thể, thiên tai, tiết kiệm, tiêu chuẩn, tiêu dùng, tiêu hủy, tôn giáo, trang bị, trang thiết, trang trại, từ chối, từ ngày, từ thiện, truong hop, vi phạm, vi sinh, vũ khí, vũ trang"
)
_PLACES = _listed(
    "bà điểm, bà nà, bà rịa, bà triệu, cao bằng, cao lãnh, châu đốc, châu đức, châu phú, châu thành, hà đông, hà giang, hà nam, hà nội, hà tiên, hà tĩnh, hồ chí minh, lâm đồng, lý sơn, mai châu, mai sơn, ninh bình, ninh hòa, "
    "ninh thuận, phan rang, phan thiết, thái bình, thái nguyên, vũ quang, vũ thư"
)


def findings(text: str) -> Counter[str]:
    """Count what looks like personal data in a text, by kind (the Vietnamese names above). A value is never given back.

    What each pattern rests on:

    - telephone: a Vietnamese number has ten digits (mobile) or eleven (land line: 02, area, seven or eight more; mobile before
      2018), the first 0 and the second not; in one run or grouped as people do, or after +84, 0084 or 84; "912345678.0" is
      what Excel and pandas make of a mobile number.
    - số định danh: twelve digits (Nghị định 137/2015/NĐ-CP: three for the place of birth's registration, one for century and
      sex, two for the year, six random); also the ten or eleven that Excel leaves of one that began with 0.
    - CMND: nine digits in one run (the identity card before 2016).
    - e-mail: something, @, and a domain with a dot.

    A figure as a report writes it ("8.925", "98,19%"), a date, a timestamp of 14 digits, a code of a dossier, a procedure or a document, a
    decimal, a digest and a picture in a data: URI are none of these.

    >>> findings("Liên hệ 0912 345 678 hoặc a@b.vn; 8.925/9.924 hồ sơ, mã 000.00.53.H48-220921-0099")
    Counter({'số điện thoại': 1, 'thư điện tử': 1})
    """
    read = without_pictures(text)
    lines = read.split("\n") if _SUSPECT.search(read) else []
    return Counter(_KINDS[match.lastindex or 0] for line in lines if _SUSPECT.search(line) for match in _FOUND.finditer(line))


def without_pictures(text: str) -> str:
    """Take the pictures in data: addresses out of a page."""
    return _PICTURE.sub("data:", text) if ";base64," in text else text


def dossier_codes(text: str) -> int:
    """Count the dossier codes of the national form in a text: each leads to its owner on the public portal.

    >>> dossier_codes("000.00.53.H48-220921-0099 và H15.50.05.13-261008-0975; thủ tục 1.001612.000.00.00.H48")
    2
    """
    return sum(1 for _ in _CODE_IN_TEXT.finditer(text)) if _CODE_END.search(text) else 0


def fit_to_pass_on(text: str) -> str:
    """Cover what `covered` does, and dossier codes: for a text of others that is shown outside the office.

    >>> fit_to_pass_on("Hồ sơ 000.00.53.H48-220921-0099 của ông A, 0912345678")
    'Hồ sơ ••• của ông A, •••'
    """
    return covered(_CODE_IN_TEXT.sub(COVERED, text) if _CODE_END.search(text) else text)


def covered(text: str) -> str:
    """Cover what `findings` would find, and leave the rest as it is: for a text that must stay a text.

    >>> covered("Người nộp 0912345678, nộp ngày 05/3/2024")
    'Người nộp •••, nộp ngày 05/3/2024'
    """
    before = ""
    # again and again: what stood beside a covered number may now stand alone
    while text != before and _SUSPECT.search(text):
        before, text = text, _FOUND.sub(COVERED, _ADDRESS.sub(COVERED, text) if "@" in text else text)
    return text


def redacted(text: str) -> str:
    """Give a cell's text as it may be shown in an error or written to a file of rejected rows; the same again for its own result.

    Spaces are made single, what looks like personal data becomes "•••" (in a cell also "212 345 678" and "0912,345,678", which in
    a document may be counts), what is longer than 80 characters is cut with "…". A text that reads like a person's name, or holds
    one between its commas, colons, brackets or numbers, is not shown at all. Units, fields and statuses are shown.

    >>> redacted("Nguyễn Văn A"), redacted("UBND xã Long Mai"), redacted("31/02/2024"), redacted("CCCD 051085012345")
    ('(giống họ tên, không hiện)', 'UBND xã Long Mai', '31/02/2024', 'CCCD •••')
    """
    shown = _covered_cell(plain(text[:LONGEST_READ]))
    if len(shown) > LONGEST_SHOWN:
        shown = _covered_cell(shown[: LONGEST_SHOWN - 1] + "…")
    return LIKE_A_NAME if reads_like_a_name(shown) else shown


def _covered_cell(text: str) -> str:
    before = ""
    while text != before:
        before, text = text, _CELL_NUMBER.sub(COVERED, covered(text))
    return text


def is_personal_number(text: str) -> bool:
    """Say whether a cell is nothing but a telephone number, a personal number or an e-mail address.

    >>> is_personal_number("0912,345,678"), is_personal_number("000.00.53.H48-220921-0099")
    (True, False)
    """
    return _covered_cell(plain(text[:LONGEST_READ])) == COVERED


def reads_like_a_name(text: str) -> bool:
    """Say whether a text reads like a Vietnamese person's full name, or holds one between commas, colons, brackets or numbers.

    That is: a family name, then words with capitals, two to six in all; or "Thị" or "Văn" in the middle, in letters of any size; or
    "ông", "bà" before a capital. Names of other kinds are many: see `may_be_a_name` for where no name is expected.

    >>> reads_like_a_name("trà thị thu"), reads_like_a_name("Nhà ông Siu Bí"), reads_like_a_name("Quản lý đô thị")
    (True, True, False)
    """
    parts = re.split(r"[^\w\s'.]|\s-|\d", text)
    return any(_is_like_a_name(part) or _has_a_middle_name(part) or _follows_a_title(part) for part in parts)


def may_be_a_name(text: str) -> bool:
    """Say whether a text could be anybody's name: two to six words without digits, all with a capital or all without, or after a family name.

    True for many a text that is none ("Trực Tuyến"): it is for columns in which no name is expected and a text can be done without.

    >>> may_be_a_name("Siu H'Lan"), may_be_a_name("Chờ bổ sung hồ sơ"), may_be_a_name("Chứng thực bản sao từ bản chính")
    (True, False, False)
    """
    words = plain(text).split()
    letters = all(re.fullmatch(r"[^\W\d_]+(?:['.][^\W\d_]*)*", word) for word in words)
    capitals = sum(word[0].isupper() for word in words)
    return letters and 2 <= len(words) <= LONGEST_NAME and (capitals in (0, len(words)) or words[0].casefold() in _FAMILY_NAMES | _RARE_FAMILY_NAMES)


def _is_like_a_name(part: str) -> bool:
    words = _TITLES.sub("", part, count=1).split() if _TITLES.match(part) else part.split()
    capitals = list(takewhile(lambda word: word[0].isupper(), words))
    # what goes on in small letters ("… xin cấp lại") needs one more capital to be a person and not "Lý lịch tư pháp"
    shortest = 2 if len(capitals) == len(words) else 3
    return shortest <= len(capitals) <= LONGEST_NAME and _begins_with_a_family_name(capitals) and not is_unit_name(" ".join(words))


def _begins_with_a_family_name(words: list[str]) -> bool:
    name = " ".join(words).casefold()
    if " ".join(name.split()[:2]) in _MATTERS or name in _PLACES:
        return False
    family = name.split()[0]
    return family in _FAMILY_NAMES or (len(words) > 2 and family in (_BARE_FAMILY_NAMES if name.isascii() else _RARE_FAMILY_NAMES))


def _has_a_middle_name(part: str) -> bool:
    """Whether the second of three to five words is "Thị" or, after a family name, "Văn"; both are also parts of other words ("đô thị", "văn hóa")."""
    words = part.casefold().split()
    if not 3 <= len(words) <= LONGEST_NAME - 1 or words[1] not in _MIDDLE_NAMES or words[0] in _NO_MIDDLE or words[2] in _NO_GIVEN_NAMES:
        return False
    return words[1] == "thị" or words[0] in _FAMILY_NAMES | _RARE_FAMILY_NAMES


def _follows_a_title(part: str) -> bool:
    """Whether "ông" or "bà" stands before a word with a capital, and the two are no place."""
    found = re.search(r"\b(?:ông|bà)[\s.:]+([^\W\d_]\w*)", part, re.IGNORECASE)
    # where every letter is a capital, only what begins so
    return bool(found and found[1][0].isupper() and not (part.isupper() and found.start()) and plain(found[0]).casefold() not in _PLACES)
