"""Every formula of `opsbook metrics` and where it comes from, as one page: what the code says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from typing import Any

from opsbook.metrics import compare, durations, estimates, failures, finished, paging, summary, targets

_HEAD = """\
# Metrics

What `opsbook metrics` computes, how, and after whom: `opsbook metrics --formulas` writes this page from the
docstrings of the code.

"""
_PARTS: tuple[tuple[str, Any, tuple[tuple[str, Any], ...]], ...] = (
    (
        "What counts, and when",
        summary,
        (
            ("An incident begins", durations.began),
            ("The period before", summary.Summary.knows_before),
        ),
    ),
    (
        "How long each stage took",
        durations,
        (
            ("Time at a severity", durations.time_in_severity),
            ("People and hours", durations.involved),
            ("", durations.effort),
            ("Updates in time", durations.updates_owed),
            ("", durations.kept),
        ),
    ),
    (
        "Over many incidents",
        estimates,
        (
            ("The share that lasts longer", estimates.survival),
            ("Medians, quartiles, p90", estimates.Curve.quantile),
            ("Means, and so MTTA and MTTR", estimates.Curve.mean),
            ("Shares", estimates.wilson),
            ("Counts", estimates.counted),
        ),
    ),
    (
        "Better, worse, or cannot tell",
        compare,
        (
            ("Of lengths", compare.lengths),
            ("", estimates.Curve.interval),
            ("Of shares", compare.parts),
            ("Of counts", compare.counts),
            ("", estimates.dispersion),
            ("Of any", estimates.difference),
        ),
    ),
    (
        "Between failures, and causes that come back",
        failures,
        (
            ("MTBF", failures.Service.mean),
            ("Its interval", failures.Service.interval),
            ("When a service is hurt", durations.hurt),
            ("Causes", failures.causes),
        ),
    ),
    (
        "What gets done",
        finished,
        (
            ("Action items", finished.completion),
            ("Time to close", finished.to_close),
            ("Post-mortems", finished.postmortems),
        ),
    ),
    ("Pages", paging, (("Nights", paging.pages), ("Pages for each night on call", paging.Pages.per_night))),
    ("Targets", targets, ()),
)
"""The sections of the page: what a module says of itself, then what some of its functions say."""


def page() -> str:
    """The page `docs/metrics.md`."""
    return _HEAD + "\n".join("\n".join(_part(*part)) for part in _PARTS)


def _part(title: str, module: Any, named: tuple[tuple[str, Any], ...]) -> Iterator[str]:
    yield f"## {title}\n"
    yield _said(module)
    for name, function in named:
        said = _said(function)
        yield f"**{name}.** {said}" if name else said


def _said(what: Any) -> str:
    said = cleandoc(what.__doc__)
    return (said if said.endswith((".", "|")) else f"{said}.") + "\n"
