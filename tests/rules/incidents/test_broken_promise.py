"""When a promise is kept, and when it cannot be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Says = Callable[..., list[str]]
PROMISE = "09:20 update: {audience: public, next_update: 2026-03-02T09:50Z}"


def test_a_tenth_later_is_kept_and_not_a_minute_longer(says: Says) -> None:
    assert says("broken_promise", f"{PROMISE}; 09:53 update: {{audience: public}}") == []
    assert says("broken_promise", f"{PROMISE}; 09:54 update: {{audience: public}}") == [
        "1 `public` was promised an update by `09:50Z` and got it at `09:54Z`"
    ]


def test_a_promise_is_broken_when_its_time_has_passed(says: Says) -> None:
    assert says("broken_promise", PROMISE, at="09:52") == []
    assert says("broken_promise", PROMISE, at="09:53") == [
        "1 `public` was promised an update by `09:50Z` and got none"
    ]


def test_an_eta_is_broken_when_it_still_does_not_work(says: Says) -> None:
    timeline = "09:20 update: {audience: public, eta: 2026-03-02T09:50Z}; 10:30 milestone: mitigated"
    assert says("broken_promise", timeline) == [
        "1 `public` was promised an end by `09:50Z` and got it at `10:30Z`"
    ]


def test_a_new_eta_that_comes_after_the_old_one_does_not_save_it(says: Says) -> None:
    old = "09:20 update: {audience: public, eta: 2026-03-02T09:50Z}"
    new = "update: {audience: public, eta: 2026-03-02T11:00Z}; 10:59 milestone: mitigated"
    assert says("broken_promise", f"{old}; 09:49 {new}") == []
    assert len(says("broken_promise", f"{old}; 09:59 {new}")) == 1


def test_a_time_before_the_update_is_a_slip(says: Says) -> None:
    timeline = (
        "09:20 update: {audience: public, next_update: 2026-03-02T08:50Z}; 09:21 update: {audience: public}"
    )
    assert says("broken_promise", timeline) == [
        "1 `next_update` is `08:50Z`, before the update itself at `09:20Z`"
    ]


@pytest.mark.parametrize("top", ["kind: drill\n", "duplicate_of: 2026-03-01-checkout-5xx\n"])
def test_what_is_no_incident_promises_nothing(says: Says, top: str) -> None:
    assert says("broken_promise", PROMISE, top) == []
