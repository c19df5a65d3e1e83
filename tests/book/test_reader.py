"""Whatever stands in a file, reading it gives a record or says what is wrong and where; never more."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from opsbook import Book, check
from opsbook.book.kinds import KINDS, Kind
from opsbook.book.load import load
from opsbook.book.references import references
from opsbook.book.tree import Memory, Tree, WorkTree
from opsbook.book.yaml import read as read_yaml
from opsbook.model.incident import Incident

NOW = datetime(2026, 4, 1, tzinfo=UTC)
FOLDER = "incidents/2026/2026-03-02-checkout-5xx"
INCIDENT = f"{FOLDER}/incident.yaml"
POSTMORTEM = f"{FOLDER}/postmortem.md"
RUNBOOK = "runbooks/payments/database-failover.md"

Said = tuple[str, str, str]
"""The name of a rule, `line:column`, and the message."""


def said(tree: Tree) -> list[Said]:
    """What the reader has to say about a book; the other rules' findings left out."""
    return [
        (each.name, f"{each.location.start.line}:{each.location.start.column}", each.message)
        for each in check(Book(tree), NOW).diagnostics
        if each.code.startswith("DOC")
    ]


def written(path: str, content: str | bytes) -> list[Said]:
    started = time.process_time()
    found = said(Memory({path: content}))
    assert time.process_time() - started < 1, "nobody waits that long for one file"
    return found


# ── conflicts ─────────────────────────────────────────────────────────────────────────────

SHOWN = "<<<<<<< HEAD\nreplicas: 2\n=======\nreplicas: 3\n>>>>>>> more\n"


def conflicts(text: str) -> list[str]:
    """Where the page of a runbook has one."""
    return [place for rule, place, _ in written(RUNBOOK, text) if rule == "merge_conflict"]


@pytest.mark.parametrize("language", ["", "yaml", "diff"])
def test_a_conflict_shown_in_a_block_of_code_is_none(language: str) -> None:
    text = f"# Resolve a conflict\n\nGit writes:\n\n```{language}\n{SHOWN}```\n\nChoose a side.\n"
    assert conflicts(text) == []
    assert conflicts(text.replace("\n", "\r\n")) == []
    assert conflicts(f"{text}\n{SHOWN}") == ["15:1"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"# A\n\n{SHOWN}", 3),
        (f"# A\n\n```bash\n{SHOWN}```\n", 4),
        ("# A\n\n<<<<<<< HEAD\n```yaml\na: 1\n```\n=======\n```yaml\na: 2\n```\n>>>>>>> more\n", 3),
        ("# A\n\n```yaml\n<<<<<<< HEAD\na: 1\n```\n\nWords.\n=======\na: 2\n```\n>>>>>>> more\n", 4),
        (f"---\nservices: [a]\n{SHOWN}---\n# A\n", 3),
    ],
    ids=["words", "commands", "around a block", "half in a block", "front matter"],
)
def test_a_conflict_in_a_page_is_found(text: str, line: int) -> None:
    assert conflicts(text) == [f"{line}:1"]


# ── bytes ─────────────────────────────────────────────────────────────────────────────────

CONFLICT = """\
title: Checkout answers 502
<<<<<<< HEAD
severity: SEV1
=======
severity: SEV2
>>>>>>> fix-severity
"""


@pytest.mark.parametrize("path", [INCIDENT, POSTMORTEM, RUNBOOK, "policies/communications/first.md.j2"])
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a: \xff", ("not_utf8", "1:4", "byte 0xff is not UTF-8")),
        ("é\n😀 ".encode() + b"\xe9t\xe9", ("not_utf8", "2:3", "byte 0xe9 is not UTF-8")),
        ("title: x\n".encode("utf-16"), ("not_utf8", "1:1", "saved as UTF-16")),
        (b"\xfe\xff" + "title: x\n".encode("utf-16-be"), ("not_utf8", "1:1", "saved as UTF-16")),
        (CONFLICT, ("merge_conflict", "2:1", "a merge conflict that nobody resolved")),
        (CONFLICT.replace("\n", "\r\n"), ("merge_conflict", "2:1", "a merge conflict that nobody resolved")),
        ("a: 1\n>>>>>>> fix\n", ("merge_conflict", "2:1", "a merge conflict that nobody resolved")),
        ("é" * (1 << 19) + "a", ("too_large", "1:1", "1.0 MiB, a record is at most 1 MiB")),
        ("x" * 10_000_000, ("too_large", "1:1", "9.5 MiB, a record is at most 1 MiB")),
    ],
)
def test_bytes_that_are_no_text_are_refused_in_every_kind_of_file(
    path: str, content: str | bytes, expected: Said
) -> None:
    assert written(path, content) == [expected]


