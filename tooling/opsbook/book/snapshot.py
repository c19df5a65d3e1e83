"""A book: its documents by kind and id, read when they are asked for.

Nothing is read twice and nothing is read that nobody asks for: a single file is checked against a
book of any size by reading it and what it refers to. `recording` gives the same book with a note
of what was asked, which is how the cache knows when an answer still holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from opsbook.book import document as reader
from opsbook.book.document import Document
from opsbook.book.kinds import FOLDERS, Kind, identify, kind
from opsbook.book.settings import load_settings
from opsbook.book.subset import Problem
from opsbook.book.tree import Memory, Tree, blob_id
from opsbook.text import Source, Span

if TYPE_CHECKING:
    from datetime import date

    from opsbook.book.alerts import AlertRules, RuleFile
    from opsbook.book.earlier import Earlier
    from opsbook.book.pages import PageLog
    from opsbook.book.past import Past
    from opsbook.git import Change
    from opsbook.model.directory import Holidays, Person, Service, Team
    from opsbook.model.escalation import Escalation
    from opsbook.model.incident import Incident
    from opsbook.model.on_call import OnCall
    from opsbook.model.postmortem import Postmortem
    from opsbook.model.role import Roles
    from opsbook.model.rotation import Override, Rotation
    from opsbook.model.runbook import Runbook
    from opsbook.model.settings import Settings
    from opsbook.model.severity import Severities

T = TypeVar("T")
_KEPT = 64
"""How many incidents, post-mortems and runbooks stay in memory; everything else always does."""
_MANY = ("incident", "postmortem", "runbook")
_FOLDER = re.compile(
    r"(?:incidents(?:/\d{4}(?:/\d{4}-[^/]*)?)?|(?:policies|rotations|runbooks)(?:/[^./]+)*)\Z"
)
"""A folder that may hold records."""


class Book:
    """The documents of a tree. What a book that it is `like` has in the same bytes is not read again."""

    def __init__(
        self,
        tree: Tree,
        shared: _Shared | None = None,
        reads: set[str] | None = None,
        settings: Settings | None = None,
        earlier: Earlier | None = None,
        past: Past | None = None,
        like: Book | None = None,
    ) -> None:
        self.tree = tree
        self._shared = shared or _Shared(tree, settings, earlier, past, like)
        self._reads = reads
        self.facts = self._shared.facts
        self._policies: dict[str, Any] = {}
        """Those that somebody has asked for, and so has noted."""

    def recording(self, reads: set[str]) -> Book:
        """The same book; what is asked of it is noted in `reads`, as keys of `version`."""
        return Book(self.tree, self._shared, reads)

    def with_texts(self, texts: Mapping[str, str]) -> Book:
        """The book as it would be with other texts at some paths, against the same base."""
        shared = self._shared
        return Book(Memory(texts, below=self.tree), earlier=shared.earlier, past=shared.past)

    def _note(self, key: str) -> None:
        if self._reads is not None:
            self._reads.add(key)

    def version(self, key: str) -> str | None:
        """What the answer behind a noted key depends on: equal versions, equal answers."""
        mark, rest = key[0], key[1:]
        if mark == "=":
            return self.tree.version(rest)
        if mark == "?":
            return "there" if self.tree.has(rest) else None
        if mark == "/":
            return "there" if self.tree.reaches(rest) else None
        if mark == "@":
            name, _, id = rest.partition("/")
            return self._path(kind(name), id)
        if mark == "~":
            name, _, id = rest.partition("/")
            return "\n".join(self._shared.namesakes(kind(name), id))
        if mark == "!":
            return self._rules_version(rest)
        if mark == "%":
            found = self._shared.evidence(rest)
            return _digest(found) if found else None
        if mark == "^":
            past = self._shared.past
            return next((each.commit for each in past.changes(rest)), None) if past else None
        if mark == "$":
            return _digest(self._shared.page_logs)
        if mark == "&":
            return "\n".join(self._shared.by_day.get(rest, ()))
        if mark == ">":
            return self._shared.rotas_differ
        if mark == "*":
            last = self._shared.runs.get(rest)
            return f"{last}" if last else None
        if mark == "<":
            place, earlier = self._shared.place_before(rest), self._shared.earlier
            return (
                f"{earlier.book.version('=' + place)} {place}" if place and earlier and earlier.book else None
            )
        return _digest(self._names(rest))

    # ── documents ─────────────────────────────────────────────────────────────────────────

    def paths(self, kind: Kind) -> tuple[str, ...]:
        """Where the records of a kind stand, sorted."""
        self._note("#" + kind.name)
        return self._shared.paths(kind)

    def documents(self, name: str) -> Iterator[Document[Any]]:
        """Every document of a kind, in order of path, the unreadable ones too."""
        return (self.read(path) for path in self.paths(kind(name)))

    def read(self, path: str) -> Document[Any]:
        """The document at a path of the book; LookupError where no record belongs."""
        self._note("=" + path)
        return self._shared.read(path)

    def find(self, name: str, id: str) -> Document[Any] | None:
        """The document of this kind and id; None where there is none."""
        path = self._located(kind(name), id)
        if path is None:
            return None
        self._note("=" + path)
        return self._shared.read(path) if self.tree.has(path) else None

    def content(self, name: str, id: str) -> Any:
        """What a record of this kind and id says; None where there is none that can be read."""
        found = self.find(name, id)
        return found.content if found is not None and found.readable else None

    def name_of(self, person: str) -> str:
        """A person's name as they write it; the id where there is no record that can be read."""
        found = self.content("person", person)
        return found.name if found else person

    def has(self, name: str, id: str) -> bool:
        """Whether there is a record of this kind and id, readable or not."""
        if name == "severity":
            policy = self._policy("severities")
            return policy is None or id in policy.levels
        if name == "role":
            policy = self._policy("roles")
            return policy is None or id in policy.roles
        each = kind(name)
        path = self._located(each, id)
        if path is None:
            return False
        if self._reads is not None:
            self._reads.add("?" + path)
        return self.tree.has(path)

    def reaches(self, path: str) -> bool:
        """Whether a link to a path of the book finds anything there: a record, evidence, a folder …"""
        self._note("/" + path)
        return self.tree.reaches(path)

    def evidence(self, incident: str) -> tuple[str, ...]:
        """The files of an incident's evidence, as its record names them: `evidence/pool.png`. None in a
        check of what is staged, which looks incidents up one by one."""
        self._note("%" + incident)
        return self._shared.evidence(incident)

    def leads_somewhere(self, kinds: tuple[str, ...], id: str) -> bool:
        """Whether a reference to a record of one of these kinds finds one; `system:NAME` is none."""
        known = self._shared.led.get((kinds, id))
        if known is None:
            reads: set[str] = set()
            view = self.recording(reads)
            found = id.startswith("system:") or any(view.has(kind, id) for kind in kinds)
            known = found, frozenset(reads)
            self._shared.led[kinds, id] = known
        if self._reads is not None:
            self._reads |= known[1]
        return known[0]

    def names(self, name: str) -> tuple[str, ...]:
        """The ids of a kind, and the names of severities and roles, sorted."""
        if name in ("severity", "role"):
            policy = self._policy("severities" if name == "severity" else "roles")
            return tuple(getattr(policy, "levels" if name == "severity" else "roles", ()))
        self._note("#" + name)
        return tuple(self._names(name))

    def namesakes(self, name: str, id: str) -> tuple[str, ...]:
        """Where the records of a kind stand whose id is this one, upper and lower case being equal."""
        self._note(f"~{name}/{id}")
        return self._shared.namesakes(kind(name), id)

    def _names(self, name: str) -> list[str]:
        each = kind(name)
        return [each.id(path) or "" for path in self._shared.paths(each)]

    def _located(self, each: Kind, id: str) -> str | None:
        if each.nested:
            self._note(f"@{each.name}/{id}")
        return self._path(each, id)

    def _path(self, each: Kind, id: str) -> str | None:
        return self._shared.nested(each).get(id) if each.nested else each.path(id)

    def before(self, document: Document[T]) -> Document[T] | None:
        """What a change made this document of: how it read at the base of the change. None without a
        base, for a new document, and for one that the change leaves as it was."""
        self._note("<" + document.path)
        place, earlier = self._shared.place_before(document.path), self._shared.earlier
        return earlier.book.read(place) if place and earlier and earlier.book else None

    def changes(self, document: Document[T]) -> tuple[Change, ...]:
        """The commits that made this document what it is, the newest first; none outside of git and in a
        shallow clone, which does not know."""
        self._note("^" + document.path)
        return self._shared.changes(document.path)

    def after(self, document: Document[T], change: Change) -> Document[T] | None:
        """How a document read after one of its changes; None where that deleted it."""
        content = self._shared.past.read(change) if self._shared.past else None
        if content is None:
            return None
        return reader.read(document.kind, document.id, document.path, content)

    def rotas_before(self) -> Book | None:
        """The book at the base of a change that touches something below `rotations/`; None without a base,
        and where who is on call cannot have changed."""
        self._note(">")
        earlier = self._shared.earlier
        return earlier.book if earlier and self._shared.rotas_differ else None

    def last_run(self, runbook: str) -> date | None:
        """The last day, in UTC, on which a runbook was followed, in an incident or a drill; None where no
        record says so."""
        self._note("*" + runbook)
        return self._shared.runs.get(runbook)

    # ── alerts ────────────────────────────────────────────────────────────────────────────

    def rule_files(self) -> tuple[RuleFile, ...]:
        """The Prometheus rule files that the settings name, in order of path."""
        self._note("!")
        return self._shared.alert_rules.files

    def rule_paths(self) -> tuple[str, ...]:
        """Where these files stand."""
        return self._shared.alert_rules.paths

    def names_alert(self, name: str) -> bool:
        """Whether some rule file has an alert of this name."""
        self._note("!=" + name)
        return name in self._shared.alert_rules.names

    def alerts_lead_to(self, runbook: str) -> bool:
        """Whether some rule file's alert gives the address of the runbook at this path."""
        self._note("!>" + runbook)
        return self._shared.alert_rules.lead_to(runbook)

    def _rules_version(self, question: str) -> str | None:
        rules, about = self._shared.alert_rules, question[1:]
        if not question:
            return rules.state
        found = about in rules.names if question[0] == "=" else rules.lead_to(about)
        return "there" if found else None

    def state(self, mark: str) -> str | None:
        """What the versions of all keys that begin with this mark follow from, where that is known
        sooner than the versions themselves; None for any other mark."""
        if mark == "^":
            return self._shared.past.state if self._shared.past else None
        if mark == "%":
            return _digest(path for path in self.tree.paths("incidents") if "/evidence/" in path)
        return self._shared.alert_rules.state if mark == "!" else None

    # ── pages ─────────────────────────────────────────────────────────────────────────────

    def page_log(self, month: str) -> PageLog:
        """The pages of a month, `2026-03`, that never became incidents; empty where nobody logged any."""
        from opsbook.book.pages import path

        return self._page_log(path(month))

    def page_logs(self) -> Iterator[PageLog]:
        """Every page log, in order of path."""
        self._note("$")
        return (self._page_log(path) for path in self._shared.page_logs)

    def _page_log(self, path: str) -> PageLog:
        self._note("=" + path)
        return self._shared.page_log(path)

    def on_day(self, day: date) -> tuple[str, ...]:
        """The ids of the incidents whose folders name this day, sorted."""
        self._note(f"&{day}")
        return self._shared.by_day.get(f"{day}", ())

    # ── policies ──────────────────────────────────────────────────────────────────────────

    @property
    def settings(self) -> Settings:
        """The book's settings; UserError where they are broken."""
        return self._shared.settings

    @property
    def severities(self) -> Severities:
        """The severity policy; the default policy where the book has none that can be read."""
        policy = self._policy("severities")
        if policy is None:
            from opsbook.defaults import severities

            return severities()
        return policy  # type: ignore[no-any-return]

    @property
    def on_call(self) -> OnCall:
        """The limits of being on call; the default ones where the book has none that can be read."""
        policy = self._policy("on-call")
        if policy is None:
            from opsbook import defaults

            return defaults.on_call()
        return policy  # type: ignore[no-any-return]

    def _policy(self, name: str) -> Any:
        """A policy's content: the book's own, the default where there is none, and None where
        the book's cannot be read."""
        if name not in self._policies:
            self._policies[name] = self._read_policy(name)
        return self._policies[name]

    def _read_policy(self, name: str) -> Any:
        found = self.find(name, name)
        if found is None:
            from opsbook import defaults

            return getattr(defaults, name.replace("-", "_"))()
        return found.content if found.readable else None

    # ── kinds ─────────────────────────────────────────────────────────────────────────────

    def _readable(self, name: str) -> Iterator[Document[Any]]:
        return (document for document in self.documents(name) if document.readable)

    @property
    def incidents(self) -> Iterator[Document[Incident]]:
        return self._readable("incident")

    @property
    def postmortems(self) -> Iterator[Document[Postmortem]]:
        return self._readable("postmortem")

    @property
    def runbooks(self) -> Iterator[Document[Runbook]]:
        return self._readable("runbook")

    @property
    def rotations(self) -> Iterator[Document[Rotation]]:
        return self._readable("rotation")

    @property
    def overrides(self) -> Iterator[Document[Override]]:
        return self._readable("override")

    def overrides_of(self, rotation: str) -> tuple[Document[Override], ...]:
        """The overrides that change a rotation, in order of path."""
        by_rotation, reads = self._shared.overrides
        if self._reads is not None:
            self._reads |= reads
        return by_rotation.get(rotation, ())

    @property
    def people(self) -> Iterator[Document[Person]]:
        return self._readable("person")

    @property
    def teams(self) -> Iterator[Document[Team]]:
        return self._readable("team")

    @property
    def holidays(self) -> Iterator[Document[Holidays]]:
        return self._readable("holidays")

    @property
    def services(self) -> Iterator[Document[Service]]:
        return self._readable("service")

    @property
    def escalations(self) -> Iterator[Document[Escalation]]:
        return self._readable("escalation")

    @property
    def roles(self) -> Roles | None:
        """The roles; the default ones where the book names none."""
        return self._policy("roles")  # type: ignore[no-any-return]

    def subjects(self) -> Iterator[str]:
        """Every path at which a record belongs, every file that belongs nowhere, and every
        symbolic link that stands where records would."""
        for folder in FOLDERS:
            yield from (path for path in self.tree.paths(folder) if belongs(path) is not False)
        yield from filter(hides_records, self.tree.links)


