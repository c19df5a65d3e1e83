"""The period as JSON: lengths in seconds, shares from 0 to 1, instants in UTC; what is unknown or without end
is null."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from opsbook.metrics.estimates import Share
from opsbook.metrics.failures import Service
from opsbook.metrics.paging import Pages
from opsbook.metrics.summary import Month
from opsbook.metrics.targets import Result
from opsbook.model.time import Interval, write_instant
from opsbook.output.json import encoded

if TYPE_CHECKING:
    from opsbook.output.metrics.sections import Told


_WORKED_OUT: dict[type, tuple[str, ...]] = {
    Share: ("share", "interval"),
    Service: ("mean", "interval"),
    Pages: ("at_night", "on_call", "per_night"),
    Month: ("incidents",),
}
"""What follows from a value's parts, and is told with them."""


def render(told: Told, *, color: bool = False) -> str:
    found = _data(told.summary)
    return encoded({"version": 1, "by": told.by, **found, "targets": _data(list(told.results))})


def _data(value: Any) -> Any:
    """A value as plain data: what has names becomes an object."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, datetime):
        return write_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Interval):
        return {"from": write_instant(value.start), "to": write_instant(value.end)}
    if isinstance(value, Result):
        target = value.target.model_dump(mode="json", by_alias=True, exclude_none=True)
        return _named(value) | {"target": target}
    if hasattr(value, "_asdict"):
        return _named(value)
    if isinstance(value, dict):
        return {key: _data(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_data(each) for each in value]
    return value.key if hasattr(value, "key") else value


def _named(value: Any) -> dict[str, Any]:
    found = {name: _data(each) for name, each in value._asdict().items() if name != "target"}
    return found | {name: _data(getattr(value, name)) for name in _WORKED_OUT.get(type(value), ())}
