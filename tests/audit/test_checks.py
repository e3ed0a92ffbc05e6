"""Each check by itself: it finds something in its own example, and leaves alone what only looks like it."""

import pytest
from written import report_of

from tthc_analysis.audit.check import check_report
from tthc_analysis.audit.findings import Finding
from tthc_analysis.audit.vocabulary import data

HEAD = "UBND HUYỆN AN PHÚ\nAn Phú, ngày 15 tháng 6 năm 2024\nBÁO CÁO\nKết quả giải quyết thủ tục hành chính quý II năm 2024\n"
WITHOUT_EXAMPLE = {"office_count", "unread", "period_not_stated", "register_mismatch", "register_other_reading"}  # shown elsewhere
EXAMPLES = {name: check["example"] for name, check in data("checks").items() if "example" in check}


THREE_HEADS = (
    "Xã An\tTiếp nhận\tTiếp nhận\tTiếp nhận\tTiếp nhận\tTiếp nhận\n\tTổng số\tKỳ trước\tTrong kỳ\tTrong kỳ\tTrong kỳ\n"
    "\t\t\tCộng\tTrực tuyến\tTrực tiếp, BCCI\nHộ tịch\t320\t8\t312\t200\t112\nĐất đai\t95\t5\t90\t40\t50"
)
APPENDICES = (
    "PHỤ LỤC I\nKẾT QUẢ TẠI CẤP HUYỆN\nLĩnh vực\tTiếp nhận\tĐã giải quyết\nĐầu tư\t70\t66\nĐất đai\t50\t44\nTổng cộng\t120\t110\n"
    "PHỤ LỤC II\nKẾT QUẢ TẠI CẤP XÃ\nLĩnh vực\tTiếp nhận\tĐã giải quyết\nHộ tịch\t210\t210\nChứng thực\t90\t85\nTổng cộng\t300\t295"
)


def found(body: str) -> list[Finding]:
    return check_report(report_of(HEAD + body))


def loud(body: str) -> list[tuple[str, str]]:
    return [(one.severity, one.check) for one in found(body) if one.severity != "note"]


def test_every_check_has_an_example_but_those_of_files_and_registers():
    assert WITHOUT_EXAMPLE == set(data("checks")) - set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_check_finds_its_example_as_gravely_as_it_says(name):
    severities = [one.severity for one in found(EXAMPLES[name]) if one.check == name]
    assert severities
    assert set(severities) <= set(data("checks")[name]["severities"])


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_raises_no_other_alarm(name):
    assert not [check for _, check in loud(EXAMPLES[name]) if check != name]


@pytest.mark.parametrize(
    "body",
    [
        "Số hóa kết quả: 3.232/9.794 hồ sơ, đạt tỷ lệ 33,00%.",  # 32,9998
        "Số hóa kết quả: 3.232/9.794 hồ sơ, đạt trên 32%.",
        "Số hóa kết quả: 3.232/9.794 hồ sơ, đạt gần 34%.",
        "Số hóa kết quả: 3.232/9.794 hồ sơ, đạt khoảng 33%.",
        "Đã giải quyết 1.200 hồ sơ, trong đó lĩnh vực đất đai 300, hộ tịch 250, …",
        "Tiếp nhận 1.000 hồ sơ. Đã giải quyết 950 hồ sơ, đang giải quyết 48 hồ sơ, rút 02 hồ sơ.",
        "Kế hoạch năm 2024: phấn đấu đạt 95%; kết quả 9.612/9.789 hồ sơ, đạt 98,19%.",
        "Quyết định số 1179/QĐ-UBND ngày 21/12/2018, điện thoại hỗ trợ 24/7, tầng 2 nhà số 15/4 đường Hùng Vương.",
        "Địa chỉ: số 215/12 đường 30/4; dịp lễ 30/4, 01/5; giải quyết trong 8/24 giờ, họp ngày 18/3.",
        "Thực hiện Nghị định số 61/2018/NĐ-CP ngày 23/4/2018 của Chính phủ.",
        "Tỷ lệ hồ sơ trực tuyến tăng từ 40,5% lên 42,1%.",
        "Có 5/9 huyện, thành phố đạt tỷ lệ quá hạn dưới 3% và cả 9/9 huyện, thành phố đạt tỷ lệ dưới 10%.",
        "Số hồ sơ quá hạn của 4 xã là 40 hồ sơ, chiếm tỷ lệ 68,97% trong tổng số hồ sơ quá hạn (58 hồ sơ).",
        "1. TTHC cấp huyện\nTiếp nhận 210 hồ sơ, đã giải quyết 200 hồ sơ.\n2. TTHC cấp xã\nTiếp nhận 410 hồ sơ, đã giải quyết 400 hồ sơ.",
        "1. Quý I\nTiếp nhận 210 hồ sơ, đã giải quyết 200 hồ sơ.\n2. Quý II\nTiếp nhận 410 hồ sơ, đã giải quyết 400 hồ sơ.",
        "Xã niêm yết 140 thủ tục, trong đó toàn trình 52 thủ tục, một phần 70 thủ tục, còn lại 18 thủ tục chỉ tra cứu thông tin.",
        "Chi tiết tại Phụ lục I, Phụ lục II.\n" + APPENDICES,
        THREE_HEADS,
        "Không có hồ sơ nào quá hạn. Đang giải quyết 28 hồ sơ, trong hạn 28.",
    ],
)
def test_what_holds_or_is_no_claim_passes(body):
    assert [] == loud(body)


