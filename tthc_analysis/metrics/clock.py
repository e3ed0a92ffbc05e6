"""The legal clock: in which unit a procedure's limit runs, whether the due date agrees with it, how much of the time was used, how much is left.

The due date of the export is what the citizen was promised: it is checked here, never replaced. Bộ luật Dân sự 2015 Điều 147, 148: the day of
the event does not count, the limit ends with its last day, and a last day off moves to the next working day.
"""

from collections.abc import Sequence

import narwhals as nw
import numpy as np
import pandas as pd

from tthc_analysis.metrics.engine import Dossiers, beside
from tthc_analysis.reference.procedures import TimeLimit
from tthc_analysis.reference.workdays import FIRST_DAY, LAST_DAY, Calendar, day_numbers

RECEPTION_CUTOFF = 15  # o'clock: from here on an office may begin the clock a working day later, as Hà Nội's centre does
HOURS_A_DAY, MINUTES_AN_HOUR, SECONDS_A_MINUTE = 24, 60, 60
SOON_WORKDAYS = 5
# codes of how long a dossier has been waiting and of the time left to its due date, each with its last working day, in print order
AGE_BANDS = {"0-5": 5, "6-10": 10, "11-20": 20, "21-60": 60, "61+": None}
LATE_BANDS = {"late-21+": -21, "late-6-20": -6, "late-0-5": 0}
LEFT_BANDS = {"left-0-5": SOON_WORKDAYS, "left-6-10": 10, "left-11+": None}
NO_DUE_DATE = "no-due-date"
col, lit = nw.col, nw.lit


def with_workday_numbers(dossiers: Dossiers, calendar: Calendar, names: Sequence[str]) -> Dossiers:
    """Add for each named event (received, due, resolved) what its day is called in numbers: null without the event.

    `<name>_workday` and `<name>_day_number` count the working days and the days before it; `<name>_day_off` says whether it is one. Days between
    two events are differences of these: engines subtract dates each in its own way.
    """
    numbered = day_numbers(calendar, FIRST_DAY, LAST_DAY)
    days = numbered.assign(day_off=np.diff(calendar.before) == 0, day_number=numbered.index)
    numbers = beside(days, dossiers).with_columns(day=col("day").dt.date())
    for name in names:
        own = {"day": f"{name}_day", "workday_number": f"{name}_workday", "day_off": f"{name}_day_off", "day_number": f"{name}_day_number"}
        renamed = numbers.rename(own)
        dossiers = dossiers.join(renamed, on=f"{name}_day", how="left")
    return dossiers


def limit_frame(limits: Sequence[TimeLimit]) -> pd.DataFrame:
    """List time limits as rows: procedure_code, this_limit, this_clock, limit_from, limit_to, and `version`: 0 for a code's first limit, 1 for its next."""
    rows = [(limit.procedure_code, limit.time_limit, limit.clock, limit.valid_from, limit.valid_to) for limit in limits]
    frame = pd.DataFrame(rows, columns=["procedure_code", "this_limit", "this_clock", "limit_from", "limit_to"])
    dated = frame.assign(**{name: pd.to_datetime(frame[name]).astype("datetime64[us]") for name in ("limit_from", "limit_to")})
    return dated.assign(version=dated.groupby("procedure_code").cumcount())


def with_limits(dossiers: Dossiers, limits: Sequence[TimeLimit]) -> Dossiers:
    """Add `clock` and `time_limit` of each dossier's procedure on its reception day, null where no limit is known."""
    known = dossiers.with_columns(clock=lit(None).cast(nw.String), time_limit=lit(None).cast(nw.Int64))
    holds = (col("received_day") >= col("limit_from").dt.date()) & (col("received_day") <= col("limit_to").dt.date())
    for _, version in limit_frame(limits).groupby("version"):
        joined = known.join(beside(version.drop(columns="version"), dossiers), on="procedure_code", how="left")
        clock, limit = (nw.when(holds).then(col(f"this_{new}")).otherwise(col(old)) for new, old in (("clock", "clock"), ("limit", "time_limit")))
        known = joined.with_columns(clock=clock, time_limit=limit).drop("this_limit", "this_clock", "limit_from", "limit_to")
    return known


def _with_last_day(dossiers: Dossiers, calendar: Calendar) -> Dossiers:
    """Add `last_workday`: the working-day number of the day on which a limit in calendar days runs out."""
    days = day_numbers(calendar, FIRST_DAY, LAST_DAY)
    numbers = beside(pd.DataFrame({"last_number": days.index, "last_workday": days["workday_number"]}), dossiers)
    return dossiers.with_columns(last_number=col("received_day_number") + col("time_limit")).join(numbers, on="last_number", how="left").drop("last_number")


