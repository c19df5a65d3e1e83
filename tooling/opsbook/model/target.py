"""Targets: what good looks like, as numbers that `metrics` can hold against the record."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from opsbook.model.kind import Id, Model, SeverityNames, Text, exactly_one
from opsbook.model.refusal import refuse
from opsbook.model.times import Duration


class Target(Model):
    """One number that we want to keep."""

    model_config = exactly_one("at_most", "at_least", "share_at_least", "count_at_most", "trend")

    metric: Literal[
        "time_to_detect",
        "time_to_acknowledge",
        "time_to_declare",
        "time_to_mitigate",
        "time_to_resolve",
        "time_between_failures",
        "incidents",
        "action_items_done",
        "pages_per_night",
    ]
    """What is measured."""
    why: Text | None = None
    """Why this number."""
    severity: SeverityNames = ()
    """For which levels; left out, for all."""
    critical_services: bool = False
    """Only for services marked `critical`."""
    statistic: Literal["mean", "median", "p90"] = "mean"
    """Which number stands for the many."""
    at_most: Duration | None = None
    """The longest that is good."""
    at_least: Duration | None = None
    """The shortest that is good."""
    share_at_least: Annotated[float, Field(gt=0, le=1)] | None = None
    """The smallest share that is good, from 0 to 1."""
    count_at_most: Annotated[int, Field(ge=0)] | None = None
    """The largest count that is good."""
    trend: Literal["falling", "rising"] | None = None
    """Where it should go from quarter to quarter."""

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        bounds = ("at_most", "at_least", "share_at_least", "count_at_most", "trend")
        if sum(getattr(self, bound) is not None for bound in bounds) != 1:
            raise refuse(
                "a target needs exactly one of `at_most`, `at_least`, `share_at_least`, "
                "`count_at_most` and `trend`"
            )
        return self


class Targets(Model):
    """The targets we hold ourselves to."""

    targets: dict[Id, Target]
    """The targets by id."""
