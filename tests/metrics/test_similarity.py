"""Which incidents are like one: laws that hold for any, reasons a person can check, and 204 pairs judged by
reading them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from opsbook.book.marks import marks_of
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.metrics.similarity import Common, earlier, similar

Known = dict[str, dict[str, str]]

VECTORS = Path(__file__).parents[1] / "vectors" / "similar-incidents.yaml"
WORDS = st.lists(
    st.sampled_from(["pool", "pools", "card", "kiosk", "queue", "disk", "door", "ticket"]), max_size=6
)
NAMES = st.lists(st.sampled_from(["checkout", "doors", "refunds"]), max_size=2)
MARKS = st.builds(
    lambda text, services, alerts: marks_of([" ".join(text)], services, alerts), WORDS, NAMES, NAMES
)
MANY = st.dictionaries(st.sampled_from([f"2026-01-{day:02}-x" for day in range(1, 20)]), MARKS, min_size=2)


@given(MANY)
def test_one_is_as_like_another_as_the_other_is_like_it(known: Known) -> None:
    scores = {(id, found.id): found.score for id in known for found in similar(known, known[id])}
    assert all(scores[other, id] == score for (id, other), score in scores.items())


@given(MANY)
def test_none_is_more_like_an_incident_than_itself(known: Known) -> None:
    for id, own in known.items():
        scores = {found.id: found.score for found in similar(known, own)}
        assert id in scores or not own
        assert all(0 <= score <= scores[id] <= 1 for score in scores.values())


@given(MANY, st.randoms())
def test_the_order_of_incidents_does_not_matter(known: Known, random: object) -> None:
    asked = next(iter(known.values()))
    mixed = list(known.items())
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert similar(dict(mixed), dict(reversed(asked.items()))) == similar(known, asked)


def test_what_they_have_in_common_is_said_with_the_words_of_the_one_that_is_asked_for() -> None:
    known = {
        "2026-01-01-a": marks_of(["The pool had no connection left"], ["checkout"], ["CheckoutErrorRate"]),
        "2026-01-02-b": marks_of(["Tickets are late"], ["checkout"], []),
        "2026-01-03-c": marks_of(["Doors stay shut"], ["doors"], []),
    }
    asked = marks_of(["Pools ran out of connections"], ["checkout"], ["CheckoutErrorRate"])
    found = similar(known, asked)
    assert [each.id for each in found] == ["2026-01-01-a", "2026-01-02-b"]
    assert found[0].common == Common(("CheckoutErrorRate",), (), ("checkout",), ("connections", "pools"))
    assert str(found[0].common) == "alert CheckoutErrorRate, service checkout, words connections, pools"
    assert str(found[1].common) == "service checkout"


def test_an_alert_in_common_says_more_than_a_service_and_a_rare_word_more_than_a_frequent_one() -> None:
    known = {
        "2026-01-01-alert": marks_of([], [], ["DiskFull"]),
        "2026-01-02-service": marks_of([], ["orders"], []),
        "2026-01-03-rare": marks_of(["bouncer"], [], []),
        "2026-01-04-often": marks_of(["slow"], [], []),
        "2026-01-05-often": marks_of(["slow"], [], []),
    }
    found = similar(known, marks_of(["slow bouncer"], ["orders"], ["DiskFull"]))
    assert found[0].id == "2026-01-01-alert"
    assert [each.id for each in found[-2:]] == ["2026-01-05-often", "2026-01-04-often"]


def test_a_word_alone_is_chance_where_many_share_it() -> None:
    known = {
        f"2026-01-{day:02}-x": marks_of(["slow pages", f"number{day} reason{day}"], [], [])
        for day in range(1, 29)
    }
    found = similar(known, marks_of(["slow pages because of a flood"], [], []))
    assert found
    assert not any(each.worth_reading for each in found)


RECORD = """\
title: {title}
services: [{service}]
timeline:
  - {{at: {day}T09:00Z, milestone: declared, text: Declared}}
