"""`opsbook` itself: exit codes, what it says when it cannot do what it is asked, and what it must not do."""

from __future__ import annotations

import os
import pty
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from opsbook.book.settings import load_settings
from opsbook.book.tree import Memory
from opsbook.cli.main import run
from opsbook.errors import UserError
from opsbook.lint.catalog import catalog
from opsbook.output import formats

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-P", "-m", "opsbook")
AT = ("--at", "2026-03-09T12:00Z")
PERSON = "name: Ana Ruiz\ntimezone: Europe/Berlin\n"
Out = pytest.CaptureFixture[str]


@pytest.fixture
def book(quiet: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The healthy book, in which we are."""
    root = tmp_path / "book"
    shutil.copytree(ROOT / "tests/books/healthy", root)
    monkeypatch.chdir(root)
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "tooling"))
    return root


def opsbook(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [*COMMAND, *arguments], env=os.environ | env, capture_output=True, encoding="utf-8", check=False
    )


def shell(line: str) -> subprocess.CompletedProcess[str]:
    """Run a line in which `opsbook` is the command."""
    line = line.replace("opsbook", shlex.join(COMMAND))
    return subprocess.run(["sh", "-c", line], capture_output=True, encoding="utf-8", check=False)


def on_a_terminal(*arguments: str, **env: str) -> str:
    """What the command prints on a terminal."""
    above, below = pty.openpty()
    child = subprocess.Popen(
        [*COMMAND, *arguments],
        env=os.environ | {"TERM": "xterm"} | env,
        stdin=below,
        stdout=below,
        stderr=below,
    )
    os.close(below)
    shown = b""
    try:
        while piece := os.read(above, 4096):
            shown += piece
    except OSError:  # how Linux says that a terminal has closed
        pass
    child.wait()
    os.close(above)
    return shown.decode().replace("\r\n", "\n")


# ── exit codes ────────────────────────────────────────────────────────────────────────────


def break_it(book: Path) -> None:
    (book / "rotations/people/ana.yaml").write_text(PERSON.replace("name", "nmae"))


def test_nothing_wrong_is_0(book: Path, capsys: Out) -> None:
    assert run(["check", *AT]) == 0
    assert capsys.readouterr() == ("nothing wrong in 21 records\n", "")


def test_a_finding_is_1_unless_it_is_milder_than_asked_for(book: Path, capsys: Out) -> None:
    break_it(book)
    assert run(["check", *AT]) == 1
    assert run(["check", *AT, "--exit-zero"]) == 0
    with (book / "opsbook.toml").open("a") as settings:
        settings.write('levels = { documents = "advice" }\n')
    assert run(["check", *AT]) == 0
    assert run(["check", *AT, "--fail-on", "advice"]) == 1


def failing(how: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that fails, as any code may."""

    def check(incident: object, context: object) -> None:
        how()

    monkeypatch.setattr(catalog()["INC001"], "check", check)


def divide_by_zero() -> None:
    print(1 // 0)


def test_a_bug_is_3_with_one_line_and_a_report(
    book: Path, monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    failing(divide_by_zero, monkeypatch)
    assert run(["check", *AT]) == 3
    out, err = capsys.readouterr()
    said, _, name = err.rstrip("\n").rpartition(" ")
    assert (out, said) == ("", "opsbook has a bug: ZeroDivisionError; please report it with")
    report = Path(name).read_text(encoding="utf-8")
    assert report.startswith("opsbook 0.")
    assert "arguments: ['check', '--at', '2026-03-09T12:00Z']" in report
    assert report.endswith("ZeroDivisionError: integer division or modulo by zero\n")
    Path(name).unlink()


def test_the_traceback_of_a_bug_can_be_shown_instead(
    book: Path, monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    failing(divide_by_zero, monkeypatch)
    assert run(["--traceback", "check", *AT]) == 3
    err = capsys.readouterr().err
    assert err.startswith("Traceback (most recent call last):\n")
    assert err.endswith("ZeroDivisionError: integer division or modulo by zero\n")


def test_an_interrupt_is_130(book: Path, monkeypatch: pytest.MonkeyPatch, capsys: Out) -> None:
    failing(lambda: signal.raise_signal(signal.SIGINT), monkeypatch)
    assert run(["check", *AT]) == 130
    assert capsys.readouterr() == ("", "\ninterrupted\n")


def test_output_that_nobody_reads_any_more_ends_it_quietly(book: Path) -> None:
    done = shell("(opsbook explain documents runbooks; echo $? >&2) | head -n 1")
    assert done.stdout.startswith("DOC001 ")
    assert done.stderr in ("141\n", "0\n")  # 0 where everything was printed before `head` had its line


def test_a_reader_that_went_away_at_once_is_141(book: Path) -> None:
    inlet, outlet = os.pipe()
    os.close(inlet)
    done = subprocess.run([*COMMAND, "check", *AT], stdout=outlet, stderr=subprocess.PIPE, check=False)
    os.close(outlet)
    assert (done.returncode, done.stderr) == (141, b"")


def test_output_that_is_closed_is_not_missed(book: Path) -> None:
    done = shell(f"opsbook check {shlex.join(AT)} >&-")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="no /dev/full: Linux has a disk that is always full"
)
def test_a_full_disk_is_said_so(book: Path) -> None:
    done = shell(f"opsbook check {shlex.join(AT)} >/dev/full")
    assert (done.returncode, done.stderr) == (2, "error: cannot write: No space left on device\n")


# ── what cannot be done is 2, and says what to do ─────────────────────────────────────────


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chekc"], "No such command 'chekc'. Did you mean 'check'?"),
        (["deploy"], "No such command 'deploy'."),
        (["check", "--formt", "json"], "No such option '--formt'. Did you mean '--format'?"),
        (["check", "--format", "jsn"], "'jsn' is not one of 'concise', 'full', "),
        (["-C", "nowhere", "check"], "Directory 'nowhere' does not exist."),
    ],
)
def test_a_slip_on_the_command_line_is_named(
    book: Path, arguments: list[str], said: str, capsys: Out
) -> None:
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in " ".join(err.split())


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("tomorrow", "`tomorrow` is no instant: write `2026-03-02T09:02Z`"),
        ("2026-03-09", "`2026-03-09` has no time: write `2026-03-09T09:02Z`"),
        (
            "2026-03-09 12:00",
            "`2026-03-09 12:00` has no offset: write `2026-03-09 12:00Z` for UTC, or add one like `+01:00`",
        ),
    ],
)
def test_a_time_that_is_no_instant_is_refused_with_the_way_to_write_it(
    book: Path, at: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    assert run(["check", "--at", at]) == 2
    assert capsys.readouterr().err == f"error: --at: {said}\n"
    monkeypatch.setenv("OPSBOOK_AT", at)
    assert run(["check"]) == 2
    assert capsys.readouterr().err == f"error: OPSBOOK_AT: {said}\n"


def test_where_no_book_is_it_says_how_one_begins(book: Path, capsys: Out) -> None:
    (book / "opsbook.toml").unlink()
    assert run(["check"]) == 2
    assert capsys.readouterr().err == (
        f"error: no book in `{book}` or above it\n"
        "  a book's root has an `opsbook.toml`, or a `pyproject.toml` with `[tool.opsbook]`\n"
    )


def test_a_path_is_looked_for_from_where_we_are_and_only_in_the_book(
    book: Path, monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    monkeypatch.chdir(book / "runbooks")
    assert run(["check", "database-failover.md", "../policies", *AT]) == 0
    assert capsys.readouterr().out == "nothing wrong in 5 records\n"
    assert run(["check", "database-failver.md", *AT]) == 2
    assert run(["check", "../../elsewhere.md", *AT]) == 2
    assert capsys.readouterr().err == (
        "error: no file or folder `runbooks/database-failver.md` in the book\n"
        f"error: `../../elsewhere.md` is outside the book at `{book}`\n"
    )


def test_another_folder_can_be_named(book: Path, monkeypatch: pytest.MonkeyPatch, capsys: Out) -> None:
    monkeypatch.chdir("/")
    assert run(["-C", str(book / "runbooks"), "check", "database-failover.md", *AT]) == 0
    assert capsys.readouterr().out == "nothing wrong in 1 record\n"


@pytest.mark.parametrize(
    ("output", "why"), [("nowhere/report", "No such file or directory"), (".", "Is a directory")]
)
def test_a_report_that_cannot_be_written_is_refused(book: Path, output: str, why: str, capsys: Out) -> None:
    assert run(["check", *AT, "--output", output]) == 2
    assert capsys.readouterr() == ("", f"error: cannot write `{output}`: {why}\n")


SETTINGS = """\
# profile = "strict"
timezone = "Europe/Berln"
profile = "strct"
fail_on = 3
tmezone = "UTC"

[levels]
REF001 = "of"

[paths]
"runbooks/legacy/**" = {RUN006 = "off", RUN = "loud"}

[runbook_kinds.drill]
part = []

[headings]
rollback = []
"""


def test_every_wrong_setting_is_named_with_its_line(book: Path, capsys: Out) -> None:
    expected = [
        "2: `Europe/Berln` is no IANA time zone: did you mean `Europe/Berlin`?",
        "3: found `strct`, expected `adopt`, `recommended` or `strict` (did you mean `strict`?)",
        "4: found the number `3`, expected `advice`, `warning` or `error`",
        "5: unknown key `tmezone` (did you mean `timezone`?)",
        "8: found `of`, expected `off`, `advice`, `warning` or `error` (did you mean `off`?)",
        "11: found `loud`, expected `off`, `advice`, `warning` or `error`",
        "13: `parts` is missing (The parts it must have: front matter keys or section headings.)",
        "14: unknown key `part` (did you mean `parts`?)",
        "17: found an empty list, expected at least one",
    ]
    (book / "opsbook.toml").write_text(SETTINGS)
    assert run(["check"]) == 2
    assert capsys.readouterr() == ("", "".join(f"error: opsbook.toml:{line}\n" for line in expected))


def test_settings_below_a_project_are_counted_from_the_top_of_its_file(book: Path, capsys: Out) -> None:
    (book / "opsbook.toml").unlink()
    project = '[project]\nname = "shop"\nprofile = "x"\n\n[tool.opsbook]\nprofile = "strct"\n'
    (book / "pyproject.toml").write_text(project)
    assert run(["check"]) == 2
    assert capsys.readouterr().err.startswith("error: pyproject.toml:6: found `strct`")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("x = " + "[" * 5000 + "]" * 5000, "opsbook.toml: nested too deep\n"),
        ("x" + ".x" * 5000 + " = 1\n", "opsbook.toml: nested too deep\n"),
        ("timezone =\n", "opsbook.toml: not TOML: Invalid value (at line 1, column 11)\n"),
        (
            'ignore = ["INC0001"]\n',
            "no rule `INC0001`, named by `ignore` in the settings\n  did you mean `INC001`?\n",
        ),
    ],
)
def test_settings_that_cannot_be_used_are_refused(book: Path, settings: str, said: str, capsys: Out) -> None:
    (book / "opsbook.toml").write_text(settings)
    assert run(["check"]) == 2
    assert capsys.readouterr() == ("", f"error: {said}")


