"""A record is called otherwise: what follows, to the character, what stays, and what is refused."""

from __future__ import annotations

import pytest

from opsbook.authoring.rename import Renamed, renamed
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.errors import UserError
from opsbook.metrics.business_days import Calendar, Terms

ID = "2026-03-02-checkout-5xx"
OTHER = "2026-04-01-doors"
PERSON = "name: {}\ntimezone: Europe/Berlin\n"
ENTRY = (
    f'- {{at: 2026-03-02T09:07Z, page: {{person: ana}}, by: "ana", text: "ana paged, see #incident-{ID}"}}'
)
SUMMARY = f'summary: "As in {ID}, and {ID}/pool-size would have helped; {ID}/other is none, {ID}-2 another"'
LINKS = (
    f'As [before](../{ID}/postmortem.md#root-cause "a title"), [files](<../{ID}/evidence/>), [it][1], {ID}'
)
INCIDENT = f"""\
title: Checkout answers 502   # ana saw it first
services: [checkout, "payments"]
roles: {{incident-commander: ana, scribe: [ben, 'ana']}}
links: {{chat: "https://chat.example.com/incident-{ID}"}}
timeline:
  {ENTRY}
  - at: 2026-03-02T09:14Z
    milestone: declared
    services:
      checkout: degraded
    by: team-ana
    text: |
      Declared; {ID}/pool-size is ours
action_items:
  pool-size: {{title: Check the pool, owner: ana}}
"""
BOOK = {
    "opsbook.toml": 'timezone = "Europe/Berlin"\nalerts = ["alerts/*.yaml"]\n',
    f"incidents/2026/{ID}/incident.yaml": INCIDENT,
    f"incidents/2026/{OTHER}/incident.yaml": f"""\
title: Doors
related: [{ID}]
{SUMMARY}
""",
    f"incidents/2026/{OTHER}/postmortem.md": f"""\
---
authors: [ana]
---
# Doors

{LINKS}

```text
[before](../{ID}/postmortem.md)
```

[1]: ../{ID}/incident.yaml
""",
    f"incidents/2026/{ID}/postmortem.md": (
        f"# Checkout\n\nSee [doors](../{OTHER}/postmortem.md), #incident-{ID}\n"
    ),
    f"incidents/2026/{ID}/evidence/pool.txt": f"ana {ID}",
    "policies/services/checkout.yaml": "name: Checkout\nteam: payments\nescalation: main\n",
    "policies/services/payments.yaml": "name: Payments\n",
    "policies/escalation/main.yaml": """\
levels:
  - page: [{person: ana}, {team: payments}]   # ana
    escalate_after: 5m
fallback:
  person: "ana"
tests:
  - {at: 2026-03-04T03:00Z, pages: {0m: {person: ana}}}
""",
    "rotations/people/ana.yaml": PERSON.format("Ana"),
    "rotations/people/ben.yaml": PERSON.format("Ben"),
    "rotations/teams/payments.yaml": "name: Payments\nmembers:\n- ana\n- ben\nlead: ana\n",
    "rotations/primary.yaml": """\
team: payments
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, [ben, ana]]}
""",
    "rotations/second.yaml": "follows: primary\n",
    "rotations/handoffs/2026-01-05-0800-primary.yaml": (
        "rotation: primary\nat: 2026-01-05T08:00Z\nby: ana\nacknowledged: 2026-01-05T08:01Z\n"
    ),
    "rotations/pages/2026-03.csv": (
        'at,person,service\n2026-03-02T09:00Z,ana,checkout\n2026-03-02T10:00Z,"ana",\n'
    ),
    "README.md": "# Us\n\n[the pool](runbooks/data/PoolFull.md)\n",
    "runbooks/README.md": "* [Fail over](data/failover.md)\n* [Ana's page](./data/PoolFull.md)\n",
    "runbooks/data/failover.md": (
        "---\nowner: ana\nservices: [checkout]\n---\n# Fail over\n\n[full](PoolFull.md)\n"
    ),
    "runbooks/data/PoolFull.md": "---\nkind: alert\n---\n# The pool is full\n\n[up](../README.md)\n",
    "alerts/a.yaml": (
        "groups:\n  - rules:\n      - alert: PoolFull\n        annotations:\n"
        "          runbook_url: https://r.example.com/data/PoolFull.md?x=1\n"
    ),
}  # fmt: skip


