"""Somebody vouches for something: a line in `policies/attestations.yaml`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from opsbook.authoring.change import Change, new
from opsbook.authoring.splice import Insert, edits, written
from opsbook.book.kinds import kind
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book

_MODELINE = "# yaml-language-server: $schema=../schemas/attestations.json\n"


def attested(
    book: Book, what: str, day: date, by: str, note: str | None = None, until: date | None = None
) -> Change:
    """The change that notes an attestation, after those that are there."""
    said = {"what": what, "day": f"{day}", "by": by}
    if until is not None:
        said["until"] = f"{until}"
    if note:
        said["note"] = " ".join(note.split())
    item, summary = written(said), f"attested: {what}"
    document = book.find("attestations", "attestations")
    if document is None:
        path = kind("attestations").place
        return Change(summary, (new(path, f"{_MODELINE}attestations:\n  - {item}\n"),))
    if not document.readable:
        raise UserError(*document.refusal)
    step = Insert(("attestations",), len(document.content.attestations), item)
    return Change(summary, edits(document, [step]))
