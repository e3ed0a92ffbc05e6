"""Activity: dossier × period with flags. Time is stock and flow.

A dossier is active in every period between its reception and its end. One relation answers carried over, received, resolved,
withdrawn and pending for any number of periods in one scan, and as of a date: state is computed from dates, never from today's
status, so that a past period measured again gives what it gave.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import narwhals as nw
import pandas as pd

from tthc_analysis.errors import UserError
from tthc_analysis.metrics.clock import backlog, time_used, with_clock, with_workday_numbers
from tthc_analysis.metrics.engine import Dossiers, as_dossiers, beside
from tthc_analysis.reference.notation import day
from tthc_analysis.reference.periods import Period
from tthc_analysis.reference.policies import Policy
from tthc_analysis.reference.procedures import TimeLimit
from tthc_analysis.reference.workdays import FIRST_DAY, Calendar, add_working_days, working_days

FLAGS = (
    *("carried_over", "received", "resolved", "early", "on_due_date", "late", "withdrawn", "refused", "pending", "pending_late"),
    *("finished", "resolved_judged", "on_time", "on_time_base", "late_on_system_only"),
)
DURATIONS = ("processing_workdays", "processing_days", "open_aware_workdays")
TOGETHER = 5  # dossiers of one unit that end in one minute: nobody closes so many one by one
CLOSING_WORKDAYS = 3  # at a period's end, when what is left is ticked off
col, lit = nw.col, nw.lit


def period_frame(periods: Sequence[Period], as_of: date | None, calendar: Calendar | None) -> pd.DataFrame:
    """List the periods as rows: period, start, cut (the day after the last day that is known), last_day, cut_workday, closing_from.

    `closing_from` is the first of the period's last CLOSING_WORKDAYS working days. Without a calendar it is empty and `cut_workday` 0.
    """
    ends = [period.end if as_of is None else min(period.end, as_of) for period in periods]
    cuts = [end + timedelta(days=1) for end in ends]
    numbers = [0 if calendar is None else working_days(calendar, FIRST_DAY, max(cut, FIRST_DAY)) for cut in cuts]
    closing = [None if calendar is None else add_working_days(calendar, period.end + timedelta(days=1), -CLOSING_WORKDAYS) for period in periods]
    days = {"start": [period.start for period in periods], "cut": cuts, "last_day": ends, "closing_from": closing}
    dates = {name: pd.to_datetime(pd.Series(values)).astype("datetime64[us]") for name, values in days.items()}
    return pd.DataFrame({"period": [period.text for period in periods], **dates, "cut_workday": numbers})


def _with_days(dossiers: Dossiers) -> Dossiers:
    """Add the dates behind the times: a rule that compares days must not see the clock."""
    days = {f"{name}_day": col(f"{name}_at").dt.date() for name in ("received", "due", "resolved", "returned")}
    return dossiers.with_columns(**days)


def _with_bulk(dossiers: Dossiers) -> Dossiers:
    """Add `in_bulk`: ended in one minute with at least TOGETHER - 1 others of the same resolving unit.

    An end at midnight is a date without a time of day: it says nothing of the minute. Nor is one unknown unit the same as another.
    """
    keys = ["resolving_unit", "resolved_minute"]
    timed = dossiers.with_columns(resolved_minute=nw.when(ended_at_a_time()).then(col("resolved_at").dt.truncate("1m")))
    ended = timed.filter(~col("resolved_minute").is_null()).group_by(*keys).agg(closed_together=nw.len())
    crowded = ended.filter(col("closed_together") >= TOGETHER)
    return timed.join(crowded, on=keys, how="left").with_columns(in_bulk=~col("closed_together").is_null())


def _in_periods(dossiers: Dossiers, periods: pd.DataFrame) -> Dossiers:
    """Pair each dossier with the periods it is active in: received before the cut and not ended before the start."""
    windows = beside(periods, dossiers).with_columns(*(col(name).dt.date() for name in ("start", "cut", "last_day", "closing_from")))
    open_at_start = col("resolved_day").is_null() | (col("resolved_day") >= col("start"))
    return dossiers.join(windows, how="cross").filter((col("received_day") < col("cut")) & open_at_start)


def _states(policy: Policy) -> dict[str, nw.Expr]:
    """Stock and flow: how the dossier came into the period and how it left it."""
    came = {"carried_over": col("received_day") < col("start"), "received": col("received_day") >= col("start")}
    ended = (~col("resolved_day").is_null()) & (col("resolved_day") < col("cut"))
    outcomes = {"finished": "resolved", "withdrawn": "withdrawn", "refused": "refused"}
    left = {"ended": ended, "pending": ~ended} | {flag: ended & (col("outcome") == outcome) for flag, outcome in outcomes.items()}
    return came | left | {"resolved": left["finished"] if policy.withdrawn == "apart" else ended}


def ended_at_a_time() -> nw.Expr:
    """Say of an end that its time of day is known: midnight is what a date without one reads as; null while open."""
    return col("resolved_at") != col("resolved_at").dt.truncate("1d")


def _overdue(policy: Policy, event: str = "resolved") -> nw.Expr:
    """Ended (or returned) after the due date; null where there is none. A due time of midnight means the whole day (BLDS 2015 Điều 148)."""
    by_day = col(f"{event}_day") > col("due_day")
    if policy.comparison == "date":
        return by_day
    whole_day = col("due_at") == col("due_at").dt.truncate("1d")
    return by_day | ((col(f"{event}_at") > col("due_at")) & ~whole_day)


def _judgement(policy: Policy) -> dict[str, nw.Expr]:
    """Early, on the due date, late. Each resolved dossier that can be judged is exactly one of them."""
    excused = (col("withdrawn") | col("refused")) if policy.withdrawn == "on_time" else lit(value=False)
    presumed = excused | col("due_day").is_null() if policy.missing_due == "on_time" else excused
    judged = col("resolved") & (presumed | ~col("due_day").is_null())
    late = col("resolved") & ~presumed & _overdue(policy).fill_null(value=False)
    early = col("resolved") & ~presumed & (col("resolved_day") < col("due_day")).fill_null(value=False)
    on_paper_in_time = (~_overdue(policy, "returned")).fill_null(value=False)
    return {"resolved_judged": judged, "late": late, "early": early, "on_due_date": judged & ~late & ~early, "late_on_system_only": late & on_paper_in_time}


def _punctuality(policy: Policy) -> dict[str, nw.Expr]:
    """What is pending late at the period's last known day, and the two masks of the on-time share."""
    overdue = (col("due_day") < col("last_day")).fill_null(value=False)
    pending_judged = col("pending") if policy.missing_due == "on_time" else col("pending") & ~col("due_day").is_null()
    done_in_time, waiting_in_time = col("early") | col("on_due_date"), pending_judged & ~overdue
    if policy.on_time_base == "resolved":
        masks = {"on_time": done_in_time, "on_time_base": col("resolved_judged")}
    else:
        masks = {"on_time": done_in_time | waiting_in_time, "on_time_base": col("resolved_judged") | pending_judged}
    return {"pending_late": col("pending") & overdue} | masks


