"""`opsbook rules`: the rules and their levels, and what is suppressed where."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command, at_option, colored, moment
from opsbook.diagnostics import PROFILES
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.diagnostics import Diagnostic
    from opsbook.lint.catalog import Selection
    from opsbook.lint.rule import Rule
    from opsbook.lint.suppressions import Suppression

_TABLE_HEAD = """\
# Rules

The {rules} rules, written by `opsbook rules --markdown`. `opsbook explain RULE` shows a rule's page: what
it asks for and why, what it leaves alone, and an example of both. `hits` is how often a rule was met in real
collections of runbooks, post-mortems, incident feeds, alert rules and rotas, `read` how many of these a
person read, and `right` how many of those were right. Where post-mortems were written down as records for
this, the page of the rule says so. Empty: no such collection holds the records that the rule is about; its
examples are its tests.
"""
_NAME = 17
"""The column at which a rule's name begins."""
Silenced = list[tuple["Suppression", list["Diagnostic"]]]


@click.command(cls=Command)
@click.option("--family", metavar="NAME", help="Only the rules of one family.")
@click.option("--profile", type=click.Choice(PROFILES), help="Levels in a profile.")
@click.option("--suppressed", is_flag=True, help="List the suppressions in the book and what they silence.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--markdown", is_flag=True, help="Print a table of the rules and how they were measured.")
@at_option
@click.pass_obj
def command(obj: dict[str, Any], /, **options: Any) -> None:
    """The rules: code, level in this book, name, and what holds where nothing is wrong."""
    fault = None
    if options["suppressed"]:
        listed = _suppressed(obj, options)
    else:
        selection, fault = _selection(options["profile"])
        listed = _listed(options, selection)
    click.echo(listed, nl=False, color=colored() or None)
    if fault:
        raise fault


# ── rules ─────────────────────────────────────────────────────────────────────────────────


def _listed(options: dict[str, Any], selection: Selection) -> str:
    from opsbook.output.json import encoded

    rules = _rules(options["family"])
    if options["as_json"]:
        return encoded([_rule_data(each, selection) for each in rules])
    if options["markdown"]:
        return "".join(_rules_table(rules))
    return _rules_text(rules, selection)


def _rules(family: str | None) -> list[Rule]:
    from opsbook.lint.catalog import catalog, named

    codes = named([family]) if family else catalog().keys()
    return [rule for code, rule in catalog().items() if code in codes]


def _selection(profile: str | None) -> tuple[Selection, UserError | None]:
    """The levels of this book, or of the profile where there is no book, or where its settings are
    broken, and then why."""
    from opsbook.book.settings import find_root, load_settings
    from opsbook.book.tree import WorkTree
    from opsbook.lint.catalog import Selection
    from opsbook.model.settings import Settings

    try:
        root = find_root(Path.cwd())
    except UserError:
        return Selection(Settings(), profile), None
    try:
        return Selection(load_settings(WorkTree(root)), profile), None
    except UserError as error:
        return Selection(Settings(), profile), error


def _level(rule: Rule, selection: Selection) -> str:
    return str(selection.level(rule.code, "") or "off")


def _rules_text(rules: list[Rule], selection: Selection) -> str:
    """A line each; the title below the name on a terminal that is not as wide as that."""
    longest = max(len(each.name) for each in rules)
    heads = [f"{each.code:<6}  {_level(each, selection):<7}  {each.name:<{longest}}" for each in rules]
    lines = [f"{head}  {each.title}" for head, each in zip(heads, rules, strict=True)]
    width = shutil.get_terminal_size().columns
    if not sys.stdout.isatty() or max(map(len, lines)) <= width:
        return "".join(f"{line}\n" for line in lines)
    indent = " " * _NAME
    below = ("\n".join(textwrap.wrap(each.title, max(width - _NAME, 20))) for each in rules)
    return "".join(
        f"{head.rstrip()}\n{textwrap.indent(title, indent)}\n"
        for head, title in zip(heads, below, strict=True)
    )


def _rules_table(rules: list[Rule]) -> Iterator[str]:
    """The page `docs/rules.md`: every rule by family, its levels, its fix, and how often it was right."""
    from opsbook.lint.examples import mends

    yield _TABLE_HEAD.format(rules=len(rules))
    for family, group in groupby(sorted(rules, key=lambda each: each.family), key=lambda each: each.family):
        yield f"\n## {family.capitalize()}\n\n"
        yield f"| code | name | {' | '.join(PROFILES)} | fix | hits | read | right |\n"
        yield "|---|---|" + "---|" * len(PROFILES) + "---|--:|--:|--:|\n"
        for each in group:
            levels = " | ".join(str(each.level(profile) or "off") for profile in PROFILES)
            measured = each.terms.measured
            numbers = f"{measured.hits:,} | {measured.read} | {measured.right}" if measured else "| |"
            fix = mends(each)
            yield f"| {each.code} | `{each.name}` | {levels} | {'' if fix == 'none' else fix} | {numbers} |\n"


def _rule_data(rule: Rule, selection: Selection) -> dict[str, Any]:
    terms = rule.terms
    return {
        "code": rule.code,
        "name": rule.name,
        "family": rule.family,
        "level": _level(rule, selection),
        "levels": {profile: getattr(terms, profile) for profile in PROFILES},
        "dated": terms.dated,
        "since": terms.since,
        "measured": terms.measured and terms.measured._asdict(),
        "title": rule.title,
    }


# ── suppressions ──────────────────────────────────────────────────────────────────────────


def _suppressed(obj: dict[str, Any], options: dict[str, Any]) -> str:
    from opsbook.lint.session import Session
    from opsbook.output.json import encoded

    session = Session(Path.cwd(), moment(obj, options["at"]), profile=options["profile"])
    silenced = session.suppressions()
    if options["as_json"]:
        return encoded([_silenced_data(*each) for each in silenced])
    return _silenced_text(silenced)


def _silenced_text(silenced: Silenced) -> str:
    from opsbook.text import count

    idle = sum(not found for _, found in silenced)
    last = count(len(silenced), "suppression") + (f", {idle:,} of them without effect" if idle else "")
    return "".join(_silenced_lines(*each) for each in silenced) + last + "\n"


def _silenced_lines(suppression: Suppression, found: list[Diagnostic]) -> str:
    from opsbook.output.frames import Paint, clean

    paint = Paint(colored())
    until = f" until {suppression.until}" if suppression.until else ""
    head = paint(clean(str(suppression.location)), "1")
    names, reason = clean(", ".join(suppression.names)), clean(suppression.reason) or "no reason given"
    lines = [f"{head}: ignores {names}{until}: {reason}"]
    lines += [f"  {each.level}[{each.code}] {each.name}: {clean(each.message)}" for each in found]
    if not found:
        lines.append("  silences nothing")
    return "\n".join(lines) + "\n"


def _silenced_data(suppression: Suppression, found: list[Diagnostic]) -> dict[str, Any]:
    start = suppression.location.start
    return {
        "path": suppression.location.path,
        "line": start.line,
        "column": start.column,
        "rules": list(suppression.names),
        "reason": suppression.reason,
        "until": suppression.until and suppression.until.isoformat(),
        "silences": [
            {"code": each.code, "name": each.name, "level": str(each.level), "message": each.message}
            for each in found
        ],
    }
