"""How far a book is along: sixteen things that a team has when its incidents are in hand.

Each is looked for in the book first: a record shows more than a word. What no record shows, or not yet,
somebody may vouch for (`policies/attestations.yaml`), for a while. Nothing here is a grade: the first thing
that is missing is the next step.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from opsbook.book.kinds import kind
from opsbook.metrics.attested import holds_until, newest
from opsbook.model.time import Interval, local_day
from opsbook.text import count

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.diagnostics import Level
    from opsbook.metrics.estimates import Share
    from opsbook.metrics.finished import Stages
    from opsbook.metrics.rows import Row, Rows
    from opsbook.model.attestation import Attested

Stage = Literal["foundation", "processes", "culture", "optimisation"]
STAGES: tuple[Stage, ...] = ("foundation", "processes", "culture", "optimisation")
_RUNBOOKS = 5
_MONTHS = 3
_HALF_YEAR, _YEAR = timedelta(days=183), timedelta(days=365)
_ENOUGH = 0.8
"""The share of post-mortems in time that is a cadence."""
_FEW = 3
"""Action items from which on they are a habit."""
_DONE = 0.9
"""The share of action items that are finished, or in time."""
_PAGER = re.compile(r"pag|genie|incident|rootly|firehydrant|goalert|on-?call|victorops|splunk", re.IGNORECASE)
BLAME = ("blamed_person", "human_error", "judged_character")
"""The rules that find blame."""
_LOOKED_AT = 20
"""Published post-mortems that are read for one without blame, the newest first."""

Answer = tuple[bool, str]
"""Whether it is there, and what shows it, or what is missing."""


class Item(NamedTuple):
    """One of the sixteen."""

    name: Attested
    stage: Stage
    title: str
    done: bool
    said: str
    """What shows it, or what is missing."""
    how: str
    """What to do where it is missing."""
    by: str | None = None
    """Who vouches for it, where no record shows it."""


def checklist(book: Book, at: datetime) -> Iterator[Item]:
    """All sixteen, in the order in which they are best done; each is looked for when it is asked for."""
    asked = _Asked(book, at)
    return (_item(asked, *each) for each in _ITEMS)


def next_step(items: Iterable[Item]) -> Item | None:
    """The first that is missing; None where nothing is."""
    return next((each for each in items if not each.done), None)


def _item(
    asked: _Asked, name: Attested, stage: Stage, title: str, how: str, shown: Callable[[_Asked], Answer]
) -> Item:
    done, said = shown(asked)
    if done:
        return Item(name, stage, title, True, said, how)
    vouched = newest(asked.book, name, asked.today)
    if vouched is None:
        return Item(name, stage, title, False, said, how)
    last = holds_until(vouched)
    if asked.today > last:
        return Item(name, stage, title, False, f"{said}; {vouched.by} vouched for it until {last}", how)
    note = f": {vouched.note}" if vouched.note else ""
    return Item(name, stage, title, True, f"{vouched.by} vouches for it until {last}{note}", how, vouched.by)


class _Asked:
    """A book and an instant, and what several items ask of them."""

    def __init__(self, book: Book, at: datetime) -> None:
        self.book = book
        self.at = at
        self.zone = book.settings.timezone
        self.today = local_day(at, self.zone)

    @cached_property
    def year(self) -> list[Row]:
        """The incidents and drills of the last year, in order of their days."""
        first, last = f"{self.today - _YEAR}", f"{self.today}"
        return [row for row in self.rows.rows if first <= row.id[:10] <= last]

    @cached_property
    def drills(self) -> list[Row]:
        return [row for row in self.year if row.kind == "drill"]

    @cached_property
    def rows(self) -> Rows:
        from opsbook.metrics.rows import rows

        return rows(self.book)

    def on_call(self, days: int) -> set[str]:
        """Who is on call at some time of so many days, in any rotation that can be read."""
        from opsbook.oncall.schedule import plan, stretches

        within = Interval(self.at, self.at + timedelta(days=days, minutes=1))
        found: set[str] = set()
        for rotation in self.book.rotations:
            try:
                spells = stretches(plan(self.book, rotation.id), within)
            except LookupError:
                continue
            found |= {seat.person for each in spells for seat in each.seats}
        return found


# ── foundation ────────────────────────────────────────────────────────────────────────────


def _severities(asked: _Asked) -> Answer:
    found = asked.book.find("severities", "severities")
    if found is None:
        return False, "the levels are opsbook's own: nobody here decided on them"
    if not found.readable:
        return False, found.refusal[0]
    levels, questions = len(found.content.levels), len(found.content.questions)
    return bool(questions), f"{found.path}: {levels} levels, {count(questions, 'question')} that find one"


def _platform(asked: _Asked) -> Answer:
    people = sorted(asked.on_call(0))
    if not people:
        return False, "nobody is on call now"
    records = (asked.book.content("person", each) for each in people)
    there = sum(each is not None and any(map(_PAGER.search, each.accounts)) for each in records)
    return there == len(people), f"{there} of {len(people)} on call now have an account of a paging tool"


def _rotation(asked: _Asked) -> Answer:
    people = asked.on_call(0)
    services = [each for each in asked.book.services if each.content.escalation]
    if not people:
        return False, "nobody is on call now"
    staffed = "1 person" if len(people) == 1 else f"{len(people):,} people"
    return bool(services), f"{staffed} on call now, {count(len(services), 'service')} with a policy"


def _channel(asked: _Asked) -> Answer:
    names = asked.book.names("communication")
    return bool(names), f"templates: {', '.join(names)}" if names else "no template of a message"


# ── processes ─────────────────────────────────────────────────────────────────────────────


def _runbooks(asked: _Asked) -> Answer:
    """Runbooks of which no rule says more than advice."""
    from opsbook.diagnostics import Level

    paths = asked.book.paths(kind("runbook"))
    wrong = {path for _, path, level in _found(asked, paths) if level > Level.ADVICE}
    passed = len(set(paths) - wrong)
    return passed >= _RUNBOOKS, f"{passed} of {count(len(paths), 'runbook')} pass"


def _found(
    asked: _Asked, paths: tuple[str, ...], rules: tuple[str, ...] = ()
) -> Iterator[tuple[str, str, Level]]:
    """The rule, the path and the level of what is wrong with some records: as the settings choose the rules,
    or by these alone."""
    from opsbook.lint.catalog import Selection
    from opsbook.lint.check import check

    settings = asked.book.settings
    if paths:
        report, _ = check(
            asked.book, lambda: Selection(settings, select=rules), asked.at, subjects=list(paths)
        )
        yield from ((each.name, each.location.path, each.level) for each in report.diagnostics)


def _status_page(asked: _Asked) -> Answer:
    told = [row.id for row in asked.year if row.public]
    said = f"{count(len(told), 'incident')} of the year told in public"
    return bool(told), f"{said}, {told[-1]} last" if told else "no incident of the year was told in public"


def _trained(asked: _Asked) -> Answer:
    people = asked.on_call(28)
    if not people:
        return False, "nobody is on call"
    took_part = set().union(*(row.there for row in asked.year))
    new = sorted(people - took_part)
    said = f"{len(people) - len(new)} of {len(people)} on call took part in an incident or drill of the year"
    return not new, f"{said}, not {', '.join(new[:3])}{' …' if len(new) > 3 else ''}" if new else said


def _tabletop(asked: _Asked) -> Answer:
    if not asked.drills:
        return False, "no drill within a year"
    return True, f"{count(len(asked.drills), 'drill')} within a year, {asked.drills[-1].id} last"


# ── culture ───────────────────────────────────────────────────────────────────────────────


def _blameless(asked: _Asked) -> Answer:
    published = sorted(id for id, page in asked.rows.postmortems.items() if page.status == "published")
    if not published:
        return False, "no post-mortem is published"
    latest = {id: kind("postmortem").path(id) or "" for id in published[-_LOOKED_AT:]}
    blaming = {path for _, path, _ in _found(asked, tuple(latest.values()), BLAME)}
    free = [id for id, path in latest.items() if path not in blaming]
    if free:
        return True, f"{free[-1]}; {len(free)} of the last {len(latest)} published are free of blame"
    return False, f"the last {count(len(latest), 'post-mortem')} blame somebody"


def _cadence(asked: _Asked) -> Answer:
    """The stages of post-mortems that fell due in the last half year: as many in time as make a cadence."""
    from opsbook.metrics.finished import postmortems

    rows = [row for row in asked.rows.rows if row.counts]
    within = Interval(asked.at - _HALF_YEAR, asked.at)
    stages = postmortems(rows, asked.rows.postmortems, within, asked.at, asked.zone)
    kept, owed = sum(each.hits for each in stages), sum(each.of for each in stages)
    if not owed:
        return False, "no draft, review or publication was due in the last half year"
    said = ", ".join(f"{each.hits} of {each.of} {name}" for name, each in _stages(stages) if each.of)
    return kept >= _ENOUGH * owed, f"in time in the last half year: {said}"


def _stages(stages: Stages) -> list[tuple[str, Share]]:
    return [("drafts", stages.draft), ("reviews", stages.review), ("publications", stages.published)]


def _dashboard(asked: _Asked) -> Answer:
    targets = asked.book.find("targets", "targets")
    if targets is None or not targets.readable:
        return False, "policies/targets.yaml sets no target"
    metrics = {each.metric for each in targets.content.targets.values()}
    if not {"time_to_acknowledge", "time_to_resolve"} <= metrics:
        return False, f"{targets.path} sets no target for both times to acknowledge and to resolve"
    recent = [
        row.durations(asked.at)
        for row in asked.rows.rows
        if row.counts and row.began and asked.at - _HALF_YEAR <= row.began <= asked.at
    ]
    both = sum(each.acknowledge is not None and each.resolve is not None for each in recent)
    said = f"{both} of {count(len(recent), 'incident')} of the last half year tell both"
    return both > 0, f"targets are set; {said}"


def _tracked(asked: _Asked) -> Answer:
    work = [each for row in asked.rows.rows if row.counts for each in row.work]
    if not work:
        return False, "no incident left an action item"
    left = [each for each in work if each.status in ("open", "in-progress")]
    vague = sum(each.owner is None or each.due is None for each in left)
    late = sum(each.due is not None and each.due < asked.today for each in left)
    said = f"{len(left)} of {count(len(work), 'action item')} to do, {late} late"
    if vague:
        said += f", {vague} without an owner or a day"
    return len(work) >= _FEW and not vague and late <= (1 - _DONE) * len(work), said


# ── optimisation ──────────────────────────────────────────────────────────────────────────

_WORKFLOW = ".github/workflows/declare.yml"


def _declared(asked: _Asked) -> Answer:
    found = [row.id for row in asked.year if row.by_program]
    if found:
        return True, f"{count(len(found), 'incident')} of the year declared by a program, {found[-1]} last"
    there = asked.book.tree.has(_WORKFLOW)
    return there, _WORKFLOW if there else "no incident of the year was declared by a program"


def _automated(asked: _Asked) -> Answer:
    found = [runbook for row in asked.year for runbook in row.runs]
    said = f"{count(len(found), 'run')} of the year by a program"
    return bool(
        found
    ), f"{said}, {found[-1]} last" if found else "no runbook was run by a program within a year"


def _monthly(asked: _Asked) -> Answer:
    months = []
    first = asked.today.replace(day=1)
    for _ in range(_MONTHS):
        first = (first - timedelta(days=1)).replace(day=1)
        months.append(f"{first:%Y-%m}")
    held = {each.id[:7] for each in asked.drills}
    missing = [each for each in reversed(months) if each not in held]
    if missing:
        return False, f"no drill in {', '.join(missing)}"
    return True, f"a drill in each of {', '.join(reversed(months))}"


def _trend(asked: _Asked) -> Answer:  # noqa: ARG001
    return False, "nobody vouches for a review of the last quarter"


_ITEMS: tuple[tuple[Attested, Stage, str, str, Callable[[_Asked], Answer]], ...] = (
    ("severities-defined", "foundation", "Severities are defined",
     "decide on levels and the questions that find one: policies/severities.yaml", _severities),
    ("platform-chosen", "foundation", "A paging platform is chosen",
     "give whoever is on call an account of it: `accounts: {pager: …}` in rotations/people/", _platform),
    ("basic-rotation", "foundation", "A basic rotation runs",
     "begin one: `opsbook new rotation`, and name its policy in the services", _rotation),
    ("channel-template", "foundation", "What to write where is prepared",
     "write the messages beforehand: policies/communications/", _channel),
    ("runbooks-pass", "processes", "Five runbooks pass",
     "write or mend one: `opsbook new runbook`, and `opsbook check` says what is missing", _runbooks),
    ("status-page", "processes", "Customers are told on a status page",
     "tell the next one in public: `opsbook update --audience public`", _status_page),
    ("team-trained", "processes", "The team is trained",
     "let whoever is new take a role in a drill, or vouch: `opsbook checklist attest team-trained`",
     _trained),
    ("tabletop-held", "processes", "A tabletop was held",
     'play one through: `opsbook declare "…" --kind drill`', _tabletop),
    ("first-postmortem", "culture", "A first blameless post-mortem is published",
     "publish one: `opsbook postmortem`, and `opsbook check` finds the words that blame", _blameless),
    ("review-cadence", "culture", "Post-mortems come in time",
     "hold reviews within the policy's clocks: `opsbook due` says when", _cadence),
    ("response-dashboard", "culture", "MTTA and MTTR are looked at",
     "set targets for them, and log who acknowledged when: policies/targets.yaml, `opsbook ack`", _dashboard),
    ("actions-tracked", "culture", "Action items are tracked",
     "give each an owner and a day, and finish or decline what is late: `opsbook due`", _tracked),
    ("declaration-automated", "optimisation", "Declaring is automated",
     "let alerts declare: `opsbook declare --from alertmanager`", _declared),
    ("runbooks-automated", "optimisation", "Runbooks are automated",
     "let a program run the one that is run most, and log it: `--by system:NAME`", _automated),
    ("recovery-drills", "optimisation", "Recovery is drilled every month",
     'drill a recovery: `opsbook declare "…" --kind drill`', _monthly),
    ("trend-review", "optimisation", "Trends are reviewed every quarter",
     "go through `opsbook report`, then `opsbook checklist attest trend-review`", _trend),
)  # fmt: skip
