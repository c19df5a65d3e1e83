"""The page of formulas is what the code says of itself."""

from pathlib import Path

from opsbook.output.metrics.formulas import page

PAGE = Path(__file__).parents[2] / "docs/metrics.md"


def test_the_page_is_the_one_that_the_code_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "opsbook metrics --formulas > docs/metrics.md"


def test_every_estimate_names_its_source() -> None:
    for name in ("Kaplan", "Wilson", "Epstein", "Rubin", "Zou", "Byar", "Newcombe", "Hyndman", "Irwin"):
        assert name in page()
