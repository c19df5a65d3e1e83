"""An issue "Declare an incident" becomes a record: what its form says, as far as it can be believed.

Whoever filled in the form may have written anything into any field. A field ends where the next one of the
form begins, in the form's order, so that no line of the last one, what people see, can pass for another. Each
is taken for a known level or service, or for text that is data from then on; what was none of that is said.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from opsbook.authoring.declaration import Declaration, new_id, one_line
from opsbook.authoring.entry import entry_of, typed
from opsbook.authoring.evidence import without_known
from opsbook.book import yaml
from opsbook.errors import UserError
from opsbook.model.role import COMMANDER

if TYPE_CHECKING:
    from collections.abc import Callable

    from opsbook.book.snapshot import Book

FIELDS = ("Severity", "Services", "Commander", "What people see")
"""The labels of the form, in its order; `.github/ISSUE_TEMPLATE/declare.yml` has them."""
TRUSTED = ("OWNER", "MEMBER", "COLLABORATOR")
ACCEPTED = "incident-accepted"
"""The label by which a member takes on what a stranger declared."""
_LARGEST = 8_000_000
_MOST = 10_000
"""Letters of a text that are taken over."""
_TITLE = 200
_NOTHING = ("", "_No response_", "None", "Not known yet")
_URL = re.compile(r"https://[A-Za-z0-9.-]+(?::\d+)?/[A-Za-z0-9._-]+/[A-Za-z0-9._-]+/issues/[0-9]+")


class Form(NamedTuple):
    """The issue, as the event told it."""

    number: int
    title: str
    url: str
    login: str
    at: datetime
    """When it was opened."""
    accepted: bool
    """Whether somebody who may write to the repository opened it, or took it on."""
    said: dict[str, str]
    """What each field holds."""


class Proposed(NamedTuple):
    """The record that an issue becomes, and what of the issue it does not hold."""

    id: str
    said: Declaration
    left: tuple[str, ...]


def read(content: bytes) -> Form:
    """The issue of an event `issues`; UserError for what is none."""
    if len(content) > _LARGEST:
        raise UserError(f"the event has {len(content):,} bytes, more than {_LARGEST:,}")
    try:
        event = json.loads(content)
        issue = event["issue"]
        number, url = issue["number"], issue["html_url"]
        at = datetime.fromisoformat(issue["created_at"]).astimezone(UTC)
        texts = {key: issue.get(key) or "" for key in ("title", "body", "author_association")}
        login = str((issue.get("user") or {}).get("login") or "")
        label = (event.get("label") or {}).get("name")
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        raise UserError(
            "the event is none of an issue", "GITHUB_EVENT_PATH of `on: issues` names it"
        ) from None
    if type(number) is not int or number < 1 or not isinstance(url, str) or not _URL.fullmatch(url):
        raise UserError("the event has no issue with a number and an address")
    if not all(isinstance(text, str) for text in texts.values()):
        raise UserError("the event has no issue with a title and a text")
    accepted = texts["author_association"] in TRUSTED or (
        event.get("action") == "labeled" and label == ACCEPTED
    )
    return Form(number, texts["title"], url, login, at, accepted, fields(texts["body"]))


def fields(body: str) -> dict[str, str]:
    """What the fields of the form hold, by label; one without an answer is left out."""
    text = body.replace("\r\n", "\n").replace("\r", "\n")
    starts, at = [], 0
    for label in FIELDS:
        found = re.compile(rf"^### {re.escape(label)}[ \t]*$", re.MULTILINE).search(text, at)
        if found:
            starts.append((label, found.start(), found.end()))
            at = found.end()
    ends = [start for _, start, _ in starts[1:]] + [len(text)]
    found_texts = {label: text[end:stop].strip() for (label, _, end), stop in zip(starts, ends, strict=True)}
    return {label: words for label, words in found_texts.items() if words not in _NOTHING}


def proposed(book: Book, form: Form, taken: Callable[[str], bool]) -> Proposed:
    """The record that an issue becomes; an id is not used where it is `taken`."""
    left: list[str] = []
    words = one_line(_masked(_cut(form.title, _TITLE, "the title", left), left))
    severity = _severity(book, form.said.get("Severity"), left)
    services = _services(book, form.said.get("Services", ""), left)
    who = _person(book, form.login)
    commander = _commander(book, form.said.get("Commander"), left)
    roles = {COMMANDER: (commander,)} if commander else {}
    text = _masked(_cut(form.said.get("What people see", "Declared"), _MOST, "what people see", left), left)
    entry = entry_of(
        at=form.at.replace(second=0, microsecond=0), milestone="declared", severity=severity, roles=roles,
        by=who, text=text, source=form.url,
    )  # fmt: skip
    said = Declaration(words, severity, "incident", services, roles, (), {"source": form.url}, (entry,))
    return Proposed(new_id(form.at, book.settings.timezone, words, taken), said, tuple(left))


def source_of(text: str) -> object:
    """The address of the issue that a record was made of, from its text; None for any other text."""
    try:
        data = yaml.read(text).data
    except ValueError:
        return None
    links = data.get("links") if isinstance(data, dict) else None
    return links.get("source") if isinstance(links, dict) else None


def _cut(text: str, most: int, what: str, left: list[str]) -> str:
    if len(text) <= most:
        return text
    left.append(f"{what} has {len(text):,} letters: the first {most:,} are taken")
    return f"{text[: most - 1]}…"


def _masked(text: str, left: list[str]) -> str:
    """The text without the secrets that somebody pasted; they still stand in the issue."""
    text, found = without_known(typed(text))
    left += [f"{each.what}, which is masked: take it out of the issue, and revoke it" for each in found]
    return text


def _severity(book: Book, said: str | None, left: list[str]) -> str | None:
    if said is None:
        return None
    name = said.partition("\n")[0].partition(" ")[0].strip(":,")
    for level, about in book.severities.levels.items():
        if name.lower() in (level.lower(), *(alias.lower() for alias in about.aliases)):
            return level
    left.append(f"no level `{_shown(said)}`")
    return None


def _services(book: Book, said: str, left: list[str]) -> tuple[str, ...]:
    names = [each.lower() for each in re.split(r"[\s,;]+", said[:2_000]) if each]
    left += [f"no service `{_shown(name)}`" for name in dict.fromkeys(names) if not book.has("service", name)]
    return tuple(dict.fromkeys(name for name in names if book.has("service", name)))


def _commander(book: Book, said: str | None, left: list[str]) -> str | None:
    if said is None:
        return None
    name = said.strip().lstrip("@")
    found = name if _is_id(name) and book.has("person", name) else _person(book, name)
    if found is None:
        left.append(f"nobody is called `{_shown(said)}`")
    return found


def _is_id(name: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name) is not None


def _person(book: Book, login: str) -> str | None:
    """Who an account on the forge is."""
    for each in book.people if login else ():
        if each.content.login.lower() == login.lower():
            return each.id
    return None


def _shown(text: str) -> str:
    words = " ".join(text.split()).replace("`", "'")
    return words if len(words) <= 60 else f"{words[:59]}…"
