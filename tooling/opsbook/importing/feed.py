"""Incident feeds → records of incidents, and what a later import adds to them.

A feed tells what was said to the public. Its first post is when the incident was `declared`: when it started
nobody wrote down. What is posted as resolved is `resolved`; every post is a public update. A record knows
where it came from (`links.source`), and each entry which post it is (`source`): what is there already is
left as it is, with all that people wrote since, and only new posts are added.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.authoring import entry as entries
from opsbook.authoring.change import new
from opsbook.authoring.splice import Insert, edits
from opsbook.authoring.timeline import place
from opsbook.errors import UserError
from opsbook.importing import document
from opsbook.importing.export import File, Left
from opsbook.importing.html import markdown
from opsbook.importing.schedule import Record
from opsbook.importing.words import free, line, slug
from opsbook.model.incident import Entry
from opsbook.model.time import local_day

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.book.snapshot import Book
    from opsbook.edits import Edit
    from opsbook.model.incident import Incident, ServiceState, Stage


STAGES: dict[str, Stage] = {
    "investigating": "investigating",
    "identified": "identified",
    "monitoring": "monitoring",
    "resolved": "resolved",
}
"""What a page calls the stages of an incident."""
PLANNED = frozenset({"scheduled", "in progress", "verifying", "completed"})
"""What a page calls the stages of maintenance."""


class Post(NamedTuple):
    """Something that a feed said at an instant."""

    at: datetime
    text: str
    """Markdown."""
    source: str
    """What the post is in the feed: the same at the next import."""
    stage: Stage | None = None
    resolves: bool = False
    services: Mapping[str, ServiceState | None] = {}
    """How services stand from here on, by their names in the feed."""
    approximate: bool = False
    by: str | None = None


class Story(NamedTuple):
    """An incident as a feed tells it."""

    place: str
    source: str
    """What the incident is in the feed, for `links.source`."""
    title: str
    severity: str
    """How bad it was, in the feed's word."""
    posts: tuple[Post, ...]
    """In order of time; the first one declares."""
    components: tuple[str, ...] = ()
    """What was hurt, by the names of the feed."""
    assumed: ZoneInfo | None = None
    """The clock that times without a zone were read on."""


class Asked(NamedTuple):
    """What the command line says about an import."""

    severities: Mapping[str, str] = {}
    """The level of each word of the feed; an empty text leaves such incidents out."""
    services: Mapping[str, str] = {}
    """The service here, by its name in the feed."""
    skip: tuple[str, ...] = ()
    """Words in the title of what is no incident."""
    timezone: ZoneInfo | None = None
    """The clock of times that have no zone."""


class Read(NamedTuple):
    """What some files of a feed tell."""

    stories: tuple[Story, ...]
    skipped: tuple[Left, ...]
    """Maintenance, announcements and what was left out on request."""
    left: tuple[Left, ...]


Reader = Callable[[Sequence[File], Asked], Read]
"""What the module of an importer has as `read`."""


class Made(NamedTuple):
    """What an import makes of a book."""

    edits: tuple[Edit, ...]
    created: tuple[str, ...]
    """The incidents that are new."""
    extended: Mapping[str, int]
    """How many posts were added to incidents that were there."""
    unchanged: int
    skipped: tuple[Left, ...]
    left: tuple[Left, ...]


def made(book: Book, read: Reader, files: Sequence[File], asked: Asked) -> Made:
    """The records that a feed makes of a book; UserError where a severity has no level here."""
    told = read(files, asked)
    skipped, left = list(told.skipped), list(told.left)
    stories = list(_wanted(told.stories, asked, skipped))
    levels = _levels(book, stories, asked)
    there = {each.content.links["source"]: each for each in book.incidents if "source" in each.content.links}
    services = _services(book, stories, asked, left)
    taken = {id.casefold() for id in book.names("incident")}
    made_of: list[Edit] = []
    created: list[str] = []
    extended: dict[str, int] = {}
    unchanged = 0
    for story in sorted(stories, key=_declared):
        level = levels[story.severity.casefold()]
        if not level:
            skipped.append(Left(story.place, f"`{line(story.title)}`, of severity `{line(story.severity)}`"))
        elif story.source in there:
            record = there[story.source]
            steps = list(_added(record.content, story, services))
            made_of += edits(record, steps) if steps else ()
            left += _differences(record.content, story, level)
            unchanged += not steps
            if steps:
                extended[record.id] = len(steps)
        else:
            day = local_day(story.posts[0].at, book.settings.timezone)
            id = free(f"{day}-{slug(story.title, 'incident')}", taken)
            taken.add(id)
            created.append(id)
            record_of = Record("incident", id, _says(story, level, services))
            made_of.append(new(document.path(record_of), document.text(record_of)))
    return Made(
        tuple(made_of), tuple(created), extended, unchanged, tuple(skipped), tuple(dict.fromkeys(left))
    )


def _declared(story: Story) -> tuple[datetime, str]:
    return story.posts[0].at, story.source


