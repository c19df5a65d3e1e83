"""A duration typed into a post-mortem is the time between its own start and end.

The length of an incident is the number that is quoted elsewhere: in the report to customers, in the year's
mean. Typed by hand it goes stale when a time is corrected, or stays from the page that was copied, and
afterwards nobody knows whether the times are wrong or the sum.

Looked at are labelled durations (`Duration: 43 minutes`, `**Time to repair**: 1h 20m`, or a row of a table;
to repair, restore, recover, fix, mitigate, resolve or detect) and `the incident lasted 43 minutes` in the
summary and the impact. They are held against the milestones of the incident, or where there is no record,
against labelled times on the page, such as `Repaired: 2026-03-02 10:33`. Reported is a duration that is off
from every stated beginning (started, detected, acknowledged, declared) to every end that it may mean, by more
than 2 minutes and a tenth; for `about an hour`, `~1h` and whole hours by more than a quarter and half an
hour. A time to repair, fix or mitigate ends at `mitigated`, one to resolve at `resolved`, any other at
either.

Not reported are

* a duration with anything else beside it: `7h (during support hours)`, `over an hour`, `1:20`;
* one whose end is not stated: a time to repair needs `mitigated`, any other `resolved`;
* one that is longer than the times given, where the start is not among them, only when it was detected;
* pages that give a label twice, times in two zones or only some with a date, and incidents that were
  reopened;
* code, quotations, comments, blocks that opsbook generates, and pages that say `status: draft`.

On 176 public post-mortems and guides it was right in all of 13 hits, on ten pages of one team: none fits the
times beside it. Six of them may leave out nights or weekends, which those pages do not say and others of that
team do; two found a date with a wrong month or year. Counted by the minute 29 of 62 durations of that team
differ from the time since the detection. Twelve of these are found; the others say that they leave out the
night, count from the declaration, are off by less than a tenth, or may have begun before the first time that
the page gives.

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
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from opsbook.book.parts import find
from opsbook.diagnostics import Finding, Related
from opsbook.lint.durations import LENGTH, Typed, typed
from opsbook.lint.parts import unfinished
from opsbook.lint.rule import rule
from opsbook.lint.wording import listen, phrases, prose
from opsbook.model.time import write_duration
from opsbook.text import Location, Span

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.postmortem import Postmortem

_BEGINNINGS = ("started", "detected", "acknowledged", "declared")
_ENDS = ("mitigated", "resolved")
_SIGNS = ("duration", "time to ", "lasted")
_MARK = "[*_]{0,2}"
_LINE = rf"^[ \t]*(?:(?:[-*+]|\|)[ \t]*)?{_MARK}"
_LABELLED = re.compile(
    rf"{_LINE}(?P<label>(?:(?:total|incident|outage) )?duration"
    r"|time to (?:(?P<repair>(?P<repaired>repair|fix|mitigate|mitigation)|restore|recover|recovery)"
    rf"|(?P<detect>detect|detection)|(?P<resolve>resolve|resolution))){_MARK}[ \t]*[:|]{_MARK}[ \t]*"
    r"(?P<value>[^\r\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
_VALUE = re.compile(rf"(?P<length>{LENGTH})[ \t.|*_]*", re.IGNORECASE)
_LASTED = listen(
    "lasted",
    rf"\b(?:the|this) (?:incident|outage|disruption) lasted (?:for )?(?P<length>{LENGTH})"
    r"(?= ?(?:[.,;]|\Z|\n))",
)
_STEPS = {
    "started": "started|start|start time|began|occurs|occurred",
    "detected": "first detected|detected|team aware",
    "acknowledged": "acknowledged",
    "declared": "declared",
    "mitigated": "mitigated|repaired|repaired declared|restored|recovered",
    "resolved": "resolved|ended|end|end time",
}
_NAMED = {name: step for step, names in _STEPS.items() for name in names.split("|")}
_STEP = re.compile(
    rf"{_LINE}(?P<label>(?:(?:incident|outage|fault|disruption) )?"
    rf"(?P<step>{'|'.join(sorted(_NAMED, key=len, reverse=True))}))(?![\w-]){_MARK}[ \t]*"
    rf"(?:[:|]|at\b|-(?=[ \t]))?{_MARK}[ \t]*(?P<when>[^\r\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
_WHEN = re.compile(
    r"(?:(?P<day>20\d\d-\d\d-\d\d)(?:[ \t]+|T))?(?P<clock>\d?\d:\d\d)(?::\d\d)?[ \t]*"
    r"(?P<zone>Z|[A-Z]{2,4}|[+-]\d\d:?\d\d)?[ \t.|*_]*"
)
_CLOCK = re.compile(r"\d:\d\d")
_DAY = timedelta(days=1)


class Moment(NamedTuple):
    """A beginning or end that the record or the page states, and where."""

    step: str
    name: str
    at: datetime
    location: Location
    dated: bool = True
    rough: bool = False

    def until(self, end: Moment) -> timedelta:
        """How long it is to an end; where only clocks are given, within a day."""
        length = end.at - self.at
        return length if self.dated else length % _DAY


class Claim(NamedTuple):
    """A duration that somebody typed, what it leads from and to, and the end that must be known."""

    location: Location
    typed: Typed
    beginnings: tuple[str, ...] = _BEGINNINGS
    ends: tuple[str, ...] = _ENDS
    needs: str = "resolved"


@rule("PM011", on="postmortem", measured=(13, 13, 13))
def check(postmortem: Document[Postmortem], context: Context) -> Iterator[Finding]:
    lowered = postmortem.source.lowered
    if unfinished(postmortem) or not any(sign in lowered for sign in _SIGNS):
        return
    claims = [*_labelled(postmortem), *_told(postmortem, context)]
    moments = _stated(postmortem, context) if claims else []
    for claim in claims:
        found = _nearest(claim, moments)
        if found:
            start, end = found
            yield Finding(
                claim.location,
                f"`{claim.location.text}` does not fit `{start.name}` to `{end.name}`: "
                f"`{write_duration(start.until(end))}`",
                "correct the duration or the times, or say beside it what it leaves out",
                (Related(start.location, "from here"), Related(end.location, "to here")),
            )


def _nearest(claim: Claim, moments: list[Moment]) -> tuple[Moment, Moment] | None:
    """The beginning and end that the duration was most likely to lead from and to; None where it fits any, or
    too little is known."""
    steps = {moment.step for moment in moments}
    pairs = [
        (start, end)
        for start in moments
        for end in moments
        if start.step in claim.beginnings and end.step in claim.ends and start.until(end) >= timedelta()
    ]
    if claim.needs not in steps or not pairs or any(_fits(claim, *pair) for pair in pairs):
        return None
    longest = max(start.until(end) for start, end in pairs)
    if claim.typed.length > longest and ("started" not in steps or not pairs[0][0].dated):
        return None
    pairs.sort(key=lambda pair: (pair[1].step != claim.needs, _BEGINNINGS.index(pair[0].step)))
    return pairs[0]


def _fits(claim: Claim, start: Moment, end: Moment) -> bool:
    rough = timedelta(minutes=1) if start.rough or end.rough else None
    duration = claim.typed._replace(rounded_to=claim.typed.rounded_to or rough)
    return duration.fits(start.until(end))


# ── what was typed ────────────────────────────────────────────────────────────────────────


def _labelled(postmortem: Document[Postmortem]) -> Iterator[Claim]:
    """Durations with a label that stands on the page once."""
    found: dict[str, list[re.Match[str]]] = {}
    for match in _LABELLED.finditer(prose(postmortem)):
        found.setdefault(match["label"].lower(), []).append(match)
    for match, *more in found.values():
        value = _VALUE.fullmatch(match["value"].replace("\x00", " ").rstrip())
        if more or not value:
            continue
        start = match.start("value")
        claim = Claim(postmortem.span(Span(start, start + value.end("length"))), typed(value["length"]))
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


# ── what is stated ────────────────────────────────────────────────────────────────────────


def _stated(postmortem: Document[Postmortem], context: Context) -> list[Moment]:
    """The beginnings and ends of the incident, or where there is no record, of the page."""
    incident = context.book.find("incident", postmortem.id)
    if incident is None:
        return _of_page(postmortem)
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
        if step in (*_BEGINNINGS, *_ENDS)
    ]


def _of_page(postmortem: Document[Postmortem]) -> list[Moment]:
    """What labelled times say; nothing where they can be read in two ways."""
    moments: list[Moment] = []
    zones = set()
    for match in _STEP.finditer(prose(postmortem)):
        when = _WHEN.fullmatch(match["when"].replace("\x00", " ").rstrip())
        at = when and _instant(when)
        if when and at:
            name, place = " ".join(match["label"].split()), postmortem.span(Span(*match.span("label")))
            moments.append(Moment(_NAMED[match["step"].lower()], name, at, place, when["day"] is not None))
            zones.add((when["day"] is None, when["zone"]))
        elif _CLOCK.search(match["when"]):
            return []
    names = [moment.name.lower() for moment in moments]
    ends = [moment.step for moment in moments if moment.step in ("started", *_ENDS)]
    twice = len(set(names)) < len(names) or len(set(ends)) < len(ends)
    return [] if twice or len(zones) != 1 else moments


def _instant(when: re.Match[str]) -> datetime | None:
    """On the page's own clock; None for what no clock shows."""
    try:
        return datetime.fromisoformat(f"{when['day'] or '2000-01-01'}T{when['clock']:0>5}")
    except ValueError:
        return None