@pytest.mark.parametrize(
    ("written", "severity", "check"),
    [
        ("89,93%", None, ""),
        ("89,9%", None, ""),
        ("90%", None, ""),
        ("89%", "note", "share_cut"),
        ("89,94%", "error", "share_mismatch"),
        ("trên 89%", None, ""),
        ("trên 91%", "error", "share_mismatch"),
    ],
)
def test_a_percentage_is_held_to_the_digits_that_are_printed(written, severity, check):
    """8.925/9.924 is 89,933…: rounded is right, cut is a note, "trên" leaves room on its own side only."""
    said = [(one.severity, one.check) for one in found(f"Số hóa thành phần hồ sơ: 8.925/9.924 hồ sơ, đạt {written}.")]
    assert ([(severity, check)] if severity else []) == said


@pytest.mark.parametrize(
    ("on", "severity"), [("ngày 30 tháng 6 năm 2025", None), ("ngày 15 tháng 7 năm 2025", "error"), ("ngày … tháng 7 năm 2025", "question")]
)
def test_law_is_held_against_the_reports_own_date(on, severity):
    """Nghị định 61/2018/NĐ-CP was in force until 30/6/2025; a report without a day is only asked."""
    text = f"UBND XÃ AN PHÚ\nAn Phú, {on}\nBÁO CÁO\nKết quả quý II năm 2025\nThực hiện Nghị định số 61/2018/NĐ-CP ngày 23/4/2018 về cơ chế một cửa."
    assert ([severity] if severity else []) == [one.severity for one in check_report(report_of(text)) if one.check == "law_not_in_force"]


def test_a_report_without_any_time_is_asked_for_it():
    (one,) = [one for one in check_report(report_of("BÁO CÁO\nĐã giải quyết 900 hồ sơ.\n\nĐang giải quyết 20 hồ sơ.")) if one.check == "period_not_stated"]
    assert ("question", 2, "dòng 4" in one.explanation) == (one.severity, one.line, True)


@pytest.mark.parametrize(
    "opening", ["Đánh giá năm 2024 (từ 01/01/2024 đến 31/12/2024)", "Từ 01/01/2024 đến 31/12/2024", "KẾT QUẢ CÔNG TÁC\nNăm 2024", "Quý III/2024"]
)
def test_a_time_that_is_stated_without_the_word_day_is_not_asked_for(opening):
    assert not [
        one for one in check_report(report_of(f"{opening}\n\nĐã giải quyết 900 hồ sơ.\n\nĐang giải quyết 20 hồ sơ.")) if one.check == "period_not_stated"
    ]


def test_under_three_headers_a_part_is_of_the_total_beside_it():
    assert [("error", "parts_not_total")] == loud(THREE_HEADS.replace("\t200\t112", "\t200\t113"))


