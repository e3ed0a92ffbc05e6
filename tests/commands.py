"""What a command leaves, for tests that run one; and the name under which a test records figures that are to be printed."""

from typing import NamedTuple

FIGURES = "figures"


class Ran(NamedTuple):
    """What a command left: its exit code and both streams."""

    code: int
    out: str
    err: str
