"""Upptime: the issues of its repository (`gh issue list --state all --json url,title,body,labels,createdAt,
closedAt,comments`), or its git log, a line a commit: `git log --format='%H%x09%aI%x09%s'`.

In the log a site is down from the first commit that says so to the next that says it is up. The severity is
the word `down` or `degraded`. Issues with the label `maintenance` are no incidents, and neither is any other
that the monitor did not open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from opsbook.importing.export import File, Left, Part, read_json, written
from opsbook.importing.feed import Asked, Post, Read, Story
from opsbook.importing.html import markdown
from opsbook.importing.words import line

_BY = "system:upptime"
_STATE = re.compile(
    r"(?:🟥|🟩|🟨|🛑|⚠️)?\s*(?P<site>.+?) (?:is (?P<is>up|down)|has degraded performance)"
    r"(?: \((?P<why>[^)]*)\))?"
)
_TITLE = re.compile(r"\s*(?:🛑|⚠️|🟥|🟨)\s*(?P<site>.+?) (?:is (?P<down>down)|has degraded performance)\s*\Z")
_RESOLVED = re.compile(r"\s*\*\*Resolved:\*\*|.*(?:is back up in|performance has improved in)", re.DOTALL)


def read(files: Sequence[File], asked: Asked) -> Read:
    """The incidents of issues and of logs."""
    found: list[Story] = []
    skipped: list[Left] = []
    left: list[Left] = []
    for file in files:
        if file.text.lstrip().startswith(("[", "{")):
            for issue in _issues(read_json(file)):
                found += _told(issue, asked, skipped, left)
        else:
            found += _logged(file, left)
    return Read(tuple(found), tuple(skipped), tuple(left))


# ── issues ────────────────────────────────────────────────────────────────────────────────


def _issues(answer: Part) -> list[Part]:
    return answer.items() if isinstance(answer.value, list) else [answer]


def _told(issue: Part, asked: Asked, skipped: list[Left], left: list[Left]) -> Iterator[Story]:
    title = issue.text("title")
    labels = [
        each.said("name") if isinstance(each.value, dict) else str(each.value)
        for each in issue.items("labels")
    ]
    match = _TITLE.fullmatch(title)
    if "maintenance" in labels or match is None:
        what = "maintenance" if "maintenance" in labels else "which the monitor did not open"
        skipped.append(Left(issue.place, f"`{line(title)}`, {what}"))
        return
    key = "created_at" if issue.get("created_at") else "createdAt"
    opened = issue.instant(key, asked.timezone).replace(microsecond=0)
    source = issue.said("html_url") or issue.text("url")
    posts = [
        Post(
            opened,
            markdown(issue.said("body") or "") or line(title),
            f"{source}#opened",
            "investigating",
            by=_BY,
        )
    ]
    comments = issue.items("comments") if isinstance(issue.value.get("comments"), list) else []
    posts += [_comment(each, asked, source) for each in comments]
    ended = issue.said("closed_at") or issue.said("closedAt")
    if ended and not any(post.resolves for post in posts):
        closed = Part(ended, issue.place).as_instant(asked.timezone).replace(microsecond=0)
        posts.append(
            Post(
                max(closed, opened),
                "The issue was closed",
                f"{source}#closed",
                "resolved",
                resolves=True,
                by=_BY,
            )
        )
    posts = [posts[0], *sorted(posts[1:], key=lambda post: post.at)]
    if any(post.at < opened for post in posts):
        left.append(Left(issue.place, "a comment is older than the issue"))
        posts.sort(key=lambda post: post.at)
    site, state = match["site"].strip("-"), "down" if match["down"] else "degraded"
    yield Story(issue.place, source, f"{site} {_SAID[state]}", state, tuple(posts), (site,))


def _comment(comment: Part, asked: Asked, source: str) -> Post:
    key = "created_at" if comment.get("created_at") else "createdAt"
    body = comment.said("body") or ""
    at = comment.instant(key, asked.timezone).replace(microsecond=0)
    name = (
        comment.said("html_url")
        or comment.said("url")
        or comment.said("id")
        or f"{source}#{at:%Y-%m-%dT%H:%M:%SZ}"
    )
    resolves = _RESOLVED.match(body) is not None
    return Post(
        at,
        markdown(body) or "(no text)",
        name,
        "resolved" if resolves else None,
        resolves,
        by=_BY if resolves else None,
    )


# ── the log ───────────────────────────────────────────────────────────────────────────────


class _Change(NamedTuple):
    """A commit that says how a site stands."""

    place: str
    commit: str
    at: datetime
    site: str
    state: str
    why: str

    @property
    def text(self) -> str:
        return f"{self.site} {_SAID[self.state]}" + (f" ({self.why})" if self.why else "")


def _logged(file: File, left: list[Left]) -> Iterator[Story]:
    """A story for each stretch in which a site was not up."""
    going: dict[str, list[_Change]] = {}
    for change in sorted(_changes(file, left), key=lambda change: change.at):
        so_far = going.get(change.site)
        if change.state != "up":
            going.setdefault(change.site, []).append(change)
        elif so_far:
            del going[change.site]
            yield _stretch([*so_far, change])
    for open_one in going.values():
        yield _stretch(open_one)


def _changes(file: File, left: list[Left]) -> Iterator[_Change]:
    other = 0
    for number, row in enumerate(file.text.splitlines(), 1):
        commit, _, rest = row.partition("\t")
        when, _, subject = rest.partition("\t")
        at = written(when)
        match = _STATE.match(subject)
        if at is None or at.tzinfo is None or match is None:
            other += bool(row.strip())
            continue
        state = match["is"] or "degraded"
        why = match["why"] or ""
        yield _Change(f"{file.name}:{number}", commit, at, match["site"].strip(), state, why)
    if other:
        left.append(Left(file.name, f"lines that say nothing of a site: {other}"))


def _stretch(changes: list[_Change]) -> Story:
    first = changes[0]
    worst = "down" if any(change.state == "down" for change in changes) else "degraded"
    posts = [
        Post(
            change.at, markdown(change.text), change.commit,
            "resolved" if change.state == "up" else "investigating", change.state == "up", by=_BY,
        )
        for change in changes
    ]  # fmt: skip
    title = f"{first.site} {_SAID[worst]}"
    return Story(first.place, f"upptime:{first.commit}", title, worst, tuple(posts), (first.site,))


_SAID = {"up": "is up", "down": "is down", "degraded": "has degraded performance"}
