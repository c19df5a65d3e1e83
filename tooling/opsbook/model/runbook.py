"""A runbook's front matter. Its parts are Markdown sections (`book.markdown`)."""

from typing import Annotated

from pydantic import AliasChoices, Field

from opsbook.model.kind import FrontMatter, Many, OwnerId, ServiceId, SeverityNames, Text, Visibility
from opsbook.model.times import Date, ReviewPeriod


class Runbook(FrontMatter):
    """What a runbook is for, whose it is, and when somebody last looked at it."""

    title: Text | None = None
    """The page's title; left out, it is the first heading."""
    kind: Text = "incident"
    """`incident` (eight parts), `alert` (meaning, impact, diagnosis, mitigation), `procedure`, or
    a kind of the settings."""
    severity: SeverityNames = ()
    """The severities it serves: one, or a list."""
    owner: OwnerId | None = None
    """Who keeps it right: a person or a team."""
    last_updated: Annotated[
        Date | None,
        Field(validation_alias=AliasChoices("last_updated", "last_reviewed_on", "last_review_date")),
    ] = None
    """The day somebody last made sure that it is right."""
    review_in: ReviewPeriod | None = None
    """How long that holds: `6 months`."""
    test_in: ReviewPeriod | None = None
    """How long a run of it holds, in an incident or a drill: `6 months`. Then it is to be tested again."""
    services: Many[ServiceId] = ()
    """The services it is about."""
    alerts: Many[Text] = ()
    """The alerts it answers."""
    variables: dict[Text, Text] = {}
    """The placeholders in its commands, and what to put there."""
    visibility: Visibility = "internal"
    """What the published site may show."""
    tags: Many[Text] = ()
    """Free labels."""
