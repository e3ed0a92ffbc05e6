"""The command `tthc`. Exit codes: 0 all good; 1 something asked for failed, the rest was done; 2 wrong use or bad input."""

import atexit
import gc
import os
import re
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from textwrap import shorten
from typing import Annotated, Any, NoReturn

import typer
import yaml
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text

from tthc_analysis import __version__
from tthc_analysis.errors import UserError, did_you_mean, nearest
from tthc_analysis.files import locate, only_one, project_root, system_words, write_whole

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help="Phân tích và báo cáo tình hình giải quyết thủ tục hành chính."
)
FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130
REGISTER, INDEX = "data/register.parquet", "index.html"
Runner = Callable[[Sequence[Any], Sequence[Any]], Iterator[Any]]  # runs orders' jobs and gives each as it ends
MOST_MOVED = 30  # numbers that a list of what has changed shows
# typer carries click inside itself and shows of its errors only some; this is their parent
UsageError: type[Exception] = typer.BadParameter.__mro__[1]
# The package's heavy parts (DuckDB, seaborn, papermill) are imported by the command that needs them: `tthc --help` answers at once.


def _console(*, errors: bool = True) -> Console:
    return Console(stderr=errors, soft_wrap=True, highlight=False)


@contextmanager
def _progress(description: str, total: int | None = None, *, plain: bool = True) -> Iterator[tuple[Progress, Any]]:
    """Show progress on a terminal; where there is none, say plainly what has begun (unless `plain` is off)."""
    console = _console()
    if plain and not console.is_terminal:
        console.print(f"{description}…")
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield progress, progress.add_task(description, total=total)


def _show_version(asked: bool) -> None:  # noqa: FBT001 - typer calls it with the option's value
    if asked:
        typer.echo(f"tthc {__version__}")
        raise typer.Exit


@app.callback()
def options(
    *,
    debug: Annotated[bool, typer.Option("--debug", help="Hiện traceback khi có lỗi.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Hiện phiên bản rồi thoát.", callback=_show_version, is_eager=True)] = False,
) -> None:
    """Phân tích và báo cáo tình hình giải quyết thủ tục hành chính."""
    # `main` looks for --debug itself: an error may come before any command has begun
    del debug, version


@app.command()
def sample(out: Annotated[Path, typer.Option(help="Nơi ghi sổ dữ liệu; tệp xuất mẫu nằm bên cạnh.")] = Path(REGISTER)) -> None:
    """Tạo dữ liệu mẫu: một tệp xuất .xlsx như của hệ thống một cửa, rồi nhập nó vào sổ dữ liệu."""
    from tthc_analysis.register.intake import import_exports
    from tthc_analysis.register.merge import holds_only_sample
    from tthc_analysis.register.profiles import read_profile
    from tthc_analysis.register.sample import write_sample_export

    if out.is_file() and not holds_only_sample(out):
        message = f"{out} đang giữ dữ liệu không phải dữ liệu mẫu. Chọn chỗ khác: tthc sample --out TỆP.parquet"
        raise UserError(message)
    with _progress("Đang tạo và nhập dữ liệu mẫu"):
        out.parent.mkdir(parents=True, exist_ok=True)
        account = import_exports([write_sample_export(out.parent)], read_profile("sample"), out, replace=True)
    typer.echo(f"{account.summary()}\nSổ dữ liệu: {out}")


@app.command("import")
def import_(
    files: Annotated[list[Path] | None, typer.Argument(help="Các tệp xuất: xlsx, xls, ods, csv, bảng HTML lưu thành .xls.")] = None,
    profile: Annotated[str | None, typer.Option(help="Mẫu đọc: tên có sẵn (sample, igate, dvcqg, so-theo-doi), hoặc đường dẫn tệp YAML.")] = None,
    out: Annotated[Path | None, typer.Option(help="Sổ dữ liệu: hồ sơ mới được thêm vào, hồ sơ đã có được cập nhật.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Làm lại sổ từ đầu, chỉ với các tệp này.")] = False,  # noqa: FBT002 - an option
    exported: Annotated[str | None, typer.Option(help="Ngày xuất tệp, 2024-03-18; mặc định: ngày cuối cùng có sự việc trong tệp.")] = None,
    max_rejected: Annotated[float, typer.Option(help="Tỷ lệ dòng bị loại, %, mà quá mức ấy thì dừng.", min=0, max=100)] = 2.0,
    draft_profile: Annotated[Path | None, typer.Option(help="Đọc thử một tệp xuất lạ và in ra mẫu đọc đề nghị; không nhập gì.")] = None,
) -> None:
    """Nhập các tệp xuất từ hệ thống một cửa vào sổ dữ liệu."""
    if draft_profile:
        from tthc_analysis.register.drafts import draft_profile as draft

        typer.echo(draft(draft_profile), nl=False)
        return
    for value, name in ((files, "FILES"), (profile, "--profile"), (out, "--out")):
        if not value:
            message = f"thiếu {name}. Ví dụ: tthc import tep-xuat.xlsx --profile igate --out {REGISTER}. Xem cách dùng: tthc import --help"
            raise UserError(message)
    _import(files or [], str(profile), Path(str(out)), replace=replace, exported=_date(exported), ceiling=max_rejected / 100)


