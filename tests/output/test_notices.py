"""What time alone brought elsewhere is a notice: seen by whoever reads the report, and nobody's fault."""

from __future__ import annotations

from importlib import import_module

import pytest

from opsbook.diagnostics import Diagnostic, Level
from opsbook.lint.check import Report
from opsbook.output import formats
from opsbook.text import Location, Source, Span


def late(number: int) -> Diagnostic:
    place = Location(Source(f"incidents/2026/2026-03-{number:02}-x/incident.yaml", "title: A\n"), Span(0, 5))
    message = f"`pool-{number}` was due on 2026-03-16"
    return Diagnostic("ACT002", "overdue_action_item", Level.ADVICE, place, message, before="time")


def rendered(name: str, number: int = 1) -> str:
    text: str = import_module(f"opsbook.output.{name}").render(Report(tuple(map(late, range(number))), (), 7))
    return text


LINE = "incidents/2026/2026-03-00-x/incident.yaml:1:1: `pool-0` was due on 2026-03-16"
LAST = "nothing new in 7 records\n1 notice of what came with time, where this change did nothing\n"


@pytest.mark.parametrize("name", ["full", "concise"])
def test_it_is_a_line_of_its_own_in_a_text(name: str) -> None:
    assert rendered(name) == f"notice[ACT002] {LINE}\n{LAST}"


def test_it_is_a_notice_on_a_pull_request() -> None:
    line, *last = rendered("github").splitlines()
    assert line.startswith("::notice file=incidents/2026/2026-03-00-x/incident.yaml,")
    assert "\n".join(last) + "\n" == LAST


def test_it_stands_apart_in_the_summary_of_a_job() -> None:
    text = rendered("markdown")
    assert "nothing wrong" in text
    assert "### Came with time, not with this change\n" in text


@pytest.mark.parametrize("name", formats())
def test_many_do_not_bury_the_rest(name: str) -> None:
    assert rendered(name, 200)
    if name in ("full", "concise"):
        assert "190 more notices; `opsbook check` shows them\n" in rendered(name, 200)


def test_it_fails_nobody() -> None:
    assert Report((late(1),), (), 7).worst() is None
