"""Benchmark: every metric of 13 quarters by unit over 1 and 10 million dossiers, against SQL and pandas written by hand for the same figures.

All three must come to the same figures, or nothing is printed. Each runs in a process of its own, in turns; the least time and the most
memory count. Run by `make bench`; the table goes to standard output.
"""
# ruff: noqa: INP001, S608 - a script, not a package; its SQL is its own

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from apart import alone, say

from tthc_analysis.metrics.activity import period_frame
from tthc_analysis.metrics.catalogue import CATALOGUE
from tthc_analysis.metrics.measure import measure
from tthc_analysis.metrics.survival import open_aware_quantiles
from tthc_analysis.reference.periods import Period, parse_period, run
from tthc_analysis.reference.policies import get_policy
from tthc_analysis.reference.workdays import FIRST_DAY, LAST_DAY, day_numbers, open_calendar
from tthc_analysis.register.store import NO_BAR, open_register

SIZES = (1_000_000, 10_000_000)
RUNS = 2
UNITS, WANTED_RATIO, MOST_MEMORY = 173, 1.5, 8.0
LAST = parse_period("2024-Q1")
PERIODS: list[Period] = run(LAST, 13)
AS_OF = LAST.end
KEYS = ["period", "unit_id"]


def write_register(path: Path, size: int) -> None:
    """Write a register of invented dossiers over four years: every channel, outcome and gap that occurs."""
    duckdb.execute(f"{NO_BAR}; SELECT setseed(0.5)")
    duckdb.execute(
        f"""
        COPY (
          WITH drawn AS (
            SELECT range AS number, random() a, random() b, random() c, random() d, random() e, random() f, random() g,
                   TIMESTAMP '2020-06-01 07:30' + INTERVAL 1 MINUTE * CAST(floor(random() * 1380 * 1440) AS BIGINT) AS received_at
            FROM range({size})
          ), timed AS (
            SELECT *, received_at + INTERVAL 1 HOUR * CAST(floor(b * b * 600) AS BIGINT) AS ended_at FROM drawn
          )
          SELECT
            'HS-' || number AS dossier_id, '1.00' || CAST(number % 400 AS VARCHAR) AS procedure_code, 'Thủ tục ' || CAST(number % 400 AS VARCHAR) AS procedure_name,
            'Lĩnh vực ' || CAST(number % 20 AS VARCHAR) AS field, 'xa-' || CAST(number * 7919 % {UNITS} AS VARCHAR) AS receiving_unit, receiving_unit AS resolving_unit,
            CASE WHEN a < 0.05 THEN NULL WHEN a < 0.5 THEN 'online' WHEN a < 0.9 THEN 'in_person' ELSE 'post' END AS channel,
            CASE WHEN b < 0.1 THEN NULL WHEN b < 0.4 THEN 'full' WHEN b < 0.8 THEN 'partial' ELSE 'none' END AS service_level,
            received_at,
            CASE WHEN c < 0.05 THEN NULL ELSE date_trunc('day', received_at) + INTERVAL 1 DAY * CAST(floor(c * 20) AS BIGINT) END AS due_at,
            CASE WHEN d < 0.03 THEN NULL WHEN d < 0.3 THEN date_trunc('day', ended_at) WHEN d < 0.33 THEN date_trunc('day', ended_at) + INTERVAL 17 HOUR ELSE ended_at END AS resolved_at,
            CASE WHEN resolved_at IS NULL OR e < 0.5 THEN NULL ELSE resolved_at - INTERVAL 1 DAY END AS returned_at,
            CASE WHEN resolved_at IS NULL THEN NULL WHEN e < 0.02 THEN 'withdrawn' WHEN e < 0.04 THEN 'refused' ELSE 'resolved' END AS outcome,
            CASE WHEN f < 0.1 THEN CAST(floor(f * 50) AS BIGINT) ELSE 0 END AS paused_days,
            CASE WHEN e < 0.1 THEN NULL ELSE f < 0.8 END AS intake_digitised, CASE WHEN f < 0.1 THEN NULL ELSE g < 0.7 END AS result_digitised,
            CASE WHEN g < 0.5 THEN NULL ELSE g < 0.8 END AS online_payment,
            CASE WHEN g < 0.6 THEN NULL WHEN g < 0.8 THEN 'satisfied' WHEN g < 0.97 THEN 'very_satisfied' ELSE 'dissatisfied' END AS rating,
            'export.xlsx' AS source_file, number AS source_row
          FROM timed
        ) TO '{path}' (FORMAT parquet)
        """
    )


