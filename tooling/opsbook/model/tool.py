"""Tools that a team may choose for paging, coordinating and telling."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from opsbook.model.kind import Id, Model, Text
from opsbook.model.time import Date


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
