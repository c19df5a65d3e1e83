"""What templates ask: links, times, badges and Markdown, each as text that is safe to show.

Addresses are written from the root of the site behind a mark; `finish` makes them relative to the
page they ended up on, so that a table row is the same on every page that shows it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode

from markupsafe import Markup

from opsbook.model.time import write_clock, write_day, write_instant, write_length
from opsbook.site import markup
from opsbook.site.communications import Use, use
from opsbook.site.escape import escaped, html, joined, text
from opsbook.site.survey import Card, Run, Survey, calendar_page, index_page, plural

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.kinds import Kind
    from opsbook.book.snapshot import Book
    from opsbook.metrics.agenda import Item
    from opsbook.model.time import Length

ROOT = "\x01"
"""Stands for the way from a page to the root of the site; no record text can hold it."""
_ADDRESS = re.compile(r"(?i)(https?://(?=[^\s/?#])|mailto:(?=\S))\S*\Z")
_INCIDENT = re.compile(r"\b\d{4}-\d\d-\d\d-[\w.-]*\w", re.ASCII)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def unlinked(book: Book) -> Guide:
    """A guide to a book's clock and to none of its records."""
    from opsbook.book.snapshot import Book
    from opsbook.book.tree import Memory

    return Guide(Survey(Book(Memory({}))), book)


def address(target: str) -> bool:
    """Whether a link leads to the web, or to a mailbox."""
    return _ADDRESS.match(target) is not None


def finish(page: str, content: str) -> bytes:
    """The page's text as it is written, with every address relative to it."""
    return content.encode("utf-8", "replace").replace(ROOT.encode(), b"../" * page.count("/"))


