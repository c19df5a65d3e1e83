"""A link to another page of the book, or to a heading, leads somewhere.

A runbook that says "then see here" and answers with `404` sends its reader searching in the middle of
an incident. Links break without anybody touching the page: somebody renames the other file, or mends a
word in a heading.

Links of runbooks and post-mortems, and in the texts of an incident, are followed as a forge follows them,
from the folder of the page or record. Any file or folder will do, record or not. Behind `#` a heading is
named as GitHub names it, with `-1` for the second of the same name; an `id` in HTML, `{#name}` and `(name)=`
count too.

Not reported, because a site generator may know them: addresses with a scheme or a leading `/`,
templates such as `{{< ref >}}` and `<%= … %>`, names without an ending or in `.html`, links without
words and anchors with a `:` or `/`, as MyST writes them. Nor are links out of the book, into a record
that cannot be read, or behind `#` into anything but a record.

On 14 public collections of runbooks all 13 links to a heading or to nothing that were reported are
broken where they stand on GitHub. Links to files could not be judged: the collections hold a part of
their repositories.

## Example

````markdown title="runbooks/disk-full.md"
# Make room on a full disk

## Trigger

`DiskAlmostFull` fires. If the database says so, see [failover](database-fail-over.md).  <!-- REF010 -->

[Going back](#roll-back) takes a minute.  <!-- REF010 -->

## Rollback

Take the volume away again.
````
````markdown title="runbooks/database-failover.md"
# Fail the orders database over
````

Use instead:

````markdown title="runbooks/disk-full.md"
# Make room on a full disk

## Trigger

`DiskAlmostFull` fires. If the database says so, see [failover](database-failover.md).

[Going back](#rollback) takes a minute.

## Rollback

Take the volume away again.
````
````markdown title="runbooks/database-failover.md"
# Fail the orders database over
````

Related: `unknown_reference`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import dirname, normpath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from opsbook.book.anchors import anchors
from opsbook.book.kinds import identify
from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.lint.texts import Passage, passages
from opsbook.text import shown

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.markdown import Link
    from opsbook.lint.context import Context
    from opsbook.text import Location

_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|/|.*(?:\{\{|\{%|<%|%>|\$\{|[{}<>])", re.DOTALL)
_MAY_LINK = re.compile(r"\][(:]")
_ENDING = re.compile(r"\.(?!html?\Z|php\Z|aspx?\Z|jsp\Z)[A-Za-z][A-Za-z0-9]{0,5}\Z")
_DOMAIN = re.compile(r"www\.|[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|dev|uk)(?:/|\Z)")
_NOT_A_SLUG = re.compile(r"[:/=~]")
"""Names of references in MyST, of lines, and of text that a browser looks for."""
_MEANT_FOR_ANYTHING = frozenset(("", "top"))


@rule("REF010", on=("runbook", "postmortem", "incident"), measured=(13, 13, 13))
def check(document: Document[Any], context: Context) -> Iterator[Finding]:
    for passage in _passages(document):
        for link in passage.page.links:
            begins = passage.page.text[link.span.start : link.span.start + 3]
            if not _ELSEWHERE.match(link.target) and begins[:1] != "<" and begins != "[](":
                finding = _finding(document, link, passage.locate(link.span), context)
                if finding:
                    yield finding


def _passages(document: Document[Any]) -> Iterator[Passage]:
    """A page's body, or the texts of an incident in which a link may stand."""
    if document.kind.markdown:
        return iter((Passage(document.page, document.span),))
    return passages(document, _MAY_LINK.search)


def _finding(page: Document[Any], link: Link, location: Location, context: Context) -> Finding | None:
    """What is wrong with one link."""
    if not link.target:
        return Finding(location, "a link that leads nowhere: nothing stands between its brackets")
    address, _, name = link.target.partition("#")
    address = unquote(address.partition("?")[0])
    if not address:
        return _nameless(location, page, unquote(name), context)
    if _DOMAIN.match(address):
        hint = f"write `https://{shown(link.target)}`"
        return Finding(location, f"`{shown(link.target)}` is a file beside this page, and is not there", hint)
    path = normpath(f"{dirname(page.path)}/{address}")
    if (
        path.startswith("..")
        or path == "."
        or not path.isprintable()
        or (not _ENDING.search(path) and not name)
    ):
        return None
    if context.book.reaches(path):
        other = context.book.read(path) if name and identify(path) else None
        return _nameless(location, other, unquote(name), context) if other and other.readable else None
    if not _ENDING.search(path):
        return None
    return Finding(location, f"no file `{shown(path)}`", _near(path, context))


def _nameless(location: Any, page: Document[Any], name: str, context: Context) -> Finding | None:
    """A finding where a page has nothing of a name."""
    if not page.kind.markdown or _NOT_A_SLUG.search(name) or name.lower() in _MEANT_FOR_ANYTHING:
        return None
    known = anchors(page.page)
    if known is None or name.lower() in known:
        return None
    from opsbook.book.validate import nearest

    near = nearest(name.lower(), known)
    where = "" if page.path == location.path else f" in `{page.path}`"
    hint = f"did you mean `#{near}`?" if near else "name a heading in lower case, with `-` for each space"
    return Finding(location, f"no heading `#{shown(name)}`{where}", hint)


def _near(path: str, context: Context) -> str:
    """Where the file that was meant may be."""
    from opsbook.book.validate import nearest

    identity = identify(path)
    if identity is None:
        return "mend the link, or add the file"
    name = identity.kind.name
    near = nearest(identity.id, set(context.book.names(name)))
    return f"did you mean the {name} `{near}`?" if near else "mend the link, or add the page"
