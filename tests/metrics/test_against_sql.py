"""The summary of 5,000 made-up incidents against the same figures in plain SQL, written from the definitions.

The incidents lack milestones, come back after they were resolved, go on, are drills and duplicates. All is in
whole minutes since the first of January 2026, UTC.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from random import Random
from typing import Any

import pytest

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.metrics.durations import FIGURES
from opsbook.metrics.rows import rows
from opsbook.metrics.summary import Summary, summary
from opsbook.model.time import Interval, instant, write_instant

ZERO = instant("2026-01-01T00:00Z")
DAY = 24 * 60
FIRST, END, AS_OF = 90 * DAY, 181 * DAY, 200 * DAY
"""The period is April, May and June, as of 20 July."""
COUNT = 5000


def at(minute: int) -> str:
    return write_instant(ZERO + timedelta(minutes=minute))


class Made:
    """A book of incidents, and the same in tables."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {"opsbook.toml": ""}
        self.db = sqlite3.connect(":memory:")
        self.db.create_function("ln", 1, lambda x: math.log(x) if x > 0 else -1e9)
        self.db.create_function("e", 1, lambda x: math.exp(x) if x > -700 else 0.0)
        self.db.executescript(
            """
            CREATE TABLE incident (id TEXT, counts INT, severity TEXT, kind TEXT);
            CREATE TABLE mark (id TEXT, at INT, milestone TEXT);
            CREATE TABLE service (id TEXT, name TEXT);
            CREATE TABLE factor (id TEXT, name TEXT);
            CREATE TABLE work (id TEXT, status TEXT, due INT, done INT);
            """
        )
        dice = Random(5)
        for number in range(COUNT):
            self.add(dice, number, dice.randrange(0, AS_OF - 1))

    def add(self, dice: Random, number: int, start: int) -> None:
        marks = sorted(_marks(dice, start), key=lambda each: each[0])
        if not marks:
            marks = [(start, "declared")]
        day = (ZERO + timedelta(minutes=start)).date()
        id = f"{day}-n{number}"
        kind = dice.choice(["incident"] * 9 + ["drill"])
        duplicate = dice.random() < 0.05
        severity = dice.choice(["SEV0", "SEV1", "SEV2", "SEV3"])
        services = dice.sample(["checkout", "search", "mail", "door"], dice.randrange(0, 3))
        factors = dice.sample([f"factor-{each}" for each in range(400)], dice.randrange(0, 3))
        work = list(_work(dice, start)) if dice.random() < 0.4 else []
        lines = [f"  - {{at: {at(when)}, milestone: {name}, text: x}}\n" for when, name in marks]
        items = [
            f"  w{place}: {{title: x, status: {status}, due: {_date(due)}"
            + (f", done_on: {_date(done)}" if status == "done" else "")
            + (", reason: x" if status == "declined" else "")
            + "}\n"
            for place, (status, due, done) in enumerate(work)
        ]
        self.texts[f"incidents/{day.year}/{id}/incident.yaml"] = (
            f"title: x\nseverity: {severity}\nkind: {kind}\nservices: [{', '.join(services)}]\n"
            f"contributing_factors: [{', '.join(factors)}]\n"
            + ("duplicate_of: 2026-01-01-x\n" if duplicate else "")
            + "timeline:\n" + "".join(lines)
            + ("action_items:\n" + "".join(items) if items else "")
        )  # fmt: skip
        counts = kind == "incident" and not duplicate
        self.db.execute("INSERT INTO incident VALUES (?, ?, ?, ?)", (id, counts, severity, kind))
        self.db.executemany("INSERT INTO mark VALUES (?, ?, ?)", [(id, *each) for each in marks])
        self.db.executemany("INSERT INTO service VALUES (?, ?)", [(id, each) for each in services])
        self.db.executemany("INSERT INTO factor VALUES (?, ?)", [(id, each) for each in factors])
        self.db.executemany("INSERT INTO work VALUES (?, ?, ?, ?)", [(id, *each) for each in work])

    def ask(self, query: str, **named: object) -> Any:
        return self.db.execute(query, {"first": FIRST, "end": END, "now": AS_OF, **named}).fetchall()


def _date(day: int) -> date:
    return (ZERO + timedelta(days=day)).date()


