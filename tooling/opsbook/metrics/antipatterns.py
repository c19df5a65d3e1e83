"""What went on in a quarter that makes incidents worse, and the incidents that show it.

Seven habits, each found by the rules that find it in a single record: whatever a comment there answers is
not counted. They are habits of a way of working, so incidents are named here and people never. Of each it is
said in how many incidents it could have shown, in how many it did, and whether that is better or worse than
in the quarter before, or whether nobody can tell (`metrics.compare`). Both quarters are judged with the same
hindsight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from opsbook.metrics import compare
from opsbook.metrics.estimates import Share
from opsbook.metrics.failures import causes
from opsbook.metrics.quarters import Quarters
from opsbook.metrics.summary import sides
from opsbook.model.role import COMMANDER

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.diagnostics import Diagnostic
    from opsbook.metrics.alerts import Audit
    from opsbook.metrics.attested import Quarter
    from opsbook.metrics.compare import Comparison
    from opsbook.metrics.failures import Causes
    from opsbook.metrics.rows import Row, Rows
    from opsbook.metrics.similarity import Chronicle
    from opsbook.metrics.summary import Sides
    from opsbook.model.time import Interval

_HINDSIGHT = timedelta(days=30)
"""How long after its end a quarter is judged at the latest."""
_LONGEST = 3
_BACK = 5
"""So many quarters before one hold all that its figures are compared with: the time before it, and for causes
a year."""


class Habit(NamedTuple):
    """A habit that makes incidents worse, and how it is found."""

    name: str
    title: str
    what: str
    """In what it shows."""
    rules: tuple[str, ...]
    could: Callable[[Book, Rows, Row, Interval, datetime], bool]
    """Whether an incident of a quarter could show it, as of an instant."""
    ask: str
    """What a review asks where it shows."""


class Pattern(NamedTuple):
    """A habit in a quarter, beside the one before."""

    habit: Habit
    incidents: tuple[str, ...]
    """Those that show it, the newest first."""
    now: Share
    """In how many of those that could."""
    before: Share
    trend: Comparison


class Report(NamedTuple):
    """What a quarter's review is about."""

    quarter: Quarter
    as_of: datetime
    over: bool
    """Whether the quarter is."""
    patterns: tuple[Pattern, ...]
    sides: Sides
    """The figures of the quarter, beside those of the time before it."""
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

    def report(self, quarter: Quarter) -> Report:
        """What a quarter shows."""
        quarters, at = self.quarters, self._at
        within, earlier = (quarters.interval(each) for each in (quarter, quarter.later(-1)))
        lag = min(max(at - within.end, timedelta()), _HINDSIGHT)
        as_of = min(at, within.end + lag)
        now = self._look(quarter, min(within.end + lag, at))
        before = self._look(quarter.later(-1), min(earlier.end + lag, at))
        (idle, nights), (idle_before, nights_before) = map(self._load, (quarter, quarter.later(-1)))
        counting = [row for row in quarters.about(quarter.later(-_BACK), quarter) if row.counts]
        known = quarters.rows.postmortems, within, as_of, quarters.zone, quarters.begins
        compared = sides(counting, *known)
        return Report(
            quarter,
            as_of,
            at >= within.end,
            tuple(_pattern(habit, now[habit.name], before[habit.name]) for habit in HABITS),
            compared,
            causes(counting, compared.now.within),
            tuple(_longest(counting, within, as_of)),
            _audit(self._book, within, at),
            (idle, idle_before),
            compare.parts(idle.rest, idle_before.rest),
            compared.before.whole.incidents > 0,
            (nights, nights_before),
            quarters.rows.unreadable,
        )

    def agenda(self, found: Report, minutes: int) -> list[Part]:
        """The agenda of a quarter's review, its parts in proportion; what shows most comes first."""
        return _agenda(self._book, found, self.quarters.chronicle, minutes)

    def _look(self, quarter: Quarter, as_of: datetime) -> dict[str, _Seen]:
        """Of each habit, the incidents of a quarter that could show it, and those that do."""
        if (quarter, as_of) not in self._looks:
            self._looks[quarter, as_of] = _look(self._book, self.quarters, quarter, as_of)
        return self._looks[quarter, as_of]

    def _load(self, quarter: Quarter) -> tuple[Share, int]:
        """The pages of a quarter that needed nothing, and its nights with too many."""
        if quarter not in self._loads:
            rows, within = self.quarters.about(quarter, quarter), self.quarters.interval(quarter)
            nights = _nights(self._book, rows, within, self._at)
            self._loads[quarter] = _fatigue(self._book, rows, within), nights
        return self._loads[quarter]


