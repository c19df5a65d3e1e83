"""Two people's changes of one incident as one text, by what they mean.

The three texts are taken apart into pieces, each with the comments above it: the keys of block mappings,
and the items of block lists. A piece that one side left as it was is the other side's; what both changed
is merged by its value, and written anew as one flow value only then. So what people wrote, layout and
comments included, stands in the merge as they wrote it.

* An entry of the timeline is matched with the base's: first where it is equal, then where it is alike, so
  that an edit is an edit. The same new entry on both sides is one. An entry is never lost: what one side
  deleted and the other changed stays.
* New entries stand in order of time, those of one instant in an order of their own, whichever side
  they come from: the merge is commutative, idempotent and associative over a common base.
* Two sides that changed one field to different things are a conflict, unless it follows from something
  else: the severity and roles at the top from the merged timeline, an action item's status by being
  further along. Done against declined is a conflict.
* Where the top of both sides says what their timelines say, that of the merge says what its own does, also
  where one side changed it there and back, which to three versions of a field looks like no change.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from difflib import SequenceMatcher
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from opsbook.authoring.splice import word, written
from opsbook.book import yaml

if TYPE_CHECKING:
    from opsbook.text import Pointer

_MISSING: Final = object()
_STATUS = {"open": 0, "in-progress": 1, "done": 2, "declined": 2}
_MILESTONES = (
    *("started", "detected", "acknowledged", "declared", "reopened"),
    *("identified", "mitigated", "resolved", "closed"),
)
_DASH = re.compile(r"^ *-", re.MULTILINE)
_PAIRS = 400
"""So many pairs of changed entries are compared by their words; of more, those of one instant or text."""
_ALIKE = 0.6
"""How much of an entry must be the same for a change of it to be an edit, from 0 to 1."""


class Conflict(NamedTuple):
    """A field that both sides changed, to different things."""

    pointer: Pointer
    ours: Any
    """None where ours has no such field."""
    theirs: Any


class Merged(NamedTuple):
    """A merge; where it has conflicts, the text shows both between git's marks."""

    text: str
    conflicts: tuple[Conflict, ...]


def merge(base: str, ours: str, theirs: str) -> Merged:
    """One text of two that began as one; an empty base is none. ValueError where a text cannot be read."""
    if ours == theirs or theirs == base:
        return Merged(ours, ())
    if ours == base:
        return Merged(theirs, ())
    crlf = all("\r\n" in text for text in (ours, theirs))
    three = [_root(text.replace("\r\n", "\n")) for text in (base, ours, theirs)]
    desk = _Desk()
    merged = desk.merged((), *three)
    text = merged.written()
    if not desk.conflicts and yaml.read(text).data != merged.value:
        # A layout that did not go together: what it means is right, and is written plainly.
        text = _block(merged.value)
    return Merged(text.replace("\n", "\r\n") if crlf else text, tuple(desk.conflicts))


# ── pieces ────────────────────────────────────────────────────────────────────────────────


class Piece(NamedTuple):
    """A part of a text, whole lines: comments above it, and a value with or without parts of its own."""

    lead: str
    """The comments and empty lines above it."""
    text: str
    """All of it where it has no parts; else its first line, `timeline:`."""
    value: Any
    parts: Mapping[str, Piece] | Sequence[Piece] | None = None
    """Its parts: by key, in order, or None where it is taken as a whole."""
    tail: str = ""
    """What stands below the last part of the whole text."""
    indent: int = 0

    def written(self) -> str:
        parts = self.parts.values() if isinstance(self.parts, Mapping) else self.parts or ()
        return self.lead + self.text + "".join(each.written() for each in parts) + self.tail


def _root(text: str) -> Piece:
    if not text.strip():
        return Piece("", "", {}, {})
    reading = yaml.read(text)
    if reading.problems or not isinstance(reading.data, dict):
        raise ValueError("not a record")
    if not text.endswith("\n"):
        text += "\n"
    return _Cutter(text).root(reading.data)


