"""What went on in a quarter that makes incidents worse, and the incidents that show it.

Seven habits: alert fatigue, and those that rules find in a single record (`metrics.habits`). They are habits
of a way of working, so incidents are named here and people never. Of each it is said in how many incidents it
could have shown, in how many it did, and whether that is better or worse than in the quarter before, or
whether nobody can tell (`metrics.compare`). Both quarters are judged with the same hindsight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from opsbook.book.kinds import kind
from opsbook.metrics import compare
from opsbook.metrics.estimates import Share
from opsbook.metrics.failures import causes
from opsbook.metrics.figures import Known
from opsbook.metrics.habits import HABITS, Habit, shown
from opsbook.metrics.quarters import Quarters
from opsbook.metrics.summary import began_in, sides
from opsbook.model.time import write_roughly

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.metrics.alerts import Audit
    from opsbook.metrics.attested import Quarter
    from opsbook.metrics.compare import Comparison
    from opsbook.metrics.durations import Durations
    from opsbook.metrics.failures import Causes
    from opsbook.metrics.rows import Row
    from opsbook.metrics.similarity import Chronicle
    from opsbook.metrics.summary import Sides
    from opsbook.model.time import Interval

Write = Callable[[timedelta], str]
_HINDSIGHT = timedelta(days=30)
"""How long after its end a quarter is judged at the latest."""
_LONGEST = 3
_BEFORE, _YEAR = 2, 5
"""So many quarters before one hold all of the time before it that is as long, and of the year before it."""


class Pattern(NamedTuple):
    """A habit in a quarter, beside the one before."""

    habit: Habit
    incidents: tuple[str, ...]
    """Those that show it, the newest first."""
    now: Share
    """In how many of those that could."""
    before: Share
    trend: Comparison


class Begun(NamedTuple):
    """An incident that began in the quarter."""

    row: Row
    took: Durations
    """How long its stages took so far."""
    postmortem: str | None
    """The status of its post-mortem; None where there is none."""


class Report(NamedTuple):
    """What a quarter's review is about."""

    quarter: Quarter
    as_of: datetime
    over: bool
    """Whether the quarter is."""
    patterns: tuple[Pattern, ...]
    sides: Sides
    """The figures of the quarter, beside those of the time before it."""
    incidents: tuple[Begun, ...]
    """The incidents that count, the newest first."""
    causes: Causes
    longest: tuple[tuple[str, timedelta], ...]
    """The incidents that took longest to resolve, and how long so far."""
    audit: Audit | None
    """The alerts, by the pages of the quarter; None where the book names none."""
    fatigue: tuple[Share, Share]
    """Pages that needed nothing, of those whose outcome is known: in the quarter, and in the one before."""
    tired: Comparison
    comparable: bool
    """Whether the book knows of any incident of the quarter before."""
    nights: tuple[int, int]
    """Nights of somebody with more pages than the target allows, or than one where there is none: in the
    quarter, and in the one before."""
    unreadable: tuple[str, ...]
    """The ids of incidents that nobody can read."""


class _Seen(NamedTuple):
    could: tuple[str, ...]
    did: tuple[str, ...]


