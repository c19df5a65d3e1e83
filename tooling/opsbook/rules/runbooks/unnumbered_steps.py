"""The steps of a runbook are numbered.

"I'm at four" is how two people keep together, how the next shift takes over, and how the timeline says
what was done. Steps behind bullets or in plain paragraphs have no four, and nobody knows whether their
order matters.

The section that holds the steps is looked at, where the kind of a runbook asks for one: `Steps`,
`Procedure`, `Remediation` and whatever else stands for it. Reported are three or more bullets at the
first level, or three or more paragraphs, that each begin with what to do (`Restart`, `Check`, `Then`,
…) and make up most of the section, where nothing in it is numbered. Numbers in a list or in headings
pass, headings such as `Step 1` pass, and so do headings without a number, which are cases rather than
steps; a task list (`- [ ]`) is ticked off instead of counted.

On the runbooks of 14 public collections, each checked as if its pages were of `kind: incident`, there
were six hits, all right. With two bullets instead of three, every second further hit was a choice
between two ways and not an order.

## Example

````markdown title="runbooks/queue-backlog.md"
# Work off the ticket queue

## Steps

- Stop the workers.  <!-- RUN012 -->
- Set aside the message that comes back again and again.
- Start one worker, and watch it.
````

Use instead:

````markdown title="runbooks/queue-backlog.md"
# Work off the ticket queue

## Steps

1. Stop the workers.
2. Set aside the message that comes back again and again.
3. Start one worker, and watch it.
````

Related: `missing_steps`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.book.parts import find
from opsbook.diagnostics import Finding
from opsbook.lint.parts import required
from opsbook.lint.rule import rule
from opsbook.text import Span

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.markdown import Page
    from opsbook.lint.context import Context
    from opsbook.model.runbook import Runbook

_FEWEST = 3
_VERB = (
    "add|adjust|allow|apply|approve|ask|assign|attach|back|block|bring|build|call|cancel|change|check|choose|clean"
    "|clear|click|clone|close|collect|compare|complete|configure|confirm|connect|contact|contain|copy|cordon|create"
    "|deactivate|decide|declare|decrease|define|delete|deploy|describe|destroy|detach|determine|disable|disconnect"
    "|download|drain|edit|empty|enable|ensure|enter|escalate|examine|execute|expand|export|fail|fetch|fill|find|fix|follow"
    "|force|get|give|go|grant|identify|import|increase|inform|inspect|install|investigate|isolate|issue|kill|label"
    "|launch|list|locate|lock|log|look|make|mark|merge|migrate|modify|monitor|mount|move|navigate|note|notify|open"
    "|page|pause|perform|ping|point|post|promote|provide|pull|purge|push|put|query|quarantine|raise|read|reboot|rebuild"
    "|record|recover|recreate|redeploy|reduce|refer|remove|rename|repeat|replace|report|request|reset|resize|resolve"
    "|restart|restore|resume|retrieve|return|revert|review|revoke|roll|rotate|run|save|scale|search|see|select|send"
    "|set|shut|sign|ssh|start|stop|submit|suspend|switch|take|tell|terminate|test|trigger|turn|uninstall|unmount"
    "|update|upgrade|upload|use|validate|verify|view|visit|wait|watch|write"
)
_BEFORE = r"(?:first|second|third|then|next|now|finally|afterwards|please|(?:if|once|after|in the) [^,.]*,)"
_IMPERATIVE = re.compile(
    rf"[*_~`]*(?:{_BEFORE}[,:]?\s+)*"
    rf"(?:{_VERB})\b(?!['’]|\s*(?:is|are|was|has|:))",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"(?:step|phase|part|stage)\s+(?:\d+|one|two|three)\b|\d+\s*[.):\s]|[ivx]+[.)]\s", re.IGNORECASE
)
_BULLET = re.compile(r"[-*+][ \t]+")
_TASK = re.compile(r"\[[ xX]\]\s")
_PARAGRAPH = re.compile(r"\n[ \t]*\r?\n(?=[A-Za-z*_`\d])")
_LINE_END = re.compile(r"[\r\n]|\Z")
_LABEL = re.compile(r"[*_]{0,2}(?:step\s*\d+|\d+[.):])", re.IGNORECASE)


@rule("RUN012", on="runbook", recommended="advice", strict="warning", measured=(6, 6, 6))
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    if "steps" not in required(runbook, context):
        return
    steps = find(runbook, "steps", context.settings)
    if steps is None or steps.empty or _numbered(runbook.page, steps.body):
        return
    for kind, read in (("bullets", _bullets), ("paragraphs", _paragraphs)):
        starts = read(runbook.page, steps.body)
        told = [at for at in starts if _IMPERATIVE.match(runbook.source.text, at.start)]
        if len(told) >= _FEWEST and 3 * len(told) >= 2 * len(starts):
            message = f"{len(told)} steps in {kind}, none of them numbered"
            hint = "make them a list that begins with `1.`, one action each"
            yield Finding(runbook.span(told[0]), message, hint)
            return


def _numbered(page: Page, body: Span) -> bool:
    """Whether anything in a section is numbered."""
    return any(item.ordered for item in page.within(body, page.items)) or any(
        _NUMBERED.match(heading.text) for heading in page.within(body, page.headings)
    )


def _bullets(page: Page, body: Span) -> list[Span]:
    """What the bullets of the first level say, each to the end of its line."""
    found = []
    for item in page.within(body, page.items):
        mark = _BULLET.match(page.text, item.span.start)
        if item.depth == 1 and mark:
            if _TASK.match(page.text, mark.end()):
                return []
            found.append(_line(page.text, mark.end()))
    return found


def _paragraphs(page: Page, body: Span) -> list[Span]:
    """The first lines of the paragraphs that are neither code nor part of a list."""
    found = []
    for match in _PARAGRAPH.finditer(page.text, *body):
        at = match.end()
        inside = any(item.span.start <= at < item.span.end for item in page.items)
        if inside or page.hidden(at) or any(heading.span.start == at for heading in page.headings):
            continue
        if _LABEL.match(page.text, at):
            return []
        found.append(_line(page.text, at))
    return found


def _line(text: str, at: int) -> Span:
    end = _LINE_END.search(text, at)
    return Span(at, end.start() if end else at)
