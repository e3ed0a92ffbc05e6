"""Audit: a written report held against itself, the law and the results. It reads and says; it never changes the report."""
