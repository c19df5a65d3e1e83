"""What stands at the head of a record's page, and in its row of the index: labels and values.

One function a kind, by the kind's name; a kind without one has no facts. A value that is empty is
left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from opsbook.model.time import write_duration, write_length
from opsbook.site import communications, phrases
from opsbook.site.escape import html, joined, text

if TYPE_CHECKING:
    from opsbook.model.directory import Person, Service, Team
    from opsbook.model.escalation import Escalation
    from opsbook.model.incident import Closure, Impact, Incident, Recovery
    from opsbook.model.postmortem import Postmortem
    from opsbook.model.rotation import Handoff, Override, Rotation
    from opsbook.model.severity import SeverityLevel
    from opsbook.model.tool import Tool
    from opsbook.site.guide import Guide
    from opsbook.site.survey import Card
    from opsbook.site.work import Work

Facts = dict[str, Any]
COLUMNS: dict[str, tuple[str, ...]] = {
    "incident": ("Declared", "Severity", "Status", "Services"),
    "postmortem": ("Status", "Authors", "Published"),
    "person": ("Title", "Team", "Time zone", "Until"),
    "team": ("Lead", "Members", "Chat"),
    "service": ("Team", "Critical", "Escalation"),
    "rotation": ("Team", "Time zone", "Layers"),
    "override": ("Rotation", "From", "On", "Reason"),
    "handoff": ("Rotation", "At", "By"),
    "escalation": ("First", "Levels", "Fallback"),
    "holidays": ("Days",),
    "communication": ("Purpose", "Audience", "Stage", "By when"),
}
"""Which facts are columns of the index."""


def facts(record: Any, card: Card, guide: Guide) -> Facts:
    """The facts of what a record says, in the order in which they are shown."""
    write = _BY_KIND.get(card.kind)
    return _written(write(record, card, guide)) if write else {}


def columns(record: Any, card: Card, guide: Guide) -> Facts:
    """Those that a row of the index shows: all of them, but for incidents, which are many."""
    if card.kind not in COLUMNS:
        return {}
    if card.kind != "incident":
        return facts(record, card, guide)
    declared = record.history.declared
    return {
        "Declared": guide.when(declared) if declared else "",
        "Severity": guide.severity(record.severity) if record.severity else "",
        "Status": status(record, guide),
        "Services": guide.links("service", record.services),
    }


def _written(found: Facts) -> Facts:
    return {label: value for label, value in found.items() if value not in ("", None)}


def stated(incident: Incident) -> tuple[str, ...]:
    """How far an incident is; what was no incident, only a drill or a duplicate says so first."""
    reached = incident.history.status
    if incident.duplicate_of:
        return "duplicate", reached
    if incident.kind == "incident":
        return (reached,)
    return (incident.kind,) if reached == "triage" else (incident.kind, reached)


def status(incident: Incident, guide: Guide) -> Markup:
    """The same as badges; only how far it is has a colour."""
    words = stated(incident)
    return joined((guide.badge(word, word if word == incident.history.status else "") for word in words), " ")


def _incident(record: Incident, card: Card, guide: Guide) -> Facts:
    """Beside its severity, its status and its milestones, which stand on its page by themselves."""
    postmortem = guide.survey["postmortem", card.id]
    return {
        "Services": guide.links("service", record.services),
        **{guide.roles.get(id, id): guide.links("person", people) for id, people in record.roles.items()},
        "Post-mortem": guide.card(postmortem) if postmortem else "",
        "Related": guide.links("incident", record.related),
        "Factors": guide.all_filtered("incidents/index.md", "factor", record.contributing_factors),
        "Tags": guide.all_filtered("incidents/index.md", "tag", record.tags),
        "Alerts": guide.alerts(record.alerts),
        "Objective": record.slo,
        "Links": joined(
            guide.address(target, phrases.plain(name).capitalize()) for name, target in record.links.items()
        ),
        "Changes": joined(guide.address(target) for target in record.changes),
        "Recovery": _recovery(record.recovery),
        **(_closure(record.closure, card, guide) if record.closure else {}),
    }


def _recovery(found: Recovery | None) -> str:
    """`recovered in 54m, objective 30m; lost 0m, objective 0m`."""
    if found is None:
        return ""
    pairs = (
        ("recovered in", found.actual_rto),
        ("objective", found.rto),
        ("lost data of", found.actual_rpo),
        ("at most", found.rpo),
    )
    return ", ".join(f"{words} {write_duration(length)}" for words, length in pairs if length is not None)


def _closure(found: Closure, card: Card, guide: Guide) -> Facts:
    return {
        "Metrics at baseline": "yes" if found.metrics_at_baseline else "no",
        "Customers still report": "no" if found.no_customer_reports else "yes",
        "Shown by": _proofs(found.evidence, card, guide),
        "Closed early because": found.because,
    }


def _proofs(written: tuple[str, ...], card: Card, guide: Guide) -> Markup:
    return joined(guide.proof(card, each) for each in written)


def impact(found: Impact, guide: Guide) -> Facts:
    """What customers felt, beside its description."""
    return _written(
        {
            "Users affected": "" if found.users_affected is None else f"{found.users_affected:,}",
            "Regions": guide.listed(found.regions),
            "Data loss": {True: "yes", False: "no", None: ""}[found.data_loss],
        }
    )


def work(found: Work, guide: Guide) -> Facts:
    """What is known of an action item."""
    item = found.item
    return _written(
        {
            "Owner": guide.either(item.owner) if item.owner else "nobody",
            "Due": found.due or "no date",
            "Does": item.kind,
            "Strength": item.strength,
            "Done when": guide.markdown(item.done_when) if item.done_when else "",
            "Done on": item.done_on,
            "Declined because" if item.status == "declined" else "Reason": item.reason,
            "Tracked in": guide.address(item.tracker) if item.tracker else "",
            "Shown by": _proofs(item.evidence, found.incident, guide),
            "Reviewed by": item.review_on if item.verdict is None else "",
            "Verdict": item.verdict
            and f"{item.verdict.result}, {item.verdict.reviewed_on}: {item.verdict.reason}",
        }
    )


def level(found: SeverityLevel, guide: Guide) -> Facts:
    """What a level of severity obliges to."""
    response = found.response
    return _written(
        {
            "Also called": guide.listed(found.aliases),
            "Response": response
            and f"{response.business_hours} in business hours, {response.off_hours} outside them",
            "Acknowledged within": found.acknowledge_within and write_duration(found.acknowledge_within),
            "Roles": joined(guide.role(name) for name in found.roles),
            "War room": "yes" if found.war_room else "",
            "Updates": guide.listed(
                f"{audience} every {write_duration(every)}" for audience, every in found.updates.items()
            ),
            "Post-mortem": found.postmortem,
            "Action items within": found.action_items_within and write_length(found.action_items_within),
            "Told when they are overdue": joined(guide.either(each) for each in found.tell_when_overdue),
        }
    )


def tool(found: Tool, guide: Guide) -> Facts:
    """What is known of a tool, and as of when."""
    return _written(
        {
            "For": phrases.plain(found.purpose),
            "Best for": found.best_for,
            "Choose when": found.choose_when,
            "Avoid when": found.avoid_when,
            "Cost": found.cost,
            "Support ends": found.ends_on,
            "As of": found.as_of,
            "Source": guide.address(found.source),
        }
    )


def _postmortem(record: Postmortem, card: Card, guide: Guide) -> Facts:
    return {
        "Incident": guide.link("incident", card.id),
        "Status": guide.badge(record.status, record.status),
        "Authors": guide.links("person", record.authors),
        "Facilitator": guide.link("person", record.facilitator) if record.facilitator else "",
        "Tags": guide.all_filtered("incidents/postmortems.md", "tag", record.tags),
        "Attendees": guide.links("person", record.attendees),
        "Review": guide.when(record.review_at) if record.review_at else "",
        "Published": guide.day(record.published_on),
        "Sent to": joined(html(f"{text(sent.to)} ({guide.when(sent.at)})") for sent in record.distribution),
    }


def _person(record: Person, card: Card, guide: Guide) -> Facts:
    return {
        "Title": record.title,
        "Team": guide.cards(each for each in guide.users(card) if each.kind == "team"),
        "Time zone": record.timezone.key,
        "Accounts": guide.listed(f"{name}: {account}" for name, account in record.accounts.items()),
        "Until": guide.day(record.until),
    }


def _team(record: Team, card: Card, guide: Guide) -> Facts:
    return {
        "About": record.description,
        "Lead": guide.link("person", record.lead) if record.lead else "",
        "Members": guide.links("person", record.members),
        "Chat": record.chat,
        "Tier": record.tier,
        "Until": guide.day(record.until),
    }


def _service(record: Service, card: Card, guide: Guide) -> Facts:
    return {
        "About": record.description,
        "Team": guide.link("team", record.team),
        "Critical": "yes" if record.critical else "",
        "Escalation": guide.link("escalation", record.escalation) if record.escalation else "",
        "Depends on": guide.links("service", record.depends_on),
        "Links": joined(
            guide.address(target, phrases.plain(name).capitalize()) for name, target in record.links.items()
        ),
        "Until": guide.day(record.until),
    }


def _rotation(record: Rotation, card: Card, guide: Guide) -> Facts:
    return {
        "About": record.description,
        "Team": guide.link("team", record.team) if record.team else "",
        "Time zone": record.timezone.key if record.timezone else "",
        "Holidays": guide.link("holidays", record.holidays) if record.holidays else "",
        "Nights": "" if record.nights else "nobody is on call in their own night",
        "Layers": guide.listed(layer.name for layer in record.layers)
        or html(f"as {guide.link('rotation', record.follows or '')}, {text(record.offset or 0)} later"),
    }


def _override(record: Override, card: Card, guide: Guide) -> Facts:
    people = dict.fromkeys(person for cover in record.covers for person in cover.on)
    return {
        "Rotation": guide.link("rotation", record.rotation),
        "Reason": record.reason,
        "From": guide.when(min(cover.start for cover in record.covers)),
        "To": guide.when(max(cover.end for cover in record.covers)),
        "On": guide.links("person", people),
    }


def _handoff(record: Handoff, card: Card, guide: Guide) -> Facts:
    return {
        "Rotation": guide.link("rotation", record.rotation),
        "At": guide.when(record.at),
        "By": guide.link("person", record.by),
        "Acknowledged": guide.when(record.acknowledged),
        "Note": record.note,
    }


def _escalation(record: Escalation, card: Card, guide: Guide) -> Facts:
    first = record.levels[0].page if record.levels else ()
    return {
        "About": record.description,
        "First": phrases.paged(first, guide),
        "Levels": len(record.levels),
        "Repeated": f"{record.repeat} times" if record.repeat else "",
        "Fallback": phrases.paged([record.fallback], guide) if record.fallback else "",
    }


def _communication(record: str, card: Card, guide: Guide) -> Facts:
    use = guide.use(card)
    return {
        "Purpose": communications.purpose(record),
        "Audience": use.audience,
        "Stage": use.at,
        "By when": "; ".join(use.by_when(guide.policy)),
    }


def _holidays(record: Any, card: Card, guide: Guide) -> Facts:
    return {"Days": len(record.root)}


_BY_KIND: dict[str, Callable[[Any, Card, Guide], Facts]] = {
    "incident": _incident,
    "postmortem": _postmortem,
    "person": _person,
    "team": _team,
    "service": _service,
    "rotation": _rotation,
    "override": _override,
    "handoff": _handoff,
    "escalation": _escalation,
    "holidays": _holidays,
    "communication": _communication,
}
