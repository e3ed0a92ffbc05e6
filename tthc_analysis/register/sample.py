"""The sample register: invented dossiers of Minh Long, 01/01/2021 to 15/3/2024, with the totals of the district's report of March 2024.

Inside those exact totals it moves as life does; `data/sample_*.csv` hold the story (procedures, units, quarters), this module only draws.
Procedures' names and codes are plausible, not a reference. The same call gives the same rows: the seed is fixed and no clock is read.

Time is counted in working days (the position in `_working_days`) and office minutes (0 = 07:30, lunch skipped), so that a time limit
is an addition; clock times are written last.
"""

from datetime import date, datetime
from importlib import resources
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter  # it has no stubs
import yaml
from numpy.typing import NDArray

from tthc_analysis.files import write_whole
from tthc_analysis.reference.periods import parse_period
from tthc_analysis.reference.procedures import TimeLimit
from tthc_analysis.reference.units import get_unit
from tthc_analysis.reference.workdays import day_numbers, open_calendar
from tthc_analysis.register.contract import TIMES, with_types

EXPORT_NAME = "du-lieu-mau-minh-long.xlsx"
TOTALS = {
    "carried_over": 41,
    "received": 9924,
    "online": 2608,
    "pending": 28,
    "withdrawn": 148,
    # on_due_date counts the resolved dossiers without a due date too (no_due_date), as the report does
    "resolved": 9789,
    "early": 8956,
    "on_due_date": 656,
    "late": 177,
    "no_due_date": 14,
    "intake_digitised": 8925,
    "result_digitised": 3232,
    "very_satisfied": 3902,
    "satisfied": 2,
}
SEED = 20240315
FIRST_DAY, LAST_DAY = date(2021, 1, 1), date(2024, 3, 15)
# December 2020 for what was carried over; far enough past LAST_DAY for the longest time limit
CALENDAR_FROM, CALENDAR_TO = date(2020, 12, 1), date(2024, 12, 31)

OPENING, LUNCH, MORNING, WORKDAY = 450, 120, 240, 450  # minutes: 07:30 after midnight, the break, 07:30-11:30, and the whole day to 17:00
LONG_LIMIT = 15  # working days: from here a supplement, hence a pause, is usual
PAUSED_SHARE, POST_SHARE, RETURNED_NEXT_DAY_SHARE = 0.15, 0.04, 0.12
# of the late: returned on paper in time and clicked later; of those: clicked together with others just before a quarter's end
ON_PAPER_IN_TIME_SHARE, BULK_SHARE, BULK_DAYS_BEFORE_END = 0.8, 0.6, 2

OWNER_HEADER, OWNER = "Chủ hồ sơ", "Công dân mẫu"  # where an office's export has a person's name; to see that it is never loaded
TITLES = ("DỮ LIỆU MẪU", "DANH SÁCH HỒ SƠ TIẾP NHẬN VÀ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH", "Huyện Minh Long, từ ngày 01/01/2021 đến ngày 15/3/2024")
NOT_RETURNED, CREATED = "Chưa trả", datetime(2024, 3, 18)
FOOTER = "Dữ liệu mẫu do phần mềm tạo ra, không phải hồ sơ có thật."
FIRST_ROW = len(TITLES) + 3  # after the header and the numbering row

Numbers = NDArray[np.int64]
Scores = NDArray[np.float64]
Mask = NDArray[np.bool_]


