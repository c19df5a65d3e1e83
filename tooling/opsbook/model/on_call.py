"""On call: the limits a team holds itself to when somebody carries the phone."""

from typing import Annotated, Literal

from pydantic import Field

from opsbook.model.kind import Many, Model, Text
from opsbook.model.times import Duration, TimeOfDay

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Night(Model):
    """The hours of sleep, on the clock of wherever a person lives."""

    start: Annotated[TimeOfDay, Field(alias="from")]
    """When the night begins."""
    end: Annotated[TimeOfDay, Field(alias="to")]
    """When it ends; at or before `from` it is the next morning."""


class OnCall(Model):
    """What we ask of whoever is on call, and what we do not."""

    description: Text | None = None
    """What these limits are for."""
    night: Night
    """The hours of sleep, on each person's own clock."""
    weekend: Annotated[Many[Weekday], Field(min_length=1)]
    """The days of the weekend, on each person's own clock."""
    notice: Duration | None = None
    """How long before it begins somebody must know of a shift that a change gives them."""
    rest_after_night_page: Duration | None = None
    """The rest that is owed after a page at night."""
    turn_at_most: Duration | None = None
    """The longest turn that is wise."""
    weeks_in_a_row: Annotated[int, Field(ge=1)] | None = None
    """How many weeks in a row somebody may be on call in one rotation."""
    hours_in_a_row: Duration | None = None
    """How long somebody may be on call without a break, over all rotations; a week of turns is `168h`."""
    share_tolerance: Annotated[float, Field(ge=0, le=10)] | None = None
    """How much more than a fair share somebody may have: 0.25 is a quarter more."""