def _import(files: list[Path], profile: str, out: Path, **how: Any) -> None:
    from tthc_analysis.reference.notation import count, day
    from tthc_analysis.register.account import beside
    from tthc_analysis.register.intake import import_exports
    from tthc_analysis.register.profiles import read_profile

    with _progress(f"Đang nhập {len(files)} tệp"):
        account = import_exports(files, read_profile(profile), out, **how)
    brought = account.register
    typer.echo(account.summary())
    typer.echo(f"Hồ sơ mới {count(brought['new'])}, cập nhật {count(brought['changed'])}, không đổi {count(brought['unchanged'])}.")
    typer.echo(f"Sổ dữ liệu: {out}, {count(brought['dossiers'])} hồ sơ, số liệu đến {day(date.fromisoformat(str(account.data_until)))}.")
    if not how["exported"]:
        typer.echo("Tệp được xuất sau ngày ấy thì nhập lại với --exported NGÀY: khi kỳ đã chốt, số đã công bố mới giữ nguyên.")
    for what, rows in account.warnings.items():
        if rows:
            typer.echo(f"Lưu ý: {count(rows)} {what}.", err=True)
    if account.rejects:
        typer.echo(f"Dòng bị loại và lý do: {beside(out, 'rejected.xlsx')}")


def _split(texts: list[str] | None) -> list[str]:
    return [part.strip() for text in texts or [] for part in text.split(",") if part.strip()]


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        message = f'Ngày "{text}" không có thật hoặc không đúng dạng 2024-03-15.'
        raise UserError(message) from None


@app.command()
def measure(
    register: Annotated[str, typer.Option(help="Sổ dữ liệu.")],
    period: Annotated[list[str], typer.Option(help="2024-Q1, 2024-Q1@calendar, 2024-03, 2024-H1, 2024-9M, 2024, 2021-01-01..2024-03-15; ghi nhiều lần được.")],
    by: Annotated[
        list[str] | None, typer.Option(help="unit, field, channel, procedure, level, service, clock, age, left; cách nhau dấu phẩy hoặc ghi nhiều lần.")
    ] = None,
    metric: Annotated[list[str] | None, typer.Option(help="Chỉ số; mặc định: tất cả, xem docs/metrics.md.")] = None,
    policy: Annotated[str, typer.Option(help="report-2024, ii06a hoặc dvcqg-766.")] = "report-2024",
    calendar: Annotated[str, typer.Option(help="VN, weekdays, hoặc đường dẫn tệp CSV.")] = "VN",
    office: Annotated[str, typer.Option(help="Thư mục bảng riêng của cơ quan (procedures.csv: thời hạn của thủ tục).")] = "params",
    unit: Annotated[str, typer.Option(help="Mã đơn vị trong units.csv, tính cả đơn vị trực thuộc; all: toàn bộ.")] = "all",
    as_of: Annotated[str | None, typer.Option(help="Ngày chốt số liệu, 2024-03-15; mặc định: ngày cuối của từng kỳ.")] = None,
    format_: Annotated[str, typer.Option("--format", help="table, csv hoặc json.")] = "table",
) -> None:
    """Tính các chỉ số và in ra màn hình."""
    from tthc_analysis.metrics.catalogue import CATALOGUE
    from tthc_analysis.metrics.measure import measure as measure_metrics
    from tthc_analysis.metrics.study import days_of, limits_of, of_unit, office_folder, open_named_calendar, uncovered, with_missing
    from tthc_analysis.reference.notation import span
    from tthc_analysis.reference.periods import parse_period
    from tthc_analysis.reference.policies import get_policy
    from tthc_analysis.register.store import open_register
    from tthc_analysis.register.versions import register_at

    if format_ not in PRINTERS:
        message = f'Không có dạng in "{format_}". {did_you_mean(format_, PRINTERS)}'
        raise UserError(message)
    periods = [parse_period(text) for text in _split(period) or [""]]
    metrics, chosen, known = _split(metric) or list(CATALOGUE), get_policy(policy), _date(as_of)
    everything = open_register(register)
    if (version := register_at(register, known)) != locate(register):
        typer.echo(f"Lưu ý: theo sổ như đã có khi chốt ngày {as_of} ({version}).", err=True)
        everything = open_register(str(version))
    dossiers = of_unit(everything, unit)
    first, last, sample = days_of(everything, register)
    unknown = uncovered(periods, first, last)
    if unknown:
        typer.echo(f"Lưu ý: sổ dữ liệu chỉ có {span(first, last)}; ngoài khoảng ấy: {', '.join(unknown)}.", err=True)
    with _progress("Đang tính", plain=False):
        days, limits = open_named_calendar(calendar), limits_of(office_folder(office), sample=sample)
        results = measure_metrics(dossiers, periods, metrics, _split(by), policy=chosen, calendar=days, as_of=known, limits=limits)
    PRINTERS[format_](with_missing(results, unknown))


