"""Book and instant → the pages of its site, as Markdown in memory.

Nothing here reads the clock or writes a file. A record is read when its page is made and let go, so that a
book of any size fits; lists and the home page are made of the little that was noted of each.
"""

from __future__ import annotations

import itertools
import json
import posixpath
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property, partial
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.book.kinds import KINDS, Kind, kind
from opsbook.book.tree import SETTINGS_FILES
from opsbook.metrics import agenda
from opsbook.metrics.business_days import terms_of
from opsbook.metrics.clocks import work_may_wait
from opsbook.metrics.targets import wanted
from opsbook.site import (
    board,
    catalogue,
    communications,
    duty,
    evidence,
    facts,
    handbook,
    home,
    library,
    listing,
    markup,
    measures,
    news,
    paging,
    quarterly,
    questions,
    response,
    tags,
    tally,
    tools,
)
from opsbook.site.alike import Alike, Likeness
from opsbook.site.build import Batch, Put
from opsbook.site.finish import FOUND
from opsbook.site.guide import Guide
from opsbook.site.public import Stub, stub
from opsbook.site.render import FOLDER, Page, assets, templates_of
from opsbook.site.survey import TEXTS, Card, Survey, counted, index_page, plural
from opsbook.site.sweep import sweep
from opsbook.site.work import Work, action_items

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.git import Change
    from opsbook.metrics.failures import Service as Failing
    from opsbook.model.directory import Service
    from opsbook.model.incident import Incident
    from opsbook.site.kept import Kept, Made

_LISTED = 50
"""So many of the records that name another are listed on its page; the rest are counted."""
_LATEST = 10
"""So many incidents, and so many action items, stand on the home page."""
_LONGEST = 1 << 20
"""Evidence in text is cut after so many bytes."""
_MANY = ("incident", "postmortem")
"""Kinds of which a book may have any number."""
_TOGETHER = 48
"""So many pages of these are made at a time: fewer than the records that a book keeps."""
_FEW = 128
"""With fewer of them than this a process of its own costs more than it brings."""
_DATED = ("incident", "postmortem", "override", "handoff")
"""Kinds whose ids begin with a date: lists show the newest first."""


class Row(NamedTuple):
    """A record as a list shows it."""

    card: Card
    facts: facts.Facts


class Noted(NamedTuple):
    """What other pages say of an incident."""

    row: Row
    work: list[Work]
    open: home.Open | None
    """Where it is not over."""
    case: tally.Case | None
    """None where nobody says when it was known."""
    services: tuple[str, ...]
    items: list[tally.Item]
    entry: listing.Entry
    searched: listing.Searched
    news: news.Told
    sent: list[communications.Sent]


class Learned(NamedTuple):
    """What other pages say of a post-mortem."""

    row: Row
    volume: library.Volume


class Own(NamedTuple):
    """An incident or post-mortem whose page is made."""

    document: Document[Any]
    card: Card
    incident: Incident | None
    """What the incident says; None where nobody can read it."""


Gave = tuple[list[Noted | Learned], "dict[str, Made]"]
"""What was noted of a few records, and what their pages were made of."""


def pages(
    book: Book, as_of: datetime, reference: Iterable[Page] = (), told_at: datetime | None = None
) -> Iterator[Page]:
    """Every page of the site of a book as of an instant; `reference` pages are put beside them. `told_at` is
    when teams were last told what is overdue, where that is known."""
    for batch in Site(book, as_of, told_at).batches(chain(reference, assets())):
        yield from batch.pages
        found: list[Page] = []
        batch.gave += [part(found.append) for part in batch.parts]
        yield from found