def test_a_share_that_its_column_says_is_wrong_is_not_asked_about_too():
    """Two groups of columns: the rule of the group is the answer, a number of the other group is no question."""
    heads = "Đơn vị\tTiếp nhận\tSố hóa thành phần\tTỷ lệ số hóa (%)\tĐã giải quyết\tSố hóa kết quả\tTỷ lệ số hóa kết quả (%)"
    rows = ["Xã An\t1.500\t1.455\t97,0\t600\t570\t95,0", "Xã Bình\t1.200\t1.140\t95,0\t500\t480\t96,0", "Xã Cát\t800\t720\t90,0\t400\t372\t93,0"]
    rows.append("Xã Đông\t900\t864\t96,0\t450\t405\t92,5")
    assert [("error", "share_mismatch")] == loud("\n".join([heads, *rows]))


def test_two_totals_of_one_level_are_held_against_each_other():
    """The titles of appendices tell two levels apart; under one and the same level two totals are still one too many."""
    both = [check for _, check in loud("Chi tiết tại Phụ lục I, Phụ lục II.\n" + APPENDICES.replace("CẤP XÃ", "CẤP HUYỆN"))]
    assert "value_conflict" in both


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("Từ ngày 01/4/2025 đến ngày 30/6/2025 xã áp dụng Nghị định số 61/2018/NĐ-CP.", None),
        ("Nghị định số 118/2025/NĐ-CP thay thế Nghị định số 61/2018/NĐ-CP.", None),
        ("Nghị định số 61/2018/NĐ-CP ngày 23/4/2018 (hết hiệu lực) không còn được dẫn trong biểu mẫu.", None),
        ("Từ ngày 01/7/2025 đến ngày 30/9/2025 xã áp dụng Nghị định số 61/2018/NĐ-CP.", "error"),
        ("Xã thực hiện Nghị định số 61/2018/NĐ-CP.", "error"),
    ],
)
def test_law_is_cited_as_of_its_own_time_or_as_replaced(text, severity):
    report = f"UBND XÃ AN PHÚ\nAn Phú, ngày 15 tháng 10 năm 2025\nBÁO CÁO\nKết quả quý III năm 2025\n{text}"
    assert ([severity] if severity else []) == [one.severity for one in check_report(report_of(report)) if one.check == "law_not_in_force"]


def test_where_a_scan_is_spoilt_an_error_is_a_question():
    sound, spoilt = "Số hồ sơ đang giải quyết: 28; trong hạn 20, quá hạn 2.", "Số hồ sơ ãng giải quyết: 28; trong hạn 20, quá hạn 2."
    assert [("error", "parts_not_total")] == loud(sound)
    assert [("question", "parts_not_total")] == loud(spoilt)


def test_findings_come_in_reading_order_and_name_their_figures():
    said = found("1. Số phiếu hài lòng: 501/150 phiếu.\n2. Tỷ lệ hồ sơ trực tuyến tăng từ 42,1% lên 40,5%.")
    assert [(5, ("501/150",)), (6, ("42,1%", "40,5%"))] == [(one.line, one.numbers) for one in said]


@pytest.mark.parametrize(
    ("body", "severity"),
    [
        ("1. Tổng số hồ sơ đã số hóa thành phần hồ sơ: 731 hồ sơ.\n2. Tổng số hồ sơ tiếp nhận: 713 hồ sơ.", "error"),
        ("Tổng số hồ sơ tiếp nhận: 713 hồ sơ.\nTổng số hồ sơ được số hóa thành phần hồ sơ: 731 hồ sơ.", "error"),
        ("Xã tiếp nhận 713 hồ sơ, đã số hóa 731 hồ sơ.", "question"),
        ("Đã thực hiện số hóa 731 hồ sơ; tổng số tiếp nhận 713 hồ sơ.", "question"),
        ("Phường nhận 713 hồ sơ, đã quét, lưu điện tử 731 hồ sơ.", "question"),
        ("Xã tiếp nhận 713 hồ sơ, đã số hóa 713 hồ sơ.", None),
        ("Xã tiếp nhận 713 hồ sơ, đã số hóa 2.139 thành phần hồ sơ.", None),
        ("Xã tiếp nhận 713 hồ sơ; số lượng giấy tờ số hóa: 2.139.", None),
        ("Xã tiếp nhận 713 hồ sơ, số hóa 5.214 hồ sơ lưu trữ.", None),
        ("Xã tiếp nhận mới 690 hồ sơ, kỳ trước chuyển sang 41 hồ sơ; đã số hóa 731 hồ sơ.", None),
    ],
)
def test_no_more_is_digitised_than_was_received(body, severity):
    """Of what is only called digitised one asks: it may hold older dossiers; papers and archives are another count."""
    assert ([(severity, "impossible_order")] if severity else []) == loud(body)


