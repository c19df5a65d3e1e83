"""Rotations: layers of people who take turns, and overrides that change a stretch of them."""

import itertools
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from opsbook.model.kind import HolidaysId, Many, Model, PersonId, RotationId, TeamId, Text, exactly_one
from opsbook.model.refusal import refuse
from opsbook.model.times import Instant, TimeOfDay, TurnLength, WallTime, Zone

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"]


def _seats(value: Any) -> Any:
    if not isinstance(value, tuple | list):
        return value
    return tuple((seat,) if isinstance(seat, str) else seat for seat in value)


Members = Annotated[
    Many[Many[PersonId]],
    BeforeValidator(_seats, json_schema_input_type=list[PersonId | list[PersonId]]),
]
"""Who takes turns, in order; a list inside is several people at once."""


class Window(Model):
    """A stretch of some days; it belongs to the day it begins on."""

    days: Annotated[Many[Day], Field(min_length=1)]
    """The days it begins on; `holiday` stands for a day of the holidays in place of its weekday."""
    start: Annotated[TimeOfDay, Field(alias="from")]
    """When it begins."""
    end: Annotated[TimeOfDay, Field(alias="to")]
    """When it ends; at or before `from` it is the next day's, equal times are 24 hours."""


class Version(Model):
    """Who takes turns from a wall time on; never edited once it has begun."""

    starts: WallTime
    """When it begins, on the layer's clock; the first member is on then."""
    every: TurnLength | None = None
    """How long a turn lasts: `1w`, `12h`, `1 shift`, `1 month`; left out, the first member stays on."""
    members: Members
    """Who takes turns, in order; `[]` ends the roster."""


_IN_SHIFTS: Any = {"properties": {"every": {"type": "string", "pattern": "shifts?$"}}, "required": ["every"]}


class Layer(Model):
    """People taking turns in the same hours."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"versions": {"contains": _IN_SHIFTS}}},
            "then": {"required": ["windows"], "properties": {"windows": {"not": {"type": "null"}}}},
        }
    )

    name: Text
    """What the team calls it."""
    timezone: Zone | None = None
    """Its clock; left out, the rotation's."""
    holidays: HolidaysId | None = None
    """Its holidays; left out, the rotation's."""
    windows: Annotated[Many[Window], Field(min_length=1)] | None = None
    """The hours it covers; left out, always."""
    versions: Annotated[Many[Version], Field(min_length=1)]
    """Who takes turns, one version after another."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        starts = [version.starts for version in self.versions]
        if any(later <= earlier for earlier, later in itertools.pairwise(starts)):
            raise refuse("`versions` out of order: each must start after the one before it")
        if self.windows is None and any(version.every and version.every.shifts for version in self.versions):
            raise refuse("a turn counted in shifts needs `windows`: write how long it lasts, such as `1w`")
        return self


class Rotation(Model):
    """Who is on call, as rules; a later layer wins where it has somebody on."""

    model_config = exactly_one("layers", "follows")

    description: Text | None = None
    """What the rotation is for."""
    team: TeamId | None = None
    """Whose rotation it is."""
    timezone: Zone | None = None
    """The clock of its layers."""
    holidays: HolidaysId | None = None
    """The holidays of its layers."""
    nights: bool = True
    """Whether anybody may be on call in the night of wherever they live; `false` promises that nobody is."""
    layers: Annotated[Many[Layer], Field(min_length=1)] = ()
    """The layers, the lowest first."""
    follows: RotationId | None = None
    """Another rotation whose turns this one repeats, in place of layers."""
    offset: int | None = None
    """How many turns later: with 1, who is on there next is on here now."""

    @model_validator(mode="after")
    def _layers_or_follows(self) -> Self:
        if bool(self.layers) == (self.follows is not None):
            raise refuse("a rotation needs either `layers` or `follows`")
        if self.layers and self.timezone is None:
            for layer in self.layers:
                if layer.timezone is None:
                    raise refuse(
                        "layer `{name}` has no clock: add `timezone` to it or to the rotation",
                        name=layer.name,
                    )
        if self.follows is None and self.offset is not None:
            raise refuse("`offset` goes with `follows`")
        return self


class Cover(Model):
    """A stretch of a rotation with other people on."""

    start: Annotated[Instant, Field(alias="from")]
    """When it begins."""
    end: Annotated[Instant, Field(alias="to")]
    """When it ends; the instant itself is no longer covered."""
    on: Many[PersonId]
    """Who is on; `[]` removes."""
    instead_of: Many[PersonId] | None = None
    """Whom they replace; left out, everybody; `[]` adds."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end <= self.start:
            raise refuse("`to` is not after `from`")
        return self


class Handoff(Model):
    """Somebody took over a rotation, and said so."""

    rotation: RotationId
    """The rotation that was handed over."""
    at: Instant
    """When the turn begins, by the rota."""
    by: PersonId
    """Who took over."""
    acknowledged: Instant
    """When they said so."""
    note: Text | None = None
    """What was agreed on in the call."""


class Override(Model):
    """A swap, a cover or a freeze."""

    rotation: RotationId
    """The rotation that it changes."""
    reason: Text
    """Why, for whoever asks later."""
    covers: Annotated[Many[Cover], Field(min_length=1)]
    """The stretches that it changes."""
