"""What a change does to a rota, as JSON: every stretch, nothing left out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from opsbook.model.time import Interval, write_duration, write_instant
from opsbook.output.json import encoded

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.oncall.answers import Handoff
    from opsbook.oncall.burden import Burden
    from opsbook.oncall.concerns import Concern
    from opsbook.oncall.diff import Change, Diff
    from opsbook.oncall.escalation import Page
    from opsbook.oncall.paging import Paging
    from opsbook.oncall.sides import Move

_HOUR = timedelta(hours=1)


def render(diff: Diff, before: Book, after: Book, *, color: bool = False, everything: bool = False) -> str:
    return encoded({
        "version": 1,
        "empty": diff.empty,
        **_when(diff.within),
        "rotations": [_change(each) for each in diff.changes],
        "concerns": [_concern(each) for each in diff.concerns],
        "pages": [_paging(each) for each in diff.paged.pagings],
        "proof": [
            {"policy": each.policy, "severity": each.severity, "wrong": each.wrong, "said": each.said,
             **_when(each.interval)}
            for each in diff.paged.failures
        ],
        "tests": [each._asdict() for each in diff.paged.unmet],
        "renamed": dict(diff.renamed),
        "unreadable": list(diff.unreadable),
    })  # fmt: skip


def _when(interval: Interval) -> dict[str, str]:
    return {"from": write_instant(interval.start), "to": write_instant(interval.end)}


def _change(each: Change) -> dict[str, Any]:
    return {
        "rotation": each.rotation,
        "state": each.state,
        "timezone": each.zone.key if each.zone else None,
        "moves": [_move(move) for move in each.moves],
        "handoffs": {"before": _handoffs(each.before), "after": _handoffs(each.after)},
        "shares": [
            {"person": share.person, "before": _burden(share.before), "after": _burden(share.after)}
            for share in each.shares
        ],
    }


def _move(each: Move) -> dict[str, Any]:
    return {
        **_when(each.interval), "lose": list(each.lose), "gain": list(each.gain), "stay": list(each.stay)
    }  # fmt: skip


def _handoffs(found: Iterable[Handoff]) -> list[dict[str, Any]]:
    return [
        {"at": write_instant(each.at), "before": list(each.before), "after": list(each.after)}
        for each in found
    ]


def _burden(each: Burden) -> dict[str, Any]:
    return {
        "hours": round(each.on_call / _HOUR, 2),
        "nights": each.nights,
        "night_hours": round(each.night / _HOUR, 2),
        "weekend_hours": round(each.weekend / _HOUR, 2),
        "holiday_hours": round(each.holiday / _HOUR, 2),
    }


def _concern(each: Concern) -> dict[str, Any]:
    return {
        "kind": each.kind, "rotations": list(each.rotations), "person": each.person, "said": each.said,
        **_when(each.interval),
    }  # fmt: skip


def _paging(each: Paging) -> dict[str, Any]:
    """What is paged, and for alerts of which stretches; the same pages stand once."""
    alerts: dict[tuple[tuple[Page, ...], tuple[Page, ...]], list[dict[str, str]]] = {}
    for piece in each.pieces:
        alerts.setdefault(piece[1:], []).append(_when(piece.interval))
    return {
        "services": list(each.services),
        "severities": list(each.severities),
        "changes": [
            {"alerts": when, "before": [*map(_page, before)], "after": [*map(_page, after)]}
            for (before, after), when in alerts.items()
        ],
    }


def _page(each: Page) -> dict[str, Any]:
    return {
        "after": write_duration(each.after),
        "policy": each.policy,
        "level": None if each.level < 0 else each.level + 1,
        "target": each.target.model_dump(exclude_none=True),
        "people": list(each.people),
    }
