"""Formats are found by their files, so that adding one takes nothing else."""

from __future__ import annotations

from importlib import import_module

import pytest

from opsbook.lint.check import Report
from opsbook.output import formats


def test_every_file_with_a_render_is_a_format_and_no_other_is() -> None:
    assert {"full", "concise", "json", "github", "sarif", "junit", "markdown"} <= set(formats())
    assert not {"frames", "statistics", "__init__"} & set(formats())


@pytest.mark.parametrize("name", formats())
def test_a_format_renders_a_report_without_findings(name: str) -> None:
    text = import_module(f"opsbook.output.{name}").render(Report((), (), 2), color=False)
    assert text.endswith("\n") or (name == "jsonl" and not text)