def days_frame() -> pd.DataFrame:
    """List the days with their working-day number and whether they are off."""
    calendar = open_calendar("VN")
    days = day_numbers(calendar, FIRST_DAY, LAST_DAY)
    return days.assign(off=np.diff(calendar.before) == 0)


def counts_sql() -> dict[str, str]:
    """Every count as SQL over a dossier in a period, by the name of its mask."""
    rated, channel, online = "fin AND rating IS NOT NULL", "rec AND channel IS NOT NULL", "channel = 'online'"
    return {
        "received": "rec",
        "carried_over": "NOT rec",
        "received_total": "true",
        "finished": "fin",
        "resolved": "fin",
        "resolved_judged": "fin",
        "withdrawn": "ended AND outcome = 'withdrawn'",
        "refused": "ended AND outcome = 'refused'",
        "pending": "NOT ended",
        "early": "fin AND ed < dd",
        "late": "fin AND ed > dd",
        "on_due_date": "fin AND (dd IS NULL OR ed = dd)",
        "on_time": "fin AND (dd IS NULL OR ed <= dd)",
        "pending_late": "NOT ended AND dd < last_day",
        "on_time_base": "fin",
        "channel_known": channel,
        "received_online": f"rec AND {online}",
        "received_online_full": f"rec AND {online} AND service_level = 'full'",
        "channel_and_level_known": f"{channel} AND service_level IS NOT NULL",
        "received_online_partial": f"rec AND {online} AND service_level = 'partial'",
        "online_level_known": f"rec AND {online} AND service_level IS NOT NULL",
        "intake_digitised": "rec AND intake_digitised",
        "intake_known": "rec AND intake_digitised IS NOT NULL",
        "intake_born_digital": f"rec AND intake_digitised AND {online}",
        "intake_known_with_channel": f"{channel} AND intake_digitised IS NOT NULL",
        "paper_scanned": "rec AND intake_digitised AND channel <> 'online'",
        "paper_known": "rec AND intake_digitised IS NOT NULL AND channel <> 'online'",
        "result_digitised": "fin AND result_digitised",
        "result_known": "fin AND result_digitised IS NOT NULL",
        "both_digitised": "fin AND intake_digitised AND result_digitised",
        "both_known": "fin AND intake_digitised IS NOT NULL AND result_digitised IS NOT NULL",
        "rated": rated,
        "rated_content": f"{rated} AND rating <> 'dissatisfied'",
        "rated_very_satisfied": "fin AND rating = 'very_satisfied'",
        "rated_satisfied": "fin AND rating = 'satisfied'",
        "rated_dissatisfied": "fin AND rating = 'dissatisfied'",
        "paid_online": "rec AND online_payment",
        "payment_known": "rec AND online_payment IS NOT NULL",
        "due_known": "rec AND dd IS NOT NULL",
        "due_before_received": "rec AND dd < rd",
        "received_on_day_off": "rec AND rd_off",
        "due_on_day_off": "rec AND dd_off",
        "pending_due_soon": "NOT ended AND dd >= last_day AND dd_n + CASE WHEN dd_off THEN 0 ELSE 1 END - cut_workday <= 5",
        "late_on_system_only": "fin AND ed > dd AND td <= dd",
        "late_returned_known": "fin AND ed > dd AND td IS NOT NULL",
        "ended_at_a_time": "ended AND timed AND resolving_unit IS NOT NULL",
        "closed_in_bulk": "ended AND bulk",
        "closed_in_bulk_at_period_end": "ended AND bulk AND ed >= closing_from",
    }


