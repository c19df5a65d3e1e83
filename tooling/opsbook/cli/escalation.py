"""`opsbook escalation`: who would be paged, and the proof that somebody is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command, Group, at_option, colored, moment, named, policy_of, the_book, unread
from opsbook.cli.responding import hint
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.oncall.escalation import Page, Roster
    from opsbook.oncall.proof import Failure
    from opsbook.output.frames import Paint


_WIDTH = 80


@click.group(cls=Group)
def command() -> None:
    """Who would be paged, minute by minute, and whether somebody always is."""


# ── show ──────────────────────────────────────────────────────────────────────────────────


@command.command(cls=Command)
@click.argument("service")
@click.option("--severity", "-s", metavar="LEVEL", help="How bad it is; the worst where it is left out.")
@click.option("--without", multiple=True, metavar="PERSON", help="Somebody who does not answer.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@at_option
@click.pass_obj
def show(obj: dict[str, Any], /, service: str, at: str | None, **options: Any) -> int:
    """Who would be paged for SERVICE if nobody answered; nobody is.

    Goes through every level, repeat and the fallback, and names the people at the minute of each page.
    Exits with 1 where a record cannot be read that has a say in it.
    """
    from opsbook.model.time import Interval
    from opsbook.oncall.escalation import Roster, pages
    from opsbook.oncall.escalation import unread as behind

    book, instant = the_book(), moment(obj, at)
    policy = policy_of(book, service).id
    severity = _severity(book, options["severity"])
    for person in options["without"]:
        named(book, "person", person)
    roster = Roster(book, Interval(instant - timedelta(days=1), instant + timedelta(days=8)))
    found = pages(roster, policy, severity, instant)
    wrong = behind(roster, policy) + unread(book.documents("override"))
    for each in wrong:
        hint(each)
    if options["as_json"]:
        from opsbook.output.json import encoded

        click.echo(encoded([_data(page) for page in found]), nl=False)
    else:
        text = "".join(_told(book, service, policy, severity, instant, found, set(options["without"])))
        click.echo(text, nl=False, color=colored() or None)
    return int(bool(wrong))


def _severity(book: Book, asked: str | None) -> str:
    levels = book.severities.levels
    if asked is None:
        return next(iter(levels))
    for name, level in levels.items():
        if asked.upper() == name.upper() or asked.lower() in [alias.lower() for alias in level.aliases]:
            return name
    raise UserError(f"no severity `{asked}`", f"there are {', '.join(levels)}")


def _told(
    book: Book, service: str, policy: str, severity: str, at: datetime, found: list[Page], without: set[str]
) -> Iterator[str]:
    from opsbook.model.time import write_duration
    from opsbook.output.frames import Paint, clean

    paint = Paint(colored())
    moment = f"{at:%a} {at.day} {at:%b %Y, %H:%M} UTC"
    head = f"{paint(clean(service), '1')} at {severity}, {moment}, policy {clean(policy)}"
    yield f"{head}: who would be paged\n\n"
    if not found:
        yield paint("nobody would be paged", "1;31") + "\n"
        return
    width = max(len(write_duration(page.after)) for page in found)
    for page in found:
        people = ", ".join(_person(person, without, paint) for person in page.people)
        yield f"{write_duration(page.after):>{width}}  {people}  {paint(_from(book, page), '2')}\n"


def _person(person: str, without: set[str], paint: Paint) -> str:
    from opsbook.output.frames import clean

    return (
        paint(f"{clean(person)} (does not answer)", "33") if person in without else paint(clean(person), "1")
    )


def _from(book: Book, page: Page) -> str:
    """Which step pages whom: `level 2, rotation payments-secondary (policies/escalation/payments.yaml:5)`."""
    from opsbook.oncall.proof import named as target_named
    from opsbook.output.frames import clean

    document = book.find("escalation", page.policy)
    assert document is not None
    place = document.at("fallback") if page.level < 0 else document.at("levels", page.level)
    step = "fallback" if page.level < 0 else f"level {page.level + 1}"
    again = f", repeat {page.round}" if page.round and page.level >= 0 else ""
    return clean(
        f"{step}{again}, {target_named(page.target).replace('`', '')} ({place.path}:{place.start.line})"
    )


def _data(page: Page) -> dict[str, Any]:
    from opsbook.model.time import write_duration

    return {
        "after": write_duration(page.after),
        "policy": page.policy,
        "level": None if page.level < 0 else page.level + 1,
        "repeat": page.round,
        "target": page.target.model_dump(exclude_none=True),
        "people": list(page.people),
    }


# ── test ──────────────────────────────────────────────────────────────────────────────────


@command.command(cls=Command)
@click.option("--without", multiple=True, metavar="PERSON", help="Prove it with this person missing.")
@click.option("--without-any", is_flag=True, help="Prove it with each person missing, one at a time.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@at_option
@click.pass_obj
def test(obj: dict[str, Any], /, at: str | None, **options: Any) -> int:
    """Run the tests in the policies, and prove for the next 13 weeks that every alert reaches somebody.

    For each policy of a service, each severity and every instant: a human is paged in time, no level pages
    only whom the one before paged, and none pages more people than the policy allows. Exits with 1 where
    a test fails or the proof does, or a record cannot be read that either needs.
    """
    from opsbook.oncall.escalation import Roster
    from opsbook.oncall.escalation import unread as behind
    from opsbook.oncall.proof import horizon, policies, prove, single_points, unmet

    book, instant = the_book(), moment(obj, at)
    for person in options["without"]:
        named(book, "person", person)
    failed = [each for policy in book.escalations for each in unmet(book, policy)]
    severities = list(book.severities.levels)
    roster = Roster(book, horizon(instant))
    known = {policy: services for policy, services in policies(book).items() if roster.policy(policy)}
    wrong = unread(chain(*map(book.documents, ("service", "escalation", "override"))))
    wrong = list(dict.fromkeys([*wrong, *chain.from_iterable(behind(roster, policy) for policy in known)]))
    for each in wrong:
        hint(each)
    failures = [each for policy in known for each in prove(roster, policy, severities, options["without"])]
    alone: dict[str, list[Failure]] = {}
    if options["without_any"]:
        for policy in known:
            for person, found in single_points(roster, policy, severities, book.names("person")).items():
                alone.setdefault(person, []).extend(found)
    if options["as_json"]:
        from opsbook.output.json import encoded

        click.echo(encoded(_proved(failed, failures, alone, wrong)), nl=False)
    else:
        click.echo(
            "".join(_report(book, roster, known, failed, failures, alone, wrong)),
            nl=False, color=colored() or None,
        )  # fmt: skip
    return int(bool(failed or failures or alone or wrong))


def _report(
    book: Book,
    roster: Roster,
    known: dict[str, list[str]],
    failed: list[Any],
    failures: list[Failure],
    alone: dict[str, list[Failure]],
    wrong: list[str],
) -> Iterator[str]:
    from opsbook.output.frames import Paint, clean
    from opsbook.text import count

    paint = Paint(colored())
    for each in failed:
        document = book.find("escalation", each.policy)
        assert document is not None
        place = document.at("tests", each.test)
        yield f"{clean(str(place))}: {paint('test fails', '1;31')}\n"
        yield from _hung(clean(each.said), "  ")
    yield from _failures(failures, roster, paint)
    for person, found in alone.items():
        yield f"{paint(clean(person), '1')} is a single point of failure:\n"
        yield from (f"  {line}" for line in _failures(found, roster, paint, narrower=2))
    tests = sum(len(policy.content.tests) for policy in book.escalations)
    services = sum(map(len, known.values()))
    until = roster.within.end
    proof = f"{count(len(known), 'policy').replace('policys', 'policies')} of {count(services, 'service')}"
    broken = len({(each.policy, each.test) for each in failed})
    yield f"{count(tests, 'test')}, {broken} failed; " if tests else "no tests; "
    if failures:
        yield f"{proof}: {count(len(failures), 'failure')} until {until:%Y-%m-%d}\n"
    elif wrong:
        yield f"{proof}: no proof, since {count(len(wrong), 'record')} cannot be read\n"
    else:
        yield f"{proof} proved until {until:%Y-%m-%d}\n"
    if failures or alone:
        yield f"times are of {book.settings.timezone.key}\n"


def _failures(failures: list[Failure], roster: Roster, paint: Paint, narrower: int = 0) -> Iterator[str]:
    """The failures, those that say the same together, with the first stretch and how many hours in all."""
    from opsbook.output.frames import clean

    groups: dict[tuple[str, str], list[Failure]] = {}
    for each in failures:
        groups.setdefault((each.policy, each.said), []).append(each)
    zone = roster.book.settings.timezone
    for (policy, said), found in groups.items():
        severities = ", ".join(dict.fromkeys(each.severity for each in found))
        stretches = sorted({each.interval for each in found})
        hours = sum((each.length for each in stretches), timedelta()) / timedelta(hours=1)
        start, end = (at.astimezone(zone) for at in stretches[0])
        first, *others = _hung(f"{clean(policy)} at {severities}: {clean(said)}", "", narrower)
        yield first.replace(clean(policy), paint(clean(policy), "1"), 1)
        yield from others
        begins = f"{start:%a} {start.day} {start:%b %H:%M}"
        ends = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%a} {end.day} {end:%b %H:%M}"
        times = "in one stretch," if len(stretches) == 1 else f"in {len(stretches):,} stretches, first"
        yield from _hung(f"{hours:,.1f} h {times} {begins} – {ends}", "  ", narrower)


def _hung(words: str, indent: str, narrower: int = 0) -> Iterator[str]:
    """Words in lines as wide as is read with ease, the ones after the first further in."""
    from textwrap import wrap

    further = f"{indent}  "
    lines = wrap(
        words, _WIDTH - narrower, initial_indent=indent, subsequent_indent=further, break_on_hyphens=False
    )
    yield from (f"{line}\n" for line in lines)


def _proved(
    failed: list[Any], failures: list[Failure], alone: dict[str, list[Failure]], wrong: list[str]
) -> dict[str, Any]:
    return {
        "tests": [each._asdict() for each in failed],
        "proof": [_failure_data(each) for each in failures],
        "single_points": {person: [_failure_data(each) for each in found] for person, found in alone.items()},
        "unreadable": wrong,
    }  # fmt: skip


def _failure_data(each: Failure) -> dict[str, Any]:
    from opsbook.model.time import write_instant

    return {
        "policy": each.policy,
        "severity": each.severity,
        "from": write_instant(each.interval.start),
        "to": write_instant(each.interval.end),
        "wrong": each.wrong,
        "said": each.said,
    }
