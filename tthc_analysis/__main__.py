"""`python -m tthc_analysis` is the command `tthc`, for a machine whose PATH does not lead to it."""

from tthc_analysis.cli import command

command()
