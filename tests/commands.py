"""What a command leaves, for tests that run one."""

from typing import NamedTuple


class Ran(NamedTuple):
    """What a command left: its exit code and both streams."""

    code: int
    out: str
    err: str