class _Cutter:
    """Takes one text apart."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.places = yaml.places(text)
        self.at = 0
        """How far the text is cut."""

    def root(self, data: dict[str, Any]) -> Piece:
        if not self._is_block(self.places[()].value.start):
            return Piece("", "", data, _lines(data, 0))
        parts = self._keys((), data)
        return Piece("", "", data, parts, tail=self.text[self.at :])

    def _keys(self, pointer: Pointer, data: dict[str, Any]) -> dict[str, Piece]:
        return {key: self._piece((*pointer, key), value) for key, value in data.items()}

    def _piece(self, pointer: Pointer, value: Any) -> Piece:
        """The next key or item, with what stands above it."""
        place = self.places[pointer]
        start = place.key.start if place.key else self._dash()
        first = self.text.rfind("\n", 0, start) + 1
        lead, self.at = self.text[self.at : first], first
        indent = start - first
        if place.key and value and isinstance(value, dict | tuple) and self._is_block(place.value.start):
            head = self.text[first : self.text.index("\n", start) + 1]
            self.at = first + len(head)
            if isinstance(value, dict):
                return Piece(lead, head, value, self._keys(pointer, value), indent=indent)
            items = [self._piece((*pointer, index), item) for index, item in enumerate(value)]
            return Piece(lead, head, value, items, indent=indent)
        end = self.text.find("\n", max(place.value.end - 1, start)) + 1
        self.at = end or len(self.text)
        return Piece(lead, self.text[first : self.at], value, indent=indent)

    def _dash(self) -> int:
        """Where the next item of a block list begins; comments stand above its dash, and may follow it."""
        found = _DASH.search(self.text, self.at)
        assert found
        return found.end() - 1

    def _is_block(self, start: int) -> bool:
        return self.text[start] not in "{["


# ── merging ───────────────────────────────────────────────────────────────────────────────


class _Desk:
    """One merge: what follows from the timeline, and the conflicts so far."""

    def __init__(self) -> None:
        self.conflicts: list[Conflict] = []
        self.follows: dict[Pointer, Any] = {}
        """What the merged timeline says of a field at the top."""
        self.settled: dict[Pointer, Any] = {}
        """The same where both sides say at the top what their own timelines say."""

    def merged(self, at: Pointer, base: Piece, ours: Piece, theirs: Piece) -> Piece:
        """A piece that both sides have, or the root; the base may be an empty one."""
        if ours.written() == theirs.written():
            return ours
        if isinstance(ours.value, dict) and isinstance(theirs.value, dict) and (ours.parts or theirs.parts):
            return self._mapping(at, base, ours, theirs)
        if at == ("timeline",) and isinstance(ours.value, tuple) and isinstance(theirs.value, tuple):
            return self._timeline(base, ours, theirs)
        if ours.value == theirs.value:
            return _laid_out(base, ours, theirs)
        if base.value in (ours.value, theirs.value):
            changed = ours if theirs.value == base.value else theirs
            return changed._replace(lead=_lead(base, ours, theirs))
        return self._rewritten(at, base, ours, theirs)

    def _rewritten(self, at: Pointer, base: Piece, ours: Piece, theirs: Piece) -> Piece:
        """A piece that both sides changed, by its value; both, between marks, where that cannot be."""
        known = len(self.conflicts)
        value = self.combined(at, base.value, ours.value, theirs.value)
        lead = _lead(base, ours, theirs)
        if len(self.conflicts) > known:
            marked = f"<<<<<<< ours\n{_body(ours)}=======\n{_body(theirs)}>>>>>>> theirs\n"
            return Piece(lead, marked, value)
        head = "- " if isinstance(at[-1], int) else f"{yaml.scalar(str(at[-1]))}: "
        indent = min(ours.indent, theirs.indent)
        return Piece(lead, f"{' ' * indent}{head}{written(value)}\n", value, indent=indent)

    def _mapping(self, at: Pointer, base: Piece, ours: Piece, theirs: Piece) -> Piece:
        sides = [_parts(piece) for piece in (base, ours, theirs)]
        indent = min((part.indent for side in sides[1:] for part in side.values()), default=0)
        keys = _woven(*(list(side) for side in sides))
        if "timeline" in keys and not at:  # first, since others follow from it
            keys.remove("timeline")
            keys.insert(0, "timeline")
        found: dict[str, Piece] = {}
        for key in keys:
            piece = self._part((*at, key), *(side.get(key) for side in sides))
            if not at and key in ("severity", "roles"):
                piece = self._as_told(key, piece, sides)
            if piece is not None:
                found[key] = piece
            if key == "timeline" and not at:
                self.follows = _told(piece.value if piece else ())
                records = (base.value, ours.value, theirs.value)
                self.settled = {top: said for top, said in self.follows.items() if _agreed(top, *records)}
        parts = {
            key: _indented(found[key], indent)
            for key in _woven(*(list(side) for side in sides))
            if key in found
        }
        return _frame(base, ours, theirs)._replace(
            lead=_lead(base, ours, theirs),
            tail=_three(base.tail, ours.tail, theirs.tail),
            parts=parts,
            value={key: part.value for key, part in parts.items()},
        )

    def _part(
        self, at: Pointer, base: Piece | None, ours: Piece | None, theirs: Piece | None
    ) -> Piece | None:
        """One key of a mapping: in all three, or new, or deleted by one side."""
        if ours is None or theirs is None:
            there = ours or theirs
            return None if there is None or (base is not None and there.value == base.value) else there
        return self.merged(at, base or Piece("", "", _MISSING), ours, theirs)

    def _timeline(self, base: Piece, ours: Piece, theirs: Piece) -> Piece:
        before, mine, other = (_items(piece) for piece in (base, ours, theirs))
        left, right = _Match(before, mine), _Match(before, other)
        kept: list[Piece] = []
        for place in _order(len(before), left, right):
            piece = self._part(("timeline", place), before[place], left.of.get(place), right.of.get(place))
            if piece is not None:
                kept.append(piece)
        for piece in _united(left.new, right.new):
            _insert(kept, piece)
        indent = min((each.indent for each in (*mine, *other)), default=2)
        items = [_indented(each, indent) for each in kept]
        value = tuple(each.value for each in items)
        lead = _lead(base, ours, theirs)
        if not items:
            return Piece(lead, "timeline: []\n", value)
        return _frame(base, ours, theirs)._replace(lead=lead, parts=items, value=value)

    def _as_told(self, key: str, piece: Piece | None, sides: Sequence[Mapping[str, Piece]]) -> Piece | None:
        """Severity or roles at the top as the merged timeline has them."""
        lead, value = (piece.lead, piece.value) if piece else ("", {} if key == "roles" else None)
        for at, said in self.settled.items():
            if at == (key,):
                value = said
            elif at[0] == key and isinstance(value, dict) and _holders(value.get(at[1])) != _holders(said):
                value = {role: who for role, who in value.items() if role != at[1]}
                value |= {at[1]: said} if _holders(said) else {}
        unchanged = value == piece.value if piece else not value
        if unchanged or any(each.pointer[0] == key for each in self.conflicts):
            return piece
        there = [side[key] for side in sides[1:] if key in side and side[key].value == value]
        if there:
            return there[0]._replace(lead=lead or there[0].lead)
        return Piece(lead, f"{key}: {written(value)}\n", value)

    # ── values ────────────────────────────────────────────────────────────────────────────

    def combined(self, at: Pointer, base: Any, ours: Any, theirs: Any) -> Any:
        """The value that two sides mean together; a conflict is noted, and ours stands."""
        if ours == theirs or theirs == base:
            return ours
        if ours == base:
            return theirs
        if isinstance(ours, dict) and isinstance(theirs, dict):
            return self._dict(at, base if isinstance(base, dict) else {}, ours, theirs)
        if isinstance(ours, tuple) and isinstance(theirs, tuple):
            return _list(base if isinstance(base, tuple) else (), ours, theirs)
        if at in self.follows:
            return self.follows[at]
        if len(at) == 3 and at[0] == "action_items" and at[2] == "status":
            ranks = [_STATUS.get(str(each), -1) for each in (ours, theirs)]
            if ranks[0] != ranks[1]:
                return ours if ranks[0] > ranks[1] else theirs
        self.conflicts.append(Conflict(at, _none(ours), _none(theirs)))
        return ours

    def _dict(self, at: Pointer, base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]) -> Any:
        found = {}
        for key in _woven(list(base), list(ours), list(theirs)):
            was, mine, other = (side.get(key, _MISSING) for side in (base, ours, theirs))
            if mine is _MISSING or other is _MISSING:
                there = other if mine is _MISSING else mine
                value = _MISSING if there == was else there
            else:
                value = self.combined((*at, key), was, mine, other)
            if value is not _MISSING:
                found[key] = value
        return found


def _told(entries: Any) -> dict[Pointer, Any]:
    """What the top of a record must say after a timeline: its severity, and who has each role."""
    found: dict[Pointer, Any] = {}
    rows = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, tuple) else []
    for entry in sorted(rows, key=lambda row: _instant(row.get("at"))):
        if entry.get("severity"):
            found["severity",] = entry["severity"]
        roles = entry.get("roles")
        for role, people in roles.items() if isinstance(roles, dict) else ():
            found["roles", role] = people
    return found


def _agreed(at: Pointer, base: dict[str, Any], *sides: dict[str, Any]) -> bool:
    """Whether each side says of a field at the top what its timeline says; where that says nothing, what the
    base says, or nothing."""
    was = _holders(_top(base, at))
    told = (_told(side.get("timeline")).get(at, _MISSING) for side in sides)
    return all(
        _holders(_top(side, at)) in ((was, ()) if said is _MISSING else (_holders(said),))
        for side, said in zip(sides, told, strict=True)
    )


def _top(record: dict[str, Any], at: Pointer) -> Any:
    found: Any = record
    for key in at:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _holders(said: Any) -> tuple[Any, ...]:
    """Who has a role, or the severity, as it may be written: one by name, several as a list, nobody."""
    return said if isinstance(said, tuple) else () if said is None else (said,)


def _parts(piece: Piece) -> Mapping[str, Piece]:
    """The parts of a mapping; those of one that is written on one line, as lines."""
    if isinstance(piece.parts, Mapping):
        return piece.parts
    return _lines(piece.value, piece.indent + 2) if isinstance(piece.value, dict) else {}


def _lines(data: dict[str, Any], indent: int) -> dict[str, Piece]:
    return {
        key: Piece("", f"{' ' * indent}{word(key)}: {written(value)}\n", value, indent=indent)
        for key, value in data.items()
    }


def _items(piece: Piece) -> Sequence[Piece]:
    """The items of a list; those of one that is written on one line, as lines."""
    if piece.parts is not None and not isinstance(piece.parts, Mapping):
        return piece.parts
    entries = piece.value if isinstance(piece.value, tuple) else ()
    return [Piece("", f"  - {written(entry)}\n", entry, indent=2) for entry in entries]


def _frame(base: Piece, ours: Piece, theirs: Piece) -> Piece:
    """Whose first line stands above the parts: of a mapping or list that has parts, the changed one's."""
    there = [piece for piece in (ours, theirs) if piece.parts] or [
        piece._replace(text=f"{piece.text.partition(':')[0]}:\n") for piece in (ours, theirs)
    ]
    return min((piece for piece in there if piece.text != base.text), default=there[0], key=lambda p: p.text)