def test_a_byte_order_mark_is_reported_and_the_record_read_on() -> None:
    assert written(INCIDENT, "\ufefftitle: x\nseverty: SEV1\n") == [
        ("byte_order_mark", "1:1", "a byte order mark begins the file"),
        ("unknown_key", "2:1", "unknown key `severty`"),
    ]
    assert written(RUNBOOK, "\ufeff---\nowner: 5\n---\n# Failover\n") == [
        ("byte_order_mark", "1:1", "a byte order mark begins the file"),
        ("invalid_value", "2:8", "found the number `5`, expected text"),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_places_are_right_whatever_ends_a_line(end: str) -> None:
    incident = "title: x\nimpact:\n  regions: [é, 😀, 5]\n".replace("\n", end)
    assert written(INCIDENT, incident) == [("invalid_value", "3:19", "found the number `5`, expected text")]
    runbook = "---\n# a comment\nowner: 5\n---\n# Failover\n".replace("\n", end)
    assert written(RUNBOOK, runbook) == [("invalid_value", "3:8", "found the number `5`, expected text")]


# ── YAML ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title: \x00", ("control_character", "1:8", "character U+0000 is not allowed in YAML")),
        ("t\x00: \x00", ("control_character", "1:2", "character U+0000 is not allowed in YAML")),
        ("title:\tx", ("yaml_syntax", "1:7", "a tab between words")),
        ("title: x\ntitle: y", ("duplicate_key", "2:1", "`title` stands twice in this mapping")),
        ("title: &t x", ("yaml_feature", "1:8", "anchor `&t`")),
        ("<<: {title: x}", ("yaml_feature", "1:1", "merge key `<<`")),
        ("title: !!str x", ("yaml_feature", "1:8", "tag `!!str`")),
        ("title: x\n---\ntitle: y", ("several_documents", "2:1", "a second document begins here")),
        ("title: [x\nseverity: SEV1", ("yaml_syntax", "1:8", "`[` is opened here and never closed")),
        ("[" * 100_000, ("too_large", "1:101", "nested more than 100 levels deep")),
        ("- " * 100_000, ("too_large", "1:201", "nested more than 100 levels deep")),
        ("-    " * 100_000, ("too_large", "1:501", "nested more than 100 levels deep")),
        ("", ("invalid_value", "1:1", "empty, expected a record: incident")),
        ("# to be written\n", ("invalid_value", "1:1", "empty, expected a record: incident")),
        ("---\n...\n", ("invalid_value", "1:1", "empty, expected a record: incident")),
        ("- title: x\n", ("invalid_value", "1:1", "found a list, expected a record: incident")),
        ("title\n", ("invalid_value", "1:1", "found `title`, expected a record: incident")),
        ("schema: 2\nstages: []\n", ("newer_schema", "1:9", "schema `2`, this opsbook reads schema 1")),
        ("title: x\nschema: '1'\n", ("invalid_value", "2:9", "found `1`, expected the number 1")),
        ("title: x\nschema: true\n", ("invalid_value", "2:9", "found `true`, expected the number 1")),
    ],
)  # fmt: skip
def test_a_record_that_cannot_be_read_says_why_and_where(text: str, expected: Said) -> None:
    assert written(INCIDENT, text) == [expected]


