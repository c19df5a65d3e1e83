"""`opsbook explain`: a rule's page."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from opsbook.cli.options import Command, colored
from opsbook.diagnostics import PROFILES

if TYPE_CHECKING:
    from opsbook.lint.rule import Rule
    from opsbook.output.frames import Paint

_WIDEST = 100
_FIXES = {
    "safe": "`opsbook check --fix`",
    "unsafe": "`opsbook check --fix --unsafe-fixes`, since the meaning may change",
    "none": "by hand",
}
_SUBJECTS = {(): "every file, as it is read", ("book",): "the whole book"}
_FEW = 5
"""More kinds than these are nearly all of them."""
_BLOCK = re.compile(
    r"^(?P<fence>`{3,})(?P<info>.*)\n(?P<code>(?:.*\n)*?)(?P=fence)$|^(?P<text>.+(?:\n(?!```).+)*)",
    re.MULTILINE,
)
_ITEM = re.compile(r"^(\s*(?:[-*+]|\d+\.) )", re.MULTILINE)


@click.command(cls=Command)
@click.argument("names", nargs=-1, required=True, metavar="RULE...")
@click.option("--format", "-f", "style", type=click.Choice(["text", "markdown"]), default="text")
def command(names: tuple[str, ...], style: str) -> None:
    """What a RULE asks for and why, with an example: by code, name or family."""
    from opsbook.lint.catalog import catalog, named
    from opsbook.output.frames import Paint

    codes = dict.fromkeys(code for name in names for code in sorted(named([name])))
    paint = Paint(colored())
    pages = [
        _markdown(catalog()[code]) if style == "markdown" else _text(catalog()[code], paint) for code in codes
    ]
    click.echo("\n\n".join(pages), color=colored() or None)


def _facts(rule: Rule) -> dict[str, str]:
    from opsbook.lint.catalog import by_name
    from opsbook.lint.examples import mends

    by_profile = {profile: str(rule.level(profile) or "off") for profile in PROFILES}
    levels = ", ".join(f"{level} ({profile})" for profile, level in by_profile.items())
    if len(set(by_profile.values())) == 1:
        levels = f"{by_profile['strict']} in every profile"
    dated = ", comes with time: where a change does not touch the record it is advice"
    facts = {
        "family": f"{rule.family}, since {rule.terms.since}",
        "looks at": _subjects(rule.terms.on),
        "level": levels + (dated if rule.terms.dated else ""),
        "mended": _FIXES[mends(rule)],
        "measured": rule.measured,
    }
    related = ", ".join(f"{by_name(name).code} {name}" for name in rule.related)
    return facts | ({"related": related} if related else {})


def _subjects(kinds: tuple[str, ...]) -> str:
    if kinds in _SUBJECTS:
        return _SUBJECTS[kinds]
    return ", ".join(kinds) if len(kinds) <= _FEW else "every record"


def _markdown(rule: Rule) -> str:
    facts = "\n".join(f"| {name} | {fact} |" for name, fact in _facts(rule).items())
    return f"# {rule.code} {rule.name}\n\n| | |\n|---|---|\n{facts}\n\n{rule.page}"


# ── a page in a terminal ──────────────────────────────────────────────────────────────────


def _text(rule: Rule, paint: Paint) -> str:
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    facts = [_wrapped(fact, width, f"  {name:<10}", " " * 12) for name, fact in _facts(rule).items()]
    head = [paint(f"{rule.code} {rule.name}", "1"), "\n".join(facts)]
    return "\n\n".join([*head, *_blocks(rule.page, width, paint)])


def _blocks(page: str, width: int, paint: Paint) -> Iterator[str]:
    """The paragraphs, lists, headings and examples of a page, set to a width."""
    for block in _BLOCK.finditer(page):
        text = block["text"]
        if text is None:
            yield _example(block["info"], block["code"], paint)
        elif text.startswith("#"):
            yield paint(text.lstrip("# "), "1")
        elif text.startswith("|"):
            yield text
        elif text.startswith("Related: "):
            continue  # it is said among the facts
        elif _ITEM.match(text):
            _, *items = _ITEM.split(text)
            marks = zip(items[::2], items[1::2], strict=True)
            yield "\n".join(_wrapped(item, width, mark, " " * len(mark)) for mark, item in marks)
        else:
            yield _wrapped(text, width)


def _example(info: str, code: str, paint: Paint) -> str:
    from opsbook.lint.examples import ATTRIBUTE
    from opsbook.output.frames import clean

    attributes = dict(ATTRIBUTE.findall(info))
    path = attributes.pop("title", "")
    others = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in attributes.items())
    head = f"  {path}" + (f" ({others})" if others else "")
    lines = [f"    {clean(line)}".rstrip() for line in code.splitlines()]
    return "\n".join([paint(head, "36"), *lines] if path else lines)


def _wrapped(text: str, width: int, first: str = "", rest: str = "") -> str:
    from opsbook.output.frames import clean

    return textwrap.fill(
        clean(" ".join(text.split())), width, initial_indent=first, subsequent_indent=rest,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
