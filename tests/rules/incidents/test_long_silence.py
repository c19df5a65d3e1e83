"""When a silence is too long, and to whom nobody owes a word."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Says = Callable[..., list[str]]
DECLARED = "09:14 milestone: declared, severity: SEV2"
LONG = f"{DECLARED}; 13:00 milestone: resolved"


def test_a_silence_is_reported_where_it_ended(says: Says) -> None:
    found = says(
        "long_silence", f"{DECLARED}; 12:00 update: {{audience: internal}}; 13:00 milestone: resolved"
    )
    assert found == ["2 no update to `internal` from `09:14Z` to `12:00Z`, `SEV2` allows 2h"]


def test_a_tenth_more_is_let_pass_and_not_a_minute_longer(says: Says) -> None:
    assert says("long_silence", f"{DECLARED}; 11:26 milestone: resolved") == []
    assert len(says("long_silence", f"{DECLARED}; 11:27 milestone: resolved")) == 1


def test_an_open_silence_is_reported_once_it_is_too_long(says: Says) -> None:
    assert says("long_silence", DECLARED, at="11:25") == []
    found = says("long_silence", DECLARED, at="11:26")
    assert found == ["1 no update to `internal` from `09:14Z` on, `SEV2` allows 2h"]


def test_each_audience_waits_by_itself(says: Says) -> None:
    timeline = (
        "09:14 milestone: declared, severity: SEV1; 09:50 update: {audience: public}; 10:00 milestone: closed"
    )
    assert [each.split("`")[1] for each in says("long_silence", timeline)] == ["public", "internal"]


@pytest.mark.parametrize(
    "top",
    [
        "kind: drill\n",
        "kind: near-miss\n",
        "duplicate_of: 2026-03-01-checkout-5xx\n",
        'links: {source: "https://status.example.com/1"}\n',
    ],
    ids=["a drill", "a near miss", "a duplicate", "from a feed"],
)
def test_nobody_waits_for_word_of_it(says: Says, top: str) -> None:
    assert says("long_silence", LONG)
    assert says("long_silence", LONG, top) == []


def test_a_feed_is_judged_by_those_that_it_speaks_to(says: Says) -> None:
    timeline = f"{DECLARED}; 09:20 update: {{audience: internal}}; 13:00 milestone: resolved"
    assert says("long_silence", timeline, 'links: {source: "https://status.example.com/1"}\n') == [
        "3 no update to `internal` from `09:20Z` to `13:00Z`, `SEV2` allows 2h"
    ]
