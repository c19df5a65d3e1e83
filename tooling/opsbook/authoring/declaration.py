"""A new incident: its id, its record in the house's layout, and which open one it looks like."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from opsbook.authoring.change import Change, new
from opsbook.authoring.entry import holders, line, typed
from opsbook.authoring.splice import quoted, word, written
from opsbook.authoring.timeline import summary
from opsbook.book import yaml
from opsbook.errors import UserError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.book.document import Document
    from opsbook.model.incident import Entry, Incident

_MODELINE = "# yaml-language-server: $schema=../../../schemas/incident.json\n"
_SLUG = 50
"""Letters: `#incident-` and the date before it make 80 in all, as many as a chat channel's name may have."""


class Declaration(NamedTuple):
    """What is known of an incident when it is declared."""

    title: str
    severity: str | None
    kind: str
    services: tuple[str, ...]
    roles: Mapping[str, tuple[str, ...]]
    alerts: tuple[str, ...]
    links: Mapping[str, str]
    timeline: tuple[Entry, ...]
    """In order of time."""


def slug(title: str) -> str:
    """A title as part of an id: `Checkout answers 502!` is `checkout-answers-502`; `incident` where no
    letter of it can stand in a path."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = "-".join(re.findall(r"[a-z0-9]+", plain.replace("'", "")))
    if len(words) > _SLUG:
        words = words[: _SLUG + 1].rpartition("-")[0] or words[:_SLUG]
    return words.strip("-") or "incident"


def new_id(at: datetime, zone: ZoneInfo, title: str, taken: Callable[[str], bool]) -> str:
    """The id of an incident: the day of its declaration in the book's zone, and the title; `-2` and so on
    where it is taken."""
    base = f"{at.astimezone(zone):%Y-%m-%d}-{slug(title)}"
    found, number = base, 1
    while taken(found):
        number += 1
        found = f"{base}-{number}"
    return found


def channel(id: str) -> str:
    """The chat channel of an incident."""
    return f"#incident-{id}"


def one_line(title: str) -> str:
    """A title on one line; UserError where it says nothing."""
    words = " ".join(typed(title).split())
    if not any(c.isprintable() and not c.isspace() for c in words):
        raise UserError("an incident without a title", 'say what customers see: `opsbook declare "…"`')
    return words


def declared(id: str, said: Declaration) -> Change:
    """The change that writes a new incident."""
    path = f"incidents/{id[:4]}/{id}/incident.yaml"
    level = f" at {said.severity}" if said.severity else ""
    return Change(summary(id, f"declared{level}"), (new(path, record(said)),))


def record(said: Declaration) -> str:
    """The record as a person would have written it."""
    return _MODELINE + "".join(f"{line}\n" for line in _lines(said))


def _lines(said: Declaration) -> Iterator[str]:
    yield f"title: {_title(said.title)}"
    if said.severity:
        yield f"severity: {word(said.severity)}"
    if said.kind != "incident":
        yield f"kind: {said.kind}"
    if said.services:
        yield f"services: {written(list(said.services))}"
    if said.roles:
        yield f"roles: {written({role: holders(people) for role, people in said.roles.items()})}"
    if said.alerts:
        yield f"alerts: {written(list(said.alerts))}"
    if said.links:
        yield f"links: {written(dict(said.links))}"
    yield "timeline:"
    yield from (f"  - {line(entry)}" for entry in said.timeline)


def _title(title: str) -> str:
    """A title in no quotes where it needs none."""
    plain = title.isprintable() and yaml.read(f"title: {title}\n").data == {"title": title}
    return title if plain else quoted(title)


# ── those that are open ───────────────────────────────────────────────────────────────────


def joins(open_ones: Iterable[Document[Incident]], sources: Iterable[str]) -> Document[Incident] | None:
    """The open incident on whose timeline one of these sources stands."""
    asked = set(sources)
    return next(
        (each for each in open_ones if any(entry.source in asked for entry in each.content.timeline)), None
    )
