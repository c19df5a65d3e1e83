"""Runs the selected rules over a book: documents → outcomes → a report.

Each document is a subject: its outcome is what its rules found, which answers of the book they
used and how long the clock agrees with them. An outcome may come from the cache, from this process
or from another; the report is the same. Suppressions are applied at the end, over everything.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from sys import intern
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook import processors
from opsbook.book.document import Document, source_at
from opsbook.book.kinds import expected, identify
from opsbook.book.subset import Problem
from opsbook.book.tree import Tree, WorkTree
from opsbook.diagnostics import Diagnostic, Finding, Level
from opsbook.edits import Edit, Fix
from opsbook.lint.context import Clock, Context
from opsbook.lint.suppressions import (
    SPOKEN_TO,
    Commented,
    Suppression,
    commented,
    malformed,
    rule_files,
    suppressions,
)
from opsbook.text import Location, Source, Span

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.lint.catalog import Selection

WHOLE_BOOK = ""
"""The subject that stands for the rules on the book as a whole."""
_LAYOUT = "the layout is in `opsbook explain misplaced_record`"
_WORTH_A_PROCESS = 400
_TOGETHER = 32
"""So many subjects are evaluated at once: fewer than a book keeps, or what rules remember of each."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Outcome(NamedTuple):
    """What checking one subject gave, and on what it depends."""

    reads: tuple[str, ...]
    """Keys of `Book.version`."""
    since: int
    until: int
    """True from `since` up to, not including, `until`, in microseconds since 1970."""
    diagnostics: tuple[Diagnostic, ...]
    suppressions: tuple[Suppression, ...]


class Burndown(NamedTuple):
    """How far a baseline is worked off, counted in findings."""

    first: int
    """How many were ever put in."""
    left: int
    """How many are still found."""
    gone: int
    """How many are in the file and no longer found."""


class Report(NamedTuple):
    """What is wrong with a book, in order of place."""

    diagnostics: tuple[Diagnostic, ...]
    suppressed: tuple[tuple[Diagnostic, Suppression], ...]
    checked: int
    """How many records were looked at."""
    brief: bool = False
    """A few findings of each rule are enough for a person, where there are many."""
    burndown: Burndown | None = None
    """How far the book's baseline is worked off; None where there is none."""
    folder: str = ""
    """Where the book stands, when paths are counted from above it; ends in `/`."""

    def worst(self) -> Level | None:
        """The worst level of what is new; None where nothing is."""
        return max((each.level for each in self.diagnostics if not each.before), default=None)

    def below(self, folder: str) -> Report:
        """The same with paths counted from above: `folder` ends in `/`."""
        diagnostics = tuple(each.below(folder) for each in self.diagnostics)
        return self._replace(diagnostics=diagnostics, folder=folder + self.folder)


Progress = Callable[[int], None]


def check(
    book: Book,
    selection: Callable[[], Selection],
    now: datetime,
    *,
    subjects: Sequence[str] | None = None,
    known: Mapping[str, Outcome] | None = None,
    progress: Progress | None = None,
) -> tuple[Report, dict[str, Outcome]]:
    """The report on these subjects, or on the whole book, and every outcome behind it.

    `known` holds outcomes that are still true; only the other subjects are evaluated.
    """
    wanted = [*book.subjects(), WHOLE_BOOK] if subjects is None else list(subjects)
    outcomes = {each: known[each] for each in wanted if each in known} if known else {}
    todo = [each for each in wanted if each not in outcomes]
    if todo:
        outcomes |= _evaluate_all(book, selection(), now, todo, progress)
    return settle(outcomes, selection, _today(book, now), whole=subjects is None), outcomes


def _today(book: Book, now: datetime) -> Callable[[], date]:
    """The day it is in the book's zone; the settings are read where somebody asks."""

    def today() -> date:
        from opsbook.model.time import local_day

        return local_day(now, book.settings.timezone)

    return today