class Site:
    """One site in the making: the pages of incidents and post-mortems, which are most, stand for themselves
    and may be made elsewhere, in any order; all others are made of what was noted of these."""

    def __init__(
        self, book: Book, as_of: datetime, told_at: datetime | None = None, kept: Kept | None = None
    ) -> None:
        self.book = book
        self.templates = templates_of(book.tree)
        self.kept = kept
        self.as_of = as_of
        self.told_at = told_at
        sweep(book, as_of)
        self.survey = Survey(book)
        self.guide = Guide(self.survey, book)
        self.today = self.guide.local(as_of).date()
        self.rows: dict[str, list[Row]] = {each.name: [] for each in KINDS}
        self.open: list[home.Open] = []
        self.work: list[Work] = []
        self.done: list[Work] = []
        self.asked = agenda.Asked(book, as_of)
        self.catalogue: list[catalogue.Entry] = []
        self.library = library.Library(
            book, self.guide, (c for c in self.survey.by_path.values() if c.kind == "postmortem")
        )
        self.paging = paging.Paging(book, as_of)
        self.examples = communications.Examples(book, as_of)
        self.alike = Likeness(book, self.survey)
        self.limits = response.Limits(book)
        self.cases: list[tally.Case] = []
        self.by_service: dict[str, list[tally.Case]] = {}
        self.items: list[tally.Item] = []
        self.listing = listing.Listing(book, self.guide, "index.html")
        self.news = news.News(book, self.guide, as_of)
        self.searched: list[tuple[str, str, str]] = []
        self._ahead: dict[str, list[duty.Week]] = {}
        self.stubs: list[Stub] = []
        """What is said of restricted incidents."""

    def batches(self, others: Iterable[Page] = ()) -> Iterator[Batch]:
        """All pages, `others` that depend on no record among them: first those of incidents and post-mortems,
        then those that say what was noted of these."""
        cards = sorted(
            (card for card in self.survey.of(*_MANY) if card.readable), key=lambda card: card.path
        )  # an incident beside its post-mortem, whose page says what it was about
        self.alike.prepare()
        for card in cards[:1]:
            self._changes(card)
        some = (cards[start : start + _TOGETHER] for start in range(0, len(cards), _TOGETHER))
        own = Batch(others, [partial(self._part, each) for each in some], alone=len(cards) < _FEW)
        yield own
        while own.gave:  # one after the other, since most of it is not kept
            self._take(*own.gave.pop(0))
        yield Batch(self._pages(), [self._quarterly], alone=len(cards) < _FEW)

    def _part(self, cards: Sequence[Card], put: Put) -> Gave:
        """Make the pages of some incidents and post-mortems, each step for all of them and kind after kind: a
        processor does what it has just done in much less time."""
        own = [self._own(card) for card in sorted(cards, key=attrgetter("kind"))]
        noted = [self._noted(*each) if each.document.readable else None for each in own]
        alike = [self._alike(*each) for each in zip(own, noted, strict=True)]
        drafts = [partial(self._draft, *each) for each in zip(own, noted, alike, strict=True)]
        if self.kept is None:
            pages = [draw() for draw in [draft() for draft in drafts]]
        else:
            pages = list(map(self._as_kept, own, alike, drafts))
        for page in pages:
            put(page)
        found = [self._kept(each) for each in noted if each]
        return found, self.kept.made(cards) if self.kept else {}

    def _own(self, card: Card) -> Own:
        document = self.book.read(card.path)
        if card.kind == "incident":
            return Own(document, card, document.content if document.readable else None)
        return Own(document, card, self.book.content("incident", card.id))

    def _alike(self, own: Own, noted: Noted | Learned | None) -> list[Alike]:
        return self.alike.like(own.document) if isinstance(noted, Noted) else []

    def _draft(self, own: Own, noted: Noted | Learned | None, alike: list[Alike]) -> Callable[[], Page]:
        """What makes the page of an incident or post-mortem, once all that it shows is worked out."""
        document, card, _ = own
        if noted is None:  # read since the book was looked through, and no longer to be read
            return partial(self._unreadable, document, card)
        about = self._shown(document, card, noted, alike)
        record, found = document.content, noted.row.facts
        if isinstance(noted, Noted):  # of whose facts a row shows others
            found = facts.facts(record, card, self.guide)
        return partial(self._page, document.kind, card, record, found, **about)

    def _as_kept(self, own: Own, alike: list[Alike], draft: Callable[[], Callable[[], Page]]) -> Page:
        """The page as the last build made it, where it would be the same."""
        assert self.kept is not None
        made_of = self._made_of(own.card, own.incident)
        return self.kept.page(own.card, made_of, self.survey, alike, lambda: draft()())

    def _kept(self, noted: Noted | Learned) -> Noted | Learned:
        """The same without the action items of which its own page alone speaks."""
        if isinstance(noted, Learned):
            return noted
        work = [each for each in noted.work if each.item.unfinished or board.lately(each.item, self.today)]
        return noted._replace(work=work)

    def _take(self, noted: Iterable[Noted | Learned], made: Mapping[str, Made]) -> None:
        """Learn what was noted of some incidents and post-mortems."""
        for each in noted:
            if isinstance(each, Learned):
                self.rows["postmortem"].append(each.row)
                self.library.add(each.volume)
            else:
                self._count(each)
        if self.kept:
            self.kept.take(made)

    def _quarterly(self, put: Put) -> None:
        for page in quarterly.quarterly(self.book, self.guide, self.as_of, self._render):
            put(page)

    def _made_of(self, card: Card, incident: Incident | None) -> tuple[Hashable, ...]:
        """What the page of an incident or post-mortem is made of, but for other records that it names."""
        folder = posixpath.dirname(card.path)
        keys = (f"={folder}/incident.yaml", f"={folder}/postmortem.md", f"%{card.id}", f"^{card.path}")
        shown = self.book.evidence(card.id) if card.kind == "incident" else ()
        versions = tuple(map(self.book.version, (*keys, *(f"={folder}/{each}" for each in shown))))
        used = tuple(self.guide.users(card))
        filed = tuple(
            tuple(self.survey.filed.get(each, ())) for each in (incident.alerts if incident else ())
        )
        return self._policies, self.today, self.as_of if _goes_on(incident) else None, versions, used, filed

    @cached_property
    def _policies(self) -> tuple[Hashable, ...]:
        """What every page is made of."""
        paths = (
            path for folder in ("policies", "rotations", FOLDER) for path in self.book.tree.paths(folder)
        )
        settings = (self.book.tree.version(name) for name in SETTINGS_FILES)
        return (*settings, *((path, self.book.tree.version(path)) for path in paths))

    def _pages(self) -> Iterator[Page]:
        """The pages that say what was noted of incidents and post-mortems, and those of all other records."""
        for each in KINDS:
            for path in self.book.paths(each):
                card = self.survey.by_path.get(path)
                if card and card.readable and each.name in _MANY:
                    continue
                document = self.book.read(path)
                if card and card.readable and document.readable:
                    yield self._record(document, card)
                elif card:
                    self.rows[each.name].append(Row(card, {}))
                    yield self._unreadable(document, card)
                elif each.name == "incident" and document.readable:
                    self.stubs.append(stub(document, self.book))
            if each.single and self.survey[each.name, each.name] is None:
                yield self._default(each)
        yield from itertools.starmap(self._evidence, self.survey.evidence.items())
        for each in KINDS:
            if not each.single:
                yield from self._index(each)
        self.work.sort(key=lambda work: work.order)
        yield self._render(
            "action-items",
            "incidents/action-items.md",
            "Action items",
            hide=["toc"],
            **board.board(self.work, self.done, self.items, self._work_of_teams, self.today),
        )
        yield from self._metrics()
        yield from handbook.handbook(self.book, self._render)
        found = tags.names(self.listing, self.library.listing, self.catalogue)
        yield self._render("tags", "tags.md", "Factors and tags", **found)
        searched = [*self.searched, *self.library.searched()]
        yield Page(FOUND, json.dumps(searched, separators=(",", ":")).encode())
        yield from self.news.pages(sorted(self.stubs, key=lambda found: found.day, reverse=True))
        yield self._home()

    def _render(self, template: str, path: str, title: str, **context: Any) -> Page:
        return self.templates.render(template, path, title, guide=self.guide, as_of=self.as_of, **context)

    # ── records ───────────────────────────────────────────────────────────────────────────

    def _noted(self, document: Document[Any], card: Card, incident: Incident | None) -> Noted | Learned:
        """What other pages say of an incident or post-mortem."""
        row = Row(card, facts.columns(document.content, card, self.guide))
        if card.kind == "postmortem":
            return Learned(row, self.library.volume(document, card, incident))
        assert incident is not None
        work = self._work(document, card)
        at = incident.history.known_since
        day = self.guide.local(at).date() if at else None
        over = incident.history.milestones.get("resolved", at)
        opened = self.guide.local(over).date() if over else None
        worst = self.book.severities.worst_of(incident)
        declared = incident.history.declared
        when = f"{self.guide.local(declared):%Y-%m-%d %H:%M}" if declared else ""
        return Noted(
            row,
            work,
            home.opened(incident, card, terms_of(self.book, incident)) if home.is_open(incident) else None,
            tally.Case(card, day, worst, incident.counts) if day else None,
            tuple(incident.services),
            [item for each in work if (item := tally.item(each, opened))] if day and opened else [],
            self.listing.entry(card, when, incident, facts.stated(incident)),
            listing.searched(card, incident),
            self.news.told(incident, card),
            communications.sent(incident),
        )

    def _shown(
        self, document: Document[Any], card: Card, noted: Noted | Learned, alike: list[Alike]
    ) -> dict[str, Any]:
        """What the page of an incident or post-mortem shows beside the record."""
        if isinstance(noted, Learned):
            return {"lesson": noted.volume.lesson, "body": self.guide.body(document, card)}
        return self._response(document, card, noted.work) | {"alike": alike}

    def _record(self, document: Document[Any], card: Card) -> Page:
        row = Row(card, facts.columns(document.content, card, self.guide))
        self.rows[card.kind].append(row)
        about: dict[str, Any] = {}
        if card.kind == "runbook":
            runs = self.guide.runs(card)
            about["entry"] = catalogue.entry(document.content, card, runs, self.book)
            about["today"] = self.today
            about["paged"] = self.paging.of_services(document.content.services)
            self.catalogue.append(about["entry"])
        if document.kind.markdown:
            about["body"] = self.guide.body(document, card)
            about["sections"] = markup.sections(about["body"])
        return self._page(document.kind, card, document.content, row.facts, **about)

    def _page(self, each: Kind, card: Card, record: Any, found: facts.Facts, **about: Any) -> Page:
        if card.kind == "severities":
            about["tree"] = questions.tree(record)
            about["classifier"] = questions.classifier(record, self.guide)
        if card.kind == "tools":
            purposes = list(dict.fromkeys(tool.purpose for tool in record.tools.values()))
            about |= {"choices": tools.choices(record, self.today), "purposes": purposes}
            about |= {"teams": tools.TEAMS, "budgets": tools.BUDGETS, "today": self.today}
        if card.kind == "service":
            about |= self._service(record, card)
        if card.kind == "person":
            about["turns"] = self.turns.of(card.id)
            about["work"] = self._work_of_owners.get(card.id, [])[:_LISTED]
        if card.kind == "team":
            about["posts"] = [post for post in self.posts if post.team == card.id]
            about["work"] = self._work_of_teams.get(card.id, [])[:_LISTED]
        if card.kind == "escalation":
            about["now"] = self.paging.of(card)
        if card.kind == "communication":
            about["message"] = self.examples.message(card)
            about["command"] = self.guide.use(card).command
        if card.kind == "rotation":
            about["post"] = next((each for each in self.posts if each.card == card), None)
            about["weeks"] = self._weeks(card.id)
        above: set[Card] = set()
        if card.kind == "service":
            above.update(each.card for each in (*about["cases"], *about["runbooks"]))
            above.update(about["leaned_on"])
        if card.kind == "runbook":
            above.update(run.incident for run in about["entry"].lately)
        return self._render(
            card.kind,
            card.page,
            library.title(card) if card.kind == "postmortem" else card.title,
            description=_about(record),
            search={"exclude": True} if card.kind in ("incident", "postmortem") else {},
            kind=each,
            card=card,
            record=record,
            facts=found,
            uses=self._uses(card, above),
            changes=self._changes(card),
            **about,
        )

    def _service(self, record: Service, card: Card) -> dict[str, Any]:
        """How a service is, what hurt it lately, and who looks after it now."""
        cases = sorted(
            self.by_service.get(card.id, ()), key=lambda case: (case.day, case.card.id), reverse=True
        )
        open = [each for each in self.open if card.id in each.services]
        figures = self._figures.get(card.id)
        steps = self.paging.steps(record.escalation) if record.escalation else []
        return {
            "open": open,
            "cases": cases[:_LATEST],
            "tiles": measures.service(figures, self.as_of, self.guide),
            "runbooks": [each for each in self.catalogue if card.id in each.services],
            "today": self.today,
            "steps": steps,
            "leaned_on": [user for user in self.guide.users(card) if user.kind == "service"],
        }

    @cached_property
    def _work_of_owners(self) -> dict[str | None, list[Work]]:
        return _grouped(self.work, lambda each: each.item.owner)

    @cached_property
    def _work_of_teams(self) -> dict[str | None, list[Work]]:
        return _grouped(self.work, lambda each: board.team(self.asked, each))

    @cached_property
    def _figures(self) -> dict[str, Failing]:
        return {each.id: each for each in self.measured.year.services}

    @cached_property
    def measured(self) -> measures.Measures:
        """The figures of the book."""
        return measures.measures(self.book, self.guide, self.as_of)

    @cached_property
    def turns(self) -> duty.Turns:
        """Who is on call when."""
        return duty.Turns(self.book, self._rotations, self.as_of)

    @cached_property
    def posts(self) -> list[duty.Post]:
        """Who is on call in each rotation."""
        return duty.posts(self.book, self._rotations, self.as_of)

    @property
    def _rotations(self) -> list[Card]:
        return [card for card in self.survey.of("rotation") if card.readable]

    def _work(self, document: Document[Incident], card: Card) -> list[Work]:
        """The action items of an incident, the soonest due first."""
        incident = document.content
        items = action_items(incident, card, terms_of(self.book, incident), self.today)
        return [self._answered(each, document) for each in sorted(items, key=lambda item: item.order)]

    def _answered(self, work: Work, document: Document[Incident]) -> Work:
        """An action item, and whether a comment at its place says why it is late."""
        if not work.overdue:
            return work
        return work._replace(answered=work_may_wait(document, work.id, self.today))

    def _count(self, noted: Noted) -> None:
        """Keep of an incident what the pages of the whole book count."""
        card = noted.row.card
        self.rows["incident"].append(noted.row)
        for each in noted.work:
            (self.work if each.item.unfinished else self.done).append(each)
        if noted.open:
            self.open.append(noted.open)
        if noted.case:
            self.cases.append(noted.case)
            for service in noted.services:
                self.by_service.setdefault(service, []).append(noted.case)
        self.items += noted.items
        self.listing.add(noted.entry)
        self.searched.append(noted.searched)
        self.news.add(noted.news)
        self.examples.add(card.id, noted.sent)

    def _response(self, document: Document[Incident], card: Card, work: list[Work]) -> dict[str, Any]:
        """What follows from the timeline: pictures, headline figures, and who was told in time."""
        incident = document.content
        shown = evidence.exhibits(self.book, incident, card, self.guide)
        page = self.book.content("postmortem", card.id)
        policy = self.book.severities
        steps = response.steps(incident)
        return {
            "work": work,
            "days": response.days(incident, shown, self.guide),
            "updates": [entry for entry in incident.timeline if entry.update],
            "steps": steps,
            "picture": response.picture(incident, steps, self.guide, self.as_of),
            "told": response.told(incident, policy, self.as_of),
            "owed": response.owed(incident, terms_of(self.book, incident), page, self.as_of),
            "tiles": response.tiles(incident, policy.worst_of(incident), self.limits, self.as_of),
            "runs": response.runs(incident),
        }

    def _changes(self, card: Card) -> tuple[Change, ...]:
        """The commits that changed a record, the newest first, where the book is in git."""
        return self.book.changes(self.book.read(card.path)) if card.path else ()

    def _uses(self, card: Card, above: set[Card]) -> list[tuple[str, list[Card], int]]:
        """Which records name a record, by kind, and how many; the newest first where they have dates. What
        stands `above` on its page is left out."""
        found: dict[str, list[Card]] = {}
        for user in self.guide.users(card):
            if user not in above:
                found.setdefault(user.kind, []).append(user)
        return [
            (plural(kind(name)), _in_order(users, name)[:_LISTED], len(users))
            for name, users in found.items()
        ]

    def _unreadable(self, document: Document[Any], card: Card) -> Page:
        problems = [(document.span(each.span).start.line, each) for each in document.problems]
        return self._render(
            "unreadable", card.page, card.title, kind=document.kind, card=card, problems=problems
        )

    def _default(self, each: Kind) -> Page:
        """The page of a policy that the book does not have: opsbook's own, where there is one."""
        record = getattr(self.book, each.name.replace("-", "_"), None)
        card = Card(each.name, each.name, "", index_page(each), plural(each))
        if record is None:
            return self._render("missing", card.page, card.title, kind=each, card=card)
        return self._page(each, card, record, {})

    def _evidence(self, path: str, page: str) -> Page:
        try:
            content = self.book.tree.read(path)
        except OSError as error:
            return Page(page, f"cannot be read: {error.strerror}\n".encode())
        if path.lower().endswith(TEXTS):
            content = content[:_LONGEST].decode("utf-8", "replace").encode()
        return Page(page, content)

    # ── lists ─────────────────────────────────────────────────────────────────────────────

    def _index(self, each: Kind) -> Iterator[Page]:
        rows = self.rows[each.name]
        order = {card: place for place, card in enumerate(_in_order([row.card for row in rows], each.name))}
        rows = sorted(rows, key=lambda row: order[row.card])
        first, title = index_page(each), "On call" if each.name == "rotation" else plural(each)
        shown = {"kind": each, "columns": facts.COLUMNS.get(each.name, ())}
        own: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
            "escalation": ("escalations", lambda: self.paging.matrix(self.rows["escalation"])),
            "rotation": ("rotations", self._week),
        }
        if each.name == "incident":
            stubs = sorted(self.stubs, key=lambda found: found.day, reverse=True)
            shown["stubs"] = stubs
            yield from listing.incident_pages(self.listing, rows, self._render, **shown)
        elif each.name == "postmortem" and rows:
            yield from self.library.pages(rows, self._render, **shown)
        elif each.name == "runbook" and rows:
            yield from catalogue.pages(self.catalogue, first, title, self._render, today=self.today, **shown)
        elif rows and each.name in own:
            template, found = own[each.name]
            about = found() | {"policy": self.book.severities, "rows": rows}
            yield self._render(template, first, title, **about, **shown)
        else:
            columns = facts.COLUMNS.get(each.name, ())
            shown["columns"] = [name for name in columns if any(name in row.facts for row in rows)]
            for part in listing.parts(first, rows):
                yield self._render("list", part.page, title, part=part, above=(first, title), **shown)

    def _weeks(self, rotation: str) -> list[duty.Week]:
        """The weeks ahead of a rotation, worked out once."""
        if rotation not in self._ahead:
            self._ahead[rotation] = duty.weeks(self.book, rotation, self.as_of, duty.WEEKS)
        return self._ahead[rotation]

    def _week(self) -> dict[str, Any]:
        """Who is on call now, and this week in each team."""
        posts = self.posts
        teams: dict[str | None, list[tuple[Card, duty.Week]]] = {}
        for post in posts:
            teams.setdefault(post.team, []).append((post.card, self._weeks(post.card.id)[0]))
        return {"posts": posts, "teams": list(teams.items()), "number": duty.WEEKS, "hide": ["toc"]}

    def _home(self) -> Page:
        latest = sorted(self.rows["incident"], key=lambda row: row.card.id, reverse=True)[:_LATEST]
        return self._render(
            "home",
            "index.md",
            "How things stand",
            hide=["navigation", "toc"],
            open=self.open,
            latest=latest,
            columns=facts.COLUMNS["incident"],
            posts=self.posts,
            **home.overdue(self._agenda()),
            reasoned=sum(each.answered for each in self.work),
            **home.told(self.told_at, self.as_of),
            doing=home.doing(self.measured, self.items, self.book.severities, self._target(), self.guide),
            found=self.measured,
            year=tally.reaches_back(self.cases, self.today, months=11),
            picture=measures.months(self.measured, self.guide) if self.cases else "",
            on_this_day=tally.on_this_day(self.cases, self.today),
            counts=[
                (counted(each, len(self.rows[each.name])), index_page(each), len(self.rows[each.name]))
                for each in KINDS
                if not each.single
            ],
            unreadable=[row.card for rows in self.rows.values() for row in rows if not row.card.readable],
            restricted=len(self.survey.restricted),
        )

    def _metrics(self) -> Iterator[Page]:
        """How we are doing, in figures, and the same for a spreadsheet."""
        about = measures.context(self.measured, self.book, self.guide, self._target())
        yield Page("metrics.csv", about.pop("csv").encode("utf-8", "replace"))
        yield self._render("metrics", "metrics.md", "How are we doing?", **about)

    def _agenda(self) -> list[agenda.Item]:
        """Everything with a clock, the longest overdue first, without what no page shows."""
        found = agenda.agenda(self.book, self.as_of)
        return [item for item in found if item.path not in self.survey.restricted]

    def _target(self) -> float | None:
        """The share of action items that the targets ask for."""
        found = wanted(self.book).values()
        return next((each.share_at_least for each in found if each.metric == "action_items_done"), None)


def _about(record: Any) -> str:
    """What a record says it is about. A model takes long to say that it has no such key."""
    said = getattr(record, "__dict__", {})
    return said.get("summary") or said.get("description") or ""


def _goes_on(incident: Incident | None) -> bool:
    """Whether a page of an incident says how late something is now."""
    if incident is None:
        return False
    return home.is_open(incident) or any(item.unfinished for item in incident.action_items.values())


def _grouped(work: Iterable[Work], key: Callable[[Work], str | None]) -> dict[str | None, list[Work]]:
    """Work by whose it is, each in the order in which it was met."""
    found: dict[str | None, list[Work]] = {}
    for each in work:
        found.setdefault(key(each), []).append(each)
    return found


def _in_order(cards: Iterable[Card], name: str) -> list[Card]:
    """The cards of a kind as a list shows them."""
    if name in _DATED:
        return sorted(cards, key=lambda card: (card.id, card.path), reverse=True)
    return sorted(cards, key=lambda card: (card.title.lower(), card.path))