def _wanted(stories: Iterable[Story], asked: Asked, skipped: list[Left]) -> Iterator[Story]:
    """The stories that are incidents, each source once: the one that tells most."""
    found: dict[str, Story] = {}
    for story in stories:
        word = next((word for word in asked.skip if word.casefold() in story.title.casefold()), None)
        if word:
            skipped.append(Left(story.place, f"`{line(story.title)}`, for its `{word}`"))
        elif story.source not in found or len(found[story.source].posts) < len(story.posts):
            found[story.source] = story
    yield from found.values()


# ── severities and services ───────────────────────────────────────────────────────────────


def _levels(book: Book, stories: Sequence[Story], asked: Asked) -> dict[str, str]:
    """The level of each word: as asked, else the level that is called so or has it as an alias."""
    named = {
        name.casefold(): level
        for level, content in book.severities.levels.items()
        for name in (level, *content.aliases)
    }
    for word, level in asked.severities.items():
        if level and not book.has("severity", level):
            raise UserError(
                f"--severity {word}={level}: no severity `{level}`",
                f"there are {', '.join(book.names('severity'))}",
            )
        named[word.casefold()] = level
    unknown = Counter(story.severity for story in stories if story.severity.casefold() not in named)
    if unknown:
        words = ", ".join(f"`{line(word, 60)}` ({times:,})" for word, times in unknown.most_common())
        first = line(unknown.most_common(1)[0][0], 60)
        raise UserError(
            f"the feed's severity {words} has no level here; nothing was written",
            f"say which it is: --severity {first}=LEVEL, or leave such incidents out: --severity {first}=",
        )
    return named


def _services(book: Book, stories: Sequence[Story], asked: Asked, left: list[Left]) -> dict[str, str]:
    """The services of the book by their names in the feed: as asked, else by id or name."""
    known = {id.casefold(): id for id in book.names("service")}
    for id in asked.services.values():
        if id not in known.values():
            raise UserError(
                f"--service: no service `{id}` in this book",
                f"there are {', '.join(known.values()) or 'none'}",
            )
    names = {each.content.name.casefold(): each.id for each in book.documents("service") if each.readable}
    given = {name.casefold(): id for name, id in asked.services.items()}
    times = Counter(name for story in stories for name in dict.fromkeys(story.components))
    found: dict[str, str] = {}
    for name, number in times.most_common():
        here = given.get(name.casefold()) or names.get(name.casefold()) or known.get(slug(name))
        if here:
            found[name] = here
        else:
            left.append(
                Left(
                    f"component `{line(name, 60)}`",
                    f"no service of the book, kept as `x-components`; incidents: {number:,}",
                )
            )
    return found


# ── records ───────────────────────────────────────────────────────────────────────────────


def _says(story: Story, level: str, services: Mapping[str, str]) -> dict[str, Any]:
    says: dict[str, Any] = {"title": line(markdown(story.title)) or "Incident", "severity": level}
    hurt = list(dict.fromkeys(services[name] for name in story.components if name in services))
    rest = [line(name, 100) for name in dict.fromkeys(story.components) if name not in services]
    if hurt:
        says["services"] = hurt
    says["links"] = {"source": line(story.source, 500)}
    if story.assumed:
        says["x-assumed-timezone"] = story.assumed.key
    if any(rest):
        says["x-components"] = [name for name in rest if name]
    says["timeline"] = _timeline(story, level, services)
    return says


def _timeline(story: Story, level: str, services: Mapping[str, str]) -> list[Entry]:
    first, *later = story.posts
    declared = {"milestone": "declared", "severity": level}
    if first.resolves:
        about: dict[str, Any] = {"at": first.at, **declared, "text": "Posted after the fact"}
        return [
            Entry.model_validate(about),
            _entry(first, services, True),
            *(_entry(each, services, False) for each in later),
        ]
    opened = _entry(first, services, False, **declared)
    found = [opened]
    resolved = False
    for post in later:
        found.append(_entry(post, services, post.resolves and not resolved))
        resolved |= post.resolves
    return found


def _entry(post: Post, services: Mapping[str, str], resolves: bool, **more: Any) -> Entry:
    said: dict[str, Any] = {"at": post.at, "text": post.text, **more, "source": line(post.source, 500)}
    said["update"] = {"audience": "public", **({"stage": post.stage} if post.stage else {})}
    states = {services[name]: state for name, state in post.services.items() if name in services}
    if states:
        said["services"] = states
    if resolves:
        said["milestone"] = "resolved"
    if post.approximate:
        said["approximate"] = True
    if post.by:
        said["by"] = post.by
    return Entry.model_validate(said)


def _added(incident: Incident, story: Story, services: Mapping[str, str]) -> Iterator[Insert]:
    """The entries of posts that a record does not have yet, one after the other."""
    timeline = list(incident.timeline)
    known = {each.source for each in timeline}
    for post in story.posts:
        if line(post.source, 500) in known:
            continue
        resolved = any(each.milestone == "resolved" for each in timeline)
        entry = _entry(post, services, post.resolves and not resolved)
        index = place(timeline, entry.at)
        timeline.insert(index, entry)
        yield Insert(("timeline",), index, entries.line(entry))


def _differences(incident: Incident, story: Story, level: str) -> Iterator[Left]:
    first = next((each.severity for each in incident.timeline if each.severity), incident.severity)
    if first != level:
        yield Left(
            story.place,
            f"the feed has severity `{line(story.severity)}` now, {level} here: the record keeps {first}",
        )
