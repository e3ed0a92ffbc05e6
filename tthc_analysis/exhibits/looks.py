"""How each metric looks: one colour and one shape, the same in every chart of every document.

Colours are Okabe-Ito's (of eight those that stand out from white by at least 3:1). Colour is never the only cue: a shape is a marker, a dash and
a hatch together, and metrics that are drawn together differ in both. Black is kept for what stands out by a rule, grey for what is compared with.
"""

from typing import NamedTuple

from matplotlib.colors import to_hex, to_rgb

BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
INK, GREY, BAND = "#111111", "#5F5F5F", "#F1F1F1"  # what is written; what is compared with; where there is no figure
# triangles are left to the funnel, which says with them who is higher and who is lower
SHAPES: list[tuple[str, tuple[float, ...] | str, str]] = [
    ("o", "", ""),
    ("s", (4, 2), "///"),
    ("D", (1, 1.5), "..."),
    ("P", (6, 2, 1, 2), "xx"),
    ("X", (8, 2), "\\\\\\"),
    ("p", (3, 1, 1, 1, 1, 1), "--"),
]


class Look(NamedTuple):
    """A colour of a line or bar, the darker one of what is written beside it, and the shape."""

    colour: str
    ink: str
    marker: str
    dash: tuple[float, ...] | str
    hatch: str


def _darker(colour: str) -> str:
    """Give a colour that small letters can have: they need 4,5:1 on white, lines and bars but 3:1."""
    red, green, blue = to_rgb(colour)
    return to_hex((red * 0.7, green * 0.7, blue * 0.7))


def _look(colour: str, shape: int) -> Look:
    return Look(colour, _darker(colour), *SHAPES[shape])


# the metrics of each unit of measure, by colour: the place in a row is the shape
_COUNTS = {
    BLUE: ("received", "closed_in_bulk", "received_total", "due_on_day_off", "rated_very_satisfied", "refused"),
    GREEN: ("resolved_early", "resolved", "resolved_on_due_date", "received_on_day_off", "rated_satisfied"),
    VERMILION: ("resolved_late", "pending_late", "rated_dissatisfied", "closed_in_bulk_at_period_end", "due_before_received"),
    PURPLE: ("pending", "late_on_system_only", "carried_over", "pending_due_soon", "withdrawn"),
}
_SHARES = {
    BLUE: ("online_share", "intake_digitised_share", "paper_scanned_share", "online_payment_share", "due_known_share"),
    GREEN: ("on_time_share", "full_online_share", "early_share", "both_digitised_share", "satisfied_share"),
    VERMILION: ("result_digitised_share", "late_share", "partial_of_online_share", "due_off_calendar_share"),
    PURPLE: ("rated_share", "late_on_system_only_share", "intake_born_digital_share", "closed_in_bulk_share"),
}
_TIMES = {
    BLUE: ("processing_workdays_median", "processing_days_median", "time_used_median", "processing_hours_median"),
    VERMILION: ("", "processing_workdays_p90", "time_used_p90"),
    GREEN: ("", "", "processing_workdays_mean", "open_aware_workdays_median"),
    PURPLE: ("", "", "", "", "open_aware_workdays_p90"),
}
LOOKS = {name: _look(colour, shape) for rows in (_COUNTS, _SHARES, _TIMES) for colour, names in rows.items() for shape, name in enumerate(names) if name}


def look_of(metric: str) -> Look:
    """Give the look of a metric of the catalogue.

    >>> look_of("online_share").colour, look_of("online_share").marker
    ('#0072B2', 'o')
    """
    return LOOKS[metric]
