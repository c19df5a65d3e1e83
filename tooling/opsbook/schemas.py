"""Kind → JSON Schema (2020-12), for editors and for tools that know no Python.

A field's description is the docstring under it in the model, taken from the source when a schema
is made or an error is shown, so that no command pays for it at start.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import json
from functools import cache
from typing import Any

from pydantic import BaseModel, TypeAdapter

from opsbook.book.kinds import KINDS, Kind
from opsbook.model.kind import FrontMatter
from opsbook.model.settings import Settings


@cache
def field_docs(model: type[BaseModel]) -> dict[str, str]:
    """The docstring under each field of a model, by the name written in YAML."""
    found: dict[str, str] = {}
    for parent in reversed(model.__mro__):
        if issubclass(parent, BaseModel) and parent is not BaseModel:
            found |= _own_docs(parent)
    return {(field.alias or name): found[name] for name, field in model.model_fields.items() if name in found}


def _own_docs(model: type[BaseModel]) -> dict[str, str]:
    module = ast.parse(inspect.getsource(inspect.getmodule(model)))  # type: ignore[arg-type]
    body = next((n.body for n in module.body if isinstance(n, ast.ClassDef) and n.name == model.__name__), [])
    found = {}
    for field, doc in itertools.pairwise(body):
        if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)):
            continue
        if isinstance(doc, ast.Expr) and isinstance(doc.value, ast.Constant):
            found[field.target.id] = inspect.cleandoc(str(doc.value.value)).replace("\n", " ")
    return found


def description(model: type[BaseModel], field: str) -> str:
    """What a field means, in one sentence, as its author wrote it."""
    return field_docs(model).get(field, "")


def _models(kind: Any, seen: set[type[BaseModel]]) -> None:
    from typing import get_args

    if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in seen:
        seen.add(kind)
        for field in kind.model_fields.values():
            _models(field.annotation, seen)
    for argument in get_args(kind):
        _models(argument, seen)


def schema(kind: Kind) -> dict[str, Any]:
    """The JSON Schema of a kind of record; of a page's front matter for Markdown."""
    return _schema(kind.model, kind.name)


def _schema(model: Any, name: str) -> dict[str, Any]:
    raw = TypeAdapter(model).json_schema(mode="validation")
    seen: set[type[BaseModel]] = set()
    _models(model, seen)
    by_name = {each.__name__: each for each in seen}
    described = {name: _described(definition, by_name) for name, definition in raw.pop("$defs", {}).items()}
    top = _described(raw, by_name)
    top["title"] = name
    if "properties" in top and not issubclass(model, FrontMatter):
        top["properties"]["schema"] = {"const": 1, "description": "The version of this format; left out, 1."}
    if described:
        top["$defs"] = described
    _close_mappings(top)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **top}


def _described(definition: dict[str, Any], models: dict[str, type[BaseModel]]) -> dict[str, Any]:
    model = models.get(definition.get("title", ""))
    if model and "properties" in definition:
        docs = field_docs(model)
        for key, value in definition["properties"].items():
            value.pop("title", None)
            if key in docs:
                value["description"] = docs[key]
        if not issubclass(model, FrontMatter):
            definition["patternProperties"] = {"^x-": {}}
            definition["additionalProperties"] = False
    return definition


def _close_mappings(node: Any) -> None:
    """Where keys have a pattern, a key that does not match is refused."""
    if isinstance(node, dict):
        if "patternProperties" in node and "properties" not in node:
            node["additionalProperties"] = False
        for child in node.values():
            _close_mappings(child)
    elif isinstance(node, list):
        for child in node:
            _close_mappings(child)


def all_schemas() -> dict[str, str]:
    """Every schema as text by file name."""
    found = {f"{kind.name}.json": schema(kind) for kind in KINDS if kind.model}
    found["settings.json"] = _schema(Settings, "settings")
    return {name: json.dumps(content, indent=2, ensure_ascii=False) + "\n" for name, content in found.items()}
