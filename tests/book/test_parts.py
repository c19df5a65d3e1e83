"""Which part stands where, under whatever name people give it."""

from __future__ import annotations

from typing import Any

import pytest

from opsbook.book import document
from opsbook.book.document import Document
from opsbook.book.kinds import kind
from opsbook.book.parts import find, runbook_kind, words
from opsbook.model.settings import RunbookKind, Settings

DEFAULTS = Settings()


def runbook(text: str) -> Document[Any]:
    return document.read(kind("runbook"), "one", "runbooks/one.md", text.encode())


def seen(text: str, part: str, settings: Settings = DEFAULTS) -> tuple[str, bool] | None:
    """What a part is called where it stands, and whether it is empty."""
    found = find(runbook(text), part, settings)
    return found and (found.location.text, found.empty)


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("Rollback", ("rollback",)),
        ("6. ROLLBACK:", ("rollback",)),
        ("2.3) Roll back!", ("roll", "back")),
        ("🔙 Rollback 🔙", ("rollback",)),
        (":rewind: Rollback", ("rollback",)),
        ("What didn\u2019t go well?", ("what", "didn't", "go", "well")),
        ("Last_updated", ("last", "updated")),
        ("14:55", ()),
        ("Rücknahme", ("rücknahme",)),
    ],
)
def test_a_heading_is_its_words(heading: str, said: tuple[str, ...]) -> None:
    assert words(heading) == said


@pytest.mark.parametrize(
    "heading",
    [
        "# Title\n\n###### rollback",
        "# Title\n\n## 6. Rollback",
        "# Title\n\n## 6) Roll-back:",
        "# Title\n\n## Rolling back a release",
        "# Title\n\n## How to roll back",
        "# Title\n\n## Emergency rollback",
        "# Title\n\nRollback\n--------",
        "# Rollback",
        "# Trigger\n\n# How to roll back",
    ],
)
def test_a_section_counts_at_any_level_and_under_any_of_its_names(heading: str) -> None:
    found = find(runbook(f"{heading}\n\nUndo it.\n"), "rollback", DEFAULTS)
    assert found is not None
    assert not found.empty
    assert heading.endswith(found.location.text)


@pytest.mark.parametrize(
    "text",
    [
        "# Rollback of a deployment\n\nA title is not its own part.\n",
        "# Title\n\n## Why we never had to roll back\n\nLuck.\n",
        "# Title\n\n```markdown\n## Rollback\n\nUndo it.\n```\n",
        "# Title\n\n<!--\n## Rollback\n\nUndo it.\n-->\n",
        "# Title\n\n```\n**Rollback:** undo it\n```\n",
        "# Title\n\nIf it fails, roll back.\n",
        "# Title\n\n**Rollback** takes an hour, so think twice.\n",
    ],
)
def test_what_only_looks_like_a_part_is_none(text: str) -> None:
    assert seen(text, "rollback") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# T\n\n## Rollback\n\n## Next\n\nText\n", ("## Rollback", True)),
        ("# T\n\n## Rollback\n\n<!-- TODO -->\n", ("## Rollback", True)),
        ("# T\n\n## Rollback\n\n### If it is late\n\n### If it is early\n", ("## Rollback", True)),
        ("# T\n\n## Rollback\n\n### If it is late\n\nWait.\n", ("## Rollback", False)),
        ("# T\n\n## Rollback: there is none\n", ("## Rollback: there is none", False)),
        ("# T\n\n## Undo\n\n## Rollback\n\nWait.\n", ("## Rollback", False)),
        ("# T\n\n## Undo\n\n## Rollback\n", ("## Undo", True)),
    ],
)
def test_a_part_that_says_nothing_is_empty(text: str, found: tuple[str, bool]) -> None:
    assert seen(text, "rollback") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("**Owner:** platform\n", ("**Owner:**", False)),
        ("__Owner__: platform\n", ("__Owner__:", False)),
        ("- **Owner**\n  - platform\n- **Impact**: none\n", ("**Owner**", False)),
        ("- **Owner:**\n  - **By day:** ana\n", ("**Owner:**", False)),
        ("- **Owner:**\n- **Impact:** none\n", ("**Owner:**", True)),
        ("**Owner**\n\n## Steps\n\n1. Go\n", ("**Owner**", True)),
        ("**Owner:**\r\n\r\nplatform\r\n", ("**Owner:**", False)),
    ],
)
def test_a_bold_label_stands_for_a_part(text: str, found: tuple[str, bool]) -> None:
    assert seen(text, "owner") == found


@pytest.mark.parametrize(
    ("key", "part", "found"),
    [
        ("owner: platform", "owner", ("owner", False)),
        ("owner:", "owner", ("owner", True)),
        ("severity: []", "severity", ("severity", True)),
        ("severity: [SEV0, SEV1]", "severity", ("severity", False)),
        ("last_reviewed_on: 2026-03-01", "last_updated", ("last_reviewed_on", False)),
        ("last_review_date: 2026-03-01", "last_updated", ("last_review_date", False)),
        ('owner_slack: "#platform"', "owner", ("owner_slack", False)),
        ("alerts: [DiskFull]", "trigger", None),
        ("weight: 3", "owner", None),
    ],
)
def test_a_key_of_the_front_matter_stands_for_a_part(
    key: str, part: str, found: tuple[str, bool] | None
) -> None:
    assert seen(f"---\n{key}\n---\n# Title\n", part) == found


def test_the_settings_add_names() -> None:
    settings = Settings(headings={"Rollback": ("Plan B",)})
    assert seen("# T\n\n## Plan B\n\nWait.\n", "rollback", settings) == ("## Plan B", False)


ALERT = "# A\n\n## Meaning\n\n## Impact\n\n## Diagnosis\n\n## Mitigation\n"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("# Title\n", "incident"),
        ("---\nkind: procedure\n---\n" + ALERT, "procedure"),
        (ALERT, "alert"),
        (ALERT + "\n## Trigger\n", "alert"),
        (ALERT + "\n## Trigger\n\n## Rollback\n\n## Verification\n", "incident"),
        (ALERT.replace("## Impact\n", ""), "incident"),
    ],
)
def test_a_page_that_looks_like_an_alert_runbook_is_taken_for_one(text: str, kind: str) -> None:
    assert runbook_kind(runbook(text), DEFAULTS) == kind


def test_the_default_kind_is_the_books() -> None:
    drills = RunbookKind(parts=("Owner", "Last updated"))
    settings = Settings(default_runbook_kind="drill", runbook_kinds={"drill": drills})
    assert runbook_kind(runbook("# Title\n"), settings) == "drill"
    assert settings.parts("drill") == ("owner", "last_updated")
