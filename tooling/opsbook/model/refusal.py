"""How a value is refused, in words to which the reader of a document gives a place.

pydantic is loaded by who refuses something: what only counts with instants and lengths needs none of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbook.text import shown

if TYPE_CHECKING:
    from pydantic_core import PydanticCustomError


def refuse(message: str, **found: object) -> PydanticCustomError:
    """An error whose message a person reads as it stands."""
    from pydantic_core import PydanticCustomError

    return PydanticCustomError("opsbook", message, {key: shown(text) for key, text in found.items()} or None)


def expected(what: str) -> PydanticCustomError:
    """An error that says what was found instead of this."""
    from pydantic_core import PydanticCustomError

    return PydanticCustomError("expected", "expected {expected}", {"expected": what})
