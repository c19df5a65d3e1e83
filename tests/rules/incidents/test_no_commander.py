"""When an incident that needs a commander had none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Says = Callable[..., list[str]]
DECLARED = "09:14 milestone: declared, severity: SEV1"
ANA = "09:16 roles: {incident-commander: ana}"
NOBODY = "09:30 roles: {incident-commander: []}"
END = "10:30 milestone: resolved"


def test_a_gap_that_lasts_to_the_end_is_named_once(says: Says) -> None:
    assert says("no_commander", f"{DECLARED}; {ANA}; {NOBODY}; 09:50 by: ben; {END}") == [
        "3 nobody was `incident-commander` from `09:30Z` until `10:30Z`"
    ]


def test_each_gap_is_named(says: Says) -> None:
    late = "09:20 roles: {incident-commander: ana}"
    assert says(
        "no_commander", f"{DECLARED}; {late}; {NOBODY}; 09:36 roles: {{incident-commander: ben}}; {END}"
    ) == [
        "1 nobody was `incident-commander` from `09:14Z` until `09:20Z`",
        "3 nobody was `incident-commander` from `09:30Z` until `09:36Z`",
    ]


def test_an_open_incident_is_asked_as_soon_as_the_grace_is_over(says: Says) -> None:
    assert says("no_commander", f"{DECLARED}; {ANA}; {NOBODY}", at="09:34") == []
    assert says("no_commander", f"{DECLARED}; {ANA}; {NOBODY}", at="09:35") == [
        "3 nobody was `incident-commander` from `09:30Z`"
    ]


def test_the_entry_that_vacates_is_named_among_those_of_its_instant(says: Says) -> None:
    assert says("no_commander", f"{DECLARED}; {ANA}; 09:30 by: ben; {NOBODY}; {END}") == [
        "4 nobody was `incident-commander` from `09:30Z` until `10:30Z`"
    ]


def test_only_the_time_under_a_severity_that_asks_counts(says: Says) -> None:
    low = DECLARED.replace("SEV1", "SEV2")
    late = "09:50 roles: {incident-commander: ana}"
    assert says("no_commander", f"{low}; 09:30 severity: SEV1; {late}; {END}") == [
        "2 nobody was `incident-commander` from `09:30Z` until `09:50Z`"
    ]
    assert says("no_commander", f"{DECLARED}; {ANA}; {NOBODY}; 09:34 severity: SEV2; {END}") == []


def test_what_is_reopened_needs_a_commander_again(says: Says) -> None:
    again = "11:00 milestone: reopened; 11:30 milestone: resolved"
    vacated = "10:31 roles: {incident-commander: []}"
    assert says("no_commander", f"{DECLARED}; {ANA}; {END}; {vacated}; {again}") == [
        "5 nobody was `incident-commander` from `11:00Z` until `11:30Z`"
    ]


@pytest.mark.parametrize(
    ("timeline", "top"),
    [
        (f"{DECLARED}; 09:19 roles: {{incident-commander: ana}}; {END}", ""),
        (f"{DECLARED}; {ANA}; {NOBODY}; 09:35 roles: {{incident-commander: ben}}; {END}", ""),
        (f"{DECLARED}; {END}", "roles: {incident-commander: ana}\n"),
        (f"{DECLARED}; {END}", ""),
        (f"{DECLARED}; {NOBODY}; {END}", ""),
        (f"{DECLARED}; {END}; 11:00 roles: {{incident-commander: ana}}", ""),
        (f"{DECLARED}; {ANA}; {END}; 10:31 roles: {{incident-commander: []}}", ""),
        (f"09:10 milestone: mitigated; {DECLARED}; 09:40 roles: {{incident-commander: ana}}; {END}", ""),
        (f"{DECLARED}; {ANA}; {NOBODY}; {END}", "kind: drill\n"),
        (f"{DECLARED.replace('SEV1', 'P1')}; {ANA}; {NOBODY}; {END}", ""),
    ],
    ids=["within the grace", "handed over", "all along", "no commander", "nobody twice", "only afterwards",
         "put down at the end", "mended when declared", "a drill", "an unknown level"],
)  # fmt: skip
def test_nobody_was_missed(says: Says, timeline: str, top: str) -> None:
    assert says("no_commander", timeline, top) == []