def _none(value: Any) -> Any:
    return None if value is _MISSING else value


def _body(piece: Piece) -> str:
    return piece._replace(lead="").written()


def _laid_out(base: Piece, ours: Piece, theirs: Piece) -> Piece:
    """One of two pieces that say the same: the one that was laid out anew."""
    anew = [piece for piece in (ours, theirs) if _body(piece) != _body(base)] or [ours]
    return min(anew, key=_body)._replace(lead=_lead(base, ours, theirs))


def _lead(base: Piece, ours: Piece, theirs: Piece) -> str:
    return _three(base.lead, ours.lead, theirs.lead)


def _three(base: str, ours: str, theirs: str) -> str:
    """Comments of three texts: those of the side that changed them, and of both where both did."""
    if ours == theirs or theirs == base:
        return ours
    if ours == base:
        return theirs
    first, second = sorted((ours, theirs))
    have = set(first.splitlines())
    return first + "".join(line + "\n" for line in second.splitlines() if line.strip() and line not in have)


def _indented(piece: Piece, indent: int) -> Piece:
    """A piece moved to another column, with all its parts."""
    by = indent - piece.indent
    if not by or "\n<<<<<<<" in "\n" + piece.text:
        return piece
    if isinstance(piece.parts, Mapping):
        parts: Any = {key: _indented(part, part.indent + by) for key, part in piece.parts.items()}
    else:
        parts = piece.parts and [_indented(part, part.indent + by) for part in piece.parts]
    lead, text = (_shifted(each, by) for each in (piece.lead, piece.text))
    return piece._replace(lead=lead, text=text, parts=parts, indent=indent)


