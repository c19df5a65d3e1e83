"""Write a book of made-up incidents, as large as you like: the material of the benchmarks.

    python benchmarks/generate.py DIR --incidents 10000 [--seed 1] [--faults 2%]

The same seed gives the same bytes, and incident 17 of a book with faults is incident 17 of the
clean book unless the fault was planted there. Without `--faults` the book is clean: timelines in
order, updates in time, every reference resolves, every action item has an owner and is done or
declined. With them, `--faults-list FILE` gets what was planted and where, as JSON.

Standard library only, and nothing of opsbook: a generator that asked the program what is right
could never show that the program is wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

FIRST_DAY = date(2020, 1, 6)
LAST_DAY = date(2026, 6, 28)
ROTATIONS_START = datetime(2019, 12, 30, 9)
OVERRIDES_START = datetime(2026, 7, 6, 9)
REVIEWED_ON = date(2026, 6, 30)
WEEK = timedelta(weeks=1)
POSTMORTEM_SHARE = 0.35
LEVELS = {"SEV0": 0.02, "SEV1": 0.10, "SEV2": 0.23}
"""Shares of the levels that ask for a post-mortem; together POSTMORTEM_SHARE. The rest is SEV3."""


# ── words ────────────────────────────────────────────────────────────────────────────────────


class Symptom(NamedTuple):
    """What customers notice, and the alert that notices it too."""

    slug: str
    title: str
    alert: str
    felt: str


class Work(NamedTuple):
    """An action item as somebody would write it."""

    slug: str
    title: str
    kind: str
    done_when: str


class Cause(NamedTuple):
    """What was behind it, how it was found and stopped, and what would prevent it."""

    tag: str
    finding: str
    stopped_by: str
    root: str
    work: tuple[Work, ...]


SYMPTOMS = (
    Symptom(
        "5xx",
        "{name} answers 502 for one request in {n}",
        "ErrorRate",
        "Requests were answered with an error page",
    ),
    Symptom(
        "latency",
        "{name} takes more than {n} seconds to answer",
        "LatencyHigh",
        "Pages took long enough that people left",
    ),
    Symptom(
        "timeouts",
        "Calls to {name} time out after {n} seconds",
        "TimeoutRate",
        "Actions ended in a timeout and had to be repeated",
    ),
    Symptom(
        "queue-backlog",
        "{name} is {n} minutes behind its queue",
        "QueueBacklog",
        "Confirmations arrived late",
    ),
    Symptom(
        "stale-data",
        "{name} shows figures that are {n} minutes old",
        "DataStale",
        "People saw yesterday's figures and asked support",
    ),
    Symptom(
        "logins",
        "One login in {n} at {name} is refused",
        "AuthFailures",
        "People could not sign in with a right password",
    ),
    Symptom(
        "disk-full",
        "{name} cannot write, {n} volumes are full",
        "DiskFull",
        "Changes were not saved",
    ),
    Symptom(
        "certificate",
        "Browsers warn about {name} in {n} regions",
        "CertificateInvalid",
        "Browsers showed a warning instead of the page",
    ),
    Symptom(
        "dns",
        "{name} cannot be found from {n} networks",
        "NameLookupFailures",
        "The address did not resolve for some networks",
    ),
    Symptom(
        "memory",
        "{name} restarts every {n} minutes",
        "RestartLoop",
        "Sessions ended in the middle of the work",
    ),
    Symptom(
        "duplicates",
        "{name} sends one message in {n} twice",
        "DuplicateRate",
        "Some messages arrived twice",
    ),
    Symptom(
        "slow-search",
        "Search in {name} returns nothing for {n} % of queries",
        "EmptyResults",
        "Searches came back empty",
    ),
)
CAUSES = (
    Cause(
        "configuration-change",
        "The pool has 20 connections, the change of this morning halved it",
        "Put the old pool size back in all regions",
        "A configuration change halved the connection pool. The pipeline promoted it to every region "
        "at once because nothing compares a pool size with the load it has to carry.",
        (
            Work(
                "pool-size-check",
                "Check the pool size before a change is promoted",
                "prevent",
                "The pipeline refuses a pool below 50",
            ),
            Work(
                "canary-for-settings",
                "Promote settings to one region first",
                "mitigate",
                "A setting waits ten minutes in one region",
            ),
        ),
    ),
    Cause(
        "deployment",
        "Errors begin with the release of 20 minutes before",
        "Rolled back to the release of yesterday",
        "A release changed how an empty answer is read. The test data has no empty answers, so the "
        "pipeline was green, and the canary saw too little traffic to tell.",
        (
            Work(
                "empty-answer-test",
                "Add a test with empty answers to the pipeline",
                "prevent",
                "The test fails on the release that caused this",
            ),
            Work(
                "longer-canary",
                "Keep a canary until it has seen 10,000 requests",
                "detect",
                "The pipeline counts requests before it promotes",
            ),
        ),
    ),
    Cause(
        "capacity",
        "All workers are busy, the queue grows by 400 a minute",
        "Doubled the workers and drained the queue",
        "A campaign tripled the traffic within ten minutes. Scaling follows the load of the last "
        "fifteen minutes and started when the queue was already full.",
        (
            Work(
                "scale-on-queue",
                "Scale on the length of the queue instead of the load",
                "prevent",
                "A load test with three times the traffic stays green",
            ),
            Work(
                "campaign-calendar",
                "Share the campaign calendar with the people on call",
                "process",
                "The calendar is part of the handover",
            ),
        ),
    ),
    Cause(
        "expired-certificate",
        "The certificate of the inner gateway ended at midnight",
        "Issued a new certificate and reloaded the gateways",
        "The certificate of an inner gateway is renewed by hand. The reminder went to a mailbox that "
        "nobody has read since the teams were merged.",
        (
            Work(
                "renew-by-machine",
                "Renew the certificates of inner gateways by machine",
                "prevent",
                "No certificate is renewed by hand",
            ),
            Work(
                "expiry-alert",
                "Alert three weeks before a certificate ends",
                "detect",
                "The alert fired in a drill",
            ),
        ),
    ),
    Cause(
        "dependency",
        "The provider of addresses answers in 9 seconds instead of 0.2",
        "Switched the lookup of addresses off with the flag",
        "A provider slowed down. Calls to it have no deadline of their own, so every worker ended up "
        "waiting for an answer that is not needed to take an order.",
        (
            Work(
                "deadline-for-lookups",
                "Give every lookup a deadline of one second",
                "mitigate",
                "A drill with a slow provider stays green",
            ),
            Work(
                "provider-dashboard",
                "Show the providers' latency on the first dashboard",
                "detect",
                "The dashboard shows every provider",
            ),
        ),
    ),
    Cause(
        "schema-migration",
        "The migration holds a lock on the orders table",
        "Stopped the migration and let the waiting writes through",
        "A migration added an index without the option that keeps the table writable. On the small "
        "table of the test system that takes less than a second.",
        (
            Work(
                "migration-lint",
                "Refuse migrations that lock a large table",
                "prevent",
                "The lint refuses the migration that caused this",
            ),
            Work(
                "migration-window",
                "Run long migrations at the quietest hour",
                "process",
                "The runbook of migrations names the hour",
            ),
        ),
    ),
    Cause(
        "hardware",
        "Two disks of the same age report errors",
        "Moved the volumes to other machines",
        "Two disks of one batch wore out in the same week. The replicas of one shard stood on both of "
        "them because placement looks at racks and not at batches.",
        (
            Work(
                "spread-batches",
                "Spread replicas over batches of disks",
                "prevent",
                "Placement refuses two replicas on one batch",
            ),
            Work(
                "wear-alert",
                "Alert on the wear of disks",
                "detect",
                "The alert fired for a worn disk in the lab",
            ),
        ),
    ),
    Cause(
        "network",
        "Half of the packets between two zones are lost",
        "Routed around the zone with the losses",
        "A line card lost packets without reporting a fault. Health checks are small packets, which "
        "got through, so nothing was taken out of rotation.",
        (
            Work(
                "large-health-checks",
                "Let health checks send large packets too",
                "detect",
                "A drill with losses takes the zone out",
            ),
            Work(
                "one-step-reroute",
                "Make the detour around a zone one command",
                "mitigate",
                "A drill reroutes within five minutes",
            ),
        ),
    ),
    Cause(
        "cache-stampede",
        "Every worker asks the database for the same key",
        "Turned on serving of the old value while one worker renews it",
        "The most wanted key of the cache ended at the full hour and every worker renewed it at once. "
        "The database answered all of them, one after another.",
        (
            Work(
                "renew-once",
                "Let one worker renew a key for all",
                "prevent",
                "A load test with an ended key stays green",
            ),
            Work(
                "spread-endings",
                "Spread the ends of keys over ten minutes",
                "mitigate",
                "No two keys of one page end together",
            ),
        ),
    ),
    Cause(
        "feature-flag",
        "The new price rules are on for everybody, not for one in a hundred",
        "Turned the flag off",
        "A flag was meant for one customer in a hundred. Its rule was read as one hundred in a "
        "hundred because the form takes a share where the file takes a number.",
        (
            Work(
                "flag-preview",
                "Show how many customers a flag reaches before it is saved",
                "prevent",
                "The form shows a number of customers",
            ),
            Work(
                "flag-alert",
                "Alert when a flag reaches more than half of the customers at once",
                "detect",
                "The alert fired in a drill",
            ),
        ),
    ),
)
ALWAYS_USEFUL = (
    Work(
        "update-runbook",
        "Add what we learned to the runbook",
        "process",
        "The runbook names this cause",
    ),
    Work(
        "add-dashboard-panel",
        "Show the errors by region on the first dashboard",
        "detect",
        "The panel shows every region",
    ),
    Work("rehearse", "Rehearse this case in the next drill", "process", "The drill is on the record"),
)
STEPS = (
    ("finding", "Errors come from all regions, most from {region}"),
    ("finding", "No deployment of {service} in the last six hours"),
    ("finding", "Graphs of the database are at their usual level, so the cause is in front of it"),
    ("finding", "Logs of {service} show the first error at the same minute in every region"),
    ("finding", "Only requests with a session older than one day are hurt"),
    ("finding", "Memory and processors are fine; connections are at their limit"),
    ("finding", "Support counts {n} tickets, all about the same page"),
    (
        "finding",
        "The dashboard of `{service}` lags by two minutes, the raw figures agree with the alert",
    ),
    ("action", "Restarted one instance of {service} in {region} to see whether it recovers"),
    ("action", "Opened the graphs of {service} for everybody in the channel"),
    ("action", "Took {region} out of rotation; the other regions carry its load"),
    ("action", "Raised the log level of one instance of {service}"),
    ("action", "Asked the neighbouring team whether they changed anything; they did not"),
    ("action", "Compared the settings of {region} with those of last week"),
    ("action", "Stopped the batch jobs that compete with {service}"),
    ("action", "Added {n} workers to {service} in {region}"),
    ("action", "Paused all deployments until this is over"),
    ("action", "Collected a trace of a slow request, {n} spans, in the channel"),
)
CALM_STEPS = (
    ("finding", "Errors of {service} stay at their usual level in {region}"),
    ("finding", "Support has had no new ticket for a while"),
    ("action", "Put {region} back into rotation"),
    ("action", "Went through the graphs of {service} once more, all of them quiet"),
)
SECOND_FACTORS = ("no-canary", "missing-check", "untested-path", "single-owner", "manual-step")
INTERNAL_NEWS = (
    "Still looking; {service} is the first suspect in {region}",
    "The step in {region} helped a little, errors are down to {n} %",
    "Nothing new from the logs; comparing settings now",
    "Two ideas left, each of us follows one of them",
    "Figures are moving in the right direction",
)
PUBLIC_NEWS = {
    "investigating": "Some people cannot use {name} as usual. We are looking into it",
    "identified": "We know why {name} does not work as usual and are working on it",
    "monitoring": "{name} works again for everybody we can see. We keep watching it",
}
REGIONS = ("eu-central", "eu-west", "us-east", "us-west", "ap-south", "ap-east", "sa-east")
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "UTC",
    "Asia/Tokyo",
    "Europe/London",
    "America/Los_Angeles",
)
# fmt: off
THINGS = (
    "checkout", "payments", "search", "catalog", "cart", "orders", "inventory", "pricing",
    "shipping", "returns", "accounts", "login", "profiles", "notifications", "mail", "invoices",
    "ledger", "reports", "exports", "imports", "images", "video", "comments", "reviews",
    "recommendations", "coupons", "gifts", "maps", "feeds", "archive",
)
SORTS = ("api", "worker", "gateway", "store", "index", "cache", "scheduler", "relay")
FIRST_NAMES = (
    "Ana", "Ben", "Chi", "Dan", "Eva", "Fay", "Gil", "Hana", "Ivo", "Jun", "Kai", "Lea", "Mia",
    "Nils", "Ola", "Pia", "Quinn", "Rosa", "Sam", "Tomo", "Uma", "Vera", "Wim", "Xenia", "Yara",
    "Zoe", "Arun", "Bela", "Cleo", "Dora", "Emil", "Finn", "Greta", "Hugo", "Ines", "Jana",
    "Kofi", "Lin", "Malu", "Noor",
)
LAST_NAMES = (
    "Abel", "Bauer", "Costa", "Diaz", "Egger", "Fofana", "Garcia", "Haas", "Ito", "Jansen",
    "Kovac", "Lund", "Meyer", "Novak", "Okoro", "Park", "Quist", "Rossi", "Sato", "Tanaka",
    "Ueda", "Vogel", "Weber", "Xu", "Yilmaz", "Zhang", "Adeyemi", "Berg", "Conti", "Dubois",
    "Eriksen", "Fischer", "Gruber", "Horvat", "Ivanov", "Jovic", "Keller", "Lopez", "Moreau",
    "Nguyen",
)
# fmt: on


# ── the world: people, services, who is on call ──────────────────────────────────────────────


class Policy(NamedTuple):
    """An escalation policy and the people behind it, who serve no other."""

    id: str
    zone: str
    primary: tuple[str, ...]
    leads: tuple[str, ...]
    has_lead_rotation: bool

    @property
    def people(self) -> tuple[str, ...]:
        return self.primary + self.leads

    def on_call(self, at: datetime) -> str:
        """Who has the primary turn: turns last a week on the policy's own clock."""
        wall = at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        return self.primary[(wall - ROTATIONS_START) // WEEK % len(self.primary)]


class Service(NamedTuple):
    """A service, who owns it and who is paged for it."""

    id: str
    team: str
    policy: Policy

    @property
    def name(self) -> str:
        return self.id.replace("-", " ").capitalize()


class Runbook(NamedTuple):
    """A runbook: one symptom of one service, or of a few in a small book."""

    id: str
    folder: str
    owner: str
    symptom: Symptom
    services: tuple[Service, ...]

    @property
    def path(self) -> str:
        return f"runbooks/{self.folder}/{self.id}.md"


class World(NamedTuple):
    """Everything that incidents refer to."""

    people: list[str]
    teams: list[str]
    policies: list[Policy]
    services: list[Service]
    runbooks: dict[str, list[Runbook]]
    """By service."""
    shadows: int
    """Rotations that no policy names."""
    overrides: int


def build_world(incidents: int) -> World:
    """The directory of a book with so many incidents."""
    people = [person_id(number) for number in range(incidents // 250 + 10)]
    teams = [f"team-{name}" for name in names(THINGS, SORTS, incidents // 500 + 3)]
    service_names = names(THINGS, SORTS, incidents // 500 + 5)
    count = max(2, len(service_names) // 5)
    rotations = incidents // 400 + 4
    lead_rotations = min(count, rotations - 2 * count)
    policies = build_policies(people, service_names, count, lead_rotations)
    services = [
        Service(name, teams[at % len(teams)], policies[at * count // len(service_names)])
        for at, name in enumerate(service_names)
    ]
    return World(
        people,
        teams,
        policies,
        services,
        build_runbooks(services, max(2, incidents // 50)),
        rotations - 2 * count - lead_rotations,
        incidents // 1000 + 3,
    )


def names(things: tuple[str, ...], sorts: tuple[str, ...], count: int) -> list[str]:
    """So many different names: `checkout`, …, `checkout-api`, …, `checkout-api-2`."""
    result = list(things)
    round_ = 1
    while len(result) < count:
        suffix = "" if round_ == 1 else f"-{round_}"
        result += [f"{thing}-{sort}{suffix}" for sort in sorts for thing in things]
        round_ += 1
    return result[:count]


def person_name(number: int) -> str:
    first = FIRST_NAMES[number % 40]
    last = LAST_NAMES[(number // 40 + number * 7) % 40]
    return f"{first} {last}" + (f" {number // 1600 + 1}" if number >= 1600 else "")


def person_id(number: int) -> str:
    return person_name(number).lower().replace(" ", "-")


def build_policies(
    people: list[str], service_names: list[str], count: int, lead_rotations: int
) -> list[Policy]:
    """Each policy gets its own block of people, so that nobody is on call twice."""
    size = len(people) // count
    return [
        Policy(
            f"{service_names[-(-at * len(service_names) // count)]}-escalation",
            ZONES[at % len(ZONES)],
            tuple(people[at * size : (at + 1) * size - 2]),
            tuple(people[(at + 1) * size - 2 : (at + 1) * size]),
            at < lead_rotations,
        )
        for at in range(count)
    ]


def build_runbooks(services: list[Service], count: int) -> dict[str, list[Runbook]]:
    """So many runbooks, spread over the services; every service has one."""
    by_service: dict[str, list[Runbook]] = {service.id: [] for service in services}
    for at in range(count):
        round_, place = divmod(at, len(services))
        covered = tuple(services[place::count]) if count < len(services) else (services[place],)
        symptom = SYMPTOMS[round_ % len(SYMPTOMS)]
        again = round_ // len(SYMPTOMS)
        name = f"{covered[0].id}-{symptom.slug}" + (f"-{again + 1}" if again else "")
        runbook = Runbook(name, covered[0].id, covered[0].team, symptom, covered)
        for service in covered:
            by_service[service.id].append(runbook)
    return by_service


def alert(service: Service, symptom: Symptom) -> str:
    return "".join(part.capitalize() for part in service.id.split("-")) + symptom.alert


# ── records, as structure until they are written, so that faults can be planted ──────────────


@dataclass(slots=True)
class Entry:
    """One line of a timeline; the parts are YAML text by key."""

    at: str
    text: str
    parts: dict[str, str]

    def __str__(self) -> str:
        parts = "".join(f"{key}: {value}, " for key, value in self.parts.items())
        return f'  - {{at: {self.at}, {parts}text: "{self.text}"}}\n'


@dataclass(slots=True)
class Page:
    """A Markdown file: front matter, a title, and sections by heading."""

    path: str
    title: str
    front: dict[str, str]
    sections: dict[str, str]

    def __str__(self) -> str:
        front = "".join(f"{key}: {value}\n" for key, value in self.front.items())
        body = "".join(
            f"\n## {heading}\n" + (f"\n{text}\n" if text else "") for heading, text in self.sections.items()
        )
        return f"---\n{front}---\n\n# {self.title}\n{body}"


@dataclass(slots=True)
class Incident:
    """An incident.yaml and its post-mortem; the head's values are YAML text by key."""

    id: str
    level: str
    resolved: datetime
    head: dict[str, str]
    timeline: list[Entry]
    items: dict[str, dict[str, str]]
    tail: dict[str, str]
    postmortem: Page | None = None
    extra: str = ""
    """A line that does not belong there."""

    @property
    def folder(self) -> str:
        return f"incidents/{self.id[:4]}/{self.id}"

    @property
    def path(self) -> str:
        return f"{self.folder}/incident.yaml"

    def __str__(self) -> str:
        text = "# yaml-language-server: $schema=../../../schemas/incident.json\n"
        text += "".join(f"{key}: {value}\n" for key, value in self.head.items())
        text += self.extra + "timeline:\n" + "".join(map(str, self.timeline)) + "action_items:\n"
        for name, item in self.items.items():
            text += f"  {name}:\n" + "".join(f"    {key}: {value}\n" for key, value in item.items())
        return text + "".join(f"{key}: {value}\n" for key, value in self.tail.items())


# ── an incident ──────────────────────────────────────────────────────────────────────────────


class Course(NamedTuple):
    """When what happened, in minutes from the declaration."""

    started: int
    detected: int
    acknowledged: int
    identified: int
    mitigated: int
    resolved: int
    closed: int


class Cast(NamedTuple):
    """Who took part; `responder` is whoever was on call."""

    responder: str
    commander: str
    second: str
    communications: str
    scribe: str
    facilitator: str


@dataclass(slots=True)
class Story:
    """What happened, before it is written down."""

    rng: Random
    id: str
    level: str
    declared: datetime
    course: Course
    cast: Cast
    services: list[Service]
    runbook: Runbook
    cause: Cause
    number: int
    raised: bool
    lowered: bool
    handed_over: bool
    words: dict[str, str] = field(default_factory=dict)

    @property
    def symptom(self) -> Symptom:
        return self.runbook.symptom

    @property
    def major(self) -> bool:
        return self.level in ("SEV0", "SEV1")

    @property
    def alert(self) -> str:
        return alert(self.services[0], self.symptom)

    def at(self, minute: int) -> datetime:
        return self.declared + timedelta(minutes=minute)

    def entry(self, minute: int, text: str, **parts: str) -> Entry:
        return Entry(write_instant(self.at(minute)), text, parts)

    def say(self, text: str) -> str:
        """The text with its places filled in."""
        region, n = self.rng.choice(REGIONS), str(self.rng.randint(3, 60))
        return text.format(region=region, n=n, **self.words)


def write_instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%MZ")


SPAN = {"SEV0": (46, 75), "SEV1": (46, 110), "SEV2": (70, 170), "SEV3": (90, 200)}
"""Minutes from declaration to resolution."""
SILENCE = {"SEV0": 15, "SEV1": 30, "SEV2": 90}
"""Minutes between two updates; SEV2 may take 120."""
ITEMS_WITHIN = {"SEV0": 30, "SEV1": 30, "SEV2": 60, "SEV3": 90}


def draw_course(rng: Random, level: str) -> Course:
    acknowledged = -rng.randint(2, 6)
    detected = acknowledged - rng.randint(2, 4)
    resolved = rng.randint(*SPAN[level])
    mitigated = resolved - rng.randint(12, 20)
    return Course(
        detected - rng.randint(2, 20),
        detected,
        acknowledged,
        rng.randint(12, mitigated - 6),
        mitigated,
        resolved,
        resolved + rng.randint(40, 180),
    )


def draw_cast(rng: Random, world: World, policy: Policy, paged_at: datetime) -> Cast:
    responder = policy.on_call(paged_at)
    others = [person for person in policy.people if person != responder]
    rng.shuffle(others)
    neighbours = world.policies[(world.policies.index(policy) + 1) % len(world.policies)].people
    return Cast(responder, others[0], others[1], others[2], others[3], rng.choice(neighbours))


def draw_services(rng: Random, world: World) -> list[Service]:
    """The service that broke first and, for one incident in three, another of its policy."""
    first = rng.choice(world.services)
    if rng.random() > 0.33:
        return [first]
    near = [service for service in world.services if service.policy is first.policy]
    second = rng.choice(near)
    return [first] if second is first else [first, second]


def draw_story(rng: Random, world: World, level: str, day: date, taken: set[str]) -> Story:
    """One incident, drawn from its own dice; `taken` holds the ids that are gone."""
    declared = datetime(day.year, day.month, day.day, tzinfo=UTC)
    declared += timedelta(minutes=rng.randrange(24 * 60))
    services = draw_services(rng, world)
    runbook = rng.choice(world.runbooks[services[0].id])
    course = draw_course(rng, level)
    paged_at = declared + timedelta(minutes=course.detected + 1)
    chance = rng.random()
    story = Story(
        rng,
        free_id(f"{day}-{services[0].id}-{runbook.symptom.slug}", taken),
        level,
        declared,
        course,
        draw_cast(rng, world, services[0].policy, paged_at),
        services,
        runbook,
        rng.choice(CAUSES),
        rng.randint(3, 60),
        raised=level == "SEV1" and chance < 0.1,
        lowered=level == "SEV1" and 0.1 <= chance < 0.2,
        handed_over=level == "SEV1" and 0.2 <= chance < 0.4,
    )
    story.words = {"service": services[0].id, "name": services[0].name}
    return story


def free_id(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}-{number}", number + 1
    taken.add(name)
    return name


def tell(story: Story, related: str | None) -> Incident:
    """The incident as a record."""
    incident = Incident(
        story.id,
        story.level,
        story.at(story.course.resolved),
        head(story, related),
        timeline(story),
        action_items(story),
        {
            "closure": "{metrics_at_baseline: true, no_customer_reports: true, evidence: "
            f'["https://graphs.example.com/{story.id}"]}}'
        },
    )
    if story.level in LEVELS:
        incident.postmortem = postmortem(story, incident)
    return incident


def head(story: Story, related: str | None) -> dict[str, str]:
    rng, cause = story.rng, story.cause
    fields = {
        "title": story.symptom.title.format(n=story.number, **story.words),
        "severity": "SEV2" if story.lowered else story.level,
        "services": f"[{', '.join(service.id for service in story.services)}]",
        "roles": write_roles(final_roles(story)),
        "summary": f'"{first_clause(cause.root)}. {story.symptom.felt}, for '
        f'{story.course.mitigated - story.course.started} minutes."',
        "impact": f'{{users_affected: {rng.randint(5, 900) * 10}, description: "{story.symptom.felt}"}}',
        "contributing_factors": f"[{cause.tag}, {rng.choice(SECOND_FACTORS)}]",
        "alerts": f"[{story.alert}]",
        "links": links(story),
        "tags": f"[{rng.choice(REGIONS)}, quarter-{(story.declared.month + 2) // 3}]",
    }
    if related:
        fields["related"] = f"[{related}]"
    return fields


def first_clause(text: str) -> str:
    return text.partition(". ")[0]


def links(story: Story) -> str:
    chat = f'chat: "https://chat.example.com/incident-{story.id}"'
    room = f', war_room: "https://meet.example.com/{story.id}"' if story.major else ""
    return f"{{{chat}{room}}}"


def write_roles(roles: dict[str, str]) -> str:
    return f"{{{', '.join(f'{role}: {who}' for role, who in roles.items())}}}"


def first_roles(story: Story) -> dict[str, str]:
    """The roles that the level requires, as given at the declaration."""
    cast = story.cast
    if not story.major:
        return {"responder": cast.responder}
    roles = {"incident-commander": cast.commander}
    if story.level == "SEV1":
        return roles | {"subject-matter-expert": f"[{cast.responder}]"}
    return roles | {
        "communications-lead": cast.communications,
        "subject-matter-expert": f"[{cast.responder}, {cast.second}]",
        "scribe": cast.scribe,
    }


def final_roles(story: Story) -> dict[str, str]:
    roles = first_roles(story)
    if story.raised or story.lowered:
        roles["responder"] = story.cast.responder
    if story.handed_over:
        roles["incident-commander"] = story.cast.second
    return roles


def commander(story: Story) -> str:
    """Who commands at the end; the responder where no commander is named."""
    if not story.major:
        return story.cast.responder
    return story.cast.second if story.handed_over else story.cast.commander


def timeline(story: Story) -> list[Entry]:
    entries = [
        *beginning(story),
        *turns_of_events(story),
        *steps(story),
        *internal_updates(story),
        *public_updates(story),
        *ending(story),
    ]
    entries.sort(key=lambda entry: entry.at)
    return entries


def beginning(story: Story) -> Iterator[Entry]:
    course, cast, entry = story.course, story.cast, story.entry
    yield entry(course.started, story.say("First errors of {service} in {region}"),
                milestone="started", approximate="true")  # fmt: skip
    yield entry(course.detected, f"{story.alert} fired",
                milestone="detected", by='"system:alertmanager"')  # fmt: skip
    if story.major:
        page = f"person: {cast.responder}, policy: {story.services[0].policy.id}"
        yield entry(course.detected + 1, "Primary paged",
                    page=f"{{{page}, alert: {story.alert}, outcome: acted}}")  # fmt: skip
    yield entry(course.acknowledged, "Acknowledged, having a look",
                milestone="acknowledged", by=cast.responder)  # fmt: skip
    state = "down" if story.level == "SEV0" else "degraded"
    hurt = ", ".join(f"{service.id}: {state}" for service in story.services)
    level, roles = story.level, first_roles(story)
    if story.raised:
        level, roles = "SEV2", {"responder": cast.responder}
    yield entry(0, story.symptom.felt, milestone="declared", severity=level,
                roles=write_roles(roles), services=f"{{{hurt}}}", by=cast.responder)  # fmt: skip


def turns_of_events(story: Story) -> Iterator[Entry]:
    """What a minority of incidents has: another severity, another commander."""
    cast, entry = story.cast, story.entry
    if story.raised:
        yield entry(2, "More customers than we thought: raised", severity=story.level,
                    roles=write_roles(first_roles(story)), by=cast.responder)  # fmt: skip
    yield entry(4, "Stop the pain first, find out why later",
                type="decision", choice="mitigate", by=cast.responder)  # fmt: skip
    if story.handed_over:
        yield entry(9, f"{cast.second} commands from here", type="decision",
                    roles=write_roles({"incident-commander": cast.second}))  # fmt: skip
    if story.lowered:
        yield entry(story.course.mitigated + 1, "Customers are no longer hurt: lowered",
                    severity="SEV2", roles=write_roles({"responder": cast.responder}),
                    by=commander(story))  # fmt: skip


def steps(story: Story) -> Iterator[Entry]:
    """What was tried and found, never more than a quarter of an hour apart."""
    rng, course = story.rng, story.course
    who = (story.cast.responder, story.cast.second, story.cast.responder, story.cast.scribe)
    deck = rng.sample(STEPS, len(STEPS))
    calm = rng.sample(CALM_STEPS, len(CALM_STEPS))
    pace = (10, 15) if story.major else (9, 15)
    minute, number = 6, 0
    while minute < course.resolved - 1:
        ideas = deck if minute < course.mitigated else calm
        sort, text = ideas[number % len(ideas)]
        yield story.entry(minute, story.say(text), type=sort, by=who[number % len(who)])
        minute, number = minute + rng.randint(*pace), number + 1


def internal_updates(story: Story) -> Iterator[Entry]:
    if story.level not in SILENCE:
        return
    minute = story.rng.randint(1, 5)
    while minute < story.course.resolved:
        text = story.say(story.rng.choice(INTERNAL_NEWS))
        yield story.entry(minute, text, update="{audience: internal}", by=commander(story))
        minute += SILENCE[story.level] - story.rng.randint(1, 4)
    if story.level == "SEV0":
        yield story.entry(6, "Executives told by phone and here",
                          update="{audience: executives}", by=story.cast.communications)  # fmt: skip


def public_updates(story: Story) -> Iterator[Entry]:
    if not story.major:
        return
    course, silence = story.course, SILENCE[story.level]
    speaker = story.cast.communications if story.level == "SEV0" else commander(story)
    minute = story.rng.randint(2, 6)
    while minute < course.resolved:
        late = minute >= course.mitigated
        stage = "monitoring" if late else "identified" if minute > course.identified else "investigating"
        promise = write_instant(story.at(minute + silence))
        update = f"{{audience: public, stage: {stage}, next_update: {promise}}}"
        yield story.entry(minute, PUBLIC_NEWS[stage].format(**story.words), update=update, by=speaker)
        minute += silence - story.rng.randint(1, 4)
    yield story.entry(story.rng.randint(15, 40), "E-mail to the customers concerned: what we know",
                      update="{audience: customers}", by=speaker)  # fmt: skip
    yield story.entry(course.resolved + 25, "E-mail to the customers concerned: full details",
                      update="{audience: customers}", by=speaker)  # fmt: skip


def ending(story: Story) -> Iterator[Entry]:
    course, cast, entry = story.course, story.cast, story.entry
    yield entry(course.identified, story.cause.finding, milestone="identified", by=cast.responder)
    yield entry(course.mitigated - 2, "Followed the runbook to the end", by=cast.responder,
                runbook=f"{{id: {story.runbook.id}, result: ok}}")  # fmt: skip
    well = ", ".join(f"{service.id}: operational" for service in story.services)
    yield entry(course.mitigated, story.cause.stopped_by, milestone="mitigated",
                services=f"{{{well}}}", by=cast.responder)  # fmt: skip
    told = {"update": "{audience: public, stage: resolved}"} if story.major else {}
    yield entry(course.resolved, f"Error rate of {story.services[0].id} at baseline",
                milestone="resolved", **told, by=commander(story))  # fmt: skip
    if story.level in SILENCE:
        yield entry(course.resolved, "Resolved, thank you all",
                    update="{audience: internal}", by=commander(story))  # fmt: skip
    yield entry(course.closed, "Stable since, and no reports",
                milestone="closed", by=commander(story))  # fmt: skip


STRENGTHS = {
    "prevent": "stronger",
    "detect": "intermediate",
    "mitigate": "intermediate",
    "process": "intermediate",
}
"""How well a remedy of each kind holds when nobody thinks of it."""


def action_items(story: Story) -> dict[str, dict[str, str]]:
    """Two or three items, all of them done in time or declined."""
    rng = story.rng
    work = [*story.cause.work, rng.choice(ALWAYS_USEFUL)][: rng.choice((2, 3, 3))]
    owners = (story.cast.responder, story.cast.second, story.services[0].team)
    resolved = story.at(story.course.resolved).date()
    items = {}
    for number, item in enumerate(work):
        days = rng.randint(7, ITEMS_WITHIN[story.level] - 1)
        fields = {
            "title": item.title,
            "kind": item.kind,
            "strength": STRENGTHS[item.kind],
            "owner": owners[number],
            "due": str(resolved + timedelta(days=days)),
            "status": "done",
            "tracker": f"https://tracker.example.com/OPS-{rng.randint(1000, 99999)}",
            "done_when": item.done_when,
            "done_on": str(resolved + timedelta(days=rng.randint(1, days))),
        }
        if rng.random() < 0.03:
            fields["status"] = "declined"
            fields["reason"] = "The part is replaced next quarter"
            del fields["done_on"]
        items[item.slug] = fields
    return items


# ── a post-mortem ────────────────────────────────────────────────────────────────────────────


def postmortem(story: Story, incident: Incident) -> Page:
    """The narrative: reviewed within 48 hours, published within the week after."""
    cast, rng = story.cast, story.rng
    review = incident.resolved + timedelta(hours=rng.randint(20, 46))
    published = review.date() + timedelta(days=rng.randint(1, 5))
    people = list(dict.fromkeys((cast.responder, commander(story), cast.second, cast.facilitator)))
    team, sent_at = story.services[0].team, f"{published}T16:00Z"
    front = {
        "status": "published",
        "authors": f"[{', '.join(dict.fromkeys((cast.responder, cast.second)))}]",
        "facilitator": cast.facilitator,
        "attendees": f"[{', '.join(people)}]",
        "review_at": write_instant(review),
        "published_on": str(published),
        "distribution": f"[{{to: engineering, at: {sent_at}}}, {{to: {team}, at: {sent_at}}}]",
    }
    title = f"Post-mortem: {incident.head['title']}"
    return Page(f"{incident.folder}/postmortem.md", title, front, sections(story, incident))


def sections(story: Story, incident: Incident) -> dict[str, str]:
    course, cause, name = story.course, story.cause, story.services[0].name
    minutes = course.mitigated - course.started
    return {
        "Summary": f"On {story.declared:%Y-%m-%d} {name} did not work as usual for {minutes} minutes. "
        f"{story.symptom.felt}. {first_clause(cause.root)}. The team stopped it at "
        f"{story.at(course.mitigated):%H:%M} UTC: {lower(cause.stopped_by)}.",
        "Timeline": "All times are UTC.\n\n" + told_timeline(incident),
        "Root cause": f"{cause.root}\n\nThe runbook [{story.runbook.id}](../../../{story.runbook.path}) "
        "covers the symptom but does not name this cause, so finding it took longer than stopping it.",
        "Impact": f"{story.symptom.felt}. {story.number * 10} people wrote to support, and the status "
        f"page showed {name} as hurt for {minutes} minutes. No data was lost.",
        "Detection": f"`{story.alert}` fired {course.detected - course.started} minutes after the first "
        "error. The alert counts errors over five minutes, which is as fast as it can be without noise "
        "at night.",
        "What went well": bullets(
            "The alert fired before the first customer wrote to us",
            "The person on call answered within five minutes and declared early",
            "Deciding to stop the pain first kept the search for the cause out of the customers' time",
        ),
        "What went wrong": bullets(
            f"Three dashboards disagreed about which region was hurt, and it took {course.identified} "
            "minutes to know why",
            "The pipeline had no check that could have noticed the change",
            "The runbook names two commands that have been renamed since it was last tested",
        ),
        "Where we got lucky": "It happened while two people who know this part of the system were awake. "
        "A week earlier both of them were travelling.",
        "Resolution": f"{cause.stopped_by}. This took {course.mitigated - course.identified} minutes from "
        f"knowing the cause to customers being well again; the team watched {name} for another "
        f"{course.resolved - course.mitigated} minutes before it called the incident resolved, and the "
        f"graphs stayed where they were. Afterwards {story.cast.responder} compared the settings of all "
        "regions with those of the week before and found no other difference.",
        "Action items": told_items(incident),
        "Lessons": "A check that runs on a small system says little about a large one. We look for the "
        "other places where a limit depends on the size of the system and nothing compares the two.",
    }  # fmt: skip


def lower(text: str) -> str:
    return text[0].lower() + text[1:]


def bullets(*lines: str) -> str:
    return "\n".join(f"- {line}." for line in lines)


def told_timeline(incident: Incident) -> str:
    lines = [
        f"- {entry.at[11:16]} {entry.parts['milestone']}: {entry.text}"
        for entry in incident.timeline
        if "milestone" in entry.parts
    ]
    return "\n".join(lines)


def told_items(incident: Incident) -> str:
    return "\n".join(
        f"- {item['title']} ({item['owner']}, due {item['due']}): {lower(item['done_when'])}."
        for item in incident.items.values()
    )


# ── runbooks ─────────────────────────────────────────────────────────────────────────────────


def runbook_page(runbook: Runbook) -> Page:
    """The eight parts. Its review holds for twenty years so that the book stays clean."""
    service, symptom = runbook.services[0], runbook.symptom
    alerts = ", ".join(alert(each, symptom) for each in runbook.services)
    front = {
        "severity": "[SEV0, SEV1, SEV2, SEV3]",
        "owner": runbook.owner,
        "last_updated": str(REVIEWED_ON),
        "review_in": "20 years",
        "services": f"[{', '.join(each.id for each in runbook.services)}]",
        "alerts": f"[{alerts}]",
    }
    sections = {
        "Trigger": f"`{alert(service, symptom)}` fires for five minutes, or support reports it: "
        f"{lower(symptom.felt)}.",
        "Prerequisites": bullets(
            f"Access to the cluster that runs `{service.id}`",
            "The `kubectl` and `jq` commands",
            f"The channel of {service.team} is open",
        ),
        "Steps": runbook_steps(service.id),
        "Verification": f"The error rate of `{service.id}` is below one in a thousand for ten minutes, "
        "and a request of your own is answered within a second.\n\n"
        f"```bash\ncurl --silent --fail https://{service.id}.example.com/healthz\n```",
        "Rollback": "If it gets worse, undo the restart and put the number of instances back.\n\n"
        f"```bash\nkubectl --namespace {service.id} rollout undo deployment/{service.id}\n"
        f"kubectl --namespace {service.id} scale deployment/{service.id} --replicas=6\n```",
    }
    title = f"{service.name}: {symptom.slug.replace('-', ' ')}"
    return Page(runbook.path, title, front, sections)


def runbook_steps(service: str) -> str:
    kubectl = f"kubectl --namespace {service}"
    return (
        f"1. See which instances are hurt.\n\n   ```bash\n   {kubectl} get pods --output=wide\n   ```\n\n"
        f"2. Read the last errors of one of them.\n\n   ```bash\n   {kubectl} logs deployment/{service} "
        f"--since=10m | jq 'select(.level == \"error\")'\n   ```\n\n"
        "3. If all instances are hurt, look for a change in the last hour and roll it back first.\n\n"
        f"4. Restart the instances one by one.\n\n   ```bash\n   {kubectl} rollout restart "
        f"deployment/{service}\n   ```\n\n"
        "5. If the load is the cause, double the instances and tell the team in its channel."
    )


# ── rotations and policies ───────────────────────────────────────────────────────────────────


def directory_files(world: World) -> Iterator[tuple[str, str]]:
    """People, teams and services, as paths and texts."""
    zones = {person: policy.zone for policy in world.policies for person in policy.people}
    away = absences(world)
    for number, person in enumerate(world.people):
        text = f"name: {person_name(number)}\ntimezone: {zones.get(person, 'UTC')}\n"
        text += f"title: Engineer\naccounts: {{github: {person}, chat: {person}, pager: user-{number}}}\n"
        yield f"rotations/people/{person}.yaml", text + away.get(person, "")
    for number, team in enumerate(world.teams):
        members = world.people[number :: len(world.teams)]
        text = f"name: {team.replace('-', ' ').capitalize()}\nmembers: [{', '.join(members)}]\n"
        text += f'lead: {members[0]}\nchat: "#{team}"\ntier: {number % 3 + 1}\n'
        yield f"rotations/teams/{team}.yaml", text
    for number, service in enumerate(world.services):
        text = f"name: {service.name}\nteam: {service.team}\nescalation: {service.policy.id}\n"
        text += f"critical: {'true' if number % 5 == 0 else 'false'}\n"
        text += f"depends_on: [{world.services[number // 2].id}]\n" if number else ""
        text += f'links: {{dashboard: "https://graphs.example.com/{service.id}"}}\n'
        yield f"policies/services/{service.id}.yaml", text


def rotation_files(world: World) -> Iterator[tuple[str, str]]:
    for policy in world.policies:
        stem = rotation_stem(policy)
        team = next(service.team for service in world.services if service.policy is policy)
        top = f"team: {team}\ntimezone: {policy.zone}\n"
        yield f"rotations/{stem}-primary.yaml", top + layers(("weekly", policy.primary))
        yield (
            f"rotations/{stem}-secondary.yaml",
            f"team: {team}\nfollows: {stem}-primary\noffset: 1\n",
        )
        if policy.has_lead_rotation:
            text = top + layers(("weekly", policy.leads), weekend=policy.leads[::-1])
            yield f"rotations/{stem}-lead.yaml", text
    for number in range(world.shadows):
        mine = world.policies[number % len(world.policies)]
        guests = world.policies[(number + 1) % len(world.policies)].leads
        text = f"description: Guests who learn beside {rotation_stem(mine)}-primary\n"
        text += f"timezone: {mine.zone}\n" + layers(("shadow", guests))
        yield (
            f"rotations/{rotation_stem(mine)}-shadow-{number // len(world.policies) + 1}.yaml",
            text,
        )


def rotation_stem(policy: Policy) -> str:
    return policy.id.removesuffix("-escalation")


def layers(base: tuple[str, tuple[str, ...]], weekend: tuple[str, ...] = ()) -> str:
    name, members = base
    text = f"layers:\n  - name: {name}\n" + versions(members, "1w")
    if weekend:
        text += '  - name: weekend\n    windows: [{days: [sat, sun], from: "09:00", to: "09:00"}]\n'
        text += versions(weekend, "2 shifts")
    return text


def versions(members: tuple[str, ...], every: str) -> str:
    starts = f"{ROTATIONS_START:%Y-%m-%d %H:%M}"
    return f"    versions:\n      - {{starts: {starts}, every: {every}, members: [{', '.join(members)}]}}\n"


class Cover(NamedTuple):
    """A week of a primary rotation that somebody else takes."""

    policy: Policy
    starts: datetime
    absent: str
    on: str


def covers(world: World) -> Iterator[Cover]:
    """All of them after the last incident, so that whoever was paged was on call by the rules."""
    for number in range(world.overrides):
        policy = world.policies[number % len(world.policies)]
        starts = OVERRIDES_START + WEEK * (number // len(world.policies))
        turn = (starts - ROTATIONS_START) // WEEK
        members = policy.primary
        yield Cover(policy, starts, members[turn % len(members)], members[(turn + 2) % len(members)])


def override_files(world: World) -> Iterator[tuple[str, str]]:
    for cover in covers(world):
        zone = ZoneInfo(cover.policy.zone)
        start, end = (
            at.replace(tzinfo=zone).isoformat(timespec="minutes")
            for at in (cover.starts, cover.starts + WEEK)
        )
        stem = rotation_stem(cover.policy)
        text = f"rotation: {stem}-primary\nreason: {cover.absent} is away\ncovers:\n"
        text += f"  - {{from: {start}, to: {end}, on: [{cover.on}], instead_of: [{cover.absent}]}}\n"
        yield f"rotations/overrides/{cover.starts:%Y-%m-%d}-{stem}-cover.yaml", text


def absences(world: World) -> dict[str, str]:
    """The absences that the overrides cover, by person."""
    lines: dict[str, str] = {}
    for cover in covers(world):
        first, last = (
            cover.starts.date() + timedelta(days=1),
            cover.starts.date() + timedelta(days=6),
        )
        lines[cover.absent] = (
            lines.get(cover.absent, "absences:\n") + f"  - {{from: {first}, to: {last}, reason: holiday}}\n"
        )
    return lines


def escalation_files(world: World) -> Iterator[tuple[str, str]]:
    for policy in world.policies:
        stem = rotation_stem(policy)
        text = "levels:\n"
        text += f"  - {{page: [{{rotation: {stem}-primary}}], escalate_after: 5m}}\n"
        text += f"  - {{page: [{{rotation: {stem}-secondary}}], escalate_after: 10m}}\n"
        if policy.has_lead_rotation:
            text += f"  - {{page: [{{rotation: {stem}-lead}}], escalate_after: 15m}}\n"
        text += f"repeat: 2\nfallback: {{person: {policy.leads[0]}}}\ntests:\n"
        pages = f"pages: {{0m: {{rotation: {stem}-primary}}, 5m: {{rotation: {stem}-secondary}}}}"
        text += f"  - {{at: 2026-03-04T03:00Z, severity: SEV1, {pages}}}\n"
        yield f"policies/escalation/{policy.id}.yaml", text


SEVERITIES = """\
levels:
  SEV0:
    name: Complete outage
    aliases: [P0]
    definition: Complete outage, critical data loss, or payments down
    examples: [Nobody can pay, Orders of a day are lost]
    response: {business_hours: page, off_hours: page}
    acknowledge_within: 5m
    roles: [incident-commander, communications-lead, subject-matter-expert, scribe]
    war_room: true
    updates: {internal: 15m, public: 15m}
    postmortem: full
    action_items_within: 30d
  SEV1:
    name: Major degradation
    aliases: [P1]
    definition: Major functionality degraded, significant customer subset affected
    examples: [One request in six is answered with an error]
    response: {business_hours: page, off_hours: page}
    acknowledge_within: 5m
    roles: [incident-commander, subject-matter-expert]
    war_room: true
    updates: {internal: 30m, public: 30m}
    postmortem: full
    action_items_within: 30d
  SEV2:
    name: Minor impairment
    aliases: [P2]
    definition: Minor functionality impaired, small customer subset affected
    examples: [The export of reports is slow]
    response: {business_hours: message, off_hours: ticket}
    roles: [responder]
    updates: {internal: 120m}
    postmortem: short
    action_items_within: 60d
  SEV3:
    name: Cosmetic
    aliases: [P3]
    definition: Cosmetic, no functionality lost
    examples: [A label is cut off]
    response: {business_hours: ticket, off_hours: ticket}
    roles: [responder]
    postmortem: note
    action_items_within: 90d
questions:
  down: {ask: "Is production completely down, or is critical data at risk?", if_yes: SEV0, if_no: degraded}
  degraded: {ask: "Is major functionality degraded?", if_yes: workaround, if_no: customers}
  workaround: {ask: "Is there a workaround?", if_yes: SEV1, if_no: SEV0}
  customers: {ask: "Are customers impacted?", if_yes: SEV2, if_no: SEV3}
clocks:
  - {postmortem: review, within: 48h, from: resolved, severity: [SEV0, SEV1]}
  - {update: customers, within: 1h, from: declared, severity: [SEV0, SEV1]}
  - {update: customers, within: 24h, from: resolved, severity: [SEV0, SEV1]}
"""
ROLES = """\
roles:
  incident-commander:
    name: Incident commander
    description: Decides, and keeps everybody on one plan
    duties: [Name the next step and who takes it, Decide about severity, Say when it is over]
    not_duties: [Type commands]
  communications-lead:
    name: Communications lead
    description: Tells everybody outside what they need to know
    duties: [Send the updates in time, Answer executives]
  subject-matter-expert:
    name: Subject-matter expert
    description: Knows the part that is hurt
    duties: [Find out what is going on, Make the changes that the commander asks for]
  scribe:
    name: Scribe
    description: Writes down what happens
    duties: [Keep the timeline]
  responder:
    name: Responder
    description: Takes care of a small incident alone
    duties: [Stop the pain, Write down what happened]
"""


def policy_files() -> Iterator[tuple[str, str]]:
    yield "pyproject.toml", '[tool.opsbook]\ntimezone = "UTC"\n'
    yield "policies/severities.yaml", SEVERITIES
    yield "policies/roles.yaml", ROLES


# ── faults ───────────────────────────────────────────────────────────────────────────────────


class Planted(NamedTuple):
    """What was planted: where, what it says, and the text to find the line by (or none)."""

    path: str
    says: str
    needle: str = ""


IncidentFault = Callable[[Incident, Random], Planted | None]
RunbookFault = Callable[[Page, Random], Planted]


def overdue_action_item(incident: Incident, _: Random) -> Planted | None:
    name, item = next(iter(incident.items.items()))
    if item["status"] != "done":
        return None
    item["status"] = "open"
    del item["done_on"]
    return Planted(incident.path, f"{name} is open since {item['due']}", f"  {name}:")


def ownerless_action_item(incident: Incident, _: Random) -> Planted | None:
    name, item = next(iter(incident.items.items()))
    del item["owner"]
    return Planted(incident.path, f"{name} has no owner", f"  {name}:")


def done_without_a_date(incident: Incident, _: Random) -> Planted | None:
    name, item = next(iter(incident.items.items()))
    if item.pop("done_on", None) is None:
        return None
    return Planted(incident.path, f"{name} is done without `done_on`", f"  {name}:")


def entry_out_of_order(incident: Incident, _: Random) -> Planted | None:
    entries = incident.timeline
    for at, (one, other) in enumerate(pairwise(entries)):
        if one.at < other.at and one.parts.get("type") and other.parts.get("type"):
            entries[at], entries[at + 1] = other, one
            return Planted(incident.path, f"{one.at} stands after {other.at}", str(one).strip())
    return None


def impossible_milestones(incident: Incident, _: Random) -> Planted | None:
    first, second = (milestone(incident, name) for name in ("started", "detected"))
    first.parts["milestone"], second.parts["milestone"] = "detected", "started"
    return Planted(incident.path, "detected before it started", str(first).strip())


def milestone(incident: Incident, name: str) -> Entry:
    return next(entry for entry in incident.timeline if entry.parts.get("milestone") == name)


def unknown_person(incident: Incident, _: Random) -> Planted | None:
    entry = milestone(incident, "identified")
    entry.parts["by"] = "nobody-we-know"
    return Planted(incident.path, "`nobody-we-know` is nobody", str(entry).strip())


def unknown_service(incident: Incident, _: Random) -> Planted | None:
    incident.head["services"] = incident.head["services"].replace("]", ", teleporter]")
    return Planted(incident.path, "`teleporter` is no service", "services: ")


def unknown_runbook(incident: Incident, _: Random) -> Planted | None:
    entry = next(entry for entry in incident.timeline if "runbook" in entry.parts)
    entry.parts["runbook"] = "{id: turn-it-off-and-on, result: ok}"
    return Planted(incident.path, "`turn-it-off-and-on` is no runbook", str(entry).strip())


def unknown_incident(incident: Incident, _: Random) -> Planted | None:
    incident.head["related"] = "[2019-02-29-leap]"
    return Planted(incident.path, "`2019-02-29-leap` is no incident", "related: ")


def severity_disagrees(incident: Incident, _: Random) -> Planted | None:
    written = incident.head["severity"]
    incident.head["severity"] = "SEV3" if written == "SEV2" else "SEV2"
    return Planted(incident.path, f"the timeline says {written}", "severity: ")


def roles_disagree(incident: Incident, _: Random) -> Planted | None:
    roles = incident.head["roles"]
    role, who = roles.strip("{}").split(",")[0].split(": ")
    people = (entry.parts["by"] for entry in incident.timeline if entry.parts.get("type"))
    other = next((person for person in people if person != who), None)
    if other is None:
        return None
    incident.head["roles"] = roles.replace(f"{role}: {who}", f"{role}: {other}", 1)
    return Planted(incident.path, f"the timeline says {role} is {who}", "roles: ")


def missing_role(incident: Incident, _: Random) -> Planted | None:
    if incident.level not in ("SEV0", "SEV1"):
        return None
    incident.head["roles"] = without_commander(incident.head["roles"])
    for entry in incident.timeline:
        roles = without_commander(entry.parts.get("roles", ""))
        entry.parts = {key: value for key, value in entry.parts.items() if key != "roles" or roles != "{}"}
        if "roles" in entry.parts:
            entry.parts["roles"] = roles
    return Planted(incident.path, f"{incident.level} without a commander", "roles: ")


def without_commander(roles: str) -> str:
    return re.sub(r"incident-commander: [\w-]+(, )?", "", roles)


def late_update(incident: Incident, _: Random) -> Planted | None:
    if incident.level not in ("SEV0", "SEV1"):
        return None
    public = [entry for entry in incident.timeline if "audience: public" in entry.parts.get("update", "")]
    silent = {id(entry) for entry in public[1:-1]}
    incident.timeline = [entry for entry in incident.timeline if id(entry) not in silent]
    return Planted(incident.path, f"no public update after {public[0].at}", str(public[0]).strip())


def html_in_title(incident: Incident, _: Random) -> Planted | None:
    incident.head["title"] = f"'<b onclick=\"alert(1)\">{incident.head['title']}</b>'"
    return Planted(incident.path, "raw HTML in the title", "title: ")


def naive_instant(incident: Incident, _: Random) -> Planted | None:
    entry = milestone(incident, "mitigated")
    entry.at = entry.at.removesuffix("Z")
    return Planted(incident.path, f"{entry.at} has no offset", str(entry).strip())


def duplicate_key(incident: Incident, _: Random) -> Planted | None:
    incident.extra = "title: The same again\n"
    return Planted(incident.path, "`title` twice", incident.extra.strip())


def unknown_key(incident: Incident, _: Random) -> Planted | None:
    incident.head["sumary"] = incident.head.pop("summary")
    return Planted(incident.path, "`sumary` is no key", "sumary: ")


def closed_without_closure(incident: Incident, _: Random) -> Planted | None:
    del incident.tail["closure"]
    return Planted(incident.path, "closed without `closure`", "milestone: closed")


def phone_number(incident: Incident, _: Random) -> Planted | None:
    entry = milestone(incident, "acknowledged")
    entry.text += ", call me at +1 202 555 0143"
    return Planted(incident.path, "a phone number", str(entry).strip())


def missing_postmortem(incident: Incident, _: Random) -> Planted | None:
    if incident.postmortem is None:
        return None
    incident.postmortem = None
    return Planted(incident.path, f"{incident.level} without a post-mortem")


def missing_section(incident: Incident, rng: Random) -> Planted | None:
    if incident.postmortem is None:
        return None
    name = rng.choice(("Summary", "Timeline", "Root cause", "Impact", "What went well", "Action items"))
    del incident.postmortem.sections[name]
    return Planted(incident.postmortem.path, f"no section `{name}`")


def empty_section(incident: Incident, _: Random) -> Planted | None:
    if incident.postmortem is None:
        return None
    incident.postmortem.sections["Root cause"] = ""
    return Planted(incident.postmortem.path, "`Root cause` is empty", "## Root cause")


def unknown_author(incident: Incident, _: Random) -> Planted | None:
    if incident.postmortem is None:
        return None
    incident.postmortem.front["authors"] = "[nobody-we-know]"
    return Planted(incident.postmortem.path, "`nobody-we-know` is nobody", "authors: ")


def late_review(incident: Incident, _: Random) -> Planted | None:
    if incident.postmortem is None or incident.level == "SEV2":
        return None
    incident.postmortem.front["review_at"] = write_instant(incident.resolved + timedelta(days=9))
    return Planted(incident.postmortem.path, "reviewed nine days after", "review_at: ")


def broken_link(incident: Incident, _: Random) -> Planted | None:
    if incident.postmortem is None:
        return None
    incident.postmortem.sections["Lessons"] += " See [the notes](notes.md)."
    return Planted(incident.postmortem.path, "`notes.md` does not exist", "(notes.md)")


def missing_rollback(page: Page, _: Random) -> Planted:
    del page.sections["Rollback"]
    return Planted(page.path, "no section `Rollback`")


def ownerless_runbook(page: Page, _: Random) -> Planted:
    del page.front["owner"]
    return Planted(page.path, "no owner")


def unknown_owner(page: Page, _: Random) -> Planted:
    page.front["owner"] = "nobody-we-know"
    return Planted(page.path, "`nobody-we-know` is nobody", "owner: ")


def stale_runbook(page: Page, _: Random) -> Planted:
    page.front["last_updated"], page.front["review_in"] = "2021-01-04", "6 months"
    return Planted(page.path, "last looked at in 2021", "last_updated: ")


def empty_steps(page: Page, _: Random) -> Planted:
    page.sections["Steps"] = ""
    return Planted(page.path, "`Steps` is empty", "## Steps")


INCIDENT_FAULTS: tuple[IncidentFault, ...] = (
    overdue_action_item, ownerless_action_item, done_without_a_date, entry_out_of_order,
    impossible_milestones, unknown_person, unknown_service, unknown_runbook, unknown_incident,
    severity_disagrees, roles_disagree, missing_role, late_update, html_in_title, naive_instant,
    duplicate_key, unknown_key, closed_without_closure, phone_number, missing_postmortem,
    missing_section, empty_section, unknown_author, late_review, broken_link,
)  # fmt: skip
RUNBOOK_FAULTS: tuple[RunbookFault, ...] = (
    missing_rollback, ownerless_runbook, unknown_owner, stale_runbook, empty_steps,
)  # fmt: skip


class Gremlin:
    """Plants faults in a share of the records and remembers which."""

    def __init__(self, seed: int, share: float, incidents: int, runbooks: int) -> None:
        self.rng = Random(f"faults {seed}")
        records = incidents + runbooks
        chosen = set(self.rng.sample(range(records), round(share * records)))
        self.incidents = {number for number in chosen if number < incidents}
        self.runbooks = {number - incidents for number in chosen if number >= incidents}
        self.waiting = list(INCIDENT_FAULTS)
        self.planted: list[dict[str, str | int]] = []

    def spoil_incident(self, number: int, incident: Incident) -> None:
        """Plant the fault that has waited longest among those that this incident can have."""
        if number not in self.incidents:
            return
        for fault in self.waiting:
            planted = fault(incident, self.rng)
            if planted:
                self.waiting.remove(fault)
                self.waiting.append(fault)
                page = incident.postmortem
                text = str(page) if page and planted.path == page.path else str(incident)
                self.note(fault.__name__, planted, text)
                return

    def spoil_runbook(self, number: int, page: Page) -> None:
        if number in self.runbooks:
            fault = RUNBOOK_FAULTS[number % len(RUNBOOK_FAULTS)]
            planted = fault(page, self.rng)
            self.note(fault.__name__, planted, str(page))

    def note(self, fault: str, planted: Planted, text: str) -> None:
        known: dict[str, str | int] = {"path": planted.path, "fault": fault, "says": planted.says}
        if planted.needle:
            known["line"] = text[: text.index(planted.needle)].count("\n") + 1
        self.planted.append(known)


# ── writing ──────────────────────────────────────────────────────────────────────────────────


def draw_levels(rng: Random, count: int) -> list[str]:
    """The severity of each incident: exactly the shares, in any order."""
    due = round(count * POSTMORTEM_SHARE)
    levels = ["SEV0"] * round(count * LEVELS["SEV0"]) + ["SEV1"] * round(count * LEVELS["SEV1"])
    levels = (levels + ["SEV2"] * due)[:due] + ["SEV3"] * (count - due)
    rng.shuffle(levels)
    return levels


def incidents(world: World, count: int, seed: int) -> Iterator[Incident]:
    """The incidents in order of their days."""
    days = (LAST_DAY - FIRST_DAY).days
    taken: set[str] = set()
    last: dict[str, str] = {}
    for number, level in enumerate(draw_levels(Random(f"levels {seed}"), count)):
        rng = Random(f"incident {seed} {number}")
        day = FIRST_DAY + timedelta(days=number * days // count)
        story = draw_story(rng, world, level, day, taken)
        service = story.services[0].id
        yield tell(story, last.get(service) if rng.random() < 0.2 else None)
        last[service] = story.id


def book(count: int, seed: int, gremlin: Gremlin, world: World) -> Iterator[tuple[str, str]]:
    """Every file of the book: its path and its text."""
    yield from policy_files()
    yield from directory_files(world)
    yield from rotation_files(world)
    yield from override_files(world)
    yield from escalation_files(world)
    for number, runbook in enumerate(all_runbooks(world)):
        page = runbook_page(runbook)
        gremlin.spoil_runbook(number, page)
        yield page.path, str(page)
    for number, incident in enumerate(incidents(world, count, seed)):
        gremlin.spoil_incident(number, incident)
        yield incident.path, str(incident)
        if incident.postmortem:
            yield incident.postmortem.path, str(incident.postmortem)


def all_runbooks(world: World) -> list[Runbook]:
    """Each runbook once, in order of path."""
    every = {runbook.path: runbook for runbooks in world.runbooks.values() for runbook in runbooks}
    return [every[path] for path in sorted(every)]


def write(root: str, files: Iterable[tuple[str, str]]) -> int:
    """Write the files below a folder; how many they were."""
    made: set[str] = set()
    count = 0
    for path, text in files:
        folder = os.path.join(root, os.path.dirname(path))
        if folder not in made:
            os.makedirs(folder, exist_ok=True)
            made.add(folder)
        with open(os.path.join(root, path), "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        count += 1
    return count


def share(text: str) -> float:
    """`2%` or `0.02` → 0.02."""
    value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"`{text}` is no share: write `2%`")
    return value


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Write a book of made-up incidents.")
    parser.add_argument("directory", metavar="DIR", type=Path, help="an empty or a new folder")
    parser.add_argument("--incidents", metavar="N", type=int, default=1000, help="how many (1000)")
    parser.add_argument("--seed", metavar="N", type=int, default=1, help="the dice (1)")
    parser.add_argument(
        "--faults",
        metavar="SHARE",
        type=share,
        default=0.0,
        help="plant faults in so many of the records: `2%%`",
    )
    parser.add_argument(
        "--faults-list", metavar="FILE", type=Path, help="write what was planted there, as JSON"
    )
    return parser.parse_args()


def main() -> None:
    asked = arguments()
    if asked.directory.exists() and any(asked.directory.iterdir()):
        sys.exit(f"`{asked.directory}` is not empty: name a new folder")
    world = build_world(asked.incidents)
    gremlin = Gremlin(asked.seed, asked.faults, asked.incidents, len(all_runbooks(world)))
    count = write(str(asked.directory), book(asked.incidents, asked.seed, gremlin, world))
    if asked.faults_list:
        listed = {"incidents": asked.incidents, "seed": asked.seed, "faults": gremlin.planted}
        asked.faults_list.write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")
    print(f"{count} files, {len(gremlin.planted)} faults")


if __name__ == "__main__":
    main()
