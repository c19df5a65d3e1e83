"""An action item as an issue of a tracker: Markdown for GitHub, fields for Jira and Linear.

A comment at the end of a GitHub issue's text says which item it is of, and how both stood when they were last
alike. It is looked for there alone, so that no words of a record can pass for it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from opsbook.output.agenda.words import words
from opsbook.output.frames import clean
from opsbook.output.markdown import code, escaped

if TYPE_CHECKING:
    from opsbook.authoring.actions import Work
    from opsbook.authoring.tracking import State
    from opsbook.book.snapshot import Book

LABEL = "opsbook"
ROOM = 60_000
"""Characters of a text; GitHub takes 65,536."""
_MARKER = re.compile(
    r"<!-- opsbook:action ([0-9]{4}-[0-9]{2}-[0-9]{2}-[A-Za-z0-9._-]{1,200}/[A-Za-z0-9._-]{1,200}) "
    r"(open|closed) -->\s*\Z"
)


def title(work: Work) -> str:
    """The title of the issue: one line that says what will be different."""
    return words(clean(work.item.title))


def text(work: Work, state: State) -> str:
    """The text of the issue."""
    incident, item = work.incident.content, work.item
    level = f", {escaped(clean(incident.severity))}" if incident.severity else ""
    lines = [f"From the incident **{escaped(_line(incident.title))}** ({code(work.incident.id)}{level})."]
    if item.done_when:
        lines.append(f"**Done when:** {escaped(_line(item.done_when))}")
    lines.append(
        f"{code(clean(work.name))} in {code(clean(work.incident.path))} keeps owner and date. Closing this "
        "issue as completed says there that it is done, closing it as not planned that it is declined."
    )
    return marked("\n\n".join(lines)[:ROOM], work.name, state)


def _line(words: str) -> str:
    return " ".join(clean(words.replace("\n", " ").replace("\r", " ")).split())[:2_000]


def mark(body: str) -> tuple[str, State] | None:
    """Which item an issue says it is of, and how it stood; None where it does not say so."""
    found = _MARKER.search(body)
    return (found[1], "open" if found[2] == "open" else "closed") if found else None


def marked(body: str, name: str, state: State) -> str:
    """The text with the comment that `mark` finds, in place of an older one."""
    return f"{_MARKER.sub('', body).rstrip()}\n\n<!-- opsbook:action {name} {state} -->\n"


# ── Jira and Linear ───────────────────────────────────────────────────────────────────────

_JIRA = {
    "open": ("To Do", None),
    "in-progress": ("In Progress", None),
    "done": ("Done", "Done"),
    "declined": ("Done", "Won't Do"),
}
_LINEAR = {"open": "unstarted", "in-progress": "started", "done": "completed", "declined": "canceled"}


def exported(book: Book, work: Work) -> dict[str, Any]:
    """An item as plain data, and as the fields that Jira and Linear have for it."""
    item, incident = work.item, work.incident.content
    owner = book.content("person", item.owner) if item.owner else None
    due, done_on = (str(each) if each else None for each in (work.due, item.done_on))
    about = f"{incident.title} ({work.incident.id})" + (
        f"\nDone when: {item.done_when}" if item.done_when else ""
    )
    status, resolution = _JIRA[item.status]
    labels = [LABEL, work.name]
    return {
        "id": work.name,
        "title": item.title,
        "incident": {"id": work.incident.id, "title": incident.title, "severity": incident.severity},
        "owner": item.owner,
        "accounts": dict(owner.accounts) if owner else {},
        "due": due,
        "status": item.status,
        "done_on": done_on,
        "reason": item.reason,
        "kind": item.kind,
        "strength": item.strength,
        "done_when": item.done_when,
        "tracker": item.tracker,
        "jira": {
            "fields": {"summary": title(work), "description": about, "duedate": due, "labels": labels},
            "status": status,
            "resolution": resolution,
        },
        "linear": {
            "title": title(work),
            "description": about,
            "dueDate": due,
            "labels": labels,
            "state": {"type": _LINEAR[item.status]},
        },
    }
