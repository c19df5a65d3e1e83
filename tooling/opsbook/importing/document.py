"""New records as text: ruamel.yaml writes what they say, in the layout that a person would give it.

Mappings that hold a sentence are blocks; a turn, a window and a cover are a line each, and so is an entry of
a timeline.
"""

from __future__ import annotations

import io
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from opsbook.authoring.entry import line
from opsbook.book.kinds import kind

if TYPE_CHECKING:
    from ruamel.yaml import YAML

    from opsbook.importing.schedule import Record

_ROWS = frozenset({"versions", "windows", "covers"})
"""Lists whose items stand in one line each."""
_ONE_LINE = frozenset({"accounts", "links"})
"""Mappings that stand in one line."""
_IN_QUOTES = re.compile(r"\d\d:\d\d\Z|.*(?:[\n\"']|: )", re.DOTALL)
"""Texts that stand in double quotes though YAML does not ask for them."""


def path(record: Record) -> str:
    """Where a record stands."""
    found = kind(record.kind).path(record.id)
    assert found is not None
    return found


def text(record: Record) -> str:
    """A record as YAML, with the line that tells an editor its schema."""
    up = "../" * path(record).count("/")
    out = io.StringIO()
    out.write(f"# yaml-language-server: $schema={up}schemas/{record.kind}.json\n")
    says = {key: value for key, value in record.says.items() if key != "timeline"}
    _yaml().dump(_block(says), out)
    if entries := record.says.get("timeline"):
        out.write("timeline:\n")
        out.writelines(f"  - {line(entry)}\n" for entry in entries)
    return out.getvalue()


@lru_cache(1)
def _yaml() -> YAML:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 1 << 30  # never folds a line
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _block(value: dict[str, Any]) -> Any:
    from ruamel.yaml.comments import CommentedMap

    return CommentedMap((key, _under(key, each)) for key, each in value.items())


def _under(key: str, value: Any) -> Any:
    """What stands under a key of a block."""
    if key in _ONE_LINE:
        return _flow(value)
    if key in _ROWS:
        return [_flow(each) for each in value]
    if isinstance(value, list) and all(isinstance(each, dict) for each in value):
        return [_block(each) for each in value]
    return _flow(value)


def _flow(value: Any) -> Any:
    """A value in one line."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    found: Any = value
    if isinstance(value, dict):
        found = CommentedMap((key, _flow(each)) for key, each in value.items())
        found.fa.set_flow_style()
    elif isinstance(value, list):
        found = CommentedSeq(map(_flow, value))
        found.fa.set_flow_style()
    elif isinstance(value, str) and _IN_QUOTES.match(value):
        found = DoubleQuotedScalarString(value)
    return found
