"""A post-mortem's front matter. Its sections are Markdown (`book.markdown`)."""

from typing import Literal

from opsbook.model.kind import FrontMatter, Many, Model, PersonId, Text, Visibility
from opsbook.model.times import Date, Instant

SECTIONS = {
    "full": (
        "summary",
        "timeline",
        "root cause",
        "impact",
        "what went well",
        "what went wrong",
        "action items",
    ),
    "short": ("summary", "root cause", "action items"),
    "note": (),
}
"""The sections that each form of post-mortem must have."""


class Delivery(Model):
    """Somebody was sent the post-mortem."""

    to: Text
    """Who: a team, a mailing list, an audience."""
    at: Instant
    """When."""


class Postmortem(FrontMatter):
    """How far a post-mortem is, and who works on it."""

    title: Text | None = None
    """The page's title; left out, it is the incident's."""
    status: Literal["draft", "in-review", "published"] = "draft"
    """How far it is."""
    authors: Many[PersonId] = ()
    """Who writes it."""
    facilitator: PersonId | None = None
    """Who leads the review, best somebody who was not involved."""
    attendees: Many[PersonId] = ()
    """Who was at the review."""
    review_at: Instant | None = None
    """When the review is, or was."""
    published_on: Date | None = None
    """The day it was published."""
    distribution: Many[Delivery] = ()
    """Who was sent it, and when."""
    weak_remedies_because: Text | None = None
    """Why none of its remedies is better than `strength: weaker`, where that is so."""
    visibility: Visibility = "internal"
    """What the published site may show."""
    tags: Many[Text] = ()
    """Free labels."""
