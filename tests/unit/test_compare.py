"""Why a share changed: small tables by hand, and what must hold for any table."""

from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from dossiers import dossier, register, results
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tthc_analysis.metrics.catalogue import COUNT, SHARE
from tthc_analysis.metrics.compare import decompose, mix_by, rate_by
from tthc_analysis.reference.notation import half_up, rounded_parts

EXACT = 1e-12
FACTORS = ["field", "channel", "level", "unit_id"]
LAND, CIVIL = "Đất đai", "Hộ tịch"


def table(cells: dict[tuple[str, ...] | str, tuple[int, int]], metric: str = "on_time_share", period: str = "2024-Q1") -> pd.DataFrame:
    """Results by field, channel, level and unit, as many as a cell names."""
    named = {(cell,) if isinstance(cell, str) else cell: counts for cell, counts in cells.items()}
    by = FACTORS[: len(next(iter(named)))] if named else FACTORS[:1]
    rows = [(metric, period, *cell, *counts, SHARE) for cell, counts in named.items()]
    return pd.DataFrame(rows, columns=["metric", "period", *by, "numerator", "denominator", "unit"])


def effects(then: pd.DataFrame, now: pd.DataFrame, factors: list[str]) -> dict[str, float]:
    """Effect by factor, or by part where there is none."""
    return {row["factor"] or row["part"]: row["effect"] for row in decompose(then, now, factors).to_dict("records")}


def by_name(found: pd.DataFrame, factor: str = "field") -> dict[str, float]:
    """Effect by group, in the order of the rows."""
    return dict(zip(found[factor], found["effect"], strict=True))


# --- by hand

# from 80/100 and 10/100 to 45/50 and 30/150: 45 % to 37,5 %
THEN, NOW = table({LAND: (80, 100), CIVIL: (10, 100)}), table({LAND: (45, 50), CIVIL: (30, 150)})


def test_two_fields_split_as_kitagawa_does():
    # mix (0,25−0,5)·(0,8+0,9)/2 + (0,75−0,5)·(0,1+0,2)/2; rate 0,1·(0,5+0,25)/2 + 0,1·(0,5+0,75)/2
    assert {"field": -0.175, "rate": 0.1, "total": -0.075} == pytest.approx(effects(THEN, NOW, ["field"]))


def test_both_shares_rise_and_the_whole_falls():
    found = rate_by(THEN, NOW, "field")
    assert all(found["now_value"] > found["then_value"])
    assert effects(THEN, NOW, ["field"])["total"] < 0 < effects(THEN, NOW, ["field"])["rate"]


def test_every_row_carries_both_sides_with_their_counts():
    expected = {"then_numerator": [90], "then_denominator": [200], "then_value": [0.45], "now_numerator": [75], "now_denominator": [200], "now_value": [0.375]}
    found = decompose(THEN, NOW, ["field"])
    assert expected == {column: list(found[column].unique()) for column in found.columns[3:]}


def test_parts_stand_in_the_order_of_the_factors_then_rate_then_total():
    side = table({(LAND, "online"): (1, 2)})
    expected = [("mix", "channel"), ("mix", "field"), ("rate", ""), ("total", "")]
    assert expected == list(decompose(side, side, ["channel", "field"])[["part", "factor"]].itertuples(index=False, name=None))


def test_only_shares_changed_gives_rate_only():
    now = table({LAND: (90, 100), CIVIL: (50, 100)})
    assert {"field": 0, "rate": 0.25, "total": 0.25} == pytest.approx(effects(THEN, now, ["field"]), abs=EXACT)


def test_only_the_mix_changed_gives_mix_only():
    now = table({LAND: (160, 200), CIVIL: (10, 100)})
    assert {"field": 7 / 60, "rate": 0, "total": 7 / 60} == pytest.approx(effects(THEN, now, ["field"]), abs=EXACT)


@pytest.mark.parametrize("absent", [{}, {CIVIL: (0, 0)}], ids=["no row", "no dossier"])
def test_a_field_that_is_new_moves_the_mix_only(absent):
    then, now = table({LAND: (8, 10), **absent}), table({LAND: (8, 10), CIVIL: (1, 10)})
    assert {"field": -0.35, "rate": 0, "total": -0.35} == pytest.approx(effects(then, now, ["field"]), abs=EXACT)


@pytest.mark.parametrize("absent", [{}, {CIVIL: (0, 0)}], ids=["no row", "no dossier"])
def test_a_field_that_is_gone_moves_the_mix_only(absent):
    then, now = table({LAND: (8, 10), CIVIL: (1, 10)}), table({LAND: (8, 10), **absent})
    assert {"field": 0.35, "rate": 0, "total": 0.35} == pytest.approx(effects(then, now, ["field"]), abs=EXACT)