def _print_csv(results: Any) -> None:
    whole = results.astype({"numerator": "Int64", "denominator": "Int64"})
    typer.echo(whole.to_csv(index=False, float_format="%.12g", lineterminator="\n"), nl=False)


def _print_json(results: Any) -> None:
    typer.echo(results.to_json(orient="records", force_ascii=False, indent=1, double_precision=12))


def _print_table(results: Any) -> None:
    from tthc_analysis.exhibits.numbers import Numbers, ratio_text
    from tthc_analysis.exhibits.wording import GROUP_LABELS, group_label
    from tthc_analysis.metrics.catalogue import get_metric

    numbers = Numbers(results)
    table = Table("Chỉ số", Column("Kỳ", overflow="fold"), *(GROUP_LABELS[name] for name in numbers.groups), "Giá trị", "n/N", "Đơn vị tính", box=None)
    for number in numbers.all.values():
        groups = (group_label(name, value) for name, value in number.group.items())
        table.add_row(get_metric(number.metric).label, number.period, *groups, number.text, ratio_text(number), number.unit)
    _console(errors=False).print(table)


PRINTERS = {"table": _print_table, "csv": _print_csv, "json": _print_json}


def _notebooks(wanted: list[str]) -> list[Path]:
    """Give the report notebooks asked for (default: all that are reports)."""
    found = {path.stem: path for path in sorted((project_root() / "notebooks").glob("*.ipynb")) if path.stem != "explore"}
    if not found:
        message = f"Không thấy thư mục notebooks trong {project_root()}. Chạy lệnh này trong thư mục của dự án."
        raise UserError(message)
    for name in wanted:
        if name not in found:
            message = f'Không có notebook "{name}". {did_you_mean(name, found)}'
            raise UserError(message)
    return [found[name] for name in wanted or found]


def _formats(wanted: list[str]) -> tuple[str, ...]:
    from tthc_analysis.press.orders import FORMATS

    for name in wanted:
        if name not in FORMATS:
            message = f'Không có dạng tài liệu "{name}". {did_you_mean(name, FORMATS)}'
            raise UserError(message)
    return tuple(wanted) or FORMATS


@app.command()
def report(
    params: Annotated[Path, typer.Argument(help="params/2024-Q1.yaml")],
    notebook: Annotated[list[str] | None, typer.Option(help="Các notebook cần chạy; mặc định: tất cả.")] = None,
    format_: Annotated[list[str] | None, typer.Option("--format", help="html, pdf, docx, xlsx; mặc định: tất cả.")] = None,
    out: Annotated[Path | None, typer.Option(help="Mặc định: outputs/.")] = None,
) -> None:
    """Lập báo cáo của một kỳ: chạy các notebook, viết HTML, PDF, Word, Excel, mục lục và bản kê nguồn gốc."""
    _single_threaded()
    # everything that can be wrong with the input is found here, before a notebook runs
    root = out or project_root() / "outputs"
    with _importing():
        from tthc_analysis.reference.parameters import read_parameters
        from tthc_analysis.run import prepare

        (order,) = prepare([read_parameters(locate(str(params)))], None, _notebooks(_split(notebook)), _formats(_split(format_)), root)
    for warning in order.warnings:
        typer.echo(f"Lưu ý: {warning}", err=True)
    _make([order], order.jobs, root, f"Đang lập báo cáo {order.name}", _here())


