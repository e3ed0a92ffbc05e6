"""Pages that are no report of their own: the index, a folder's page, the page of a failed notebook, in the reports' own dress."""

import base64
import hashlib
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from tthc_analysis.exhibits.html import INTERNAL, INTERNAL_NOTICE, SAMPLE, SAMPLE_NOTICE
from tthc_analysis.press.dress import style

TEMPLATES = Path(__file__).parent / "templates"


@cache
def browse_style() -> str:
    """Give the style sheet of what leads from page to page: the bar and the index."""
    return (TEMPLATES / "index.css").read_text("utf-8")


@cache
def filter_script() -> str:
    """Give the script of the index page, as it stands between `<script>` and `</script>`."""
    return (TEMPLATES / "index.js").read_text("utf-8")


def _policy(script: str) -> str:
    """Let pictures in data: addresses, styles in place and this script by its digest, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    return "default-src 'none'; img-src data:; style-src 'unsafe-inline'" + (f"; script-src 'sha256-{digest}'" if script else "")


def page(title: str, body: str, *, lead: str = "", bar: str = "", script: str = "", more_style: str = "") -> str:
    """Wrap a body (already HTML) into a page of its own that makes no request; `lead` goes under the title, `bar` above it."""
    return (
        '<!DOCTYPE html>\n<html lang="vi">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(script)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style()}\n{browse_style()}\n{more_style}</style>\n</head>\n<body>\n"
        f'{bar}<header class="masthead"><h1>{escape(title)}</h1>{lead}</header>\n<main>\n{body}\n</main>\n'
        f"{f'<script>{script}</script>' if script else ''}</body>\n</html>\n"
    )


def table(caption: str, header: list[str], rows: list[list[str]]) -> str:
    """Lay rows of HTML cells (the first of each heads its row) under a header of texts, in a container that scrolls by itself."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in header)
    body = "".join(f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>' for first, *rest in rows)
    label = escape(caption)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}"><table><caption><span>{label}</span></caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def link(address: str, text: str, *, name: str = "", **attributes: str) -> str:
    """Write a link; `name` is what a screen reader says where the text alone would not do."""
    said = attributes | ({"aria-label": name} if name else {})
    more = "".join(f' {key}="{escape(value)}"' for key, value in said.items())
    return f'<a href="{escape(address)}"{more}>{escape(text)}</a>'


def badges(*, sample: bool, internal: bool) -> str:
    """Say what a report is that must not be taken for an ordinary one."""
    shown = [f'<strong class="badge internal">{INTERNAL}</strong>'] if internal else []
    shown += [f'<strong class="badge sample">{SAMPLE}</strong>'] if sample else []
    return " ".join(shown)


def notices(*, sample: bool, internal: bool) -> str:
    """Say in full what holds for everything on a page."""
    said = [f'<p class="internal"><strong>{INTERNAL}</strong> – {INTERNAL_NOTICE}</p>'] if internal else []
    return "".join(said + ([f'<p class="sample"><strong>{SAMPLE}</strong> – {SAMPLE_NOTICE}</p>'] if sample else []))


def change(entry: dict[str, Any], said: str) -> str:
    """Write a change as a manifest keeps it: its mark, and what is said of it, in its tone."""
    mark = f'<span aria-hidden="true">{escape(entry["mark"])}</span> ' if entry["mark"] else ""
    return f'<span class="{escape(entry["tone"])}">{mark}{escape(said)}</span>'


def _full(entry: dict[str, Any]) -> str:
    """Say a change in full: its number, and the verdict where there is one."""
    return f"{entry['text']} ({entry['verdict']})" if entry["verdict"] else str(entry["text"])


def cards(figures: tuple[dict[str, Any], ...]) -> str:
    """Write key figures as a manifest keeps them, as a report's first screen does."""
    return f'<ul class="cards">{"".join(map(_card, figures))}</ul>' if figures else ""


def _card(figure: dict[str, Any]) -> str:
    changes = "".join(f'<li><span class="against">{escape(one["against"])}</span> {change(one, _full(one))}</li>' for one in figure.get("changes", []))
    parts = [
        f'<p class="label">{escape(figure["label"])}</p>',
        f'<p class="number"><strong>{escape(figure["text"])}</strong></p>',
        f'<p class="ratio">{escape(figure["ratio"])}</p>' if figure["ratio"] else "",
        f'<ul class="changes">{changes}</ul>' if changes else "",
    ]
    return f'<li class="card">{"".join(parts)}</li>'
