"""Notebooks in, documents out: an executed notebook's Markdown and exhibits, set as HTML and as PDF. Knows no metric."""
