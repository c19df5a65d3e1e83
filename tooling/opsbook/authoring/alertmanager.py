"""What Alertmanager's webhook says of an alert, as much of it as an incident is declared from.

The format is `version: "4"` of https://prometheus.io/docs/alerting/latest/configuration/#webhook_config. What
stands in labels and annotations was written by many hands: it is text, and never more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from opsbook.errors import UserError

_MOST = 20
"""Alerts of one group that are written down, one a line; a storm has hundreds."""
_LONG = 500
_ADDRESS = re.compile(r"https?://[^\s<>\"]+\Z")


class Alert(NamedTuple):
    """One alert of a group."""

    name: str
    fingerprint: str
    firing: bool
    since: datetime | None
    """When it began to fire; None where that is not said."""

    @property
    def source(self) -> str:
        """How an entry names it, so that it is found again."""
        return f"alertmanager:{self.fingerprint}"


class Notice(NamedTuple):
    """A group of alerts, as one webhook tells of it."""

    title: str
    alerts: tuple[Alert, ...]
    """The first ones, and never two of one fingerprint."""
    left_out: int
    """How many alerts more there were."""
    services: tuple[str, ...]
    """What the label `service` says."""
    severity: str | None
    """What the label `severity` says."""
    link: str | None
    """Where the alert can be seen."""

    @property
    def firing(self) -> tuple[Alert, ...]:
        return tuple(alert for alert in self.alerts if alert.firing)


def notice(text: str) -> Notice:
    """The notice that a webhook's body says; UserError for anything else."""
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"not JSON: {error}", "expected the body of Alertmanager's webhook") from None
    listed = data.get("alerts") if isinstance(data, dict) else data
    alerts = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    if not alerts:
        raise UserError("no `alerts` in it", "expected the body of Alertmanager's webhook")
    found = {alert.fingerprint: alert for alert in map(_alert, alerts)}
    group = data if isinstance(data, dict) else {}
    first = min(alerts, key=lambda each: each.get("status") != "firing")
    labels = [_texts(each.get("labels")) for each in alerts]
    common = _texts(group.get("commonAnnotations")) | _texts(first.get("annotations"))
    return Notice(
        common.get("summary") or common.get("title") or _alert(first).name,
        tuple(found.values())[:_MOST],
        max(0, len(found) - _MOST),
        tuple(dict.fromkeys(each["service"] for each in labels if each.get("service"))),
        _texts(group.get("commonLabels")).get("severity") or labels[alerts.index(first)].get("severity"),
        next(filter(_ADDRESS.match, _links(group, first)), None),
    )


def _alert(data: Mapping[str, Any]) -> Alert:
    labels = _texts(data.get("labels"))
    name = labels.get("alertname") or "an alert without a name"
    print_ = data.get("fingerprint")
    known = print_ if isinstance(print_, str) and re.fullmatch(r"[\w-]{1,64}", print_) else _own(labels)
    return Alert(name, known, data.get("status", "firing") == "firing", _instant(data.get("startsAt")))


def _own(labels: Mapping[str, str]) -> str:
    """A fingerprint of the labels, where none is given."""
    from hashlib import sha256

    return sha256(json.dumps(labels, sort_keys=True).encode()).hexdigest()[:16]


def _texts(value: Any) -> dict[str, str]:
    """A mapping's texts, each on one line and not too long."""
    if not isinstance(value, dict):
        return {}
    return {
        key: " ".join(each.split())[:_LONG]
        for key, each in value.items()
        if isinstance(each, str) and each.strip()
    }


def _links(group: Mapping[str, Any], alert: Mapping[str, Any]) -> Iterator[str]:
    for each in (alert.get("generatorURL"), group.get("externalURL")):
        if isinstance(each, str):
            yield each[:_LONG]


def _instant(text: Any) -> datetime | None:
    """Go's way of writing an instant; its zero, the year 1, is none."""
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(re.sub(r"\.[0-9]+", "", text))
    except ValueError:
        return None
    if at.tzinfo is None or at.year < 2000:
        return None
    return at.astimezone(UTC)
