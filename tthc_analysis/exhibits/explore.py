"""Look around in JupyterLab: choose a metric, a unit, a field and a period, and see the series, the units and the table.

Every choice is the plain call of `look` that is shown beside it: copy it into a cell to keep what was found.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import ipywidgets as widgets
import narwhals as nw

from tthc_analysis.errors import UserError, did_you_mean
from tthc_analysis.exhibits import chance_charts, charts, tables, wording
from tthc_analysis.exhibits.html import exhibit_html
from tthc_analysis.exhibits.model import AnyExhibit, Statement
from tthc_analysis.metrics.catalogue import CATALOGUE, SHARE, get_metric
from tthc_analysis.metrics.engine import collected
from tthc_analysis.metrics.study import Study, measure_study, of_unit
from tthc_analysis.reference.periods import Period
from tthc_analysis.reference.units import unit_name

EVERY, NO_CHOICE = "Toàn bộ", ""  # a list shows no label for None


def fields_of(study: Study) -> list[str]:
    """List the fields of the study's dossiers, by name."""
    return sorted(collected(study.dossiers.select("field").unique())["field"].dropna())


def units_of(study: Study) -> list[str]:
    """List the units that resolve the study's dossiers."""
    return sorted(collected(study.dossiers.select("resolving_unit").unique())["resolving_unit"].dropna())


def narrowed(study: Study, unit: str | None = None, field: str | None = None) -> Study:
    """Give the study of one unit of it, or of one field, or of both; a unit or field that it does not have raises UserError."""
    dossiers = study.dossiers if unit is None else of_unit(study.dossiers, unit)
    if field is None:
        return replace(study, dossiers=dossiers, unit=unit or study.unit)
    if field not in (known := fields_of(study)):
        message = f'Không có lĩnh vực "{field}". {did_you_mean(field, known)}'
        raise UserError(message)
    return replace(study, dossiers=dossiers.filter(nw.col("field") == field), unit=unit or study.unit)


def _period_of(study: Study, period: str | None) -> Period:
    known = {found.text: found for found in study.history}
    if period is not None and period not in known:
        message = f'Không có kỳ "{period}" trong lịch sử của báo cáo. {did_you_mean(period, known)}'
        raise UserError(message)
    return known[period or study.period.text]


def look(study: Study, metric: str, *, unit: str | None = None, field: str | None = None, period: str | None = None) -> list[AnyExhibit]:
    """Show one metric: a sentence, its course over the periods, and the units of one period beside each other, drawn and as a table.

    `unit` and `field` narrow what is measured, `period` is one of the study's history (default: the study's own). A metric, unit, field
    or period that does not exist raises UserError.
    """
    entry, chosen = get_metric(metric), _period_of(study, period)
    part = replace(narrowed(study, unit, field), period=chosen)
    history, whole = measure_study(part, [metric], study.history), measure_study(part, [metric], [chosen])
    by_unit = measure_study(part, [metric], [chosen], by=["unit"])
    where = ", ".join([unit_name(part.unit), *([field] if field else [])])
    shown: list[AnyExhibit] = [
        Statement(text=f"{entry.label}: {entry.numerator_words}{f', trên {entry.denominator_words}' if entry.denominator_words else ''}."),
        charts.draw_trend(f"{entry.label} qua các kỳ: {where}", history, part),
        tables.group_table(f"{entry.label} theo đơn vị, {wording.short_name(chosen)}: {where}", by_unit, whole, chosen),
    ]
    if entry.unit == SHARE:
        funnel = f"{entry.label} của đơn vị so với mức dao động, {wording.short_name(chosen)}: {where}"
        shown.insert(2, chance_charts.draw_funnel(funnel, metric, by_unit, whole, part))
    return shown


def call_of(metric: str, **chosen: str | None) -> str:
    """Write the call of `look` that shows what was chosen.

    >>> call_of("online_share", unit="xa-long-mai", field=None, period="2024-Q1")
    'look(study, "online_share", unit="xa-long-mai", period="2024-Q1")'
    """
    arguments = "".join(f', {name}="{value}"' for name, value in chosen.items() if value is not None)
    return f'look(study, "{metric}"{arguments})'


def _choice(label: str, options: Sequence[tuple[str, str]], value: str) -> widgets.Dropdown:
    wide = widgets.Layout(width="32rem", max_width="100%")
    return widgets.Dropdown(description=label, options=options, value=value, layout=wide, style={"description_width": "5rem"})


def _choices(study: Study) -> dict[str, widgets.Dropdown]:
    metrics = [(f"{entry.label} ({name})", name) for name, entry in CATALOGUE.items()]
    return {
        "metric": _choice("Chỉ số", metrics, "on_time_share"),
        "unit": _choice("Đơn vị", [(EVERY, NO_CHOICE), *((unit_name(unit), unit) for unit in units_of(study))], NO_CHOICE),
        "field": _choice("Lĩnh vực", [(EVERY, NO_CHOICE), *((field, field) for field in fields_of(study))], NO_CHOICE),
        "period": _choice("Kỳ", [(period.name, period.text) for period in reversed(study.history)], study.period.text),
    }


def explorer(study: Study) -> widgets.VBox:
    """Give the controls of JupyterLab: four choices, the call that they stand for, and under it what the call shows."""
    choices, call, shown = _choices(study), widgets.HTML(), widgets.HTML()

    def refresh(_: Any = None) -> None:
        metric, *narrowing = choices
        chosen = {name: choices[name].value or None for name in narrowing}
        call.value = f"<code>{call_of(choices[metric].value, **chosen)}</code>"
        shown.value = "".join(exhibit_html(exhibit.model_dump(mode="json")) for exhibit in look(study, choices[metric].value, **chosen))

    for choice in choices.values():
        choice.observe(refresh, names="value")
    refresh()
    return widgets.VBox([*choices.values(), call, shown])
