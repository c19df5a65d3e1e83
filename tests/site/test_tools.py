"""Tools, ranked for whom they suit."""

from __future__ import annotations

from datetime import date

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.site import tools

TODAY = date(2026, 11, 23)


def ranked(*lines: str) -> dict[tuple[str, str, bool], list[str]]:
    """What suits whom, of tools for paging."""
    about = "purpose: paging, best_for: x, choose_when: x, cost: x, as_of: 2026-11-01, source: x"
    text = "tools:\n" + "".join(f"  t{n}: {{name: t{n}, {about}, {line}}}\n" for n, line in enumerate(lines))
    document = Book(Memory({"opsbook.toml": "", "policies/tools.yaml": text})).find("tools", "tools")
    assert document is not None
    found = tools.choices(document.content, TODAY)
    return {
        (team, choice.budget, chat): choice.tools.get("paging", [])
        for team, its in found.items()
        for choice in its
        for chat in ((True, False) if choice.chat is None else (choice.chat,))
    }


def test_what_does_not_fit_the_team_or_the_budget_is_left_out() -> None:
    found = ranked("suits: {teams: [small]}", "suits: {budgets: [high]}")
    assert found["small", "low", True] == ["t0"]
    assert found["large", "high", True] == ["t1"]
    assert found["large", "low", False] == []


def test_what_is_made_for_it_stands_before_what_only_does_not_mind() -> None:
    found = ranked(
        "suits: {teams: [small]}",
        "suits: {teams: [small], chat: true}",
        "suits: {budgets: [low], teams: [small]}",
    )
    assert found["small", "low", True] == ["t1", "t2", "t0"]
    assert found["small", "low", False] == ["t2", "t0"]


def test_what_loses_its_support_within_a_year_is_no_choice() -> None:
    found = ranked(
        "suits: {teams: [small]}, ends_on: 2027-04-05", "suits: {teams: [small]}, ends_on: 2027-12-01"
    )
    assert found["small", "low", True] == ["t1"]


def test_where_nobody_says_whom_a_tool_suits_there_is_no_ranking() -> None:
    assert ranked("ends_on: 2030-01-01") == {}