@app.command()
def batch(
    params: Annotated[list[Path], typer.Argument(help="params/*.yaml")],
    units: Annotated[str | None, typer.Option(help="all, communes, hoặc các mã đơn vị cách nhau dấu phẩy; mặc định: đơn vị ghi trong tham số.")] = None,
    notebook: Annotated[list[str] | None, typer.Option(help="Các notebook cần chạy; mặc định: tất cả.")] = None,
    format_: Annotated[list[str] | None, typer.Option("--format", help="html, pdf, docx, xlsx; mặc định: tất cả.")] = None,
    out: Annotated[Path | None, typer.Option(help="Mặc định: outputs/.")] = None,
    jobs: Annotated[int | None, typer.Option(help="Số báo cáo lập cùng lúc; mặc định: số nhân của máy.", min=1)] = None,
    seconds: Annotated[float, typer.Option(help="Thời gian tối đa của một báo cáo, giây.", min=1)] = 600,
    memory: Annotated[int, typer.Option(help="Bộ nhớ tối đa của một báo cáo, MB.", min=200)] = 4096,
    cluster: Annotated[str | None, typer.Option(help="Địa chỉ bộ điều phối Dask, ví dụ tcp://10.0.0.1:8786: lập trên nhiều máy; xem docs/scale.md.")] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Chỉ nói báo cáo nào sẽ lập và vì sao, không lập.")] = False,  # noqa: FBT002 - an option
    only_failed: Annotated[bool, typer.Option("--only-failed", help="Chỉ lập lại báo cáo lần trước bị lỗi.")] = False,  # noqa: FBT002 - an option
) -> None:
    """Lập mọi báo cáo của nhiều kỳ và đơn vị; báo cáo mà dữ liệu, mã nguồn và tham số không đổi thì giữ nguyên."""
    _single_threaded()
    root = out or project_root() / "outputs"
    with _importing():
        from tthc_analysis.press.plan import failed, reasons
        from tthc_analysis.press.pool import Limits
        from tthc_analysis.reference.parameters import read_parameters
        from tthc_analysis.run import prepare

        everyone = [read_parameters(locate(str(path))) for path in params]
        orders, why_run = prepare(everyone, units, _notebooks(_split(notebook)), _formats(_split(format_)), root), reasons()
    why = [(order, job, why_run(job)) for order in orders for job in order.jobs if not only_failed or failed(job)]
    if not orders:
        typer.echo("Không có đơn vị nào để lập: sổ dữ liệu không có hồ sơ của đơn vị nào tồn tại trong kỳ. Xem lại kỳ (period) và --units.", err=True)
    if plan:
        for order, job, reason in why:
            typer.echo(f"{order.name}, {job.name}: {f'chạy, vì {reason}' if reason else 'giữ nguyên'}")
        return
    wanted = [job for _, job, reason in why if reason]
    typer.echo(f"{len(why)} báo cáo: lập {len(wanted)}, giữ nguyên {len(why) - len(wanted)}.", err=True)
    if wanted:
        limits = Limits(seconds, memory << 20)
        _make(orders, wanted, root, "Đang lập báo cáo", _over(cluster, limits) if cluster else _here(jobs, limits))


@contextmanager
def _importing() -> Iterator[None]:
    """Import without looking for garbage: nothing that is imported is any, and the look takes a fifth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _single_threaded() -> None:
    """Keep libraries from starting threads when they are imported, so that this process may fork."""
    from tthc_analysis.press.pool import SINGLE_THREADED

    for name, value in SINGLE_THREADED.items():
        os.environ.setdefault(name, value)


def _cores() -> int:
    """Count the processor's cores that this command may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _here(workers: int | None = None, limits: Any = None) -> Runner:
    """Run jobs on this machine."""
    from tthc_analysis.press.batch import run_orders

    return partial(run_orders, workers=workers or _cores(), limits=limits)


def _over(address: str, limits: Any) -> Runner:
    """Run jobs on the machines of a cluster."""
    from tthc_analysis.press.cluster import run_over

    return partial(run_over, address, limits=limits)