@pytest.mark.parametrize(
    "body",
    [
        "Mức độ hài lòng của người dân đạt 100%.\nTrong quý, xã nhận 05 đơn phản ánh về thái độ tiếp dân.",
        "100% công dân hài lòng khi đến giao dịch. Số phản ánh, kiến nghị tiếp nhận: 05.",
        "Khảo sát 80/80 phiếu hài lòng (100%). Vẫn còn người dân bức xúc vì phải đi lại nhiều lần.",
        "Tỷ lệ hài lòng đạt 100%. Còn 02 ý kiến không hài lòng.",
        "Trong kỳ không có hồ sơ nào quá hạn. Vẫn còn 04 hồ sơ quá hạn phải xin lỗi.",
    ],
)
def test_all_is_well_said_beside_what_is_not_is_asked_about(body):
    assert ("question", "words_against_numbers") in loud(body)


@pytest.mark.parametrize(
    "body",
    [
        "Tỷ lệ hài lòng đạt 100%. Không có phản ánh, kiến nghị.",
        "Tỷ lệ hài lòng đạt 100%. Tiếp nhận 05 kiến nghị về quy định hành chính, không có phản ánh.",
        "Tỷ lệ hài lòng đạt 100%. Số điện thoại tiếp nhận phản ánh: 0255 3 857 911.",
        "Phấn đấu mức độ hài lòng đạt 100%. Tiếp nhận 05 phản ánh, kiến nghị.",
        "Có 3/9 xã có tỷ lệ hài lòng đạt 100%. Tiếp nhận 05 phản ánh, kiến nghị.",
        "100% người dân hài lòng. Không để người dân phải đi lại nhiều lần, bức xúc.",
        "Số phiếu không hài lòng được xử lý đạt 100%. Có 02 phiếu không hài lòng.",
        "Xã An Lạc không có hồ sơ quá hạn. Vẫn còn 04 hồ sơ quá hạn.",
        "Đã giải quyết 90 hồ sơ, không có hồ sơ trễ hạn. Đang giải quyết 20 hồ sơ, có 04 hồ sơ quá hạn.",
    ],
)
def test_what_only_sounds_so_is_not(body):
    assert "words_against_numbers" not in [check for _, check in loud(body)]


@pytest.mark.parametrize(
    ("body", "check"),
    [
        ("Thanh toán trực tuyến 806 trên 1.033 hồ sơ có phí, đạt 87,03%.", "share_mismatch"),
        ("Kết quả điện tử được cấp cho 806 lượt trên 1.033 hồ sơ đã giải quyết, chiếm tỷ lệ 87,03%.", "share_mismatch"),
        ("Thanh toán trực tuyến 806 trên 1.033 hồ sơ có phí, đạt 78,03%.", None),
        ("Tiếp nhận 806 hồ sơ trên 14 lĩnh vực, đạt 95% kế hoạch.", None),
        ("Có 80 người trên 60 tuổi, chiếm 40%.", None),
        ("Trả trước hạn 40 hồ sơ trên 5 ngày, đạt 12%.", None),
    ],
)
def test_n_on_n_is_a_ratio_where_its_share_follows(body, check):
    assert ([check] if check else []) == [one for _, one in loud(body)]


