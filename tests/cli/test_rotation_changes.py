"""`opsbook rotation swap` and `change`, `offboard` and `impact`: what they write, say and refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from opsbook.cli.main import run

AT = "2026-11-23T09:30Z"  # a Monday; ana is on since 09:00 in Berlin, ben follows, and is secondary
BOOK = {
    "opsbook.toml": 'timezone = "Europe/Berlin"\nprofile = "strict"\n',
    "rotations/primary.yaml": """\
team: t
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-11-02 09:00, every: 1w, members: [ben, chi, dan, ana]}
""",
    "rotations/secondary.yaml": "follows: primary\noffset: 1\n",
    "rotations/other.yaml": """\
timezone: Europe/Berlin
layers:
  - {name: all, versions: [{starts: 2026-11-02 09:00, every: 1w, members: [fay]}]}
""",
    "rotations/teams/t.yaml": "name: T\nmembers: [ana, ben, chi, dan, eva]\nlead: ana\n",
    "rotations/people/ana.yaml": "name: Ana\ntimezone: Europe/Berlin\n",
    "rotations/people/ben.yaml": "name: Ben\ntimezone: Europe/Berlin\n",
    "rotations/people/chi.yaml": "name: Chi\ntimezone: Asia/Singapore\n"
    "absences: [{from: 2026-11-27, to: 2026-11-30}]\n",
    "rotations/people/dan.yaml": "name: Dan\ntimezone: Europe/London\n",
    "rotations/people/eva.yaml": "name: Eva\ntimezone: Europe/Berlin\n",
    "rotations/people/fay.yaml": "name: Fay\ntimezone: Europe/Berlin\n",
    "rotations/people/gus.yaml": "name: Gus\ntimezone: Europe/Berlin\nuntil: 2026-10-31\n",
}
SINGAPORE = "Asia/Singapore"
SATURDAY = ("--from", "sat 09:00", "--to", "sat 18:00")


@pytest.fixture
def book(quiet: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    for path, text in BOOK.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def opsbook(book: Path, *words: str) -> int:
    return run(["-C", str(book), *words, "--at", AT])


def swap(book: Path, *words: str) -> int:
    return opsbook(book, "rotation", "swap", "primary", *words)


def overrides(book: Path) -> dict[str, list[str]]:
    """The stretches of every override, by name."""
    files = sorted((book / "rotations/overrides").glob("*.yaml"))
    return {file.stem: file.read_text().splitlines()[3:] for file in files}


def refused(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()


# ── swap ──────────────────────────────────────────────────────────────────────────────────


def test_a_swap_is_written_and_said_and_the_check_has_nothing_to_say(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert swap(book, *SATURDAY, "--with", "dan", "--reason", "A wedding") == 0
    assert capsys.readouterr().out == (
        "To look at\n"
        "  Dan takes over in primary in 118.5 h, the policy asks for 168 h of notice: Sat\n"
        "    28 Nov 08:00 – 17:00 Europe/London (9 h)\n"
        "\n"
        "primary  Europe/Berlin\n"
        "  Ana loses Sat 28 Nov 09:00 – 18:00 (9 h) to Dan (from Sat 28 Nov 08:00\n"
        "    Europe/London)\n"
        "  next handoff: Sat 28 Nov 09:00, Ana to Dan\n"
        "  before: Mon 30 Nov 09:00, Ana to Ben\n"
        "\n"
        "wrote rotations/overrides/2026-11-28-dan-for-ana.yaml\n"
    )
    assert opsbook(book, "check", "rotations/overrides") == 0


def test_a_true_swap_is_one_file_with_both_stretches(book: Path) -> None:
    hers, his = ("2026-12-26 09:00", "2026-12-26 18:00"), "2026-12-12 09:00..2026-12-12 18:00"
    assert swap(book, "--from", hers[0], "--to", hers[1], "--with", "chi", "--for", his) == 0
    assert overrides(book) == {
        "2026-12-26-chi-for-ana": [
            "  - {from: 2026-12-26T09:00+01:00, to: 2026-12-26T18:00+01:00, on: [chi], instead_of: [ana]}",
            "  - {from: 2026-12-12T09:00+01:00, to: 2026-12-12T18:00+01:00, on: [ana], instead_of: [chi]}",
        ]
    }


@pytest.mark.parametrize(
    ("words", "said", "free"),
    [
        (["--from", "sat", "--with", "ben"],
         "Ben is on call in primary and secondary at once: Sat 28 Nov 00:00 – Sun 29 Nov 00:00 (24 h)",
         "dan, eva"),
        (["--from", "sat", "--with", "chi"],
         f"Chi is absent during shifts of primary: Sat 28 Nov 07:00 – Sun 29 Nov 07:00 {SINGAPORE} (24 h)",
         "dan, eva"),
        (["--from", "2026-11-23 09:30", "--to", "today", "--with", "dan"],
         "history would change: it begins Mon 23 Nov 09:30",
         "chi, eva"),
    ],
)  # fmt: skip
def test_what_speaks_against_a_swap_needs_a_reason(
    book: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str, free: str
) -> None:
    assert swap(book, *words) == 2
    hint = f"  free then: {free}; to do it all the same, say why: --because TEXT"
    assert refused(capsys) == [f"error: {said}", hint]
    assert not overrides(book)
    assert swap(book, *words, "--because", "Nobody else: is there") == 0
    assert len(overrides(book)) == 1
    assert "Nobody else: is there" in next((book / "rotations/overrides").iterdir()).read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--with", "gus"], "error: `gus` was there until 2026-10-31"),
        (["--with", "zoe"], "error: no person `zoe` in this book"),
        (["--with", "../../opsbook"], "error: no person `../../opsbook` in this book"),
        (["--with", "ana"], "error: `ana` is on call in `primary` then already"),
        (["--with", "dan", "--instead-of", "ben"], "error: `ben` is not on call in `primary` then"),
        (["--with", "dan", "--for", "sun"], "error: --for sun is no stretch"),
        (["--with", "dan", "--for", "sat..sun"], "error: --for and --from name the same time"),
    ],
)
def test_a_swap_that_makes_no_sense_is_refused(
    book: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert swap(book, *SATURDAY, *words) == 2
    assert refused(capsys)[0] == said
    assert not overrides(book)


def test_what_people_wrote_moves_no_cursor(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evil = 'name: "\\e[31mEve ::error::x\\u202e"'
    (book / "rotations/people/eva.yaml").write_text(f"{evil}\ntimezone: Europe/Berlin\n")
    reason = 'x"\n- {evil: true}\x1b[2J #'
    assert swap(book, *SATURDAY, "--with", "eva", "--reason", reason) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out
    (text,) = [file.read_text() for file in (book / "rotations/overrides").iterdir()]
    assert text.splitlines()[1] == r'reason: "x\"\n- {evil: true}\x1b[2J #"'


def test_a_rotation_that_follows_what_is_not_there_is_refused(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (book / "rotations/lost.yaml").write_text("follows: nowhere\n")
    assert opsbook(book, "rotation", "swap", "lost", "--from", "sat", "--with", "dan") == 2
    assert refused(capsys)[0] == "error: who is on call in `lost` is not known"


# ── change ────────────────────────────────────────────────────────────────────────────────


def test_a_change_says_who_is_on_next_before_and_after(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert opsbook(book, "rotation", "change", "primary", "--remove", "ben") == 0
    said = capsys.readouterr().out
    assert "  next handoff: Mon 30 Nov 09:00, Ana to Chi\n  before: Mon 30 Nov 09:00, Ana to Ben\n" in said
    assert said.endswith(
        "wrote rotations/overrides/2026-11-23-secondary-as-before.yaml\nwrote rotations/primary.yaml\n"
    )
    assert opsbook(book, "check") == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Error: say what changes: --add, --remove, --members or --every"),
        (
            ["--members", "ana", "--add", "ben"],
            "Error: --members names everybody: leave out --add and --remove",
        ),
        (["--every", "1 fortnight"], "error: --every: `1 fortnight` is no duration"),
        (["--members", "ana,zoe"], "error: no person `zoe` in this book"),
        (["--add", "zoe"], "  `opsbook new person zoe` adds somebody new"),
        (["--add", "gus"], "error: `gus` was there until 2026-10-31"),
        (["--add", "eva", "--rollout", "soon"], "error: --rollout: `soon` is no time"),
        (["--add", "eva", "--layer", "nights"], "error: no layer `nights` in `primary`"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(
    book: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    before = (book / "rotations/primary.yaml").read_bytes()
    assert opsbook(book, "rotation", "change", "primary", *words) == 2
    assert any(line.startswith(said) for line in refused(capsys))
    assert (book / "rotations/primary.yaml").read_bytes() == before


def test_a_dry_run_writes_nothing(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert opsbook(book, "rotation", "change", "primary", "--add", "eva", "--dry-run") == 0
    patch = capsys.readouterr().out
    assert patch.startswith("--- a/rotations/primary.yaml\n+++ b/rotations/primary.yaml\n")
    assert (book / "rotations/primary.yaml").read_text() == BOOK["rotations/primary.yaml"]


# ── offboard and impact ───────────────────────────────────────────────────────────────────


def test_who_leaves_is_named_nowhere_and_the_check_has_nothing_to_say(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert opsbook(book, "offboard", "ana", "--to", "eva", "--effective", "2026-12-24") == 0
    assert opsbook(book, "check") == 0
    capsys.readouterr()
    assert run(["-C", str(book), "impact", "remove", "ana", "--json", "--at", "2026-12-25T09:30Z"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["mentions"], found["shifts_without_anybody"]) == ([], {})


def test_impact_says_what_hangs_on_somebody(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert opsbook(book, "impact", "remove", "ana") == 0
    assert capsys.readouterr().out == (
        "3 places ahead name Ana (ana)\n\n"
        "rotations\n  rotations/primary.yaml:6: layer `weekly` since 2026-11-02\n\n"
        "teams\n  rotations/teams/t.yaml:3: lead\n  rotations/teams/t.yaml:2: member\n\n"
        "without them, until Mon 22 Feb 2027\n"
        "  primary: nobody else is on call, 670.5 h in 4 stretches, first Mon 23 Nov\n"
        "    10:30 – Mon 30 Nov 09:00\n"
        "  secondary: nobody else is on call, 504 h in 3 stretches, first Mon 14 Dec\n"
        "    09:00 – Mon 21 Dec 09:00\n"
        "  no alert depends on them alone: another level reaches somebody in time\n"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ana", "--to", "gus", "--effective", "2026-12-24"], "error: `gus` is there until 2026-10-31"),
        (["ana", "--to", "ana", "--effective", "2026-12-24"], "error: `ana` cannot take over from `ana`"),
        (
            ["ana", "--to", "eva", "--effective", "soon"],
            "error: --effective: `soon` is no date: write `2026-03-16`",
        ),
        (["zoe", "--to", "eva", "--effective", "2026-12-24"], "error: no person `zoe` in this book"),
    ],
)
def test_an_offboarding_that_makes_no_sense_is_refused(
    book: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert opsbook(book, "offboard", *words) == 2
    assert refused(capsys)[0] == said