DURATIONS_SQL = {
    "processing_workdays_median": "quantile_cont(lasted, 0.5) FILTER (fin)",
    "processing_workdays_p90": "quantile_cont(lasted, 0.9) FILTER (fin)",
    "processing_workdays_mean": "avg(lasted) FILTER (fin)",
    "processing_days_median": "quantile_cont(ed - rd, 0.5) FILTER (fin)",
    "time_used_median": "quantile_cont(lasted * 100.0 / allowed, 0.5) FILTER (fin AND allowed > 0)",
    "time_used_p90": "quantile_cont(lasted * 100.0 / allowed, 0.9) FILTER (fin AND allowed > 0)",
    "processing_hours_median": "quantile_cont(hours, 0.5) FILTER (fin AND timed AND received_timed)",
}
PAIRED_SQL = """
    WITH told AS (
      SELECT resolving_unit AS unit_id, * EXCLUDE (procedure_name, source_file, source_row, dossier_id), received_at::DATE AS rd, due_at::DATE AS dd, resolved_at::DATE AS ed,
             returned_at::DATE AS td, resolved_at <> date_trunc('day', resolved_at) AS timed, received_at <> date_trunc('day', received_at) AS received_timed
      FROM register
    ), crowded AS (
      SELECT resolving_unit, date_trunc('minute', resolved_at) AS minute FROM told WHERE timed AND resolving_unit IS NOT NULL GROUP BY ALL HAVING count(*) >= 5
    ), numbered AS (
      SELECT told.*, r.n AS rd_n, r.off AS rd_off, e.n AS ed_n, u.n AS dd_n, u.off AS dd_off, crowded.minute IS NOT NULL AS bulk,
             u.n - r.n - paused_days AS allowed,
             greatest(floor((date_diff('second', date_trunc('day', resolved_at), resolved_at) - date_diff('second', date_trunc('day', received_at), received_at)) / 60) / 60
               + (e.n - r.n) * 24, 0) AS hours
      FROM told LEFT JOIN days r ON told.rd = r.day LEFT JOIN days e ON told.ed = e.day LEFT JOIN days u ON told.dd = u.day
      LEFT JOIN crowded ON crowded.resolving_unit = told.resolving_unit AND timed AND crowded.minute = date_trunc('minute', told.resolved_at)
    ), paired AS (
      SELECT *, rd >= start AS rec, coalesce(ed < cut, false) AS ended, coalesce(ed < cut, false) AND outcome = 'resolved' AS fin,
             greatest(CASE WHEN ed < cut THEN ed_n ELSE cut_workday END - rd_n - paused_days, 0) AS lasted
      FROM numbered JOIN windows ON rd < cut AND (ed IS NULL OR ed >= start)
    )
"""


def by_sql(path: Path) -> pd.DataFrame:
    """Give the figures by SQL written by hand: one row a period and unit, a column a count or duration."""
    connection = duckdb.connect()
    connection.execute(NO_BAR)
    connection.register("days_given", days_frame())
    connection.register("windows_given", period_frame(PERIODS, AS_OF, open_calendar("VN")))
    connection.execute("CREATE TABLE days AS SELECT day::DATE AS day, workday_number AS n, off FROM days_given")
    connection.execute(
        "CREATE TABLE windows AS SELECT period, start::DATE AS start, cut::DATE AS cut, last_day::DATE AS last_day, closing_from::DATE AS closing_from, cut_workday FROM windows_given"
    )
    connection.execute(f"CREATE VIEW register AS FROM read_parquet('{path}')")
    counts = ", ".join(f"sum(CAST(coalesce({text}, false) AS BIGINT)) AS {name}" for name, text in counts_sql().items())
    durations = ", ".join(f"{text} AS {name}" for name, text in DURATIONS_SQL.items())
    rows = connection.execute(f"{PAIRED_SQL} SELECT period, unit_id, {counts}, {durations} FROM paired GROUP BY period, unit_id").df()
    counted = connection.execute(
        f"{PAIRED_SQL} SELECT period, unit_id, lasted, count(*) AS n, count(*) FILTER (fin) AS ended FROM paired WHERE rec GROUP BY ALL ORDER BY ALL"
    ).df()
    return rows.merge(_open_aware(counted), on=KEYS, how="left")


def _open_aware(counted: pd.DataFrame) -> pd.DataFrame:
    return open_aware_quantiles(counted, KEYS, "lasted", {"open_aware_workdays_median": 0.5, "open_aware_workdays_p90": 0.9})


