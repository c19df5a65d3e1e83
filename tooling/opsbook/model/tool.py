"""Tools that a team may choose for paging, coordinating and telling."""

from typing import Annotated, Literal

from pydantic import Field

from opsbook.model.kind import Id, Many, Model, Text
from opsbook.model.times import Date


class Suits(Model):
    """Whom a tool suits, by three questions that people choose by; what is left out does not matter."""

    teams: Many[Literal["small", "medium", "large"]] = ()
    """How many respond: up to ten, up to fifty, more."""
    budgets: Many[Literal["low", "medium", "high"]] = ()
    """What may be spent a person and month: next to nothing, what lunch costs, more."""
    chat: bool | None = None
    """Whether it is for those who run incidents in chat, or for those who do not."""


class Tool(Model):
    """One product, as of a day."""

    name: Text
    """The product's name."""
    purpose: Literal["paging", "incident-response", "status-page"]
    """What it is mainly for."""
    best_for: Text
    """Whom it suits."""
    choose_when: Text
    """When to choose it."""
    avoid_when: Text | None = None
    """When not to."""
    suits: Suits = Field(default_factory=Suits)
    """Whom it suits, so that the site can rank it."""
    cost: Text
    """What it costs, with the unit."""
    ends_on: Date | None = None
    """The day its vendor stops supporting it."""
    as_of: Date
    """The day these facts were looked up."""
    source: Text
    """Where they were found."""


class Tools(Model):
    """The tools we considered."""

    tools: Annotated[dict[Id, Tool], Field(min_length=1)]
    """The tools by id."""
