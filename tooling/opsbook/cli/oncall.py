"""`opsbook oncall`: who is on call and why, now or in a week."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import (
    Command,
    WordsAfter,
    at_option,
    colored,
    day,
    days_between,
    moment,
    named,
    policy_of,
    the_book,
    the_git,
    unread,
)
from opsbook.cli.responding import hint

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.book.snapshot import Book
    from opsbook.model.time import Interval
    from opsbook.oncall.answers import Now
    from opsbook.oncall.schedule import Reason, Shift, Stretch
    from opsbook.output.frames import Paint

_STRIP = 48
"""Columns of a day, half an hour each."""


_NONE = "no rotation: they stand in rotations/\n"


class _OnCall(WordsAfter):
    """The command; `ledger` after it is a command of its own, any other word a ROTATION."""

    def words(self) -> dict[str, click.Command]:
        return {"ledger": ledger}


@click.command(cls=_OnCall)
@click.argument("rotation", required=False)
@click.option("--team", metavar="TEAM", help="Only the rotations of a team.")
@click.option(
    "--service", metavar="SERVICE", help="The rotations that a service's policy pages, in that order."
)
@click.option("--week", is_flag=True, help="From this Monday to the next, of ROTATION or of each.")
@click.option("--from", "start", metavar="DATE", help="From this day on, of ROTATION or of each.")
@click.option("--to", "end", metavar="DATE", help="The last day; a week where it is left out.")
@click.option(
    "--as-known-at", "known_at", metavar="INSTANT", help="As the default branch had it at this instant."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@at_option
@click.pass_obj
def command(obj: dict[str, Any], /, rotation: str | None, at: str | None, **options: Any) -> int:
    """Who is on call, why, until when, and then whom; of everything, or of one ROTATION.

    Every answer names the line of the book that it follows from. `opsbook oncall ledger` says what being on
    call came to. Exits with 1 where a record cannot be read that has a say in it.
    """
    instant = moment(obj, at)
    book = _book(options["known_at"])
    within = _asked(options, instant)
    if rotation:
        named(book, "rotation", rotation)
    rotations = _rotations(book, rotation, options)
    if within:
        text, unknown = _calendars(book, rotations, within, instant, as_json=options["as_json"])
    else:
        text, unknown = _everyone(book, rotations, instant, as_json=options["as_json"])
    wrong = unknown + unread(book.documents("override"))
    for each in wrong:
        hint(each)
    click.echo(text, nl=False, color=colored() or None)
    return int(bool(wrong))


def _book(known_at: str | None) -> Book:
    if known_at is None:
        return the_book()
    from opsbook.book.snapshot import Book

    git = the_git()
    return Book(git.commit_tree(git.known_at(moment({}, known_at))))


def _asked(options: dict[str, Any], at: datetime) -> tuple[date | None, date | None] | None:
    """The first and the last day that are asked for; None where the question is who is on now."""
    if options["week"]:
        if options["start"] or options["end"]:
            raise click.UsageError("--week is from Monday to Sunday: leave out --from and --to")
        return None, None
    if not (options["start"] or options["end"]):
        return None
    return day("--from", options["start"]) or at.date(), day("--to", options["end"])


def _rotations(book: Book, rotation: str | None, options: dict[str, Any]) -> list[str]:
    """The rotations that are asked for."""
    if rotation:
        return [rotation]
    if options["service"]:
        return list(_paged_for(book, options["service"]))
    found = sorted(book.rotations, key=lambda each: (each.content.team or "~", each.id))
    if options["team"]:
        named(book, "team", options["team"])
        found = [each for each in found if each.content.team == options["team"]]
    found += (each for each in book.documents("rotation") if not each.readable)  # of whatever team
    return [each.id for each in found]


def _paged_for(book: Book, service: str) -> Iterable[str]:
    found = policy_of(book, service)
    targets = (target for level in found.content.levels for target in level.page)
    return dict.fromkeys(target.rotation for target in targets if target.rotation)


# ── now ───────────────────────────────────────────────────────────────────────────────────


def _everyone(book: Book, rotations: list[str], at: datetime, *, as_json: bool) -> tuple[str, list[str]]:
    """Who is on call in some rotations, and of each in which that is not known, why."""
    from opsbook.oncall.answers import now

    found, unknown = [], []
    for rotation in rotations:
        try:
            found.append(now(book, rotation, at))
        except LookupError as error:
            unknown.append(f"{rotation}: {error}")
    if as_json:
        from opsbook.output.json import encoded

        return encoded([_data(book, each, at) for each in found]), unknown
    if found:
        return "".join(_lines(book, found, at)), unknown
    return "" if unknown else _NONE, unknown


def _lines(book: Book, found: list[Now], at: datetime) -> Iterator[str]:
    from opsbook.output.frames import Paint, clean

    paint = Paint(colored())
    yield paint(f"{at:%a} {at.day} {at:%b %Y, %H:%M} UTC", "2") + "\n"
    width = max(len(clean(each.rotation)) for each in found)
    for each in found:
        people = ", ".join(_who(book, seat.person, at, paint) for seat in each.seats)
        head = paint(f"{clean(each.rotation):<{width}}", "1")
        yield f"\n{head}  {people or paint('nobody', '1;31')}\n"
        yield from (f"{' ' * width}  {line}\n" for line in _details(book, each))


def _who(book: Book, person: str, at: datetime, paint: Paint) -> str:
    from opsbook.oncall.answers import absence
    from opsbook.output.frames import clean

    away = absence(book, person, at)
    said = f", absent until {away.end}" if away else ""
    full = book.name_of(person)
    words = f"{clean(full)} ({clean(person)}{said})" if full != person or said else clean(person)
    return paint(words, "33" if away else "")


def _details(book: Book, each: Now) -> Iterator[str]:
    from opsbook.oncall.answers import because
    from opsbook.output.frames import clean

    if each.until:
        then = ", ".join(clean(book.name_of(person)) for person in each.then) or "nobody"
        yield f"until {_local(each.until, each.zone)}, then {then}"
    elif each.seats:
        yield "until somebody changes the rotation"
    for reason in dict.fromkeys(seat.reason for seat in each.seats):
        yield f"because of {clean(because(book, reason))}"


def _local(at: datetime, zone: ZoneInfo) -> str:
    """`Mon 30 Nov 09:00 Europe/Berlin (08:00 UTC)`."""
    local = at.astimezone(zone)
    utc = f"{at:%H:%M}" if at.date() == local.date() else f"{at:%a %H:%M}"
    return f"{local:%a} {local.day} {local:%b %H:%M} {zone.key}" + (
        f" ({utc} UTC)" if zone.key != "UTC" else ""
    )


def _data(book: Book, each: Now, at: datetime) -> dict[str, Any]:
    from opsbook.model.time import write_instant
    from opsbook.oncall.answers import absence

    return {
        "rotation": each.rotation,
        "timezone": each.zone.key,
        "on_call": [
            {
                "person": seat.person,
                "because": _source(book, seat.reason),
                "absent": absence(book, seat.person, at) is not None,
            }
            for seat in each.seats
        ],
        "since": each.since and write_instant(each.since),
        "until": each.until and write_instant(each.until),
        "then": list(each.then),
    }  # fmt: skip


def _source(book: Book, reason: Reason) -> dict[str, Any]:
    from opsbook.oncall.schedule import Covered, location

    place = location(book, reason)
    kind = "override" if isinstance(reason, Covered) else "layer"
    return {"kind": kind, "path": place.path, "line": place.start.line}


# ── a calendar ────────────────────────────────────────────────────────────────────────────


def _calendars(
    book: Book,
    rotations: list[str],
    asked: tuple[date | None, date | None],
    at: datetime,
    *,
    as_json: bool,
) -> tuple[str, list[str]]:
    """The days of some rotations, and of each in which they are not known, why."""
    from opsbook.oncall.answers import zone_of
    from opsbook.oncall.schedule import plan, shifts, stretches

    told: list[str] = []
    data: list[dict[str, Any]] = []
    unknown = []
    for rotation in rotations:
        try:
            decides = plan(book, rotation)
        except LookupError as error:
            unknown.append(f"{rotation}: {error}")
            continue
        zone = zone_of(decides)
        first = asked[0] or _monday(at.astimezone(zone).date())
        within = days_between(first, asked[1] or first + timedelta(days=6), zone)
        found = shifts(decides, within)
        if as_json:
            data += (_shift_data(book, rotation, each) for each in found)
        else:
            told.append("".join(_week(book, rotation, zone, within, stretches(decides, within), found)))
    if as_json:
        from opsbook.output.json import encoded

        return encoded(data), unknown
    return "\n\n".join(told) or ("" if unknown else _NONE), unknown


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _shift_data(book: Book, rotation: str, each: Shift) -> dict[str, Any]:
    from opsbook.model.time import write_instant

    return {
        "rotation": rotation,
        "person": each.person,
        "from": write_instant(each.interval.start),
        "to": write_instant(each.interval.end),
        "because": _source(book, each.reason),
    }


def _week(
    book: Book, rotation: str, zone: ZoneInfo, within: Interval, found: list[Stretch], shifts: list[Shift]
) -> Iterator[str]:
    from opsbook.oncall.answers import days
    from opsbook.output.frames import Paint, clean

    paint = Paint(colored())
    yield f"{paint(clean(rotation), '1')}  {zone.key}\n\n"
    yield " " * 12 + "".join(f"{hour:<6}" for hour in ("00", "03", "06", "09", "12", "15", "18")) + "21\n"
    for each, interval in days(within, zone):
        strip, note = _strip(found, interval, zone)
        yield f"{each:%a} {each.day:>2} {each:%b}  {strip}{note}\n"
    yield "\n"
    labels = {shift.reason: _label(book, shift.reason) for shift in shifts}
    who = max((len(clean(shift.person)) for shift in shifts), default=0)
    for shift in shifts:
        yield f"{_when(shift.interval, zone)}  {clean(shift.person):<{who}}  {labels[shift.reason]}\n"
    sources = dict.fromkeys((label, _place(book, reason)) for reason, label in labels.items())
    width = max((len(label) for label, _ in sources), default=0)
    yield "\n" if sources else "nobody is on call\n"
    for label, place in sources:
        yield f"{label:<{width}}  {place}\n"


def _strip(found: list[Stretch], day: Interval, zone: ZoneInfo) -> tuple[str, str]:
    """A day as a line of half hours: each person's name where they come on, a line while they are on."""
    cells = [" "] * _STRIP
    for stretch in found:
        start, end = max(stretch.interval.start, day.start), min(stretch.interval.end, day.end)
        if start >= end:
            continue
        first, last = _column(start, day, zone), _column(end, day, zone)
        words = "|" + ",".join(stretch.people)
        width = max(last - first, 1)
        cells[first : first + width] = (words[:width]).ljust(width, "-")
    hours = day.end - day.start
    odd = "" if hours == timedelta(days=1) else f"  {hours / timedelta(hours=1):g} hours"
    return "".join(cells)[:_STRIP].rstrip(), odd