# ── subjects ──────────────────────────────────────────────────────────────────────────────


class _Checked:
    """A subject while rules run over it: what they are given, and what they found."""

    def __init__(self, book: Book, now: datetime) -> None:
        self.reads: set[str] = set()
        self.clock = Clock(now)
        self.book = book.recording(self.reads)
        self.context = Context(self.book, self.clock, self.book.settings)
        self.kind: str | None = None
        """The kind whose rules run; None where none can."""
        self.document: Any = None
        self.found: list[Diagnostic] = []


def evaluate(book: Book, selection: Selection, now: datetime, subjects: Iterable[str]) -> dict[str, Outcome]:
    """The outcome of each subject.

    All of them are read, then each rule runs over all of them: that takes a fifth less time than all rules
    over each of them, since a processor has a rule at hand that it has just run.
    """
    checked = {subject: _begun(book, selection, now, subject) for subject in subjects}
    kinds: dict[str, list[_Checked]] = {}
    for each in checked.values():
        if each.kind:
            kinds.setdefault(each.kind, []).append(each)
    for kind, several in kinds.items():
        for rule in selection.rules(kind):
            check = rule.check
            for each in several:
                for finding in check(each.document, each.context):
                    diagnostic = stamp(finding, rule.code, rule.name, selection)
                    if diagnostic:
                        each.found.append(diagnostic)
    return {subject: _outcome(each, selection) for subject, each in checked.items()}


def _begun(book: Book, selection: Selection, now: datetime, subject: str) -> _Checked:
    """A subject that was read, with what is to be said of its text."""
    each = _Checked(book, now)
    if subject == WHOLE_BOOK:
        each.kind, each.document = "book", each.book
    elif subject in each.book.tree.links or identify(subject) is None:
        each.reads.add("=" + subject)
        each.found += _no_record(each.book.tree, subject, selection)
    else:
        document = each.document = each.book.read(subject)
        each.kind = document.kind.name if document.readable else None
        each.found += filter(None, (_problem(document.source, one, selection) for one in document.problems))
    return each


def _outcome(each: _Checked, selection: Selection) -> Outcome:
    """What was found, with what is to be said of comments."""
    texts = tuple(_commented(each))
    silent = tuple(one for text in texts for one in suppressions(text))
    if each.kind is None:  # most rules did not run, so their suppressions are not idle
        silent = tuple(one for one in silent if any(map(one.silences, each.found)))
    found = [*each.found, *_said_of_comments(texts, silent, selection)]
    if each.kind and isinstance(each.document, Document):
        found = [_named(one, each.document) for one in found]
    keys = tuple(sorted(map(intern, each.reads)))
    since, until = microseconds(each.clock.since), microseconds(each.clock.until)
    return Outcome(keys, since, until, tuple(found), silent)


def _commented(each: _Checked) -> Iterator[Commented]:
    """The texts in which comments may speak to opsbook: a record's, or for the whole book its rule files."""
    if isinstance(each.document, Document):
        if SPOKEN_TO.given(each.document):
            yield commented(each.document)
    elif each.kind and each.context.settings.alerts:
        yield from rule_files(each.book)


def _named(diagnostic: Diagnostic, document: Document[Any]) -> Diagnostic:
    """The diagnostic with the name of its place, where that is in its record."""
    location = diagnostic.location
    if location.path != document.path:
        return diagnostic
    return diagnostic._replace(within=document.within(location.span.start))


@lru_cache(1024)
def microseconds(instant: datetime) -> int:
    """Since 1970; one number for all who ask for the same instant, since there is one in every outcome."""
    return (instant - _EPOCH) // _MICROSECOND


def stamp(finding: Finding, code: str, name: str, selection: Selection) -> Diagnostic | None:
    """The finding as reported; None where its rule does not apply to that path."""
    level = selection.level(code, finding.location.path)
    return Diagnostic(code, name, level, *finding) if level is not None else None


