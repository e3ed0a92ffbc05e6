"""Notebooks in, documents out: an executed notebook's Markdown and exhibits, set as HTML and as PDF. Knows no metric."""

import sys

# jsonschema, which checks notebooks, would build a parser of internationalised addresses, which no notebook holds: a second at each start
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