def _column(at: datetime, day: Interval, zone: ZoneInfo) -> int:
    if at == day.end:
        return _STRIP
    local = at.astimezone(zone)
    return local.hour * 2 + local.minute // 30


def _when(interval: Interval, zone: ZoneInfo) -> str:
    start, end = (at.astimezone(zone) for at in interval)
    return f"{start:%a} {start.day:>2} {start:%b %H:%M} – {end:%a} {end.day:>2} {end:%b %H:%M}"


def _label(book: Book, reason: Reason) -> str:
    """The layer, or the override, that puts somebody on call."""
    from opsbook.oncall.schedule import Covered
    from opsbook.output.frames import clean

    if isinstance(reason, Covered):
        return f"override {clean(reason.override)}"
    document = book.find("rotation", reason.rotation)
    assert document is not None
    return clean(document.content.layers[reason.layer].name)


def _place(book: Book, reason: Reason) -> str:
    """Where that is written, as path and line."""
    from opsbook.oncall.schedule import location
    from opsbook.output.frames import clean

    return clean(str(location(book, reason)).rpartition(":")[0])


# ── the ledger ────────────────────────────────────────────────────────────────────────────


@click.command(cls=Command)
@click.option("--rotation", multiple=True, metavar="ROTATION", help="Only the hours of this rotation.")
@click.option("--from", "start", metavar="DATE", help="The first day; that of last month if left out.")
@click.option("--to", "end", metavar="DATE", help="The last day; that of the month of --from if left out.")
@click.option(
    "--format", "-f", "style", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True,
    help="How it is printed.",
)  # fmt: skip
@at_option
@click.pass_obj
def ledger(obj: dict[str, Any], /, at: str | None, style: str, **options: Any) -> None:
    """What being on call came to: hours, nights, weekends, holidays, pages, and the rest that is owed.

    Of each person, over all rotations; being on call in two at once counts once. --rotation keeps apart
    what is paid differently, and may be given again. Nights and weekends are
    those of the clock where the person lives, holidays those of the rotation. What an hour is paid stands
    elsewhere: it is no business of a repository that everybody reads.
    """
    from opsbook.oncall.ledger import ledger
    from opsbook.output.ledger import shown

    book = the_book()
    within = _days_of(book, options["start"], options["end"], moment(obj, at))
    rotations = [named(book, "rotation", each).id for each in options["rotation"]]
    found = ledger(book, within, rotations)
    for each in found.unreadable:
        hint(each)
    click.echo(shown(book, found, style, color=colored()), nl=False, color=colored() or None)
    if not (found.lines or options["start"] or options["end"]):
        first = found.within.end.astimezone(book.settings.timezone)
        click.echo(f"that is last month; `--from {first:%Y-%m-%d}` shows this one", err=True)


def _days_of(book: Book, start: str | None, end: str | None, at: datetime) -> Interval:
    """The days of the ledger, in the book's zone."""
    from opsbook.model.time import Period, local_day

    zone = book.settings.timezone
    first = day("--from", start) or Period(-1, 0).after(local_day(at, zone)).replace(day=1)
    last = day("--to", end) or Period(1, 0).after(first).replace(day=1) - timedelta(days=1)
    return days_between(first, last, zone)
