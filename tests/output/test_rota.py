"""What a change does to a rota, in words: for a terminal, a forge and a program; record text stays text."""

from __future__ import annotations

import json
import re

import pytest

from opsbook.book.snapshot import Book
from opsbook.oncall.diff import Diff, diff
from opsbook.output.rota import json as as_json
from opsbook.output.rota import markdown, text

from ..oncall.test_diff import AT, FILES, POLICY, SWAP, WEEKLY, WITHIN, book, cover
from .test_markdown import HOSTILE, Shown


def sides(
    files: dict[str, str | None], before: dict[str, str | None] | None = None
) -> tuple[Diff, Book, Book]:
    then, now = book({**FILES, **(before or {})}), book({**FILES, **(before or {}), **files})
    return diff(then, now, AT, WITHIN), then, now


def test_a_swap_over_zones_says_the_hours_of_each_in_their_own() -> None:
    assert (
        text.render(*sides(SWAP))
        == """\
primary  Europe/Berlin
  Ben loses Sat 5 Dec 09:00 – Sun 6 Dec 09:00 (24 h) to Chi (from Sat 5 Dec
    16:00 Asia/Singapore)
  next handoff, as before: Mon 30 Nov 09:00, Ana to Ben

             hours   nights  weekend hours  holiday hours
  Ana        1,174       49            336             24
  Ben  1,010 → 986  42 → 41      288 → 264              0
  Chi       0 → 24    0 → 1         0 → 24              0

checkout at SEV0, SEV1, SEV2, SEV3  who would be paged
  Chi instead of Ben at once (rotation `primary`): Sat 5 Dec 09:00 – Sun 6 Dec
    09:00 (24 h)

Compared: Mon 23 Nov 10:30 – Mon 22 Feb 2027 10:30 Europe/Berlin, 13 weeks.
Times are of that zone where no other is named.
"""
    )


def test_what_somebody_should_look_at_comes_first() -> None:
    off = {
        "rotations/overrides/off.yaml": cover("2026-11-28T09", "2026-11-29T09", ""),
        "rotations/overrides/ben.yaml": cover("2026-11-30T07", "2026-11-30T09", "ben"),
    }
    assert (
        text.render(*sides(off)).partition("\n\n")[0]
        == """\
To look at
  nobody is on call in primary: Sat 28 Nov 09:00 – Sun 29 Nov 09:00 (24 h)
  Ben is on call in primary and secondary at once: Mon 30 Nov 07:00 – 09:00 (2
    h)
  Ben takes over in primary in 164.5 h, the policy asks for 168 h of notice: Mon
    30 Nov 07:00 – 09:00 (2 h)
  policy money at SEV0, SEV1, SEV2, SEV3: ben is paged twice in a row; Mon 30
    Nov 07:00 – 08:55 (1.9 h)"""
    )


@pytest.mark.parametrize("names", ["text", "markdown"])
def test_stretches_that_change_hands_alike_are_one_sentence(names: str) -> None:
    desk = (
        "timezone: Europe/Berlin\nlayers:\n  - name: office\n"
        '    windows: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00"}]\n'
        "    versions: [{starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}]\n"
    )
    week = cover("2026-11-30T09", "2026-12-04T17", "chi", "ben").replace("primary", "desk")
    found = sides({"rotations/overrides/x.yaml": week}, {"rotations/desk.yaml": desk})
    said = (text if names == "text" else markdown).render(*found)
    said = said.replace("**", "").replace("\\", "").replace("\n    ", " ")
    assert "Ben loses Mon 30 Nov 09:00 – Fri 4 Dec 17:00 (40 h in 5 stretches) to Chi" in said


def test_other_steps_of_a_policy_are_set_side_by_side() -> None:
    more = POLICY + "  - {page: [{person: chi}], escalate_after: 5m}\nrepeat: 1\nfallback: {person: ana}\n"
    found = text.render(*sides({"policies/escalation/money.yaml": more}))
    assert found.startswith("""\
checkout at SEV0, SEV1, SEV2, SEV3  who would be paged
  alerts of """)
    assert (
        """
      before: rotation `primary` at once, rotation `secondary` after 5m
      now: rotation `primary` at once, rotation `secondary` after 5m, person
        `chi` after 15m; 2 times, then person `ana`
"""
        in found
    )


def test_a_fallback_alone_is_paged_at_once_and_nobody_at_all_is_said() -> None:
    off = {"rotations/overrides/off.yaml": cover("2026-12-05T09", "2026-12-06T09", "")}
    policy = "levels: [{page: [{rotation: primary}], escalate_after: 5m}]\nrepeat: 2\n"
    for last, now in (("fallback: {person: chi}\n", "person `chi` at once"), ("", "nobody")):
        found = text.render(*sides(off, {"policies/escalation/money.yaml": policy + last}))
        assert f"      now: {now}\n" in found


def test_nothing_is_one_calm_sentence_in_each_form() -> None:
    said = (
        "Nothing changes for anybody: until 22 Feb 2027 the same people are on call at every "
        "instant, and every alert pages the same people."
    )
    assert text.render(*sides({})).replace("\n", " ") == said + " "
    assert markdown.render(*sides({})) == f"## On call: what this change does\n\n{said}\n"
    assert json.loads(as_json.render(*sides({})))["empty"] is True


def test_a_program_is_told_every_stretch() -> None:
    found = json.loads(as_json.render(*sides(SWAP)))
    alerts = {"from": "2026-12-05T08:00Z", "to": "2026-12-06T08:00Z"}
    assert found["rotations"][0]["moves"] == [{**alerts, "lose": ["ben"], "gain": ["chi"], "stay": []}]
    (paging,) = found["pages"]
    ((change,),) = [paging["changes"]]
    assert change["alerts"] == [alerts]
    assert [[page["people"] for page in change[side]] for side in ("before", "after")] == [
        [["ben"], ["ana"]],
        [["chi"], ["ana"]],
    ]


def test_a_long_list_is_folded_on_a_forge() -> None:
    turned = {"rotations/primary.yaml": WEEKLY.replace("1w", "12h").replace("ben]", "ben, chi]")}
    found = markdown.render(*sides(turned))
    assert "<details><summary>" in found
    assert found.count("<details>") == found.count("</details>")


def hostile() -> tuple[Diff, Book, Book]:
    """A change of a book in which every text is somebody's attack."""
    name = json.dumps(HOSTILE.replace("\x00", ""))
    people = {
        f"rotations/people/{each}.yaml": f"name: {name}\ntimezone: Europe/Berlin\n"
        "absences: [{from: 2026-12-05, to: 2026-12-05}]\n"
        for each in ("ana", "ben", "chi")
    }
    days = {"rotations/holidays/germany.yaml": f"2026-12-05: {name}\n"}
    return sides({**SWAP, **people, **days}, {**people, **days})


def test_record_text_is_only_text_on_a_terminal() -> None:
    said = text.render(*hostile())
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "##[" not in said
    assert not [line for line in said.splitlines() if line.startswith("::")]
    assert "##[" not in as_json.render(*hostile())


def test_record_text_is_only_text_on_a_forge() -> None:
    shown = Shown(markdown.render(*hostile()))
    assert shown.tags <= {"h2", "h3", "p", "ul", "li", "strong", "table", "thead", "tbody", "tr", "th", "td",
                          "style", "code", "details", "summary"}  # fmt: skip
    assert "javascript:x" in shown.text
    for each in shown.outside_code:  # where a forge looks for mentions and numbers of issues
        assert not re.search(r"@\w|#\d", each)