class Guide:
    """Shows a book's values; times are those of the book's zone."""

    def __init__(self, survey: Survey, book: Book) -> None:
        self.survey = survey
        self.zone = book.settings.timezone
        self.policy = book.severities
        self._edit_url = book.settings.edit_url or ""
        self.roles = {id: role.name for id, role in book.roles.roles.items()} if book.roles else {}
        self._levels: dict[str, Markup] = {}
        self._roles: dict[str, Markup] = {}
        self._links: dict[str, Markup] = {}
        self._alerts: dict[str, Markup] = {}
        self._ways: dict[str, str] = {}
        self._filters: dict[tuple[str, str, str], str] = {}
        self._ranks = {name: rank for rank, name in enumerate(self.policy.levels)}

    # ── links ─────────────────────────────────────────────────────────────────────────────

    def link(self, kind: str, id: str, words: str | None = None) -> Markup:
        """A link to a record by its title; the id as code where there is no such page."""
        card = self.survey[kind, id]
        if card is None:
            return html(f"<code>{text(id)}</code>")
        return self.to(card.page, words) if words else self.card(card)

    def title(self, kind: str, id: str) -> str:
        """What a record is called; its id where there is no such page."""
        card = self.survey[kind, id]
        return card.title if card else id

    def either(self, id: str) -> Markup:
        """A person or a team; `system:NAME` as code."""
        card = self.survey["person", id]
        return self.card(card) if card else self.link("team", id)

    def links(self, kind: str, ids: Iterable[str]) -> Markup:
        """Several of them, one after the other."""
        return joined([self.link(kind, id) for id in ids])

    def severity(self, name: str) -> Markup:
        """A level of severity, coloured by its rank and linked to what it means."""
        return self.badge(self.level(name), f"rank-{self.rank(name)}")

    def level(self, name: str) -> Markup:
        """A level of severity, linked to what it means."""
        found = self._levels.get(name)
        if found is None:
            found = self._levels[name] = self.to("policies/severities.md", name, markup.slug(name))
        return found

    def rank(self, severity: str | None) -> int:
        """The place of a level among the colours: 0 for the worst, 3 for the mildest and the unknown."""
        return min(self._ranks.get(severity or "", 3), 3)

    def subscribe(self, kind: str, id: str) -> Markup:
        """A link to the calendar of a rotation or a person, for other programs."""
        return self.to(calendar_page(kind, id), "Subscribe to this calendar (.ics)")

    def key(self, severity: str) -> Markup:
        """A level as the key of a picture: its colour as a square, and its name."""
        return html(f'<span class="ob-key ob-key-{self.rank(severity)}">{text(severity)}</span>')

    def role(self, name: str) -> Markup:
        """A role, linked to its duties."""
        found = self._roles.get(name)
        if found is None:
            words = self.roles.get(name, name)
            found = self._roles[name] = self.to("policies/roles.md", words, markup.slug(name))
        return found

    def roles_of(self, names: Iterable[str]) -> Markup:
        return joined(self.role(name) for name in names)

    def severities(self, names: Iterable[str]) -> Markup:
        return joined((self.severity(name) for name in names), " ")

    def card(self, card: Card) -> Markup:
        """A link to a record's page."""
        found = self._links.get(card.page)
        if found is None:
            found = self._links[card.page] = self.to(card.page, card.title)
        return found

    def cards(self, cards: Iterable[Card]) -> Markup:
        return joined([self.card(card) for card in cards])

    def alerts(self, names: Iterable[str]) -> Markup:
        """Alerts one after the other, each leading to the runbook that is filed under it."""
        return joined([self._alerts.get(name) or self._alert(name) for name in names])

    def _alert(self, name: str) -> Markup:
        cards = self.survey.filed.get(name, [])
        if len(cards) == 1:
            found = self.to(cards[0].page, name)
        else:
            found = html(f"{text(name)} ({self.cards(cards)})") if cards else text(name)
        self._alerts[name] = found
        return found

    def path(self, kind: Kind, card: Card) -> Markup:
        """The way from the home page down to a record."""
        found = self._ways.get(kind.name)
        if found is None:
            home, above = self.to("index.md", "Home"), self.to(index_page(kind), plural(kind))
            found = self._ways[kind.name] = f"{home} › {above}"
        return html(f"{found} › {escaped(card.id)}")

    def users(self, card: Card) -> list[Card]:
        """The records that name one."""
        return self.survey.uses.get((card.kind, card.id), [])

    def use(self, card: Card) -> Use:
        """What a template of messages is used for, beside the others that there are."""
        return use(card.id, lambda name: self.survey["communication", name] is not None)

    def runs(self, card: Card) -> list[Run]:
        """When a runbook was followed, the last first."""
        return sorted(self.survey.runs.get(card.id, ()), key=lambda run: run.at, reverse=True)

    def to(self, page: str, words: str, anchor: str = "") -> Markup:
        """A link to a page of the site."""
        return html(f'<a href="{_href(page, anchor)}">{text(words)}</a>')

    def filtered(self, page: str, field: str, value: str, words: Any = "") -> Markup:
        """A link to a list, filtered by a value."""
        asked = page, field, value
        if asked not in self._filters:
            query = urlencode({field: value}, quote_via=quote).replace("_", "%5F").replace("~", "%7E")
            self._filters[asked] = f"{_href(page)}?{query}"
        return html(f'<a href="{self._filters[asked]}">{text(words or value)}</a>')

    def all_filtered(self, page: str, field: str, values: Iterable[str]) -> Markup:
        """Values one after the other, each leading to what else has it."""
        return joined([self.filtered(page, field, value) for value in values])

    def address(self, target: str, words: str = "") -> Markup:
        """A web address somebody wrote; what is none shows as text."""
        if found := _ADDRESS.match(target):
            return html(f'<a href="{escaped(target)}">{text(words or _short(target[found.end(1) :]))}</a>')
        return text(f"{words}: {target}" if words else target)

    def due(self, item: Item) -> Markup:
        """Something with a clock, linked to where it stands."""
        card = self.survey.at(item.path)
        if card is None:
            return text(item.text)
        anchor = (
            f"action-{item.record.partition('/')[2]}"
            if item.what in ("action-item", "effectiveness-review")
            else ""
        )
        return self.to(card.page, item.text, anchor)

    def deadline(self, value: date | datetime) -> Markup:
        """The last day of something, or the instant."""
        return self.when(value) if isinstance(value, datetime) else self.day(value)

    def owners(self, item: Item) -> Markup:
        """Whose something is, else whose it was, else the team it falls to."""
        if item.owners:
            return joined(map(self.either, item.owners))
        if item.gone:
            gone = joined(map(self.either, item.gone))
            return html(f"{gone} {self.badge('gone', 'overdue')}")
        return self.link("team", item.team) if item.team else text("nobody")

    def edit(self, card: Card) -> Markup:
        """Where a record can be changed; nothing where the settings do not say."""
        if not self._edit_url or not card.path:
            return Markup()
        found = self._edit_url.replace("{path}", quote(card.path, errors="surrogateescape"))
        return self.address(found, "Edit it") if _ADDRESS.match(found) else Markup()

    def file(self, page: str) -> Markup:
        """The address of a file of the site."""
        return _href(page)

    def proof(self, card: Card, written: str) -> Markup:
        """A file of evidence in an incident's folder, or an address."""
        if _ADDRESS.match(written):
            return self.address(written)
        shown = self.survey.evidence.get(posixpath.normpath(posixpath.join(_folder(card.path), written)))
        return text(written) if shown is None else self.to(shown, posixpath.basename(written))

    def resolver(self, card: Card | None) -> markup.Resolve:
        """Where links in a record's Markdown lead: addresses, anchors, other records, evidence."""

        def resolve(target: str) -> str | None:
            if _ADDRESS.match(target):
                return target
            if _SCHEME.match(target) or target.startswith("//") or not target:
                return None
            path, mark, anchor = target.partition("#")
            anchor = markup.slug(unquote(anchor)) if mark else ""
            if not path:
                return html(f"#{text(anchor)}")
            return self._inside(card, unquote(path), anchor)

        return resolve

    def _inside(self, card: Card | None, path: str, anchor: str) -> str | None:
        base = "" if path.startswith("/") or card is None else _folder(card.path)
        full = posixpath.normpath(posixpath.join(base, path.lstrip("/")))
        if full in self.survey.evidence:
            return _href(self.survey.evidence[full])
        found = self.survey.at(full) or self.survey.at(f"{full}/incident.yaml")
        return _href(found.page, anchor) if found else None

    # ── Markdown ──────────────────────────────────────────────────────────────────────────

    def markdown(self, words: str, card: Card | None = None) -> Markup:
        """A few lines of Markdown inside something else."""
        plain = markup.sentence(words)
        return html(str.strip(markup.block(words, self.resolver(card)))) if plain is None else plain

    def body(self, document: Document[Any], card: Card) -> Markup:
        """The Markdown of a record that is a page."""
        return markup.page(document.body, self.resolver(card), commands=card.kind == "runbook")

    def naming(self, words: str) -> Markup:
        """Words in which incidents that stand there by their ids have their titles, which lead to their
        pages."""
        found, at = Markup(), 0
        for match in _INCIDENT.finditer(words):
            if card := self.survey["incident", match[0]]:
                found += text(words[at : match.start()]) + self.card(card)
                at = match.end()
        return found + text(words[at:])

    def code(self, source: str, language: str = "") -> Markup:
        return markup.code(source, language)

    # ── times ─────────────────────────────────────────────────────────────────────────────

    def local(self, at: datetime) -> datetime:
        """An instant on the book's clock; in UTC at the ends of the calendar."""
        try:
            return at.astimezone(self.zone)
        except OverflowError:
            return at.astimezone(UTC)

    def when(self, at: datetime, style: str = "", *, approximate: bool = False) -> Markup:
        """An instant on the book's clock, `2026-03-02 10:02` or in a style of its own; a pointer over it
        shows UTC, as the style sheet has it."""
        local = self.local(at)
        shown = local.strftime(style) if style else f"{write_day(local)} {write_clock(local)}"
        return _time(at, shown, approximate)

    def clock(self, at: datetime, *, approximate: bool = False) -> Markup:
        """The time of day of an instant."""
        local = self.local(at)
        shown = f"{local:%H:%M:%S}" if at.second else write_clock(local)
        return _time(at, shown, approximate)

    def day(self, value: date | None) -> Markup:
        """A date, kept on one line; nothing where there is none."""
        return html(f"<time>{value}</time>" if value else "")

    def duration(self, value: Length) -> str:
        return write_length(value)

    # ── words ─────────────────────────────────────────────────────────────────────────────

    def badge(self, words: Any, style: str = "") -> Markup:
        """A word in a coloured box."""
        return _badge(words if isinstance(words, str) else text(words), style)

    def listed(self, values: Iterable[Any]) -> Markup:
        """Values one after the other, with commas."""
        return joined(map(text, values))


@lru_cache(maxsize=1 << 10, typed=True)
def _badge(words: str, style: str) -> Markup:
    kinds = text(f"ob-badge ob-{style}") if style else "ob-badge"
    return html(f'<span class="{kinds}">{text(words)}</span>')


def _time(at: datetime, shown: str, approximate: bool) -> Markup:
    guess = '<abbr title="approximately">≈</abbr> ' if approximate else ""
    return html(f'<time datetime="{write_instant(at)}">{guess}{shown}</time>')


def _folder(path: str) -> str:
    return posixpath.dirname(path)


def _href(page: str, anchor: str = "") -> Markup:
    """The address of a page or file of the site; its letters are such as need no escape."""
    target = f"{page.removesuffix('.md')}.html" if page.endswith(".md") else page
    return html(ROOT + target + (f"#{text(anchor)}" if anchor else ""))


def _short(bare: str) -> str:
    return bare if len(bare) <= 60 else bare[:59] + "…"