@pytest.mark.parametrize("name", ["opsbook.toml", "pyproject.toml"])
def test_settings_that_nobody_can_read_are_refused(name: str) -> None:
    with pytest.raises(UserError, match=f"cannot read `{name}`: Permission denied"):
        load_settings(Memory({name: None}))


@pytest.mark.skipif(sys.platform != "linux", reason="/proc/self/mem is a file that nobody can read")
def test_a_project_that_nobody_can_read_is_not_passed_over(book: Path, capsys: Out) -> None:
    (book / "opsbook.toml").unlink()
    (book / "pyproject.toml").symlink_to("/proc/self/mem")
    assert run(["check"]) == 2
    assert capsys.readouterr().err == f"error: cannot read `{book}/pyproject.toml`: Input/output error\n"


@pytest.mark.parametrize("name", ["opsbook.toml", "pyproject.toml"])
def test_settings_behind_a_symbolic_link_are_refused(book: Path, name: str, capsys: Out) -> None:
    (book / "opsbook.toml").rename(book / "elsewhere.toml")
    (book / "elsewhere.toml").write_text("[tool.opsbook]\n")
    (book / name).symlink_to("elsewhere.toml")
    assert run(["check"]) == 2
    assert f"{name}` is a symbolic link" in capsys.readouterr().err


