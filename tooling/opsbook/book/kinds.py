"""The kinds of record, and where each stands: this table is the layout of a book.

A model is named, not imported: a command that reads no rotation does not pay for its model.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pydantic import TypeAdapter

FOLDERS = ("incidents", "policies", "rotations", "runbooks")
"""The folders of a book; nothing else is read."""


class Kind:
    """A sort of record: what it is called, where it stands, and the model of what it says."""

    def __init__(self, name: str, place: str, model: str | None, folder_says: str = "") -> None:
        self.name = name
        self.place = place
        self.says = folder_says
        self._model = model
        before, brace, after = place.partition("{id}")
        self._before = before.replace("{year}/", "").replace("**/", "")
        self._after = after
        self.folder = self._before.rstrip("/") or place.rpartition("/")[0]
        """Where its records are looked for."""
        self.single = not brace
        """There is one such record in a book, at its place."""
        self.nested = "**" in place
        """Its records may stand in folders of their own choice."""
        self.yearly = "{year}" in place
        self.markdown = place.endswith(".md")

    def __repr__(self) -> str:
        return f"Kind({self.name})"

    def __reduce__(self) -> str | tuple[object, ...]:
        return kind, (self.name,)

    @cached_property
    def model(self) -> type | None:
        """The pydantic model of its content; None for plain text."""
        if self._model is None:
            return None
        module, _, name = self._model.partition(":")
        found: type = getattr(import_module(f"opsbook.model.{module}"), name)
        return found

    @cached_property
    def keys(self) -> frozenset[str]:
        """Every key that a record may have at its top, other names of a key included."""
        fields: dict[str, Any] = getattr(self.model, "model_fields", {})
        return frozenset(
            name
            for field, info in fields.items()
            for name in (getattr(info.validation_alias, "choices", None) or [info.alias or field])
        )

    @cached_property
    def adapter(self) -> TypeAdapter[object]:
        from pydantic import TypeAdapter

        return TypeAdapter(self.model or object)

    def path(self, id: str) -> str | None:
        """Where the record of this id stands; None where only a look into the folder tells."""
        if self.single:
            return self.place
        if self.nested:
            return None
        return self.place.replace("{year}", id[:4]).replace("{id}", id)

    def id(self, path: str) -> str | None:
        """The id that a path gives a record of this kind; None for any other path."""
        if self.single:
            return self.name if path == self.place else None
        if not (path.startswith(self._before) and path.endswith(self._after)):
            return None
        middle = path[len(self._before) : len(path) - len(self._after)]
        if self.yearly:
            year, slash, middle = middle.partition("/")
            if not slash or year != middle[:4] or not year.isdigit():
                return None
        if self.nested:
            middle = middle.rpartition("/")[2]
        if not middle or "/" in middle or middle.lower() in ("readme", "index", "_index"):
            return None
        return middle


KINDS = (
    Kind("incident", "incidents/{year}/{id}/incident.yaml", "incident:Incident"),
    Kind("postmortem", "incidents/{year}/{id}/postmortem.md", "postmortem:Postmortem"),
    Kind("runbook", "runbooks/**/{id}.md", "runbook:Runbook"),
    Kind("person", "rotations/people/{id}.yaml", "directory:Person"),
    Kind("team", "rotations/teams/{id}.yaml", "directory:Team"),
    Kind("holidays", "rotations/holidays/{id}.yaml", "directory:Holidays"),
    Kind("override", "rotations/overrides/{id}.yaml", "rotation:Override"),
    Kind("handoff", "rotations/handoffs/{id}.yaml", "rotation:Handoff"),
    Kind("rotation", "rotations/{id}.yaml", "rotation:Rotation"),
    Kind("service", "policies/services/{id}.yaml", "directory:Service"),
    Kind("escalation", "policies/escalation/{id}.yaml", "escalation:Escalation"),
    Kind("communication", "policies/communications/{id}.md.j2", None),
    Kind("severities", "policies/severities.yaml", "severity:Severities"),
    Kind("roles", "policies/roles.yaml", "role:Roles"),
    Kind("on-call", "policies/on-call.yaml", "on_call:OnCall"),
    Kind("targets", "policies/targets.yaml", "target:Targets"),
    Kind("tools", "policies/tools.yaml", "tool:Tools"),
    Kind("attestations", "policies/attestations.yaml", "attestation:Attestations"),
)
_DATED = re.compile(r"\d{4}-")
_BY_NAME = {kind.name: kind for kind in KINDS}


class Identity(NamedTuple):
    """What a path says about the record there."""

    kind: Kind
    id: str


def kind(name: str) -> Kind:
    """The kind of this name; KeyError for any other."""
    return _BY_NAME[name]


def expected(path: str) -> str | None:
    """Where the record at a path most likely belongs; None where that is not clear."""
    if path.endswith(".yml") and identify(path[:-4] + ".yaml"):
        return path[:-4] + ".yaml"
    top, *folders = path.split("/")
    name = folders.pop().partition(".")[0] if folders else ""
    found = _incident_place(folders, path, name) if top == "incidents" else _place(folders, name)
    return found if found and found != path and identify(found) else None


def _incident_place(folders: list[str], path: str, name: str) -> str | None:
    kind = _BY_NAME["postmortem" if path.endswith(".md") else "incident"]
    id = folders[-1] if folders and name in ("incident", "postmortem") else name
    return kind.path(id) if _DATED.match(id) else None


def _place(folders: list[str], name: str) -> str | None:
    """The place whose folder is called like one of these, the innermost first, or like the file."""
    from difflib import get_close_matches

    named = {word: kind for kind in KINDS if kind.model for word in (kind.name, kind.folder.split("/")[-1])}
    listed = {word: kind for word, kind in named.items() if "/" in kind.folder}
    single = {word: kind for kind in KINDS if kind.single for word in (kind.name,)}
    for word, known in [*((folder, listed) for folder in reversed(folders)), (name, single)]:
        near = get_close_matches(word.lower(), known, 1, 0.75)
        if near:
            return known[near[0]].path(name)
    return None


@lru_cache(64)
def identify(path: str) -> Identity | None:
    """The kind and id of the record at a path; None where no record belongs."""
    if "/." in path:
        return None
    for each in KINDS:
        id = each.id(path)
        if id is not None:
            return Identity(each, id)
    return None
