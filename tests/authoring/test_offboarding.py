"""Who leaves has nothing ahead of their last day, somebody else has it, and history stays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.authoring.rotas import book_of, books, on

from opsbook.authoring.current_blocks import with_blocks
from opsbook.authoring.offboarding import Offboarding, offboard
from opsbook.book.snapshot import Book
from opsbook.errors import UserError
from opsbook.model.time import Interval
from opsbook.oncall.impact import mentions

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
PRIMARY = """\
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-11-02 09:00, every: 1w, members: [ben, chi, dan, ana]}
"""  # ana from 23 November, ben from the 30th, then chi, dan


def left(book: Book, person: str, other: str, last: str, at: datetime = NOW) -> Offboarding:
    who, successor = book.find("person", person), book.find("person", other)
    assert who
    assert successor
    return offboard(book, who, successor, date.fromisoformat(last), at)


def texts(done: Offboarding) -> dict[str, str]:
    return {source.path: text for source, text in done.change.texts()}


def added(texts: dict[str, str], path: str, before: str) -> list[str]:
    assert texts[path].startswith(before)
    return texts[path].removeprefix(before).splitlines()


# ── rotations ─────────────────────────────────────────────────────────────────────────────


def test_somebody_new_has_the_place_from_the_turn_on_in_which_the_last_day_is() -> None:
    found = texts(left(book_of({"rotations/primary.yaml": PRIMARY}), "ana", "eva", "2026-12-10"))
    assert added(found, "rotations/primary.yaml", PRIMARY) == [
        "      - {starts: 2026-12-07 09:00, every: 1w, members: [chi, dan, eva, ben]}",
    ]
    assert found["rotations/people/ana.yaml"] == "name: Ana\ntimezone: Europe/Berlin\nuntil: 2026-12-10\n"


def test_who_takes_turns_already_gets_no_second_place() -> None:
    found = texts(left(book_of({"rotations/primary.yaml": PRIMARY}), "ana", "dan", "2026-12-10"))
    assert added(found, "rotations/primary.yaml", PRIMARY) == [
        "      - {starts: 2026-12-07 09:00, every: 1w, members: [chi, dan, ben]}",
    ]


def test_a_turn_that_the_last_day_cuts_goes_on_with_the_other_and_handoffs_stay() -> None:
    found = texts(left(book_of({"rotations/primary.yaml": PRIMARY}), "chi", "dan", "2026-12-10"))
    assert added(found, "rotations/primary.yaml", PRIMARY) == [
        "      - {starts: 2026-12-10 09:00, every: 1w, members: [dan, ana, ben]}",
        "      - {starts: 2026-12-14 09:00, every: 1w, members: [dan, ana, ben]}",
    ]


def test_the_last_day_ends_where_the_person_lives() -> None:
    book = book_of({"rotations/primary.yaml": PRIMARY}, zone="Pacific/Honolulu")
    found = texts(left(book, "chi", "eva", "2026-12-10"))
    assert added(found, "rotations/primary.yaml", PRIMARY)[0] == (
        "      - {starts: 2026-12-11 09:00, every: 1w, members: [eva, dan, ana, ben]}"
    )


def test_a_window_that_is_open_when_they_leave_is_the_others_from_its_beginning() -> None:
    nights = (
        '    windows: [{days: [mon, tue, wed, thu, fri, sat, sun], from: "22:00", to: "06:00"}]\n    versions'
    )
    text = PRIMARY.replace("    versions", nights)
    found = texts(left(book_of({"rotations/primary.yaml": text}), "chi", "eva", "2026-12-10"))
    assert added(found, "rotations/primary.yaml", text)[0] == (
        "      - {starts: 2026-12-10 22:00, every: 1w, members: [eva, dan, ana, ben]}"
    )
    text = PRIMARY.replace("    versions", nights.replace("22:00", "00:00"))
    found = texts(left(book_of({"rotations/primary.yaml": text}), "chi", "eva", "2026-12-10"))
    assert added(found, "rotations/primary.yaml", text)[0] == (
        "      - {starts: 2026-12-11 00:00, every: 1w, members: [eva, dan, ana, ben]}"
    )


def test_a_last_day_that_is_over_changes_what_lies_ahead_from_now_on() -> None:
    found = texts(left(book_of({"rotations/primary.yaml": PRIMARY}), "ana", "eva", "2026-11-20"))
    assert added(found, "rotations/primary.yaml", PRIMARY) == [
        "      - {starts: 2026-11-23 10:30, every: 1w, members: [eva, ben, chi, dan]}",
        "      - {starts: 2026-11-30 09:00, every: 1w, members: [ben, chi, dan, eva]}",
    ]
    assert "until: 2026-11-20" in found["rotations/people/ana.yaml"]


def test_versions_ahead_change_and_versions_that_are_over_do_not() -> None:
    over = PRIMARY.replace(
        "    versions:\n", "    versions:\n      - {starts: 2026-01-05 09:00, every: 1w, members: [ana]}\n"
    )
    later = "      - {starts: 2027-03-01 09:00, every: 1w, members: [ana, ben]}  # spring\n"
    found = texts(left(book_of({"rotations/primary.yaml": over + later}), "ana", "eva", "2026-12-10"))
    assert found["rotations/primary.yaml"] == over + (
        "      - {starts: 2026-12-07 09:00, every: 1w, members: [chi, dan, eva, ben]}\n"
        "      - {starts: 2027-03-01 09:00, every: 1w, members: [eva, ben]}  # spring\n"
    )


# ── overrides ─────────────────────────────────────────────────────────────────────────────

COVERS = """\
rotation: primary
reason: a swap
covers:
  - {from: 2026-11-02T09:00+01:00, to: 2026-11-09T09:00+01:00, on: [ana], instead_of: [ben]}
  - {from: 2026-12-07T09:00+01:00, to: 2026-12-14T09:00+01:00, on: [ana], instead_of: [chi]}
  - {from: 2026-12-21T09:00+01:00, to: 2026-12-28T09:00+01:00, on: [ben], instead_of: [ana]}
