"""Looking around in JupyterLab: the controls stand for a plain call, and the call shows what was chosen."""

import pytest

from tthc_analysis.errors import UserError
from tthc_analysis.exhibits.explore import call_of, explorer, fields_of, look, narrowed, units_of
from tthc_analysis.metrics.study import Study, measure_study, open_study

FIELD, UNIT = "Đất đai", "ubnd-huyen-minh-long"


@pytest.fixture(scope="module")
def study(sample_register) -> Study:
    how = {"unit": "huyen-minh-long", "policy": "report-2024", "history": 3, "calendar": "VN", "document": {}}
    return open_study(period="2024-Q1", as_of="2024-03-15", register=str(sample_register), **how)


def values(exhibit) -> list[str]:
    return [cell.text for cell in exhibit.rows[-1]]


def test_a_share_is_said_drawn_twice_and_listed(study):
    assert ["statement", "figure", "figure", "table"] == [exhibit.kind for exhibit in look(study, "online_share")]


def test_a_count_has_no_units_beside_each_other(study):
    assert ["statement", "figure", "table"] == [exhibit.kind for exhibit in look(study, "received")]


def test_what_is_shown_is_of_the_unit_and_field_chosen(study):
    shown = look(study, "received", unit=UNIT, field=FIELD)[-1]
    expected = measure_study(study, ["received"], by=["unit", "field"]).set_index(["unit_id", "field"]).loc[(UNIT, FIELD), "value"]
    assert ["Toàn bộ", f"{expected:.0f}"] == values(shown)


def test_what_is_shown_is_of_the_period_chosen(study):
    expected = measure_study(study, ["received"], [study.before])["value"].iloc[0]
    assert ["Toàn bộ", f"{expected:.0f}"] == values(look(study, "received", period=study.before.text)[-1])


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"metric": "online_shares"}, "online_share"),
        ({"metric": "received", "field": "Dat dai"}, "Đất đai"),
        ({"metric": "received", "unit": "xa-long-may"}, "xa-long-mai"),
        ({"metric": "received", "period": "2019-Q1"}, "2024-Q1"),
    ],
)
def test_a_mistyped_choice_is_answered_with_the_nearest(study, chosen, said):
    with pytest.raises(UserError, match=said):
        look(study, **chosen)


def test_the_study_itself_is_not_changed(study):
    part = narrowed(study, UNIT, FIELD)
    assert (UNIT, "huyen-minh-long") == (part.unit, study.unit)


def test_choosing_shows_the_call_and_what_it_gives(study):
    box = explorer(study)
    metric, unit, field, period, call, shown = box.children
    metric.value, unit.value, field.value = "received", UNIT, FIELD
    expected = call_of("received", unit=UNIT, field=FIELD, period="2024-Q1")
    assert f"<code>{expected}</code>" == call.value
    assert "UBND huyện Minh Long, Đất đai" in shown.value
    assert period.value == "2024-Q1"


def test_the_choices_are_what_the_register_holds(study):
    assert UNIT in units_of(study)
    assert FIELD in fields_of(study)