def test_the_same_is_said_of_front_matter_at_its_own_lines() -> None:
    assert written(RUNBOOK, "---\nowner: a\nowner: b\n---\n# Failover\n") == [
        ("duplicate_key", "3:1", "`owner` stands twice in this mapping")
    ]
    assert written(RUNBOOK, "---\n- owner\n---\n# Failover\n") == [
        ("invalid_value", "2:1", "found a list, expected a record: runbook")
    ]


def test_the_keys_of_the_user_pass_at_every_depth() -> None:
    assert written(INCIDENT, INCIDENT_WITH_X) == []
    (wrong,) = written(INCIDENT, INCIDENT_WITH_X.replace("x-cost: [1]", "xcost: [1]"))
    assert wrong[:1] + wrong[2:] == ("unknown_key", "unknown key `xcost`")
    assert written("rotations/holidays/germany.yaml", "x-source: calendar\n2026-12-25: Christmas\n") == []


INCIDENT_WITH_X = """\
schema: 1
x-imported: {from: [pager, {id: 5}]}
title: Checkout answers 502
impact: {x-lost: 5, description: Orders failed}
timeline:
  - {at: 2026-03-02T09:02Z, x-cost: [1], update: {audience: public, x-id: 7}, text: Started}
action_items:
  pool-size: {title: Check the pool, x-estimate: 3}
"""


def test_a_near_miss_of_a_key_is_unknown_and_told_what_it_may_mean() -> None:
    report = check(Book(Memory({INCIDENT: "titel: x\nsumary: y\nfoo: z\n"})), NOW)
    hints = {each.message: each.hint for each in report.diagnostics if each.name == "unknown_key"}
    assert hints == {
        "unknown key `titel`": "did you mean `title`?",
        "unknown key `sumary`": "did you mean `summary`?",
        "unknown key `foo`": f"known here: {', '.join(f'`{name}`' for name in Incident.model_fields)}",
    }


def test_a_page_may_carry_keys_for_other_programs_but_no_near_miss_of_ours() -> None:
    assert written(RUNBOOK, "---\nweight: 5\nlayout: page\nx-y: z\n---\n# Failover\n") == []
    assert written(RUNBOOK, "---\nownr: ana\nlast_update: 2026-01-01\nseverity: [1]\n---\n# Failover\n") == [
        ("unknown_key", "2:1", "unknown key `ownr`"),
        ("unknown_key", "3:1", "unknown key `last_update`"),
        ("invalid_value", "4:12", "found the number `1`, expected text"),
    ]


def test_one_file_never_fills_the_screen() -> None:
    assert len(written(INCIDENT, "title: x\n" + "".join(f"key{n}: 1\n" for n in range(20_000)))) == 100
    assert len(written(INCIDENT, "title: x\ntimeline:\n" + "  - a\n" * 20_000)) == 100


# ── front matter ──────────────────────────────────────────────────────────────────────────


UNCLOSED = ("unclosed_front_matter", "1:1", "front matter begins here and never ends")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\nowner: ana\n# Failover\n", [UNCLOSED]),
        ("---\n\n---- \n", [UNCLOSED]),
        ("---", [UNCLOSED]),
        ("+++\nx = 1\n+++\n", [("toml_front_matter", "1:1", "TOML front matter, opsbook reads YAML")]),
        ("---\nowner: ana\n---\n# \x07\n", [("control_character", "4:3", "character U+0007 in a text")]),
        ("---\nowner:\tana\n---\n", [("yaml_syntax", "2:7", "a tab between words")]),
        ("---" + " " * 200 + "x\n", []),
        ("---\n---\n", []),
        ("---\n# nothing yet\n---\n", []),
        ("\n---\nowner: 5\n---\n", []),
        ("----\nowner: 5\n----\n", []),
        ("# Failover\n", []),
        ("", []),
    ],
)  # fmt: skip
def test_front_matter_is_read_or_said_to_be_broken(text: str, expected: list[Said]) -> None:
    assert written(RUNBOOK, text) == expected


# ── folders ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book with one incident."""
    root = tmp_path / "book"
    (root / FOLDER).mkdir(parents=True)
    (root / "opsbook.toml").write_text("")
    (root / INCIDENT).write_text("title: Checkout answers 502\n")
    return root