def _longest(rows: Iterable[Row], within: Interval, as_of: datetime) -> Iterator[tuple[str, timedelta]]:
    found = []
    for row in rows:
        if _began(row, within):
            lengths = row.durations(as_of)
            length = lengths.resolve or lengths.respond
            if length is not None:
                found.append((row.id, length.time))
    yield from sorted(found, key=lambda each: (-each[1], each[0]))[:_LONGEST]


def _look(book: Book, quarters: Quarters, quarter: Quarter, as_of: datetime) -> dict[str, _Seen]:
    rows, within = quarters.rows, quarters.interval(quarter)
    counting = [row for row in quarters.about(quarter, quarter) if row.counts]
    could = {
        habit.name: [row.id for row in counting if habit.could(book, rows, row, within, as_of)]
        for habit in HABITS
    }
    could["blame"] += quarters.alone(quarter)
    found = _found(book, {id for ids in could.values() for id in ids}, as_of)
    return {
        habit.name: _Seen(
            tuple(could[habit.name]),
            tuple(id for id in could[habit.name] if found.get(id, frozenset()) & set(habit.rules)),
        )
        for habit in HABITS
    }


def _found(book: Book, ids: Iterable[str], as_of: datetime) -> dict[str, set[str]]:
    """The rules that find something in the record or the post-mortem of each of some incidents."""
    from opsbook.book.kinds import kind
    from opsbook.lint.catalog import Selection
    from opsbook.lint.check import check

    rules = sorted({rule for habit in HABITS for rule in habit.rules})
    paths = [
        path
        for id in sorted(ids)
        for name in ("incident", "postmortem")
        if book.has(name, id) and (path := kind(name).path(id))
    ]
    if not paths:
        return {}
    report, _ = check(book, lambda: Selection(book.settings, select=rules), as_of, subjects=paths)
    found: dict[str, set[str]] = {}
    for each in report.diagnostics:
        if each.name in rules and _about(each):
            found.setdefault(each.location.path.split("/")[2], set()).add(each.name)
    return found


def _about(each: Diagnostic) -> bool:
    """Whether a finding is about the habit: of missing roles only that of the commander is."""
    return each.name != "missing_role" or COMMANDER in each.message


def _pattern(habit: Habit, now: _Seen, before: _Seen) -> Pattern:
    share, was = (Share(len(each.did), len(each.could)) for each in (now, before))
    trend = compare.parts(share.rest, was.rest)
    return Pattern(habit, tuple(sorted(now.did, reverse=True)), share, was, trend)


# ── what could show what ──────────────────────────────────────────────────────────────────


def _began(row: Row, within: Interval) -> bool:
    return row.began is not None and within.covers(row.began)


def _declared(book: Book, rows: Rows, row: Row, within: Interval, as_of: datetime) -> bool:  # noqa: ARG001
    """Was noticed and declared, at a severity that pages somebody."""
    if not _began(row, within) or row.severity not in book.severities.paging:
        return False
    return row.durations(as_of).declare is not None


def _written(book: Book, rows: Rows, row: Row, within: Interval, as_of: datetime) -> bool:  # noqa: ARG001
    """Owed a post-mortem in this quarter."""
    due = min((at for _, at in row.postmortem_due), default=None)
    return due is not None and within.covers(due) and due <= as_of


def _told(book: Book, rows: Rows, row: Row, within: Interval, as_of: datetime) -> bool:  # noqa: ARG001
    """Has a post-mortem."""
    return _began(row, within) and row.id in rows.postmortems


def _worked(book: Book, rows: Rows, row: Row, within: Interval, as_of: datetime) -> bool:  # noqa: ARG001
    """Left work that fell due in this quarter and was not declined."""
    first, last = within.days(book.settings.timezone)
    return any(each.status != "declined" for each in row.work_due(first, last))


def _commanded(book: Book, rows: Rows, row: Row, within: Interval, as_of: datetime) -> bool:  # noqa: ARG001
    """Was responded to, at a severity that asks for a commander."""
    level = book.severities.levels.get(row.severity or "")
    return _began(row, within) and level is not None and COMMANDER in level.roles and bool(row.severities)