def _digest(names: Iterable[str]) -> str:
    return blob_id("\n".join(names).encode("utf-8", "surrogatepass"))


def belongs(path: str) -> bool | None:
    """True for a record, None for a file that looks like one but stands in no record's place,
    False for anything else, such as evidence and pictures."""
    if identify(path):
        return True
    top, _, rest = path.partition("/")
    name = rest.rpartition("/")[2]
    if top not in ("incidents", "policies", "rotations") or "/." in path:
        return False
    if top == "incidents" and "/evidence/" in path:
        return False
    if name.lower() in ("readme.md", "index.md", "_index.md"):
        return False
    page = top == "incidents" and name.endswith(".md") and (name == "postmortem.md" or path.count("/") < 3)
    return None if page or name.endswith((".yaml", ".yml")) else False


def hides_records(link: str) -> bool:
    """Whether a symbolic link stands for a record or for a folder of them: nobody reads those."""
    return belongs(link) is not False or _FOLDER.match(link) is not None


class _Shared:
    """What every view of one book has in common: the documents read so far."""

    def __init__(
        self,
        tree: Tree,
        settings: Settings | None,
        earlier: Earlier | None,
        past: Past | None,
        like: Book | None,
    ) -> None:
        self.tree = tree
        self.earlier = earlier
        self.past = past
        self._like = like
        self._settings = settings
        self._documents: dict[str, Document[Any]] = {}
        self._recent: dict[str, Document[Any]] = {}
        self._paths: dict[str, tuple[str, ...]] = {}
        self._nested: dict[str, dict[str, str]] = {}
        self.led: dict[tuple[tuple[str, ...], str], tuple[bool, frozenset[str]]] = {}
        """What `leads_somewhere` answered, and the keys it depends on."""
        self._namesakes: dict[str, dict[str, tuple[str, ...]]] = {}
        self._evidence: dict[str, tuple[str, ...]] = {}
        self._logs: dict[str, PageLog] = {}
        self.facts: dict[str, tuple[str, dict[str, Any]]] = {}
        """What `facts.together` worked out, by name: what it follows from, and each path's."""

    @cached_property
    def alert_rules(self) -> AlertRules:
        from opsbook.book.alerts import AlertRules

        return AlertRules(self.tree, self.settings.alerts, self.settings.runbook_urls)

    @cached_property
    def rotas_differ(self) -> str | None:
        """What stood below `rotations/` at the base; None without a base, and where the same stands there."""
        if self.earlier is None or self.earlier.book is None:
            return None
        now, then = (
            [f"{path}\0{tree.version(path)}" for path in tree.paths("rotations")]
            for tree in (self.tree, self.earlier.book.tree)
        )
        return _digest(then) if now != then else None

    @cached_property
    def overrides(self) -> tuple[dict[str, tuple[Document[Override], ...]], frozenset[str]]:
        """The overrides by rotation, and the keys that who asks for those of one depends on."""
        paths = self.paths(kind("override"))
        found: dict[str, tuple[Document[Override], ...]] = {}
        for document in map(self.read, paths):
            if document.readable:
                id = document.content.rotation
                found[id] = (*found.get(id, ()), document)
        return found, frozenset(("#override", *("=" + path for path in paths)))

    @cached_property
    def runs(self) -> dict[str, date]:
        from opsbook.book.facts import runs

        return runs(Book(self.tree, self))

    @cached_property
    def page_logs(self) -> tuple[str, ...]:
        from opsbook.book.pages import paths

        return paths(self.tree)

    def page_log(self, path: str) -> PageLog:
        if path not in self._logs:
            from opsbook.book.pages import log

            self._logs[path] = log(self.tree, path)
        return self._logs[path]

    @cached_property
    def by_day(self) -> dict[str, tuple[str, ...]]:
        """The ids of incidents by the day that their folders name."""
        found: dict[str, tuple[str, ...]] = {}
        each = kind("incident")
        for id in (each.id(path) or "" for path in self.paths(each)):
            found[id[:10]] = (*found.get(id[:10], ()), id)
        return found

    @cached_property
    def settings(self) -> Settings:
        return self._settings or load_settings(self.tree)

    def place_before(self, path: str) -> str | None:
        """Where a document stood at the base, where there is a base and the change touches its text."""
        return self.earlier.place(path, self.tree.version(path)) if self.earlier else None

    def changes(self, path: str) -> tuple[Change, ...]:
        return self.past.changes(path, self.tree.version(path)) if self.past else ()

    def paths(self, each: Kind) -> tuple[str, ...]:
        if each.name not in self._paths:
            if each.single:
                found = [each.place] if self.tree.has(each.place) else []
            else:
                found = [path for path in self.tree.paths(each.folder) if each.id(path) is not None]
            self._paths[each.name] = tuple(found)
        return self._paths[each.name]

    def evidence(self, incident: str) -> tuple[str, ...]:
        """Kept, since a tree may know later what it did not list when it was asked."""
        if incident not in self._evidence:
            folder = (kind("incident").path(incident) or "").removesuffix("incident.yaml")
            found = (path.removeprefix(folder) for path in self.tree.below(folder + "evidence"))
            self._evidence[incident] = tuple(path for path in found if "/." not in path)
        return self._evidence[incident]

    def nested(self, each: Kind) -> dict[str, str]:
        """Path by id, for kinds whose folders are free; the first path wins."""
        if each.name not in self._nested:
            found: dict[str, str] = {}
            for path in self.paths(each):
                found.setdefault(each.id(path) or "", path)
            self._nested[each.name] = found
        return self._nested[each.name]

    def namesakes(self, each: Kind, id: str) -> tuple[str, ...]:
        if each.name not in self._namesakes:
            found: dict[str, tuple[str, ...]] = {}
            for path in self.paths(each):
                name = (each.id(path) or "").casefold()
                found[name] = (*found.get(name, ()), path)
            self._namesakes[each.name] = found
        return self._namesakes[each.name].get(id.casefold(), ())

    def read(self, path: str) -> Document[Any]:
        known = self._documents.get(path) or self._recent.get(path)
        if known is not None:
            return known
        found = self._alike(path) or self._fresh(path)
        if found.kind.name in _MANY:
            if len(self._recent) >= _KEPT:
                del self._recent[next(iter(self._recent))]
            self._recent[path] = found
        else:
            self._documents[path] = found
        return found

    def _alike(self, path: str) -> Document[Any] | None:
        """The document that the other book has at this path, where it has the same bytes."""
        version = self.tree.version(path) if self._like else None
        same = self._like is not None and version is not None and version == self._like.tree.version(path)
        return self._like.read(path) if self._like and same else None

    def _fresh(self, path: str) -> Document[Any]:
        identity = identify(path)
        if identity is None:
            raise LookupError(path)
        try:
            content = self.tree.read(path)
        except OSError as error:
            reason = (error.strerror or "cannot be read").lower()
            problem = Problem("unreadable_file", Span(0, 0), reason)
            return Document(identity.kind, identity.id, Source(path, ""), None, (problem,))
        return reader.read(identity.kind, identity.id, path, content)
