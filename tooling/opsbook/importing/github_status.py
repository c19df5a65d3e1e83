"""The history of githubstatus.com: the archive's `incidents.jsonl`, or the page's own `history.atom`.

The archive works out when an outage began and ended from what posts say; that is its guess, and left out.
What the page itself answers (`/api/v2/incidents.json`) is read by `import statuspage`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from opsbook.importing.atom import is_feed, stories
from opsbook.importing.export import File, Left, Part, read_json_lines
from opsbook.importing.feed import PLANNED, STAGES, Asked, Post, Read, Story
from opsbook.importing.html import markdown

_GUESSED = ("impact_window", "downtime_start", "downtime_end", "duration_minutes")


def read(files: Sequence[File], asked: Asked) -> Read:
    """The incidents of some files."""
    found: list[Story] = []
    skipped: list[Left] = []
    left: list[Left] = []
    for file in files:
        if is_feed(file):
            found += stories(file, asked, skipped, left)
            continue
        incidents = list(read_json_lines(file))
        for incident in incidents:
            posts = _posts(incident, asked)
            title = incident.text("title")
            if incident.said("impact") == "maintenance" or posts[0][0] in PLANNED:
                skipped.append(Left(incident.place.removesuffix(": "), f"`{title}`, maintenance"))
            else:
                found.append(_story(incident, title, [post for _, post in posts]))
        left += _guesses(file, incidents)
    return Read(tuple(found), tuple(skipped), tuple(left))


def _guesses(file: File, incidents: Sequence[Part]) -> list[Left]:
    """What the archive worked out, and nobody posted."""
    guessed = [key for key in _GUESSED if any(incident.has(key) for incident in incidents)]
    left = (
        [Left(file.name, f"what the archive works out of the posts: {', '.join(guessed)}")] if guessed else []
    )
    times = sum(incident.has("components_source") for incident in incidents)
    return left + (
        [Left(file.name, f"the components of {times} incidents are the archive's guess")] if times else []
    )


def _posts(incident: Part, asked: Asked) -> list[tuple[str, Post]]:
    """The posts in order of time, each with its status; what one is called is when it was and its status."""
    updates = sorted(incident.items("updates"), key=lambda each: each.instant("at", asked.timezone))
    if not updates:
        raise incident.wrong("has no `updates`")
    seen: Counter[str] = Counter()
    found = []
    for update in updates:
        status = update.text("status").lower()
        at = update.instant("at", asked.timezone).replace(microsecond=0)
        source = f"{at:%Y-%m-%dT%H:%MZ} {status}"
        seen[source] += 1
        name = source if seen[source] == 1 else f"{source} {seen[source]}"
        text = markdown(update.said("message") or "") or status.capitalize()
        found.append((status, Post(at, text, name, STAGES.get(status), status == "resolved")))
    return found


def _story(incident: Part, title: str, posts: list[Post]) -> Story:
    components = tuple(str(each.value) for each in incident.items("components"))
    source = incident.said("url") or f"github-status:{incident.text('id')}"
    severity = incident.said("impact") or "unstated"
    return Story(incident.place.removesuffix(": "), source, title, severity, tuple(posts), components)
