"""What a rule is: a code, the kinds it looks at, its level in each profile, and a check.

A rule is one file in `rules/<family>/`; the file's name is the rule's, its docstring the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from importlib import import_module
from inspect import cleandoc
from types import ModuleType
from typing import Any, NamedTuple

from opsbook.diagnostics import Finding, Level, LevelName

Check = Callable[..., Iterable[Finding]]
_LEVELS = {"advice": Level.ADVICE, "warning": Level.WARNING, "error": Level.ERROR}


def level(name: str) -> Level | None:
    """The level of this name; None for `off`."""
    return _LEVELS.get(name)


_RELATED = re.compile(r"^Related: [^.]*\.$", re.MULTILINE)
_NAME = re.compile(r"`(\w+)`")
UNMEASURED = "no public collection holds the records that it is about; its examples are its tests"


class Measured(NamedTuple):
    """How often a rule hit real collections, and how often that was right where a person read it."""

    hits: int
    read: int
    right: int

    def __str__(self) -> str:
        if not self.hits:
            return "no hit in the public collections that could hold one"
        hits = f"{self.hits:,} {'hit' if self.hits == 1 else 'hits'} in public collections"
        share = f"{self.right} right ({self.right / self.read:.0%})"
        right = "all right" if self.right == self.read else share
        return f"{hits}, {self.read} read by hand, {right}"


class Terms(NamedTuple):
    """What a rule's file says of it beside its page."""

    code: str
    on: tuple[str, ...]
    adopt: LevelName
    recommended: LevelName
    strict: LevelName
    dated: bool
    since: str
    compares: bool = False
    measured: Measured | None = None

    def plain(self) -> tuple[Any, ...]:
        """As plain data."""
        return *self[:-1], self.measured and tuple(self.measured)

    @classmethod
    def of(cls, plain: tuple[Any, ...]) -> Terms:
        """What `plain` gave."""
        return cls._make((*plain[:-1], plain[-1] and Measured(*plain[-1])))


def rule(
    code: str,
    *,
    on: str | tuple[str, ...],
    adopt: LevelName = "advice",
    recommended: LevelName = "warning",
    strict: LevelName = "error",
    dated: bool = False,
    since: str = "0.1.0",
    compares: bool = False,
    measured: tuple[int, int, int] | None = None,
) -> Callable[[Check], Check]:
    """Marks a rule's `check(document, context)`, which yields findings.

    `on` names the kinds of document it is given, or `book` for the whole book at once; a rule on
    a document may look at others through the context. `dated` says that a finding comes with the
    passing of time alone: such a finding never turns a pull request red that did not touch it.
    `compares` says that it looks at what a change makes of a record: once merged it finds nothing any
    more, and the comment that answered it stays. `measured` is what it found in public collections:
    hits, how many were read, how many were right; left out where none holds the records that it is about.
    """
    counts = Measured(*measured) if measured else None
    kinds = (on,) if isinstance(on, str) else on

    def mark(check: Check) -> Check:
        check.terms = Terms(code, kinds, adopt, recommended, strict, dated, since, compares, counts)  # type: ignore[attr-defined]
        return check

    return mark


def reader_rule(
    code: str,
    *,
    adopt: LevelName = "error",
    recommended: LevelName = "error",
    strict: LevelName = "error",
    dated: bool = False,
    since: str = "0.1.0",
    measured: tuple[int, int, int] | None = None,
) -> Check:
    """A page for what the reader or the runner itself finds; there is nothing to run."""

    def check(document: Any, context: Any) -> Iterator[Finding]:
        del document, context
        return iter(())

    mark = rule(
        code, on=(), adopt=adopt, recommended=recommended, strict=strict, dated=dated, since=since,
        measured=measured,
    )  # fmt: skip
    return mark(check)


def module(family: str, name: str) -> ModuleType:
    """The file of a rule."""
    return import_module(f"opsbook.rules.{family}.{name}")


class Rule:
    """A rule as the catalog knows it; its file is imported when it runs or shows its page."""

    def __init__(self, family: str, name: str, terms: Terms) -> None:
        self.family = family
        self.name = name
        self.terms = terms

    def __repr__(self) -> str:
        return f"Rule({self.code} {self.name})"

    @property
    def code(self) -> str:
        return self.terms.code

    @cached_property
    def check(self) -> Check:
        found: Check = module(self.family, self.name).check
        return found

    @cached_property
    def page(self) -> str:
        """The rule's page in Markdown."""
        return cleandoc(module(self.family, self.name).__doc__ or "")

    @property
    def measured(self) -> str:
        """How often it was right, in words."""
        return str(self.terms.measured) if self.terms.measured else UNMEASURED

    @property
    def related(self) -> list[str]:
        """The names of related rules, as the page says them."""
        found = _RELATED.search(self.page)
        return _NAME.findall(found[0]) if found else []

    @property
    def title(self) -> str:
        """The first line of the page: what holds when nothing is wrong."""
        return self.page.partition("\n")[0]

    def level(self, profile: str) -> Level | None:
        """The level in a profile; None where the rule is off."""
        return level(getattr(self.terms, profile))

    def answers_to(self, name: str) -> bool:
        """Whether a code, a name, a family or a family's letters mean this rule."""
        letters = self.code.rstrip("0123456789")
        return name.replace("-", "_") in (self.name, self.family) or name.upper() in (self.code, letters)