def _marks(dice: Random, start: int) -> Iterator[tuple[int, str]]:
    """Milestones that come in order; some lack, some rounds repeat, some stop half way."""
    when = start
    for name, lacks, most in (
        ("started", 0.2, 1), ("detected", 0.2, 90), ("acknowledged", 0.3, 20), ("declared", 0.2, 30),
    ):  # fmt: skip
        when += dice.randrange(most)
        if dice.random() >= lacks:
            yield when, name
    stops = dice.random() < 0.1
    for again in range(3):
        if again:
            when += dice.randrange(1, 2000)
            yield when, "reopened"
        if stops and again == dice.randrange(3):
            return
        when += dice.randrange(1, 300)
        if dice.random() >= 0.15:
            yield when, "mitigated"
        when += dice.randrange(1, 100)
        yield when, "resolved"
        if dice.random() < 0.8:
            return


def _work(dice: Random, start: int) -> Iterator[tuple[str, int, int | None]]:
    for _ in range(dice.randrange(1, 4)):
        due = start // DAY + dice.randrange(60)
        status = dice.choice(["open", "in-progress", "done", "done", "done", "declined"])
        yield status, due, start // DAY + dice.randrange(80) if status == "done" else None


VIEWS = """
CREATE TEMP TABLE seen AS  -- what was known then, with its round: how often it was reopened by then
    SELECT *, sum(milestone = 'reopened') OVER (PARTITION BY id ORDER BY at) AS round
    FROM mark WHERE at <= :now;
CREATE TEMP TABLE first AS
    SELECT id, min(CASE WHEN milestone = 'started' THEN at END) AS started,
        min(CASE WHEN milestone = 'detected' THEN at END) AS detected,
        min(CASE WHEN milestone = 'acknowledged' THEN at END) AS acknowledged,
        min(CASE WHEN milestone = 'declared' THEN at END) AS declared,
        max(milestone IN ('mitigated', 'resolved')) AS ended
    FROM seen GROUP BY id;
CREATE TEMP TABLE began AS
    SELECT id, coalesce(min(CASE WHEN milestone = 'started' THEN at END),
        min(CASE WHEN milestone = 'detected' THEN at END),
        min(CASE WHEN milestone = 'declared' THEN at END), min(at)) AS at
    FROM mark GROUP BY id;
CREATE TEMP TABLE these AS
    SELECT incident.*, began.at FROM incident JOIN began USING (id)
    WHERE counts AND began.at >= :first AND began.at < :end;
CREATE TEMP TABLE rounds AS
    SELECT id, round, max(milestone = 'reopened') * min(at) AS reopened,
        min(CASE WHEN milestone = 'mitigated' THEN at END) AS mitigated,
        min(CASE WHEN milestone = 'resolved' THEN at END) AS resolved
    FROM seen GROUP BY id, round;
"""
LENGTHS = {
    "detect": """SELECT id, CASE WHEN detected IS NOT NULL THEN detected - started
            WHEN acknowledged IS NULL AND declared IS NULL AND NOT ended THEN :now - started END AS length,
            detected IS NOT NULL AS over FROM these JOIN first USING (id)""",
    "acknowledge": """SELECT id, CASE WHEN acknowledged IS NOT NULL THEN acknowledged - detected
            WHEN declared IS NULL AND NOT ended THEN :now - detected END AS length,
            acknowledged IS NOT NULL AS over FROM these JOIN first USING (id)""",
    "declare": """SELECT id, CASE WHEN declared IS NOT NULL THEN declared - detected
            WHEN NOT ended THEN :now - detected END AS length,
            declared IS NOT NULL AS over FROM these JOIN first USING (id)""",
    "mitigate": """SELECT id, CASE WHEN NOT max(resolved IS NOT NULL AND mitigated IS NULL) THEN
                sum(coalesce(mitigated, :now) - iif(round = 0, coalesce(started, detected), reopened)) END
            AS length, max(mitigated IS NULL) = 0 AS over
            FROM these JOIN first USING (id) JOIN rounds USING (id) GROUP BY id
            HAVING coalesce(started, detected) IS NOT NULL""",
    "resolve": """SELECT id,
                sum(coalesce(resolved, :now) - iif(round = 0, coalesce(started, detected), reopened))
            AS length, max(resolved IS NULL) = 0 AS over
            FROM these JOIN first USING (id) JOIN rounds USING (id) GROUP BY id
            HAVING coalesce(started, detected) IS NOT NULL""",
    "respond": """SELECT id,
                sum(coalesce(resolved, :now) - iif(round = 0, declared, reopened)) AS length,
                max(resolved IS NULL) = 0 AS over
            FROM these JOIN first USING (id) JOIN rounds USING (id) WHERE declared IS NOT NULL GROUP BY id""",
}
"""How long each stage of an incident took in minutes, NULL where the record does not tell, and whether it is
over."""
CURVE = """
WITH found AS (SELECT length, over FROM ({lengths}) WHERE length IS NOT NULL),
    events AS (SELECT length AS t, sum(over) AS d, (SELECT count(*) FROM found AS other
        WHERE other.length >= found.length) AS n FROM found GROUP BY length HAVING sum(over) > 0),
    curve AS (SELECT t, e(sum(ln(1.0 - 1.0 * d / n)) OVER (ORDER BY t)) AS s FROM events),
    steps AS (SELECT t, s, lag(t, 1, 0) OVER (ORDER BY t) AS t0, lag(s, 1, 1) OVER (ORDER BY t) AS s0
        FROM curve)
"""
QUANTILE = """SELECT CASE WHEN low IS NULL THEN NULL ELSE (low + coalesce(high,
        iif(touches, (SELECT max(length) FROM found), low))) / 2.0 END FROM (SELECT
    (SELECT min(t) FROM curve WHERE s <= 1 - :q + 1e-9) AS low,
    (SELECT min(t) FROM curve WHERE s < 1 - :q - 1e-9) AS high,
    (SELECT count(*) FROM curve WHERE abs(s - 1 + :q) <= 1e-9) AS touches)"""
