"""Settings that fit a collection: its usual kind of runbook, what it calls the parts, its rule files."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from opsbook.authoring.adopting.pages import Page, shape
from opsbook.book.alerts import Alert, leads_to, runbook_in
from opsbook.book.parts import Words, find, means, said, words
from opsbook.model.postmortem import SECTIONS
from opsbook.model.settings import PARTS, Settings

_FURTHER: Mapping[str, tuple[str, ...]] = {
    "trigger": ("when", "scenario", "use case", "detection", "background", "context", "introduction"),
    "prerequisites": ("pre-checks", "prechecks", "permissions", "setup", "dependencies", "tools", "tooling"),
    "steps": ("how to", "method", "guide", "workflow", "tasks", "runbook", "action", "actions",
              "recovery", "usage"),
    "verification": ("post-checks", "expected result", "expected outcome", "success criteria", "done when"),
    "rollback": ("failover details", "restore", "recovery", "plan b", "backing out", "fallback"),
    "owner": ("escalation", "escalate", "team", "teams", "who to call", "slack", "points of contact"),
    "last_updated": ("history", "updated", "date", "last updated by", "reviewed"),
    "meaning": ("background", "introduction", "about", "details", "context", "purpose", "what", "alert"),
    "impact": ("severity", "consequences", "effect", "effects", "symptoms"),
    "diagnosis": ("analysis", "triage", "checks", "what to check", "how to check", "detection", "debug"),
    "mitigation": ("action", "actions", "what to do", "recovery", "remedy", "repair", "workaround"),
    "summary": ("background", "introduction", "abstract", "context", "issue", "incident", "problem"),
    "timeline": ("events", "log", "history", "times"),
    "root cause": ("analysis", "why", "five whys", "five why's", "diagnosis", "trigger", "context"),
    "what went well": ("successes", "positives", "kudos", "good"),
    "what went wrong": ("where we got unlucky", "challenges", "problems", "issues", "bad"),
    "action items": ("remediation", "remediations", "improvements", "process improvements", "todo", "to do",
                     "prevention", "preventative measures", "mitigations", "tasks", "fixes"),
    "lessons": ("takeaways", "conclusion", "conclusions"),
}  # fmt: skip
"""What some collections call a part, and others something else: taken where a collection does so."""
_OFTEN = 3
"""From so many pages on a heading is a custom rather than chance."""
_SHARED = 5


class Rules(NamedTuple):
    """The rule files of a repository below the root of the book, and the alerts in them."""

    paths: tuple[str, ...]
    alerts: tuple[Alert, ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(alert.name for alert in self.alerts)


def settings_text(pages: Sequence[Page], rules: Rules, runbooks: Iterable[str], timezone: str) -> str:
    """The text of `opsbook.toml` for these pages; `runbooks` are their paths in the book."""
    shapes = Counter(shape(page, rules.names) for page in pages if page.sort == "runbook")
    default = usual(shapes)
    lines = [
        "# The root of this book, and its settings.",
        f"timezone = {_toml(timezone)}",
        'profile = "adopt"   # then "recommended", and later "strict"',
    ]
    if shapes:
        lines.append(f"default_runbook_kind = {_toml(default)}")
    if rules.paths:
        lines.append(f"alerts = {_toml(globs(rules.paths))}")
    if addresses := published(rules.alerts, runbooks):
        lines.append(f"runbook_urls = {_toml(addresses)}")
    lines += _kinds(pages, rules.names) if shapes else []
    if aliases := headings(pages, rules.names):
        lines += ["", "[headings]   # what this collection calls the parts of a page"]
        lines += [f"{_key(part)} = {_toml(names)}" for part, names in aliases.items()]
    return "\n".join(lines) + "\n"


def usual(shapes: Mapping[str, int]) -> str:
    """What most runbooks are; of as many, the kind that asks for least."""
    order = ("procedure", "alert", "incident")
    return max(order, key=lambda each: (shapes.get(each, 0), -order.index(each)))


def globs(paths: Iterable[str]) -> list[str]:
    """Globs that name these files: by folder, or by what is above where the folders are many."""
    places = sorted({(path.rpartition("/")[0], path.rpartition(".")[2]) for path in paths})
    if len(places) <= _OFTEN:
        return [f"{folder}/*.{ending}".lstrip("/") for folder, ending in places]
    tops = sorted({(folder.partition("/")[0], ending) for folder, ending in places})
    return [f"{top}/**/*.{ending}" if top else f"*.{ending}" for top, ending in tops]


def published(alerts: Iterable[Alert], runbooks: Iterable[str]) -> list[str]:
    """The addresses below which alerts say that these runbooks are published, the commonest first."""
    paths = list(runbooks)
    found: Counter[str] = Counter()
    for alert in alerts:
        url = alert.runbook_url or ""
        target = runbook_in(url, ())
        if target and "://" in url and any(leads_to(target, path) for path in paths):
            below = len(target) - (target[0] == "runbooks")
            length = len(url.rstrip("/").split("/")) - below
            found["/".join(url.split("/")[:length]) + "/"] += 1
    real = (each for each, _ in found.most_common() if re.fullmatch(r"https?://[^/\s]+/\S*", each))
    return list(islice(real, _OFTEN))


# ── headings ──────────────────────────────────────────────────────────────────────────────


def headings(pages: Sequence[Page], alerts: frozenset[str]) -> dict[str, list[str]]:
    """What this collection calls the parts that its pages seem to lack, by part."""
    found: dict[str, list[str]] = {}
    plain = Settings()
    for parts, some in _groups(pages, alerts):
        given: set[str] = set()
        for part in parts:
            lacking = [page for page in some if find(page.document, part, plain) is None]
            used = Counter(heading for page in lacking for heading in said(page.document))
            enough = max(_OFTEN, len(lacking) // 3)
            names = [
                " ".join(each)
                for each, number in used.most_common()
                if number >= enough
                and _may_mean(each, part)
                and not any(means(each, other, plain) for other in (*parts, "lessons"))
                and " ".join(each) not in given
            ]
            if names:
                given.update(names)
                found[part] = list(dict.fromkeys((*found.get(part, ()), *names[:_OFTEN])))
    return found


def _groups(pages: Sequence[Page], alerts: frozenset[str]) -> list[tuple[tuple[str, ...], list[Page]]]:
    """The parts that pages should have, and the pages of which that holds."""
    kinds = [(PARTS[name], [p for p in pages if p.sort == "runbook" and shape(p, alerts) == name])
             for name in PARTS]  # fmt: skip
    return [*kinds, (SECTIONS["full"], [page for page in pages if page.sort == "postmortem"])]


def _may_mean(heading: Words, part: str) -> bool:
    """Whether a heading begins or ends with what some call the part."""
    further = (words(name) for name in _FURTHER.get(part, ()))
    return any(name in (heading[: len(name)], heading[-len(name) :]) for name in further)


def _kinds(pages: Sequence[Page], alerts: frozenset[str]) -> list[str]:
    """A procedure as this collection writes it, where nearly all share some headings."""
    some = [page for page in pages if page.sort == "runbook" and shape(page, alerts) == "procedure"]
    used = Counter(heading for page in some for heading in said(page.document))
    shared = [" ".join(each) for each, number in used.items() if number >= max(_SHARED, 0.8 * len(some))]
    if len(shared) < 2:
        return []
    known = Settings()
    parts = [*PARTS["procedure"], *sorted({_part(name, known) for name in shared})]
    wanted = list(dict.fromkeys(parts))
    return ["", "[runbook_kinds.procedure]   # the headings that nearly all of them have",
            f"parts = {_toml(wanted)}"]  # fmt: skip


def _part(heading: str, known: Settings) -> str:
    """The part of a runbook that a heading stands for, else the heading."""
    parts = dict.fromkeys(part for kind in PARTS.values() for part in kind)
    return next((part for part in parts if heading in known.means(part)), heading)


def _toml(value: str | list[str]) -> str:
    """TOML's basic strings and lists of them are JSON's, for text without a DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(part: str) -> str:
    return part if part.isidentifier() else _toml(part)
