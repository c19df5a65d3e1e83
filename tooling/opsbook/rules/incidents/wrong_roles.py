"""The roles at the top are those that the timeline ends with.

The timeline is the source: an entry that sets `roles` says who holds them from its instant on, and an
empty list says that nobody does. The lines at the top say who holds them now. After a handover that
forgot the top, whoever opens the record asks the person who went home. The fix writes what the timeline
says; where it is the timeline that is wrong, add the missing entry instead.

## Example

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
roles:
  incident-commander: ana  # INC006
  scribe: dev
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, roles: {incident-commander: ana}, text: "Declared"}
  - {at: 2026-03-02T12:00Z, roles: {incident-commander: ben}, text: "ben commands"}
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
roles:
  incident-commander: ben
  scribe: dev
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, roles: {incident-commander: ana}, text: "Declared"}
  - {at: 2026-03-02T12:00Z, roles: {incident-commander: ben}, text: "ben commands"}
```

## Example: one more, and one less

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
roles: {incident-commander: ana, subject-matter-expert: chi}  # INC006
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, roles: {incident-commander: ana}, text: "Declared"}
  - {at: 2026-03-02T09:16Z, roles: {subject-matter-expert: chi}, text: "chi joins"}
  - {at: 2026-03-02T09:40Z, roles: {subject-matter-expert: [], scribe: dev}, text: "chi leaves, dev writes"}
```

Use instead:

```yaml title="incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
title: Checkout answers 502
roles: {incident-commander: ana, scribe: dev}
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, roles: {incident-commander: ana}, text: "Declared"}
  - {at: 2026-03-02T09:16Z, roles: {subject-matter-expert: chi}, text: "chi joins"}
  - {at: 2026-03-02T09:40Z, roles: {subject-matter-expert: [], scribe: dev}, text: "chi leaves, dev writes"}
```

A role that the timeline never mentions is let be, and so is a record without `roles` at the top: it says
nothing that is wrong. There is no fix where a person is not in the book, or a role at the top is written
over several lines. The order of several people in a role does not matter.

Related: `timeline_out_of_order`, which goes first; `wrong_severity`, for the severity.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.diagnostics import Finding, Related
from opsbook.edits import Edit, Fix
from opsbook.lint.rule import rule
from opsbook.text import Location, Span

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.lint.context import Context
    from opsbook.model.history import Tenure
    from opsbook.model.incident import Incident

People = tuple[str, ...]


@rule("INC006", on="incident", adopt="advice", recommended="error")
def check(incident: Document[Incident], context: Context) -> Iterator[Finding]:
    if not incident.has("roles"):
        return
    top = incident.content.roles
    for role, tenures in incident.content.history.tenures.items():
        last = _last(tenures)
        if last is not None and set(last.people) != set(top.get(role, ())):
            yield _finding(incident, role, last, context.book)


def _finding(incident: Document[Incident], role: str, last: Tenure, book: Book) -> Finding:
    top, now = incident.content.roles.get(role, ()), last.people
    what = f"write `{role}: {_value(now, '')}`" if now else f"take out `{role}`"
    known = all(book.has("person", person) for person in now)
    edit = _edit(incident, role, now) if known else None
    return Finding(
        incident.at("roles", role),
        f"`{role}`: {_quoted(top)} at the top, {_quoted(now)} in the timeline",
        f"{what}, or add the entry that changed it",
        (Related(incident.at("timeline", last.place or 0, "roles", role), "what the timeline ends with"),),
        edit and Fix(what, (edit,)),
    )


def _last(tenures: list[Tenure]) -> Tenure | None:
    """The one that decides; None where the timeline has none, or where time and file disagree which."""
    last = tenures[-1]
    places = [tenure.place for tenure in tenures if tenure.place is not None]
    return last if places and last.place == max(places) else None


def _quoted(people: People) -> str:
    return " and ".join(f"`{person}`" for person in people) or "nobody"


def _edit(incident: Document[Incident], role: str, now: People) -> Edit | None:
    """What makes the top say so; None where the layout leaves no safe place for it."""
    if not all(_inline(incident.at("roles", key)) for key in incident.content.roles):
        return None
    if role not in incident.content.roles:
        return _added(incident, role, now)
    if now:
        place = incident.at("roles", role)
        return Edit(place, _value(now, place.text))
    return _removed(incident, role)


def _inline(value: Location) -> bool:
    """Whether a value is a name or a list in brackets, on one line."""
    return value.text[:1] not in ("", "-", "|", ">", "{") and len(value.text.splitlines()) == 1


def _value(people: People, before: str) -> str:
    """People as YAML, in brackets or quotes where they were."""
    from opsbook.book import yaml

    if len(people) > 1 or before.startswith("["):
        return f"[{', '.join(yaml.scalar(person) for person in people)}]"
    quote = before[:1] if before[:1] in ("'", '"') else ""
    return f"{quote}{people[0]}{quote}" if quote else yaml.scalar(people[0])


def _added(incident: Document[Incident], role: str, now: People) -> Edit | None:
    whole, item = incident.at("roles"), f"{role}: {_value(now, '')}"
    if not incident.content.roles:
        return Edit(whole, f"{{{item}}}") if whole.text == "{}" else None
    last = max((incident.at("roles", key) for key in incident.content.roles), key=lambda place: place.span)
    if whole.text.startswith("{"):
        return Edit(incident.span(Span(last.span.end, last.span.end)), f", {item}")
    before = _indent(incident, next(iter(incident.content.roles)))
    end = incident.source.line_span(last.end.line).end
    line = f"{incident.source.line_end}{before}{item}"
    return Edit(incident.span(Span(end, end)), line) if before else None


def _removed(incident: Document[Incident], role: str) -> Edit | None:
    if len(incident.content.roles) == 1:
        whole, only = incident.at("roles"), _item(incident, role)
        return Edit(whole, "{}") if whole.text == f"{{{only.text}}}" else None
    if incident.at("roles").text.startswith("{"):
        return _removed_in_braces(incident, role)
    item, source = _item(incident, role), incident.source
    start = source.line_span(item.start.line).start
    end = source.starts[item.end.line] if item.end.line < len(source.starts) else len(source.text)
    alone = source.text[start:end].strip() == item.text
    return Edit(incident.span(Span(start, end)), "") if alone else None


def _removed_in_braces(incident: Document[Incident], role: str) -> Edit | None:
    """The item with the comma before it, or after it where it is the first."""
    items = sorted(_item(incident, key).span for key in incident.content.roles)
    place = items.index(_item(incident, role).span)
    comma = Span(items[place - 1].end, items[place].start) if place else Span(items[0].end, items[1].start)
    gone = Span(comma.start, items[place].end) if place else Span(items[0].start, comma.end)
    alone = incident.span(comma).text.strip(" ") == ","
    return Edit(incident.span(gone), "") if alone else None


def _item(incident: Document[Incident], role: str) -> Location:
    start = incident.key_at("roles", role).span.start
    return incident.span(Span(start, incident.at("roles", role).span.end))


def _indent(incident: Document[Incident], role: str) -> str:
    """What stands before a role on its line; empty where that is more than spaces."""
    key = incident.key_at("roles", role).start
    before = incident.source.line(key.line)[: key.column - 1]
    return "" if before.strip(" ") else before
