"""Nobody is paged more often in a night than the target allows.

Who was woken three times is not the one to decide anything at the fourth. A night like that says something
about the alerts, and the person is owed rest.

The limit is the target of `policies/targets.yaml` with the metric `pages_per_night`; without one there is
none. Counted are pages on timelines, of incidents declared from two days before the night on, and those of
the page log (`rotations/pages/2026-03.csv`). The night is that of `policies/on-call.yaml`, where the person
lives. Reported is the first page beyond the limit, for four weeks: long enough for rest and for a look at
the alerts, and no reproach for ever.

Related: `unfair_share`, `malformed_page_log`.

## Example

```yaml title="policies/targets.yaml"
targets:
  nightly-pages: {metric: pages_per_night, count_at_most: 2}
```
```yaml title="incidents/2026/2026-03-29-disk-full/incident.yaml"
title: A disk is full
severity: SEV2
timeline:
  - {at: 2026-03-29T23:10Z, page: {person: ana, alert: DiskFull}, text: "Paged"}
  - {at: 2026-03-30T01:00Z, page: {person: ana, alert: DiskFull}, text: "Paged again"}
  - {at: 2026-03-30T03:20Z, page: {person: ana, alert: DiskFull}, text: "And again"}  # ROT018
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
```

Use instead:

```yaml title="policies/targets.yaml"
targets:
  nightly-pages: {metric: pages_per_night, count_at_most: 2}
```
```yaml title="incidents/2026/2026-03-29-disk-full/incident.yaml"
title: A disk is full
severity: SEV2
timeline:
  - {at: 2026-03-29T23:10Z, page: {person: ana, alert: DiskFull}, text: "Paged"}
  - {at: 2026-03-30T01:00Z, page: {person: ana, alert: DiskFull}, text: "Again; silenced till morning"}
```
```yaml title="rotations/people/ana.yaml"
name: Ana Ruiz
timezone: Europe/Berlin
```
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from opsbook.book.document import Document
from opsbook.diagnostics import Finding, Related
from opsbook.lint.rule import rule
from opsbook.model.time import Interval

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.lint.context import Context
    from opsbook.model.incident import Incident
    from opsbook.oncall.burden import Paged
    from opsbook.text import Location

_RECENT = timedelta(weeks=4)
_EARLIER = 2
_INSTANT = timedelta(microseconds=1)


@rule("ROT018", on=("incident", "book"), recommended="advice", strict="warning")
def check(subject: Document[Incident] | Book, context: Context) -> Iterator[Finding]:
    if isinstance(subject, Document) and not _pages_lately(subject.content, context):
        return  # before the rota is loaded, and every place of the record looked for
    from opsbook.oncall.burden import pages
    from opsbook.oncall.nights import nights, zone_of

    target: tuple[int, Location] | None = None
    nights_seen = set()
    for page in _recent(subject, context):
        target = target or _limit(context.book)
        if target is None:
            return
        zone = zone_of(context.book, page.person)
        if zone is None:
            continue
        for night in nights(context.book.on_call, zone, Interval(page.at, page.at + _INSTANT)):
            if (page.person, night.day) in nights_seen:
                continue
            nights_seen.add((page.person, night.day))
            everybody = pages(context.book, night.interval, _EARLIER)
            found = [each for each in everybody if each.person == page.person]
            beyond = found[target[0] : target[0] + 1]
            if beyond and beyond[0].incident == page.incident:
                yield Finding(
                    beyond[0].place,
                    f"`{page.person}` was paged {len(found)} times in the night of {night.day}, "
                    f"expected {target[0]} at most",
                    "see to their rest, and ask which of these alerts could wait for the morning",
                    (Related(target[1], "the target"),),
                )


def _pages_lately(incident: Incident, context: Context) -> bool:
    return any(entry.page and not context.clock.passed(entry.at + _RECENT) for entry in incident.timeline)


def _recent(subject: Document[Incident] | Book, context: Context) -> Iterator[Paged]:
    """The pages of the last weeks, in an incident or in the page log."""
    from opsbook.lint.rota import ahead
    from opsbook.oncall.burden import logged, of_incident

    if isinstance(subject, Document):
        for page in of_incident(context.book, subject.id):
            if not context.clock.passed(page.at + _RECENT):
                yield page
        return
    today = ahead(context).start
    yield from logged(context.book, Interval(today - _RECENT, today + timedelta(days=1)))


def _limit(book: Book) -> tuple[int, Location] | None:
    """How many pages a night are allowed, and where that stands."""
    document = book.find("targets", "targets")
    if document is not None and document.readable:
        for id, target in document.content.targets.items():
            if target.metric == "pages_per_night" and target.count_at_most is not None:
                return target.count_at_most, document.at("targets", id)
    return None