def rename(kind: str, old: str, new: str, **more: str) -> Renamed:
    book = Book(Memory({**BOOK, **{path.replace("__", "/"): text for path, text in more.items()}}))
    document = book.find(kind, old)
    assert document is not None
    return renamed(book, document, new)


def texts(done: Renamed) -> dict[str, str]:
    """Each changed text by the path that it has afterwards."""
    return {done.change.landed(source.path): text for source, text in done.change.texts()}


def lines(done: Renamed) -> list[str]:
    """What each change makes of a line, as `path: line`, sorted by path."""
    found = []
    for source, after in done.change.texts():
        before = source.text.split("\n")
        for one, other in zip(before, after.split("\n"), strict=True):
            if one != other:
                found.append(f"{source.path.rpartition('/')[2]}: {other.strip()}")
    return found


def test_a_person_is_named_anew_wherever_a_record_means_them_and_in_their_quotes() -> None:
    done = rename("person", "ana", "anna-k")
    assert done.change.moves == {"rotations/people/ana.yaml": "rotations/people/anna-k.yaml"}
    assert lines(done) == [
        "incident.yaml: roles: {incident-commander: anna-k, scribe: [ben, 'anna-k']}",
        f"incident.yaml: {ENTRY}".replace("person: ana", "person: anna-k").replace('"ana"', '"anna-k"'),
        "incident.yaml: pool-size: {title: Check the pool, owner: anna-k}",
        "postmortem.md: authors: [anna-k]",
        "main.yaml: - page: [{person: anna-k}, {team: payments}]   # ana",
        'main.yaml: person: "anna-k"',
        "main.yaml: - {at: 2026-03-04T03:00Z, pages: {0m: {person: anna-k}}}",
        "2026-01-05-0800-primary.yaml: by: anna-k",
        "2026-03.csv: 2026-03-02T09:00Z,anna-k,checkout",
        '2026-03.csv: 2026-03-02T10:00Z,"anna-k",',
        "primary.yaml: - {starts: 2026-01-05 09:00, every: 1w, members: [anna-k, [ben, anna-k]]}",
        "payments.yaml: - anna-k",
        "payments.yaml: lead: anna-k",
        "failover.md: owner: anna-k",
    ]


def test_words_that_may_mean_anything_are_left_and_listed() -> None:
    done = rename("person", "ana", "anna-k")
    assert [str(each) for each in done.mentions] == [
        f"incidents/2026/{ID}/incident.yaml:1:33",
        f"incidents/2026/{ID}/incident.yaml:6:68",
        "policies/escalation/main.yaml:2:49",
    ]


def test_a_service_is_a_key_here_and_an_item_of_a_list_there() -> None:
    assert lines(rename("service", "checkout", "till")) == [
        'incident.yaml: services: [till, "payments"]',
        "incident.yaml: till: degraded",
        "2026-03.csv: 2026-03-02T09:00Z,ana,till",
        "failover.md: services: [till]",
    ]


def test_a_name_that_yaml_takes_for_something_else_is_put_in_quotes() -> None:
    changed = texts(rename("person", "ben", "1e3"))
    assert changed["rotations/teams/payments.yaml"] == 'name: Payments\nmembers:\n- ana\n- "1e3"\nlead: ana\n'


def test_an_incident_moves_with_its_folder_and_what_names_it_follows() -> None:
    new = "2026-03-02-checkout-down"
    done = rename("incident", ID, new)
    assert done.change.moves == {f"incidents/2026/{ID}": f"incidents/2026/{new}"}
    assert lines(done) == [
        f"incident.yaml: {ENTRY}".replace(ID, new),
        f"incident.yaml: Declared; {new}/pool-size is ours",
        f"postmortem.md: See [doors](../{OTHER}/postmortem.md), #incident-{new}",
        f"incident.yaml: related: [{new}]",
        f"incident.yaml: {SUMMARY}".replace(f"{ID}/pool", f"{new}/pool"),
        f"postmortem.md: {LINKS}".replace(f"../{ID}", f"../{new}"),
        f"postmortem.md: [1]: ../{new}/incident.yaml",
    ]  # fmt: skip
    assert [f"{each.path.split('/')[2]}:{each.start.line}" for each in done.mentions] == [
        f"{ID}:4", f"{OTHER}:3", f"{OTHER}:3", f"{OTHER}:6", f"{OTHER}:9",
    ]  # fmt: skip