def _make(orders: Sequence[Any], wanted: Sequence[Any], root: Path, description: str, run: Runner) -> None:
    """Run jobs with progress, one command at a time in a folder; write the index, then say what failed."""
    from tthc_analysis.press.index import write_index

    failures = []
    with only_one(root / INDEX), _told(description, len(wanted)) as say:
        _clear_remains(root)  # of a run that was killed
        before = _documents_in(orders)
        try:
            for done in run(orders, wanted):
                say(done)
                if done.failure:
                    failures.append(done)
        except KeyboardInterrupt:  # what is done is to be found, and what was begun goes
            _clear_remains(root)
            write_index(root)
            raise
        index = write_index(root)
    typer.echo(f"Mục lục các báo cáo: {index}")
    if gone := sorted(str(path.relative_to(root)) for path in before - _documents_in(orders)):
        typer.echo(f"Lưu ý: đã bỏ {len(gone)} tệp của lần trước không còn khớp với báo cáo mới: {', '.join(gone)}. Cần thì lập lại đủ các dạng.", err=True)
    _report_failures(failures)


def _clear_remains(root: Path) -> None:
    """Remove what runs that did not end had begun to write; the caller alone writes here now."""
    for remains in root.glob("*/*/.making-*"):
        shutil.rmtree(remains, ignore_errors=True)


def _documents_in(orders: Sequence[Any]) -> set[Path]:
    """List the documents that lie in the folders of some reports."""
    from tthc_analysis.press.orders import FORMATS

    return {path for order in orders for kind in FORMATS for path in order.folder.glob(f"*.{kind}") if not path.stem.endswith(".failed")}


@contextmanager
def _told(description: str, total: int) -> Iterator[Callable[[Any], None]]:
    """Give what tells of each report that is done, and how long the rest may take: a bar on a terminal, plain lines elsewhere.

    The bar is drawn as reports end, not by a thread: a process that forks has none.
    """
    console, begun = _console(), time.monotonic()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal, auto_refresh=False) as progress:
        task, done = progress.add_task(description, total=total, left=""), 0
        if console.is_terminal:
            progress.refresh()
        else:
            console.print(f"{description}…")

        def say(ended: Any) -> None:
            nonlocal done
            if ended.job is None:
                return
            done += 1
            seconds = round((time.monotonic() - begun) / done * (total - done))
            left = f"còn khoảng {seconds // 60}:{seconds % 60:02d}"
            progress.update(task, advance=1, left=left, description=f"{description}: {_place(ended)}", refresh=True)
            if not console.is_terminal:
                console.print(f"[{done}/{total}] {_place(ended)}: {'bị lỗi' if ended.failure else 'xong'}, {left}", markup=False)

        yield say


def _place(done: Any) -> str:
    return f"{done.folder.parent.name}/{done.folder.name}{f'/{done.job.name}' if done.job else ''}"


def _report_failures(failures: Sequence[Any]) -> None:
    """Say what failed and leave with the code for it; nothing where nothing did."""
    for done in failures:
        where = f"{done.folder.parent.name}/{done.folder.name}"
        typer.echo(f"Lỗi: {where}, {str(done.failure).rstrip('.')}. Báo cáo trước đó, nếu có, vẫn giữ nguyên.", err=True)
        if _debugging():
            typer.echo(done.failure.traceback, err=True)
    if failures:
        reports = [_place(done) for done in failures if done.job]
        names = ", ".join(dict.fromkeys(_place(done) for done in failures))
        said = f"{len(reports)} báo cáo bị lỗi" if reports else "Chưa ghi được tệp chung"
        typer.echo(f"{said}: {names}. Sửa rồi lập lại phần lỗi: thêm --only-failed vào lệnh tthc batch.", err=True)
        raise typer.Exit(FAILED)


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="outputs/, hoặc thư mục của một kỳ và đơn vị.")],
    rerun: Annotated[bool, typer.Option("--rerun", help="Lập lại ở chỗ khác rồi so từng tệp.")] = False,  # noqa: FBT002 - an option
    why: Annotated[bool, typer.Option("--why", help="Số nào nay đã khác số công bố, và vì sao.")] = False,  # noqa: FBT002 - an option
) -> None:
    """Đối chiếu báo cáo đã lập với bản kê nguồn gốc: tệp có nguyên vẹn không, lập lại có ra đúng như cũ không, số nào nay đã khác."""
    _single_threaded()
    from tthc_analysis import verify as verifying

    folders, broken = verifying.folders_below(folder), False
    for found in folders:
        try:
            verdict = verifying.verify(found)
            _tell_verdict(verdict)
            broken = broken or bool(verdict.wrong)
            if rerun:
                again = verifying.rerun(found, _cores())
                typer.echo(f"  Lập lại: {'ra khác ở ' + ', '.join(again) if again else 'ra đúng từng tệp như cũ'}.")
                broken = broken or bool(again)
            if why:
                _tell_causes(verifying.by_cause(found))
        except UserError as error:
            if len(folders) == 1:
                raise
            typer.echo(f"Lỗi: {error}", err=True)  # the others are looked at all the same
            broken = True
    if broken:
        raise typer.Exit(FAILED)


