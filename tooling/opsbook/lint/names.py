"""What to say of a name that leads nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from opsbook.book.references import Reference, references
from opsbook.diagnostics import Finding
from opsbook.edits import Edit, Fix

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book


def unknown(document: Document[Any], book: Book) -> Iterator[tuple[Reference, Finding]]:
    """The references of a document that lead nowhere, each with what to say of it."""
    for reference in references(document.content, book.leads_somewhere):
        place = document.key_at if reference.on_key else document.at
        message = f"no {' or '.join(reference.kinds)} `{reference.id}`"
        location, name = place(*reference.pointer), _meant_by_alias(reference, book)
        if name and location.text == reference.id and name[0].isalpha():
            fix = Fix(f"write `{name}`", (Edit(location, name),))
            yield reference, Finding(location, message, f"an alias: write `{name}`", fix=fix)
        else:
            yield reference, Finding(location, message, _hint(reference, book))


def _meant_by_alias(reference: Reference, book: Book) -> str | None:
    """The severity that the policy calls so as well."""
    if "severity" not in reference.kinds:
        return None
    aliases = {
        alias.lower(): name for name, level in book.severities.levels.items() for alias in level.aliases
    }
    return aliases.get(reference.id.lower())


def _hint(reference: Reference, book: Book) -> str:
    from opsbook.book.validate import nearest

    near = nearest(reference.id, {name for kind in reference.kinds for name in book.names(kind)})
    if near:
        return f"did you mean `{near}`?"
    if reference.kinds[0] in ("severity", "role"):
        return f"known: {', '.join(f'`{name}`' for name in book.names(reference.kinds[0]))}"
    return f"`opsbook new {reference.kinds[0]} {reference.id}` begins one, or mend the name"