@pytest.mark.parametrize(
    ("body", "severity"),
    [
        ("Trong kỳ thụ lý 946 hồ sơ. Đã trả kết quả 884 hồ sơ. Còn 72 hồ sơ đang xử lý.", "error"),
        ("Phường nhận 946 hồ sơ, xong 884 hồ sơ, còn 72 hồ sơ chưa đến hạn.", "error"),
        ("Tiếp nhận 946 hồ sơ. Đã giải quyết 884 hồ sơ; 72 hồ sơ đang giải quyết còn trong hạn.", "error"),
        ("Cấp huyện phải giải quyết 946 hồ sơ (kỳ trước chuyển qua 46, tiếp nhận trong kỳ 900). Giải quyết xong 884 hồ sơ. Chuyển kỳ sau 72 hồ sơ.", "error"),
        ("Lĩnh vực\tTổng phải giải quyết\tĐã xong\tChuyển tháng sau\nHộ tịch\t100\t90\t10\nĐất đai\t50\t45\t4", "question"),
        ("Trong kỳ thụ lý 956 hồ sơ. Đã trả kết quả 884 hồ sơ. Còn 72 hồ sơ đang xử lý.", None),
        ("Phường nhận 956 hồ sơ, xong 884 hồ sơ, còn 70 hồ sơ chưa đến hạn.", None),
        ("Tiếp nhận mới 900 hồ sơ, kỳ trước chuyển sang 120 hồ sơ; đã xong 990 hồ sơ, còn 30 hồ sơ chưa đến hạn.", None),
        ("Tiếp nhận 1.000 hồ sơ. Đã giải quyết 950 hồ sơ, trong hạn 940 hồ sơ, quá hạn 10 hồ sơ.", None),
        ("Cấp huyện phải giải quyết 946 hồ sơ (kỳ trước chuyển qua 46, tiếp nhận trong kỳ 900). Giải quyết xong 884 hồ sơ. Chuyển kỳ sau 62 hồ sơ.", None),
    ],
)
def test_the_balance_is_seen_in_other_words(body, severity):
    assert ([(severity, "balance")] if severity else []) == loud(body)


@pytest.mark.parametrize(
    ("body", "check"),
    [
        ("HS đã GQ: 115; trước hạn 80, đúng hạn 25, quá hạn 0", "parts_not_total"),
        ("Đã GQ 115 HS. SH KQ: 101/125 HS = 80,80%", "denominator_conflict"),
        ("HS nhận: 117 (trực tuyến 50; BCCI 05; TTiếp 72)", "parts_not_total"),
        ("HS nhận: 117\nHS kỳ trước: 09\nHS đã GQ: 115\nHS chờ: 21", "balance"),
        ("HS nhận: 117 (TT 50; BCCI 05; TTiếp 62)\nHS kỳ trước: 09\nHS đã GQ: 115; trước hạn 90, đúng hạn 25\nHS chờ: 11\nSHHS đầu vào: 117/117 = 100%", None),
    ],
)
def test_shorthand_is_read(body, check):
    assert ([check] if check else []) == [one for _, one in loud(body)]