def _durations() -> dict[str, nw.Expr]:
    """Working days (less the days the clock stood still, never below 0) and calendar days of what the office finished.

    `open_aware_workdays` runs to the end, or for a dossier still open to the last known day: then it is only a lower bound.
    """
    until = nw.when(col("ended")).then(col("resolved_workday")).otherwise(col("cut_workday"))
    elapsed = nw.max_horizontal(until - col("received_workday") - col("paused_days"), lit(0))
    return {
        "open_aware_workdays": elapsed,
        "processing_workdays": nw.when(col("finished")).then(elapsed),
        "processing_days": nw.when(col("finished")).then(col("resolved_day_number") - col("received_day_number")),
    }


def activity(
    dossiers: object,
    periods: Sequence[Period],
    *,
    policy: Policy,
    calendar: Calendar | None,
    as_of: date | None,
    bulk: bool = False,
    limits: Sequence[TimeLimit] | None = None,
) -> Dossiers:
    """Give dossier × period: the register's columns, `period`, the boolean FLAGS, and with a calendar the DURATIONS and `received_day_off`.

    With `bulk` also `in_bulk`: whether it ended in one minute with others, which costs a second look at the register. With `limits`, an
    empty list too, what `clock` says of the time allowed, used and left.
    `as_of` is the last day that is known; None means each period is seen at its own last day. A pending dossier is late when its
    due date lies before that day ("đang giải quyết trong hạn": hẹn trả từ ngày cuối kỳ trở đi, or no due date).
    """
    unbegun = [period for period in periods if as_of is not None and period.start > as_of]
    if unbegun:
        message = f"Kỳ {unbegun[0].label} chưa bắt đầu tại ngày chốt số liệu {day(as_of)}."
        raise UserError(message)
    dated = _with_days(as_dossiers(dossiers))
    told_apart = _with_bulk(dated) if bulk else dated
    numbered = told_apart if calendar is None else with_workday_numbers(told_apart, calendar, ["received", "resolved"])
    if calendar is not None and limits is not None:
        numbered = with_clock(numbered, calendar, limits)
    # as few steps as the names allow: an engine binds and plans every column of a step anew
    states = _in_periods(numbered, period_frame(periods, as_of, calendar)).with_columns(**_states(policy))
    durations = {} if calendar is None else _durations()
    timed = states.with_columns(**_judgement(policy), **durations).with_columns(**_punctuality(policy))
    return timed if limits is None else timed.with_columns(**time_used(), **backlog())
