"""What pages wear: one style sheet, one small script, and the policy that lets this script run and nothing else.

The policy names the script by the digest of its bytes (CSP level 2, https://www.w3.org/TR/CSP2/#script-src-hash-usage): a script that came
in with the data has another digest and does not run, and no page can ask for anything.
"""

import base64
import hashlib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "templates" / "report"


@cache
def style() -> str:
    """Give the style sheet of every page."""
    return (FOLDER / "report.css").read_text("utf-8")


@cache
def script() -> str:
    """Give the script of every page, as it stands between `<script>` and `</script>`: without lines of comment and without indents."""
    lines = (line.strip() for line in (FOLDER / "report.js").read_text("utf-8").splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))


@cache
def policy() -> str:
    """Give the page's Content-Security-Policy: the script by its digest, pictures in data: addresses, styles in place, nothing else."""
    digest = base64.b64encode(hashlib.sha256(script().encode()).digest()).decode("ascii")
    return f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