def _problem(source: Source, problem: Problem, selection: Selection) -> Diagnostic | None:
    from opsbook.lint.catalog import by_name

    fix = None
    if problem.fix:
        span, replacement = problem.fix
        fix = Fix(problem.hint, (Edit(Location(source, span), replacement),))
    finding = Finding(Location(source, problem.span), problem.message, problem.hint, (), fix)
    rule = by_name(problem.rule)
    return stamp(finding, rule.code, rule.name, selection)


def _said_of_comments(
    texts: Iterable[Commented], silent: Iterable[Suppression], selection: Selection
) -> Iterator[Diagnostic]:
    """What is wrong with comments that speak to opsbook."""
    for text in texts:
        wrong = (_problem(text.source, problem, selection) for problem in malformed(text))
        yield from filter(None, wrong)
    yield from _unexplained(silent, selection)


def _unexplained(silent: Iterable[Suppression], selection: Selection) -> Iterator[Diagnostic]:
    for each in silent:
        hint = "say after the brackets why it may stay as it is"
        problem = Problem(
            "suppression_without_reason", each.location.span, "a suppression without a reason", hint
        )
        diagnostic = None if each.reason else _problem(each.location.source, problem, selection)
        if diagnostic:
            yield diagnostic


def _no_record(tree: Tree, path: str, selection: Selection) -> Iterator[Diagnostic]:
    """What is to be said of a symbolic link, and of a file that stands in no record's place."""
    if path in tree.links:
        problem = Problem(
            "symbolic_link", Span(0, 0), "a symbolic link, which is not followed",
            "put the file itself here, and let whoever else needs it link to this one",
        )  # fmt: skip
    else:
        place = expected(path)
        hint = f"move it to `{place}`" if place else _LAYOUT
        problem = Problem("misplaced_record", Span(0, 0), "no record belongs at this path", hint)
    diagnostic = _problem(source_at(tree, path), problem, selection)
    if diagnostic:
        yield diagnostic


# ── many subjects ─────────────────────────────────────────────────────────────────────────


def _evaluate_all(
    book: Book, selection: Selection, now: datetime, todo: list[str], progress: Progress | None
) -> dict[str, Outcome]:
    with processors.without_cycles():
        if len(todo) > _WORTH_A_PROCESS and isinstance(book.tree, WorkTree):  # others are read by one
            workers = processors.count()
            if workers > 1:
                return _in_processes(book, book.tree, selection, now, todo, workers, progress)
        return dict(_evaluated(book, selection, now, todo, progress))


def _evaluated(
    book: Book, selection: Selection, now: datetime, todo: Iterable[str], progress: Progress | None
) -> Iterator[tuple[str, Outcome]]:
    subjects = iter(todo)
    while together := list(islice(subjects, _TOGETHER)):
        yield from evaluate(book, selection, now, together).items()
        if progress:
            progress(len(together))


def _in_processes(
    book: Book,
    tree: WorkTree,
    selection: Selection,
    now: datetime,
    todo: list[str],
    workers: int,
    progress: Progress | None,
) -> dict[str, Outcome]:
    """Split between this process and forked ones; what a lost one owes is done here."""
    from opsbook.lint.cache import decode_outcomes, encode_outcomes

    blocks = [todo[at : at + 64] for at in range(0, len(todo), 64)]
    shares = [[s for block in blocks[n::workers] for s in block] for n in range(workers)]
    children = []
    for share in shares[1:]:
        inlet, outlet = os.pipe()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                os.close(inlet)
                payload = encode_outcomes(dict(_evaluated(book, selection, now, share, None)), tree)
                with os.fdopen(outlet, "wb") as pipe:
                    pipe.write(payload)
                status = 0
            finally:
                os._exit(status)
        os.close(outlet)
        children.append((child, inlet, share))
    scaled = (lambda count: progress(count * workers)) if progress else None
    outcomes = dict(_evaluated(book, selection, now, shares[0], scaled))
    for child, inlet, share in children:
        with os.fdopen(inlet, "rb") as pipe:
            payload = pipe.read()
        _, status = os.waitpid(child, 0)
        if status == 0:
            outcomes |= decode_outcomes(payload, tree)
        else:
            outcomes |= dict(_evaluated(book, selection, now, share, None))
    return outcomes