# ── on a terminal ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("env", "coloured"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ],
)
def test_a_terminal_gets_colours_unless_it_or_its_owner_wants_none(
    book: Path, env: dict[str, str], coloured: bool
) -> None:
    break_it(book)
    shown = on_a_terminal("check", *AT, **env)
    assert ("\x1b[1;31merror[DOC014]\x1b[0m" in shown, "\x1b" in shown) == (coloured, coloured)
    shown = on_a_terminal("check", "nowhere", **env)
    assert ("\x1b[1;31merror\x1b[0m: " in shown, "\x1b" in shown) == (coloured, coloured)


@pytest.mark.parametrize("command", ["check", "explain INC001", "rules --suppressed"])
def test_a_pipe_gets_colours_only_where_they_are_asked_for(book: Path, command: str) -> None:
    break_it(book)
    (book / "rotations/people/ben.yaml").write_text(PERSON + "titel: x  # opsbook: ignore[DOC014] a test\n")
    assert "\x1b" not in opsbook(*command.split()).stdout
    assert "\x1b" in opsbook(*command.split(), FORCE_COLOR="1").stdout
    assert "\x1b" not in opsbook(*command.split(), FORCE_COLOR="1", NO_COLOR="1").stdout


EVIL = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\u2066\rx"
HOSTILE = {
    "rotations/people/ana.yaml": f"name: Ana\x1b[2J\ntimezone: Europe/Berlin # {EVIL}\n",
    "rotations/people/ben.yaml": """\
name: "\\e[2J\u202e"
timezone: "Mars\\e[31m\\u202e\\r\\n::error::x"
"\\e[2Jnmae": 1
""",
    "rotations/teams/payments.yaml": """\
name: Payments
members: [ana] # opsbook: ignore[REF001\u202e] be\u2066cause
""",
    f"rotations/{EVIL}\n::error::.yaml": PERSON,
    f"runbooks/{EVIL}.md": f"""\
---
owner: nobody
---
# Title \u202e{EVIL}
<img src=x\u202e onerror={EVIL}>
""",
    "policies/services/checkout.yaml": f"name: Checkout {EVIL}\nteam: pay\u202ements\n",
    "policies/services/bom.yaml": "\ufeffname: Shop\u202e\nteam: payments\n",
}