def test_a_record_that_is_a_symbolic_link_is_not_followed(book: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("title: A secret\n")
    (book / INCIDENT).unlink()
    (book / INCIDENT).symlink_to(secret)
    assert said(WorkTree(book)) == [("symbolic_link", "1:1", "a symbolic link, which is not followed")]
    assert list(load(book).incidents) == []


def test_a_folder_that_is_a_symbolic_link_out_of_the_book_is_not_followed(book: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "ana.yaml").write_text("name: A secret\n")
    (book / "rotations").mkdir()
    (book / "rotations/people").symlink_to(outside)
    assert said(WorkTree(book)) == [("symbolic_link", "1:1", "a symbolic link, which is not followed")]
    assert load(book).find("person", "ana") is None


def test_links_that_lead_round_in_circles_end(book: Path) -> None:
    (book / "runbooks").mkdir()
    (book / "runbooks/again").symlink_to(book / "runbooks")
    (book / "runbooks/self.md").symlink_to("self.md")
    assert [name for name, _, _ in said(WorkTree(book))] == ["symbolic_link", "symbolic_link"]


def test_folders_may_nest_as_deep_as_the_disk_allows(book: Path) -> None:
    (book / "runbooks").mkdir()
    way = os.open(book / "runbooks", os.O_RDONLY)
    for _ in range(1500):  # step by step, since making them at once recurses
        os.mkdir("a", dir_fd=way)
        inner = os.open("a", os.O_RDONLY, dir_fd=way)
        os.close(way)
        way = inner
    os.close(os.open("deep.md", os.O_CREAT | os.O_WRONLY, dir_fd=way))
    os.close(way)
    try:
        found = [path for path in Book(WorkTree(book)).subjects() if path.endswith("deep.md")]
    finally:  # what cleans up after the tests recurses as well
        subprocess.run(["rm", "-rf", str(book / "runbooks")], check=True)
    assert found == [f"runbooks/{'a/' * 1500}deep.md"]


def test_a_folder_with_the_name_of_a_record_is_no_record(book: Path) -> None:
    (book / INCIDENT).unlink()
    (book / INCIDENT).mkdir()
    assert said(WorkTree(book)) == []
    assert list(load(book).documents("incident")) == []


def test_what_is_no_file_is_no_record(book: Path) -> None:
    (book / "rotations/people").mkdir(parents=True)
    os.mkfifo(book / "rotations/people/pipe.yaml")
    with socket.socket(socket.AF_UNIX) as door:
        here = os.getcwd()
        os.chdir(book / "rotations/people")  # a socket's path may not be long
        try:
            door.bind("door.yaml")
        finally:
            os.chdir(here)
    assert said(WorkTree(book)) == []
    assert list(load(book).people) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_nobody_may_read_is_said_to_be_so(book: Path) -> None:
    (book / INCIDENT).chmod(0)
    assert said(WorkTree(book)) == [("unreadable_file", "1:1", "permission denied")]


def test_a_file_that_is_gone_when_it_is_read_is_said_to_be_so(book: Path) -> None:
    tree = WorkTree(book)
    assert tree.paths("incidents") == [INCIDENT]
    (book / INCIDENT).unlink()
    document = Book(tree).read(INCIDENT)
    assert [(each.rule, each.message) for each in document.problems] == [
        ("unreadable_file", "no such file or directory")
    ]


def test_a_name_that_is_no_text_is_read_like_any_other(book: Path) -> None:
    folder = os.fsencode(book / "rotations/people")
    os.makedirs(folder)
    with open(folder + b"/caf\xe9.yaml", "wb") as file:
        file.write(b"nme: Ana\n")
    assert {name for name, _, _ in said(WorkTree(book))} == {"missing_key", "unknown_key"}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"{FOLDER}/incident.yml", "misplaced_record"),
        ("incidents/2026-03-02-checkout-5xx/incident.yaml", "misplaced_record"),
        ("rotations/people/deep/ana.yaml", "misplaced_record"),
        ("policies/sla.yaml", "misplaced_record"),
    ],
)
def test_a_record_in_a_place_where_none_belongs_is_not_passed_over(path: str, name: str) -> None:
    assert written(path, "title: x\n") == [(name, "1:1", "no record belongs at this path")]