def _tell_verdict(verdict: Any) -> None:
    place = f"{verdict.folder.parent.name}/{verdict.folder.name}"
    typer.echo(f"{place}: {verdict.right} tệp đúng như bản kê{', ' + str(len(verdict.wrong)) + ' tệp không đúng' if verdict.wrong else ''}.")
    for text in verdict.wrong:
        typer.echo(f"  {text}")
    if verdict.changed:
        typer.echo(f"  Khác so với khi lập: {'; '.join(verdict.changed)}.")


def _tell_causes(moved: Any) -> None:
    """Print the numbers that have moved since they were published: those of the whole first, then those that moved most for their size."""
    from tthc_analysis.exhibits.wording import GROUP_LABELS, group_label
    from tthc_analysis.metrics.catalogue import get_metric
    from tthc_analysis.reference.notation import POINTS, count
    from tthc_analysis.verify import PARTS, parts_text, value_text

    if moved.empty:
        typer.echo("  Không số nào khác số đã công bố.")
        return
    groups, figures = [name for name in moved.columns if name in GROUP_LABELS], moved[["published", "now"]]
    names = ("Đã\ncông bố", "Cách\ntính", "Vào\nmuộn", "Được\nsửa", "Hiện\nnay")
    table = Table("Chỉ số", Column("Kỳ", overflow="fold", max_width=12), *(Column(name, justify="right", no_wrap=True) for name in names), box=None)
    ranked = moved.assign(parted=(moved[groups] != "all").any(axis=1), by=-(figures["now"] - figures["published"]).abs() / figures.abs().max(axis=1))
    for row in ranked.sort_values(["parted", "by"], kind="stable").head(MOST_MOVED).to_dict("records"):
        metric = get_metric(row["metric"])
        where = (group_label(name, row[name]) for name in groups if row[name] != "all")
        parts = (text.removesuffix(f" {POINTS}") for text in parts_text(metric.unit, [row[part] for part in PARTS]))
        table.add_row(
            ", ".join([metric.label, *where]), row["period"], *(value_text(metric.unit, row["published"]), *parts, value_text(metric.unit, row["now"]))
        )
    why = "vì cách tính, vì hồ sơ vào muộn, vì hồ sơ được sửa"
    typer.echo(f"  {count(len(moved))} số nay khác số đã công bố: {why} (tỷ lệ thay đổi tính bằng {POINTS}, từ số chính xác rồi mới làm tròn).")
    _console(errors=False).print(table, markup=False)
    if len(moved) > MOST_MOVED:
        typer.echo(f"  … và {count(len(moved) - MOST_MOVED)} số nữa.")


@app.command()
def audit(
    file: Annotated[Path, typer.Argument(help="Báo cáo đã viết: .docx, .pdf có chữ, .txt, .md. Chỉ đọc, không bao giờ sửa.")],
    params: Annotated[Path | None, typer.Option(help="params/2024-Q1.yaml: đối chiếu cả với sổ dữ liệu.")] = None,
    format_: Annotated[str, typer.Option("--format", help="table, html, docx hoặc json.")] = "table",
    out: Annotated[Path | None, typer.Option(help="Mặc định: html và docx nằm cạnh báo cáo, json in ra màn hình.")] = None,
) -> None:
    """Kiểm tra một báo cáo đã viết trước khi ký: số nào không khớp, dẫn chiếu nào không có, câu nào cần hỏi lại."""
    from tthc_analysis.audit.audited import audited
    from tthc_analysis.checked import TABLE, destination, rendered

    place = destination(file, format_, out)
    found = audited(file, _study(params) if params else None)
    if format_ == TABLE:
        _tell_findings(found.findings)
        typer.echo(found.summary)
    elif place:
        write_whole(place, rendered(format_, file, found))
        typer.echo(f"{found.summary} Chi tiết: {place}")
    else:
        typer.echo(rendered(format_, file, found), nl=False)
    if any(one.severity == "error" for one in found.findings):
        raise typer.Exit(FAILED)


