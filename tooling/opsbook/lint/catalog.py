"""The rules found in `rules/`, and which of them run at which level.

Dropping a file into a family's folder is all that adding a rule takes.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsbook.errors import UserError
from opsbook.lint.program import remembered
from opsbook.lint.rule import Rule, Terms, level, module

if TYPE_CHECKING:
    from opsbook.diagnostics import Level
    from opsbook.model.settings import Settings

_FAMILIES = Path(__file__).parents[1] / "rules"
_FOLLOWS = ("rules", "lint", "book", "model")
"""The folders of opsbook from which follows what rules say: which kinds of record they are on, and more."""
_RULES: dict[str, Rule] = {}


def catalog(*, remember: bool = True) -> dict[str, Rule]:
    """Every rule by code, in order of family and code.

    What the files say is remembered, since importing them all takes longer than checking a record;
    with `remember` False nothing is read or written for it, if nobody asked before.
    """
    if not _RULES:
        found = remembered("rules", _said, *_FOLLOWS) if remember else _said()
        rules = (Rule(family, name, Terms.of(said)) for family, name, said in found)
        _RULES.update((each.code, each) for each in sorted(rules, key=lambda each: each.code))
        if len(_RULES) != len(found):
            raise AssertionError("two rules share a code")
    return _RULES


def _said() -> list[tuple[str, str, tuple[Any, ...]]]:
    """Family and name of every rule, and what its file says of it."""
    return [
        (family.name, name, module(family.name, name).check.terms.plain())
        for family in _FAMILIES.iterdir()
        if family.is_dir() and not family.name.startswith("_")
        for file in family.iterdir()
        if (name := file.name.removesuffix(".py")) != file.name and name != "__init__"
    ]


def by_name(name: str) -> Rule:
    """The rule of a name; LookupError for any other."""
    return _by_name()[name]


@cache
def _by_name() -> dict[str, Rule]:
    return {each.name: each for each in catalog().values()}


def named(names: Iterable[str]) -> set[str]:
    """The codes that codes, names and families stand for; UserError for an unknown one."""
    codes: set[str] = set()
    for name in (part.strip() for each in names for part in each.split(",")):
        found = {each.code for each in catalog().values() if each.answers_to(name)}
        if not found:
            from opsbook.book.validate import nearest

            known = [part for each in catalog().values() for part in (each.code, each.name, each.family)]
            near = _short_code(name) or nearest(name, known)
            raise UserError(
                f"no rule `{name}`",
                f"did you mean `{near}`?" if near else "`opsbook rules` lists them",
            )
        codes |= found
    return codes


def _short_code(name: str) -> str | None:
    """The code that is meant where a nought is left out: `INC03` is `INC003`."""
    letters, digits = name.rstrip("0123456789").upper(), name[len(name.rstrip("0123456789")) :]
    code = f"{letters}{digits.lstrip('0'):0>3}"
    return code if digits and code in catalog() else None


def _set(key: str, names: Iterable[str]) -> set[str]:
    """The codes that a key of the settings names."""
    try:
        return named(names)
    except UserError as error:
        raise UserError(f"{error.message}, named by `{key}` in the settings", error.hint) from None


class Selection:
    """Which rules run, at which level, for which path."""

    def __init__(
        self,
        settings: Settings,
        profile: str | None = None,
        select: Iterable[str] = (),
        ignore: Iterable[str] = (),
    ) -> None:
        self._levels = {code: rule.level(profile or settings.profile) for code, rule in catalog().items()}
        for name, wanted in settings.levels.items():
            for code in _set("levels", [name]):
                self._levels[code] = level(wanted)
        chosen = _set("select", settings.select) if settings.select else set(catalog())
        asked = named(select)
        if asked:
            chosen = asked
            for code in asked:
                self._levels[code] = self._levels[code] or catalog()[code].level("strict")
        dropped = _set("ignore", settings.ignore) - asked | named(ignore)
        self.codes = frozenset(
            code for code in chosen - dropped if self._levels[code] is not None or settings.paths
        )
        self._rules: dict[str, list[Rule]] = {}
        self._paths = [
            (glob, {code: level(wanted) for name, wanted in levels.items() for code in _set("paths", [name])})
            for glob, levels in settings.paths.items()
        ]

    def level(self, code: str, path: str) -> Level | None:
        """The level of a rule for a path; None where it does not apply."""
        if code not in self.codes:
            return None
        found = self._levels[code]
        for glob, levels in self._paths:
            if code in levels and _matches(path, glob):
                found = levels[code]
        return found

    def rules(self, kind: str) -> list[Rule]:
        """The rules that run on a kind of document."""
        if kind not in self._rules:
            self._rules[kind] = [
                rule for code, rule in catalog().items() if code in self.codes and kind in rule.terms.on
            ]
        return self._rules[kind]


def _matches(path: str, glob: str) -> bool:
    return fnmatchcase(path, glob) or path.startswith(glob.rstrip("/*") + "/")
