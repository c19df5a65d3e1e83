"""Prometheus rule files beside the book: which alerts there are, and where their runbooks are said to be.

They are no records: other programs own them, so they may be any YAML, with anchors, merge keys and several
documents. Read are plain rule files (`groups:`), PrometheusRule objects of Kubernetes (`spec:`), and lists of
them (`items:`); a file that holds something else holds no alert. What cannot be read is said, not raised.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import unquote

from opsbook.book.document import decode
from opsbook.book.subset import Problem
from opsbook.book.tree import Tree, blob_id
from opsbook.text import Location, Source, Span

_WILD = re.compile(r"\*\*/|\*\*|\*|\?")
_MEANS = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_ADDRESSES = ("runbook_url", "runbook", "documentation")
"""Annotations that say where the runbook is, the one that is meant for it first."""
_NO_ADDRESS = frozenset(("todo", "tbd", "none", "n/a", "-"))
_QUIET = frozenset(("info", "none"))
"""Values of the label `severity` with which nobody is woken."""
_MERGES = 8
"""Merge keys within merge keys that are followed."""


class Alert(NamedTuple):
    """An alert of a rule file: its name, the annotation that says where its runbook is, whether it is for
    information alone, and what it says."""

    name: str
    at: Location
    runbook_url: str | None
    url_at: Location
    quiet: bool
    expression: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


class RuleFile(NamedTuple):
    """What one file holds, and what ended the reading, if something did."""

    source: Source
    alerts: tuple[Alert, ...]
    problem: Problem | None


class AlertRules:
    """The rule files that the settings name."""

    def __init__(self, tree: Tree, globs: Iterable[str], prefixes: Iterable[str]) -> None:
        self._tree = tree
        self._globs = tuple(globs)
        self._prefixes = tuple(prefixes)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Where they stand, sorted; files and folders that begin with a dot are left out."""
        return tuple(sorted({path for glob in self._globs for path in _matches(self._tree, glob)}))

    @cached_property
    def state(self) -> str:
        """The same as long as every answer here is."""
        seen = (f"{path}\0{self._tree.version(path)}" for path in self.paths)
        return blob_id("\n".join(seen).encode("utf-8", "surrogatepass"))

    @cached_property
    def files(self) -> tuple[RuleFile, ...]:
        return tuple(_file(self._tree, path) for path in self.paths)

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(alert.name for file in self.files for alert in file.alerts)

    @cached_property
    def _targets(self) -> frozenset[tuple[str, ...]]:
        urls = {alert.runbook_url for file in self.files for alert in file.alerts if alert.runbook_url}
        return frozenset(target for url in urls if (target := runbook_in(url, self._prefixes)))

    def lead_to(self, runbook: str) -> bool:
        """Whether the address of some alert's runbook leads to the runbook at this path."""
        return any(leads_to(target, runbook) for target in self._targets)


def runbook_in(url: str, prefixes: Iterable[str]) -> tuple[str, ...] | None:
    """The last two parts of the path of a runbook's address, in lower case and without an ending, or the
    only one; None for an address that is put together when the alert fires, and for none at all."""
    if "{{" in url or "$" in url:
        return None
    prefix = next((each for each in prefixes if within(url, each)), "")
    rest = url[len(prefix) :] if prefix else url.partition("://")[2].partition("/")[2]
    path = unquote(re.split("[?#]", rest, maxsplit=1)[0]).lower()
    parts = [part for part in path.split("/") if part]
    return (*parts[-2:-1], re.sub(r"\.(?:md|html?)\Z", "", parts[-1])) if parts else None


def within(url: str, prefix: str) -> bool:
    """Whether an address lies below another."""
    return url.lower().startswith(prefix.rstrip("/").lower() + "/")


def leads_to(target: tuple[str, ...], runbook: str) -> bool:
    """Whether the parts of an address are those of a runbook's path."""
    own = runbook.removesuffix(".md").lower().split("/")
    return list(target) == own[-len(target) :]


def matches(path: str, glob: str) -> bool:
    """Whether a glob names a path: `*` and `?` within a name, `**` over folders."""
    pattern = "".join(
        _MEANS.get(part) or re.escape(part) for part in re.split(f"({_WILD.pattern})", glob) if part
    )
    return re.fullmatch(pattern, path, re.DOTALL) is not None


