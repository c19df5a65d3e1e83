"""A duration typed into a post-mortem is the time between its own start and end.

The length of an incident is the number that is quoted elsewhere: in the report to customers, in the year's
mean. Typed by hand it goes stale when a time is corrected, or stays from the page that was copied, and
afterwards nobody knows whether the times are wrong or the sum.

Looked at are

* labelled durations: `Duration: 43 minutes`, `**Time to repair**: 1h 20m`, or a row of a table; to repair,
  restore, recover, fix, mitigate, resolve or detect;
* `the incident lasted 43 minutes` in the summary and the impact;
* a duration beside its own two times, anywhere: `10:02 to 12:40 UTC (2h 8m)`, `lasted 2h 8m, from 10:02 to
  12:40 UTC`.

The first two are held against the milestones of the incident. Where there is no record, they are held against
labelled times on the page, such as `Repaired: 2026-03-02 10:33`, or else against entries of its timeline that
say nothing but a milestone, such as `- 10:33 Incident repaired`. Hours that the page names count too: `7h
(during support hours 10:00-17:00)`, with or without weekends where it does not say, and less any holidays.

Reported is a duration that fits no stated beginning (started, detected, acknowledged, declared) together with
any end that it may mean: a time to repair, fix or mitigate ends at `mitigated`, one to resolve at `resolved`,
any other at either. One that was typed to the minute may be off by 2 minutes, and by a tenth where its
minutes are a multiple of five; `about an hour`, `~1h` and whole hours by a quarter, or by half an hour.

Not reported are

* a duration with anything else beside it: `7h (without the night)`, `over an hour`, `1:20`;
* one whose end is not stated: a time to repair needs `mitigated`, any other `resolved`;
* one that is longer than the times given, where the start is not among them, only when it was detected;
  unless another on the page counts from there to the minute;
* one beside a timeline whose entries name no milestones: of ten entries 45 pairs might be meant;
* pages that give a label twice, times in two zones or only some with a date, and incidents that were
  reopened;
* code, quotations, comments, blocks that opsbook generates, and pages that say `status: draft`.

On 176 public post-mortems and guides it was right in all of 18 hits, on 13 pages of one team: none fits the
times beside it. Six of them may leave out nights or weekends, which those pages do not say and others of that
team do; two found a date with a wrong month or year. Counted by the minute 29 of 62 durations of that team
differ from the time since the detection: 17 of these are found, and seven are right all the same, since they
count from the declaration or name the hours that they count. Of the other five nobody can tell: one is off by
2 minutes, two lead to the end of a repair that is not stated, and two may have begun before the first time
that the page gives. Of 1,200 notes of status pages four give a length beside two times, and all four fit.

Related: `stale_block`.

## Example

```markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
# Checkout answers 502

## Impact

Duration: 43 minutes  <!-- PM011 -->
```
```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
severity: SEV2
timeline:
  - {at: 2026-03-02T09:02Z, milestone: started, text: The chart is deployed}
  - {at: 2026-03-02T09:05Z, milestone: declared, text: Declared}
  - {at: 2026-03-02T10:20Z, milestone: mitigated, text: Rolled back}
  - {at: 2026-03-02T10:33Z, milestone: resolved, text: No error for ten minutes}
```

Use instead:

```markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
# Checkout answers 502

## Impact

Duration: 1h 31m
```
```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
severity: SEV2
timeline:
  - {at: 2026-03-02T09:02Z, milestone: started, text: The chart is deployed}
  - {at: 2026-03-02T09:05Z, milestone: declared, text: Declared}
  - {at: 2026-03-02T10:20Z, milestone: mitigated, text: Rolled back}
  - {at: 2026-03-02T10:33Z, milestone: resolved, text: No error for ten minutes}
```

## A page without a record

```markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
# Checkout answers 502

- **First detected**: 2026-03-02 15:31
- **Repaired**: 2026-03-03 10:29
- **Resolved**: 2026-03-03 13:09
- **Time to repair**: 5h 3m  <!-- PM011 -->
- **Time to resolve**: 7h 43m (during support hours)
```

## Hours that the page names

```markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
# Checkout answers 502

- **Fault occurs**: 2026-03-02 13:30
- **Resolved**: 2026-03-03 16:16
- **Time to resolve**: 9h 16m (during support hours 10:00-17:00)  <!-- PM011 -->
```

Use instead:

```markdown title="incidents/2026/2026-03-02-checkout-5xx/postmortem.md"
# Checkout answers 502

- **Fault occurs**: 2026-03-02 13:30
- **Resolved**: 2026-03-03 16:16
- **Time to resolve**: 9h 46m (during support hours 10:00-17:00)
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from opsbook.book.parts import find
from opsbook.diagnostics import Finding, Related
from opsbook.lint.durations import HOURS, LENGTH, Hours, Typed, typed
from opsbook.lint.moments import BEGINNINGS, ENDS, LINE, MARK, TIME, Moment, instant, stated
from opsbook.lint.parts import unfinished
from opsbook.lint.rule import rule
from opsbook.lint.wording import listen, phrases, prose
from opsbook.model.time import write_duration
from opsbook.text import Location, Span

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.postmortem import Postmortem

_SIGNS = ("duration", "time to ", "lasted")
_LABELLED = re.compile(
    rf"{LINE}(?P<label>(?:(?:total|incident|outage) )?duration"
    r"|time to (?:(?P<repair>(?P<repaired>repair|fix|mitigate|mitigation)|restore|recover|recovery)"
    rf"|(?P<detect>detect|detection)|(?P<resolve>resolve|resolution))){MARK}[ \t]*[:|]{MARK}[ \t]*"
    r"(?P<value>[^\r\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
_VALUE = re.compile(rf"(?P<length>{LENGTH})(?:[ \t]*(?P<hours>{HOURS}))?[ \t.|*_]*", re.IGNORECASE)
_LASTED = listen(
    "lasted",
    rf"\b(?:the|this) (?:incident|outage|disruption) lasted (?:for )?(?P<length>{LENGTH})"
    r"(?= ?(?:[.,;]|\Z|\n))",
)
_THEN = TIME.replace("(?P<", "(?P<to_")
_FROM_TO = rf"(?<![\w:.-]){TIME}(?:\s+(?:to|and|until|till)\s+|\s*[-–—]\s*){_THEN}(?![\w:.-])"
_LASTED_FROM = re.compile(
    rf"\blasted\s+(?:for\s+)?(?P<length>{LENGTH}),?\s+\(?(?:from|between)\s+{_FROM_TO}", re.IGNORECASE
)
_BRACKETED = re.compile(rf"\(\s*(?P<length>{LENGTH})\s*\)", re.IGNORECASE)
_BEFORE = re.compile(rf"{_FROM_TO}\s*\Z", re.IGNORECASE)
_NEAR = 80
"""No range of times is longer."""
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_HALF = timedelta(hours=12)


class Claim(NamedTuple):
    """A duration that somebody typed, the hours of a day that it counts, what it leads from and to, and the
    end that must be known."""

    location: Location
    typed: Typed
    hours: Hours | None = None
    beginnings: tuple[str, ...] = BEGINNINGS
    ends: tuple[str, ...] = ENDS
    needs: str = "resolved"

    def between(self, start: Moment, end: Moment) -> list[timedelta]:
        """What it may be from a beginning to an end; nothing where that comes first."""
        length = start.until(end)
        if length < timedelta():
            return []
        if not self.hours:
            return [length]
        of_page = start.dated and start.at.tzinfo is None  # only a page says hours on the clock of its times
        return list(self.hours.lengths(start.at, end.at)) if of_page else []

    def fits(self, start: Moment, end: Moment) -> bool:
        """Whether somebody might type it from this beginning to this end."""
        rough = _MINUTE if start.rough or end.rough else None
        duration = self.typed._replace(rounded_to=self.typed.rounded_to or rough)
        return any(duration.fits(length) for length in self.between(start, end))

    def counts_like(self, other: Claim, moments: list[Moment]) -> bool:
        """Whether both say how long it took to something, and the other counts from the first time stated, to
        the minute: then this one began no earlier."""
        if other is self or len(other.ends) > 1 or len(self.ends) > 1 or other.hours:
            return False
        first = min(moments, key=lambda moment: moment.at)
        return first.step in other.beginnings and any(
            abs(first.until(end) - other.typed.length) <= _MINUTE for end in moments if end.step in other.ends
        )


@rule("PM011", on="postmortem", measured=(18, 18, 18))
def check(postmortem: Document[Postmortem], context: Context) -> Iterator[Finding]:
    if unfinished(postmortem):
        return
    yield from _beside_times(postmortem)
    if not any(sign in postmortem.source.lowered for sign in _SIGNS):
        return
    claims = [*_labelled(postmortem), *_told(postmortem, context)]
    moments = _stated(postmortem, context) if claims else []
    for claim in claims:
        found = _nearest(claim, claims, moments)
        if found:
            start, end = found
            hours = f" within `{claim.hours}`" if claim.hours else ""
            yield Finding(
                claim.location,
                f"`{claim.location.text}` does not fit `{start.name}` to `{end.name}`: "
                f"`{write_duration(claim.between(start, end)[0])}`{hours}",
                "correct the duration or the times, or say beside it what it leaves out",
                (Related(start.location, "from here"), Related(end.location, "to here")),
            )


def _nearest(claim: Claim, claims: list[Claim], moments: list[Moment]) -> tuple[Moment, Moment] | None:
    """The beginning and end that the duration was most likely to lead from and to; None where it fits any, or
    too little is known."""
    steps = {moment.step for moment in moments}
    pairs = [
        (start, end)
        for start in moments
        for end in moments
        if start.step in claim.beginnings and end.step in claim.ends and claim.between(start, end)
    ]
    if claim.needs not in steps or not pairs or any(claim.fits(*pair) for pair in pairs):
        return None
    longer = claim.typed.length > max(claim.between(*pair)[0] for pair in pairs)
    known = "started" in steps or any(claim.counts_like(other, moments) for other in claims)
    if longer and not (known and pairs[0][0].dated):
        return None
    pairs.sort(key=lambda pair: (pair[1].step != claim.needs, BEGINNINGS.index(pair[0].step)))
    return pairs[0]


# ── what was typed ────────────────────────────────────────────────────────────────────────


def _labelled(postmortem: Document[Postmortem]) -> Iterator[Claim]:
    """Durations with a label that stands on the page once."""
    found: dict[str, list[re.Match[str]]] = {}
    for match in _LABELLED.finditer(prose(postmortem)):
        found.setdefault(match["label"].lower(), []).append(match)
    for match, *more in found.values():
        value = _VALUE.fullmatch(match["value"].replace("\x00", " ").rstrip())
        hours = Hours.of(value) if value and value["hours"] else None
        if more or not value or (value["hours"] and not hours):
            continue
        start = match.start("value")
        place = postmortem.span(Span(start, start + value.end("length")))
        claim = Claim(place, typed(value["length"]), hours)
        if match["detect"]:
            yield claim._replace(beginnings=("started",), ends=("detected",), needs="detected")
        elif match["repaired"] or match["resolve"]:
            end = "mitigated" if match["repaired"] else "resolved"
            yield claim._replace(ends=(end,), needs=end)
        else:
            yield claim._replace(needs="mitigated" if match["repair"] else "resolved")


def _told(postmortem: Document[Postmortem], context: Context) -> Iterator[Claim]:
    """`The incident lasted 43 minutes` in the summary or the impact."""
    parts = [find(postmortem, part, context.settings) for part in ("summary", "impact")]
    for phrase in phrases(postmortem, _LASTED):
        start, end = phrase.match.span("length")
        inside = any(part and part.body.start <= start < part.body.end for part in parts)
        if inside and not phrase.denied and not phrase.asked:
            yield Claim(postmortem.span(Span(start, end)), typed(phrase["length"]))


def _beside_times(postmortem: Document[Postmortem]) -> Iterator[Finding]:
    """`10:02 to 12:40 UTC (2h 8m)`, and `lasted 2h 8m, from 10:02 to 12:40 UTC`, wherever it stands."""
    text = postmortem.source.text
    for bracket in _BRACKETED.finditer(text):
        before = _BEFORE.search(prose(postmortem), max(0, bracket.start() - _NEAR), bracket.start())
        if before:
            yield from _beside(postmortem, before, Span(*bracket.span("length")))
    if "lasted" in postmortem.source.lowered:
        for lasted in _LASTED_FROM.finditer(prose(postmortem)):
            yield from _beside(postmortem, lasted, Span(*lasted.span("length")))


def _beside(postmortem: Document[Postmortem], times: re.Match[str], span: Span) -> Iterator[Finding]:
    """What does not fit two times beside it; nothing of what can be read in two ways."""
    location = postmortem.span(span)
    days, zones = (times["day"], times["to_day"]), {times["zone"], times["to_zone"]} - {None}
    start, end = instant(days[0], times["clock"]), instant(days[1], times["to_clock"])
    if not start or not end or len(zones) > 1:
        return
    length = end - start if all(days) else (end - start) % _DAY
    duration = typed(location.text)
    may_be = [length] if all(days) else [length, length % _HALF]  # clocks may have twelve hours
    if length < timedelta() or any(duration.fits(each) for each in may_be):
        return
    if not all(days) and duration.length >= _DAY:
        return
    place = postmortem.span(Span(times.start("clock"), times.end("to_clock")))
    yield Finding(
        location,
        f"`{location.text}` does not fit `{place.text}`: `{write_duration(length)}`",
        "correct the duration or the times",
    )


# ── what is stated ────────────────────────────────────────────────────────────────────────


def _stated(postmortem: Document[Postmortem], context: Context) -> list[Moment]:
    """The beginnings and ends of the incident, or where there is no record, of the page."""
    incident = context.book.find("incident", postmortem.id)
    if incident is None:
        return stated(postmortem)
    if not incident.readable or len(incident.content.history.rounds) > 1:
        return []
    entries = incident.content.timeline
    return [
        Moment(
            step,
            step,
            entries[place].at,
            incident.at("timeline", place, "milestone"),
            rough=entries[place].approximate,
        )
        for step, place in incident.content.history.rounds[0].items()
        if step in (*BEGINNINGS, *ENDS)
    ]
