"""Which way back is honest, and which needs a reopening."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Says = Callable[..., list[str]]


def update(time: str, stage: str, audience: str = "public") -> str:
    return f"{time} update: {{audience: {audience}, stage: {stage}}}"


MENDED, REOPENED = "09:50 milestone: mitigated", "11:00 milestone: reopened"


@pytest.mark.parametrize(
    "steps",
    [
        [update("09:20", "identified"), update("09:30", "investigating")],
        [update("09:20", "monitoring"), update("09:30", "identified")],
        [update("09:20", "resolved"), update("09:30", "resolved")],
        [update("09:20", "resolved"), "09:30 update: {audience: public}"],
        [update("09:20", "resolved"), update("11:30", "investigating", "customers")],
        [update("09:20", "resolved"), REOPENED, update("11:30", "investigating")],
        [MENDED, update("09:55", "monitoring"), REOPENED, update("11:30", "investigating")],
        [MENDED, update("09:55", "identified"), update("10:30", "investigating")],
    ],
    ids=["not the cause", "did not hold", "twice", "no stage", "somebody else", "reopened",
         "mended and reopened", "slow to say so"],
)  # fmt: skip
def test_this_way_is_let_be(says: Says, steps: list[str]) -> None:
    assert says("stage_backwards", "; ".join(steps)) == []


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        (
            [update("09:20", "resolved"), update("11:30", "monitoring")],
            "2 `monitoring` after `resolved`, and nothing says `reopened` in between",
        ),
        (
            [MENDED, update("09:55", "monitoring"), update("11:30", "identified")],
            "3 `identified` after `monitoring`, and nothing says `reopened` in between",
        ),
        (
            [REOPENED, update("11:10", "resolved"), update("11:30", "investigating")],
            "3 `investigating` after `resolved`, and nothing says `reopened` in between",
        ),
    ],
)
def test_what_takes_back_that_it_was_over_needs_a_reopening(
    says: Says, steps: list[str], message: str
) -> None:
    assert says("stage_backwards", "; ".join(steps)) == [message]


def test_a_drill_may_go_any_way(says: Says) -> None:
    assert (
        says(
            "stage_backwards",
            f"{update('09:20', 'resolved')}; {update('11:30', 'identified')}",
            "kind: drill\n",
        )
        == []
    )