def _told_in_pandas(path: Path) -> pd.DataFrame:
    """Read a register and add what no period changes: days, their numbers, what ended in one minute with others."""
    duckdb.execute(NO_BAR)
    told = duckdb.sql(f"SELECT * EXCLUDE (procedure_name, field, source_file, source_row, dossier_id) FROM read_parquet('{path}')").df()
    days = days_frame().set_index("day")
    for event, at in (("r", "received_at"), ("d", "due_at"), ("e", "resolved_at"), ("t", "returned_at")):
        told[event] = told[at].dt.normalize()
    for event in ("r", "d", "e"):
        told[f"{event}_n"] = told[event].map(days["workday_number"])
        told[f"{event}_off"] = told[event].map(days["off"]).eq(1)
    told["timed"] = told["resolved_at"] != told["e"]
    minute = told["resolved_at"].dt.floor("min").where(told["timed"] & told["e"].notna())
    told["bulk"] = told.groupby(["resolving_unit", minute])["paused_days"].transform("size").ge(5)
    told["allowed"] = told["d_n"] - told["r_n"] - told["paused_days"]
    minutes = ((told["resolved_at"] - told["e"]).dt.total_seconds() - (told["received_at"] - told["r"]).dt.total_seconds()) // 60
    told["hours"] = (minutes / 60 + (told["e_n"] - told["r_n"]) * 24).clip(lower=0)
    return told


def _masks_in_pandas(a: pd.DataFrame, window: Any) -> dict[str, pd.Series]:
    """Give every count's mask over the dossiers of a period."""
    rec, ended = a["r"] >= window.start, a["e"] < window.cut
    fin, online, known = ended & (a["outcome"] == "resolved"), a["channel"] == "online", a["channel"].notna()
    due, late, digitised = a["d"].notna(), ended & (a["outcome"] == "resolved") & (a["e"] > a["d"]), a["intake_digitised"].notna()
    yes, result = a["intake_digitised"].eq(1), a["result_digitised"].notna()
    rated, leveled = fin & a["rating"].notna(), a["service_level"].notna()
    left = a["d_n"] + 1 - a["d_off"].astype(int) - window.cut_workday
    return {
        "received": rec,
        "carried_over": ~rec,
        "received_total": rec | ~rec,
        "finished": fin,
        "resolved": fin,
        "resolved_judged": fin,
        "pending": ~ended,
        "withdrawn": ended & (a["outcome"] == "withdrawn"),
        "refused": ended & (a["outcome"] == "refused"),
        "early": fin & (a["e"] < a["d"]),
        "late": late,
        "on_due_date": fin & (~due | (a["e"] == a["d"])),
        "on_time": fin & ~late,
        "on_time_base": fin,
        "pending_late": ~ended & (a["d"] < window.last_day),
        "channel_known": rec & known,
        "received_online": rec & online,
        "received_online_full": rec & online & (a["service_level"] == "full"),
        "channel_and_level_known": rec & known & leveled,
        "received_online_partial": rec & online & (a["service_level"] == "partial"),
        "online_level_known": rec & online & leveled,
        "intake_digitised": rec & yes,
        "intake_known": rec & digitised,
        "intake_born_digital": rec & yes & online,
        "intake_known_with_channel": rec & digitised & known,
        "paper_scanned": rec & yes & known & ~online,
        "paper_known": rec & digitised & known & ~online,
        "result_digitised": fin & a["result_digitised"].eq(1),
        "result_known": fin & result,
        "both_known": fin & digitised & result,
        "both_digitised": fin & yes & a["result_digitised"].eq(1),
        "rated": rated,
        "rated_content": rated & (a["rating"] != "dissatisfied"),
        **{f"rated_{name}": fin & (a["rating"] == name) for name in ("very_satisfied", "satisfied", "dissatisfied")},
        "paid_online": rec & a["online_payment"].eq(1),
        "payment_known": rec & a["online_payment"].notna(),
        "due_known": rec & due,
        "due_before_received": rec & (a["d"] < a["r"]),
        "received_on_day_off": rec & a["r_off"],
        "due_on_day_off": rec & a["d_off"],
        "pending_due_soon": ~ended & (a["d"] >= window.last_day) & (left <= 5),
        "late_on_system_only": late & (a["t"] <= a["d"]),
        "late_returned_known": late & a["t"].notna(),
        "ended_at_a_time": ended & a["timed"] & a["resolving_unit"].notna(),
        "closed_in_bulk": ended & a["bulk"],
        "closed_in_bulk_at_period_end": ended & a["bulk"] & (a["e"] >= window.closing_from),
    }


