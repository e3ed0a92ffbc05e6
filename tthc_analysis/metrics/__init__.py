"""Dossiers in, results out: which dossiers count, how many, and how long they took."""
