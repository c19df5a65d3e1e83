"""What each alert of the rule files has for whoever it wakes, what its pages came to, and what to do.

An alert that pages is worth waking somebody when there is something to do, somebody whose it is, and a page
that says what. What is asked of each: a runbook, an owner, a dashboard, what changed lately, the action that
is expected of a person, and a way from its service over its owner to somebody who is paged.

Pages are those of timelines and of the page log. Where nobody logs pages outside incidents, noise is seen
only as far as somebody declared it, and `Audit.logged` says so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from opsbook.book.pages import FOR_NOTHING
from opsbook.model.time import Interval, local_day

if TYPE_CHECKING:
    from opsbook.book.alerts import Alert
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.metrics.rows import Row
    from opsbook.model.runbook import Runbook
    from opsbook.text import Location

Sort = Literal["static", "burn-rate", "anomaly"]
Part = Literal["runbook", "owner", "dashboard", "changes", "action", "escalation"]
Verdict = Literal["remove", "raise the threshold", "fix", "keep"]
PARTS: tuple[Part, ...] = ("runbook", "owner", "dashboard", "changes", "action", "escalation")
VERDICTS: tuple[Verdict, ...] = ("remove", "raise the threshold", "fix", "keep")

ENOUGH = 3
"""Pages from which their outcomes say something: of three that needed nothing, it is no accident."""
_HALF = 0.5
_LINKS: Mapping[str, re.Pattern[str]] = {
    "dashboard": re.compile(r"dash_?board|grafana", re.IGNORECASE),
    "changes": re.compile(r"change|deploy|release|commit|rollout", re.IGNORECASE),
}
"""What an annotation, or a link of a service, is called that leads there."""
_ACTION = re.compile(
    r"action|remediation|mitigation|resolution|what_?to_?do|respon[sc]|next_?steps?", re.IGNORECASE
)
_OWNER = ("team", "owner", "squad", "owned_by")
_SERVICE = ("service", "app", "application", "component", "job")
_BURN = re.compile(r"burn_?rate|error_?budget|slo_burn|sloth_|slo:", re.IGNORECASE)
_ODD = re.compile(
    r"\b(?:predict_linear|holt_winters|double_exponential_smoothing|deriv|stddev(?:_over_time)?|"
    r"stdvar(?:_over_time)?|quantile(?:_over_time)?|zscore)\b|\boffset\b|anomal",
    re.IGNORECASE,
)
"""An expression that compares with what was usual, or with where it is going."""


class Noise(NamedTuple):
    """What the pages of an alert came to."""

    pages: int = 0
    in_incidents: int = 0
    idle: int = 0
    """Those that needed nothing, or were false."""
    acted: int = 0
    unanswered: int = 0
    unsaid: int = 0
    """Those of which nobody said what came of them."""
    repeated: int = 0
    """Pages of somebody whom the same alert had paged before in the same incident."""
    people: int = 0

    @property
    def judged(self) -> int:
        """How many of them say whether there was anything to do."""
        return self.idle + self.acted


class Audited(NamedTuple):
    """An alert, what it has, and what to do about it."""

    name: str
    at: Location
    copies: int
    """How often it stands in the rule files."""
    sort: Sort
    quiet: bool
    """It wakes nobody."""
    service: str | None
    has: Mapping[Part, str]
    """What it has of what is asked for: where each part is."""
    lacks: Mapping[Part, str]
    """What it has not, and why."""
    noise: Noise
    incidents: tuple[str, ...]
    """The incidents of the period that name it."""
    verdict: Verdict
    why: tuple[str, ...]


class Audit(NamedTuple):
    """All alerts of a book: those first about which most is to be done."""

    alerts: tuple[Audited, ...]
    files: int
    within: Interval
    days: int
    logged: bool
    """Whether anybody logged pages outside incidents in that time; else what is said of noise is of
    incidents only."""
    strangers: tuple[tuple[str, int], ...]
    """Alerts that paged and stand in no rule file, and how often."""
    unreadable: tuple[str, ...]
    """Rule files that could not be read to the end."""


def audit(book: Book, at: datetime, days: int = 90, rows: Iterable[Row] | None = None) -> Audit:
    """Every alert of the rule files, judged by what it has and by its pages of so many days. Who asks about
    many times hands in the rows of the incidents that these days are about, which then are not read."""
    within = Interval(at - timedelta(days=days), at)
    files = book.rule_files()
    alerts: dict[str, list[Alert]] = {}
    for file in files:
        for alert in file.alerts:
            alerts.setdefault(alert.name, []).append(alert)
    told, seen = _told(book, within, rows), _Seen(book, at)
    found = [
        _audited(seen, each, told.pages.get(name, []), tuple(told.incidents.get(name, ())))
        for name, each in alerts.items()
    ]
    strangers = {name: len(pages) for name, pages in told.pages.items() if name not in alerts}
    return Audit(
        tuple(sorted(found, key=_rank)),
        len(files),
        within,
        days,
        told.logged,
        tuple(sorted(strangers.items(), key=lambda each: (-each[1], each[0]))),
        tuple(file.source.path for file in files if file.problem),
    )


def _rank(each: Audited) -> tuple[int, int, int, int, str]:
    noise = each.noise
    return (
        VERDICTS.index(each.verdict),
        -noise.idle - noise.repeated,
        -noise.pages,
        -len(each.lacks),
        each.name,
    )


# ── pages ─────────────────────────────────────────────────────────────────────────────────


class _Page(NamedTuple):
    """Somebody was paged."""

    at: datetime
    person: str
    outcome: str | None
    alert: str | None
    incident: str | None
    """None for a page that never became an incident."""


class _Told(NamedTuple):
    """What incidents and the page log tell of alerts in a time."""

    pages: dict[str, list[_Page]]
    """By alert, in order of time; those that name none are left out."""
    incidents: dict[str, list[str]]
    """The incidents of these days by the alerts that they name."""
    logged: bool


def _told(book: Book, within: Interval, rows: Iterable[Row] | None) -> _Told:
    from opsbook.oncall.burden import logged

    paged = [_Page(each.at, each.person, each.outcome, each.alert, None) for each in logged(book, within)]
    named, any_logged = dict[str, list[str]](), bool(paged)
    first, last = (f"{local_day(at, book.settings.timezone)}" for at in within)
    for id, alerts, own in _read(book, within) if rows is None else map(_in_row, rows):
        paged += (page for page in own if within.covers(page.at))
        if first <= id[:10] <= last:
            for name in sorted({*alerts, *(page.alert for page in own if page.alert)}):
                named.setdefault(name, []).append(id)
    found: dict[str, list[_Page]] = {}
    for page in sorted(paged, key=lambda each: (each.at, each.person)):
        if page.alert:
            found.setdefault(page.alert, []).append(page)
    return _Told(found, named, any_logged)


_Fired = tuple[str, Iterable[str], list[_Page]]
"""An incident, the alerts that it names, and its pages; none of a duplicate, which repeats the other's."""