def test_sides_with_nothing_in_common_differ_by_mix_alone():
    assert {"field": -0.7, "rate": 0, "total": -0.7} == pytest.approx(effects(table({LAND: (8, 10)}), table({CIVIL: (1, 10)}), ["field"]), abs=EXACT)


def test_two_factors_share_the_mix_by_the_mean_over_orders():
    """Weights (land online, land in person, civil online): ½ ¼ ¼ to ¼ ½ ¼; shares 1, 0, 1 on both sides."""
    then = table({(LAND, "online"): (2, 2), (LAND, "in_person"): (0, 1), (CIVIL, "online"): (1, 1)})
    now = table({(LAND, "online"): (1, 1), (LAND, "in_person"): (0, 2), (CIVIL, "online"): (1, 1)})
    # ¾ land stays ¾, and a cell's share is its channel's: whichever is changed first, online from ¾ to ½ is all that moves
    assert {"field": 0, "channel": -0.25, "rate": 0, "total": -0.25} == pytest.approx(effects(then, now, ["field", "channel"]), abs=EXACT)


def test_a_factor_that_is_alike_and_independent_on_both_sides_moves_nothing():
    def side(land: int, civil: int) -> pd.DataFrame:
        # one in four online, in each field
        return table({(LAND, "online"): (land, land), (LAND, "post"): (land, 3 * land), (CIVIL, "online"): (0, civil), (CIVIL, "post"): (civil, 3 * civil)})

    found = effects(side(10, 30), side(20, 20), ["field", "channel"])
    assert pytest.approx(0, abs=EXACT) == found["channel"]
    assert pytest.approx(found["total"]) == found["field"]


def test_a_factor_with_one_category_moves_nothing():
    then, now = (side.assign(level="commune") for side in (THEN, NOW))
    assert pytest.approx(0, abs=EXACT) == effects(then, now, ["field", "level"])["level"]


def test_a_unit_stands_against_the_whole_though_only_one_names_its_unit():
    assert effects(THEN, NOW, ["field"]) == effects(THEN, NOW.assign(unit_id="xa-long-mai"), ["field"])


def test_an_unknown_category_is_a_group_like_any_other():
    renamed = [side.replace({"field": {CIVIL: "unknown"}}) for side in (THEN, NOW)]
    assert effects(THEN, NOW, ["field"]) == pytest.approx(effects(*renamed, ["field"]))


def test_the_rows_of_measure_are_what_it_takes():
    late = dossier("2024-01-10", due="2024-01-11", resolved="2024-01-15", field=LAND)
    same_day = dossier("2024-01-10", due="2024-01-11", resolved="2024-01-10", field=CIVIL)
    later = [dossier("2024-04-10", due="2024-04-12", resolved="2024-04-10", field=LAND)] * 3
    rows = results(register(late, same_day, *later), "2024-Q1", "2024-Q2", metrics=["on_time_share"], by=("field", "channel"))
    then, now = (rows[rows["period"] == period] for period in ("2024-Q1", "2024-Q2"))
    assert pytest.approx(0.5) == effects(then, now, ["field", "channel"])["total"]


@pytest.mark.parametrize("nothing", [table({}), table({LAND: (0, 0), CIVIL: (0, 0)})], ids=["no rows", "no dossiers"])
@pytest.mark.parametrize("side", ["then", "now", "both"])
def test_a_side_without_dossiers_leaves_every_effect_missing(nothing, side):
    then, now = (nothing if side in (name, "both") else THEN for name in ("then", "now"))
    frames = [decompose(then, now, ["field"]), rate_by(then, now, "field"), mix_by(then, now, "field")]
    assert all(frame["effect"].isna().all() for frame in frames)
    assert 3 == len(frames[0])


def test_a_period_that_the_register_does_not_know_leaves_every_effect_missing():
    unknown = THEN.astype({"numerator": float, "denominator": float}).assign(numerator=float("nan"), denominator=float("nan"))
    assert decompose(unknown, NOW, ["field"])["effect"].isna().all()


def test_nobody_changes_an_argument():
    then, now = THEN.copy(), NOW.copy()
    decompose(then, now, ["field"])
    mix_by(then, now, "field")
    pd.testing.assert_frame_equal(THEN, then)
    pd.testing.assert_frame_equal(NOW, now)


# --- which groups matter


def test_the_groups_whose_share_moved_most_come_first():
    # civil 0,1·(0,5+0,75)/2, land 0,1·(0,5+0,25)/2
    assert [(CIVIL, pytest.approx(0.0625)), (LAND, pytest.approx(0.0375))] == list(by_name(rate_by(THEN, NOW, "field")).items())


