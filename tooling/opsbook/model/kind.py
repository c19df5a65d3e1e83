"""What every model has in common: frozen, strict, unknown keys refused; and references.

Validation is strict: no text is ever read as a number, no number as text. A docstring under a
field is its description in the JSON Schema and in the editor. Modules of models do without
`from __future__ import annotations`: pydantic would have to compile each annotation in every command.
"""

from itertools import combinations
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict


class Model(BaseModel):
    """A part of a document."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        defer_build=True,
        populate_by_name=False,
        allow_inf_nan=False,
        serialize_by_alias=True,
    )


def exactly_one(*names: str) -> ConfigDict:
    """In the JSON Schema: one of these keys has a value, and only one."""
    return ConfigDict(json_schema_extra={"oneOf": [_given(name) for name in names]})


def not_together(*names: str) -> ConfigDict:
    """In the JSON Schema: no two of these keys have a value."""
    pairs = [_given(*pair) for pair in combinations(names, 2)]
    return ConfigDict(json_schema_extra={"not": {"anyOf": pairs}})


def needs(*cases: tuple[str, str, str]) -> ConfigDict:
    """In the JSON Schema: `("status", "done", "done_on")`, with that value of the first key, the
    second one has a value."""
    rules: list[Any] = [
        {"if": {"properties": {key: {"const": value}}, "required": [key]}, "then": _given(other)}
        for key, value, other in cases
    ]
    return ConfigDict(json_schema_extra={"allOf": rules})


def _given(*names: str) -> Any:
    """In the JSON Schema: these keys are there, and hold more than nothing."""
    return {"required": list(names), "properties": {name: {"not": {"type": "null"}} for name in names}}


class FrontMatter(Model):
    """Front matter of a page: keys that belong to site generators pass."""

    model_config = ConfigDict(extra="ignore")


class Ref:
    """Marks a field as the id of a record of one of these kinds."""

    __slots__ = ("kinds",)

    def __init__(self, *kinds: str) -> None:
        self.kinds = kinds

    def __repr__(self) -> str:
        return f"Ref{self.kinds!r}"


def _one_or_many(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


ID = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
SOME = r"\S"
Id = Annotated[str, Field(pattern=ID)]
Text = Annotated[str, Field(pattern=SOME)]
"""Text that says something."""
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
"""A country, or a part of one: ISO 3166, `DE` or `DE-BE`."""
Visibility = Literal["public", "internal", "restricted"]

T = TypeVar("T")
Many = Annotated[tuple[T, ...], Strict(False)]
"""A list in YAML; its items are as strict as anything else."""

PersonId = Annotated[Id, Ref("person")]
TeamId = Annotated[Id, Ref("team")]
ServiceId = Annotated[Id, Ref("service")]
IncidentId = Annotated[Id, Ref("incident")]
RunbookId = Annotated[Id, Ref("runbook")]
RotationId = Annotated[Id, Ref("rotation")]
EscalationId = Annotated[Id, Ref("escalation")]
HolidaysId = Annotated[Id, Ref("holidays")]
SeverityName = Annotated[Id, Ref("severity")]
RoleName = Annotated[Id, Ref("role")]
OwnerId = Annotated[Id, Ref("person", "team")]
"""A person or a team."""

People = Annotated[
    Many[PersonId],
    BeforeValidator(_one_or_many, json_schema_input_type=PersonId | list[PersonId]),
]
"""One person, or a list of people."""

SeverityNames = Annotated[
    Many[SeverityName],
    BeforeValidator(_one_or_many, json_schema_input_type=SeverityName | list[SeverityName]),
]
"""One severity, or a list of them."""
