"""The reference, made from the code: a page per rule, per command, and per kind of record; and the manual."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from markupsafe import Markup

from opsbook.book.kinds import KINDS
from opsbook.lint.catalog import catalog
from opsbook.lint.examples import mends
from opsbook.schemas import all_schemas
from opsbook.site import markup
from opsbook.site.escape import text
from opsbook.site.manual import manual
from opsbook.site.render import OURS, Page, Render, Templates

if TYPE_CHECKING:
    from opsbook.lint.rule import Rule

Json = dict[str, Any]
_FIXES = {"none": "none", "safe": "safe", "unsafe": "unsafe: it may change the meaning"}


def reference(program: click.Group, templates: Templates = OURS) -> Iterator[Page]:
    """Every page of the reference; `program` is the command line that is described."""
    render = templates.render
    yield from _rules(render)
    yield from _commands(program, render)
    yield from _records(render)
    yield from manual(render)


# ── rules ─────────────────────────────────────────────────────────────────────────────────


def _rules(render: Render) -> Iterator[Page]:
    families: dict[str, list[Rule]] = {}
    for rule in catalog().values():
        families.setdefault(rule.family, []).append(rule)
        yield render(
            "rule",
            f"reference/rules/{rule.code}.md",
            f"{rule.code}: {rule.name}",
            description=rule.title,
            rule=rule,
            fix=_FIXES[mends(rule)],
            body=markup.page(rule.page, _nowhere),
        )
    yield render("rules", "reference/rules/index.md", "Rules", families=families)


def _nowhere(target: str) -> str | None:
    return target if target.startswith("https://") else None


# ── commands ──────────────────────────────────────────────────────────────────────────────


class Command(NamedTuple):
    """A command as its page shows it."""

    name: str
    usage: str
    help: list[str]
    options: list[tuple[str, str]]

    @property
    def title(self) -> str:
        """What it does, in a sentence."""
        return self.help[0] if self.help else ""


def _commands(program: click.Group, render: Render) -> Iterator[Page]:
    outer = click.Context(program, info_name="opsbook", **program.context_settings)
    found: list[tuple[str, list[Command]]] = []
    for name in program.list_commands(outer):
        command = program.get_command(outer, name)
        if command is not None and not command.hidden:
            found.append((name, list(_described(command, name, outer))))
    for name, described in found:
        yield render(
            "command", f"reference/commands/{name}.md", f"opsbook {name}",
            description=described[0].title, commands=described,
        )  # fmt: skip
    about = {name: described[0] for name, described in found}
    named: dict[str, list[str]] = getattr(program, "groups", {"Commands": list(about)})
    groups = [(title, [(name, about[name]) for name in names]) for title, names in named.items()]
    yield render(
        "commands", "reference/commands/index.md", "Commands",
        program=_describe(program, outer), groups=groups,
    )  # fmt: skip


def _described(command: click.Command, name: str, outer: click.Context) -> Iterator[Command]:
    """A command, and those below it."""
    context = click.Context(command, info_name=name, parent=outer)
    yield _describe(command, context)
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            below = command.get_command(context, inner)
            if below is not None and not below.hidden:
                yield from _described(below, inner, context)


def _describe(command: click.Command, context: click.Context) -> Command:
    name = context.command_path
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    help = inspect.cleandoc(command.help or "").replace("\b", "").split("\n\n")
    records = [parameter.get_help_record(context) for parameter in command.get_params(context)]
    return Command(
        name, usage, [part for part in help if part.strip()], [each for each in records if each and each[1]]
    )


# ── kinds of record ───────────────────────────────────────────────────────────────────────


class Field(NamedTuple):
    """A key that a record may have."""

    name: str
    type: Markup
    meaning: Markup
    required: bool


class Part(NamedTuple):
    """A mapping with keys of its own: a record, or something inside of one."""

    name: str
    about: Markup
    fields: list[Field]
    values: Markup | None
    """What its values are where its keys are free."""


def _records(render: Render) -> Iterator[Page]:
    places = {each.name: each.place for each in KINDS} | {"settings": "pyproject.toml, opsbook.toml"}
    shown = []
    for file, content in all_schemas().items():
        name = file.removesuffix(".json")
        schema = json.loads(content)
        parts = [_part(name, schema), *(_part(key, each) for key, each in schema.get("$defs", {}).items())]
        place = places.get(name, "")
        shown.append((name, place, parts[0].about))
        yield render(
            "format", f"reference/records/{name}.md", name.capitalize(),
            description=schema.get("description", ""), place=place, parts=parts,
        )  # fmt: skip
    yield render("formats", "reference/records/index.md", "Records", records=shown)


def _part(name: str, schema: Json) -> Part:
    required = schema.get("required", ())
    fields = [
        Field(key, _type(each), _inline(each.get("description", "")), key in required)
        for key, each in schema.get("properties", {}).items()
    ]
    values = None if fields or schema.get("type") != "object" else _type(schema)
    return Part(_spaced(name), _inline(schema.get("description", "")), fields, values)


def _inline(words: str) -> Markup:
    return markup.block(words, _nowhere).strip()


def _type(schema: Json) -> Markup:
    """What may stand there, in words."""
    if "$ref" in schema:
        name = _spaced(schema["$ref"].rpartition("/")[2])
        return Markup('<a href="#{}">{}</a>').format(markup.slug(name), text(name))
    if "anyOf" in schema:
        either = dict.fromkeys(_type(each) for each in schema["anyOf"] if each.get("type") != "null")
        return Markup(" or ").join(either)
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return Markup(", ").join(Markup("<code>{}</code>").format(text(value)) for value in values)
    if schema.get("type") == "array":
        inner = _type(schema.get("items", {}))
        return text("list of ids") if inner == "id" else Markup("list of {}").format(inner)
    if schema.get("type") == "object":
        free = [*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")]
        found = next((each for each in free if isinstance(each, dict) and each), {})
        return Markup("mapping of names to {}").format(_type(found))
    if schema.get("examples"):
        return Markup("like <code>{}</code>").format(text(schema["examples"][0]))
    if schema.get("pattern", "").startswith("^[A-Za-z0-9][A-Za-z0-9._-]*"):
        return text("id")
    return text(_PLAIN.get(schema.get("type", ""), "anything"))


_PLAIN = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
}


def _spaced(name: str) -> str:
    """`ActionItem` → `action item`."""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()
