"""cState: the Markdown files of `content/issues/`, with front matter.

Times with a zone, without one (`--timezone`), with hours of one digit. Posts are paragraphs that end in
`{{< track "…" >}}`, or stand under `[Initial message]` and `[Final message]`; any other text belongs to the
first post. `resolvedWhen` before `date` cannot be: then the record says that it is resolved, at a time that
is a guess. Informational pages, and maintenance by its title, are no incidents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from opsbook.errors import UserError
from opsbook.importing.export import File, Left, Part, written
from opsbook.importing.feed import STAGES, Asked, Post, Read, Story
from opsbook.importing.html import markdown
from opsbook.model.time import first_instant

if TYPE_CHECKING:
    from opsbook.model.incident import Stage

_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d{1,2})(:\d\d)(:\d\d(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?\Z")
_TRACK = re.compile(r"\{\{[<%]\s*track\s+\"?([^\">]+?)\"?\s*[>%]\}\}")
_LABEL = re.compile(r"\s*\**_*\[?([A-Za-z-]+)\]?_*\**\s*(?:-|–|:)?")
_MESSAGE = re.compile(r"^\[(initial|final) message\]:?[ \t]*$", re.IGNORECASE | re.MULTILINE)
_RULE = re.compile(r"^-{3,}\s*$", re.MULTILINE)
_MAINTENANCE = re.compile(r"\bmaintenance\b", re.IGNORECASE)
_STAGES: dict[str, Stage] = STAGES | {"fixed": "resolved"}


def read(files: Sequence[File], asked: Asked) -> Read:
    """The incidents of some pages."""
    found: list[Story] = []
    skipped: list[Left] = []
    left: list[Left] = []
    for file in files:
        head, body = _page(file)
        title = head.said("title") or "Incident"
        if head.value.get("informational") is True:
            skipped.append(Left(file.name, f"`{title}`, an announcement"))
        elif _MAINTENANCE.search(title):
            skipped.append(Left(file.name, f"`{title}`, maintenance by its title"))
        else:
            found.append(_story(file, head, body, title, asked, left))
    return Read(tuple(found), tuple(skipped), tuple(left))


def _page(file: File) -> tuple[Part, str]:
    from opsbook.book import yaml
    from opsbook.book.markdown import front_matter

    text = file.text.replace("\r\n", "\n")
    front = front_matter(text)
    if front is None or not front.closed:
        raise UserError(
            f"{file.name}: no front matter",
            "cState keeps an incident in a page with `title`, `date` and `severity`",
        )
    reading = yaml.read(text[slice(*front.span)])
    if reading.problems or not isinstance(reading.data, dict):
        why = reading.problems[0].message if reading.problems else "front matter is no mapping"
        raise UserError(f"{file.name}: {why}")
    return Part(_lists(reading.data), f"{file.name}: "), text[front.body :]


def _lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lists(each) for key, each in value.items()}
    return [_lists(each) for each in value] if isinstance(value, tuple | list) else value


def _story(file: File, head: Part, body: str, title: str, asked: Asked, left: list[Left]) -> Story:
    began, naive = _instant(head["date"], asked)
    ended, end_naive = _instant(head["resolvedWhen"], asked) if head.get("resolvedWhen") else (None, False)
    name = file.name.rpartition("/")[2].rpartition(".")[0]
    first, posts, final = _posts(body, began, name, asked, left, file)
    posts.insert(0, Post(began, first or markdown(title), f"{name}#date", "investigating"))
    posts.sort(key=lambda post: post.at)
    posts += _resolved(head, ended, posts, final, name, left, file)
    affected = head.get("affected")
    components = (
        tuple(str(each.value) for each in affected.items())
        if affected and isinstance(affected.value, list)
        else ()
    )
    return Story(
        file.name, f"cstate:{name}", title, head.said("severity") or "unstated", tuple(posts), components,
        asked.timezone if naive or end_naive else None,
    )  # fmt: skip


def _instant(part: Part, asked: Asked) -> tuple[datetime, bool]:
    """An instant, and whether its zone was assumed."""
    match = _TIME.match(str(part.value).strip())
    found = (
        written(f"{match[1]}T{int(match[2]):02}{match[3]}{match[4] or ''}{match[5] or ''}") if match else None
    )
    if found is None:
        raise part.wrong("is no date and time")
    if found.tzinfo is not None:
        return found.astimezone(UTC).replace(microsecond=0), False
    if asked.timezone is None:
        raise part.wrong("has no zone", "say which clock it was read from: --timezone Europe/Berlin")
    return first_instant(found.replace(microsecond=0), asked.timezone), True


def _posts(
    body: str, began: datetime, name: str, asked: Asked, left: list[Left], file: File
) -> tuple[str, list[Post], str]:
    """The text of the first post, the posts that say when they were made, and the final message."""
    said = dict(_messages(body))
    rest = said.get("initial", "") if said else body
    posts: list[Post] = []
    kept: list[str] = []
    for paragraph in re.split(r"\n\s*\n", _RULE.sub("", rest)):
        track = _TRACK.search(paragraph)
        text = markdown(_TRACK.sub("", paragraph))
        if track is None:
            kept.append(text)
            continue
        at, _ = _instant(Part(track[1], f"{file.name}: track"), asked)
        label = _LABEL.match(text)
        stage = _STAGES.get(label[1].lower()) if label else None
        if at == began and not any(post.at == began for post in posts) and stage != "resolved":
            kept.insert(0, text)
        elif at < began:
            left.append(Left(file.name, f"a post of {track[1]}, before `date`: it stands at `date`"))
            kept.append(text)
        else:
            posts.append(Post(at, text, f"{name}#{at:%Y-%m-%dT%H:%M:%SZ}", stage, stage == "resolved"))
    return "\n\n".join(filter(None, kept)), posts, markdown(said.get("final", ""))


def _messages(body: str) -> Iterator[tuple[str, str]]:
    marks = list(_MESSAGE.finditer(body))
    for place, mark in enumerate(marks, 1):
        end = marks[place].start() if place < len(marks) else len(body)
        yield mark[1].lower(), body[mark.end() : end].strip()


def _resolved(
    head: Part, ended: datetime | None, posts: list[Post], final: str, name: str, left: list[Left], file: File
) -> Iterator[Post]:
    """The post that resolves it, where none of the others does."""
    if head.value.get("resolved") is not True or any(post.resolves for post in posts):
        return
    last = posts[-1].at
    if ended is None or ended < posts[0].at:
        written_as = (
            f"`resolvedWhen: {head.said('resolvedWhen')}` is before `date`"
            if ended
            else "it is resolved, and does not say when"
        )
        left.append(Left(file.name, f"{written_as}: resolved at a time that is a guess"))
        yield Post(last, final or "Resolved", f"{name}#resolved", "resolved", resolves=True, approximate=True)
    else:
        yield Post(max(ended, last), final or "Resolved", f"{name}#resolved", "resolved", resolves=True)