@pytest.mark.parametrize(
    ("body", "check"),
    [
        ("Tiếp nhận 594 hồ sơ: 412 hồ sơ qua mạng, 167 hồ sơ tại quầy, 06 hồ sơ qua bưu điện.", "parts_not_total"),
        ("Tiếp nhận 585 hồ sơ: 412 hồ sơ qua mạng, 167 hồ sơ tại quầy, 06 hồ sơ qua đường bưu điện.", None),
        ("Thụ lý 594 lượt hồ sơ: 512 hồ sơ nộp mới và 71 hồ sơ tháng trước chuyển sang.", "parts_not_total"),
        ("Thụ lý 583 lượt hồ sơ: 512 hồ sơ nộp mới và 71 hồ sơ tháng trước chuyển sang.", None),
        ("Hồ sơ trực tuyến là 412 hồ sơ, tiếp nhận mới 515 hồ sơ; tức hồ sơ qua mạng bằng 80,00% hồ sơ nộp mới.", None),
        ("Nhận 12 phản ánh, kiến nghị, đã trả lời 11, còn 02 đang xem xét.", "balance"),
        ("Tiếp nhận 594 hồ sơ. Đặt 04 máy tại quầy, bố trí 06 cán bộ tại quầy, gửi 02 công văn qua mạng.", None),
    ],
)
def test_ways_to_hand_in_are_read_in_everyday_words(body, check):
    assert ([check] if check else []) == [one for _, one in loud(body)]


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        ("1. Hồ sơ trễ hạn: 17 hồ sơ.\n2. Hạn chế: vẫn còn 19 hồ sơ trễ hạn.", True),
        ("1. Tỷ lệ hồ sơ trực tuyến đạt 67,5%.\n2. Tồn tại: tỷ lệ hồ sơ trực tuyến mới đạt 65,7%.", True),
        ("1. Tỷ lệ số hóa kết quả đạt 67,5%.\n2. Tỷ lệ số hóa kết quả đạt 65,7%.", True),
        ("Đã giải quyết 500 hồ sơ, trễ hạn 17 hồ sơ. Đang giải quyết 40 hồ sơ, quá hạn 19 hồ sơ.\nHạn chế: vẫn còn 19 hồ sơ trễ hạn.", False),
        ("1. Tỷ lệ hồ sơ trực tuyến đạt 67,52%.\n2. Như vậy tỷ lệ hồ sơ trực tuyến đạt 67,5%.", False),
        ("1. Tỷ lệ hồ sơ trực tuyến đạt 67,5%.\n2. Tỷ lệ hồ sơ trực tuyến cấp xã đạt 65,7%.", False),
        ("1. Tỷ lệ hồ sơ trực tuyến đạt 67,5%.\n2. Tỷ lệ hồ sơ trực tuyến toàn trình đạt 65,7%.", False),
        ("1. Tỷ lệ hồ sơ trực tuyến đạt 67,5%.\n2. Tỷ lệ hồ sơ trực tuyến lĩnh vực đất đai đạt 65,7%.", False),
        ("1. Tỷ lệ hồ sơ trực tuyến đạt 67,5%.\n2. Phấn đấu tỷ lệ hồ sơ trực tuyến đạt 80%, cùng kỳ tỷ lệ hồ sơ trực tuyến đạt 60,1%.", False),
    ],
)
def test_one_thing_with_two_values_is_asked_about_where_words_leave_room(body, asked):
    assert ([("question", "value_conflict")] if asked else []) == loud(body)


@pytest.mark.parametrize(
    ("body", "severity"),
    [
        ("(Có phụ lục chi tiết kèm theo)\nTiếp nhận 100 hồ sơ.", "question"),
        ("Tiếp nhận 100 hồ sơ, số liệu cụ thể tại các biểu tổng hợp đính kèm.", "question"),
        ("Như đã nêu tại điểm c khoản 2 Mục V của Báo cáo này.\nI. KẾT QUẢ\nTiếp nhận 100 hồ sơ.\nII. KIẾN NGHỊ\nKhông.", "error"),
        ("(Có phụ lục chi tiết kèm theo)\nTiếp nhận 100 hồ sơ.\nPHỤ LỤC\nSố liệu", None),
        ("(Có phụ lục chi tiết kèm theo)\nTiếp nhận 100 hồ sơ.\nĐơn vị\tTiếp nhận\tGhi chú\nXã An Lạc\t60\t\nXã An Hòa\t40\t", None),
        ("Đề nghị các xã báo cáo số liệu theo phụ lục đính kèm. Tiếp nhận 100 hồ sơ.", None),
        ("Thực hiện danh mục tại phụ lục kèm theo Quyết định số 12/QĐ-UBND. Tiếp nhận 100 hồ sơ.", None),
        ("Như đã nêu tại khoản 2 Mục I của Báo cáo này.\nI. KẾT QUẢ\nTiếp nhận 100 hồ sơ.\nII. KIẾN NGHỊ\nKhông.", None),
    ],
)
def test_an_appendix_without_a_number_or_a_section_that_is_not_there(body, severity):
    assert ([(severity, "reference_missing")] if severity else []) == [one for one in loud(body) if one[1] == "reference_missing"]
