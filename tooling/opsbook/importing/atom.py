"""The Atom feed of a Statuspage: each entry an incident, its posts in HTML, with days that have no year."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from opsbook.errors import UserError
from opsbook.importing.export import File, Left, Part
from opsbook.importing.feed import PLANNED, STAGES, Asked, Post, Story
from opsbook.importing.html import markdown
from opsbook.importing.words import line
from opsbook.model.time import first_instant

_ATOM = "{http://www.w3.org/2005/Atom}"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_POST = re.compile(
    r"<small>(?P<when>.*?)</small>\s*(?:<br ?/?>)?\s*<strong>(?P<status>.*?)</strong>\s*[-–]?\s*"
    r"(?P<text>.*?)(?=<p>\s*<small>|\Z)",
    re.DOTALL,
)
_WHEN = re.compile(r"([A-Z][a-z]{2})[a-z]*\.?\s+(\d{1,2}),\s+(\d{1,2}):(\d{2})\s*([A-Z]{2,5})?")


def is_feed(file: File) -> bool:
    """Whether a file is XML, as a feed is, and no JSON."""
    return file.content.lstrip().startswith((b"<?xml", b"<feed", b"\xef\xbb\xbf<?xml"))


def stories(file: File, asked: Asked, skipped: list[Left], left: list[Left]) -> Iterator[Story]:
    """The incidents of a feed; UserError where it is none."""
    for index, entry in enumerate(_root(file).findall(f"{_ATOM}entry")):
        place = f"{file.name}: entry[{index}]"
        title = line(entry.findtext(f"{_ATOM}title") or "") or "Incident"
        posts = sorted(_posts(entry, place, asked, left), key=lambda post: post.at)
        content = entry.findtext(f"{_ATOM}content") or ""
        if any(f"<strong>{word}</strong>" in content.lower() for word in PLANNED):
            skipped.append(Left(place, f"`{title}`, maintenance"))
        elif not posts:
            left.append(Left(place, f"`{title}`: no post in it can be read"))
        else:
            link = entry.find(f"{_ATOM}link")
            source = (link.get("href") if link is not None else None) or entry.findtext(f"{_ATOM}id") or title
            yield Story(place, source, title, "unstated", tuple(posts))


def _root(file: File) -> Any:
    from xml.etree import ElementTree

    if b"<!DOCTYPE" in file.content or b"<!ENTITY" in file.content:
        raise UserError(f"{file.name}: a feed declares no entities")
    try:
        return ElementTree.fromstring(file.content)  # noqa: S314  entities are refused above
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise UserError(f"{file.name}: not XML: {error}") from None


def _posts(entry: Any, place: str, asked: Asked, left: list[Left]) -> Iterator[Post]:
    """The posts of an entry; a day is the last such day before the entry changed."""
    changed = Part(entry.findtext(f"{_ATOM}updated") or "", f"{place}.updated").as_instant()
    for found in _POST.finditer(entry.findtext(f"{_ATOM}content") or ""):
        when = re.sub(r"<[^>]*>", "", found["when"])
        at = _instant(when, changed, asked)
        if at is None:
            left.append(Left(place, f"a post of `{line(when, 60)}`, which is no time that can be read"))
            continue
        status = line(re.sub(r"<[^>]*>", "", found["status"])).lower()
        text = markdown(found["text"]) or status.capitalize() or "Updated"
        yield Post(at, text, f"{at:%Y-%m-%dT%H:%MZ} {status}", STAGES.get(status), status == "resolved")


def _instant(text: str, changed: datetime, asked: Asked) -> datetime | None:
    match = _WHEN.search(text)
    if match is None or match[1] not in _MONTHS:
        return None
    for year in (changed.year, changed.year - 1):
        try:
            shown = datetime(year, _MONTHS.index(match[1]) + 1, int(match[2]), int(match[3]), int(match[4]))
        except ValueError:
            continue
        if match[5] in ("UTC", "GMT"):
            at = shown.replace(tzinfo=UTC)
        elif asked.timezone:
            at = first_instant(shown, asked.timezone)
        else:
            raise UserError(
                f"the feed's times are in `{match[5] or 'no zone'}`, which is no IANA time zone",
                "say which clock that is: --timezone America/Los_Angeles",
            )
        if at <= changed + timedelta(days=1):
            return at
    return None
