"""`opsbook check`: what is wrong with the book, where, why, and how to mend it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from opsbook.cli.options import Command, at_option, colored, moment
from opsbook.diagnostics import PROFILES
from opsbook.errors import UserError
from opsbook.output import formats

if TYPE_CHECKING:
    from opsbook.lint.check import Report
    from opsbook.lint.session import Change, Session


@click.command(cls=Command)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--select", "-s", multiple=True, metavar="RULE", help="Only these rules: code, name or family.")
@click.option("--ignore", "-i", multiple=True, metavar="RULE", help="Not these rules.")
@click.option("--profile", type=click.Choice(PROFILES), help="How strict to be.")
@click.option("--fix", is_flag=True, help="Mend what can be mended safely, then report the rest.")
@click.option(
    "--unsafe-fixes", is_flag=True, help="Also fixes that may change the meaning: with --fix or --diff."
)
@click.option("--diff", is_flag=True, help="Print what --fix would change as a patch, and change nothing.")
@click.option(
    "--format",
    "-f",
    "style",
    type=click.Choice(formats()),
    default="full",
    show_default=True,
    help="`github` also writes the summary of the job.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the report or the patch to FILE.",
)
@click.option("--all", "everything", is_flag=True, help="List every finding, however many there are.")
@click.option("--statistics", is_flag=True, help="Count findings by rule instead of listing them.")
@click.option(
    "--fail-on",
    type=click.Choice(["advice", "warning", "error"]),
    help="The mildest level that exits with 1.",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@click.option("--base", metavar="REV", help="Only what changed since the merge base with REV is an error.")
@click.option("--staged", is_flag=True, help="Judge what is staged: the content of the next commit.")
@click.option("--no-baseline", is_flag=True, help="Report what the baseline knows as well.")
@click.option("--no-cache", is_flag=True, help="Neither use nor write the cache.")
@at_option
@click.pass_obj
def command(obj: dict[str, Any], /, paths: tuple[str, ...], at: str | None, **options: Any) -> int:
    """Check the book, or only PATHS of it.

    Prints every finding with its place, the reason and what would mend it. Exits with 1 when
    something is found at the level of --fail-on or worse (default: warning).
    """
    from opsbook.lint.session import Session

    _refuse_what_goes_not_together(options)
    session = Session(
        Path.cwd(),
        moment(obj, at),
        profile=options["profile"],
        select=options["select"],
        ignore=options["ignore"],
        base=options["base"],
        staged=options["staged"],
        cache=not options["no_cache"],
        baseline=not options["no_baseline"],
        root=_root(paths),
    )
    return _run(session, paths, options)


def _refuse_what_goes_not_together(options: dict[str, Any]) -> None:
    if options["unsafe_fixes"] and not (options["fix"] or options["diff"]):
        raise click.UsageError("--unsafe-fixes goes with --fix or --diff")
    if options["diff"] and (options["statistics"] or options["style"] != "full"):
        raise click.UsageError("--diff prints a patch: leave out --format and --statistics")
    if options["statistics"] and options["style"] != "full":
        raise click.UsageError("--statistics is a report of its own: leave out --format")


def _root(paths: tuple[str, ...]) -> Path:
    """The book around the current folder, or else around the first path: a hook runs at the top of
    a repository of which the book may be a part."""
    from opsbook.book.settings import find_root

    try:
        return find_root(Path.cwd())
    except UserError:
        if not paths:
            raise
    return find_root(Path(os.path.abspath(paths[0])))


def _run(session: Session, paths: tuple[str, ...], options: dict[str, Any]) -> int:
    from opsbook.cli.progress import Progress

    with Progress("checking") as progress:
        report = session.check(paths, progress)
    if not options["no_cache"]:
        _say_whether_it_remembers()
    if options["fix"] or options["diff"]:
        changes, report = session.fix(paths, report, unsafe=options["unsafe_fixes"])
        if options["diff"]:
            _patch(changes, options["output"])
        elif changes:
            session.write(changes)
            from opsbook.text import count

            click.echo(f"mended {count(len(changes), 'file')}", err=True)
        _say_what_was_left(session)
        if options["diff"]:
            return 1 if changes and not options["exit_zero"] else 0
    _print(report, session, paths, options)
    if options["exit_zero"]:
        return 0
    from opsbook.git import WRITES

    if os.environ.get(WRITES):  # who responds gets the rest as next steps, and is not stopped
        return int(session.has_unreadable(report))
    from opsbook.diagnostics import Level

    worst = report.worst()
    return int(worst is not None and worst >= Level[session.fail_on(options["fail_on"]).upper()])


def _say_whether_it_remembers() -> None:
    from opsbook.book.store import folder

    if folder() is None:
        click.echo(
            "the cache is not used: git tracks files in its folder, or may\n"
            "hint: set OPSBOOK_CACHE_DIR to a folder outside of the repository",
            err=True,
        )


def _say_what_was_left(session: Session) -> None:
    from opsbook.output.frames import clean

    for path, title in session.refused:
        click.echo(f"left alone: `{clean(title)}` would make {clean(path)} unreadable", err=True)


def _patch(changes: list[Change], output: Path | None) -> None:
    """The changes, as `git apply` reads them; on a terminal, as a person may read them safely. A CI
    runner is told to take none of it for commands."""
    from opsbook.edits import diff
    from opsbook.output.frames import clean

    text = "".join(diff(before, after) for before, after in changes)
    if output is not None:
        _write(output, text, "w")
        return
    if sys.stdout.isatty():
        text = "\n".join(map(clean, text.split("\n")))
    if text and os.environ.get("GITHUB_ACTIONS") == "true":
        token = os.urandom(16).hex()
        text = f"::stop-commands::{token}\n{text}::{token}::\n"
    click.echo(text, nl=False)


def _print(report: Report, session: Session, paths: tuple[str, ...], options: dict[str, Any]) -> None:
    report = report._replace(brief=not (paths or options["select"] or options["everything"]))
    style, output = options["style"], options["output"]
    color = output is None and colored()
    if options["statistics"]:
        from opsbook.output.statistics import counted

        text = counted(report, color=color)
    else:
        text = _rendered(report, style, session, color=color)
    if output is None:
        click.echo(text, nl=False, color=color or None)
    else:
        _write(output, text, "w")
    if style == "github" and os.environ.get("GITHUB_STEP_SUMMARY"):
        summary = _rendered(report, "markdown", session, color=False)
        _write(Path(os.environ["GITHUB_STEP_SUMMARY"]), summary, "a")


def _rendered(report: Report, style: str, session: Session, *, color: bool) -> str:
    from importlib import import_module

    module = import_module(f"opsbook.output.{style}")
    if getattr(module, "FOR_FORGES", False):
        report = report.below(session.git.prefix)
    text: str = module.render(report, color=color)
    return text


def _write(file: Path, text: str, mode: Literal["w", "a"]) -> None:
    try:
        with file.open(mode, encoding="utf-8", errors="backslashreplace", newline="") as stream:
            stream.write(text)
    except OSError as error:
        raise UserError(f"cannot write `{file}`: {error.strerror}") from None
