"""What the records of a book say that has a clock: what is to be done, by when, and whose it is.

A source is one function that yields `Clock`s: of an incident and its post-mortem (`OF_AN_INCIDENT`), of any
other record (`OF_A_RECORD`), or of rule files (`OF_RULE_FILES`). None of them asks the time; what an answer
is as of an instant follows from them in `agenda`, which remembers them and loads this where a text is new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from opsbook.lint.suppressions import commented, rule_files, suppressions
from opsbook.metrics.agenda import Clock, hold
from opsbook.metrics.attested import attestations, holds_until, quarter_of
from opsbook.metrics.business_days import day_left, ends_a_day, terms_of
from opsbook.metrics.due import details, next_updates
from opsbook.metrics.follow_up import (
    asks_for_postmortem,
    due_days,
    postmortem_due,
    review_day,
    told_when_overdue,
)
from opsbook.model.role import COMMANDER

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.lint.suppressions import Suppression
    from opsbook.metrics.agenda import What
    from opsbook.metrics.due import Due
    from opsbook.metrics.follow_up import PostmortemStage
    from opsbook.model.attestation import Attestation
    from opsbook.model.incident import Incident
    from opsbook.model.postmortem import Postmortem
    from opsbook.model.severity import PostmortemForm
    from opsbook.text import Location

ANSWERED_BY: dict[str, tuple[str, ...]] = {
    "update": ("INC015", "long_silence", "INC016", "late_update", "INC017", "broken_promise"),
    "draft": ("PM001", "missing_postmortem"),
    "review": ("PM005", "late_review"),
    "publication": ("PM006", "late_publication"),
    "action-item": ("ACT002", "overdue_action_item"),
    "effectiveness-review": ("ACT009", "overdue_effectiveness_review"),
    "runbook-review": ("RUN018", "overdue_review"),
    "runbook-test": ("RUN022", "overdue_test"),
}
"""The rules that report the same when it is late: a suppression of one is the answer."""
SPEAKER = "communications-lead"


def _made(
    book: Book,
    what: What,
    text: str,
    document: Document[Any],
    place: Location,
    due: date | datetime,
    **more: Any,
) -> Clock:
    """The clock, with what is written at its place."""
    zone = book.settings.timezone
    if isinstance(due, datetime) and ends_a_day(due, zone):
        due = day_left(due, zone)
    said = {"record": document.id, "title": _title(document)} | more
    said["owners"] = tuple(dict.fromkeys(said.get("owners", ())))
    said["services"] = tuple(said.get("services", ()))
    answers = _answers(what, document, place)
    return Clock(
        what=what, text=text, path=place.path, line=place.start.line, due=due, answers=answers, **said
    )


def work_due(incident: Document[Incident], id: str) -> Location:
    """Where it is written when an action item is due: its date, else its name, since the policy says it."""
    key = ("action_items", id)
    return incident.at(*key, "due") if incident.content.action_items[id].due else incident.key_at(*key)


def work_may_wait(incident: Document[Incident], id: str, today: date) -> bool:
    """Whether a comment says, on a day, why an action item may be late."""
    return answered("action-item", incident, work_due(incident, id), today)


def answered(what: What, document: Document[Any], place: Location, today: date) -> bool:
    """Whether a comment at a place says, on a day, why what is asked there may stay as it is."""
    return hold(_answers(what, document, place), today)


def _answers(what: What, document: Document[Any], place: Location) -> tuple[date | None, ...]:
    """Until when the comments hold that speak of a place, and answer what is asked there."""
    names, line = frozenset(ANSWERED_BY.get(what, ())), place.start.line
    return tuple(
        each.until
        for each in suppressions(commented(document))
        if each.lines[0] <= line <= each.lines[1] and not names.isdisjoint(each.names)
    )


def _title(document: Document[Any]) -> str:
    """What people call a record."""
    said = document.content if document.readable else None
    title = getattr(said, "title", None) or getattr(said, "name", None)
    if title is None and document.kind.markdown:
        title = next((each.text for each in document.page.headings), None)
    return title or document.id


# ── of an incident ────────────────────────────────────────────────────────────────────────


def updates(book: Book, incident: Document[Incident]) -> Iterator[Clock]:
    """Updates that are owed while it goes on, and the full details afterwards."""
    record = incident.content
    if not record.counts:
        return
    over = record.history.status in ("resolved", "closed")
    for each in _details(book, incident) if over else _next(book, record):
        yield _made(
            book, "update", f"Tell {each.audience} the full details" if over else f"Update {each.audience}",
            incident, incident.at("timeline", each.place, "at"), each.at,
            owners=_holds(record, SPEAKER) or _holds(record, COMMANDER), services=record.services,
        )  # fmt: skip


def _next(book: Book, incident: Incident) -> list[Due]:
    return next_updates(incident, terms_of(book, incident))


def _details(book: Book, incident: Document[Incident]) -> list[Due]:
    terms = terms_of(book, incident.content)
    owed = details(incident.content, terms, None)
    page = book.find("postmortem", incident.id) if owed else None
    return details(incident.content, terms, page.content) if page and page.readable else owed


def _holds(incident: Incident, role: str) -> tuple[str, ...]:
    """Who holds a role, or held it last."""
    return incident.history.roles.get(role) or incident.roles.get(role) or ()


def postmortem(book: Book, incident: Document[Incident]) -> Iterator[Clock]:
    """The draft of its post-mortem, and once there is one its review and its publication."""
    record, policy = incident.content, book.severities
    level = policy.level_of(record) if asks_for_postmortem(record) else None
    due = postmortem_due(record, terms_of(book, record)) if level else {}
    if level is None or not due:
        return
    page = book.find("postmortem", incident.id)
    if page is None:
        yield from _draft(book, incident, level.postmortem, min(due.values()))
    elif page.readable:
        yield from _stages(book, incident, page, due)


def _draft(book: Book, incident: Document[Incident], form: PostmortemForm, due: datetime) -> Iterator[Clock]:
    record = incident.content
    if form == "note" and record.summary:
        return
    text = "Sum it up in two sentences" if form == "note" else "Draft the post-mortem"
    owners = _holds(record, COMMANDER)
    yield _made(
        book, "draft", text, incident, incident.at("severity"), due, owners=owners, services=record.services
    )


def _stages(
    book: Book,
    incident: Document[Incident],
    page: Document[Postmortem],
    due: Mapping[PostmortemStage, datetime],
) -> Iterator[Clock]:
    record, said = incident.content, page.content
    authors = said.authors or _holds(record, COMMANDER)
    about = {"title": record.title, "services": record.services}
    if "review" in due and said.review_at is None:
        place, owners = page.at("status"), (said.facilitator,) if said.facilitator else authors
        yield _made(
            book, "review", "Review the post-mortem", page, place, due["review"], owners=owners, **about
        )
    if "published" in due and said.published_on is None and said.status != "published":
        place, day = page.at("status"), day_left(due["published"], book.settings.timezone)
        yield _made(book, "publication", "Publish the post-mortem", page, place, day, owners=authors, **about)


def action_items(book: Book, incident: Document[Incident]) -> Iterator[Clock]:
    """Its work that is not finished and has a day, and what is done and shall be looked at again."""
    record = incident.content
    if not record.action_items:
        return
    days = due_days(record, terms_of(book, record))
    for id, item in record.action_items.items():
        day, look = days[id], review_day(item)
        about = {
            "record": f"{incident.id}/{id}",
            "owners": (item.owner,) if item.owner else (),
            "services": record.services,
        }
        if item.unfinished and day is not None:
            told, place = told_when_overdue(record, book.severities), work_due(incident, id)
            yield _made(book, "action-item", item.title, incident, place, day, told=told, **about)
        if look is not None:
            text, place = f"See whether it holds: {item.title}", incident.at("action_items", id, "review_on")
            yield _made(book, "effectiveness-review", text, incident, place, look, **about)


def ending_suppressions(book: Book, document: Document[Any]) -> Iterator[Clock]:
    """Suppressions of a record with an end: by then somebody decides once more."""
    for each in suppressions(commented(document)):
        if each.until is not None and each.until != date.min:
            owners, services = _keepers(document, each)
            yield _made(
                book, "suppression", _decision(each), document, each.location, each.until,
                owners=owners, services=services,
            )  # fmt: skip


def _of_its_page(book: Book, incident: Document[Incident]) -> Iterator[Clock]:
    page = book.find("postmortem", incident.id)
    yield from ending_suppressions(book, page) if page is not None else ()


def _decision(each: Suppression) -> str:
    reason = f": {each.reason}" if each.reason else ""
    return f"Decide again about {', '.join(each.names)}{reason}"


def _keepers(document: Document[Any], about: Suppression) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Whose a suppression is: who keeps the record, or owns the action item; and the record's services."""
    if not document.readable:
        return (), ()
    name, said = document.kind.name, document.content
    services = tuple(getattr(said, "services", ()))
    if name == "incident":
        items = document.within(about.location.span.start).split("/")
        item = said.action_items.get(items[1]) if items[0] == "action_items" and len(items) > 1 else None
        return (item.owner,) if item and item.owner else _holds(said, COMMANDER), services
    if name in ("person", "team"):
        return (document.id,), ()
    one = getattr(said, "owner", None) or getattr(said, "team", None)
    return (one,) if one else tuple(getattr(said, "authors", ())), services


