"""Plain data → a model, or sentences about what is wrong with it, each with its pointer."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any, NamedTuple

from pydantic import BaseModel, TypeAdapter, ValidationError

from opsbook.book.yaml import Pointer
from opsbook.model.kind import SOME


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
    return None, [_complaint(adapter, error) for error in errors]


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
    kind, context = error["type"], error.get("ctx") or {}
    if kind == "opsbook":
        return Complaint(pointer, "[key]" in error["loc"], error["msg"])
    if kind == "missing":
        return Complaint(pointer[:-1], True, f"`{pointer[-1]}` is missing", _about(adapter, pointer))
    if kind == "extra_forbidden":
        names = _fields(adapter, pointer[:-1])
        return Complaint(
            pointer, True, f"unknown key `{_short(pointer[-1])}`", _did_you_mean(pointer[-1], names),
            known=False,
        )  # fmt: skip
    found = _found(error.get("input"))
    if kind in ("literal_error", "enum"):
        wanted = [w.strip("'") for w in context["expected"].replace(" or ", ", ").split(", ")]
        message = f"found {found}, expected {_either(wanted)}"
        return Complaint(pointer, False, message, _did_you_mean(error.get("input"), wanted))
    if kind == "string_pattern_mismatch":
        return Complaint(pointer, "[key]" in error["loc"], *_mismatch(context["pattern"], found))
    expected = _EXPECTED.get(kind)
    if expected:
        return Complaint(pointer, False, f"found {found}, expected {expected}", _HINTS.get(kind, ""))
    bound = ", ".join(f"{name} {value}" for name, value in context.items() if name != "error")
    message = error["msg"][0].lower() + error["msg"][1:]
    return Complaint(pointer, False, f"found {found}: {message}", bound and "")


def _mismatch(pattern: str, found: str) -> tuple[str, str]:
    if pattern == SOME:
        return "empty, expected text", ""
    return f"{found} is no id", "ids are letters, digits, `-`, `_` and `.`"


_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "`true` or `false`",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "too_short": "at least one",
    "greater_than_equal": "a larger number",
    "less_than_equal": "a smaller number",
    "greater_than": "a larger number",
}
_HINTS = {
    "string_type": "put it in double quotes",
    "tuple_type": "write it as a list: `[one, two]`",
    "bool_type": "write `true` or `false` without quotes",
}


def _found(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, str):
        return f"`{_short(value)}`"
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, tuple | list):
        return "a list" if value else "an empty list"
    return f"the number `{value}`"


def _short(value: Any) -> str:
    text = str(value).replace("`", "'")
    return text if len(text) <= 60 else text[:59] + "…"


def _either(names: list[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _did_you_mean(found: Any, names: list[str]) -> str:
    near = nearest(str(found), names)
    return f"did you mean `{near}`?" if near else ""


def nearest(found: str, names: Any) -> str | None:
    """The name that was most likely meant; None where nothing is near."""
    by_lower = {name.lower(): name for name in sorted(names)}
    near = get_close_matches(found[:100].lower(), by_lower, 1, 0.7)
    return by_lower[near[0]] if near else None


def model_at(model: Any, pointer: Pointer) -> Any:
    """The model class that describes what stands at a pointer; None for plain values."""
    from typing import get_args, get_origin

    kind: Any = model
    for step in (*pointer, None):
        while get_origin(kind) is not None or not isinstance(kind, type):
            arguments = [a for a in get_args(kind) if a is not type(None)]
            if not arguments:
                return None
            if get_origin(kind) is dict:
                break
            kind = arguments[0]
        if step is None:
            return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None
        if get_origin(kind) is dict:
            kind = get_args(kind)[1]
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            field = next((f for f in kind.model_fields.items() if step in (f[0], f[1].alias)), None)
            if field is None:
                return None
            kind = field[1].annotation
    return None


def _fields(adapter: TypeAdapter[Any], pointer: Pointer) -> list[str]:
    model = model_at(adapter._type, pointer)
    if model is None:
        return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _about(adapter: TypeAdapter[Any], pointer: Pointer) -> str:
    from opsbook.schemas import description

    model = model_at(adapter._type, pointer[:-1])
    return description(model, str(pointer[-1])) if model else ""
