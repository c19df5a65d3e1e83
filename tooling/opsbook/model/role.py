"""Roles in an incident and their duties."""

from typing import Annotated

from pydantic import Field

from opsbook.model.kind import Id, Many, Model, Text

COMMANDER = "incident-commander"
"""The role that decides; a severity that asks for it says so in its `roles`."""


class Role(Model):
    """A hat somebody wears during an incident."""

    name: Text
    """What people call it."""
    description: Text | None = None
    """What the role is for, in a sentence."""
    duties: Many[Text] = ()
    """What the holder does, in the order of importance."""
    not_duties: Many[Text] = ()
    """What the holder leaves to others."""
    first_minutes: Many[Text] = ()
    """What to do on taking the role."""


class Roles(Model):
    """The roles that an incident may have."""

    roles: Annotated[dict[Id, Role], Field(min_length=1)]
    """The roles by id."""
