"""The status page: what anybody may know of a book, as plain HTML that needs no script.

It is made of the values of `public` alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from opsbook.model.time import write_duration
from opsbook.site import feeds, markup
from opsbook.site.guide import address
from opsbook.site.public import STATES
from opsbook.site.render import OURS, Page

if TYPE_CHECKING:
    from opsbook.site.guide import Guide
    from opsbook.site.public import Event, Public

DAYS = 90
"""Incidents that are over stand on the first page for so long."""
_SAYS = {
    "operational": "All services are operational",
    "degraded": "Some services are degraded",
    "partial-outage": "Some services are partly down",
    "down": "Some services are down",
}


def status(found: Public, name: str, guide: Guide) -> Iterator[Page]:
    """Every file of the status page; `guide` writes times and no link."""
    recent = found.as_of - timedelta(days=DAYS)
    open = [each for each in found.events if each.open]
    past = [each for each in found.events if not each.open]
    hurt = [each.state for event in open for each in event.services] + [
        each.state for each in found.components
    ]
    worst = max(hurt, key=STATES.index, default="operational")
    headline = "There is an open incident" if open and worst == "operational" else _SAYS[worst]

    def page(template: str, path: str, title: str, **context: Any) -> Page:
        about = {"guide": guide, "as_of": found.as_of, "name": name, "title": title}
        root = "../" * path.count("/")
        asked = {**about, **context, "root": root, "shown": shown, "lasted": lasted}
        text = OURS.rendered(f"status/{template}.html", **asked)
        return Page(path, text.encode("utf-8", "replace"))

    yield page(
        "index", "index.html", name, worst=worst, headline=headline, open=open, components=found.components,
        past=[each for each in past if each.changed >= recent], days=DAYS,
    )  # fmt: skip
    years = groupby(found.events, key=lambda event: f"{guide.local(event.began):%Y}")
    yield page(
        "history", "history.html", f"All incidents: {name}",
        years=[(year, list(events)) for year, events in years], stubs=found.stubs,
    )  # fmt: skip
    for event in found.events:
        yield page(
            "incident", f"incidents/{event.id}.html", f"{event.title}: {name}", event=event,
            report=report(event.postmortem.text) if event.postmortem else "",
        )  # fmt: skip
    yield Page("feed.xml", feeds.atom(name, map(news, found.events), found.as_of))
    yield Page("status.json", feeds.public_json(found))
    yield Page("status.css", files("opsbook.site").joinpath("templates/status/status.css").read_bytes())


def lasted(event: Event) -> str:
    """For how long an incident lasted, to the minute: `1h4m`; nothing where that is not known."""
    end = event.milestones.get("resolved")
    length = end - event.began if end else timedelta()
    return write_duration(length - length % timedelta(minutes=1)) if length >= timedelta(minutes=1) else "0m"


def news(event: Event, page: str = "incidents/{}.html") -> feeds.News:
    """An incident as a feed tells of it: its updates, the last first."""
    told = Markup("").join(shown(each.text) for each in reversed(event.told))
    return feeds.News(
        event.id, event.title, page.format(event.id), event.began, event.changed, told, event.severity or ""
    )


def shown(text: str) -> Markup:
    """A few lines of Markdown; a link leads to the web or nowhere."""
    return markup.block(text, outward).strip()


def report(text: str) -> Markup:
    """The Markdown of a page below a heading of its own, as HTML."""
    return markup.inner(text, outward)


def outward(target: str) -> str | None:
    """Where a link of a public text leads: the web, or nowhere without a word about it."""
    return target if address(target) else ""