def _in_row(row: Row) -> _Fired:
    if row.duplicate:
        return row.id, (), []
    return row.id, row.alerts, [_Page(*each, row.id) for each in row.pages]


def _read(book: Book, within: Interval) -> Iterator[_Fired]:
    """The incidents of these days, and those declared a month before, as they are written."""
    from opsbook.oncall.burden import OLDEST

    first, last = (local_day(at, book.settings.timezone).toordinal() for at in within)
    for ordinal in range(first - OLDEST, last + 1):
        for id in book.on_day(date.fromordinal(ordinal)):
            document = book.find("incident", id)
            if document is None or not document.readable or document.content.duplicate_of:
                continue
            steps = [(each.at, each.page) for each in document.content.timeline if each.page]
            own = [_Page(at, page.person, page.outcome, page.alert, id) for at, page in steps]
            yield id, document.content.alerts, own


def noise(pages: Iterable[_Page]) -> Noise:
    """What some pages of one alert came to."""
    pages = list(pages)
    outcomes = Counter(page.outcome for page in pages)
    before: set[tuple[str, str]] = set()
    repeated = 0
    for page in pages:
        if page.incident is not None:
            key = (page.incident, page.person)
            repeated += key in before
            before.add(key)
    return Noise(
        len(pages),
        sum(page.incident is not None for page in pages),
        sum(outcomes[each] for each in FOR_NOTHING),
        outcomes["acted"],
        outcomes["unanswered"],
        outcomes[None] + outcomes["acknowledged"],
        repeated,
        len({page.person for page in pages}),
    )


