"""The runbook that somebody means: by half a name, an alert, a service, a misspelt word."""

from __future__ import annotations

import pytest

from opsbook.book.facts import Runbook
from opsbook.book.search import found, id_of

RUNBOOKS = [
    Runbook(
        "runbooks/disk-full.md", "Make room on a disk", ("DbDiskFillingUp",), ("orders-db",), ("Roll back",)
    ),
    Runbook("runbooks/db/failover.md", "Fail the orders database over", (), ("orders-db",), ("Promote",)),
    Runbook(
        "runbooks/HighErrorRate.md", "Errors", ("HighErrorRate",), ("checkout",), ("Roll back a release",)
    ),
    Runbook("runbooks/release.md", "Roll back a release of checkout", (), ("checkout",), ()),
]


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ("failover", ["failover"]),
        ("FAILOVER", ["failover"]),
        ("DbDiskFillingUp", ["disk-full", "failover"]),
        ("highErrorRate", ["HighErrorRate"]),
        ("error rate", ["HighErrorRate"]),
        ("roll back", ["release", "HighErrorRate", "disk-full"]),
        ("the disk is full", ["disk-full"]),
        ("orders", ["failover", "disk-full"]),
        ("promot", ["failover"]),
        ("failovr", ["failover"]),
        ("checkout errors", ["HighErrorRate", "release"]),
        ("the", ["failover"]),
        ("", []),
        ("!?", []),
        ("nothing-like-it", []),
    ],
)
def test_the_best_match_comes_first(asked: str, ids: list[str]) -> None:
    assert [id_of(each.runbook) for each in found(RUNBOOKS, asked)] == ids
