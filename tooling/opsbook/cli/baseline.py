"""`opsbook baseline`: what is wrong today, in a file that may only shrink."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command, at_option, moment
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.lint.baseline import Baseline
    from opsbook.lint.check import Report
    from opsbook.lint.session import Session


@click.command(cls=Command)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--accept", is_flag=True, help="Put in what is new, of PATHS or of the whole book.")
@click.option("--select", "-s", multiple=True, metavar="RULE", help="With --accept: only these rules.")
@click.option("--because", metavar="REASON", help="With --accept: why it may stay as it is.")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 where the file could shrink or grew.")
@click.option(
    "--base", metavar="REV", help="With --check: it may hold nothing new since REV without a reason."
)
@at_option
@click.pass_obj
def command(obj: dict[str, Any], /, paths: tuple[str, ...], at: str | None, **options: Any) -> int:
    """Write down what is wrong today, so that only what is new fails.

    The first time, all that fails goes into `opsbook-baseline.jsonl`. Afterwards the command takes out
    what is no longer found, and puts nothing in but with --accept and a reason.
    """
    from opsbook.lint.session import Session

    _refuse_what_goes_not_together(paths, options)
    session = Session(Path.cwd(), moment(obj, at))
    if options["check"]:
        return _check(session, options["base"])
    if options["accept"]:
        return _accept(session, paths, options)
    return _begin(session) if session.baseline is None else _shrink(session, session.baseline)


def _refuse_what_goes_not_together(paths: tuple[str, ...], options: dict[str, Any]) -> None:
    if options["accept"] and not (options["because"] or "").strip():
        raise click.UsageError("--accept needs --because REASON: say why it may stay as it is")
    if not options["accept"] and (paths or options["select"] or options["because"]):
        raise click.UsageError("PATHS, --select and --because go with --accept")
    if options["base"] and not options["check"]:
        raise click.UsageError("--base goes with --check")


def _begin(session: Session) -> int:
    from opsbook.book.tree import BASELINE_FILE
    from opsbook.book.write import create
    from opsbook.diagnostics import Level
    from opsbook.lint import baseline
    from opsbook.text import count

    report = session.check()
    today = session.now.astimezone(session.book.settings.timezone).date()
    found = baseline.begin(report, Level[session.fail_on(None).upper()], today)
    if not found.entries:
        click.echo("nothing fails: there is nothing to write down")
        return 0
    create(session.root, BASELINE_FILE, baseline.write(found))
    records = len({each.record for each in found.entries})
    click.echo(
        f"{BASELINE_FILE}: {count(found.first, 'finding')} in {count(records, 'record')}, begun {today}"
    )
    click.echo("commit it: from now on `opsbook check` fails only on what is new")
    return 0


def _shrink(session: Session, before: Baseline) -> int:
    from opsbook.lint import baseline
    from opsbook.text import count

    report = session.check()
    after = baseline.shrink(before, report)
    _write(session, before, after)
    click.echo(
        f"{after.left:,} of {count(after.first, 'finding')} left, {before.left - after.left:,} taken out"
    )
    new = _new(session, report)
    if new:
        click.echo(
            f"{count(len(new), 'finding')} not in it: mend them, or say why not: `--accept --because REASON`"
        )
    return 0


def _accept(session: Session, paths: tuple[str, ...], options: dict[str, Any]) -> int:
    from opsbook.lint import baseline
    from opsbook.lint.catalog import named
    from opsbook.text import count

    if session.baseline is None:
        raise UserError(
            "there is no baseline yet", "`opsbook baseline` begins one, with everything that fails"
        )
    codes = named(options["select"])
    new = [each for each in _new(session, session.check(paths)) if not codes or each.code in codes]
    after = baseline.accept(session.baseline, new, options["because"].strip())
    _write(session, session.baseline, after)
    click.echo(f"{count(len(new), 'finding')} put in; {after.left:,} of {after.first:,} left")
    return 0


def _check(session: Session, base: str | None) -> int:
    from opsbook.lint import baseline
    from opsbook.output.frames import clean
    from opsbook.text import count

    if session.baseline is None:
        click.echo("no baseline: nothing is known, everything counts")
        return 0
    report = session.check()
    burndown = report.burndown
    assert burndown is not None
    click.echo(f"{burndown.left:,} of {count(burndown.first, 'finding')} left")
    if burndown.gone:
        click.echo(
            f"{count(burndown.gone, 'finding')} no longer found: `opsbook baseline` takes that out", err=True
        )
    grown = []
    if base:
        earlier = baseline.read(session.git.commit_tree(session.git.merge_base(base)))
        grown = baseline.grown(session.baseline, earlier) if earlier else []
    for each in grown:
        click.echo(
            f"{clean(each.record)}: this change puts {clean(each.code)} in without a reason: mend it, or use "
            "`opsbook baseline --accept --because REASON`",
            err=True,
        )
    return int(bool(burndown.gone or grown))


def _new(session: Session, report: Report) -> list[Any]:
    """What fails and is not known."""
    from opsbook.diagnostics import Level

    fails = Level[session.fail_on(None).upper()]
    return [each for each in report.diagnostics if each.level >= fails and not each.before]


def _write(session: Session, before: Baseline, after: Baseline) -> None:
    """Put the file where the old one was, if nobody changed that meanwhile."""
    from opsbook.book.tree import BASELINE_FILE
    from opsbook.book.write import replace
    from opsbook.lint import baseline
    from opsbook.text import Source

    text = session.book.tree.read(BASELINE_FILE).decode("utf-8")
    if after != before:
        replace(session.root, Source(BASELINE_FILE, text), baseline.write(after))
