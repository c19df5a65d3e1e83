"""The fast reading says yes only where the reading with places says the same."""

from __future__ import annotations

import os
import random

import pytest

from opsbook.book import quick, yaml
from opsbook.book.kinds import kind
from opsbook.book.validate import complaints

INCIDENT = """\
# a comment
title: Checkout answers 502 for one request in three
severity: SEV1
services: [checkout, payments-api]
roles: {incident-commander: ben, subject-matter-expert: [chi]}
summary: It's the pool; 50 % of it "vanished" & nobody saw. Why?
impact: {users_affected: 12000, description: Orders failed at the payment step}
contributing_factors: [configuration-change, no-canary]
links: {chat: "https://chat.example.com/x", war_room: "https://meet.example.com/checkout"}
timeline:
  - {at: 2026-03-02T09:02Z, milestone: started, approximate: true, text: "Change 4812, then: less"}
  - {at: 2026-03-02T09:07Z, page: {person: ana, outcome: acted}, text: "Primary paged"}
  - at: 2026-03-02T09:14Z
    milestone: declared
    text: Declared
action_items:
  pool-size-check:
    title: Check the pool size before a change is promoted
    owner: chi
    due: 2026-03-16
"""
PERSON = """\
name: Ben Hartmann
timezone: Europe/Berlin
accounts: {github: ben-example, chat: ben}
absences:
  - {from: 2026-07-21, to: 2026-07-31, reason: Holiday}
"""
ROUNDS = 60_000 if os.environ.get("OPSBOOK_FUZZ") else 3_000
LETTERS = "{}[],:\"' -#\nab123?~.+exo_éNtrue@`|>&*!%\\\t"


def mutated(text: str, chance: random.Random) -> str:
    """The text with one or two slips of the keyboard."""
    for _ in range(chance.randint(1, 2)):
        at, slip = chance.randrange(len(text) + 1), chance.random()
        if slip < 0.35:
            text = text[:at] + chance.choice(LETTERS) + text[at:]
        elif slip < 0.6:
            text = text[:at] + text[at + 1 :]
        elif slip < 0.8:
            text = text[:at] + chance.choice(LETTERS) + text[at + 1 :]
        else:
            lines = text.split("\n")
            line = chance.randrange(len(lines))
            lines[line] = " " * chance.randint(0, 4) + lines[line].strip() if slip < 0.9 else ""
            text = "\n".join(lines)
    return text


@pytest.mark.skipif(quick.loads is None, reason="yaml-rs has no wheel here")
@pytest.mark.parametrize(("name", "text"), [("incident", INCIDENT), ("person", PERSON)])
def test_whatever_it_accepts_and_validates_the_other_reading_accepts_with_equal_content(
    name: str, text: str
) -> None:
    chance = random.Random(7)
    adapter = kind(name).adapter
    accepted = 0
    for _ in range(ROUNDS):
        slipped = mutated(text, chance)
        data = quick.data(slipped)
        if data is None:
            continue
        content, wrong = complaints(adapter, data)
        if wrong:
            continue
        accepted += 1
        reading = yaml.read(slipped)
        assert reading.problems == (), slipped
        assert complaints(adapter, reading.data) == (content, []), slipped
    assert accepted > ROUNDS / 10


NUMBERS = (
    "0x1F",
    "0o17",
    "0b101",
    "1e3",
    "1.5",
    "-.inf",
    ".nan",
    "null",
    "~",
    "12:30",
    "1_000",
    "2026-03-02",
)
NUMBERS += ("9" * 39, "9" * 41, "0x" + "f" * 50, "1e+400", "+1", "-0", "007", ".5", "5.", "0X1f", "-0o7")
DIGITS = "0123456789abefoxXOBE+-._~nulNFtry,# "


def slipped_number(chance: random.Random) -> str:
    """A number, or what looks like one."""
    text = chance.choice(NUMBERS)
    for _ in range(chance.choice([0, 1, 2])):
        at = chance.randrange(len(text) + 1)
        text = text[:at] + chance.choice(DIGITS) + text[at + chance.randint(0, 1) :]
    return text


@pytest.mark.skipif(quick.loads is None, reason="yaml-rs has no wheel here")
def test_what_looks_like_a_number_is_the_same_in_both_readings() -> None:
    chance = random.Random(7)
    for _ in range(ROUNDS):
        text = f"a: {slipped_number(chance)}\n"
        data = quick.data(text)
        if data is not None:
            reading = yaml.read(text)
            assert reading.problems == (), text
            assert repr(reading.data) == repr(data), text  # which tells 1 from 1.0, and NaN from none


@pytest.mark.parametrize(
    "text",
    ["a: 0b101", "a: -0x1F", "a: 0O17", "a: 5._", "a: .Nan", f"a: {'9' * 41}", "a: [0X1]"],
)
def test_a_number_of_another_yaml_is_read_exactly(text: str) -> None:
    assert quick.data(text) is None


@pytest.mark.parametrize(
    "text",
    ["a: _3", "a: 1_000", "- a", "a: &b c", "a: !t b", r'a: "\x41"', "x-a: 1", "a: :b", "{a:, b}", ""],
)
def test_it_says_nothing_where_there_is_doubt(text: str) -> None:
    assert quick.data(text) is None
