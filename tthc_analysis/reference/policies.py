"""Policies: the named ways of counting that are in use side by side. Every document names its own.

Four definitions of "đúng hạn" are in production in Vietnam; a figure without its definition cannot be compared.
"""

from functools import cache
from importlib import resources
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from tthc_analysis.errors import UserError, did_you_mean


class Policy(BaseModel):
    """A way of counting; see `data/policies.yaml` for what each value means and where it comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    label: str
    withdrawn: Literal["apart", "on_time", "by_end_time"]
    missing_due: Literal["on_time", "not_judged"]
    comparison: Literal["date", "timestamp"]
    on_time_base: Literal["resolved", "received_total"]
    source: str


@cache
def policies() -> dict[str, Policy]:
    """Give all policies by name."""
    text = resources.files(__package__).joinpath("data/policies.yaml").read_text("utf-8")
    return {name: Policy(name=name, **body) for name, body in yaml.safe_load(text).items()}


def get_policy(name: str) -> Policy:
    """Give a policy by its name; an unknown one raises UserError.

    >>> get_policy("ii06a").withdrawn
    'on_time'
    """
    if name not in policies():
        message = f'Không có cách tính (policy) "{name}". {did_you_mean(name, policies())}'
        raise UserError(message)
    return policies()[name]