def test_links_of_a_folder_that_moves_into_another_year_still_lead_where_they_did() -> None:
    new = "2025-12-31-checkout"
    changed = texts(rename("incident", ID, new))
    assert f"[doors](../../2026/{OTHER}/postmortem.md)" in changed[f"incidents/2025/{new}/postmortem.md"]
    assert (
        f"[before](../../2025/{new}/postmortem.md#root-cause "
        in (changed[f"incidents/2026/{OTHER}/postmortem.md"])
    )


def test_a_runbook_is_linked_from_pages_that_are_no_records_and_from_alerts() -> None:
    changed = texts(rename("runbook", "PoolFull", "pool-is-full"))
    assert changed == {
        "README.md": BOOK["README.md"].replace("PoolFull", "pool-is-full"),
        "alerts/a.yaml": BOOK["alerts/a.yaml"].replace("PoolFull.md", "pool-is-full.md"),
        "runbooks/README.md": BOOK["runbooks/README.md"].replace("PoolFull", "pool-is-full"),
        "runbooks/data/failover.md": BOOK["runbooks/data/failover.md"].replace("PoolFull", "pool-is-full"),
        # what it said by its name it says in words now
        "runbooks/data/pool-is-full.md": (
            "---\nkind: alert\nalerts: [PoolFull]\n---\n# The pool is full\n\n[up](../README.md)\n"
        ),
    }


def test_who_took_over_a_rotation_is_found_under_its_new_name() -> None:
    done = rename("rotation", "primary", "pay")
    assert done.change.moves == {
        "rotations/primary.yaml": "rotations/pay.yaml",
        "rotations/handoffs/2026-01-05-0800-primary.yaml": "rotations/handoffs/2026-01-05-0800-pay.yaml",
    }
    assert lines(done) == ["2026-01-05-0800-primary.yaml: rotation: pay", "second.yaml: follows: pay"]


def test_an_owner_that_is_somebody_else_of_that_name_is_left() -> None:
    both = {"rotations__teams__ana.yaml": "name: Ana's\nmembers: [ben]\n"}
    assert lines(rename("team", "ana", "anas", **both)) == []
    assert "failover.md: owner: anna-k" in lines(rename("person", "ana", "anna-k", **both))


def test_a_block_that_said_what_the_record_says_still_does() -> None:
    from opsbook.authoring.blocks import timeline

    book = Book(Memory(BOOK))
    path = f"incidents/2026/{ID}/postmortem.md"
    setting = Terms(book.severities, Calendar(book.settings.timezone))
    inner = timeline(book.read(f"incidents/2026/{ID}/incident.yaml").content, setting)
    current = f"# A\n\n<!-- opsbook:timeline -->\n{inner}<!-- /opsbook -->\n"
    done = rename("person", "ana", "anna-k", **{path.replace("/", "__"): current})
    assert texts(done)[path] == current.replace("Page to ana", "Page to anna-k")
    stale = current.replace("ana paged", "anna paged")
    assert path not in texts(rename("person", "ana", "anna-k", **{path.replace("/", "__"): stale}))


@pytest.mark.parametrize(
    ("kind", "old", "new", "message"),
    [
        ("person", "ana", "ana", "it is called `ana` already"),
        ("person", "ana", "BEN", "there is a person `ben` already"),
        ("person", "ana", "Payments", "there is a team `payments` already"),
        ("person", "ana", "../x", "`../x` is no id"),
        ("person", "ana", "a\n", "`a ` is no id"),
        ("runbook", "failover", "README", "`README` is no id of a record of kind runbook"),
        ("incident", ID, "checkout", "`checkout` is no id of a record of kind incident"),
        ("incident", ID, OTHER, f"there is a incident `{OTHER}` already"),
    ],
)
def test_what_cannot_be_called_so_is_refused(kind: str, old: str, new: str, message: str) -> None:
    with pytest.raises(UserError) as error:
        rename(kind, old, new)
    assert error.value.message == message


def test_a_reference_that_is_written_oddly_is_for_people() -> None:
    odd = {"rotations__teams__odd.yaml": "name: Odd\nmembers: [ben]\nlead: >-\n  ana\nchat: x\n"}
    with pytest.raises(UserError, match=r"rotations/teams/odd.yaml:3: `ana` is written in a way"):
        rename("person", "ana", "anna-k", **odd)