def _study(params: Path) -> Any:
    """Open what parameters name, and say what a reader of the comparison must know."""
    from tthc_analysis.exhibits.overview import warnings_of
    from tthc_analysis.metrics.study import study_of
    from tthc_analysis.reference.parameters import read_parameters

    study = study_of(read_parameters(locate(str(params))))
    sample = ["Sổ dữ liệu là dữ liệu mẫu, không phải của đơn vị."] if study.sample else []
    for warning in [*sample, *warnings_of(study)]:
        typer.echo(f"Lưu ý: {warning}", err=True)
    return study


LONGEST_PLACE, LONGEST_QUOTE = 20, 200  # characters that the terminal shows
STYLES = {"error": "bold red", "question": "yellow", "note": "dim"}


def _tell_findings(findings: Sequence[Any]) -> None:
    """Print findings, the gravest first, each with its place, its sentence and what is to be said of it."""
    from tthc_analysis.audit.showing import WORDS, gravest_first

    table = Table("", Column("Chỗ", max_width=LONGEST_PLACE), "Điểm cần xem", box=None, pad_edge=False)
    for one in gravest_first(findings):
        shown = one.as_json() | {"quote": shorten(one.quote, LONGEST_QUOTE, placeholder="…")}
        said = Text.assemble((f"{shown['title']}. ", "bold"), f"{shown['explanation']}\n", (f"“{shown['quote']}”\n" if shown["quote"] else "", "dim"))
        table.add_row(Text(WORDS[one.severity], STYLES[one.severity]), Text(str(one.place) if one.line else ""), said)
    if findings:
        Console(highlight=False).print(table)


@app.command()
def fill(
    template: Annotated[Path, typer.Argument(help="Mẫu Word (.docx) của cơ quan, với các trường như {{ so_hoa_thanh_phan }}; xem docs/fields.md.")],
    params: Annotated[Path, typer.Option(help="params/2024-Q1.yaml")],
    out: Annotated[Path | None, typer.Option(help="Mặc định: cạnh mẫu, thêm kỳ báo cáo vào tên.")] = None,
) -> None:
    """Điền số liệu của một kỳ vào mẫu Word của cơ quan."""
    from tthc_analysis.exhibits.fields import marks_of, report_fields
    from tthc_analysis.metrics.study import study_of
    from tthc_analysis.press.fill import fill_template
    from tthc_analysis.press.privacy import check_contents
    from tthc_analysis.reference.parameters import read_parameters

    study = study_of(read_parameters(locate(str(params))))
    place = out or template.with_name(f"{template.stem}-{study.period.text}.docx")
    if place.suffix != ".docx" or place.resolve() == template.resolve():
        message = f"--out {place}: cần một tệp .docx khác với mẫu, để mẫu còn nguyên cho kỳ sau."
        raise UserError(message)
    with _progress("Đang tính và điền"):
        fields = {name: field.value for name, field in report_fields(study).items()}
        content = fill_template(template, fields, marks_of(study))
        check_contents({place.name: content}, internal=study.internal)
    if place.is_file() and place.read_bytes() != content:  # somebody may have written into it since
        message = f"Đã có {place}, khác bản vừa điền (có thể đã sửa tay) nên không ghi đè. Đổi tên hoặc xóa tệp ấy, hoặc ghi ra tệp khác bằng --out."
        raise UserError(message)
    write_whole(place, content)
    typer.echo(f"Đã điền mẫu {template}: {place}")


