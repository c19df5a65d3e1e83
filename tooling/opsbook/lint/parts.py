"""Which parts a runbook and sections a post-mortem must have, and what to say where one is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.book.parts import Part, find, runbook_kind
from opsbook.diagnostics import Finding
from opsbook.model.postmortem import SECTIONS, Postmortem
from opsbook.model.runbook import Runbook

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.markdown import Page
    from opsbook.lint.context import Context


_GONE = re.compile(r"[\[(](?:deprecated|obsolete|retired|archived)[\])]", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"\b(?:is|was|been|are) (?:now )?(?:deprecated|obsolete|moved|replaced by|superseded by)\b|^see \[",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNPOST = 400
"""A page of no more characters that says where to look instead has nothing else to say."""


def required(runbook: Document[Runbook], context: Context) -> tuple[str, ...]:
    """The parts that this runbook must have; none where its kind is unknown, and of a page that only says
    where to look instead."""
    if _signpost(runbook.page):
        return ()
    return context.settings.parts(runbook_kind(runbook, context.settings)) or ()


def _signpost(page: Page) -> bool:
    """Whether a page says that its time is over, or that what it was about stands elsewhere."""
    if page.headings and _GONE.search(page.headings[0].text):
        return True
    short = len(page.headings) < 2 and len(page.text) - page.start < _SIGNPOST
    return short and _ELSEWHERE.search(page.text, page.start) is not None


def missing(runbook: Document[Runbook], part: str, context: Context, content: str = "") -> Iterator[Finding]:
    """A finding where a part that this runbook must have is not there, or says nothing; `content`
    is what to write there."""
    found = find(runbook, part, context.settings)
    if (found and not found.empty) or part not in required(runbook, context):
        return
    if found is None:
        key, name = part in Runbook.model_fields, part.replace("_", " ").capitalize()
        where = f"`{part}:` to the front matter" if key else f"`## {name}`"
        message = f"no `{part}`" if key else f"no section `{name}`"
        yield Finding(runbook.head, message, f"add {where}{content and ': '}{content}")
    else:
        yield Finding(found.location, f"{quoted(found)} is empty", content and f"write {content}")


def quoted(part: Part) -> str:
    """A key, heading or label as it is written."""
    return f"`{part.location.text.strip('#*_:` ').partition(chr(10))[0]}`"


def sections(postmortem: Document[Postmortem], context: Context) -> tuple[str, ...]:
    """The sections that a post-mortem must have: by its incident's worst severity, and all where
    no incident can be read. What nobody asked for (of a drill, say) may have any form."""
    incident = context.book.find("incident", postmortem.id)
    if incident is None or not incident.readable:
        return SECTIONS["full"]
    level = context.book.severities.level_of(incident.content)
    if level is None or incident.content.kind != "incident":
        return ()
    return SECTIONS[level.postmortem]


def unfinished(postmortem: Document[Postmortem]) -> bool:
    """Whether a post-mortem says that it is a draft: nobody expects it to be whole."""
    return postmortem.has("status") and postmortem.content.status == "draft"
