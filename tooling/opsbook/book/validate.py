"""Plain data → a model, or sentences about what is wrong with it, each with its pointer."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, RootModel, TypeAdapter, ValidationError

from opsbook.book.subset import MAX_PROBLEMS
from opsbook.model.kind import SOME
from opsbook.text import Pointer, shown


class Complaint(NamedTuple):
    """Something wrong with a value: where in the document, what, and how to mend it."""

    pointer: Pointer
    on_key: bool
    message: str
    hint: str = ""
    known: bool = True
    """False for an unknown key, which a newer opsbook may know."""


def complaints(model: Any, data: Any) -> tuple[Any, list[Complaint]]:
    """The validated content and no complaint, or None and everything that is wrong."""
    adapter = model if isinstance(model, TypeAdapter) else TypeAdapter(model)
    try:
        return adapter.validate_python(data), []
    except ValidationError as error:
        errors = error.errors(include_url=False)
    own = [e for e in errors if e["type"] == "extra_forbidden" and str(e["loc"][-1]).startswith("x-")]
    if own:
        return complaints(adapter, _without(data, [e["loc"] for e in own]))
    told = [error for error in errors if error["type"] != "too_short" or not error["input"]]
    return None, [_complaint(adapter, error) for error in told[:MAX_PROBLEMS]]


def _without(data: Any, locations: list[tuple[Any, ...]]) -> Any:
    """The data without the keys at these places: the keys that belong to the user."""
    if not locations:
        return data
    here = {loc[0] for loc in locations if len(loc) == 1}
    below: dict[Any, list[tuple[Any, ...]]] = {}
    for loc in locations:
        if len(loc) > 1:
            below.setdefault(loc[0], []).append(loc[1:])
    if isinstance(data, dict):
        return {k: _without(v, below.get(k, [])) for k, v in data.items() if k not in here}
    return tuple(_without(v, below.get(n, [])) for n, v in enumerate(data))


def _complaint(adapter: TypeAdapter[Any], error: Any) -> Complaint:
    pointer = tuple(step for step in error["loc"] if step != "[key]")
    on_key = "[key]" in error["loc"]
    kind, context, value = error["type"], error.get("ctx") or {}, error["input"]
    if kind == "opsbook":
        return Complaint(pointer, on_key or isinstance(value, dict), error["msg"])
    if kind == "missing":
        return Complaint(pointer[:-1], True, f"`{pointer[-1]}` is missing", _about(adapter, pointer))
    if kind == "extra_forbidden":
        fields = _fields(adapter, pointer[:-1])
        hint = (
            _did_you_mean(pointer[-1], fields) or f"known here: {', '.join(f'`{name}`' for name in fields)}"
        )
        return Complaint(pointer, True, f"unknown key `{shown(pointer[-1])}`", hint, known=False)
    if kind == "string_pattern_mismatch":
        return Complaint(pointer, on_key, *_mismatch(context["pattern"], found(value)))
    if kind == "literal_error":
        names = [name.strip("'") for name in context["expected"].replace(" or ", ", ").split(", ")]
        message = f"found {found(value)}, expected {_either(names)}"
        return Complaint(pointer, on_key, message, _did_you_mean(value, names))
    expected = context["expected"] if kind == "expected" else _expected(kind, context)
    return Complaint(pointer, on_key, f"found {found(value)}, expected {expected}", _hint(kind, value))


def _expected(kind: str, context: dict[str, Any]) -> str:
    return _EXPECTED.get(kind, "another value").format(**context)


def _mismatch(pattern: str, shown: str) -> tuple[str, str]:
    if pattern == SOME:
        return "empty, expected text", ""
    return f"{shown} is no id", "ids are letters, digits, `-`, `_` and `.`"


_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "`true` or `false`",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "too_short": "at least one",
    "finite_number": "a finite number",
    "greater_than_equal": "at least {ge:g}",
    "less_than_equal": "at most {le:g}",
    "greater_than": "more than {gt:g}",
}
"""What each of pydantic's errors asks for."""


def _hint(kind: str, value: Any) -> str:
    if kind == "string_type" and isinstance(value, int | float):
        return "put it in double quotes"
    if kind == "tuple_type" and isinstance(value, str):
        return "write it as a list: `[one, two]`"
    if kind == "bool_type" and isinstance(value, str):
        return "write `true` or `false` without quotes"
    return ""


def found(value: Any) -> str:
    """A value as a message says it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, str):
        return f"`{shown(value)}`"
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, tuple | list):
        return "a list" if value else "an empty list"
    return f"the number `{shown(value)}`" if isinstance(value, int | float) else f"`{shown(value)}`"


def _either(names: list[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _did_you_mean(word: Any, names: list[str]) -> str:
    near = nearest(str(word), names)
    return f"did you mean `{near}`?" if near else ""


def nearest(word: str, names: Any) -> str | None:
    """The name that was most likely meant; None where nothing is near, or two names are equally so: of
    `SEV9` nobody knows which of the levels it was to be."""
    from difflib import SequenceMatcher, get_close_matches

    by_lower = {name.lower(): name for name in sorted(names)}
    alike = 0.7 if len(word) > 4 else 0.6  # two letters swapped in a short name
    said = word[:100].lower()
    near = get_close_matches(said, by_lower, 2, alike)
    if len(near) == 2 and len({SequenceMatcher(None, each, said).ratio() for each in near}) == 1:
        return None
    return by_lower[near[0]] if near else None


def model_at(model: Any, pointer: Pointer) -> type[BaseModel] | None:
    """The model class that describes what stands at a pointer; None for plain values."""
    kind = _bare(model)
    for step in pointer:
        if get_origin(kind) in (tuple, dict):
            kind = get_args(kind)[0 if get_origin(kind) is tuple else 1]
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            fields = kind.model_fields.items()
            kind = next((field.annotation for name, field in fields if step in (name, field.alias)), None)
        kind = _bare(kind)
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _bare(kind: Any) -> Any:
    """A type without what stands around it: notes, `None`, a root."""
    while get_origin(kind) in (Annotated, Union, UnionType):
        kind = next(each for each in get_args(kind) if each is not NoneType)
    if isinstance(kind, type) and issubclass(kind, RootModel):
        return _bare(kind.model_fields["root"].annotation)
    return kind


def _fields(adapter: TypeAdapter[Any], pointer: Pointer) -> list[str]:
    model = model_at(adapter._type, pointer)
    if model is None:
        return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _about(adapter: TypeAdapter[Any], pointer: Pointer) -> str:
    from opsbook.schemas import description

    model = model_at(adapter._type, pointer[:-1])
    return description(model, str(pointer[-1])) if model else ""
