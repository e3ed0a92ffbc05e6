"""Pages that are no report: the index and the page of a failed notebook, in the reports' own dress."""

from html import escape
from pathlib import Path

STYLE = Path(__file__).parent / "templates" / "report" / "report.css"
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def page(title: str, body: str) -> str:
    """Wrap a body (already HTML) into a page of its own: no script, no request."""
    return (
        '<!DOCTYPE html>\n<html lang="vi">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n<style>\n{STYLE.read_text('utf-8')}\n</style>\n</head>\n<body>\n"
        f'<header class="masthead"><h1>{escape(title)}</h1></header>\n<main>\n{body}\n</main>\n</body>\n</html>\n'
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
