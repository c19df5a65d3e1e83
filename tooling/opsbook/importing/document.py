"""New records as text: ruamel.yaml writes what they say, in the layout that a person would give it."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from opsbook.book.kinds import kind

if TYPE_CHECKING:
    from ruamel.yaml import YAML

    from opsbook.importing.schedule import Record

_ROWS = frozenset({"versions", "windows", "covers", "timeline"})
"""Lists whose items stand in one line each."""
_ONE_LINE = frozenset({"accounts", "links", "impact", "roles", "services"})
_QUOTED = frozenset({"text", "from", "to"})
"""Keys of a row whose values are in double quotes, where they are no instants."""


def path(record: Record) -> str:
    """Where a record stands."""
    found = kind(record.kind).path(record.id)
    assert found is not None
    return found


def text(record: Record) -> str:
    """A record as YAML, with the line that tells an editor its schema."""
    where = path(record)
    up = "../" * where.count("/")
    out = io.StringIO()
    _yaml().dump(_laid_out(record.says), out)
    return f"# yaml-language-server: $schema={up}schemas/{record.kind}.json\n{out.getvalue()}"


def row(says: dict[str, Any]) -> str:
    """An item of a list in one line, as it stands between `- ` and the end of the line."""
    out = io.StringIO()
    _yaml().dump([_row(says)], out)
    return out.getvalue().removeprefix("  - ").removesuffix("\n")


@lru_cache(1)
def _yaml() -> YAML:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 1 << 30
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _laid_out(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return _row(value) if key in _ONE_LINE else _block(value)
    if isinstance(value, list):
        if key in _ROWS:
            return [_row(each) for each in value]
        return (
            [_laid_out(each) for each in value]
            if any(isinstance(each, dict) for each in value)
            else _flow(value)
        )
    return _scalar(value)


def _block(value: dict[str, Any]) -> Any:
    from ruamel.yaml.comments import CommentedMap

    return CommentedMap((key, _laid_out(each, key)) for key, each in value.items())


def _row(value: dict[str, Any]) -> Any:
    from ruamel.yaml.comments import CommentedMap

    found = CommentedMap((key, _cell(key, each)) for key, each in value.items())
    found.fa.set_flow_style()
    return found


def _cell(key: str, value: Any) -> Any:
    if isinstance(value, dict):
        return _row(value)
    if isinstance(value, list):
        return _flow(value)
    return (
        _quoted(value)
        if (key in _QUOTED and isinstance(value, str) and "T" not in value[:11]) or key == "text"
        else _scalar(value)
    )


def _flow(value: list[Any]) -> Any:
    from ruamel.yaml.comments import CommentedSeq

    found = CommentedSeq(_flow(each) if isinstance(each, list) else _scalar(each) for each in value)
    found.fa.set_flow_style()
    return found


def _scalar(value: Any) -> Any:
    """A word as it is, and whatever could be read as something else in double quotes."""
    return (
        _quoted(value)
        if isinstance(value, str) and ("\n" in value or '"' in value or "'" in value or ": " in value)
        else value
    )


def _quoted(value: str) -> Any:
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    return DoubleQuotedScalarString(value)
