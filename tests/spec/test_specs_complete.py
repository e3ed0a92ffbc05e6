"""Every metric of the catalogue has an example that defines it, and none defines what does not exist."""

from test_clock import SPECS as CLOCK
from test_counts import SPECS as COUNTS
from test_durations import SPECS as DURATIONS
from test_shares import SPECS as SHARES

from tthc_analysis.metrics.catalogue import CATALOGUE, SHARE, get_metric


def test_every_metric_of_the_catalogue_has_a_spec() -> None:
    assert set(CATALOGUE) == {spec.metric for spec in (*COUNTS, *SHARES, *DURATIONS, *CLOCK)}


def test_every_share_has_a_spec_that_tells_its_parts_apart() -> None:
    for spec in (*SHARES, *(spec for spec in CLOCK if get_metric(spec.metric).unit == SHARE)):
        figures = spec.gives.values() if isinstance(spec.gives, dict) else [spec.gives]
        assert all(0 < numerator < denominator for numerator, denominator in figures), spec.metric
