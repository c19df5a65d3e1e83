"""What stands many times on a page, or on many pages, as HTML: entries, facts, figures, rows of tables.

A template could say all of it, and did; as functions each writes one text and escapes each value once, which
takes a small part of the time where there are ten thousand pages. Templates call them as `show`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from opsbook.site import facts as known
from opsbook.site.escape import escaped, html, text
from opsbook.site.phrases import length, sort

if TYPE_CHECKING:
    from datetime import date, datetime, timedelta

    from opsbook.book.kinds import Kind
    from opsbook.git import Change
    from opsbook.model.incident import Entry, Update
    from opsbook.site.alike import Alike
    from opsbook.site.evidence import Exhibit
    from opsbook.site.facts import Facts
    from opsbook.site.guide import Guide
    from opsbook.site.response import Duty, Reached, Run, Tile, Told
    from opsbook.site.survey import Card
    from opsbook.site.work import Work


# ── any record ────────────────────────────────────────────────────────────────────────────


def facts(found: Facts, without: Iterable[str] = ()) -> Markup:
    """Labels and values, but for some; nothing where there are none."""
    left = {label: value for label, value in found.items() if label not in without} if without else found
    pairs = [f"{_label(label)}{text(value)}</dd></div>" for label, value in left.items()]
    return html(f'<dl class="ob-facts">{"".join(pairs)}</dl>' if pairs else "")


@lru_cache(maxsize=1 << 10, typed=True)
def _label(words: str) -> str:
    return f"<div><dt>{escaped(words)}</dt><dd>"


def tiles(found: Iterable[Tile]) -> Markup:
    """The figures at the head of a page."""
    tiles = "".join(map(_tile, found))
    return html(f'<ul class="ob-tiles">{tiles}</ul>' if tiles else "")


def _tile(tile: Tile) -> str:
    style = f' class="ob-tile-{tile.style}"' if tile.style else ""
    source = f" · from {tile.source}" if tile.source else ""
    note = f" <small>{escaped(tile.note)}{source}</small>" if tile.note or source else ""
    return f"<li{style}>{escaped(tile.name)} <strong>{escaped(tile.value)}</strong>{note}</li>"


def uses(found: Iterable[tuple[str, list[Card], int]], guide: Guide) -> Markup:
    """The records that name one, by kind, each kind a line."""
    return html("\n".join(_used(*each, guide) for each in found))


def _used(kind: str, cards: list[Card], number: int, guide: Guide) -> str:
    last = f" ({number}, the last {len(cards)} of them)" if number > len(cards) else ""
    return f"<p><strong>{escaped(kind)}</strong>{last}: {guide.cards(cards)}</p>"


def source(kind: Kind, card: Card, as_of: datetime, changes: Sequence[Change], guide: Guide) -> Markup:
    """Where a record is written, how it changed, and as of when it is shown."""
    found = f"This is opsbook's default; <code>{escaped(kind.place)}</code> would replace it."
    if card.path:
        edit = guide.edit(card)
        found = (
            f"Written in <code>{escaped(card.path)}</code>{_changed(changes, guide)}.{edit and f' {edit}'}"
        )
    return html(f"{found} As of {guide.when(as_of)}, times in {escaped(guide.zone.key)}.")


def _changed(changes: Sequence[Change], guide: Guide) -> str:
    if not changes:
        return ""
    last = f", last changed {guide.day(changes[0].written)} in <code>{escaped(changes[0].commit[:10])}</code>"
    return last if len(changes) == 1 else f"{last}, {len(changes)} changes in all"


# ── an incident ───────────────────────────────────────────────────────────────────────────


def steps(found: Iterable[Reached], guide: Guide) -> Markup:
    """The milestones as a table: when each was, how long after the one before, and after the first."""
    rows = "".join(
        f"<tr><td>{escaped(step.name)}</td><td>{guide.when(step.at, approximate=step.approximate)}</td>"
        f"<td>{_length(step.since)}</td><td>{_length(step.total)}</td></tr>\n"
        for step in found
    )
    return _table(_STEPS, rows)


def _length(value: timedelta | None) -> str:
    return "" if value is None else length(value)


def _table(head: str, rows: str) -> Markup:
    return html(f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>")


def _head(*names: str) -> str:
    return "".join(f"<th>{name}</th>" for name in names)


_STEPS = _head("Milestone", "At", "After the one before", "Since the first")
_TOLD = _head("Audience", "Updates sent", "Longest silence", "Allowed", "Verdict")
_OWED = _head("Owed", "By", "Came", "Verdict")
_UPDATES = _head("Sent", "To", "Stage", "Said", "Promised")


def timeline(
    days: Iterable[tuple[date, Iterable[tuple[Entry, Sequence[Exhibit]]]]], card: Card, guide: Guide
) -> Markup:
    """The entries of a timeline by days, each with its exhibits."""
    who = _Who(guide)
    lines = ['<ol class="ob-timeline">']
    for day, entries in days:
        lines.append(_day(day))
        lines += [_entry(entry, exhibits, card, guide, who) for entry, exhibits in entries]
    return html("\n".join([*lines, "</ol>"]))


@lru_cache(maxsize=1 << 10)
def _day(day: date) -> str:
    return f'<li class="ob-day">{day:%A}, {day.day} {day:%B %Y}</li>'


class _Who(dict[str, Markup]):
    """Who says what, each asked once for a timeline: a few people say most of it."""

    def __init__(self, guide: Guide) -> None:
        self._guide = guide

    def __missing__(self, id: str) -> Markup:
        found = self[id] = self._guide.either(id)
        return found


def _entry(entry: Entry, exhibits: Sequence[Exhibit], card: Card, guide: Guide, who: _Who) -> str:
    return (
        f'<li class="{sort(entry)}">{guide.clock(entry.at, approximate=entry.approximate)} '
        f"{' '.join(_words(entry, guide))}{guide.markdown(entry.text, card)}"
        f"{_asides(entry, card, guide, who)}{''.join(map(_exhibit, exhibits)) if exhibits else ''}</li>"
    )


def _words(entry: Entry, guide: Guide) -> list[str]:
    """What an entry is and what it set, in boxes: what `b` is in a timeline."""
    update, page, runbook = entry.update, entry.page, entry.runbook
    found: list[str] = []
    if entry.milestone:
        found.append(f"<b>{entry.milestone}</b>")
    if entry.severity:
        found.append(f'<b class="ob-rank-{guide.rank(entry.severity)}">{guide.level(entry.severity)}</b>')
    if entry.type:
        found.append(f"<b>{entry.type}</b>")
    if entry.choice:
        found.append(f"<b>{entry.choice}</b>")
    if update:
        found += [f"<b>{each}</b>" for each in (f"told: {update.audience}", update.stage) if each]
    if page:
        found += ["<b>page</b>", guide.link("person", page.person)]
        found += [f"<b>{page.outcome}</b>"] if page.outcome else []
    if runbook:
        result = f'<b class="ob-{runbook.result}">{runbook.result}</b>'
        found += ["<b>runbook</b>", guide.link("runbook", runbook.id), result]
    return found


def _asides(entry: Entry, card: Card, guide: Guide, who: _Who) -> str:
    """Who holds a role, how a service stands, and who said so where."""
    found = ""
    for role, people in entry.roles.items():
        found += f"<small>{guide.role(role)}: {guide.links('person', people) or 'nobody'}</small>"
    for service, state in entry.services.items():
        stands = f': <b class="ob-{state}">{state}</b>' if state else ""
        found += f"<small>{guide.link('service', service)}{stands}</small>"
    said = f"by {who[entry.by]}" if entry.by else ""
    for proof in entry.evidence:
        said += f" · {guide.proof(card, proof)}"
    if entry.source:
        said += f" · {guide.address(entry.source)}"
    return f"{found}<small>{said}</small>" if said else found


def _exhibit(each: Exhibit) -> str:
    if each.text:
        name = escaped(each.name)
        return f'<details class="ob-more ob-exhibit"><summary>{name}</summary>{each.text}</details>'
    picture = f'<img src="{each.address}" alt="{escaped(each.alt)}" loading="lazy">'
    return f'<p class="ob-exhibit"><a href="{each.address}">{picture}</a></p>'


def told(found: Iterable[Told], guide: Guide) -> Markup:
    """How each audience was kept informed, as rows."""
    rows = "".join(
        f"<tr><td>{escaped(each.audience)}</td>{_cell('Updates sent', each.sent)}"
        f"{_cell('Longest silence', _length(each.longest))}"
        f"{_cell('Allowed', 'not asked for' if each.allowed is None else length(each.allowed))}"
        f"{_cell('Verdict', _kept(each, guide))}</tr>\n"
        for each in found
    )
    return _table(_TOLD, rows)


def _kept(each: Told, guide: Guide) -> str:
    if each.allowed is None:
        return ""
    return guide.badge(f"{each.late} late", "overdue") if each.late else guide.badge("in time", "ok")


def _cell(label: str, value: Any) -> str:
    """A cell that says on a phone what it is."""
    return f'<td data-label="{label}">{text(value)}</td>'


def owed(found: Iterable[Duty], guide: Guide) -> Markup:
    """What was owed to others by when, as rows."""
    rows = "".join(
        f"<tr><td>{escaped(duty.what)}</td>{_cell('By', guide.when(duty.due))}"
        f"{_cell('Came', _came(duty, guide))}"
        f"{_cell('Verdict', _met(duty, guide))}</tr>\n"
        for duty in found
    )
    return _table(_OWED, rows)


def _came(duty: Duty, guide: Guide) -> Markup:
    if duty.met is None:
        return text("not yet")
    return html(f"{guide.when(duty.met)}{f' by {escaped(duty.by)}' if duty.by else ''}")


def _met(duty: Duty, guide: Guide) -> Markup:
    if duty.late:
        return guide.badge("late", "overdue")
    return guide.badge("in time", "ok") if duty.met else guide.badge("due")


def updates(entries: Iterable[Entry], card: Card, guide: Guide) -> Markup:
    """The updates of a timeline as they were sent, as rows."""
    rows = "".join(_sent(entry, entry.update, card, guide) for entry in entries if entry.update)
    return _table(_UPDATES, rows)


def _sent(entry: Entry, update: Update, card: Card, guide: Guide) -> str:
    return (
        f"<tr><td>{guide.when(entry.at)}</td>{_cell('To', update.audience)}"
        f"{_cell('Stage', update.stage or '')}{_cell('Said', guide.markdown(entry.text, card))}"
        f"{_cell('Promised', _promised(update, guide))}</tr>\n"
    )


def _promised(update: Update, guide: Guide) -> Markup:
    found = [f"next update by {guide.clock(update.next_update)}"] if update.next_update else []
    found += [f"working again by {guide.when(update.eta)}"] if update.eta else []
    return html(" ".join(found))


def work(items: Iterable[Work], guide: Guide) -> Markup:
    """Action items, one below the other, with what is known of each."""
    return html("\n".join(_item(each, guide) for each in items))


def _item(each: Work, guide: Guide) -> str:
    return (
        f'<div id="action-{escaped(each.id)}">'
        f"<p>{state(each, guide)} <strong>{escaped(each.item.title)}</strong></p>"
        f"{facts(known.work(each, guide))}</div>"
    )


def state(work: Work, guide: Guide) -> Markup:
    """How far an action item is, as a badge."""
    if work.answered:
        return guide.badge("late, with a reason")
    words = "overdue" if work.overdue else work.item.status
    return guide.badge(words, words)


def runs(found: Iterable[Run], guide: Guide) -> Markup:
    """The runbooks that were followed, and what came of it."""
    lines = "".join(
        f"<li>{guide.clock(run.at)} {guide.link('runbook', run.id)} "
        f"{guide.badge(run.result, run.result)}</li>\n"
        for run in found
    )
    return html(f"<ul>\n{lines}</ul>")


def alike(found: Iterable[Alike], guide: Guide) -> Markup:
    """Incidents that are like one, and why."""
    return html(
        "\n".join(
            f'<li class="ob-card"><p class="ob-title">{guide.card(each.card)}</p>'
            f'<p class="ob-aside">{escaped(each.why)}</p></li>'
            for each in found
        )
    )
