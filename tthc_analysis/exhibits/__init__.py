"""Results in, things to look at out: tables, figures, key figures and sentences, each with the numbers it shows."""
