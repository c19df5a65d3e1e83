"""`opsbook classify`: how bad is it, by the questions of the severity policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command, colored, the_book
from opsbook.cli.responding import Draft, asks, entry_options, lines, no_input_option
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.authoring.change import Change
    from opsbook.authoring.classification import Answer, Classification
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import Entry, Incident
    from opsbook.model.severity import Severities


@click.command(cls=Command)
@click.option(
    "--answers", multiple=True, metavar="FILE|KEY=VALUE",
    help="Answers by question: `degraded=yes`, or a YAML file of them; yes, no or unsure.",
)  # fmt: skip
@click.option("--record", is_flag=True, help="Write it, with its answers, into the current incident.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@no_input_option
@entry_options
@click.pass_obj
def command(obj: dict[str, Any], /, record: bool, as_json: bool, **options: Any) -> None:
    """Walk the questions of the severity policy to a level.

    On a terminal each is asked; elsewhere `--answers` has them. Whoever is unsure takes the worse branch.
    """
    from opsbook.authoring.classification import classify

    policy = the_book().severities
    given = _given(options["answers"], policy)
    if asks(options):
        found = asked_on_terminal(policy, given)
        assert found is not None
    else:
        found = classify(policy, lambda question: _answer(policy, given, question))
    if as_json:
        from opsbook.output.json import encoded

        click.echo(encoded({"level": found.level, "path": [step._asdict() for step in found.path]}), nl=False)
    else:
        lines(_lines(policy, found))
    if record:
        text = f"Classified as {found.level}. {found.words}"
        Draft(obj, text, options, type="decision", severity=found.level).write(_recorded)


def _recorded(book: Book, incident: Document[Incident], entry: Entry) -> Change:  # noqa: ARG001
    from opsbook.authoring.timeline import added, summary

    return added(incident, entry, summary(incident.id, f"classified as {entry.severity}"))


def _given(answers: tuple[str, ...], policy: Severities) -> dict[str, Answer]:
    """The answers by question; UserError for an unknown question and for what is no answer."""
    from opsbook.authoring.classification import answer
    from opsbook.book.validate import nearest

    said: dict[str, str] = {}
    for each in answers:
        key, equals, value = each.partition("=")
        said |= {key: value} if equals else _from_file(each)
    found: dict[str, Answer] = {}
    for key, value in said.items():
        meant = answer(value)
        if key not in policy.questions:
            near = nearest(key, policy.questions)
            known = f"there are {', '.join(policy.questions)}"
            raise UserError(
                f"no question `{key}` in the severity policy", f"did you mean `{near}`?" if near else known
            )
        if meant is None:
            raise UserError(f"`{value}` is no answer to `{key}`", "yes, no or unsure")
        found[key] = meant
    return found


def _from_file(name: str) -> Mapping[str, str]:
    from opsbook.book import yaml

    try:
        reading = yaml.read(Path(name).read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise UserError(f"cannot read `{name}`: {why}", "or say `--answers KEY=VALUE`") from None
    if not isinstance(reading.data, dict):
        raise UserError(f"`{name}` holds no answers", "a line each: `degraded: yes`")
    return {key: {True: "yes", False: "no"}.get(value, str(value)) for key, value in reading.data.items()}


def _answer(policy: Severities, given: Mapping[str, Answer], question: str) -> Answer:
    if question in given:
        return given[question]
    raise UserError(
        f"not answered: {policy.questions[question].ask}", f"`--answers {question}=yes`, `no` or `unsure`"
    )


class _SkippedError(Exception):
    """Somebody has no time for questions."""


def asked_on_terminal(
    policy: Severities, given: Mapping[str, Answer], *, skippable: bool = False
) -> Classification | None:
    """Ask each question that nobody answered yet; None where Enter skips them."""
    from opsbook.authoring.classification import answer, classify
    from opsbook.output.frames import Paint, clean

    paint = Paint(colored())

    def ask(question: str) -> Answer:
        if question in given:
            return given[question]
        asked = policy.questions[question]
        if asked.help:
            click.echo(paint(clean(asked.help), "2"), err=True)
        while True:
            skip = ", Enter skips" if skippable else ""
            said: str = click.prompt(
                f"{clean(asked.ask)} [y/n/?{skip}]", default="", show_default=False, err=True
            )
            if not said.strip() and skippable:
                raise _SkippedError
            meant = answer(said)
            if meant:
                return meant

    try:
        return classify(policy, ask)
    except _SkippedError:
        return None


def _lines(policy: Severities, found: Classification) -> Iterator[str]:
    from opsbook.output.frames import Paint, clean

    paint = Paint(colored())
    for step in found.path:
        unsure = f", so the worse: {step.leads_to}" if step.answer == "unsure" else ""
        yield f"{clean(step.ask)}  {paint(step.answer, '1')}{clean(unsure)}\n"
    level = policy.levels[found.level]
    yield f"{paint(clean(found.level), '1')}  {clean(level.name)}: {clean(level.definition)}\n"