MEAN = """SELECT (SELECT sum(s0 * (t - t0)) FROM steps)
    + (SELECT s * ((SELECT max(length) FROM found) - t) FROM steps ORDER BY t DESC LIMIT 1)"""


@pytest.fixture(scope="module")
def made() -> Made:
    found = Made()
    for statement in VIEWS.split(";"):
        if statement.strip():
            names = {"first": FIRST, "end": END, "now": AS_OF}
            found.db.execute(
                statement, {key: value for key, value in names.items() if f":{key}" in statement}
            )
    return found


@pytest.fixture(scope="module")
def told(made: Made) -> Summary:
    book = Book(Memory(made.texts))
    within = Interval(*(ZERO + timedelta(minutes=each) for each in (FIRST, END)))
    return summary(book, rows(book), within, ZERO + timedelta(minutes=AS_OF), "service")


def test_counts_by_severity_month_and_service(made: Made, told: Summary) -> None:
    assert told.now.whole.incidents == made.ask("SELECT count(*) FROM these")[0][0]
    assert told.now.whole.severities == dict(made.ask("SELECT severity, count(*) FROM these GROUP BY 1"))
    months = made.ask("SELECT strftime('%Y-%m-01', 1767225600 + at * 60, 'unixepoch'), count(*) "
                      "FROM these GROUP BY 1")  # fmt: skip
    assert {f"{each.first}": each.incidents for each in told.months[-3:]} == dict(months)
    services = dict(made.ask("SELECT name, count(*) FROM these JOIN service USING (id) GROUP BY 1"))
    assert {each.name: each.incidents for each in told.groups if each.name != "unknown"} == services


def test_what_does_not_count(made: Made, told: Summary) -> None:
    query = """SELECT count(*) FROM incident JOIN began USING (id)
        WHERE NOT counts AND began.at >= :first AND began.at < :end"""
    assert sum(told.left_out.values()) == made.ask(query)[0][0]


@pytest.mark.parametrize("figure", FIGURES)
def test_how_long_each_stage_took(made: Made, told: Summary, figure: str) -> None:
    lengths, spread = LENGTHS[figure], told.now.whole.spreads[figure]
    query = f"SELECT count(length), sum(length IS NOT NULL AND NOT over) FROM ({lengths})"
    known, going_on = made.ask(query)[0]
    assert (spread.known, spread.going_on, spread.excluded) == (
        known, going_on, told.now.whole.incidents - known,
    )  # fmt: skip
    assert going_on > 0 or figure == "detect"
    curve = CURVE.format(lengths=lengths)
    for share, value in ((0.5, spread.median), (0.25, spread.lower), (0.75, spread.upper), (0.9, spread.p90)):
        expected = made.ask(curve + QUANTILE, q=share)[0][0]
        assert (value and value / 60) == (expected if expected is None else pytest.approx(expected))
    assert (spread.mean or 0) / 60 == pytest.approx(made.ask(curve + MEAN)[0][0])