# ── suppressions ──────────────────────────────────────────────────────────────────────────


def settle(
    outcomes: Mapping[str, Outcome],
    selection: Callable[[], Selection],
    today: Callable[[], date],
    *,
    whole: bool,
) -> Report:
    """The report of these outcomes: suppressed findings taken out, idle suppressions put in."""
    silent: dict[tuple[str, int], list[Suppression]] = {}
    for outcome in outcomes.values():
        for each in outcome.suppressions:
            for line in range(each.lines[0], each.lines[1] + 1):
                silent.setdefault((each.location.path, line), []).append(each)
    shown: list[Diagnostic] = []
    suppressed: list[tuple[Diagnostic, Suppression]] = []
    expired: set[Suppression] = set()
    used: set[Suppression] = set()
    for outcome in outcomes.values():
        for diagnostic in outcome.diagnostics:
            by = _suppression(diagnostic, silent, today) if silent else None
            if by is None:
                shown.append(diagnostic)
            elif by.until and today() > by.until:
                expired.add(by)
                shown.append(diagnostic)
            else:
                used.add(by)
                suppressed.append((diagnostic, by))
    idle = list(dict.fromkeys(each for group in silent.values() for each in group if each not in used))
    if idle:
        shown += _idle(idle, expired, selection(), today, whole)
    shown.sort(key=lambda each: each.key)
    return Report(tuple(dict.fromkeys(shown)), tuple(suppressed), len(outcomes) - (WHOLE_BOOK in outcomes))


def _suppression(
    diagnostic: Diagnostic,
    silent: Mapping[tuple[str, int], list[Suppression]],
    today: Callable[[], date],
) -> Suppression | None:
    """What silences a finding: of several comments one that still holds."""
    place = diagnostic.location.path, diagnostic.location.start.line
    found = [each for each in silent.get(place, ()) if each.silences(diagnostic)]
    return next(
        (each for each in found if each.until is None or today() <= each.until), next(iter(found), None)
    )


def _idle(
    idle: list[Suppression],
    expired: set[Suppression],
    selection: Selection,
    today: Callable[[], date],
    whole: bool,
) -> Iterator[Diagnostic]:
    from opsbook.lint.catalog import by_name, catalog

    known = {name: code for code, rule in catalog().items() for name in (code, rule.name)}
    for each in idle:
        names = f"`{'`, `'.join(each.names)}`"
        if each in expired:
            ended = f"ended on {each.until}" if each.until != date.min else "ends on no date"
            rule, message = "expired_suppression", f"the suppression of {names} {ended}"
            hint = "mend the finding, or give a new reason and date"
        else:
            codes = {known.get(name) for name in each.names}
            if None not in codes and not codes <= selection.codes:
                continue  # its rule did not run
            terms = [catalog()[code].terms for code in codes if code is not None]
            if not whole and any(rule_terms.on == ("book",) for rule_terms in terms):
                continue
            if any(rule_terms.compares for rule_terms in terms):
                continue  # it answered a change that is merged by now
            if each.until and today() <= each.until and any(rule_terms.dated for rule_terms in terms):
                continue  # it waits for a day that comes
            rule, message = "unused_suppression", f"nothing to suppress: {names} finds nothing here"
            hint = "delete the comment" if None not in codes else f"no rule is called {names}"
        found = Finding(each.location, message, hint)
        diagnostic = stamp(found, by_name(rule).code, rule, selection)
        if diagnostic:
            yield diagnostic