# ── what an alert has ─────────────────────────────────────────────────────────────────────


def sort_of(alert: Alert) -> Sort:
    """Whether an alert holds a figure against a fixed one, the speed at which an error budget goes, or what
    is usual."""
    said = f"{alert.name} {alert.expression} {' '.join(alert.labels)}"
    windows = alert.labels.keys() & {"long", "long_window"} and alert.labels.keys() & {
        "short",
        "short_window",
    }
    if windows or _BURN.search(said):
        return "burn-rate"
    return "anomaly" if _ODD.search(said) else "static"


class _Seen:
    """What alerts are held against, worked out once."""

    def __init__(self, book: Book, at: datetime) -> None:
        from opsbook.metrics.agenda import Asked
        from opsbook.oncall.escalation import Roster

        self._asked = Asked(book, at)
        self.book = book
        self.at = at
        self.today = self._asked.today
        self.roster = Roster(book, Interval(at, at + timedelta(days=1)))
        self.runbooks = {each.path: each for each in book.runbooks}
        self.answers: dict[str, str] = {}
        """The runbooks by the alerts that they list, in lower case."""
        for path, runbook in self.runbooks.items():
            for name in runbook.content.alerts:
                self.answers.setdefault(name.casefold(), path)
        self._reached: dict[str, str | None] = {}

    def runbook(self, alert: Alert) -> tuple[str | None, str]:
        """The path of an alert's runbook, or its address elsewhere; else why there is none."""
        from opsbook.book.alerts import leads_to, runbook_in, within

        by_name = next(iter(self.book.namesakes("runbook", alert.name)), None)
        own = by_name or self.answers.get(alert.name.casefold())
        url = alert.runbook_url
        if url is None:
            return own, "no runbook has its name, lists it or stands in `runbook_url`"
        prefixes = self.book.settings.runbook_urls
        target = runbook_in(url, prefixes)
        if target is None:
            return own or url, ""
        found = next((path for path in self.runbooks if leads_to(target, path)), None)
        if found or own:
            return found or own, ""
        if any(within(url, prefix) for prefix in prefixes):
            return None, "its `runbook_url` leads to no runbook"
        return url, ""

    def service(self, alert: Alert, runbook: Document[Runbook] | None) -> str | None:
        """The service of an alert: as its labels say, else the only one of its runbook."""
        for label in _SERVICE:
            said = alert.labels.get(label)
            if said and self.book.has("service", said):
                return said
        services = runbook.content.services if runbook else ()
        return services[0] if len(services) == 1 else None

    def owner(self, alert: Alert, service: str | None, runbook: Document[Runbook] | None) -> str | None:
        """The team or person whose an alert is: as its labels say, else that of the service, else of the
        runbook; None for nobody who is there."""
        said = [alert.labels.get(label) or alert.annotations.get(label) for label in _OWNER]
        found = self.book.content("service", service) if service else None
        said.append(found.team if found else None)
        said.append(runbook.content.owner if runbook else None)
        return next((each for each in said if each and self._asked.is_there(each)), None)

    def link(self, alert: Alert, part: Part, service: str | None) -> str | None:
        """An address for a part: of the alert, else of its service."""
        found = self.book.content("service", service) if service else None
        said = {**(found.links if found else {}), **alert.annotations}
        pattern = _LINKS[part]
        return next(
            (text for name, text in reversed(said.items()) if pattern.search(name) and text.strip()), None
        )

    def action(self, alert: Alert, runbook: Document[Runbook] | None) -> str | None:
        """Where it is said what a person is to do: an annotation, or a part of the runbook."""
        named = next(
            (name for name, said in alert.annotations.items() if _ACTION.search(name) and said), None
        )
        if named:
            return f"annotation {named}"
        if runbook is None:
            return None
        from opsbook.book.parts import find

        for part in ("steps", "mitigation"):
            found = find(runbook, part, self.book.settings)
            if found is not None and not found.empty:
                return f"{runbook.path}, {part}"
        return None

    def escalation(self, service: str | None) -> tuple[str | None, str]:
        """The way from a service to somebody who is paged now; else where it ends."""
        if service is None:
            return None, "no label names a service of the book"
        document = self.book.find("service", service)
        if document is None or not document.readable:
            return None, document.refusal[0] if document else f"no service {service}"
        said = document.content
        if said.until is not None and said.until < self.today:
            return None, f"service {service} ended"
        if said.escalation is None:
            return None, f"service {service} names no escalation policy"
        people = self._pages(said.escalation)
        if people is None:
            return None, f"policy {said.escalation} pages nobody now"
        return f"{service} → {said.team} → {said.escalation} → {people}", ""

    def _pages(self, policy: str) -> str | None:
        from opsbook.oncall.escalation import pages

        if policy not in self._reached:
            severity = next(iter(self.book.severities.paging), None)
            found = pages(self.roster, policy, severity, self.at)
            self._reached[policy] = next((each.people[0] for each in found if each.people), None)
        return self._reached[policy]