class Reviews:
    """What the quarters of a book show, as of an instant. What two of them have in common is worked out
    once, since each is also the one before another."""

    def __init__(self, book: Book, at: datetime) -> None:
        self.quarters = Quarters(book)
        self._book = book
        self._at = at
        self._looks: dict[tuple[Quarter, datetime], dict[str, _Seen]] = {}
        self._loads: dict[Quarter, tuple[Share, int]] = {}
        self._known = Known()

    def report(self, quarter: Quarter) -> Report:
        """What a quarter shows."""
        quarters, at = self.quarters, self._at
        within, earlier = (quarters.interval(each) for each in (quarter, quarter.later(-1)))
        lag = min(max(at - within.end, timedelta()), _HINDSIGHT)
        as_of = min(at, within.end + lag)
        now = self._look(quarter, min(within.end + lag, at))
        before = self._look(quarter.later(-1), min(earlier.end + lag, at))
        (idle, nights), (idle_before, nights_before) = map(self._load, (quarter, quarter.later(-1)))
        counting, past, year = (
            [row for row in quarters.about(quarter.later(-first), quarter.later(-last)) if row.counts]
            for first, last in ((0, 0), (_BEFORE, 1), (_YEAR, 0))
        )
        known = quarters.rows.postmortems, within, as_of, quarters.zone, quarters.begins, self._known
        compared = sides(counting, past, *known)
        incidents = tuple(self._begun(counting, compared.now.within, as_of))
        return Report(
            quarter,
            as_of,
            at >= within.end,
            tuple(_pattern(habit, now[habit.name], before[habit.name]) for habit in HABITS),
            compared,
            incidents,
            causes(year, compared.now.within),
            tuple(_longest(incidents)),
            _audit(self._book, quarters.about(quarter.later(-1), quarter), within, at),
            (idle, idle_before),
            compare.parts(idle.rest, idle_before.rest),
            compared.before.whole.incidents > 0,
            (nights, nights_before),
            quarters.rows.unreadable,
        )

    def agenda(self, found: Report, minutes: int, write: Write = write_roughly) -> list[Part]:
        """The agenda of a quarter's review, its parts in proportion; what shows most comes first. `write`
        says how a length is written."""
        return _agenda(self._book, found, self.quarters.chronicle, self._step, minutes, write)

    @cached_property
    def _step(self) -> str:
        """What the checklist asks for next, as of now: of whatever quarter people speak, they do it then."""
        from opsbook.metrics.checklist import checklist, next_step

        step = next_step(checklist(self._book, self._at))
        return f"The next step of the checklist is `{step.title}`: {step.how}" if step else ""

    def _look(self, quarter: Quarter, as_of: datetime) -> dict[str, _Seen]:
        """Of each habit, the incidents of a quarter that could show it, and those that do."""
        if (quarter, as_of) not in self._looks:
            self._looks[quarter, as_of] = _look(self._book, self.quarters, quarter, as_of)
        return self._looks[quarter, as_of]

    def _begun(self, rows: Iterable[Row], within: Interval, as_of: datetime) -> Iterator[Begun]:
        pages = self.quarters.rows.postmortems
        for row in sorted(began_in(rows, within), key=lambda row: (row.began or as_of, row.id), reverse=True):
            page = pages.get(row.id)
            yield Begun(row, self._known.of(row, as_of).durations, page.status if page else None)

    def _load(self, quarter: Quarter) -> tuple[Share, int]:
        """The pages of a quarter that needed nothing, and its nights with too many."""
        if quarter not in self._loads:
            rows, within = self.quarters.about(quarter, quarter), self.quarters.interval(quarter)
            nights = _nights(self._book, rows, within, self._at)
            self._loads[quarter] = _fatigue(self._book, rows, within), nights
        return self._loads[quarter]


def _longest(incidents: Iterable[Begun]) -> Iterator[tuple[str, timedelta]]:
    lengths = ((each.row.id, each.took.resolve or each.took.respond) for each in incidents)
    found = [(id, length.time) for id, length in lengths if length is not None]
    yield from sorted(found, key=lambda each: (-each[1], each[0]))[:_LONGEST]


def _look(book: Book, quarters: Quarters, quarter: Quarter, as_of: datetime) -> dict[str, _Seen]:
    rows, within = quarters.rows, quarters.interval(quarter)
    counting = [row for row in quarters.about(quarter, quarter) if row.counts]
    could = {
        habit.name: [row.id for row in counting if habit.could(book, rows, row, within, as_of)]
        for habit in HABITS
    }
    alone = quarters.alone(quarter)
    could["blame"] += alone
    asked = {id for ids in could.values() for id in ids}
    incident, postmortem = kind("incident"), kind("postmortem")
    paths = (
        *map(incident.path, asked.difference(alone)),
        *map(postmortem.path, asked.intersection(rows.postmortems)),
    )
    found: dict[str | None, set[str]] = {}
    for path, names in shown(book, list(filter(None, paths)), as_of).items():
        found.setdefault(incident.id(path) or postmortem.id(path), set()).update(names)
    return {
        habit.name: _Seen(
            tuple(could[habit.name]),
            tuple(id for id in could[habit.name] if not found.get(id, set()).isdisjoint(habit.rules)),
        )
        for habit in HABITS
    }


def _pattern(habit: Habit, now: _Seen, before: _Seen) -> Pattern:
    share, was = (Share(len(each.did), len(each.could)) for each in (now, before))
    trend = compare.parts(share.rest, was.rest)
    return Pattern(habit, tuple(sorted(now.did, reverse=True)), share, was, trend)


# ── alert fatigue ─────────────────────────────────────────────────────────────────────────


def _fatigue(book: Book, rows: Iterable[Row], within: Interval) -> Share:
    """Pages that needed nothing, of those whose outcome is known."""
    from opsbook.book.pages import FOR_NOTHING
    from opsbook.oncall.burden import logged

    told = [page for row in rows if not row.duplicate for page in row.pages if within.covers(page.at)]
    outcomes = [*(page.outcome for page in told), *(page.outcome for page in logged(book, within))]
    idle = sum(each in FOR_NOTHING for each in outcomes)
    return Share(idle, idle + outcomes.count("acted"))