def _fits() -> nw.Expr:
    """Say whether the due date is one that the limit gives: with or without the pause, and a working day later for what came late or on a day off."""
    begins_later = col("received_day_off") | (col("received_at").dt.hour() >= RECEPTION_CUTOFF) | (col("received_at") == col("received_at").dt.truncate("1d"))
    beyond = (
        nw.when(col("clock") == "day")
        .then(col("due_workday") - col("last_workday"))
        .otherwise(col("due_workday") - col("received_workday") - col("time_limit"))
    )
    later = nw.when(begins_later).then(lit(1)).otherwise(lit(0))
    paused = col("paused_days")
    return ~col("due_day_off") & ((beyond >= 0) & (beyond <= later) | (beyond >= paused) & (beyond <= paused + later))


def with_clock(dossiers: Dossiers, calendar: Calendar, limits: Sequence[TimeLimit]) -> Dossiers:
    """Add `clock`, `time_limit`, `due_workday`, `due_day_off`, `due_checkable`, `due_fits` to dossiers that have their days and working-day numbers.

    A limit in hours is not checked, nor one in calendar days where the clock stood still: how many calendar days that was is not known.
    """
    numbered = _with_last_day(with_limits(with_workday_numbers(dossiers, calendar, ["due"]), limits), calendar)
    checkable = (col("clock") == "workday") | ((col("clock") == "day") & (col("paused_days") == 0))
    known = (checkable & ~col("due_day").is_null()).fill_null(value=False)
    return numbered.with_columns(due_checkable=known, due_fits=_fits().fill_null(value=False)).drop("last_workday")


def _hours() -> nw.Expr:
    """Hours from reception to end by the clock, in whole minutes, less the days off between."""
    seconds = _second_of_day("resolved") - _second_of_day("received")
    minutes = (seconds // SECONDS_A_MINUTE).cast(nw.Float64)
    workdays = (col("resolved_workday") - col("received_workday")).cast(nw.Float64)
    return nw.max_horizontal(minutes / MINUTES_AN_HOUR + workdays * HOURS_A_DAY, lit(0.0))


def _second_of_day(event: str) -> nw.Expr:
    at = col(f"{event}_at").dt
    minute = at.hour().cast(nw.Int64) * MINUTES_AN_HOUR + at.minute().cast(nw.Int64)
    return minute * SECONDS_A_MINUTE + at.second().cast(nw.Int64)


def time_used() -> dict[str, nw.Expr]:
    """`processing_hours` and `time_used`, in per cent of the time allowed, of what the office finished; null where the time allowed is not known.

    Allowed is the procedure's limit in its own unit; where none is known, the working days from reception to the due date less the pause.
    """
    at_a_time = (col("resolved_at") != col("resolved_at").dt.truncate("1d")) & (col("received_at") != col("received_at").dt.truncate("1d"))
    hours = nw.when(col("finished") & at_a_time).then(_hours())
    promised = col("due_workday") - col("received_workday") - col("paused_days")
    allowed = nw.when(col("clock").is_null()).then(promised).otherwise(col("time_limit"))
    unpaused = nw.when(col("paused_days") == 0)
    used = (
        nw.when(col("clock") == "day")
        .then(unpaused.then(col("processing_days").cast(nw.Float64)))
        .otherwise(nw.when(col("clock") == "hour").then(unpaused.then(hours)).otherwise(col("processing_workdays").cast(nw.Float64)))
    )
    return {"processing_hours": hours, "time_used": nw.when(allowed > 0).then(used * 100 / allowed)}


def _band(days: nw.Expr, bands: dict[str, int | None], beyond: nw.Expr) -> nw.Expr:
    """Name the first band whose last day is not passed; `beyond` where all are."""
    chosen = beyond
    for name, last in reversed(bands.items()):
        chosen = lit(name) if last is None else nw.when(days <= last).then(lit(name)).otherwise(chosen)
    return chosen


def backlog() -> dict[str, nw.Expr]:
    """Of what is pending `age_band`, by working days waited, `left_band`, by working days left to the due date, and `due_soon`.

    Days left are the working days after the last known day up to the due date, that day in; what is late is late by as many.
    """
    days = col("due_workday") + nw.when(col("due_day_off")).then(lit(0)).otherwise(lit(1)) - col("cut_workday")
    overdue = col("due_day") < col("last_day")
    band = nw.when(overdue).then(_band(days, dict(LATE_BANDS), lit("late-0-5"))).otherwise(_band(days, LEFT_BANDS, lit(NO_DUE_DATE)))
    known = nw.when(col("due_day").is_null()).then(lit(NO_DUE_DATE)).otherwise(band)
    soon = col("pending") & (~overdue & (days <= SOON_WORKDAYS)).fill_null(value=False)
    return {
        "age_band": nw.when(col("pending")).then(_band(col("open_aware_workdays"), AGE_BANDS, lit(""))),
        "left_band": nw.when(col("pending")).then(known),
        "due_soon": soon,
    }