def _audited(seen: _Seen, copies: list[Alert], pages: list[_Page], incidents: tuple[str, ...]) -> Audited:
    alert = copies[0]
    place, missing = seen.runbook(alert)
    runbook = seen.runbooks.get(place) if place else None
    service = seen.service(alert, runbook)
    way, ends = seen.escalation(service)
    said: dict[Part, tuple[str | None, str]] = {
        "runbook": (place, missing),
        "owner": (
            seen.owner(alert, service, runbook),
            "no label, service or runbook names a team or person who is there",
        ),
        "dashboard": (seen.link(alert, "dashboard", service), "no annotation or link of the service"),
        "changes": (seen.link(alert, "changes", service), "no annotation or link of the service"),
        "action": (seen.action(alert, runbook), "no annotation says it, and no runbook has steps"),
        "escalation": (way, ends),
    }
    has = {part: found for part, (found, _) in said.items() if found}
    lacks = {part: why for part, (found, why) in said.items() if not found}
    came = noise(pages)
    quiet = all(each.quiet for each in copies)
    verdict, why = _judged(came, lacks, quiet)
    return Audited(
        alert.name,
        alert.at,
        len(copies),
        sort_of(alert),
        quiet,
        service,
        has,
        lacks,
        came,
        incidents,
        verdict,
        why,
    )


def _judged(came: Noise, lacks: Mapping[Part, str], quiet: bool) -> tuple[Verdict, tuple[str, ...]]:
    """What to do about an alert, and why."""
    broken = () if quiet else tuple(_broken(came, lacks))
    if came.idle >= ENOUGH and not came.acted:
        others = "" if came.idle == came.pages else ", and of the others nobody says that they did"
        return "remove", (f"{came.idle} of {_pages_of(came)} needed nothing{others}", *broken)
    noisy = tuple(_noisy(came))
    if noisy:
        return "raise the threshold", (*noisy, *broken)
    return ("fix", broken) if broken else ("keep", ("it wakes nobody",) if quiet else ())


def _noisy(came: Noise) -> Iterator[str]:
    if came.judged >= ENOUGH and came.idle >= _HALF * came.judged:
        yield f"{came.idle} of {came.judged} pages whose outcome is known needed nothing"
    if came.repeated >= ENOUGH:
        yield f"paged somebody again {came.repeated} times within an incident"


def _broken(came: Noise, lacks: Mapping[Part, str]) -> Iterator[str]:
    if came.unanswered:
        yield f"{came.unanswered} of {_pages_of(came)} stayed unanswered"
    yield from (f"no {NAMES[part]}: {why}" for part, why in lacks.items())


def _pages_of(came: Noise) -> str:
    return f"{came.pages} page{'' if came.pages == 1 else 's'}"


NAMES: Mapping[Part, str] = {
    "runbook": "runbook",
    "owner": "owner",
    "dashboard": "dashboard link",
    "changes": "link to recent changes",
    "action": "action expected",
    "escalation": "way to somebody",
}
"""What each part is called."""