def _nights(book: Book, rows: Iterable[Row], within: Interval, at: datetime) -> int:
    from opsbook.metrics.paging import nights
    from opsbook.metrics.targets import wanted

    limits = [each.count_at_most for each in wanted(book).values() if each.metric == "pages_per_night"]
    limit = next((each for each in limits if each is not None), 1)
    return sum(night.pages > limit for night in nights(book, rows, within, at))


def _audit(book: Book, rows: Iterable[Row], within: Interval, at: datetime) -> Audit | None:
    from opsbook.metrics.alerts import audit

    if not book.rule_files():
        return None
    end = min(within.end, at)
    return audit(book, end, max((end - within.start).days, 1), rows)


# ── the review ────────────────────────────────────────────────────────────────────────────


class Part(NamedTuple):
    """A part of the review."""

    minutes: int
    title: str
    lines: tuple[str, ...]


_LINES = 4


def _agenda(
    book: Book, found: Report, chronicle: Chronicle, step: str, minutes: int, write: Write
) -> list[Part]:
    shares = (0.08, 0.22, 0.32, 0.13, 0.13, 0.12)
    lengths = [max(1, round(minutes * share)) for share in shares]
    lengths[2] += minutes - sum(lengths)
    showing = sorted(
        (each for each in found.patterns if each.incidents),
        key=lambda each: (each.trend.verdict != "worse", -len(each.incidents)),
    )
    parts = (
        ("Opening", (
            "We look at habits and at what makes them easy, not at who.",
            "A difference that nobody can tell from chance is none yet.",
        )),
        ("Figures", tuple(_figures(found, write)) or ("No incident began in the quarter.",)),
        ("Habits", tuple(
            f"{each.habit.title} ({', '.join(_some(each.incidents))}): {each.habit.ask}" for each in showing
        ) or (
            "None showed: what keeps it so?"
            if any(each.now.of for each in found.patterns)
            else "No record of the quarter could show one.",
        )),
        ("What came back", (*_causes(found), *_alike(book, found, chronicle)) or (
            "No factor was named twice within a year, and nothing was like it before.",
        )),
        ("Alerts", tuple(_noise(found)) or (
            "No alert is to be removed or made less sensitive."
            if found.audit
            else "None was looked at: the settings name no rule files (`alerts`).",
        )),
        ("Closing", (
            *filter(None, [step]),
            "Three things at most, each with an owner and a day.",
            "Note that it was held: `opsbook checklist attest trend-review`.",
        )),
    )  # fmt: skip
    return [Part(length, title, lines) for length, (title, lines) in zip(lengths, parts, strict=True)]


def _figures(found: Report, write: Write) -> Iterator[str]:
    if found.longest:
        said = ", ".join(f"{id} ({write(time)})" for id, time in found.longest)
        yield f"Longest to resolve: {said}. What did the time go into?"
    for name, each in found.sides.comparisons.items() if found.comparable else ():
        if each.verdict != "cannot tell":
            yield f"{name.replace('_', ' ').capitalize()}: {each.verdict} than in the quarter before. Why?"


def _some(ids: tuple[str, ...]) -> list[str]:
    return [*ids[:_LINES], *([f"and {len(ids) - _LINES} more"] if len(ids) > _LINES else [])]


def _causes(found: Report) -> Iterator[str]:
    for cause in found.causes.repeated[:_LINES]:
        earlier = f", {cause.earlier} in the year before" if cause.earlier else ""
        yield f"{cause.factor}: {len(cause.incidents)} in the quarter{earlier}"


def _alike(book: Book, found: Report, chronicle: Chronicle) -> Iterator[str]:
    """What the longest incidents are most like, and what that left undone. What has no service, factor or
    alert in common is another matter, whatever the words."""
    from opsbook.metrics.similarity import earlier

    for id, _ in found.longest:
        document = book.find("incident", id)
        if document is None or not document.readable:  # any more
            continue
        for other in earlier(book, document, 1, chronicle, named=True):
            left = f"; not done there: {', '.join(other.unfinished)}" if other.unfinished else ""
            yield f"{id} is like {other.incident.id} ({other.common._replace(words=())}){left}"


def _noise(found: Report) -> Iterator[str]:
    for each in found.audit.alerts if found.audit else ():
        if each.verdict in ("remove", "raise the threshold"):
            yield f"{each.verdict} {each.name}: {each.why[0]}"
