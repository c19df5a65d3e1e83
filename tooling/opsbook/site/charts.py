"""Pictures of data as SVG, made when the site is built: no script draws them, no other host sends them.

A place along a picture is a share of its width and a height is pixels, so that a picture fills the room
it has and its letters stay as large as those around it, on a phone as on a wall. Colours are classes of the
style sheet, which knows light, dark and print; what a colour says, a shape or a word says too. A picture
has a title and a description for who does not see it, and stands beside a table of the same numbers.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from markupsafe import Markup

from opsbook.model.time import write_clock
from opsbook.site.escape import escaped, html
from opsbook.site.phrases import length

_FIRST, _ROOM = 15, 970
"""Where a picture begins and how much room it has, in thousandths of the width: what is free at either end
lets a mark there be whole."""
_DAY = timedelta(days=1)
_STEPS = (
    *(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15, 30)),
    *(timedelta(hours=hours) for hours in (1, 2, 3, 6, 12)),
    *(timedelta(days=days) for days in (1, 2, 7, 14, 30, 90, 365)),
)
_SHAPES = {
    "dot": "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z",
    "diamond": "M0-6L6 0L0 6L-6 0z",
    "square": "M-4.5-4.5h9v9h-9z",
    "triangle": "M0-6L6 5H-6z",
    "cross": "M-5-3l2-2l3 3l3-3l2 2l-3 3l3 3l-2 2l-3-3l-3 3l-2-2l3-3z",
}


_LETTER = 13
"""A part of a column that is as high as this has room for the last letter of its name."""


class Span(NamedTuple):
    """A stretch of time in a row of a picture."""

    start: datetime
    end: datetime
    style: str
    words: str = ""


class Mark(NamedTuple):
    """An instant in a row of a picture."""

    at: datetime
    words: str
    shape: str = "dot"


class Row(NamedTuple):
    """A line of a picture of time: its name above, and what stands in it."""

    name: str
    spans: tuple[Span, ...] = ()
    marks: tuple[Mark, ...] = ()


class Milestone(NamedTuple):
    """A step of the staircase from the first milestone to the last."""

    name: str
    at: datetime
    approximate: bool = False


class Value(NamedTuple):
    """A duration among others of its group, and what it belongs to."""

    length: timedelta
    words: str
    style: str = ""
    shape: str = "dot"


class Lane(NamedTuple):
    """A group of durations in a picture of spread: with its median, its likely range, and its target."""

    name: str
    values: tuple[Value, ...]
    median: timedelta | None = None
    low: timedelta | None = None
    high: timedelta | None = None
    target: timedelta | None = None


class Stop(NamedTuple):
    """A station of a way: its name, what holds there, and what brings one there."""

    name: str
    what: str
    by: str


class Column(NamedTuple):
    """A column of a picture of counts: parts from the foot up, each with its style and name."""

    name: str
    parts: tuple[tuple[int, str, str], ...]
    label: str = ""
    """What stands below it; nothing where there are too many for all to be named."""

    @property
    def height(self) -> int:
        return sum(count for count, _, _ in self.parts)


# ── a picture, and what it is made of ─────────────────────────────────────────────────────


def picture(name: str, title: str, description: str, height: float, marks: Iterable[str]) -> Markup:
    """A picture as wide as its place; `name` is its own on the page."""
    return html(
        f'<svg class="ob-picture" role="img" height="{height:g}"'
        f' aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escaped(title)}</title><desc id="{name}-d">{escaped(description)}</desc>'
        f"{''.join(marks)}</svg>"
    )


_PLACES = [f"{tenths / 10:g}" for tenths in range(1001)]


def _at(share: float) -> str:
    """A share of the width as a place inside of the edges, in hundredths of it."""
    if 0 <= share <= 1:
        return _PLACES[round(_FIRST + share * _ROOM)]
    return _PLACES[_FIRST if share < 0 else _FIRST + _ROOM]


def _rect(start: float, end: float, y: float, height: float, style: str, tip: str = "") -> str:
    start, end = max(start, 0.0), min(end, 1.0)
    width = max((end - start) * _ROOM / 10, 0.3)
    shape = (
        f'<rect class="{style}" x="{_at(start)}%" y="{y:g}" width="{width:.1f}%" height="{height:g}" rx="2"'
    )
    return f"{shape}><title>{escaped(tip)}</title></rect>" if tip else f"{shape}/>"


def _line(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
    return f'<line class="{style}" x1="{_at(x1)}%" y1="{y1:g}" x2="{_at(x2)}%" y2="{y2:g}"/>'


def _words(share: float, y: float, words: str, style: str = "", anchor: str = "", move: float = 0) -> str:
    """Words beside a place."""
    anchor = anchor or _lean(share)
    kind = f' class="{style}"' if style else ""
    moved = f' dx="{move:g}"' if move else ""
    leans = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text{kind} x="{_at(share)}%" y="{y:g}"{moved}{leans}>{escaped(words)}</text>'


def _lean(share: float) -> str:
    """How words at a place are anchored: inwards near an edge."""
    return "start" if share < 0.06 else "end" if share > 0.94 else "middle"


def _label(at: str, y: int, words: str, more: str = "") -> str:
    """Words in the style of all around them."""
    return f'<text x="{at}%" y="{y}"{more}>{escaped(words)}</text>'


def _shape(share: float, y: float, shape: str, style: str = "", tip: str = "") -> str:
    """A mark at a place, in a style of its own or that of all around it; its name may stand beside it."""
    kind = f' class="{style}"' if style else ""
    end = f"><title>{escaped(tip)}</title></{'circle' if shape == 'dot' else 'path'}>" if tip else "/>"
    if shape == "dot":
        return f'<circle{kind} cx="{_at(share)}%" cy="{y:g}" r="5"{end}'
    return f'<svg class="ob-mark" x="{_at(share)}%" y="{y:g}"><path{kind} d="{_SHAPES[shape]}"{end}</svg>'


def _lines(height: float, **found: list[str]) -> str:
    """Many lines by style, each the steps of a path: hundredths of the width across and pixels down."""
    paths = "".join(
        [f'<path class="ob-{style}" d="{"".join(steps)}"/>' for style, steps in found.items() if steps]
    )
    return f'<svg viewBox="0 0 100 {height:g}" height="{height:g}" preserveAspectRatio="none">{paths}</svg>'


def _together(style: str, marks: Iterable[str]) -> str:
    """Marks of one style, which is said once."""
    found = "".join(marks)
    return f'<g class="{style}">{found}</g>' if found else ""


# ── time ──────────────────────────────────────────────────────────────────────────────────


class Axis(NamedTuple):
    """A stretch of time along a picture."""

    start: datetime
    end: datetime
    zone: ZoneInfo

    def share(self, at: datetime) -> float:
        return (at - self.start) / (self.end - self.start)

    def ticks(self, most: int = 7) -> Iterator[tuple[float, str]]:
        """Round instants of the clock, at most so many, each with its words."""
        wanted = (self.end - self.start) / most
        step = _STEPS[bisect_left(_STEPS, wanted)] if wanted <= _STEPS[-1] else wanted
        at = self._first(step)
        write = self.clock if step < _DAY else self.day
        while at <= self.end:
            if at >= self.start:
                yield self.share(at), write(at)
            at += step

    def clock(self, at: datetime) -> str:
        return write_clock(at.astimezone(self.zone))

    def day(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%d %b}"

    def _first(self, step: timedelta) -> datetime:
        """The last round instant before the start, on the clock of the zone."""
        local = self.start.astimezone(self.zone)
        since = timedelta(seconds=local.hour * 3600 + local.minute * 60 + local.second)
        return self.start - (since % step if step < _DAY else since)


_STAIR, _ROW = 24, 34
"""How high a step of a staircase is, and a row below it."""


def staircase(
    name: str, title: str, description: str, axis: Axis, steps: Sequence[Milestone], rows: Sequence[Row]
) -> Markup:
    """Milestones as steps, each a line below the one before and as long as it took, and rows of what held
    meanwhile: all on the same stretch of time."""
    high = len(steps) * _STAIR
    foot = high + len(rows) * _ROW + 6
    below = [(high + number * _ROW, row) for number, row in enumerate(rows)]
    grid: list[str] = []
    times: list[str] = []
    for share, words in axis.ticks():
        at = _at(share)
        grid.append(f"M{at} 0V{foot}")
        leans = "" if 0.06 <= share <= 0.94 else f' text-anchor="{_lean(share)}"'
        times.append(_label(at, foot + 14, words, leans))
    names = [_label(_at(0), top + 13, row.name) for top, row in below]
    spans = [found for top, row in below for found in _spans(axis, row, top + 18)]
    parts = [
        *_stairs(axis, steps, foot, grid),
        _together("ob-tick ob-mid", times),
        _together("ob-tick", names),
        *[bar for bar, _ in spans],
        _together("ob-on", [words for _, words in spans]),
        *[_marks(axis, row, top + 24) for top, row in below if row.marks],
    ]
    return picture(name, title, description, foot + 20, parts)


def _stairs(axis: Axis, steps: Sequence[Milestone], foot: int, grid: list[str]) -> Iterator[str]:
    """The steps before a grid: the lines, the milestones, and their names, to the left where there is more
    room."""
    riser: list[str] = []
    tread: list[str] = []
    dots: list[str] = []
    right: list[str] = []
    left: list[str] = []
    y, before, at_before, since = 13, 0.0, "", None
    for step in steps:
        here = axis.share(step.at)
        at = _at(here)
        if at_before:
            riser.append(f"M{at_before} {y - _STAIR}V{y}")
            tread.append(f"M{at_before} {y}H{at}")
            since = step.at - steps[0].at
        dots.append(
            _shape(here, y, "diamond") if step.approximate else f'<circle cx="{at}%" cy="{y}" r="5"/>'
        )
        named = _named(step, here, since)
        if here > 0.6:
            left.append(_label(at_before if before > 0.3 else at, y + 4, named))
        else:
            right.append(_label(at, y + 4, named))
        y, before, at_before = y + _STAIR, here, at
    yield _lines(foot, grid=grid, riser=riser, tread=tread)
    yield _together("ob-step", dots)
    yield _together("ob-name", right)
    yield _together("ob-name ob-before", left)


def _named(step: Milestone, share: float, since: timedelta | None) -> str:
    """What stands beside a milestone: its name, and how long after the first it was."""
    after = "" if since is None else f" +{length(since)}"
    about = "≈ " if step.approximate else ""
    return f"{'← ' if share < 0 else ''}{about}{step.name}{after}{' →' if share > 1 else ''}"


def _spans(axis: Axis, row: Row, y: int) -> Iterator[tuple[str, str]]:
    """What held in a row: a bar for each stretch, and its name where it has room for one."""
    for span in row.spans:
        start, end = axis.share(span.start), axis.share(span.end)
        if start >= 1 or end <= 0:
            continue
        start, end = max(start, 0), min(end, 1)
        bar = _rect(
            start, end, y, 13, span.style, f"{span.words} {axis.clock(span.start)} – {axis.clock(span.end)}"
        )
        roomy = end - start > 0.012 * len(span.words) + 0.03
        yield bar, _label(_at(start), y + 10, span.words) if roomy else ""


def _marks(axis: Axis, row: Row, y: int) -> str:
    """What happened in a row."""
    seen = [(axis.share(mark.at), mark) for mark in row.marks]
    return _together(
        "ob-update",
        [_shape(share, y, mark.shape, tip=mark.words) for share, mark in seen if 0 <= share <= 1],
    )


# ── spread ────────────────────────────────────────────────────────────────────────────────

_DECADES = tuple(
    timedelta(seconds=seconds)
    for seconds in (10, 60, 300, 900, 3600, 14400, 86400, 259200, 604800, 2592000, 7776000, 31536000)
)


def spread(name: str, title: str, description: str, lanes: Sequence[Lane]) -> Markup:
    """Durations as dots on a logarithmic scale, a lane a group: the median is a line, its likely range a
    band, the target a dashed line."""
    known = [each for lane in lanes for each in _lengths(lane)]
    if not known:
        return Markup()
    low, high = _around(min(known), max(known))

    def share(value: timedelta) -> float:
        return math.log(max(value, low) / low) / math.log(high / low)

    marks: list[str] = []
    shapes: dict[str, None] = {}
    height = 62
    foot = len(lanes) * height
    for tick in _DECADES:
        if low <= tick <= high:
            marks.append(_line(share(tick), 0, share(tick), foot, "ob-grid"))
            marks.append(_words(share(tick), foot + 14, length(tick), "ob-tick"))
    for number, lane in enumerate(lanes):
        y = number * height + 40
        marks.append(_words(0, y - 26, lane.name, "ob-name", "start"))
        if lane.low is not None and lane.high is not None:
            marks.append(_rect(share(lane.low), share(lane.high), y - 13, 26, "ob-range"))
        if lane.target is not None:
            here = share(lane.target)
            marks.append(_line(here, y - 18, here, y + 16, "ob-target"))
        alike: dict[tuple[str, str], list[str]] = {}
        for (place, value), lift in _piled([(share(value.length), value) for value in lane.values]):
            used = _again(f"{name}-{value.shape}", place, y + lift, value.words)
            alike.setdefault((value.style, value.shape), []).append(used)
        marks += (
            _together(f"ob-value {each[0]}".strip(), alike[each]) for each in sorted(alike, reverse=True)
        )
        shapes |= dict.fromkeys(shape for _, shape in alike)
        if lane.median is not None:
            marks.append(_line(share(lane.median), y - 15, share(lane.median), y + 15, "ob-median"))
    drawn = "".join(f'<path id="{name}-{shape}" d="{_SHAPES[shape]}"/>' for shape in shapes)
    return picture(name, title, description, foot + 20, [f"<defs>{drawn}</defs>", *marks])


def _again(id: str, share: float, y: float, tip: str) -> str:
    """A shape that is drawn once for all of a picture, at another place."""
    return f'<use href="#{id}" x="{_at(share)}%" y="{y:g}"><title>{escaped(tip)}</title></use>'


def _lengths(lane: Lane) -> Iterator[timedelta]:
    yield from (value.length for value in lane.values if value.length > timedelta(0))
    yield from (each for each in (lane.median, lane.target) if each)


def _around(least: timedelta, most: timedelta) -> tuple[timedelta, timedelta]:
    """The round durations below and above some."""
    low = max((tick for tick in _DECADES if tick < least), default=min(least, timedelta(seconds=1)))
    high = min((tick for tick in _DECADES if tick > most), default=most * 2)
    return low, high


def _piled(places: list[tuple[float, Value]]) -> Iterator[tuple[tuple[float, Value], float]]:
    """Marks that would hide one another, moved up and down by turns."""
    last, depth = -1.0, 0
    for place in sorted(places, key=lambda each: each[0]):
        depth = depth + 1 if place[0] - last < 0.014 else 0
        if depth == 0:
            last = place[0]
        yield place, (0, -7, 7, -12, 12)[depth % 5]


# ── counts ────────────────────────────────────────────────────────────────────────────────


def columns(name: str, title: str, description: str, found: Sequence[Column], tall: int = 90) -> Markup:
    """Counts as columns of stacked parts, with the whole count on top."""
    most = max((column.height for column in found), default=0) or 1
    width = 1 / max(len(found), 1)
    marks = [_line(0, tall + 16, 1, tall + 16, "ob-grid")]
    for number, column in enumerate(found):
        start, end, y = (number + 0.14) * width, (number + 0.86) * width, tall + 16.0
        for count, style, words in column.parts:
            if count:
                height = count / most * tall
                y -= height
                marks.append(
                    _rect(start, end, y, max(height - 1, 1), style, f"{column.name}: {count} {words}")
                )
                if height > _LETTER and len(found) <= 12:
                    marks.append(_words((start + end) / 2, y + height / 2 + 3, words[-1:], "ob-on", "middle"))
        middle = (number + 0.5) * width
        if column.height and len(found) <= 26:
            marks.append(_words(middle, y - 4, str(column.height), "ob-tick", "middle"))
        if column.label:
            marks.append(_words(middle, tall + 30, column.label, "ob-tick", "middle"))
    return picture(name, title, description, tall + 36, marks)


def curve(
    name: str,
    title: str,
    description: str,
    points: Sequence[tuple[float, float]],
    ticks: Sequence[tuple[float, str]],
    target: float | None = None,
) -> Markup:
    """A share from 0 to 1 that only steps: each point is a place along the picture and the share from there
    on. A target is a dashed line."""
    tall = 120
    marks: list[str] = []
    for share, words in ticks:
        marks.append(_line(share, 6, share, tall + 6, "ob-grid"))
        marks.append(_words(share, tall + 20, words, "ob-tick"))
    for level in (0.0, 0.5, 1.0):
        marks.append(_line(0, _y(level, tall), 1, _y(level, tall), "ob-grid"))
        marks.append(_words(0, _y(level, tall) - 3, f"{level:.0%}", "ob-tick", "start"))
    if target is not None:
        marks.append(_line(0, _y(target, tall), 1, _y(target, tall), "ob-target"))
        marks.append(_words(0.09, _y(target, tall) - 4, f"target {target:.0%}", "ob-tick", "start"))
    ends = [*(place for place, _ in points[1:]), 1.0]
    before: float | None = None
    for (place, level), end in zip(points, ends, strict=True):
        if before is not None:
            marks.append(_line(place, _y(before, tall), place, _y(level, tall), "ob-curve"))
        marks.append(_line(place, _y(level, tall), end, _y(level, tall), "ob-curve"))
        before = level
    return picture(name, title, description, tall + 26, marks)


def _y(level: float, tall: int) -> float:
    return 6 + (1 - level) * tall


# ── a way ─────────────────────────────────────────────────────────────────────────────────


def flow(
    name: str, title: str, description: str, stops: Sequence[Stop], back: tuple[int, int, str]
) -> Markup:
    """Stations below one another with arrows between them, and one way back: from a station to another."""
    tall, gap = 44, 22
    marks: list[str] = []
    for number, stop in enumerate(stops):
        y = number * (tall + gap)
        marks.append(_rect(0.2, 1, y, tall, f"ob-stop ob-stop-{number}"))
        marks.append(_words(0.2, y + 18, stop.name, "ob-strong", "start", 12))
        marks.append(_words(0.2, y + 34, stop.what, "ob-tick", "start", 12))
        if number + 1 < len(stops):
            marks.append(_line(0.4, y + tall, 0.4, y + tall + gap - 8, "ob-way"))
            marks.append(_arrow(0.4, y + tall + gap - 5, "M-5-5h10l-5 6z"))
    start, end = (place * (tall + gap) + tall / 2 for place in back[:2])
    marks.append(_line(0.02, start, 0.2, start, "ob-back"))
    marks.append(_line(0.02, start, 0.02, end, "ob-back"))
    marks.append(_line(0.02, end, 0.185, end, "ob-back"))
    marks.append(_arrow(0.195, end, "M-6-5v10l6-5z"))
    marks.append(_words(0.02, (start + end) / 2, back[2], "ob-tick", "start", 4))
    return picture(name, title, description, len(stops) * (tall + gap) - gap + 2, marks)


def _arrow(share: float, y: float, shape: str) -> str:
    return f'<svg class="ob-mark" x="{_at(share)}%" y="{y:g}"><path class="ob-head" d="{shape}"/></svg>'
