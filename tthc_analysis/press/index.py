"""The index page: every period and unit with its state and key figures, from the manifests found."""

import json
from html import escape
from pathlib import Path
from typing import Any

from tthc_analysis.exhibits.html import SAMPLE, SAMPLE_NOTICE
from tthc_analysis.files import write_whole
from tthc_analysis.press.manifest import MANIFEST, read_manifest
from tthc_analysis.press.page import page, table
from tthc_analysis.press.privacy import check_contents

TITLE = "Báo cáo giải quyết thủ tục hành chính"
HEADER = ["Báo cáo", "Số liệu chính"]


def _links(place: str, name: str, entry: dict[str, Any]) -> str:
    """Link a notebook's documents, and the page of its failure where the last run failed."""
    files = {file: file.rpartition(".")[2].upper() for file in entry["files"] if not file.endswith(".ipynb")}
    if entry["state"] == "failed":
        files[f"{name}.failed.html"] = "lần lập gần nhất bị lỗi, đây là bản trước"
    return " · ".join(f'<a href="{escape(f"{place}/{file}")}">{text}</a>' for file, text in files.items())


def _row(place: str, name: str, entry: dict[str, Any]) -> list[str]:
    """One notebook: its title with its links, and its key figures with the counts behind them."""
    shown = [f"{escape(item['label'])} <strong>{escape(item['text'])}</strong> ({escape(item['ratio'])})" for item in entry.get("key_figures", [])]
    return [f"{escape(entry.get('title', name))}<br>{_links(place, name, entry)}", "<br>".join(shown) or "–"]


def _section(folder: Path, root: Path) -> str:
    """One period and unit: its notebooks, and where its numbers and their origin lie."""
    manifest, place = read_manifest(folder), folder.relative_to(root).as_posix()
    if not manifest:
        return f"<section><p>{escape(place)}: bản kê nguồn gốc hỏng, cần lập lại báo cáo này.</p></section>"
    # said here, because of the whole page nobody could tell which folder it comes from
    check_contents({f"{place}/{MANIFEST}": json.dumps(manifest).encode()})
    caption = f"{manifest['unit_name']}, {manifest['period_label']}"
    badge = f'<p class="sample"><strong>{SAMPLE}</strong> – {SAMPLE_NOTICE}</p>' if any(entry.get("sample") for entry in manifest["notebooks"].values()) else ""
    rows = [_row(place, name, entry) for name, entry in manifest["notebooks"].items()]
    files = f'<a href="{escape(place)}/results.csv">Số liệu (CSV)</a> · <a href="{escape(place)}/{MANIFEST}">Bản kê nguồn gốc</a>'
    return f"<section>{badge}{table(caption, HEADER, rows)}<p>{files}</p></section>"


def write_index(root: Path) -> Path:
    """Write the page that lists every period and unit found below `root`, latest period first; give its path.

    Personal data in a manifest found there (one made before they were looked at) raises UserError, and the old page stays.
    """
    folders = [path.parent for path in root.glob(f"*/*/{MANIFEST}")]
    latest_first = sorted(sorted(folders), key=lambda folder: folder.parent.name, reverse=True)
    body = "\n".join(_section(folder, root) for folder in latest_first) or "<p>Chưa có báo cáo nào.</p>"
    content = page(TITLE, body).encode()
    check_contents({"index.html": content})
    write_whole(root / "index.html", content)
    return root / "index.html"