OF_AN_INCIDENT: tuple[Callable[[Book, Document[Incident]], Iterator[Clock]], ...] = (
    updates,
    postmortem,
    action_items,
    ending_suppressions,
    _of_its_page,
)
"""What an incident says, together with its post-mortem and the severity policy."""


# ── of other records, and of the book ─────────────────────────────────────────────────────

_DATES = ("last_updated", "last_reviewed_on", "last_review_date")


def runbook_review(book: Book, document: Document[Any]) -> Iterator[Clock]:
    """When a runbook is looked at again that says so, or of which the settings say so."""
    if document.kind.name != "runbook" or not document.readable:
        return
    content = document.content
    period = content.review_in or book.settings.review_in
    if period is None or content.last_updated is None:
        return
    place = document.at(next(filter(document.has, ("review_in", *_DATES))))
    yield _made(
        book, "runbook-review", "Review the runbook", document, place, period.after(content.last_updated),
        owners=(content.owner,) if content.owner else (), services=content.services,
    )  # fmt: skip


def runbook_test(book: Book, document: Document[Any]) -> Iterator[Clock]:
    """When a runbook is followed again that says for how long a run holds: so long after it was looked at,
    and where it was followed, so long after that."""
    if document.kind.name != "runbook" or not document.readable:
        return
    content = document.content
    if content.test_in is None or content.last_updated is None:
        return
    clock = _made(
        book, "runbook-test", "Test the runbook in a drill", document, document.at("test_in"),
        content.test_in.after(content.last_updated),
        owners=(content.owner,) if content.owner else (), services=content.services,
    )  # fmt: skip
    yield clock._replace(holds=tuple(content.test_in))