"""


def covers(other: str) -> list[str]:
    records = {"rotations/primary.yaml": PRIMARY, "rotations/overrides/swap.yaml": COVERS}
    return texts(left(book_of(records), "ana", other, "2026-12-10"))[
        "rotations/overrides/swap.yaml"
    ].splitlines()


def test_an_override_that_the_last_day_cuts_goes_on_with_the_other() -> None:
    assert covers("eva")[3:6] == [
        *COVERS.splitlines()[3:4],
        "  - {from: 2026-12-07T09:00+01:00, to: 2026-12-10T09:00+01:00, on: [ana], instead_of: [chi]}",
        "  - {from: 2026-12-10T09:00+01:00, to: 2026-12-14T09:00+01:00, on: [eva], instead_of: [chi]}",
    ]


def test_who_would_have_been_relieved_has_their_place_relieved() -> None:
    assert covers("eva")[6:] == [
        "  - {from: 2026-12-21T09:00+01:00, to: 2026-12-28T09:00+01:00, on: [ben], instead_of: [eva]}",
    ]


def test_an_override_with_another_over_it_on_the_last_day_is_left_to_people() -> None:
    over = "rotation: primary\nreason: x\ncovers:\n"
    over += "  - {from: 2026-12-10T09:00+01:00, to: 2026-12-12T09:00+01:00, on: [ben], instead_of: [ana]}\n"
    records = {"rotations/primary.yaml": PRIMARY, "rotations/overrides/swap.yaml": COVERS}
    done = left(book_of(records | {"rotations/overrides/over.yaml": over}), "ana", "eva", "2026-12-10")
    assert [str(mention.location) for mention in done.left] == ["rotations/overrides/swap.yaml:5:5"]


def test_where_the_place_is_gone_nobody_needs_relief() -> None:
    assert len(covers("dan")) == 6


def test_an_override_of_a_rotation_that_is_not_there_is_left_to_people() -> None:
    done = left(book_of({"rotations/overrides/swap.yaml": COVERS}), "ana", "eva", "2026-12-10")
    assert [str(mention.location) for mention in done.left] == [
        "rotations/overrides/swap.yaml:5:5",
        "rotations/overrides/swap.yaml:6:5",
    ]


# ── what knows no dates ───────────────────────────────────────────────────────────────────

POLICY = """\
levels:
  - {page: [{rotation: primary}, {person: ana}], escalate_after: 5m}   # both
  - {page: [{person: ana}, {person: eva}], escalate_after: 5m}
fallback: {person: ana}
tests:
  - {at: 2026-03-04T03:00+01:00, pages: {0m: {person: ana}}}
"""
INCIDENT = """\
title: Down
severity: SEV1
roles: {incident-commander: ana}
timeline:
  - {at: 2026-11-20T09:00Z, milestone: declared, by: ana, roles: {incident-commander: ana}, text: "Declared"}
action_items:
  done:
    title: Did it
    owner: ana
    status: done
    done_on: 2026-11-21
  open:
    title: Do it
    owner: ana       # since Monday
