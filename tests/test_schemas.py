"""The JSON Schemas accept every record that is well, refuse what opsbook refuses, and explain every key."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from opsbook.book import yaml
from opsbook.book.document import Document
from opsbook.book.kinds import KINDS, Kind
from opsbook.book.load import load
from opsbook.book.validate import complaints
from opsbook.cli.main import run
from opsbook.schemas import all_schemas

ROOT = Path(__file__).parents[1]
HEALTHY = ROOT / "tests/books/healthy"
SCHEMAS = {name.removesuffix(".json"): json.loads(text) for name, text in all_schemas().items()}
RECORDS = [each for each in KINDS if each.model]

BEYOND = {
    ("rotation", ("- timezone",)): "each layer may have a clock of its own",
    ("rotation", ("timezone", "= None")): "the same",
}
"""What opsbook refuses and a schema cannot, and why."""


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(SCHEMAS[name])


def documents(root: Path, each: Kind) -> list[Document[Any]]:
    found = list(load(root).documents(each.name))
    assert all(document.readable for document in found)
    return found


def data(document: Document[Any]) -> Any:
    """What a record or its front matter says, as JSON has it."""
    text = document.source.text
    if document.kind.markdown:
        text = text[slice(*document.front.span)] if document.front else "{}"
    return as_json(yaml.read(text).data)


def as_json(value: Any) -> Any:
    if isinstance(value, tuple):
        return [as_json(item) for item in value]
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    return value


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one_of_2020_12(name: str) -> None:
    assert SCHEMAS[name]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_is_explained_to_who_writes_it(name: str) -> None:
    assert [where for where, said in explained(SCHEMAS[name], name) if not said.strip()] == []


def explained(node: Any, where: str) -> Iterator[tuple[str, str]]:
    """Every key of a schema and what it says of it; conditions repeat keys and explain nothing."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from explained(item, f"{where}/{index}")
    elif isinstance(node, dict):
        for key, value in node.get("properties", {}).items():
            yield f"{where}/{key}", value.get("description", "")
        for key, value in node.items():
            if key not in ("if", "then", "not", "oneOf"):
                yield from explained(value, f"{where}/{key}")


@pytest.mark.parametrize("root", [ROOT, HEALTHY], ids=["example", "healthy"])
@pytest.mark.parametrize("each", RECORDS, ids=lambda each: each.name)
def test_a_record_that_is_well_is_accepted(root: Path, each: Kind) -> None:
    accepts = validator(each.name)
    for document in documents(root, each):
        wrong = [f"{error.json_path}: {error.message}" for error in accepts.iter_errors(data(document))]
        assert (document.path, wrong) == (document.path, [])


def test_the_settings_of_books_are_accepted() -> None:
    accepts = validator("settings")
    accepts.validate(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["opsbook"])
    accepts.validate(tomllib.loads((HEALTHY / "opsbook.toml").read_text(encoding="utf-8")))
    assert not accepts.is_valid({"timezone": "Europe/Berlin", "profil": "strict"})


def test_the_format_may_be_named_and_only_this_one() -> None:
    person = {"name": "Ana Ruiz", "timezone": "Europe/Berlin"}
    assert validator("person").is_valid({"schema": 1, "x-desk": 4, **person})
    assert not validator("person").is_valid({"schema": 2, **person})


@pytest.mark.parametrize("each", RECORDS, ids=lambda each: each.name)
def test_a_record_changed_in_one_place_is_judged_as_opsbook_judges_it(each: Kind) -> None:
    document = [*documents(HEALTHY, each), *documents(ROOT, each)][0]
    accepts = validator(each.name)
    judged = {True: 0, False: 0}
    for where, changed in changes(data(document)):
        well = not complaints(each.adapter, changed)[1]
        judged[well] += 1
        if (each.name, where) not in BEYOND:
            assert (where, accepts.is_valid(changed)) == (where, well)
    assert judged[False] > 4


def changes(value: Any, where: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """The value with one thing changed: a key left out or too many, or another sort of value."""
    for other in ("", "a b", 7, True, [], [[]], {}, None):
        if other != value:
            yield (*where, f"= {other!r}"), other
    if isinstance(value, dict):
        yield (*where, "+ titel"), {**value, "titel": 7}
        for key in value:
            yield (*where, f"- {key}"), {name: item for name, item in value.items() if name != key}
            for below, changed in changes(value[key], (*where, key)):
                yield below, {**value, key: changed}
    elif isinstance(value, list):
        for index, item in enumerate(value):
            for below, changed in changes(item, (*where, index)):
                yield below, [*value[:index], changed, *value[index + 1 :]]


def test_the_schemas_of_this_repository_are_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert (run(["-C", str(ROOT), "schema", "write", "--check"]), capsys.readouterr().err) == (0, "")