def _matches(tree: Tree, glob: str) -> Iterator[str]:
    wild = _WILD.search(glob)
    if wild is None:
        yield from (path for path in (glob,) if tree.has(path))
        return
    folder = glob[: wild.start()].rpartition("/")[0]
    for path in tree.paths(folder):
        if "/." not in path[len(folder) :] and not (not folder and path[0] == ".") and matches(path, glob):
            yield path


# ── reading ───────────────────────────────────────────────────────────────────────────────


def _file(tree: Tree, path: str) -> RuleFile:
    try:
        content = tree.read(path)
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        return RuleFile(Source(path, ""), (), Problem("unreadable_file", Span(0, 0), reason))
    decoded = decode(path, content)
    if decoded.fatal:
        return RuleFile(decoded.source, (), decoded.problems[0])
    return read(decoded.source)


def read(source: Source) -> RuleFile:
    """The alerts of a text, in order, as far as it can be read."""
    from opsbook.book.yaml import roots

    mark = 1 if source.text.startswith("\ufeff") else 0
    found, problem = roots(source.text[mark:])
    if problem:
        problem = problem._replace(span=_moved(problem.span, mark))
    alerts = tuple(
        _alert(source, rule, mark) for root in found for rule in _rules(root) if _text(_get(rule, "alert"))
    )
    return RuleFile(source, alerts, problem)


def values(source: Source) -> list[Span]:
    """Where the single values of a rule file stand, keys too, as far as it can be read: what looks like a
    comment in one of them is none."""
    from opsbook.book.yaml import roots

    mark = 1 if source.text.startswith("\ufeff") else 0
    found, seen = [], set[int]()
    waiting = list(roots(source.text[mark:])[0])
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.id == "scalar":
            found.append(_moved(_written(node), mark))
        else:
            for each in node.value:
                waiting += each if isinstance(each, tuple) else (each,)
    return found


def _rules(root: Any) -> Iterator[Any]:
    """The rules of a document, each once, however often an alias repeats it."""
    seen: set[int] = set()
    for holder in (root, *_items(_get(root, "items"))):
        for group in _items(_get(holder, "groups")) or _items(_get(_get(holder, "spec"), "groups")):
            if id(group) in seen:
                continue
            seen.add(id(group))
            for rule in _items(_get(group, "rules")):
                if id(rule) not in seen:
                    seen.add(id(rule))
                    yield rule


def _alert(source: Source, rule: Any, mark: int) -> Alert:
    name = _get(rule, "alert")
    annotations = _get(rule, "annotations")
    said = (_get(annotations, key) for key in _ADDRESSES)
    url = next((each for each in said if (_text(each) or "-").lower() not in _NO_ADDRESS), None)
    at = Location(source, _moved(_written(name), mark))
    url_at = Location(source, _moved(_written(url), mark)) if url else at
    labels = _texts(_get(rule, "labels"))
    quiet = labels.get("severity") in _QUIET
    expression = _text(_get(rule, "expr")) or ""
    return Alert(name.value, at, _text(url), url_at, quiet, expression, labels, _texts(annotations))


def _items(node: Any) -> list[Any]:
    return node.value if node is not None and node.id == "sequence" else []


def _get(node: Any, key: str, depth: int = 0) -> Any:
    """The node of a key, also where a merge key brings it; None for anything else."""
    if node is None or node.id != "mapping" or depth > _MERGES:
        return None
    for name, value in node.value:
        if name.id == "scalar" and name.value == key:
            return value
    for name, value in node.value:
        if name.id == "scalar" and name.value == "<<":
            for each in _items(value) or [value]:
                found = _get(each, key, depth + 1)
                if found is not None:
                    return found
    return None


def _texts(node: Any, depth: int = 0) -> dict[str, str]:
    """The single values of a mapping by their keys, those that merge keys bring too."""
    if node is None or node.id != "mapping" or depth > _MERGES:
        return {}
    found: dict[str, str] = {}
    for name, value in node.value:
        if name.id == "scalar" and name.value == "<<":
            for each in _items(value) or [value]:
                found = _texts(each, depth + 1) | found
    own = {name.value: text for name, value in node.value if name.id == "scalar" and (text := _text(value))}
    return found | own


def _text(node: Any) -> str | None:
    return (node.value.strip() or None) if node is not None and node.id == "scalar" else None


def _written(node: Any) -> Span:
    return Span(node.start_mark.index, node.end_mark.index)


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)
