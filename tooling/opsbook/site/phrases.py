"""Values of a policy or rotation as a few words: hours, turns, who is paged, what a target asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from opsbook.model.time import Turn, write_duration
from opsbook.site.escape import text

if TYPE_CHECKING:
    from opsbook.model import target as targets
    from opsbook.model.escalation import Guard, Target
    from opsbook.model.incident import Entry
    from opsbook.model.on_call import OnCall
    from opsbook.model.rotation import Window
    from opsbook.site.guide import Guide


def window(hours: Window) -> str:
    """`mon, tue 09:00 to 17:00`."""
    return f"{', '.join(hours.days)} {hours.start:%H:%M} to {hours.end:%H:%M}"


def turn(every: Turn | None) -> str:
    """How long a turn lasts."""
    if every is None:
        return "no end"
    if every.length is not None:
        return write_duration(every.length)
    return f"{every.shifts} shift{'' if every.shifts == 1 else 's'}"


def seats(members: Iterable[tuple[str, ...]], guide: Guide) -> Markup:
    """Who takes turns, in order; people who share a turn stand together."""
    turns = (Markup(" and ").join(guide.link("person", id) for id in seat) for seat in members)
    return Markup(" → ").join(turns) or text("nobody")


def paged(found: Iterable[Target], guide: Guide) -> Markup:
    """Who is paged, each with a link."""
    return Markup(", ").join(_paged(each, guide) for each in found)


def _paged(found: Target, guide: Guide) -> Markup:
    for kind in ("rotation", "person", "team"):
        if id := getattr(found, kind):
            return Markup("{} ({})").format(guide.link(kind, id), kind)
    return Markup("{} (policy)").format(guide.link("escalation", found.policy or ""))


def guard(when: Guard | None, guide: Guide) -> Markup:
    """When a level of escalation applies."""
    if when is None:
        return text("always")
    parts = [guide.severities(when.severity)] if when.severity else []
    parts += [text(f"in {when.hours} hours")] if when.hours else []
    parts += [text(f"outside {when.outside} hours")] if when.outside else []
    return Markup(" ").join(parts) or text("always")


def bound(target: targets.Target) -> str:
    """What a target asks for: `mean at most 5m`, `at least 90 %`, `falling`."""
    if target.at_most is not None:
        return f"{target.statistic} at most {write_duration(target.at_most)}"
    if target.at_least is not None:
        return f"{target.statistic} at least {write_duration(target.at_least)}"
    if target.share_at_least is not None:
        return f"at least {target.share_at_least:.0%}"
    if target.count_at_most is not None:
        return f"at most {target.count_at_most}"
    return str(target.trend)


def limits(found: OnCall) -> Iterator[tuple[str, str]]:
    """The limits of being on call, those that are left out not among them."""
    yield (
        "Night, on the clock of wherever a person lives",
        f"{found.night.start:%H:%M} to {found.night.end:%H:%M}",
    )
    yield "Weekend", ", ".join(found.weekend)
    if found.notice is not None:
        yield "Notice before a shift that a change gives somebody", write_duration(found.notice)
    if found.rest_after_night_page is not None:
        yield "Rest owed after a page at night", write_duration(found.rest_after_night_page)
    if found.turn_at_most is not None:
        yield "Longest turn", write_duration(found.turn_at_most)
    if found.weeks_in_a_row is not None:
        yield "Weeks in a row, in one rotation", str(found.weeks_in_a_row)
    if found.hours_in_a_row is not None:
        yield "Longest time without a break, over all rotations", write_duration(found.hours_in_a_row)
    if found.share_tolerance is not None:
        yield "More than a fair share that passes", f"{found.share_tolerance:.0%}"


def sort(entry: Entry) -> str:
    """The style of an entry in a timeline: what it is first of all."""
    if entry.milestone:
        return "ob-is-milestone"
    if entry.update or entry.page or entry.runbook:
        other = "update" if entry.update else "page" if entry.page else "runbook"
    else:
        other = "note"
    return f"ob-is-{entry.type or other}"


_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


@lru_cache(maxsize=1 << 14)
def length(value: timedelta) -> str:
    """A duration in its two largest units: `51 min`, `4 h 18 min`, `4 d 14 h`;
    a number never parts from its unit."""
    left, parts = max(value.days * 86_400 + value.seconds, 0), list[str]()
    for unit, seconds in _UNITS:
        count, left = divmod(left, seconds)
        if count:
            parts.append(f"{count:,}\u00a0{unit}")
        if len(parts) == 2 or (parts and not count):
            break
    return " ".join(parts) or "0\u00a0min"


def seconds(value: float) -> str:
    """The same of a number of seconds."""
    return length(timedelta(seconds=value))


def ago(length: timedelta) -> str:
    """A time as people say it, in its largest unit: `73 days`, `5 hours`, `12 minutes`."""
    for unit, seconds in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count = int(length.total_seconds()) // seconds
        if count:
            return f"{count:,} {unit}{'' if count == 1 else 's'}"
    return "a moment"


def ahead(late: timedelta) -> str:
    """How much time is left of something that is not late yet: `in 4 days`."""
    return f"in {ago(-late)}"


def plain(name: str) -> str:
    """A name of the format as words: `time_to_resolve` → `time to resolve`."""
    return name.replace("_", " ").replace("-", " ")
