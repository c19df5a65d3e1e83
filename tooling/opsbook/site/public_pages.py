"""What anybody may know of a book → the pages of a site, for `--visibility public`.

Made of the values of `public` alone, and of nothing else that the book says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from opsbook.site import feeds, markup
from opsbook.site.render import OURS, Page, Templates, assets
from opsbook.site.status import lasted, news, outward, shown

if TYPE_CHECKING:
    from opsbook.site.guide import Guide
    from opsbook.site.public import Event, Public

_LATEST = 10


def public_pages(found: Public, name: str, guide: Guide, templates: Templates = OURS) -> Iterator[Page]:
    """Every page of the public site; `guide` knows no record of the book."""

    def page(template: str, path: str, title: str, **context: Any) -> Page:
        tools = {"guide": guide, "as_of": found.as_of, "shown": shown, "lasted": lasted, "page_of": page_of}
        return templates.render(f"public/{template}", path, title, **tools, **context)

    yield page(
        "home", "index.md", name, hide=["navigation"], components=found.components,
        open=[each for each in found.events if each.open], latest=found.events[:_LATEST],
    )  # fmt: skip
    yield page("incidents", "incidents/index.md", "Incidents", events=found.events, stubs=found.stubs)
    reports = [(each, each.postmortem) for each in found.events if each.postmortem]
    for event in found.events:
        yield page("incident", page_of(event), event.title, event=event)
    for event, report in reports:
        body, title = markup.page(report.text, outward), f"Post-mortem: {report.title}"
        above = page_of(event), event.title
        yield page("text", page_of(event, "postmortem"), title, body=body, above=above)
    texts = [(page_of(event, "postmortem"), each.title, each.published) for event, each in reports]
    yield page("texts", "incidents/postmortems.md", "Post-mortems", texts=texts)
    if found.runbooks:
        listed = [(f"runbooks/{each.id}.md", each.title, "") for each in found.runbooks]
        yield page("texts", "runbooks/index.md", "Runbooks", texts=listed)
    for each in found.runbooks:
        body = markup.page(each.text, outward)
        above = "runbooks/index.md", "Runbooks"
        yield page("text", f"runbooks/{each.id}.md", each.title, body=body, above=above)
    told = (news(event, page_of(event).removesuffix(".md") + ".html") for event in found.events)
    yield Page("feed.xml", feeds.atom(name, told, found.as_of))
    yield Page("public.json", feeds.public_json(found))
    yield from assets()


def page_of(event: Event, page: str = "index") -> str:
    """Where a page of an incident stands: where the internal site has it."""
    return f"incidents/{event.id[:4]}/{event.id}/{page}.md"
