"""Who refers to whom: every id that a document names, with its place.

The model's fields say which texts are ids, and of what (`Ref`); nothing is listed twice. Each model
becomes a walk once; a walk appends to one list and keeps its way back as a chain, since most
references lead somewhere and nobody asks where they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, RootModel

from opsbook.model.kind import Ref

if TYPE_CHECKING:
    from opsbook.text import Pointer

Trail = tuple[Any, str | int] | None
"""The way to a value: the trail to what holds it, and the last step."""


class Reference(NamedTuple):
    """An id somebody wrote: of one of these kinds; `on_key` where it is a key."""

    kinds: tuple[str, ...]
    id: str
    trail: Trail
    on_key: bool

    @property
    def pointer(self) -> Pointer:
        """Where it stands in the document."""
        steps: list[str | int] = []
        trail = self.trail
        while trail is not None:
            steps.append(trail[1])
            trail = trail[0]
        return tuple(reversed(steps))


Found = tuple[tuple[str, ...], str, Trail, bool]
"""What a `Reference` is made of: most lead somewhere, and nobody asks more of them."""
Walk = Callable[[Any, Trail, list[Found]], None]


def references(
    content: Any, leads_somewhere: Callable[[tuple[str, ...], str], bool] | None = None
) -> list[Reference]:
    """Every reference in a document's content, in order of the model's fields; but for those that lead
    somewhere, where that is given."""
    found = _found(content)
    if leads_somewhere is None:
        return [Reference(*each) for each in found]
    lost = {each for each in {each[:2] for each in found} if not leads_somewhere(*each)}
    return [Reference(*each) for each in found if each[:2] in lost] if lost else []


def mentioned(content: Any) -> Iterable[tuple[tuple[str, ...], str]]:
    """What a document's content refers to, each once, in order of the model's fields: the kinds of which it
    may be, and its id."""
    return dict.fromkeys([each[:2] for each in _found(content)])


def _found(content: Any) -> list[Found]:
    found: list[Found] = []
    walk = _model(type(content)) if isinstance(content, BaseModel) else None
    if walk:
        walk(content, None, found)
    return found


@cache
def _model(model: type[BaseModel]) -> Walk | None:
    fields: list[tuple[str, str, Walk]] = []
    for name, field in model.model_fields.items():
        walk = _walk(Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation)
        if walk:
            fields.append((name, field.alias or name, walk))
    if not fields:
        return None
    if issubclass(model, RootModel):
        return lambda value, trail, found: fields[0][2](value.root, trail, found)

    def walk_fields(value: Any, trail: Trail, found: list[Found]) -> None:
        content = value.__dict__
        for name, key, inner in fields:
            child = content[name]
            if child:
                inner(child, (trail, key), found)

    return walk_fields


def _walk(annotation: Any) -> Walk | None:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        kinds = _kinds(annotation)
        return _leaf(kinds) if kinds else _walk(arguments[0])
    if origin in (Union, UnionType):
        inner = [walk for a in arguments if a is not NoneType and (walk := _walk(a))]
        return inner[0] if inner else None
    if origin is tuple:
        return _items(_walk(arguments[0]))
    if origin is dict:
        return _entries(_kinds(arguments[0]), _walk(arguments[1]))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _model(annotation)
    return None


def _kinds(annotation: Any) -> tuple[str, ...]:
    """The kinds that a text may name; none for any other type."""
    marks = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    return next((mark.kinds for mark in marks if isinstance(mark, Ref)), ())


def _leaf(kinds: tuple[str, ...]) -> Walk:
    def walk(value: Any, trail: Trail, found: list[Found]) -> None:
        found.append((kinds, value, trail, False))

    return walk


def _items(inner: Walk | None) -> Walk | None:
    if inner is None:
        return None

    def walk(value: Any, trail: Trail, found: list[Found]) -> None:
        for index, item in enumerate(value):
            inner(item, (trail, index), found)

    return walk


def _entries(kinds: tuple[str, ...], inner: Walk | None) -> Walk | None:
    if not kinds and inner is None:
        return None

    def walk(value: Any, trail: Trail, found: list[Found]) -> None:
        for name, child in value.items():
            if kinds:
                found.append((kinds, name, (trail, name), True))
            if inner and child:
                inner(child, (trail, name), found)

    return walk