def test_what_is_open(made: Made, told: Summary) -> None:
    query = """SELECT count(*) FROM these WHERE id NOT IN (SELECT id FROM rounds JOIN
        (SELECT id, max(round) AS round FROM rounds GROUP BY id) USING (id, round)
        WHERE resolved IS NOT NULL)"""
    assert told.now.whole.open == made.ask(query)[0][0]


def test_action_items(made: Made, told: Summary) -> None:
    done, of, in_time, declined = made.ask(
        """SELECT sum(finished), sum(finished OR due < :now / 1440), sum(finished AND done <= due), max(gone)
        FROM (SELECT *, status = 'done' AND done <= :now / 1440 AS finished FROM work JOIN incident USING (id)
              WHERE counts AND status != 'declined' AND due >= :first / 1440 AND due < :end / 1440),
             (SELECT count(*) AS gone FROM work JOIN incident USING (id)
              WHERE counts AND status = 'declined' AND due >= :first / 1440 AND due < :end / 1440)"""
    )[0]
    items = told.now.action_items
    assert (items.done, items.in_time.hits, items.declined) == ((done, of), in_time, declined)


def test_time_to_close(made: Made, told: Summary) -> None:
    lengths = """SELECT iif(done <= :now / 1440, max(done - day, 0), :now / 1440 - day) * 1440 AS length,
            done IS NOT NULL AND done <= :now / 1440 AS over
        FROM work JOIN (SELECT id, max(resolved) AS resolved, max(resolved) / 1440 AS day, max(round) AS last,
                max(iif(resolved IS NULL, -1, round)) AS ended
            FROM (SELECT id, sum(milestone = 'reopened') OVER (PARTITION BY id ORDER BY at) AS round,
                iif(milestone = 'resolved', at, NULL) AS resolved
                FROM mark JOIN incident USING (id) WHERE counts)
            GROUP BY id) USING (id)
        WHERE status != 'declined' AND last = ended AND resolved >= :first AND resolved < :end"""
    spread = told.now.time_to_close
    assert (spread.known, spread.going_on) == made.ask(f"SELECT count(*), sum(NOT over) FROM ({lengths})")[0]
    curve = CURVE.format(lengths=lengths)
    assert (spread.median or 0) / 60 == made.ask(curve + QUANTILE, q=0.5)[0][0]


def test_causes_that_came_back(made: Made, told: Summary) -> None:
    again, of, unknown = made.ask(
        """SELECT sum(id IN (SELECT mine.id FROM factor AS mine JOIN factor AS other USING (name)
                JOIN began AS now ON now.id = mine.id JOIN began AS then_ ON then_.id = other.id
                JOIN incident ON incident.id = other.id
                WHERE counts AND then_.at < now.at AND then_.at >= now.at - 365 * 1440)),
            sum(id IN (SELECT id FROM factor)), sum(id NOT IN (SELECT id FROM factor)) FROM these"""
    )[0]
    assert (told.causes.share.of, told.causes.unknown) == (of, unknown)
    assert abs(told.causes.share.hits - again) <= 2  # of one minute each may be the first


def test_time_between_failures_by_counting_minutes(made: Made, told: Summary) -> None:
    query = """SELECT id, began.at, seen.at, milestone FROM service JOIN incident USING (id)
        JOIN began USING (id) JOIN seen USING (id) WHERE counts AND name = :name ORDER BY id, seen.at"""
    for service in told.services:
        hurt = bytearray(AS_OF)
        failures = 0
        for (_, begins), steps in groupby(made.ask(query, name=service.id), key=lambda row: row[:2]):
            failures += FIRST <= begins < END
            running: int | None = begins
            for _, _, when, milestone in steps:
                if milestone in ("mitigated", "resolved") and running is not None:
                    hurt[running:when] = b"\1" * (when - running)
                    running = None
                elif milestone == "reopened" and running is None:
                    running = when
            if running is not None:
                hurt[running:AS_OF] = b"\1" * (AS_OF - running)
        working = timedelta(minutes=END - FIRST - sum(hurt[FIRST:END]))
        assert (service.failures, service.operating) == (failures, working)
