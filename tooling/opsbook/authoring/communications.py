"""What to tell whom about an incident: a template of the book, filled with what is known.

Templates stand in `policies/communications/`, one for an audience, or for an audience at a stage
(`customers`, `public-resolved`); where the book has none, the one that opsbook ships is used. They are Jinja
in a sandbox: what a template may reach is what stands here, and a name that is not there is an error, not an
empty line. What is not known yet is said to be, in brackets, so that nobody sends a gap.

Beside `incident`, `update` and `now` a template has `id`, `status`, `since`, `services`, `commander`,
`impact` and `milestones`, and the filter `clock`, which writes an instant in the zone of the book.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import Audience, Incident, Stage

UNKNOWN = "[not known yet]"
_SHIPPED = Path(__file__).parents[1] / "defaults" / "communications"


class Draft(NamedTuple):
    """What the sender says, beside what the record knows."""

    audience: str
    """An audience of updates, or `channel` for what is pinned in the incident's channel."""
    text: str | None = None
    stage: Stage | None = None
    next_update: datetime | None = None
    eta: datetime | None = None


class Message(NamedTuple):
    """A message as it would be sent."""

    text: str
    template: str
    """Where its template stands; a path in the book, or the name of one that opsbook ships."""


def render(
    book: Book, incident: Document[Incident], draft: Draft, now: datetime, template: str | None
) -> Message:
    """The message; UserError where there is no template, or it asks for what there is not."""
    from jinja2 import TemplateError

    from opsbook.authoring.sandbox import Sandbox

    where, text = _template(book, template, draft)
    environment = Sandbox(finalize=_known)
    environment.filters["clock"] = _clock(book.settings.timezone)
    try:
        said = environment.from_string(text).render(_facts(incident, draft, now, book.settings.timezone))
    except TemplateError as error:
        line = getattr(error, "lineno", None) or _line(error)
        raise UserError(
            f"{where}{f':{line}' if line else ''}: {error.message}", "mend the template"
        ) from None
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError) as error:
        raise UserError(f"{where}: {error}", "mend the template") from None
    return Message(said.strip() + "\n", where)


def _line(error: BaseException) -> int | None:
    """The line of a template at which an error came up."""
    at, line = error.__traceback__, None
    while at is not None:
        if at.tb_frame.f_code.co_filename == "<template>":
            line = at.tb_lineno
        at = at.tb_next
    return line


def _template(book: Book, asked: str | None, draft: Draft) -> tuple[str, str]:
    """Where the template stands, and its text: of several that fit, the one that says most."""
    names = [asked] if asked else list(fitting(draft))
    for name in names:
        document = book.find("communication", name)
        if document is not None:
            return document.path, document.source.text
    for name in names:
        file = _SHIPPED / f"{name}.md.j2"
        if file.name in {each.name for each in _SHIPPED.iterdir()}:
            return f"{name} (shipped)", file.read_text("utf-8")
    known = sorted(
        {*book.names("communication"), *(each.name.partition(".")[0] for each in _SHIPPED.iterdir())}
    )
    raise UserError(f"no template `{names[0]}`", f"there are {', '.join(known)}")


def fitting(draft: Draft) -> Iterator[str]:
    """The names that a template for it may have, the one that says most first."""
    if draft.stage:
        yield f"{draft.audience}-{draft.stage}"
    if draft.stage in (None, "investigating"):
        yield f"{draft.audience}-first"
    if draft.stage == "resolved":
        yield f"{draft.audience}-details"
    yield draft.audience


def _known(value: Any) -> Any:
    """What a template prints for a value; nothing known is said to be."""
    return UNKNOWN if value is None or value in ("", ()) else value


def _clock(zone: ZoneInfo) -> Any:
    def clock(at: datetime | None) -> str | None:
        return f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}" if at else None

    return clock


def _facts(incident: Document[Incident], draft: Draft, now: datetime, zone: ZoneInfo) -> Mapping[str, Any]:
    content = incident.content
    history = content.history
    began = history.milestones.get("started") or history.milestones.get("detected") or history.declared
    from opsbook.model.role import COMMANDER

    impact = content.impact.description if content.impact else None
    return {
        "id": incident.id,
        "incident": content,
        "update": draft._replace(text=draft.text or impact),
        "now": now,
        "status": history.status,
        "since": _clock(zone)(began),
        "services": ", ".join(content.services) or None,
        "commander": ", ".join(content.roles.get(COMMANDER, ())) or None,
        "impact": impact,
        "milestones": _Milestones(history.milestones),
    }


class _Milestones(dict[str, datetime]):
    """The milestones that were reached; the others are not known."""

    def __missing__(self, name: str) -> None:
        return None


def next_due(book: Book, incident: Incident, audience: Audience) -> datetime | None:
    """When the next update to an audience is due, as `opsbook due` has it: as promised, or as the policy
    asks. None where none is, and once the incident is over."""
    from opsbook.metrics.business_days import terms_of
    from opsbook.metrics.due import next_updates

    if not incident.counts or incident.history.status in ("resolved", "closed"):
        return None
    owed = next_updates(incident, terms_of(book, incident))
    return next((each.at for each in owed if each.audience == audience), None)


def cadence(book: Book, incident: Incident, audience: Audience) -> timedelta | None:
    """How often the severity of the moment asks for word to an audience."""
    level = book.severities.levels.get(incident.history.severity or incident.severity or "")
    return level.updates.get(audience) if level else None