HABITS: tuple[Habit, ...] = (
    Habit(
        "delayed-declaration", "Delayed declaration",
        "noticed, and declared more than 15 minutes later",
        ("late_declaration",), _declared,
        "What would have made it easier to declare at the first sign?",
    ),
    Habit(
        "skipped-postmortem", "Skipped post-mortems",
        "the policy's day is over, and there is no post-mortem",
        ("missing_postmortem",), _written,
        "Which of these is still worth writing, and what took the time?",
    ),
    Habit(
        "blame", "Blame",
        "a post-mortem judges a person, or calls human error a cause",
        ("blamed_person", "human_error", "judged_character"), _told,
        "What made it make sense at the time? Rewrite it so that it says that.",
    ),
    Habit(
        "ignored-action-items", "Ignored action items",
        "work that fell due in the quarter and is neither done nor answered",
        ("overdue_action_item",), _worked,
        "Do it, give it a new day with a reason, or decline it: which?",
    ),
    Habit(
        "no-clear-commander", "No clear commander",
        "nobody commanded, or two people did, while the severity asked for one",
        ("missing_role", "no_commander", "two_commanders"), _commanded,
        "Who could have taken it, and what kept it from being said?",
    ),
    Habit(
        "hands-on-commander", "Hands-on commander",
        "whoever commanded also did the repair, with somebody else there",
        ("hands_on_commander",), _commanded,
        "Who was missing, or what did the others not have to do the repair?",
    ),
)  # fmt: skip
"""Beside alert fatigue, which shows in pages and not in a record."""


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
    from opsbook.metrics.paging import pages
    from opsbook.metrics.targets import wanted

    limits = [each.count_at_most for each in wanted(book).values() if each.metric == "pages_per_night"]
    limit = next((each for each in limits if each is not None), 1)
    return sum(night.pages > limit for night in pages(book, rows, within, at).nights)


def _audit(book: Book, within: Interval, at: datetime) -> Audit | None:
    from opsbook.metrics.alerts import audit

    if not book.rule_files():
        return None
    end = min(within.end, at)
    return audit(book, end, max((end - within.start).days, 1))


# ── the review ────────────────────────────────────────────────────────────────────────────


class Part(NamedTuple):
    """A part of the review."""

    minutes: int
    title: str
    lines: tuple[str, ...]


_LINES = 4


def _agenda(book: Book, found: Report, chronicle: Chronicle, minutes: int) -> list[Part]:
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
        ("Figures", tuple(_figures(found)) or ("No incident began in the quarter.",)),
        ("Habits", tuple(
            f"{each.habit.title} ({', '.join(_some(each.incidents))}): {each.habit.ask}" for each in showing
        ) or ("None showed: what keeps it so?",)),
        ("What came back", (*_causes(found), *_alike(book, found, chronicle)) or (
            "No factor was named twice within a year, and nothing was like it before.",
        )),
        ("Alerts", tuple(_noise(found)) or ("No alert is to be removed or made less sensitive.",)),
        ("Closing", (
            *_next(book, found.as_of),
            "Three things at most, each with an owner and a day.",
            "Note that it was held: `opsbook checklist attest trend-review`.",
        )),
    )  # fmt: skip
    return [Part(length, title, lines) for length, (title, lines) in zip(lengths, parts, strict=True)]


def _figures(found: Report) -> Iterator[str]:
    from opsbook.model.time import write_roughly

    if found.longest:
        said = ", ".join(f"{id} ({write_roughly(time)})" for id, time in found.longest)
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
    """What the longest incidents are most like, and what that left undone."""
    from opsbook.metrics.similarity import earlier

    for id, _ in found.longest:
        document = book.find("incident", id)
        for other in earlier(book, document, 1, chronicle) if document is not None else ():
            left = f"; not done there: {', '.join(other.unfinished)}" if other.unfinished else ""
            yield f"{id} is like {other.incident.id} ({other.common}){left}"


def _noise(found: Report) -> Iterator[str]:
    for each in found.audit.alerts if found.audit else ():
        if each.verdict in ("remove", "raise the threshold"):
            yield f"{each.verdict} {each.name}: {each.why[0]}"


def _next(book: Book, at: datetime) -> Iterator[str]:
    from opsbook.metrics.checklist import checklist, next_step

    step = next_step(checklist(book, at))
    if step is not None:
        yield f"The next step of the checklist: {step.title[0].lower()}{step.title[1:]}, {step.how}"
