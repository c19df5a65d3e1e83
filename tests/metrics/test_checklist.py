"""What a book must show for each of the sixteen, and what people may vouch for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

import pytest

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.metrics.checklist import STAGES, Item, checklist, next_step
from opsbook.model.attestation import Attested
from opsbook.output.checklist import data, markdown, text
from opsbook.output.frames import Paint

AT = datetime(2026, 6, 15, 10, tzinfo=UTC)


def items(files: dict[str, str], at: datetime = AT) -> dict[str, Item]:
    return {each.name: each for each in checklist(Book(Memory({"opsbook.toml": "", **files})), at)}


def test_an_empty_book_has_none_and_begins_with_severities() -> None:
    found = list(checklist(Book(Memory({})), AT))
    assert len(found) == 16
    assert not any(each.done for each in found)
    assert {stage: sum(each.stage == stage for each in found) for stage in STAGES} == dict.fromkeys(STAGES, 4)
    first = next_step(found)
    assert first is not None
    assert first.name == "severities-defined"


def test_each_item_may_be_vouched_for_and_then_nothing_is_next() -> None:
    names = [name for name in get_args(Attested) if name != "alert-audit"]
    lines = "".join(f"  - {{what: {name}, day: 2026-06-01, by: ana}}\n" for name in names)
    found = list(items({"policies/attestations.yaml": f"attestations:\n{lines}"}).values())
    assert [each.name for each in found] == names
    assert {each.by for each in found} == {"ana"}
    assert next_step(found) is None


def test_what_ended_is_vouched_for_no_longer_and_a_newer_word_counts() -> None:
    said = "attestations:\n  - {what: team-trained, day: 2026-01-01, by: ana, until: 2026-06-14}\n"
    old = items({"policies/attestations.yaml": said})["team-trained"]
    assert (old.done, old.said) == (False, "nobody is on call; ana vouched for it until 2026-06-14")
    new = said + "  - {what: team-trained, day: 2026-06-15, by: ben, note: All eight}\n"
    again = items({"policies/attestations.yaml": new})["team-trained"]
    assert (again.done, again.said) == (True, "ben vouches for it until 2027-06-15: All eight")
    later = said + "  - {what: team-trained, day: 2026-06-16, by: ben}\n"
    assert not items({"policies/attestations.yaml": later})["team-trained"].done


ROTA = {
    "rotations/desk.yaml": "timezone: UTC\nlayers:\n  - name: all\n    versions:\n"
    "      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}\n",
    "rotations/people/ana.yaml": "name: Ana\ntimezone: UTC\naccounts: {pager: PA}\n",
    "rotations/people/ben.yaml": "name: Ben\ntimezone: UTC\naccounts: {pager: PB}\n",
    "rotations/teams/desk.yaml": "name: Desk\nmembers: [ana, ben]\n",
    "policies/escalation/desk.yaml": "levels:\n  - {page: [{rotation: desk}], escalate_after: 5m}\n",
    "policies/services/shop.yaml": "name: Shop\nteam: desk\nescalation: desk\n",
}
DRILL = """\
title: Fail over the database
kind: drill
timeline:
  - {at: 2026-05-04T09:00Z, milestone: declared, by: ana, text: Begin}
  - {at: 2026-05-04T09:10Z, type: action, by: ben, text: Failed over}
"""


def drill(day: str) -> dict[str, str]:
    return {f"incidents/{day[:4]}/{day}-drill/incident.yaml": DRILL.replace("2026-05-04", day)}


def test_a_rotation_with_accounts_and_a_policy_shows_platform_and_rotation() -> None:
    found = items(ROTA)
    assert found["basic-rotation"].said == "1 person on call now, 1 service with a policy"
    assert found["platform-chosen"].done
    nowhere = {**ROTA, "rotations/people/ana.yaml": "name: Ana\ntimezone: UTC\n"}
    nowhere["rotations/people/ben.yaml"] = "name: Ben\ntimezone: UTC\naccounts: {github: b}\n"
    assert not items(nowhere)["platform-chosen"].done


def test_a_team_is_trained_when_everybody_on_call_took_part() -> None:
    assert items(ROTA | drill("2026-05-04"))["team-trained"].done
    alone = {path: said.replace("by: ben", "by: ana") for path, said in drill("2026-05-04").items()}
    found = items(ROTA | alone)["team-trained"]
    assert not found.done
    assert found.said.endswith("1 of 2 on call took part in an incident or drill of the year, not ben")


def test_a_drill_counts_for_a_year_and_monthly_ones_for_each_of_three_months() -> None:
    assert items(drill("2025-06-16"))["tabletop-held"].done
    assert not items(drill("2025-06-01"))["tabletop-held"].done
    three = drill("2026-03-31") | drill("2026-04-01") | drill("2026-05-31")
    assert items(three)["recovery-drills"].done
    assert items(drill("2026-03-31") | drill("2026-05-31"))["recovery-drills"].said == "no drill in 2026-04"


PAGE = (
    "---\nstatus: published\npublished_on: 2026-05-06\nauthors: [ana]\n---\n# Slow\n\n## Summary\n\n{said}\n"
)
RECORD = "title: Slow\ntimeline:\n  - {at: 2026-05-04T09:00Z, milestone: declared, text: D}\n"


def published(said: str) -> dict[str, str]:
    folder = "incidents/2026/2026-05-04-slow"
    return {f"{folder}/incident.yaml": RECORD, f"{folder}/postmortem.md": PAGE.format(said=said)}


def test_a_post_mortem_that_blames_somebody_is_no_first_one() -> None:
    assert items(published("The pool was too small."))["first-postmortem"].done
    blaming = items(published("The outage was caused by human error: an engineer carelessly ran it."))
    assert not blaming["first-postmortem"].done
    assert "blame somebody" in blaming["first-postmortem"].said


@pytest.mark.parametrize(
    ("entry", "done"),
    [
        ('source: "alertmanager:c0ffee", text: DiskFull fired', True),
        ('milestone: declared, by: "system:alertmanager", text: Declared', True),
        ("milestone: declared, by: ana, text: Declared", False),
    ],
)
def test_declaring_is_automated_where_a_program_did_it(entry: str, done: bool) -> None:
    record = f"title: Disk full\ntimeline:\n  - {{at: 2026-05-04T09:00Z, {entry}}}\n"
    found = items({"incidents/2026/2026-05-04-disk-full/incident.yaml": record})
    assert found["declaration-automated"].done is done


def test_what_records_say_is_data_wherever_it_is_printed() -> None:
    evil = '"\\e[31m <img src=x> ##[error] @all `x`"'
    said = f"attestations:\n  - {{what: team-trained, day: 2026-06-01, by: ana, note: {evil}}}\n"
    found = list(items({"policies/attestations.yaml": said}).values())
    assert "\x1b" not in "".join(text(found, Paint(False), 80))
    assert "##[" not in "".join(text(found, Paint(False), 80))
    assert "<img" not in markdown(found)
    assert data(found)["next"] == "severities-defined"


def test_what_changes_later_changes_nothing_before() -> None:
    early = datetime(2026, 5, 1, tzinfo=UTC)
    later = ROTA | drill("2026-05-04") | published("The pool was too small.")
    assert items(later, early)["tabletop-held"] == items(ROTA, early)["tabletop-held"]