def _table(name: str) -> pd.DataFrame:
    """Read one of the sample's tables; codes stay text."""
    with resources.files("tthc_analysis.register").joinpath(f"data/sample_{name}.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype={"code": "str", "sub_code": "str"})


def sample_limits() -> tuple[TimeLimit, ...]:
    """Give the time limits of the sample's procedures, in working days, as the sample was drawn with them."""
    procedures = _table("procedures")
    return tuple(TimeLimit(code, int(limit), "workday", legal_basis="Dữ liệu mẫu") for code, limit in zip(procedures["code"], procedures["limit"], strict=True))


def _working_days() -> pd.DatetimeIndex:
    """List the working days: the last day of each run with the same number of working days before it is the one that offices work."""
    numbered = day_numbers(open_calendar("VN"), CALENDAR_FROM, CALENDAR_TO)
    return pd.DatetimeIndex(numbered.drop_duplicates("workday_number", keep="last")["day"])


def _position(days: pd.DatetimeIndex, day: date) -> int:
    """Position of the first working day on or after a day."""
    return int(days.searchsorted(pd.Timestamp(day)))


def _quarters(days: pd.DatetimeIndex) -> pd.DataFrame:
    """Give the story by statutory quarter with the positions of its `first` and `last` working day."""
    quarters = _table("quarters")
    periods = [parse_period(text) for text in quarters["period"]]
    after = [int(days.searchsorted(pd.Timestamp(period.end), side="right")) for period in periods]
    return quarters.assign(first=[_position(days, period.start) for period in periods], last=np.array(after) - 1)


def _quarter_of(quarters: pd.DataFrame, day: Numbers) -> Numbers:
    return np.searchsorted(quarters["first"].to_numpy(), day, side="right") - 1


def _curve(quarters: pd.DataFrame, column: str, day: Numbers) -> Scores:
    """Log-odds of a share on given days, drawn straight between the middles of the quarters."""
    share = np.interp(day, (quarters["first"] + quarters["last"]) / 2, quarters[column])
    return np.asarray(np.log(share / (1 - share)), dtype=float)


def _choose(rng: np.random.Generator, score: Scores, among: Mask, n: int) -> Mask:
    """Choose exactly n rows. With logistic noise the n best have the probabilities that the log-odds say, their level shifted to fit n."""
    noisy = np.where(among, score + rng.logistic(size=len(score)), -np.inf)
    chosen = np.zeros(len(score), dtype=bool)
    chosen[np.argsort(-noisy, kind="stable")[:n]] = True
    return chosen


def _day_weights(days: pd.DatetimeIndex, quarters: pd.DataFrame, first: date, last: date) -> Scores:
    """How busy each working day is: by quarter, busier on Mondays, quiet in the week before Tết and the week after."""
    positions = np.arange(len(days))
    volume = quarters["volume"].to_numpy()[np.clip(_quarter_of(quarters, positions), 0, None)]
    weekday = np.array([1.15, 1.0, 1.05, 0.95, 0.85, 0.5, 0.5])[days.day_of_week]
    gap = np.diff(days.to_numpy(), append=days[-1:].to_numpy()) / np.timedelta64(1, "D")
    tet = positions[(gap >= 7) & (days.month <= 2)]
    near = (positions[:, None] > tet - 5) & (positions[:, None] <= tet + 5)
    inside = (days >= pd.Timestamp(first)) & (days <= pd.Timestamp(last))
    weights = volume * weekday * np.where(near.any(axis=1), 0.55, 1.0) * inside
    return np.asarray(weights / weights.sum(), dtype=float)


def _draw_received(rng: np.random.Generator, n: int, day_weights: Scores) -> pd.DataFrame:
    """Draw n dossiers as they come in: procedure, unit, day and office minute of reception."""
    procedures, units = _table("procedures"), _table("units")
    drawn = procedures.iloc[rng.choice(len(procedures), n, p=procedures["weight"] / procedures["weight"].sum())].reset_index(drop=True)
    communes = units.iloc[1:]
    commune = rng.choice(communes.index.to_numpy(), n, p=communes["weight"] / communes["weight"].sum())
    unit = units.iloc[np.where(drawn["office"] == "district", 0, commune)].drop(columns="weight").reset_index(drop=True)
    minute = np.where(rng.random(n) < 0.62, rng.integers(5, MORNING - 15, n), rng.integers(MORNING, WORKDAY - 25, n))
    frame = pd.concat([drawn.drop(columns="weight"), unit.rename(columns={"online_lean": "unit_online_lean"})], axis=1)
    return frame.assign(day=rng.choice(len(day_weights), n, p=day_weights), minute=minute)


def _plan(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Add pauses, the due day, and the day of an untroubled end (always before the due day)."""
    n, limit = len(frame), frame["limit"].to_numpy()
    pausing = (limit >= LONG_LIMIT) & (frame["field"] == "Đất đai") & (rng.random(n) < PAUSED_SHARE)
    paused = np.where(pausing, rng.integers(2, 11, n), 0)
    # the share of its limit that a dossier uses: land matters the most, a little less every year (250 working days)
    share = 0.53 + 0.12 * (frame["field"] == "Đất đai") + frame["pace_lean"] - 0.02 * frame["day"] / 250
    used = rng.beta(5 * share, 5 * (1 - share))
    end = frame["day"] + paused + np.floor(used * limit).astype(int).clip(max=limit - 1)
    return frame.assign(paused_days=paused, due=frame["day"] + limit + paused, end=end)


def _draw(rng: np.random.Generator, days: pd.DatetimeIndex, quarters: pd.DataFrame) -> pd.DataFrame:
    """Draw everyone: those carried over (of many received in December 2020, some still open at New Year) and those of the window."""
    new_year, last = _position(days, FIRST_DAY), _position(days, LAST_DAY)
    december = _plan(_draw_received(rng, 2000, _day_weights(days, quarters, date(2020, 12, 1), date(2020, 12, 31))), rng)
    carried = december[december["end"] >= new_year].head(TOTALS["carried_over"])
    window = _plan(_draw_received(rng, TOTALS["received"], _day_weights(days, quarters, FIRST_DAY, LAST_DAY)), rng)
    frame = pd.concat([carried.assign(in_window=False), window.assign(in_window=True)], ignore_index=True)
    frame = frame.sort_values(["day", "minute", "sub_code"], kind="stable", ignore_index=True)
    return frame.assign(status=_statuses(frame, quarters, last, rng), end=frame["end"].clip(upper=last))


def _statuses(frame: pd.DataFrame, quarters: pd.DataFrame, last: int, rng: np.random.Generator) -> NDArray[np.str_]:
    """Give each dossier its fate in the report's exact numbers: early, on_due_date, no_due_date, late, withdrawn or pending."""
    status, none = np.full(len(frame), "early", dtype="<U11"), np.zeros(len(frame))
    limit, due, slow = frame["limit"].to_numpy(), frame["due"].to_numpy(), np.log(frame["limit"].to_numpy())
    # open on the last day are those that would have ended the longest after it
    status[np.argsort(-frame["end"].to_numpy(), kind="stable")[: TOTALS["pending"]]] = "pending"
    for number, quarter in quarters.iterrows():
        among = (status == "early") & (_quarter_of(quarters, due) == number) & (due < quarter["last"])
        status[_choose(rng, 1.5 * slow + 4 * frame["pace_lean"].to_numpy(), among, quarter["late"])] = "late"
    status[_choose(rng, 0.6 * slow, (status == "early") & (limit > 1), TOTALS["withdrawn"])] = "withdrawn"
    status[_choose(rng, none, (status == "early") & (limit >= 3), TOTALS["no_due_date"])] = "no_due_date"
    status[_choose(rng, 0.9 * slow, (status == "early") & (due <= last), TOTALS["on_due_date"] - TOTALS["no_due_date"])] = "on_due_date"
    return status


def _ends(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Add day and minute of the end on the system and of the return to the citizen, as they are for dossiers in time."""
    n = len(frame)
    end = np.where(frame["status"] == "on_due_date", frame["due"], frame["end"])
    # on the day of reception within an hour and a half, in any case before 17:00
    soon = frame["minute"] + 5 + (rng.random(n) * np.minimum(85, WORKDAY - 5 - frame["minute"])).astype(int)
    minute = np.where(end == frame["day"], soon, rng.integers(10, WORKDAY, n))
    # some come for their paper on the next working day, which for early ones is still within the limit
    next_day = (frame["status"] == "early") & (end < frame["end"].max()) & (rng.random(n) < RETURNED_NEXT_DAY_SHARE)
    returned_minute = np.where(next_day, rng.integers(10, WORKDAY, n), minute)
    return frame.assign(end=end, end_minute=minute, returned=end + next_day, returned_minute=returned_minute)


def _late_ends(frame: pd.DataFrame, quarters: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Replace the ends of late dossiers: most were returned on paper in time and clicked later, many together before a quarter's end."""
    n, due, late = len(frame), frame["due"].to_numpy(), (frame["status"] == "late").to_numpy()
    quarter = np.clip(_quarter_of(quarters, due), 0, len(quarters) - 1)
    last = quarters["last"].to_numpy()[quarter]
    bulk_day = last - BULK_DAYS_BEFORE_END
    on_paper = _choose(rng, np.zeros(n), late, round(ON_PAPER_IN_TIME_SHARE * TOTALS["late"]))
    bulk = on_paper & (rng.random(n) < BULK_SHARE) & (due < bulk_day)
    end = np.where(bulk, bulk_day, np.minimum(due + rng.geometric(0.2, n), last))
    # one minute a unit and a quarter: an officer ticking off a list
    minute = np.where(bulk, 340 + (7 * quarter + 11 * frame["sub_code"].astype(int)) % 90, rng.integers(10, WORKDAY, n))
    returned = np.where(on_paper, np.maximum(due - rng.integers(0, 4, n), frame["day"] + 1), end)
    returned_minute = np.where(on_paper, rng.integers(10, WORKDAY, n), minute)
    changed = {"end": end, "end_minute": minute, "returned": returned, "returned_minute": returned_minute}
    return frame.assign(**{name: np.where(late, values, frame[name]) for name, values in changed.items()})


def _with_channel(frame: pd.DataFrame, quarters: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Add the channel: online only where the procedure allows it, more of it every year."""
    score = _curve(quarters, "online", frame["day"].to_numpy()) + (frame["online_lean"] + frame["unit_online_lean"]).to_numpy()
    possible, in_window = (frame["service_level"] != "none").to_numpy(), frame["in_window"].to_numpy()
    online = _choose(rng, score, possible & in_window, TOTALS["online"]) | (possible & ~in_window & (score + rng.logistic(size=len(frame)) > 0))
    other = np.where(rng.random(len(frame)) < POST_SHARE, "post", "in_person")
    return frame.assign(channel=np.where(online, "online", other))


def _with_digitisation(frame: pd.DataFrame, quarters: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Add what was digitised at intake and of the results, and online payment (empty where the procedure costs nothing)."""
    online, in_window = (frame["channel"] == "online").to_numpy(), frame["in_window"].to_numpy()
    lean, resolved = frame["digital_lean"].to_numpy(), (~frame["status"].isin(["pending", "withdrawn"])).to_numpy()
    score = _curve(quarters, "intake", frame["day"].to_numpy()) + lean + 1.2 * online
    intake = _choose(rng, score, in_window, TOTALS["intake_digitised"]) | (~in_window & (score + rng.logistic(size=len(frame)) > 0))
    score = _curve(quarters, "result", frame["end"].to_numpy()) + lean + 1.0 * intake
    result = _choose(rng, score, resolved, TOTALS["result_digitised"])
    paid = _curve(quarters, "payment", frame["day"].to_numpy()) + 1.2 * online + rng.logistic(size=len(frame)) > 0
    return frame.assign(
        intake_digitised=intake,
        result_digitised=pd.Series(result, dtype="boolean").where(resolved),
        online_payment=pd.Series(paid, dtype="boolean").where(frame["fee"] == 1),
    )


def _with_rating(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Add the ratings: of resolved commune dossiers only, more often as the years go."""
    rateable = ((frame["office"] == "commune") & ~frame["status"].isin(["pending", "withdrawn"])).to_numpy()
    rated = _choose(rng, frame["day"].to_numpy() / 400 + frame["digital_lean"].to_numpy(), rateable, TOTALS["very_satisfied"] + TOTALS["satisfied"])
    satisfied = _choose(rng, np.zeros(len(frame)), rated, TOTALS["satisfied"])
    return frame.assign(rating=pd.Series(np.where(satisfied, "satisfied", "very_satisfied"), dtype="str").where(rated))


def _clock(days: pd.DatetimeIndex, day: pd.Series, minute: pd.Series | int) -> pd.Series:
    """Write positions and office minutes as local wall clock."""
    minutes = OPENING + minute + LUNCH * (minute >= MORNING)
    return pd.Series(days[day.to_numpy(dtype="int64")], index=day.index) + minutes * pd.Timedelta(minutes=1)


def _with_times(frame: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Add the four times and the outcome that goes with them."""
    outcome = frame["status"].map(lambda status: {"pending": None, "withdrawn": "withdrawn"}.get(status, "resolved"))
    return frame.assign(
        outcome=outcome,
        received_at=_clock(days, frame["day"], frame["minute"]),
        due_at=_clock(days, frame["due"], WORKDAY).where(frame["status"] != "no_due_date"),
        resolved_at=_clock(days, frame["end"], frame["end_minute"]).where(outcome.notna()),
        returned_at=_clock(days, frame["returned"], frame["returned_minute"]).where(outcome == "resolved"),
    )


def _dossier_ids(frame: pd.DataFrame) -> pd.Series:
    """Give each dossier its number of the unit's day. `.90.` and the units' 00 to 05 are invented: the real sub-codes under H48 are not known."""
    day = frame["received_at"].dt.strftime("%y%m%d")
    number = frame.groupby(["sub_code", day]).cumcount() + 1
    return pd.Series("000." + frame["sub_code"] + ".90.H48-" + day + "-" + number.astype("str").str.zfill(4), dtype="str")


def sample_dossiers() -> pd.DataFrame:
    """Make the sample register: 9.965 invented dossiers in the columns and types of the contract, in order of reception.

    No personal data: there are no persons. `source_file` and `source_row` are where `write_sample_export` puts each dossier.
    """
    rng, days = np.random.default_rng(SEED), _working_days()
    quarters = _quarters(days)
    frame = _late_ends(_ends(_draw(rng, days, quarters), rng), quarters, rng)
    frame = _with_rating(_with_digitisation(_with_channel(frame, quarters, rng), quarters, rng), rng)
    frame = _with_times(frame, days).rename(columns={"code": "procedure_code", "name": "procedure_name", "unit_id": "receiving_unit"})
    rows = np.arange(FIRST_ROW, FIRST_ROW + len(frame))
    return with_types(frame.assign(dossier_id=_dossier_ids(frame), resolving_unit=frame["receiving_unit"], source_file=EXPORT_NAME, source_row=rows))


def _export_table(dossiers: pd.DataFrame) -> pd.DataFrame:
    """Write the register as an office's export: the sample's profile read backwards (first header, first text), None where a cell stays empty."""
    profile = yaml.safe_load(resources.files("tthc_analysis.register").joinpath("profiles/sample.yaml").read_text("utf-8"))
    table = dossiers.astype(object)
    for column, texts in profile["values"].items():
        first_text = {code: text for text, code in reversed(texts.items())}
        table[column] = [first_text.get(None if pd.isna(code) else code) for code in table[column]]
    for column in ("receiving_unit", "resolving_unit"):
        table[column] = ["UBND " + get_unit(unit_id).name.removeprefix("UBND ").replace("Xã", "xã") for unit_id in table[column]]
    # one commune's older software gave its dates as text
    old = (dossiers["receiving_unit"] == "xa-long-mon") & (dossiers["received_at"] < datetime(2022, 1, 1))
    for column in TIMES:
        table[column] = table[column].mask(old & dossiers[column].notna(), dossiers[column].dt.strftime("%d/%m/%Y %H:%M"))
    table["returned_at"] = table["returned_at"].fillna(NOT_RETURNED)
    named = table.rename(columns={column: headers[0] for column, headers in profile["columns"].items()})
    named.insert(list(named.columns).index(profile["columns"]["field"][0]) + 1, OWNER_HEADER, OWNER)
    return named.astype(object).where(named.notna(), None).drop(columns=["source_file", "source_row"])


def write_sample_export(folder: Path) -> Path:
    """Write the sample register as a provincial one-stop system exports it (xlsx); the same bytes every time. Gives the file's path."""
    path, table = folder / EXPORT_NAME, _export_table(sample_dossiers())
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"default_date_format": "dd/mm/yyyy hh:mm"}) as book:
        book.set_properties({"title": TITLES[0], "created": CREATED})
        sheet, bold = book.add_worksheet("Danh sách hồ sơ"), book.add_format({"bold": True})
        sheet.set_column(1, len(table.columns), 20)
        for place, title in enumerate(TITLES):
            sheet.write_string(place, 0, title, bold)
        sheet.write_row(FIRST_ROW - 3, 0, ["STT", *table.columns], bold)
        sheet.write_row(FIRST_ROW - 2, 0, [f"({number})" for number in range(1, len(table.columns) + 2)])
        for number, row in enumerate(table.itertuples(index=False, name=None), 1):
            sheet.write_row(FIRST_ROW + number - 2, 0, [number, *row])
        end = FIRST_ROW + len(table) - 1
        sheet.write_row(end, 0, ["Tổng cộng", "", "", f"{len(table)} hồ sơ"], bold)
        sheet.write_string(end + 2, 0, FOOTER)
    write_whole(path, buffer.getvalue())
    return path