def test_a_group_that_grew_below_the_whole_counts_against_the_share():
    then, now = table({LAND: (80, 100), CIVIL: (10, 100)}), table({LAND: (40, 50), CIVIL: (15, 150)})
    # middle (0,45+0,275)/2 = 0,3625: land −0,25·(0,8−0,3625), civil +0,25·(0,1−0,3625)
    assert {LAND: -0.109375, CIVIL: -0.065625} == pytest.approx(by_name(mix_by(then, now, "field")))


def test_a_group_carries_its_counts_shares_and_weights():
    expected = [LAND, 80, 100, 0.8, 45, 50, 0.9, 0.5, 0.25]
    found = rate_by(THEN, NOW, "field")
    assert expected == found[found["field"] == LAND].drop(columns="effect").to_numpy().tolist()[0]


def test_a_group_that_is_new_has_no_share_of_then():
    found = mix_by(table({LAND: (8, 10)}), table({LAND: (8, 10), CIVIL: (1, 10)}), "field").set_index("field")
    assert pd.isna(found.loc[CIVIL, "then_value"])
    assert (0, 0.1) == (found.loc[CIVIL, "then_weight"], found.loc[CIVIL, "now_value"])


def test_groups_of_one_factor_sum_the_cells_of_all():
    then = table({(LAND, "online"): (5, 10), (LAND, "post"): (1, 10), (CIVIL, "post"): (2, 20)})
    now = table({(LAND, "online"): (9, 10), (LAND, "post"): (4, 20), (CIVIL, "post"): (1, 10)})
    # land: online 0,4·¼, post 0,1·(¼+½)/2; civil unchanged
    assert {LAND: 0.1375, CIVIL: 0} == pytest.approx(by_name(rate_by(then, now, "field", ["field", "channel"])), abs=EXACT)


def test_equal_effects_stand_by_name():
    then, now = table({"B": (1, 4), "A": (1, 4)}), table({"B": (2, 4), "A": (2, 4)})
    assert ["A", "B"] == rate_by(then, now, "field")["field"].tolist()


# --- what is refused


@pytest.mark.parametrize(
    ("then", "factors", "says"),
    [
        (THEN, [], "1 to 4 factors"),
        (THEN, ["field", "field"], "each once"),
        (THEN, [*FACTORS, "procedure_code"], "1 to 4 factors"),
        (THEN, ["channel"], "lack the columns channel"),
        (table({LAND: (1, 2)}, metric="online_share"), ["field"], "on_time_share with online_share"),
        (pd.concat([THEN, table({LAND: (1, 2)}, metric="online_share")]), ["field"], "one share, not of on_time_share, online_share"),
        (THEN.assign(unit=COUNT), ["field"], "one share"),
        (pd.concat([THEN, table({LAND: (1, 2)}, period="2023-Q4")]), ["field"], "1 rows repeat a cell of field, such as .*Đất đai"),
    ],
    ids=["no factor", "a factor twice", "five factors", "an absent column", "another share", "two shares", "a count", "two periods"],
)
def test_what_cannot_be_compared_is_refused_with_the_reason(then, factors, says):
    with pytest.raises(ValueError, match=says):
        decompose(then, NOW, factors)


# --- for any table

counts = st.integers(0, 400).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


def sides(factors: int) -> st.SearchStrategy[pd.DataFrame]:
    cells = st.tuples(*[st.sampled_from(["a", "b", "unknown"])] * factors)
    return st.dictionaries(cells, counts, min_size=1, max_size=12).map(table).filter(lambda side: side["denominator"].sum() > 0)


few = settings(max_examples=30)  # a table of four factors takes its time
pairs = st.integers(1, 4).flatmap(lambda n: st.tuples(sides(n), sides(n), st.just(FACTORS[:n])))


@few
@given(pairs)
def test_the_parts_sum_to_the_difference(pair):
    then, now, factors = pair
    *parts, total = decompose(then, now, factors)["effect"]
    exact = Fraction(*map(int, now[["numerator", "denominator"]].sum())) - Fraction(*map(int, then[["numerator", "denominator"]].sum()))
    assert pytest.approx(float(exact), abs=EXACT) == total
    assert pytest.approx(float(exact), abs=EXACT) == sum(parts)


@few
@given(pairs)
def test_turned_round_the_parts_change_only_their_signs(pair):
    then, now, factors = pair
    back = {name: -effect for name, effect in effects(now, then, factors).items()}
    assert back == pytest.approx(effects(then, now, factors), abs=EXACT)


@few
@given(pairs, st.randoms(use_true_random=False))
def test_the_order_of_the_factors_is_of_no_account(pair, random):
    then, now, factors = pair
    order = random.sample(factors, len(factors))
    assert effects(then, now, factors) == pytest.approx(effects(then, now, list(order)), abs=EXACT)


