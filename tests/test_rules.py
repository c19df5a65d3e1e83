"""Every rule's page is true: its wrong examples are found, its right ones are clean, its fixes fix."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from opsbook.cli.main import cli, run
from opsbook.cli.options import WordsAfter
from opsbook.diagnostics import PROFILES, Level
from opsbook.edits import apply, compatible
from opsbook.lint.catalog import catalog
from opsbook.lint.examples import Example, examples
from opsbook.lint.rule import Rule
from opsbook.text import Source, Span

_COMMAND = re.compile("`opsbook ([^`]+)`")
RULES = list(catalog().values())
PAGES = [(rule, list(examples(rule))) for rule in RULES]
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.code}-{index}")
    for rule, shown in PAGES
    for index, example in enumerate(shown)
]
WRONG_AND_NEXT = [
    pytest.param(rule, example, following, id=f"{rule.code}-{index}")
    for rule, shown in PAGES
    for index, (example, following) in enumerate(zip(shown, [*shown[1:], None], strict=False))
    if example.expected
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_page_says_what_and_why_and_shows_both_ways(rule: Rule) -> None:
    assert rule.title.endswith("."), "the first line is a sentence"
    assert len(rule.page.split("\n\n")[1]) > 60, "the second paragraph says why"
    shown = list(examples(rule))
    assert any(example.expected for example in shown), "an example that is wrong"
    assert any(not example.expected for example in shown), "an example that is right"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_adopt_is_never_stricter_than_recommended_nor_that_than_strict(rule: Rule) -> None:
    levels = [rule.level(profile) or 0 for profile in ("adopt", "recommended", "strict")]
    assert levels == sorted(levels)


def test_whoever_adopts_opsbook_meets_few_rules_that_are_errors() -> None:
    assert len([rule for rule in RULES if rule.level("adopt") == Level.ERROR]) <= 12


def test_the_table_of_rules_in_the_documentation_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "--markdown"]) == 0
    page = Path(__file__).parents[1] / "docs/rules.md"
    assert capsys.readouterr().out == page.read_text(encoding="utf-8"), (
        "opsbook rules --markdown > docs/rules.md"
    )


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.terms.measured], ids=lambda rule: rule.code)
def test_a_rule_that_was_wrong_more_than_once_in_ten_is_advice_and_more_than_three_times_off(
    rule: Rule,
) -> None:
    assert rule.terms.measured
    hits, read, right = rule.terms.measured
    assert right <= read <= hits
    assert read >= min(hits, 45), "all hits are read, or nearly fifty"
    adopt, recommended, strict = (rule.level(profile) or 0 for profile in PROFILES)
    if right < 0.9 * read:
        assert max(adopt, recommended, strict) <= Level.ADVICE
    if right < 0.7 * read:
        assert adopt == recommended == 0


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_exactly_the_marked_lines_are_reported(rule: Rule, example: Example) -> None:
    found = example.findings(rule)
    assert {(each.location.path, each.location.start.line) for each in found} == example.expected


@pytest.mark.parametrize(("rule", "wrong", "following"), WRONG_AND_NEXT)
def test_a_command_that_a_finding_names_can_be_typed(
    rule: Rule, wrong: Example, following: Example | None
) -> None:
    for typed in (typed for each in wrong.findings(rule) for typed in _COMMAND.findall(each.hint)):
        words, command = shlex.split(typed), cli
        while isinstance(command, click.Group):
            command = command.get_command(click.Context(command), words.pop(0))
        assert command is not None, typed
        if isinstance(command, WordsAfter) and words and words[0] in command.words():
            command = command.words()[words.pop(0)]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("-")} <= known, typed


@pytest.mark.parametrize(("rule", "wrong", "following"), WRONG_AND_NEXT)
def test_where_everything_has_a_safe_fix_the_wrong_example_becomes_the_right_one(
    rule: Rule, wrong: Example, following: Example | None
) -> None:
    found = wrong.findings(rule)
    if not all(each.fix and each.fix.safe for each in found):
        return
    assert following is not None
    assert mended(wrong, rule).files == following.files


def mended(example: Example, rule: Rule) -> Example:
    """The example after the safe fixes of a rule, as often as it takes."""
    for _ in range(10):
        fixes = [each.fix for each in example.findings(rule) if each.fix and each.fix.safe]
        if not fixes:
            break
        edits: dict[Source, list[tuple[Span, str]]] = {}
        for fix in compatible(fixes):
            for edit in fix.edits:
                edits.setdefault(edit.location.source, []).append((edit.location.span, edit.replacement))
        texts = {source.path: apply(source.text, changes) for source, changes in edits.items()}
        example = example._replace(
            files=example.files | {path: text.encode() for path, text in texts.items()}
        )
    return example
