"""Policies by name, and targets by metric, level and date: an unverified one is never given out."""

from datetime import date
from fractions import Fraction

import pytest

from tthc_analysis.errors import UserError
from tthc_analysis.metrics.catalogue import CATALOGUE
from tthc_analysis.reference.policies import get_policy, policies
from tthc_analysis.reference.targets import targets, verified_target

MEANING = {
    "report-2024": ("apart", "on_time", "date", "resolved"),
    "ii06a": ("on_time", "on_time", "date", "resolved"),
    "dvcqg-766": ("by_end_time", "not_judged", "timestamp", "received_total"),
}
ONLINE_SINCE = date(2022, 8, 1)


def test_the_policies_are_those_of_the_design():
    assert set(MEANING) == set(policies())


@pytest.mark.parametrize(("name", "meaning"), MEANING.items())
def test_a_policy_is_data(name, meaning):
    policy = get_policy(name)
    assert (name, *meaning) == (policy.name, policy.withdrawn, policy.missing_due, policy.comparison, policy.on_time_base)


@pytest.mark.parametrize("name", MEANING)
def test_a_policy_says_in_vietnamese_what_it_is_and_where_it_comes_from(name):
    policy = get_policy(name)
    assert policy.label
    assert policy.source


@pytest.mark.parametrize("name", ["", "report", "report-2025", "II06A", "ii06a ", "766", "seed"])
def test_an_unknown_policy_is_refused_with_the_choices(name):
    with pytest.raises(UserError, match=r"Không có cách tính \(policy\) .*report-2024, ii06a, dvcqg-766"):
        get_policy(name)


def test_a_mistyped_policy_is_answered_with_the_nearest():
    with pytest.raises(UserError, match='Có phải ý bạn là "ii06a"'):
        get_policy("II06a")


@pytest.mark.parametrize("level", ["province", "district", "commune", ""])
def test_the_online_target_holds_on_every_level(level):
    target = verified_target("online_share", level, date(2024, 3, 14))
    assert Fraction(1, 2) == target.value


@pytest.mark.parametrize(("on", "found"), [(date(2022, 7, 31), False), (ONLINE_SINCE, True), (date(2060, 12, 31), True)])
def test_a_target_begins_on_its_first_day(on, found):
    assert found == (verified_target("online_share", "district", on) is not None)


@pytest.mark.parametrize("target", [item for item in targets() if not item.verified], ids=lambda item: f"{item.metric}-{item.level}")
def test_an_unverified_target_is_never_given_out(target):
    given = verified_target(target.metric, target.level, target.valid_from)
    assert given is None or given.verified


def test_a_metric_without_a_target_has_none():
    assert verified_target("late_share", "district", date(2024, 3, 14)) is None


@pytest.mark.parametrize("target", targets(), ids=lambda item: f"{item.metric}-{item.level}")
def test_every_target_is_a_share_of_a_known_metric_with_its_legal_basis(target):
    assert target.metric in CATALOGUE
    assert 0 < target.value <= 1
    assert target.valid_from <= target.valid_to
    assert target.legal_basis