def write_hostile(book: Path) -> None:
    for path, text in HOSTILE.items():
        (book / path).write_bytes(text.encode())


def unprintable(text: str) -> list[str]:
    return [character for character in text if not (character.isprintable() or character == "\n")]


@pytest.mark.parametrize("options", [*(f"--format {name}" for name in formats()), "--statistics"])
def test_what_a_record_says_cannot_move_the_cursor(book: Path, options: str, capsys: Out) -> None:
    write_hostile(book)
    assert run(["check", *AT, *options.split()]) == 1
    out, err = capsys.readouterr()
    assert len(out.splitlines()) > 5
    assert unprintable(out + err) == []


def test_nor_where_suppressions_are_listed_or_a_path_is_unknown(book: Path, capsys: Out) -> None:
    write_hostile(book)
    assert run(["rules", "--suppressed", *AT]) == 0
    assert run(["check", f"runbooks/{EVIL}/x"]) == 2
    out, err = capsys.readouterr()
    assert "because" not in out
    assert unprintable(out + err) == []


def test_a_patch_is_exact_in_a_pipe_and_harmless_on_a_terminal(book: Path) -> None:
    write_hostile(book)
    assert "-\ufeffname: Shop\u202e\n" in opsbook("check", "policies/services/bom.yaml", "--diff").stdout
    shown = on_a_terminal("check", "policies/services/bom.yaml", "--diff")
    assert "-\\ufeffname: Shop\\u202e\n" in shown
    assert unprintable(shown) == []


