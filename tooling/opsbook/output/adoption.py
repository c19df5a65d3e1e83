"""What `opsbook adopt` ends with: ten lines of what was found, what was written, and what to do first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from textwrap import shorten
from typing import TYPE_CHECKING, NamedTuple

from opsbook.text import count

if TYPE_CHECKING:
    from opsbook.authoring.adopting.places import Place
    from opsbook.authoring.adopting.plan import Plan
    from opsbook.diagnostics import Diagnostic
    from opsbook.lint.check import Report

_RULES = 3
_NAMED = 3
"""Pages taken for neither that are named."""
_WORDS = 60
"""Letters of a line that are shown."""


class Told(NamedTuple):
    """How what was done is told: whether it was, in git or not, and where its baseline is new."""

    dry_run: bool
    in_git: bool
    baseline: str | None


def listing(plan: Plan, told: Told) -> Iterator[str]:
    """Every move; for a dry run also every other file, and every page that is left out, a line each."""
    if plan.moves or told.dry_run:
        for each in plan.away:
            yield f"{'move ' if plan.moves else 'apart'} {each.page.path} -> {each.path}"
        for path, where in sorted(plan.carried.items()):
            yield f"move  {path} -> {where}"
        for each in plan.away:
            if each.guessed:
                yield f"guess {_guess(each)}"
    if not told.dry_run:
        return
    for path, number in sorted(plan.relinked.items()):
        yield f"links {path}: {number}"
    moved = {*(each.path for each in plan.away), *plan.carried.values()}
    for path, addition in sorted(plan.additions.items()):
        yield f"front {path}: {', '.join(addition.keys)}"
    for path in sorted({*plan.new, *filter(None, [told.baseline])} - moved):
        yield f"write {path}"
    for path, reason in plan.left:
        yield f"leave {path}: {reason}"


def lines(plan: Plan, report: Report, told: Told) -> Iterator[str]:
    """The report."""
    yield f"found      {_found(plan)}"
    if plan.found.neither:
        yield f"neither    {_neither(plan.found.neither)}"
    yield f"book       {_book(plan)}"
    if plan.away:
        yield f"moved      {_moved(plan, report, told)}" if plan.moves else f"apart      {_apart(plan, told)}"
    guessed = [each for each in plan.away if each.guessed]
    if guessed:
        more = f", and {len(guessed) - 1:,} more" if len(guessed) > 1 else ""
        yield f"guessed    the day of {_guess(guessed[0])}{more}: see that it is right"
    if alone := _without_record(report):
        yield f"records    {alone}"
    if plan.left:
        yield f"left out   {_left(plan, told)}"
    yield f"settings   {_settings(plan)}"
    yield f"written    {_written(plan, told)}"
    yield from _baseline(plan, report, told)
    if (plan.new or plan.changes) and told.in_git and not told.dry_run:
        yield "undo       `git stash --include-untracked`; `git add --all` and a commit keep it"


def _found(plan: Plan) -> str:
    kinds = ", ".join(f"{number:,} {name}" for name, number in plan.shapes.most_common())
    postmortems = len(plan.found.pages) - plan.shapes.total()
    parts = [f"{count(plan.shapes.total(), 'runbook')} ({kinds})"] if kinds else []
    parts += [count(postmortems, "post-mortem")] if postmortems else []
    if plan.rules.paths:
        files = count(len(plan.rules.paths), "rule file")
        parts.append(f"{files} with {count(len(plan.rules.names), 'alert')}")
    return ", ".join(parts)


def _neither(paths: Sequence[str]) -> str:
    """How many pages were taken for neither, the first of them, and how a person says what they are."""
    more = f" and {len(paths) - _NAMED:,} more" if len(paths) > _NAMED else ""
    what = "says what it is" if len(paths) == 1 else "says what they are"
    named = f"{count(len(paths), 'Markdown page')}, {', '.join(paths[:_NAMED])}{more}"
    return f"{named}: `--runbooks GLOB` or `--postmortems GLOB` {what}"


def _book(plan: Plan) -> str:
    where = plan.book or "./"
    number = len(plan.standing)
    return f"{where}, where {count(number, 'page')} {'stands' if number == 1 else 'stand'} in place already"


def _moved(plan: Plan, report: Report, told: Told) -> str:
    places = (each.location for each in report.diagnostics if each.name == "dead_link")
    dead = sum((plan.book + each.path, each.text) in plan.led for each in places)
    lead = (
        f"; {count(dead, 'link')} that {'leads' if dead == 1 else 'lead'} to a file today no longer "
        f"{'does' if dead == 1 else 'do'}"
        if dead
        else ""
    )
    taken = f", and {count(len(plan.carried), 'file')} that they link to" if plan.carried else ""
    followed = sum(plan.relinked.values())
    links = f"; {count(followed, 'link')} {'follows' if followed == 1 else 'follow'}" if followed else ""
    return count(len(plan.away), "page") + taken + (" to be moved" if told.dry_run else "") + links + lead


def _guess(place: Place) -> str:
    """Which day a post-mortem got, and from which of its words."""
    day = place.path.split("/")[-2][:10]
    return f"{place.page.path}: {day}, from `{shorten(place.guessed, _WORDS, placeholder=' …')}`"


def _without_record(report: Report) -> str:
    """How many post-mortems tell of an incident that has no record."""
    alone = [each for each in report.diagnostics if each.name == "postmortem_without_record"]
    if not alone:
        return ""
    said = f"{count(len(alone), 'post-mortem')} without the record of its incident, of which no figure knows"
    return f"{said}: `opsbook new incident {alone[0].location.path.split('/')[-2]}` begins one"


def _apart(plan: Plan, told: Told) -> str:
    number = len(plan.away)
    how = "`--move` moves them" if told.dry_run else "`opsbook adopt --move --dry-run` says where to"
    said = "stands elsewhere and is" if number == 1 else "stand elsewhere and are"
    return f"{count(number, 'page')} {said} not read: {how}"


def _left(plan: Plan, told: Told) -> str:
    reasons = Counter(reason for _, reason in plan.left)
    said = ", ".join(f"{number:,} {reason}" for reason, number in reasons.most_common())
    return said + ("" if told.dry_run else "; `--dry-run` names them")


def _settings(plan: Plan) -> str:
    settings = plan.settings
    path = f"{plan.book}opsbook.toml"
    parts = [str(settings.timezone), f"profile {settings.profile}"]
    if plan.shapes:
        parts.append(f"runbooks are of kind {settings.default_runbook_kind}")
    if settings.headings:
        parts.append(count(sum(map(len, settings.headings.values())), "heading"))
    if settings.alerts:
        parts.append(count(len(settings.alerts), "glob") + " of rule files")
    return f"{path if path in plan.new else 'kept as they are'}: {', '.join(parts)}"


def _written(plan: Plan, told: Told) -> str:
    keys = Counter(key for addition in plan.additions.values() for key in addition.keys)
    files = len(plan.new) - len(plan.gone)
    parts = []
    if keys:
        said = ", ".join(f"{key} {number:,}" for key, number in keys.most_common())
        parts.append(f"front matter of {count(len(plan.additions), 'page')} ({said})")
    if files:
        parts.append(count(files, "new file"))
    said = " and ".join(parts) or "nothing: it is all there"
    return said + (" to be written" if parts and told.dry_run else "")


def _baseline(plan: Plan, report: Report, told: Told) -> Iterator[str]:
    """What is wrong today, and what to do about it first."""
    if report.burndown:
        more = sum(not each.before and each.level >= plan.fails for each in report.diagnostics)
        grown = f"; {count(more, 'finding')} of the pages that move put in" if told.baseline else ""
        first = count(report.burndown.first, "finding")
        yield f"baseline   kept: {report.burndown.left:,} of {first} left{grown}"
        return
    known = [each for each in report.diagnostics if each.level >= plan.fails]
    advice = len(report.diagnostics) - len(known)
    records = len({each.location.path for each in known})
    said = f"{count(len(known), 'finding')} in {count(records, 'record')}; only what is new fails"
    besides = f"; besides, {count(advice, 'advice')}" if advice else ""
    yield f"baseline   {said if told.baseline else 'none: nothing fails'}{besides}"
    rules = Counter(each.name for each in report.diagnostics).most_common(_RULES)
    if rules:
        worst = max(each.level for each in report.diagnostics)
        most = Counter(each.name for each in report.diagnostics if each.level is worst).most_common(1)[0][0]
        yield f"most       {', '.join(f'{name} {number:,}' for name, number in rules)}"
        yield f"first      {_first(report.diagnostics, most)}"


def _first(found: Sequence[Diagnostic], most: str) -> str:
    unknown = Counter(each.location.text for each in found if each.name == "unknown_reference")
    fixable = sum(each.fix is not None and each.fix.safe for each in found)
    if unknown:
        name, number = unknown.most_common(1)[0]
        return f"describe `{name}` in rotations/teams/ or rotations/people/: that mends {number:,}"
    if fixable:
        return f"`opsbook check --fix` mends {fixable:,}"
    return f"`opsbook explain {most}`; mend a few, then run `opsbook baseline`"