def _durations_in_pandas(a: pd.DataFrame, masks: dict[str, pd.Series], window: Any) -> pd.DataFrame:
    """Give the durations of a period by unit, and the open-aware ones."""
    unit, finished = a["resolving_unit"].rename("unit_id"), masks["finished"]
    lasted = (a["e_n"].where(a["e"] < window.cut, window.cut_workday) - a["r_n"] - a["paused_days"]).clip(lower=0)
    used = (lasted * 100 / a["allowed"]).where(finished & (a["allowed"] > 0))
    hours = a["hours"].where(finished & a["timed"] & (a["received_at"] != a["r"]))
    work = lasted.where(finished).groupby(unit)
    figures = {
        "processing_workdays_median": work.median(),
        "processing_workdays_p90": work.quantile(0.9),
        "processing_workdays_mean": work.mean(),
        "processing_days_median": (a["e"] - a["r"]).dt.days.where(finished).groupby(unit).median(),
        "time_used_median": used.groupby(unit).median(),
        "time_used_p90": used.groupby(unit).quantile(0.9),
        "processing_hours_median": hours.groupby(unit).median(),
    }
    received = masks["received"]
    keys = [unit[received], lasted[received].rename("lasted")]
    counted = finished[received].groupby(keys).agg(n="size", ended="sum").reset_index().assign(period=window.period)
    return pd.DataFrame(figures).reset_index().merge(_open_aware(counted).drop(columns="period"), on="unit_id", how="left")


def by_pandas(path: Path) -> pd.DataFrame:
    """Give the same figures by pandas written by hand: a period after the other, masks as columns."""
    told, found = _told_in_pandas(path), []
    for window in period_frame(PERIODS, AS_OF, open_calendar("VN")).itertuples():
        active = told[(told["r"] < window.cut) & (told["e"].isna() | (told["e"] >= window.start))]
        masks = _masks_in_pandas(active, window)
        counts = pd.DataFrame(masks).groupby(active["resolving_unit"].rename("unit_id")).sum().reset_index()
        found.append(counts.merge(_durations_in_pandas(active, masks, window), on="unit_id", how="left").assign(period=window.period))
    return pd.concat(found)


def by_measure(path: Path) -> pd.DataFrame:
    """Give the results of every metric, as the reports ask for them."""
    return measure(open_register(str(path)), PERIODS, by=["unit"], policy=get_policy("report-2024"), calendar=open_calendar("VN"), as_of=AS_OF)


def compared(results: pd.DataFrame, figures: pd.DataFrame) -> None:
    """Raise where results and figures by hand are not the same; limits of procedures are not known here, so nothing checks due dates."""
    wide = figures.set_index(KEYS)
    for metric in CATALOGUE.values():
        mine = results[results["metric"] == metric.name].set_index(KEYS)
        share = {"numerator": metric.numerator, "denominator": metric.denominator}
        parts = {"value": metric.name} if metric.statistic else share if metric.denominator else {"value": metric.numerator}
        for part, name in parts.items():
            theirs = {"resolved_early": "early", "resolved_late": "late", "resolved_on_due_date": "on_due_date"}.get(name, name)
            if theirs not in ("due_checkable", "due_off_calendar"):
                pd.testing.assert_series_equal(mine[part].astype(float), wide[theirs].reindex(mine.index).astype(float), check_names=False, rtol=1e-9)


def lines(folder: Path, size: int) -> Iterator[str]:
    """Measure one size; give a row for each way."""
    path = folder / f"{size}.parquet"
    alone(write_register, path, size)
    ways = {"SQL written by hand (DuckDB)": by_sql, "`measure`, every metric": by_measure, "pandas written by hand": by_pandas}
    runs = [{name: alone(way, path) for name, way in ways.items()} for _ in range(RUNS)]
    for name in ("SQL written by hand (DuckDB)", "pandas written by hand"):
        compared(runs[0]["`measure`, every metric"][0], runs[0][name][0])
    least = {name: min(each[name][1] for each in runs) for name in ways}
    base = least["SQL written by hand (DuckDB)"]
    for name in ways:
        memory = max(each[name][2] for each in runs)
        wanted = [f"{WANTED_RATIO} ×"] if name.startswith("`") and least[name] > WANTED_RATIO * base else []
        wanted += [f"{MOST_MEMORY:.0f} GB"] if name.startswith("`") and memory > MOST_MEMORY else []
        said = f" (wanted: {', '.join(wanted)})" if wanted else ""
        yield f"| {name}, {size:,} dossiers | {least[name]:.1f} s | {least[name] / base:.2f} × | {memory:.2f} GB |{said}"


def main() -> None:
    """Print the table, line by line as it comes."""
    say([f"| {len(CATALOGUE)} metrics, {len(PERIODS)} quarters × {UNITS} units | time | against SQL | peak memory |", "|---|---|---|---|"])
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            say(lines(Path(folder), size))


if __name__ == "__main__":
    main()
