"""Where a war room is asked for, and what counts as one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Says = Callable[..., list[str]]
SEV1 = "09:14 milestone: declared, severity: SEV1"


def test_it_is_asked_for_from_the_declaration_on(says: Says) -> None:
    assert says("no_war_room", SEV1, at="09:14") == ["1 no war room, `SEV1` asks for one"]


@pytest.mark.parametrize("name", ["war_room", "war-room", "Bridge", "call", "zoom"])
def test_a_link_by_any_usual_name_is_enough(says: Says, name: str) -> None:
    assert says("no_war_room", SEV1, f'links: {{{name}: "https://meet.example.com/checkout"}}\n') == []


def test_a_link_to_something_else_is_not(says: Says) -> None:
    assert says(
        "no_war_room", SEV1, 'links: {callback: "https://example.com", chat: "https://example.com"}\n'
    )


@pytest.mark.parametrize(
    ("text", "enough"),
    [
        ("Everybody to the war room", True),
        ("War-room opened by gil", True),
        ("ben joins the call", True),
        ("Conference call is up", True),
        ("The API call fails", False),
        ("We call the provider", False),
    ],
)
def test_an_entry_that_speaks_of_it_is_enough(says: Says, text: str, enough: bool) -> None:
    assert (says("no_war_room", f'{SEV1}; 09:20 text: "{text}"') == []) == enough


@pytest.mark.parametrize(
    ("timeline", "top"),
    [
        ("09:14 milestone: declared, severity: SEV2", ""),
        ("09:14 milestone: declared, severity: SEV2; 09:40 milestone: mitigated; 09:50 severity: SEV1", ""),
        ("09:10 milestone: mitigated; 09:14 milestone: declared, severity: SEV1", ""),
        ("09:00 severity: SEV1", ""),
        (SEV1, "kind: drill\n"),
        (SEV1, "duplicate_of: 2026-03-01-checkout-5xx\n"),
        (SEV1, 'links: {source: "https://status.example.com/1"}\n'),
    ],
    ids=["SEV2", "raised afterwards", "mended when declared", "never declared", "a drill", "a duplicate",
         "from a feed"],
)  # fmt: skip
def test_nobody_asks_for_one(says: Says, timeline: str, top: str) -> None:
    assert says("no_war_room", timeline, top) == []


def test_a_severity_that_was_raised_while_it_hurt_asks_for_one(says: Says) -> None:
    timeline = "09:14 milestone: declared, severity: SEV2; 09:30 severity: SEV0; 09:40 milestone: mitigated"
    assert says("no_war_room", timeline) == ["1 no war room, `SEV0` asks for one"]
