"""The figures of an incident are those of the instant that is asked at, whatever was asked before."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from opsbook.book.load import load
from opsbook.metrics.figures import Known
from opsbook.metrics.rows import Row, rows
from opsbook.model.time import at_tick

ROOTS = (Path(__file__).parents[2], Path(__file__).parents[1] / "books" / "broken")


def instants(row: Row) -> list[datetime]:
    """Every instant of an incident, those right before and after, and one long after all."""
    plain = row.plain
    ends = [end for found in (plain.severities, plain.involved) for _, *ends in found for end in ends]
    all = {*(at for at, *_ in plain.marks), *(end for owed in plain.updates for end in owed), *ends} - {None}
    found = [at_tick(each) + beside for each in all if each for beside in (-timedelta.resolution, *NEAR)]
    return [*sorted(found), at_tick(max(filter(None, all), default=0)) + timedelta(days=400)]


NEAR = (timedelta(), timedelta.resolution)


@pytest.mark.parametrize("root", ROOTS, ids=lambda root: root.name)
def test_figures_are_the_same_in_whatever_order_instants_are_asked_for(root: Path) -> None:
    chance = random.Random(7)
    for row in rows(load(root)).rows:
        asked = instants(row)
        told = {at: Known().of(row, at) for at in asked}
        for order in (asked, asked[::-1], chance.sample(asked, len(asked))):
            known = Known()
            assert {at: known.of(row, at) for at in order} == told
