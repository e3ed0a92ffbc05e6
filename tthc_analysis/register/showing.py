"""Showing: what of a cell may be said in an error or written beside the register. One rule for all of it.

A broken row's cells may be anybody's, so a column shows only what looks like its own kind: a date column dates, a code column codes,
a unit column offices. The rest is told by its length; who mends the file finds the cell by its row.
"""

import re
from datetime import date
from typing import Any

from tthc_analysis.reference.notation import count
from tthc_analysis.reference.personal_data import COVERED, LIKE_A_NAME, may_be_a_name, redacted
from tthc_analysis.reference.units import is_unit_name
from tthc_analysis.register.contract import CODES, FLAGS, TIMES
from tthc_analysis.register.profiles import UNIT_COLUMNS
from tthc_analysis.register.values import ERROR_CELL, cell_text

HIDDEN = "không hiện)"  # how every text ends that stands for a value
_DAY = re.compile(r"[\d/.:,T+\-= ]{1,32}Z?(?: ?(?:AM|PM|SA|CH))?", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?[\d.,]{1,9}")
_CODE = re.compile(r"(?=.*\d)[\w.\-/]{1,40}", re.ASCII)
_OFFICE = re.compile(
    r"(?:ubnd|hđnd|[ủu][ỷy] ban|uỷ ban|xã|phường|thị (?:trấn|xã)|đặc khu|huyện|quận|tỉnh|thành phố|tp|sở|phòng|trung tâm|tt ?(?:pv)?hcc|bộ phận|chi (?:nhánh|cục)|cục|văn phòng|vp\w*"
    r"|ban|công an|thanh tra|bảo hiểm|bhxh|kho bạc|trường|trạm|bệnh viện|hạt|đội|viện|tòa án|cơ (?:quan|sở)|điện lực|công ty"
    r"|uy ban|xa|thi tran|trung tam|bo phan|van phong|cong an|chi nhanh|dac khu)\b",
    re.IGNORECASE,
)
_WHERE_SOMEBODY_LIVES = re.compile(r"(?<!nông )\b(?:thôn|xóm|ấp|buôn|tổ dân phố|tdp|khu phố|số nhà|nhà (?:ông|bà|anh|chị)|hẻm|ngõ|ngách)\b", re.IGNORECASE)
_USUAL = frozenset(
    re.findall(
        r"\w+",
        "bị bình bổ bộ bưu ca cấp chấp chậm chính cho chờ chối chuyển chưa có công cổng của cửa dịch dừng duyệt đã đang đăng đầy đến điện đính đóng đơn đủ được đúng gia giải giấy gửi "
        "hài hạn hẹn hành hệ hiện hình hoàn hồ hóa hủy hợp ích kết kèm khai không kiểm kiện ký lệ liên loại lòng lỗi lưu mạng mới mức nhận ngày ngoài nghiệp nộp phát phận phần phép phê phí "
        "phiếu phối qua quá quả quầy quyền quyết rất rõ rút sinh số sơ sung sửa tại tạm tay tác tất thanh thái thành thẩm thêm theo thiếu thông thống thời thu thủ thực thường tiếp tiến "
        "tính toàn toán tổ tra trả trạng trễ trên trình trong trước trực tuyến tử từ và vào viên việc vụ xác xét xóa xử yêu cầu định độ điều đề nghị bước một",
    )
)


def shown(raw: Any, column: str) -> str:
    """Give a cell's text as it may be shown for a column of the register; what does not look like that column's kind is masked.

    >>> shown("31/02/2024", "due_at"), shown("Siu H'Lan", "due_at"), shown("UBND xã Tịnh Khê", "receiving_unit")
    ('31/02/2024', '(9 ký tự, không hiện)', 'UBND xã Tịnh Khê')
    """
    text = f"{raw:%d/%m/%Y %H:%M}".removesuffix(" 00:00") if isinstance(raw, date) else cell_text(raw)
    covered = redacted(text)
    if not text or covered == LIKE_A_NAME:
        return covered
    return covered if COVERED not in covered and _looks_its_kind(text, column) else f"({count(len(text))} ký tự, {HIDDEN}"


def is_hidden(value: str) -> bool:
    """Say whether a shown value stands for one that is not."""
    return value.endswith(HIDDEN)


def quoted(value: str) -> str:
    """Put a shown value between quotation marks, and leave what stands for one without."""
    return value if is_hidden(value) else f'"{value}"'


def _looks_its_kind(text: str, column: str) -> bool:
    if ERROR_CELL.fullmatch(text):
        return True
    if column in TIMES:
        return bool(_DAY.fullmatch(text)) or _usual_share(text) == 1
    if column in UNIT_COLUMNS:
        return is_unit_name(text) or looks_like_an_office(text)
    if column in CODES or column in FLAGS:
        return not _WHERE_SOMEBODY_LIVES.search(text) and (not may_be_a_name(text) or _usual_share(text) >= 1 / 2)
    return bool({"paused_days": _NUMBER, "dossier_id": _CODE, "procedure_code": _CODE}.get(column, ERROR_CELL).fullmatch(text))


def looks_like_an_office(text: str) -> bool:
    """Say whether a text begins like an office's or a unit's name and holds no address.

    >>> looks_like_an_office("Trung tâm PVHCC xã Sơn Tịnh"), looks_like_an_office("Xã Long Mai, thôn 2"), looks_like_an_office("Bà Lan")
    (True, False, False)
    """
    return bool(_OFFICE.match(text)) and not _WHERE_SOMEBODY_LIVES.search(text)


def _usual_share(text: str) -> float:
    """Say what part of a text's words are those of statuses and dates ("Chưa trả"), of which no name is made up wholly."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    return sum(word in _USUAL for word in words) / len(words) if words else 0.0
