"""Wholes, parts and bases: what one part has done says nothing against the whole, a unit's number is a name, a share has the base that it names."""

import pytest
from test_checks import found, loud

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
    "n/N of the parts of n/N": "Có 900/1.250 hồ sơ nộp trực tuyến (72,00%), trong đó cấp xã 620/950 hồ sơ (65,26%), cấp huyện 280/300 hồ sơ (93,33%).",
    "a base by its name": (
        "Phát ra 1.300 phiếu, thu về 1.250 phiếu, trong đó hợp lệ 1.200 phiếu. "
        "Trên số phiếu hợp lệ có 1.020 phiếu rất hài lòng (85,0%), 150 phiếu hài lòng (12,5%), 30 phiếu không hài lòng (2,5%)."
    ),
    "each ten": "Cứ 10 hồ sơ thì có hơn 7 hồ sơ nộp trực tuyến (806/1.033, 78,03%).",
    "the whole in a bracket": "Hồ sơ trực tuyến là 640 hồ sơ, bằng 64,00% hồ sơ nộp mới (1.000 hồ sơ).",
    "resolved and pending as a base": "Đã giải quyết: 940 hồ sơ; đang giải quyết: 60 hồ sơ.\nTỷ lệ quá hạn: 0,80% (08/1.000 hồ sơ).",
    "parts of a part": (
        "Giải quyết 500 hồ sơ, trong đó có 55 hồ sơ trước hạn trên 5 ngày, 130 hồ sơ trước hạn trên 2 ngày; "
        "tổng số trước hạn 305 hồ sơ, đúng hạn 195 hồ sơ, quá hạn 0 hồ sơ."
    ),
    "shares beside each other": (
        "a. Tồn kỳ trước: 20 hồ sơ\nb. Đã tiếp nhận: 800 hồ sơ\nc. Cần xử lý (a+b): 820 hồ sơ\n"
        "Hồ sơ theo hình thức nộp: 480 hồ sơ qua mạng (60,00%), 304 hồ sơ tại quầy (38,00%), 16 hồ sơ qua bưu điện (2,00%)."
    ),
    "shares of a whole that is not given": "Theo hình thức nộp: 480 hồ sơ qua mạng (60,00%), 304 hồ sơ tại quầy (38,00%), 16 hồ sơ qua bưu điện (2,00%).",
    "a part's share of the whole": (
        "Trong kỳ, cơ quan nhận 2.000 hồ sơ, đã giải quyết 1.990 hồ sơ.\n"
        "Riêng khối phường tiếp nhận 1.565 hồ sơ, chiếm 78,3% tổng số hồ sơ; khối phòng chuyên môn tiếp nhận 435 hồ sơ, chiếm 21,8%."
    ),
}
WRONG = {
    "numbered parts above their whole": ("Tiếp nhận 380 hồ sơ, trong đó Phường 1 tiếp nhận 300 hồ sơ, Phường 2 tiếp nhận 90 hồ sơ.", "parts_not_total"),
    "blocks that lack": ("Tiếp nhận 380 hồ sơ, gồm: khối huyện 300 hồ sơ, khối xã 70 hồ sơ.", "parts_not_total"),
    "two values of one block": ("Khối xã tiếp nhận 80 hồ sơ.\nTrong kỳ, khối xã tiếp nhận 88 hồ sơ.", "value_conflict"),
    "two values of one unit": ("Phường 3 tiếp nhận 80 hồ sơ.\nTrong kỳ, Phường 3 tiếp nhận 88 hồ sơ.", "value_conflict"),
    "n of the parts of n/N": (
        "Có 900/1.250 hồ sơ nộp trực tuyến (72,00%), trong đó cấp xã 640/950 hồ sơ (67,37%), cấp huyện 280/300 hồ sơ (93,33%).",
        "parts_not_total",
    ),
    "N of the parts of n/N": (
        "Có 900/1.250 hồ sơ nộp trực tuyến (72,00%), trong đó cấp xã 620/980 hồ sơ (63,27%), cấp huyện 280/300 hồ sơ (93,33%).",
        "parts_not_total",
    ),
    "parts of a base": (
        (
            "Phát ra 1.300 phiếu, thu về 1.250 phiếu, trong đó hợp lệ 1.200 phiếu. "
            "Trên số phiếu hợp lệ có 1.020 phiếu rất hài lòng, 160 phiếu hài lòng, 30 phiếu không hài lòng."
        ),
        "parts_not_total",
    ),
    "share of a base": (
        (
            "Phát ra 1.300 phiếu, thu về 1.250 phiếu, trong đó hợp lệ 1.200 phiếu. "
            "Trên số phiếu hợp lệ có 1.020 phiếu rất hài lòng (85,0%), 150 phiếu hài lòng (15,2%), 30 phiếu không hài lòng (2,5%)."
        ),
        "share_mismatch",
    ),
    "share of what was received": (
        (
            "a. Tồn kỳ trước: 20 hồ sơ\nb. Đã tiếp nhận: 800 hồ sơ\n"
            "Hồ sơ theo hình thức nộp: 480 hồ sơ qua mạng (66,00%), 304 hồ sơ tại quầy (38,00%), 16 hồ sơ qua bưu điện (2,00%)."
        ),
        "share_mismatch",
    ),
    "n/N behind each ten": ("Cứ 10 hồ sơ thì có hơn 7 hồ sơ nộp trực tuyến (806/1.033, 87,03%).", "share_mismatch"),
    "share of the whole in a bracket": ("Hồ sơ trực tuyến là 640 hồ sơ, bằng 66,00% hồ sơ nộp mới (1.000 hồ sơ).", "share_mismatch"),
    "another base": ("Đã giải quyết: 940 hồ sơ; đang giải quyết: 60 hồ sơ.\nTỷ lệ quá hạn: 0,79% (08/1.010 hồ sơ).", "denominator_conflict"),
    "parts beside parts of parts": (
        "Giải quyết 500 hồ sơ, trong đó có 55 hồ sơ trước hạn trên 5 ngày; tổng số trước hạn 305 hồ sơ, đúng hạn 175 hồ sơ, quá hạn 0 hồ sơ.",
        "parts_not_total",
    ),
    "of a level": ("Hồ sơ đã giải quyết của cấp xã 12 hồ sơ, trong đó quá hạn 15 hồ sơ.", "part_above_total"),
}


@pytest.mark.parametrize("body", RIGHT.values(), ids=RIGHT)
def test_what_holds_raises_no_alarm(body):
    assert [] == loud(body)


@pytest.mark.parametrize(("body", "check"), WRONG.values(), ids=WRONG)
def test_what_does_not_hold_is_still_found(body, check):
    assert [("error", check)] == loud(body)


def test_a_parts_share_of_the_whole_that_does_not_fit_is_asked_about():
    body = "Trong kỳ, cơ quan nhận 2.000 hồ sơ, đã giải quyết 1.990 hồ sơ.\nRiêng khối phường tiếp nhận 1.565 hồ sơ, chiếm 87,3% tổng số hồ sơ."
    assert [("question", "share_mismatch")] == loud(body)


def test_a_share_is_held_against_the_base_of_those_beside_it():
    body = "Đã tiếp nhận: 800 hồ sơ\nHồ sơ theo hình thức nộp: 480 hồ sơ qua mạng (60,00%), 314 hồ sơ tại quầy (38,00%), 16 hồ sơ qua bưu điện (2,00%)."
    (one,) = [one for one in found(body) if one.check == "share_mismatch"]
    assert ("error", "314/800 = 39,25%") == (one.severity, one.explanation[:16])
