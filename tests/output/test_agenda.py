"""What is due, in each format: short, and with nothing in it that a reader or a machine obeys."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from markdown_it import MarkdownIt

from opsbook.metrics.agenda import Chosen, Item
from opsbook.model.time import instant, midnight
from opsbook.output.agenda import github, ical, markdown, text
from opsbook.output.agenda import json as plain

AT = instant("2026-11-23T09:30Z")
BERLIN = ZoneInfo("Europe/Berlin")
PATH = "incidents/2026/2026-11-21-queue/incident.yaml"
HOSTILE = (
    "]]> ${{ x }} ::set-output name=a::b\r::error::x\r\n##[error]y \x1b[31m\u202e\nBEGIN:VEVENT\n# head\n"
    "- [x] a\x00| ` <script>alert(1)</script> <!-- x --> @octocat #12 [a](javascript:x) \\, ; "
    "![i](https://evil.example/i)"
)


def item(due: date | datetime, **more: Any) -> Item:
    over = due if isinstance(due, datetime) else midnight(due + timedelta(days=1), BERLIN)
    made = Item(
        "action-item", "The clocks page", "2026-11-21-queue/clocks", "Fans wait twice", PATH, 2,
        ("fay",), (), "platform", (), due, over, AT - over,
    )  # fmt: skip
    return made._replace(**more)


def chosen(*items: Item, about: str = "", later: tuple[Item, ...] = ()) -> Chosen:
    return Chosen(AT, BERLIN, about, date(2026, 11, 30), items, later)


SOON = item(date(2026, 11, 27))
LATE = item(
    datetime(2026, 11, 22, 4, 30, tzinfo=UTC),
    what="draft",
    text="Draft the post-mortem",
    owners=("ben", "ana"),
)
NOBODY = item(date(2026, 11, 10), owners=(), gone=("eva",))
REVIEW = item(date(2028, 1, 3))


def test_nothing_is_one_line() -> None:
    assert text.render(chosen()) == "nothing is due by Mon 30 Nov\n"
    assert text.render(chosen(about="payments")) == "nothing is due for payments by Mon 30 Nov\n"
    assert (
        text.render(chosen(later=(REVIEW,))) == "nothing is due by Mon 30 Nov; one later, on Mon 3 Jan 2028\n"
    )
    assert markdown.render(chosen(later=(SOON, REVIEW))) == (
        "Nothing is due by Mon 30 Nov; 2 later, the next on Fri 27 Nov.\n"
    )


def test_what_is_late_comes_first_and_what_is_later_is_a_line() -> None:
    assert text.render(chosen(NOBODY, LATE, SOON, later=(REVIEW,))) == (
        "2 late, 1 due by Mon 30 Nov\n"
        "\n"
        "  13 days late  The clocks page\n"
        "                nobody, since eva is gone (platform)  2026-11-21-queue/clocks\n"
        "  29 h late     Draft the post-mortem\n"
        "                ben and ana (platform)  2026-11-21-queue/clocks\n"
        "\n"
        "  Fri 27 Nov    The clocks page\n"
        "                fay (platform)  2026-11-21-queue/clocks\n"
        "\n"
        "one later, on Mon 3 Jan 2028\n"
    )


@pytest.mark.parametrize(
    ("due", "said"),
    [
        (AT - timedelta(minutes=7), "7 min late"),
        (AT - timedelta(hours=47), "47 h late"),
        (AT - timedelta(hours=49), "2 days late"),
        (date(2026, 11, 22), "1 day late"),
        (AT + timedelta(minutes=20), "today 10:50"),
        (date(2026, 11, 23), "today"),
        (date(2026, 11, 24), "tomorrow"),
        (date(2027, 11, 24), "Wed 24 Nov 2027"),
    ],
)
def test_when_is_said_as_people_say_it(due: date | datetime, said: str) -> None:
    assert f"  {said}" in text.render(chosen(item(due)))


def test_a_suppression_is_named_by_where_it_stands() -> None:
    ends = item(date(2026, 11, 24), what="suppression", text="Decide again about ACT002: May")
    assert f"{PATH}:2" in text.render(chosen(ends))


def test_a_long_list_is_cut_and_counted_unless_all_of_it_is_asked_for() -> None:
    many = chosen(*[LATE] * 60, *[SOON] * 41)
    lines = text.render(many).splitlines()
    assert sum("Draft" in line for line in lines) == 40
    assert "  and 20 more; `--all` shows them" in lines
    assert sum("The clocks page" in line for line in lines) == 41, "one more is no longer than to say so"
    assert text.render(many._replace(most=101)).count("Draft") == 60


def test_no_line_is_wider_than_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    long = item(
        date(2026, 11, 27), text="Restoring places is one tested command " * 40, record="i/" + "x" * 40
    )
    lines = text.render(chosen(long, LATE)).splitlines()
    assert max(map(len, lines)) <= 80
    assert sum("Restoring" in line for line in lines) < 8


def test_a_terminal_shows_hostile_words_and_obeys_none() -> None:
    printed = text.render(chosen(item(date(2026, 11, 27), text=HOSTILE, owners=(HOSTILE,), record=HOSTILE)))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e]", printed)
    assert "##[" not in printed
    assert not any(line.lstrip().startswith("::") for line in printed.splitlines())


def test_markdown_is_a_list_with_places_and_can_be_ticked_off() -> None:
    page = markdown.render(chosen(LATE, SOON, about="platform"))
    assert page == (
        "## Due for platform: 1 late\n\n### Late\n\n"
        f"- **29 h late** Draft the post\\-mortem: Fans wait twice · ben and ana (platform) · `{PATH}:2`\n\n"
        "### Due by Mon 30 Nov\n\n"
        f"- **Fri 27 Nov** The clocks page · fay (platform) · `{PATH}:2`\n"
    ).replace("\\-", "-")
    ticked = markdown.written(chosen(LATE, SOON), tasks=True)
    assert [line[:6] for line in ticked.splitlines() if line.startswith("- ")] == ["- [ ] "] * 2


def test_markdown_makes_nothing_of_hostile_words() -> None:
    bad = item(date(2026, 11, 27), text=HOSTILE, owners=(HOSTILE,), gone=(HOSTILE,), team=HOSTILE)
    page = markdown.render(chosen(bad, item(date(2026, 1, 1), what="draft", title=HOSTILE), about=HOSTILE))
    html = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(page)
    assert set(re.findall(r"<(\w+)", html)) == {"h2", "h3", "ul", "li", "strong", "code"}
    assert page.count("\n- ") == 2
    assert not re.search(r"(?<!\\)@octocat|(?<!\\)#12|https://", re.sub("`[^`]*`", "", page))


def test_markdown_stops_where_an_issue_has_no_more_room() -> None:
    many = [item(date(2026, 11, 27), text="x" * 190, record=f"r{number}") for number in range(600)]
    page = markdown.render(chosen(*many))
    assert len(page.encode()) < 65_000
    assert re.search(r"- and \d+ more items; `opsbook due` shows them\n$", page)


def test_json_holds_every_field_with_instants_and_days_as_they_are_written() -> None:
    found = json.loads(plain.render(chosen(LATE, SOON, later=(REVIEW,))))
    assert {key: found[key] for key in ("version", "at", "timezone", "for", "by", "late", "later")} == {
        "version": 1, "at": "2026-11-23T09:30Z", "timezone": "Europe/Berlin", "for": None, "by": "2026-11-30",
        "late": 1, "later": 1,
    }  # fmt: skip
    assert found["items"][0] == {
        "what": "draft", "text": "Draft the post-mortem", "record": "2026-11-21-queue/clocks",
        "title": "Fans wait twice", "owners": ["ben", "ana"], "gone": [], "team": "platform", "told": [],
        "due": "2026-11-22T04:30Z", "over": "2026-11-22T04:30Z", "overdue": True, "late": 1740,
        "path": PATH, "line": 2,
    }  # fmt: skip
    assert found["items"][1]["due"] == "2026-11-27"
    assert found["items"][1]["over"] == "2026-11-27T23:00Z"


def test_annotations_warn_of_what_is_late_and_note_the_rest_ten_of_each() -> None:
    printed = github.render(chosen(*[LATE] * 12, SOON)).splitlines()
    commands = [line for line in printed if line.startswith("::")]
    assert [line.partition(" ")[0] for line in commands] == ["::warning"] * 10 + ["::notice"]
    assert commands[0] == (
        f"::warning file={PATH},line=2,title=29 h late::"
        "Draft the post-mortem: Fans wait twice%0Aben and ana (platform)"
    )


def test_a_runner_obeys_no_hostile_words() -> None:
    bad = item(date(2026, 11, 27), text=HOSTILE, owners=(HOSTILE,), record=HOSTILE)
    printed = github.render(chosen(bad))
    orders = [line for line in re.split(r"\r\n|\r|\n", printed) if line.lstrip().startswith("::")]
    assert len(orders) == 1
    assert "##[" not in printed


def events(found: Chosen) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(ical.render(found)).walk("VEVENT"))


def test_a_calendar_has_a_day_or_an_instant_for_each_and_an_identity_that_stays() -> None:
    late, soon = events(chosen(LATE, SOON))
    assert (late.decoded("dtstart"), soon.decoded("dtstart")) == (LATE.due, SOON.due)
    assert str(soon["summary"]) == "The clocks page"
    moved = item(date(2026, 12, 24), text="Every clock pages")
    assert [each["uid"] for each in events(chosen(moved))] == [soon["uid"]]
    assert late["uid"] != soon["uid"]


def test_a_calendar_reads_back_hostile_words_and_no_second_event() -> None:
    (only,) = events(chosen(item(date(2026, 11, 27), text=HOSTILE, owners=(HOSTILE,), title=HOSTILE)))
    assert "\\u202e BEGIN:VEVENT" in str(only["summary"])
