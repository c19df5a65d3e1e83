"""Who commands at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Says = Callable[..., list[str]]
DECLARED = "09:14 milestone: declared, roles: {incident-commander: ana}"
BOTH = "09:27 roles: {incident-commander: [ana, ben]}"


def test_who_takes_over_is_alone(says: Says) -> None:
    assert says("two_commanders", f"{DECLARED}; 09:27 roles: {{incident-commander: ben}}") == []
    assert says("two_commanders", f"{DECLARED}; {BOTH}") == ["2 `ana` and `ben` command at once"]


def test_the_same_name_twice_is_one_person(says: Says) -> None:
    assert says("two_commanders", BOTH.replace("ben", "ana")) == []


def test_other_roles_may_be_shared(says: Says) -> None:
    assert says("two_commanders", "09:14 roles: {subject-matter-expert: [ana, ben]}") == []


def test_command_at_the_top_counts_where_the_timeline_names_none(says: Says) -> None:
    top = "roles: {incident-commander: [ana, ben]}\n"
    assert len(says("two_commanders", "09:14 milestone: declared", top=top)) == 1


@pytest.mark.parametrize("top", ["kind: drill\n", "kind: near-miss\n", "duplicate_of: x\n"])
def test_what_does_not_count_is_not_judged(says: Says, top: str) -> None:
    assert says("two_commanders", BOTH, top=top) == []