def _shifted(text: str, by: int) -> str:
    def line(each: str) -> str:
        if not each.strip():
            return each
        return " " * by + each if by > 0 else each[min(-by, len(each) - len(each.lstrip(" "))) :]

    return "".join(map(line, text.splitlines(keepends=True)))


def _woven(base: list[str], ours: list[str], theirs: list[str]) -> list[str]:
    """The keys of three mappings in one order: the base's, with each new key behind the one it follows
    on its own side. Keys that both sides put in one place stand by name."""
    order = [key for key in base if key in ours or key in theirs]
    behind: dict[str | None, set[str]] = {}
    for side in (ours, theirs):
        for before, key in pairwise([None, *side]):
            if key is not None and key not in base:
                behind.setdefault(before, set()).add(key)
    found: list[str] = []

    def put(key: str | None) -> None:
        if key is not None:
            if key in found:
                return
            found.append(key)
        for each in sorted(behind.get(key, ())):
            put(each)

    put(None)
    for key in order:
        put(key)
    return found


def _list(base: tuple[Any, ...], ours: tuple[Any, ...], theirs: tuple[Any, ...]) -> tuple[Any, ...]:
    """A list that both sides changed: what either took out is gone, what either added is there."""
    was, mine, other = (Counter(map(_canonical, side)) for side in (base, ours, theirs))
    values = {_canonical(each): each for each in (*theirs, *ours)}
    left = {
        name: min(was[name], mine[name], other[name])
        + max(mine[name] - was[name], other[name] - was[name], 0)
        for name in values
    }
    found = []
    for each in base:
        name = _canonical(each)
        if left.get(name, 0) > 0:
            left[name] -= 1
            found.append(each)
    for name in sorted(values):
        found += [values[name]] * left[name]
    return tuple(found)