"""


def book(**records: str) -> Book:
    return Book(Memory({"opsbook.toml": "", **records}))


def placed(id: str, title: str, service: str, more: str = "") -> dict[str, str]:
    text = RECORD.format(title=title, service=service, day=id[:10]) + more
    return {f"incidents/2026/{id}/incident.yaml": text}


ITEM = "action_items:\n  canary: {title: Add a canary, status: open}\n"


def test_earlier_ones_with_work_left_come_first_and_those_that_count_nowhere_never() -> None:
    the_book = book(
        **placed("2026-02-01-a", "Cards are declined at the kiosk", "cards"),
        **placed("2026-02-02-b", "Cards are slow", "cards", ITEM),
        **placed("2026-02-03-drill", "Cards are declined at the kiosk", "cards", "kind: drill\n"),
        **placed("2026-03-01-x", "Cards are declined at the kiosk again", "cards"),
        **placed("2026-03-01-y", "Cards are declined at the kiosk everywhere", "cards"),
        **placed("2026-04-01-later", "Cards are declined at the kiosk", "cards"),
    )
    document = the_book.find("incident", "2026-03-01-x")
    assert document is not None
    found = earlier(the_book, document)
    assert [(each.incident.id, each.unfinished) for each in found] == [
        ("2026-02-02-b", ("canary",)),
        ("2026-03-01-y", ()),
        ("2026-02-01-a", ()),
    ]
    assert [each.incident.id for each in earlier(the_book, document, 1)] == ["2026-03-01-y"]


def test_a_book_without_any_other_incident_has_none_that_is_alike() -> None:
    the_book = book(**placed("2026-02-01-a", "Cards are declined", "cards"))
    document = the_book.find("incident", "2026-02-01-a")
    assert document is not None
    assert earlier(the_book, document) == []


# ── pairs judged by reading ───────────────────────────────────────────────────────────────


def github(corpora: Path) -> Known:
    """The marks of the incidents of githubstatus.com, by the end of their address, in order of time."""
    found = []
    path = corpora / "incident-records/mrshu__github-statuses/parsed/incidents.jsonl"
    for line in path.read_text().splitlines():
        said = json.loads(line)
        texts = [post["message"] for post in said["updates"] if post["status"] in ("Identified", "Resolved")]
        if said["impact"] != "maintenance":
            own = marks_of([said["title"], *texts], said.get("components") or (), ())
            found.append((said["started_at"], said["url"].rpartition("/")[2], own))
    return {id: own for _, id, own in sorted(found, key=lambda each: each[:2])}


def pages(corpora: Path, source: str, name: str) -> Known:
    """The marks of a collection of post-mortems: their titles and how they begin, under one service."""
    found = {}
    for path in sorted((corpora / "postmortems" / source).rglob("*")):
        match = re.match(name, path.name)
        if match and path.is_file():
            text = re.sub(r"https?://\S+", "", path.read_text(errors="replace"))
            summary = re.search(
                r"^#+ *summary.*?\n(.{40,}?)(?=^#)", text, re.DOTALL | re.MULTILINE | re.IGNORECASE
            )
            begins = summary[1] if summary else text.removeprefix("---").partition("\n---\n")[2] or text
            title = re.search(r"^(?:title: *|# +)(.+)", text, re.MULTILINE)
            found[match[0]] = marks_of([title[1] if title else "", begins[:900]], [source], [])
    return found


def recall(
    rank: Callable[[Known, str], Iterable[str]],
    known: Known,
    pairs: dict[str, list[str]],
) -> int:
    """How many of the pairs are among the five that come first."""
    hits = 0
    for id, wanted in pairs.items():
        before = dict(list(known.items())[: list(known).index(id)])
        hits += len({*list(rank(before | {id: known[id]}, id))[:5]} & {*wanted})
    return hits


def by_likeness(known: Known, id: str) -> list[str]:
    before = {other: own for other, own in known.items() if other != id}
    return [each.id for each in similar(before, known[id])]


def worth_reading(known: Known, id: str) -> list[str]:
    before = {other: own for other, own in known.items() if other != id}
    return [each.id for each in similar(before, known[id])[:5] if each.worth_reading]


def newest_of_the_service(known: Known, id: str) -> list[str]:
    services = {mark for mark in known[id] if mark.startswith("s:")}
    before = [other for other in reversed(known) if other != id]
    return [other for other in before if services & known[other].keys() or not services]


@pytest.fixture(scope="module")
def judged(corpora: Path) -> dict[str, tuple[Known, dict[str, list[str]]]]:
    dated = r"\d{4}-\d\d-\d\d[^.]*"
    known = {
        "github": github(corpora),
        "dfds": pages(corpora, "dfds__postmortems", r"PM\d{4}-\d{3}"),
        "moj": pages(corpora, "moj__cloud-platform", dated),
        "mybinder": pages(corpora, "jupyterhub__mybinder.org-deploy", dated),
    }
    pairs = yaml.safe_load(VECTORS.read_text())
    return {
        name: (known[name], {f"{id}": [f"{each}" for each in wanted] for id, wanted in pairs[name].items()})
        for name in pairs
    }


def test_likeness_finds_far_more_of_what_is_worth_reading_than_the_newest_of_the_service(
    judged: dict[str, tuple[Known, dict[str, list[str]]]],
) -> None:
    newest, found, pairs, worth = 0, 0, 0, 0
    for known, wanted in judged.values():
        worth += recall(worth_reading, known, wanted)
        newest += recall(newest_of_the_service, known, wanted)
        found += recall(by_likeness, known, wanted)
        pairs += sum(map(len, wanted.values()))
    assert (newest, found, worth, pairs) == (57, 141, 130, 204)