"""
OTHERS = {
    "policies/escalation/p.yaml": POLICY,
    "rotations/teams/t.yaml": "name: T\nmembers: [ben, ana]\nlead: ana\n",
    "rotations/teams/u.yaml": "name: U\nmembers:\n  - eva\n  - ana   # lead of nothing\n",
    "incidents/2026/2026-11-20-down/incident.yaml": INCIDENT,
    "incidents/2026/2026-11-20-down/postmortem.md": "---\nstatus: draft\nauthors: [ana]\n---\n# Down\n",
    "runbooks/a.md": "---\nowner: ana\n---\n# A\n",
    "runbooks/b.md": "---\nowner: anabel\n---\n# About ana\n",
}


def test_policies_teams_work_and_runbooks_are_the_others() -> None:
    done = left(book_of({"rotations/primary.yaml": PRIMARY, **OTHERS}), "ana", "eva", "2026-12-10")
    found = texts(done)
    assert found["policies/escalation/p.yaml"] == (
        POLICY.replace("[{person: ana}, {person: eva}]", "[{person: eva}]").replace("ana", "eva")
    )
    assert found["rotations/teams/t.yaml"] == "name: T\nmembers: [ben, eva]\nlead: eva\n"
    assert found["rotations/teams/u.yaml"] == "name: U\nmembers:\n  - eva\n"
    assert found["incidents/2026/2026-11-20-down/incident.yaml"] == INCIDENT.replace(
        "owner: ana       # since", "owner: eva       # since"
    )
    assert found["runbooks/a.md"] == "---\nowner: eva\n---\n# A\n"
    assert "runbooks/b.md" not in found


def test_the_page_of_an_incident_says_who_does_the_work_now() -> None:
    block = (
        "<!-- opsbook:action-items -->\n\n| Action item | Owner | Due | Status |\n| --- | --- | --- | --- |\n"
    )
    block += "| Did it | ana | — | done on 2026-11-21 |\n| Do it | ana | — | open |\n\n<!-- /opsbook -->\n"
    page = f"---\nstatus: published\n---\n# Down\n\n## Action items\n\n{block}"
    books = OTHERS | {"incidents/2026/2026-11-20-down/postmortem.md": page}
    book = book_of(books)
    done = left(book, "ana", "eva", "2026-12-10").change
    saved = done._replace(edits=tuple(with_blocks(book, done.edits)))  # as every command saves
    found = {source.path: text for source, text in saved.texts()}
    assert found["incidents/2026/2026-11-20-down/postmortem.md"] == page.replace("Do it | ana", "Do it | eva")


def test_roles_in_an_open_incident_and_drafts_are_named_and_left_to_people() -> None:
    done = left(book_of(OTHERS), "ana", "eva", "2026-12-10")
    assert [(mention.sort, mention.said) for mention in done.left] == [
        ("role", "incident-commander, investigating"),
        ("post-mortem", "author, draft"),
    ]


def test_afterwards_nothing_names_them_but_what_is_left_to_people() -> None:
    book = book_of({"rotations/primary.yaml": PRIMARY, "rotations/overrides/swap.yaml": COVERS, **OTHERS})
    done = left(book, "ana", "eva", "2026-12-10")
    later = datetime(2026, 12, 11, tzinfo=UTC)
    assert {each.sort for each in mentions(book.with_texts(texts(done)), "ana", later)} == {
        "role",
        "post-mortem",
    }


def test_doing_it_again_changes_nothing() -> None:
    book = book_of({"rotations/primary.yaml": PRIMARY, **OTHERS})
    after = book.with_texts(texts(left(book, "ana", "eva", "2026-12-10")))
    assert texts(left(after, "ana", "eva", "2026-12-10")) == {}


# ── refusals ──────────────────────────────────────────────────────────────────────────────


def test_nobody_takes_over_from_themselves_or_after_they_have_left() -> None:
    book = book_of({"rotations/primary.yaml": PRIMARY}, also={"eva": "until: 2026-12-10\n"})
    with pytest.raises(UserError, match="`ana` cannot take over from `ana`"):
        left(book, "ana", "ana", "2026-12-10")
    with pytest.raises(UserError, match="`eva` is there until 2026-12-10"):
        left(book, "ana", "eva", "2026-12-10")


# ── laws ──────────────────────────────────────────────────────────────────────────────────


@given(books(), st.integers(-3, 40), st.sampled_from(["eva", "ben"]))
def test_after_the_last_day_they_have_no_shift_and_before_it_everybody_has_what_they_had(
    made: tuple[Book, datetime], days: int, other: str
) -> None:
    book, at = made
    person = book.find("person", "ana")
    assert person
    last = at.astimezone(person.content.timezone).date() + timedelta(days=days)
    done = left(book, "ana", other, last.isoformat(), at)
    after = book.with_texts(texts(done))
    assert all(after.read(path).readable for path in texts(done))
    if any(mention.sort == "override" for mention in done.left):
        return
    since = done.leaving.since
    for rotation in ("primary", "secondary"):
        ahead = on(after, rotation, Interval(since, since + timedelta(days=120)))
        assert all("ana" not in them for _, them in ahead)
        before = Interval(at - timedelta(days=70), max(at, since - timedelta(hours=25)))
        assert on(after, rotation, before) == on(book, rotation, before)