@app.command("new-period")
def new_period(period: Annotated[str, typer.Argument(help="2024-Q2")]) -> None:
    """Tạo tệp tham số của một kỳ mới từ tệp của kỳ gần nhất."""
    from tthc_analysis.reference.parameters import read_parameters
    from tthc_analysis.reference.periods import parse_period

    wanted = parse_period(period)
    path = project_root() / "params" / f"{wanted.text}.yaml"
    if path.exists():
        message = f"Đã có {path}. Sửa tệp ấy, hoặc xóa đi rồi chạy lại."
        raise UserError(message)
    known = [read_parameters(found) for found in sorted(path.parent.glob("*.yaml"))]
    if not known:
        message = f"Chưa có tệp tham số nào trong {path.parent} để làm mẫu."
        raise UserError(message)
    latest = max(known, key=lambda item: item.reporting_period.end)
    values = latest.as_notebook_parameters() | {"period": wanted.text, "as_of": wanted.end.isoformat()}
    values["document"] = {"issuer": latest.document.issuer, "number": None, "date": None, "period": None, "file": None}
    body = yaml.safe_dump(values, allow_unicode=True, sort_keys=False)
    write_whole(path, f"# {wanted.label}. Xem lại ngày chốt số liệu (as_of) và sổ dữ liệu (register) trước khi chạy.\n{body}".encode())
    typer.echo(f"Đã tạo {path}. Chạy: tthc report {path.relative_to(project_root())}")


@app.command()
def lab() -> None:
    """Mở JupyterLab tại thư mục của dự án."""
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    raise typer.Exit(subprocess.call([sys.executable, "-m", "jupyterlab", *as_root], cwd=project_root()))


def _debugging() -> bool:
    return "--debug" in sys.argv


def main() -> None:
    """Run the command; an error that the user can mend is one paragraph on stderr."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # Windows redirects in a code page that lacks Vietnamese letters
    try:
        code = app(standalone_mode=False) or 0
    except UserError as error:
        _fail(str(error), BAD_INPUT)
    except UsageError as error:
        _fail(_misuse(error), BAD_INPUT)
    except (typer.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except OSError as error:
        _fail(f"không đọc hoặc ghi được {error.filename or 'tệp'}: {system_words(error)}. Các tệp đã có vẫn giữ nguyên.", FAILED)
    if code == INTERRUPTED:
        _fail("đã dừng theo yêu cầu. Các báo cáo đã có vẫn giữ nguyên.", INTERRUPTED)
    sys.exit(code)


def command() -> NoReturn:
    """Be the process: run the command, then end without a word more.

    At the interpreter's end DuckDB 2.0 tells on stderr of every type of its own that something still refers to: no news for a user.
    """
    code: object = 0
    try:
        main()
    except SystemExit as stop:
        code = stop.code
    atexit._run_exitfuncs()  # noqa: SLF001 - what the interpreter itself would do next
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code if isinstance(code, int) else 0)


def _misuse(error: Any) -> str:
    """Say a wrong use of the command in Vietnamese: what, and where to look."""
    command = error.ctx.command_path if error.ctx else "tthc"
    cure = f"Xem cách dùng: {command} --help"
    said = error.format_message().rstrip(".")
    if hasattr(error, "possibilities"):
        near = f" Có phải ý bạn là {' hoặc '.join(error.possibilities)}?" if error.possibilities else ""
        return f"không có tùy chọn {error.option_name}.{near} {cure}"
    if said.startswith("Missing") and getattr(error, "param", None):
        return f"thiếu {error.param.opts[0]}. {cure}"
    if getattr(error, "param", None) and hasattr(error.param, "opts"):
        bound = re.search(r"(?P<side>less|greater) than or equal to (?P<bound>[\d.]+)", said)
        allowed = f", cần {'không quá' if bound['side'] == 'less' else 'ít nhất'} {bound['bound']}" if bound else ""
        return f"giá trị của {error.param.opts[0]} chưa đúng{allowed}. {cure}"
    if found := re.search(r"No such command '(?P<name>.*?)'", said):
        commands = [str(one.name or getattr(one.callback, "__name__", "")) for one in app.registered_commands]
        return " ".join(filter(None, (f'không có lệnh "{found["name"]}".', nearest(found["name"], commands), cure)))
    # no command at all: the help has been printed, and nothing is left to say
    return f"dùng lệnh chưa đúng ({said}). {cure}" if said else "chưa có lệnh nào, chọn một lệnh ở trên."


def _fail(message: str, code: int) -> NoReturn:
    """Say what is wrong in one paragraph on stderr, and leave."""
    typer.echo(f"Lỗi: {message}", err=True)
    _show_traceback()
    sys.exit(code)


def _show_traceback() -> None:
    if _debugging():
        traceback.print_exc()


if __name__ == "__main__":
    command()