@pytest.mark.parametrize(
    "path", [f"{FOLDER}/evidence/x.yaml", f"{FOLDER}/notes.md", "runbooks/data.yaml", "x.yaml"]
)
def test_what_is_no_record_may_say_anything(path: str) -> None:
    assert written(path, b"\xff: [\n") == []


# ── anything ──────────────────────────────────────────────────────────────────────────────

GOOD = {
    INCIDENT: INCIDENT_WITH_X
    + """\
severity: SEV1
services: [checkout, "payments-api"]
roles: {incident-commander: ben, subject-matter-expert: [chi, dan]}
related: [2026-01-05-search-slow]
recovery: {rto: 1h30m, rpo: PT5M}
tags: [é, 😀]
""",
    POSTMORTEM: "---\nstatus: draft\nauthors: [ana]\nreview_at: 2026-03-04T10:00+01:00\n---\n"
    "# Summary\n\nIt broke é.\n",
    RUNBOOK: "---\nowner: payments\nseverity: SEV1\nreview_in: 6 months\nservices: [checkout]\n---\n\n"
    "# Failover\n\n## Steps\n\n1. Promote:\n\n   ```sh\n   promote --é\n   ```\n\n<!-- a\nb -->\n",
    "rotations/payments-primary.yaml": """\
team: payments
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, [ben, dan]]}
  - name: evenings
    windows: [{days: [mon, holiday], from: "17:00", to: "09:00"}]
    versions: [{starts: 2026-01-05 17:00, every: 1 shift, members: [eva]}]
""",
    "rotations/overrides/2026-03-09-swap.yaml": """\
rotation: payments-primary
reason: ana and ben swap
covers:
  - {from: 2026-03-09T09:00+01:00, to: 2026-03-16T09:00+01:00, on: [ben], instead_of: [ana]}
""",
    "policies/escalation/payments.yaml": """\
levels:
  - {page: [{rotation: payments-primary}], escalate_after: 5m}
  - {page: [{team: platform}], when: {severity: [SEV2], hours: business}, escalate_after: 15m}
fallback: {person: gil}
tests:
  - {at: 2026-03-04T03:00+01:00, severity: SEV1, pages: {0m: {rotation: payments-primary}}}
""",
    "policies/services/checkout.yaml": "name: Checkout\nteam: payments\ndepends_on: [payments-api]\n",
    "policies/severities.yaml": """\
levels:
  SEV1: {name: Major, definition: Much is down, roles: [incident-commander], updates: {public: 30m}}
questions:
  degraded: {ask: "Is much down?", if_yes: SEV1, if_no: SEV1}
clocks:
  - {postmortem: review, within: 48h, from: resolved, severity: [SEV1]}
""",
    "rotations/people/ana.yaml": "name: Ana\ntimezone: Europe/Madrid\n"
    "absences: [{from: 2026-07-01, to: 2026-07-14}]\n",
    "rotations/holidays/germany.yaml": "2026-12-25: Christmas\n",
}
"""A record of most kinds that is well as it stands."""


def everything_about(path: str, content: bytes) -> None:
    """A book of good records with one file replaced, asked for everything that can be asked."""
    book = Book(Memory({**GOOD, path: content}))
    for diagnostic in check(book, NOW).diagnostics:
        text, span = diagnostic.location.source.text, diagnostic.location.span
        assert 0 <= span.start <= span.end <= len(text)
        assert diagnostic.message == diagnostic.message.strip() != ""
        assert "\n" not in diagnostic.message
    document = book.read(path)
    assert document.head.span.end <= len(document.source.text)
    assert document.readable or document.problems
    if document.kind.markdown:
        assert document.page.text == document.source.text
    for reference in references(document.content) if document.readable else ():
        place = document.key_at if reference.on_key else document.at
        written = place(*reference.pointer).text
        assert reference.id in (written, read_yaml(written).data), (reference, written)


