"""Wholes, parts and bases: what one part has done says nothing against the whole, a unit's number is a name, a share has the base that it names."""

import pytest
from test_checks import loud

RIGHT = {
    "numbered units": "Quận 7 tiếp nhận 6.120 hồ sơ.\n- Phường 2 tiếp nhận 870 hồ sơ.\n- Phường 11 tiếp nhận 902 hồ sơ.",
    "numbered hamlets": "Thôn 4 có 11 hồ sơ trễ hạn, thôn 9 có 03 hồ sơ trễ hạn.",
    "numbered unit and its own count": "Ấp 5 tiếp nhận 24 hồ sơ, giải quyết 24 hồ sơ, đúng hạn 24 hồ sơ.\nẤp 6 tiếp nhận 31 hồ sơ, giải quyết 30 hồ sơ.",
    "numbered items": "- Phường 5 (120 hồ sơ)\n- Phường 6 (150 hồ sơ)",
    "numbered parts of a whole": "Tiếp nhận 1.010 hồ sơ, gồm: Phường 1: 500 hồ sơ; Phường 2: 480 hồ sơ; Phường 3: 30 hồ sơ.",
    "blocks": "Khối huyện tiếp nhận 420 hồ sơ; khối xã tiếp nhận 95 hồ sơ.",
    "blocks and their sum": "Khối huyện tiếp nhận 420 hồ sơ. Khối xã tiếp nhận 95 hồ sơ. Tổng số tiếp nhận 515 hồ sơ.",
    "blocks in headings": "1. Khối huyện\nTiếp nhận 300 hồ sơ, đã giải quyết 290 hồ sơ.\n2. Khối xã\nTiếp nhận 80 hồ sơ, đã giải quyết 78 hồ sơ.",
    "sections": "Bộ phận C tiếp nhận 210 hồ sơ; bộ phận D tiếp nhận 64 hồ sơ; riêng Trung tâm tiếp nhận 99 hồ sơ.",
    "persons": "Ông Hùng xử lý 150 hồ sơ, bà Lan xử lý 175 hồ sơ.",
    "whole and a part of it": "Đã giải quyết 4.150 hồ sơ.\nRiêng khối phường tiếp nhận 3.020 hồ sơ; khối phòng chuyên môn tiếp nhận 1.140 hồ sơ.",
}
WRONG = {
    "numbered parts above their whole": ("Tiếp nhận 380 hồ sơ, trong đó Phường 1 tiếp nhận 300 hồ sơ, Phường 2 tiếp nhận 90 hồ sơ.", "parts_not_total"),
    "blocks that lack": ("Tiếp nhận 380 hồ sơ, gồm: khối huyện 300 hồ sơ, khối xã 70 hồ sơ.", "parts_not_total"),
    "two values of one block": ("Khối xã tiếp nhận 80 hồ sơ.\nTrong kỳ, khối xã tiếp nhận 88 hồ sơ.", "value_conflict"),
    "two values of one unit": ("Phường 3 tiếp nhận 80 hồ sơ.\nTrong kỳ, Phường 3 tiếp nhận 88 hồ sơ.", "value_conflict"),
    "of a level": ("Hồ sơ đã giải quyết của cấp xã 12 hồ sơ, trong đó quá hạn 15 hồ sơ.", "part_above_total"),
}


@pytest.mark.parametrize("body", RIGHT.values(), ids=RIGHT)
def test_what_holds_raises_no_alarm(body):
    assert [] == loud(body)


@pytest.mark.parametrize(("body", "check"), WRONG.values(), ids=WRONG)
def test_what_does_not_hold_is_still_found(body, check):
    assert [("error", check)] == loud(body)