@few
@given(pairs, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_is_of_no_account(pair, random):
    then, now, factors = pair
    order = random.sample(range(len(then)), len(then))
    pd.testing.assert_frame_equal(decompose(then, now, factors), decompose(then.iloc[order], now, factors))


@few
@given(pairs)
def test_a_side_against_itself_has_no_parts(pair):
    side, _, factors = pair
    assert dict.fromkeys([*factors, "rate", "total"], 0) == pytest.approx(effects(side, side, factors), abs=EXACT)


@few
@given(pairs)
def test_a_cell_without_dossiers_is_as_good_as_absent(pair):
    then, now, factors = pair
    seen = now[now["denominator"] > 0]
    pd.testing.assert_frame_equal(decompose(then, seen, factors), decompose(then, now, factors))


@few
@given(pairs)
def test_groups_of_any_factor_sum_to_the_parts(pair):
    then, now, factors = pair
    *mix, rate, _ = decompose(then, now, factors)["effect"]
    for factor in factors:
        assert pytest.approx(rate, abs=EXACT) == rate_by(then, now, factor, factors)["effect"].sum()
        assert pytest.approx(sum(mix), abs=EXACT) == mix_by(then, now, factor, factors)["effect"].sum()


@few
@given(sides(1), st.dictionaries(st.sampled_from("xyz"), st.integers(1, 5), min_size=1), sides(1))
def test_a_factor_that_does_not_differ_has_no_effect(then, split, now):
    def divided(side: pd.DataFrame) -> pd.DataFrame:
        """Each field divided in the same proportions, whichever the side."""
        return pd.concat([side.assign(channel=name, numerator=n * side["numerator"], denominator=n * side["denominator"]) for name, n in split.items()])

    found = effects(divided(then), divided(now), ["field", "channel"])
    assert pytest.approx(0, abs=EXACT) == found.pop("channel")
    assert effects(then, now, ["field"]) == pytest.approx(found, abs=EXACT)


# --- as printed


def decimals(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


@pytest.mark.parametrize(
    ("parts", "total", "printed"),
    [
        ([0.00004, 0.00004], Fraction(8, 100_000), decimals("0.01", "0.00")),
        ([-0.175, 0.1], Fraction(-75, 1000), decimals("-17.50", "10.00")),
        ([-0.00004, -0.00004], Fraction(-8, 100_000), decimals("0.00", "-0.01")),
        ([1 / 3, 1 / 3, -1 / 3], Fraction(1, 3), decimals("33.33", "33.33", "-33.33")),
        ([2 / 3, 0.0, -1 / 3], Fraction(1, 3), decimals("66.67", "0.00", "-33.34")),
        ([0.0, 0.00005], Fraction(5, 100_000), decimals("0.00", "0.01")),
        ([0.0], Fraction(0), decimals("0.00")),
        ([], Fraction(0), []),
    ],
)
def test_printed_parts_are_rounded_by_largest_remainders(parts, total, printed):
    assert printed == rounded_parts(parts, total)


def test_printed_parts_have_the_decimals_asked_for():
    assert ["33.3", "66.7"] == [str(part) for part in rounded_parts([1 / 3, 2 / 3], Fraction(1), places=1)]


def test_parts_that_do_not_sum_to_their_total_are_refused():
    with pytest.raises(ValueError, match=r"sum to 0\.2, not to their total 0\.25"):
        rounded_parts([0.1, 0.1], Fraction(1, 4))


shares_of = st.lists(st.fractions(-1, 1, max_denominator=10**5), min_size=1, max_size=6)


@given(shares_of, st.integers(0, 3))
@example([Fraction(1, 20_000), Fraction(-1, 20_000)], 2)
@example([Fraction(-1, 20_000)], 2)
def test_printed_parts_sum_to_the_printed_total(parts, places):
    printed = rounded_parts(list(map(float, parts)), sum(parts), places)
    assert half_up(100 * sum(parts), places) == sum(printed)


@given(shares_of, st.integers(0, 3))
def test_no_printed_part_is_off_by_a_whole_last_decimal(parts, places):
    printed = rounded_parts(list(map(float, parts)), sum(parts), places)
    assert all(abs(Fraction(shown) - 100 * part) < Fraction(1, 10**places) + Fraction(1, 10**9) for shown, part in zip(printed, parts, strict=True))


@few
@given(pairs)
def test_the_parts_of_any_difference_can_be_printed(pair):
    found = decompose(*pair)
    whole = found.iloc[0]
    total = Fraction(int(whole["now_numerator"]), int(whole["now_denominator"])) - Fraction(int(whole["then_numerator"]), int(whole["then_denominator"]))
    assert half_up(100 * total, 2) == sum(rounded_parts(found["effect"].tolist()[:-1], total))