def test_the_good_records_are_good() -> None:
    assert said(Memory(GOOD)) == []


def place_of(kind: Kind) -> str:
    return kind.place.replace("{year}", "2026").replace("**/", "").replace("{id}", "2026-03-02-x")


@given(st.sampled_from(KINDS), st.binary(max_size=200))
@example(KINDS[0], b"services: [[a]]")
@example(KINDS[0], b"services: [{a: b}]")
@example(KINDS[0], b"timeline: {a: b}")
@example(KINDS[0], b"x: -0o14")
def test_any_bytes_in_any_file_give_diagnostics_and_no_exception(kind: Kind, content: bytes) -> None:
    everything_about(place_of(kind), content)


LETTERS = st.sampled_from(
    [*"{}[],:\"' -#\n\tab12?~.+exo_é😀@`|>&*!%\\T0Z<=/", "\r\n", "\ufeff", "\u2028", "---\n"]
)


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, str]:
    """A good record after a few slips: letters put in, taken out, lines moved."""
    path = draw(st.sampled_from(sorted(GOOD)))
    text = GOOD[path]
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        gone = draw(st.sampled_from([0, 0, 1, 1, 3, 20]))
        text = text[:at] + draw(st.one_of(st.just(""), LETTERS)) + text[at + gone :]
    return path, text


@given(mutated())
def test_a_slip_of_the_pen_in_a_record_gives_diagnostics_and_no_exception(slip: tuple[str, str]) -> None:
    path, text = slip
    everything_about(path, text.encode())


LEAVES = [
    *("", "ana", "é", "SEV1", "1h", "1:30", "2026-03-02", "2026-03-02T09:02Z", "9999-12-31T23:59Z"),
    *(None, True, False, 0, -1, 10**30, 0.5, float("nan"), float("-inf")),
]
JUNK = st.recursive(
    st.one_of(st.sampled_from(LEAVES), st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=5)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=5,
)


@given(st.data())
def test_any_value_at_any_place_of_a_record_gives_diagnostics_and_no_exception(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([path for path in sorted(GOOD) if path.endswith(".yaml")]))
    record = read_yaml(GOOD[path]).data
    pointer = data.draw(st.sampled_from(list(pointers(record))))
    junk = data.draw(JUNK)
    everything_about(path, json.dumps(replaced(record, pointer, junk), allow_nan=True).encode())


def pointers(value: object, here: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield here
    if isinstance(value, dict):
        for key, item in value.items():
            yield from pointers(item, (*here, key))
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from pointers(item, (*here, number))


def replaced(value: object, pointer: tuple[str | int, ...], new: object) -> object:
    if not pointer:
        return new
    first, *rest = pointer
    if isinstance(value, dict):
        return {k: replaced(v, tuple(rest), new) if k == first else v for k, v in value.items()}
    assert isinstance(value, tuple)
    return [replaced(v, tuple(rest), new) if n == first else v for n, v in enumerate(value)]


# ── references ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", sorted(GOOD))
def test_every_reference_leads_to_the_place_where_it_is_written(path: str) -> None:
    everything_about(path, GOOD[path].encode())
    assert list(references(Book(Memory(GOOD)).read(path).content)) or path in NAMES_NOBODY


NAMES_NOBODY = {"rotations/people/ana.yaml", "rotations/holidays/germany.yaml"}


def test_every_reference_of_a_record_is_found() -> None:
    book = Book(Memory(GOOD))
    found = [(each.kinds, each.id) for each in references(book.read(INCIDENT).content)]
    assert found == [
        (("severity",), "SEV1"),
        (("service",), "checkout"),
        (("service",), "payments-api"),
        (("role",), "incident-commander"),
        (("person",), "ben"),
        (("role",), "subject-matter-expert"),
        (("person",), "chi"),
        (("person",), "dan"),
        (("incident",), "2026-01-05-search-slow"),
    ]
    found = [
        (each.kinds, each.id) for each in references(book.read("rotations/payments-primary.yaml").content)
    ]
    assert found == [(("team",), "payments")] + [(("person",), id) for id in ("ana", "ben", "dan", "eva")]