# ── names and start-up ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--unsafe-fixes", "--unsafe-fixes goes with --fix or --diff"),
        ("--diff --format json", "--diff prints a patch: leave out --format and --statistics"),
        ("--diff --statistics", "--diff prints a patch: leave out --format and --statistics"),
        ("--statistics --format json", "--statistics is a report of its own: leave out --format"),
    ],
)
def test_options_that_go_not_together_are_refused(book: Path, options: str, said: str, capsys: Out) -> None:
    assert run(["check", *options.split()]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_a_patch_goes_where_output_says(book: Path, monkeypatch: pytest.MonkeyPatch, capsys: Out) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")  # a file is read by no runner
    person = book / "rotations/people/ana.yaml"
    person.write_text("\ufeff" + person.read_text())
    assert run(["check", "--diff", "--output", "mend.patch", *AT]) == 1
    assert capsys.readouterr().out == ""
    assert (book / "mend.patch").read_text().startswith("--- a/rotations/people/ana.yaml\n")
    subprocess.run(["git", "apply", "mend.patch"], check=True)
    assert not person.read_text().startswith("\ufeff")


def test_a_shell_completes_commands_and_options(book: Path) -> None:
    script = opsbook(_OPSBOOK_COMPLETE="bash_source")
    assert (script.returncode, "complete -o nosort -F _opsbook_completion opsbook" in script.stdout) == (
        0,
        True,
    )
    line = {"_OPSBOOK_COMPLETE": "bash_complete", "COMP_CWORD": "1"}
    assert opsbook(**line, COMP_WORDS="opsbook ch").stdout == "plain,check\nplain,checklist\n"
    line["COMP_CWORD"] = "2"
    assert opsbook(**line, COMP_WORDS="opsbook check --form").stdout == "plain,--format\n"


HEAVY = frozenset(
    [
        "pydantic", "yaml", "pyromark", "rich_click", "rich", "jinja2", "pygments", "mkdocs", "git", "ruamel",
        "markdown_it",
    ]
)  # fmt: skip
LOADED = """
import sys
from opsbook.cli.main import run
code = run(sys.argv[1:])
print(code, *sys.modules, file=sys.stderr)
"""


def loaded(*arguments: str) -> set[str]:
    """The heavy packages that a command imports."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", LOADED, *arguments], capture_output=True, encoding="utf-8", check=True
    )
    code, *names = done.stderr.split()
    assert code == "0", done.stdout
    return {*names} & HEAVY


def test_a_command_loads_only_what_it_uses(book: Path) -> None:
    (book / "schemas").mkdir()
    assert loaded("--version") == set()
    assert loaded("--help") == {"rich_click", "rich"}
    assert loaded("check", *AT, "rotations/people/ana.yaml") == {"pydantic"}
    assert loaded("check", *AT, "runbooks/database-failover.md") == {"pydantic", "pyromark", "yaml"}
    assert loaded("rules") == {"pydantic"}
    assert loaded("explain", "INC001") <= {"pydantic", "pyromark", "yaml"}
    assert loaded("schema", "write") == {"pydantic"}


def test_what_pydantic_asks_of_its_plugins_beyond_them_is_there() -> None:
    asked = (
        "import opsbook.cli.main, pydantic.plugin\n"
        "from pydantic.plugin._loader import PYDANTIC_ENTRY_POINT_GROUP, get_plugins\n"
        "print(get_plugins(), PYDANTIC_ENTRY_POINT_GROUP)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", asked], capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout == "() pydantic\n"


def test_a_check_where_nothing_changed_loads_next_to_nothing(book: Path) -> None:
    assert "pydantic" in loaded("check", *AT)
    assert loaded("check", *AT) == set()


def test_a_check_of_one_record_loads_no_rule_of_another_kind(book: Path) -> None:
    loaded("check", *AT, "rotations/people/ana.yaml")
    command = [sys.executable, "-P", "-c", LOADED.replace('name.partition(".")[0]', "name")]
    arguments = ["check", *AT, "rotations/people/ana.yaml"]
    done = subprocess.run([*command, *arguments], capture_output=True, encoding="utf-8", check=True)
    families = {name.split(".")[2] for name in done.stderr.split() if name.startswith("opsbook.rules.")}
    assert "references" in families
    assert families.isdisjoint(("runbooks", "incidents", "postmortems", "policies"))