# ── the timeline ──────────────────────────────────────────────────────────────────────────


class _Match:
    """Which entries of a side are the base's, edited or not, and which are new."""

    def __init__(self, base: Sequence[Piece], side: Sequence[Piece]) -> None:
        self.of: dict[int, Piece] = {}
        """The side's entry by its place in the base."""
        self.order: list[int] = []
        """Places in the base in this side's order."""
        free: dict[str, list[int]] = {}
        for place, piece in enumerate(base):
            free.setdefault(_canonical(piece.value), []).append(place)
        place_of: dict[int, int] = {}
        for index, piece in enumerate(side):
            places = free.get(_canonical(piece.value))
            if places:
                place_of[index] = places.pop(0)
        gone = sorted(place for places in free.values() for place in places)
        changed = [index for index in range(len(side)) if index not in place_of]
        everybody = len(gone) * len(changed) <= _PAIRS
        pairs = sorted(
            (-likeness, place, index)
            for place in gone
            for index in changed
            if (everybody or _near(base[place].value, side[index].value))
            and (likeness := _likeness(base[place].value, side[index].value)) >= _ALIKE
        )
        for _, place, index in pairs:
            if place not in place_of.values() and index not in place_of:
                place_of[index] = place
        self.new = [piece for index, piece in enumerate(side) if index not in place_of]
        for index, place in sorted(place_of.items()):
            self.of[place] = side[index]
            self.order.append(place)