_ASKED_AGAIN = {
    "alert-audit": "Audit the alerts: `opsbook alerts`",
    "trend-review": "Review the quarter: `opsbook report`",
}


def attested(book: Book, document: Document[Any]) -> Iterator[Clock]:
    """What somebody vouched for, when that ends."""
    if document.kind.name != "attestations" or not document.readable:
        return
    newest: dict[str, tuple[int, Attestation]] = {}
    for place, each in enumerate(document.content.attestations):
        if each.what not in newest or each.day >= newest[each.what][1].day:
            newest[each.what] = place, each
    for what, (place, each) in newest.items():
        text = _ASKED_AGAIN.get(what, f"Vouch again for {what}, or show it")
        about = {"record": document.path, "title": what, "owners": (each.by,)}
        at = document.at("attestations", place)
        yield _made(book, "attestation", text, document, at, holds_until(each), **about)


OF_A_RECORD: tuple[Callable[[Book, Document[Any]], Iterator[Clock]], ...] = (
    runbook_review,
    runbook_test,
    attested,
    ending_suppressions,
)
"""What any other record says, together with the settings."""


def of_rule_files(book: Book) -> Iterator[Clock]:
    """Suppressions in rule files that end."""
    for text in rule_files(book):
        for each in suppressions(text):
            if each.until is not None and each.until != date.min:
                path, line = each.location.path, each.location.start.line
                yield Clock("suppression", _decision(each), path, path, path, line, each.until)


def first_audit(book: Book) -> Iterator[Clock]:
    """The audit of alerts that nobody ever did: due when the quarter before that of the newest incident
    ended, or that quarter where the book was not older. Where nothing ever happened nothing is due."""
    files, incidents, document = book.rule_paths(), book.names("incident"), attestations(book)
    done = document is not None and any(each.what == "alert-audit" for each in document.content.attestations)
    if done or not files or not incidents:
        return
    this = quarter_of(date.fromisoformat(incidents[-1][:10]))
    before = this.later(-1).last
    due = before if incidents[0][:10] <= f"{before}" else this.last
    path = "policies/attestations.yaml"
    yield Clock("attestation", _ASKED_AGAIN["alert-audit"], path, "alert-audit", files[0], 1, due)


OF_RULE_FILES: tuple[Callable[[Book], Iterator[Clock]], ...] = (of_rule_files, first_audit)
"""What follows from the rule files that the settings name; asked each time where there are some, so each of
them is quick."""
