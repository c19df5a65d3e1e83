"""Who is who: the people of an export as the people of the book.

In this order: what `--person` and `--people` say; an account of a person that is the id or the login
there; a person whose id is the login or the part of an address before the `@`; a person of the same name.
Whoever is none of them becomes a new person, with what the export knows of them; addresses stay out of
the book.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.importing.words import free, line, slug

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.model.directory import Person


class Someone(NamedTuple):
    """Somebody as an export names them."""

    id: str | None = None
    name: str | None = None
    login: str | None = None
    """A user name or an e-mail address."""
    zone: ZoneInfo | None = None

    @property
    def names(self) -> list[str]:
        """Every way in which the export names them, the surest first."""
        before_at = self.login.partition("@")[0] if self.login else None
        return [each for each in (self.id, self.login, before_at, self.name) if each]

    def __str__(self) -> str:
        return self.name or self.login or self.id or "somebody"


class People:
    """The people of the book, and those who become new ones."""

    def __init__(
        self, known: Mapping[str, Person], given: Mapping[str, str], taken: Collection[str] = ()
    ) -> None:
        self._known = {*known, *taken}
        self._given = {key.casefold(): id for key, id in given.items()}
        self._accounts = {
            value.casefold(): id for id, person in known.items() for value in person.accounts.values()
        }
        self._ids = {id.casefold(): id for id in known}
        self._by_name = _once((person.name.casefold(), id) for id, person in known.items())
        self.new: dict[str, Someone] = {}
        """People that are not in the book yet, by the id that they get."""
        self.met: dict[Someone, str] = {}
        """Everybody that was asked for, and who they are here; an empty text is nobody."""

    def seat(self, someone: Someone) -> tuple[str, ...]:
        """Who somebody of the export is in the book; nobody where the command line says so."""
        if someone not in self.met:
            found = self.known(someone)
            self.met[someone] = self._added(someone) if found is None else found
        return (self.met[someone],) if self.met[someone] else ()

    def known(self, someone: Someone) -> str | None:
        """Who they are in the book or by the command line; None where neither says."""
        names = [name.casefold() for name in someone.names]
        for name in names:
            given = self._given.get(name)
            if given is not None:
                if given and given not in self._known:
                    self.new.setdefault(given, someone)
                return given
        before = next((id for other, id in self.met.items() if someone.id and other.id == someone.id), None)
        if before is not None:
            return before
        for table in (self._accounts, self._ids):
            for name in names:
                if name in table:
                    return table[name]
        return self._by_name.get((someone.name or "").casefold())

    def _added(self, someone: Someone) -> str:
        readable = someone.name or (someone.login or "").partition("@")[0] or someone.id or ""
        id = free(slug(readable, slug(someone.id or "", "person")), {*self._known, *self.new})
        self.new[id] = someone
        return id

    def stub(self, id: str, zone: ZoneInfo) -> dict[str, Any]:
        """The record of a new person; where the export does not know where they live, in this zone."""
        someone = self.new[id]
        found: dict[str, Any] = {"name": line(str(someone).partition("@")[0]) or id}
        found["timezone"] = (someone.zone or zone).key
        if someone.id:
            found["accounts"] = {"pager": line(someone.id)}
        if someone.zone is None:
            found["x-assumed-timezone"] = True
        return found


def _once(pairs: Any) -> dict[str, str]:
    """A table without the keys that come more than once."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for key, value in pairs:
        if key in found:
            twice.add(key)
        found[key] = value
    return {key: value for key, value in found.items() if key not in twice}