def _near(one: Any, other: Any) -> bool:
    """Whether two entries may well be one that was edited: they have the instant or the text in common."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return False
    return _instant(one.get("at")) == _instant(other.get("at")) or one.get("text") == other.get("text")


def _likeness(one: Any, other: Any) -> float:
    """How much two entries have in common, from 0 to 1: the same import, else mostly their words."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return 0.0
    if one.get("source") or other.get("source"):
        return 1.0 if one.get("source") == other.get("source") else 0.0
    texts = [str(each.get("text", "")) for each in (one, other)]
    words = SequenceMatcher(None, texts[0], texts[1], autojunk=False).ratio()
    return 0.8 * words + 0.2 * (_instant(one.get("at")) == _instant(other.get("at")))


def _order(count: int, left: _Match, right: _Match) -> list[int]:
    """The base's entries in the order of the side that moved them; in the base's where neither did, or
    both."""
    moved = [match for match in (left, right) if match.order != sorted(match.order)]
    if len(moved) != 1:
        return list(range(count))
    order = list(moved[0].order)
    for place in range(count):
        if place not in order:
            order.insert(next((i for i, each in enumerate(order) if each > place), len(order)), place)
    return order


def _united(left: Sequence[Piece], right: Sequence[Piece]) -> list[Piece]:
    """New entries of both sides, the same ones once, in order."""
    mine, other = ({}, {})  # type: tuple[dict[str, list[Piece]], dict[str, list[Piece]]]
    for side, pieces in ((mine, left), (other, right)):
        for piece in pieces:
            side.setdefault(_canonical(piece.value), []).append(piece)
    found: list[Piece] = []
    for name in mine.keys() | other.keys():
        sides = (mine.get(name, []), other.get(name, []))
        found += sides[0] if _most(sides[0]) >= _most(sides[1]) else sides[1]
    return sorted(found, key=_rank)


def _most(side: Sequence[Piece]) -> tuple[int, list[str]]:
    """The side that has an entry more often; of two that are equal, one in every order of asking."""
    return len(side), [each.written() for each in side]


def _rank(piece: Piece) -> tuple[datetime, int, str]:
    value = piece.value if isinstance(piece.value, dict) else {}
    milestone = value.get("milestone")
    reached = _MILESTONES.index(milestone) if milestone in _MILESTONES else len(_MILESTONES)
    return _instant(value.get("at")), reached, _canonical(piece.value)


def _insert(kept: list[Piece], piece: Piece) -> None:
    """Put a new entry behind the last one that is not later."""
    at = _rank(piece)[0]
    place = next((i + 1 for i in reversed(range(len(kept))) if _rank(kept[i])[0] <= at), 0)
    kept.insert(place, piece)


def _instant(at: Any) -> datetime:
    """When an entry happened; what cannot be read comes last."""
    try:
        return datetime.fromisoformat(str(at)).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.max.replace(tzinfo=UTC)


def _canonical(value: Any) -> str:
    """A name that equal values have in common, an instant being the same however it is written."""
    if isinstance(value, dict) and "at" in value:
        at = _instant(value["at"])
        if at != datetime.max.replace(tzinfo=UTC):
            value = {**value, "at": at.isoformat()}
    return json.dumps(value, sort_keys=True, default=str)


# ── writing ───────────────────────────────────────────────────────────────────────────────


def _block(record: dict[str, Any]) -> str:
    """A record written plainly: a key a line, and an entry a line."""
    lines = []
    for key, value in record.items():
        if isinstance(value, tuple) and value and isinstance(value[0], dict):
            lines += [f"{word(key)}:\n", *(f"  - {written(each)}\n" for each in value)]
        elif isinstance(value, dict) and any(isinstance(each, dict) for each in value.values()):
            lines += [f"{word(key)}:\n", *(f"  {word(k)}: {written(each)}\n" for k, each in value.items())]
        else:
            lines.append(f"{word(key)}: {written(value)}\n")
    return "".join(lines)
