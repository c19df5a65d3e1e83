"""What alerts have, what their pages came to, and what follows from it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsbook.book.load import load
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.metrics.alerts import Audited, Noise, audit
from opsbook.metrics.rows import rows
from opsbook.output.alerts import data, markdown, text
from opsbook.output.frames import Paint

AT = datetime(2026, 3, 20, 11, tzinfo=UTC)
RULES = """\
groups:
  - name: checkout
    rules:
      - alert: CheckoutErrorRate
        expr: {expr}
        labels: {labels}
        annotations: {annotations}
"""
BOOK = {
    "opsbook.toml": 'alerts = ["alerts/*.yaml"]\nrunbook_urls = ["https://runbooks.example.com/"]\n',
    "policies/services/checkout.yaml": "name: Checkout\nteam: payments\nescalation: payments\n"
    "links: {dashboard: 'https://grafana.example.com/d/c', deployments: 'https://ci.example.com/c'}\n",
    "policies/escalation/payments.yaml": "levels:\n  - {page: [{person: ana}], escalate_after: 5m}\n",
    "rotations/people/ana.yaml": "name: Ana\ntimezone: Europe/Madrid\n",
    "rotations/teams/payments.yaml": "name: Payments\nmembers: [ana]\n",
    "runbooks/CheckoutErrorRate.md": "# Checkout\n\n## Steps\n\n1. Roll back\n",
}
LOG = "at,person,service,alert,acknowledged,outcome\n"


def book(
    expr: str = "rate(errors[5m]) > 1",
    labels: str = "{service: checkout}",
    annotations: str = "{}",
    **more: str,
) -> Book:
    rules = RULES.format(expr=expr, labels=labels, annotations=annotations)
    return Book(Memory({**BOOK, "alerts/checkout.yaml": rules, **more}))


def one(the_book: Book) -> Audited:
    (found,) = audit(the_book, AT).alerts
    return found


def pages(*outcomes: str) -> dict[str, str]:
    rows = "".join(
        f"2026-03-{day:02}T03:00Z,ana,checkout,CheckoutErrorRate,,{each}\n"
        for day, each in enumerate(outcomes, 1)
    )
    return {"rotations/pages/2026-03.csv": LOG + rows}


def test_an_alert_that_has_everything_is_kept() -> None:
    found = one(book())
    assert (found.verdict, found.why) == ("keep", ())
    assert found.has == {
        "runbook": "runbooks/CheckoutErrorRate.md",
        "owner": "payments",
        "dashboard": "https://grafana.example.com/d/c",
        "changes": "https://ci.example.com/c",
        "action": "runbooks/CheckoutErrorRate.md, steps",
        "escalation": "checkout → payments → payments → ana",
    }


def test_what_an_alert_lacks_is_said_with_the_reason() -> None:
    found = one(book(labels="{}", **{"runbooks/CheckoutErrorRate.md": "# Nothing yet\n"}))
    assert found.verdict == "fix"
    assert set(found.lacks) == {"owner", "dashboard", "changes", "action", "escalation"}
    assert "no way to somebody: no label names a service of the book" in found.why


def test_the_alert_itself_may_say_everything() -> None:
    said = (
        "{runbook_url: 'https://wiki.example.com/x', dashboard_url: 'https://g', "
        "deploys: 'https://d', action: Roll back}"
    )
    found = one(book(annotations=said, **{"runbooks/CheckoutErrorRate.md": ""}))
    assert found.has["action"] == "annotation action"
    assert (found.has["dashboard"], found.has["changes"]) == ("https://g", "https://d")


def test_an_address_of_our_own_runbooks_that_leads_nowhere_is_no_runbook() -> None:
    address = "{runbook_url: 'https://runbooks.example.com/checkout/gone'}"
    the_book = Book(
        Memory(
            {path: said for path, said in BOOK.items() if not path.startswith("runbooks")}
            | {"alerts/a.yaml": RULES.format(expr="up", labels="{service: checkout}", annotations=address)}
        )
    )
    assert one(the_book).lacks["runbook"] == "its `runbook_url` leads to no runbook"


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        (("no-action", "false-alarm"), "keep"),
        (("no-action", "false-alarm", "no-action"), "remove"),
        (("no-action", "false-alarm", "no-action", "acted"), "raise the threshold"),
        (("acted", "acted", "no-action"), "keep"),
        (("unanswered",), "fix"),
        (("", "", ""), "keep"),
    ],
)
def test_what_pages_came_to_decides(outcomes: tuple[str, ...], verdict: str) -> None:
    assert one(book(**pages(*outcomes))).verdict == verdict


def test_an_alert_that_wakes_nobody_is_asked_for_nothing() -> None:
    found = one(book(labels="{severity: info}"))
    assert (found.verdict, found.why, found.quiet) == ("keep", ("it wakes nobody",), True)


INCIDENT = """\
title: Checkout is slow
timeline:
  - {at: 2026-03-02T09:00Z, milestone: declared, text: Declared}
"""


def test_the_same_person_paged_again_in_one_incident_is_a_repeat_and_an_escalation_is_none() -> None:
    rows = "".join(
        f"  - {{at: 2026-03-02T09:{minute:02}Z, text: P, "
        f"page: {{person: {who}, alert: CheckoutErrorRate, outcome: acted}}}}\n"
        for minute, who in ((1, "ana"), (6, "ben"), (11, "ana"), (16, "ana"), (21, "ana"))
    )
    found = one(book(**{"incidents/2026/2026-03-02-slow/incident.yaml": INCIDENT + rows}))
    assert found.noise == Noise(5, 5, 0, 5, 0, 0, 3, 2)
    assert found.incidents == ("2026-03-02-slow",)
    assert (found.verdict, found.why) == (
        "raise the threshold",
        ("paged somebody again 3 times within an incident",),
    )


def test_where_nobody_logs_other_pages_it_says_incidents_only() -> None:
    assert not audit(book(), AT).logged
    assert "incidents only" in "".join(text(audit(book(), AT), Paint(False), 80, everything=False))
    assert audit(book(**pages("acted")), AT).logged


def test_pages_of_alerts_that_no_rule_file_has_are_named() -> None:
    log = {"rotations/pages/2026-03.csv": LOG + "2026-03-01T03:00Z,ana,,Gone,,acted\n"}
    assert audit(book(**log), AT).strangers == (("Gone", 1),)


@pytest.mark.parametrize("month", range(3, 12, 2))
def test_rows_of_incidents_tell_the_same_as_the_records(month: int) -> None:
    example = load(Path(__file__).parents[2])
    at = datetime(2026, month, 20, 9, tzinfo=UTC)
    found = audit(example, at)
    assert audit(example, at, rows=rows(example).rows) == found
    assert found.alerts


@pytest.mark.parametrize(
    ("expr", "sort"),
    [
        ("rate(errors[5m]) > 1", "static"),
        ("apiserver_request:burnrate1h > 14.4 * 0.01", "burn-rate"),
        ("predict_linear(free[6h], 3600) < 0", "anomaly"),
        ("rate(orders[1h]) < 0.5 * rate(orders[1h] offset 1w)", "anomaly"),
        ("histogram_quantile(0.9, rate(b[5m])) > 1", "static"),
    ],
)
def test_an_alert_is_static_burn_rate_or_anomaly(expr: str, sort: str) -> None:
    assert one(book(expr=expr)).sort == sort


def test_what_a_rule_file_says_is_data_wherever_it_is_printed() -> None:
    evil = '"\\e[31m <img src=x onerror=alert(1)> ::set-output name=x:: @everyone | x"'
    the_book = book(
        labels="{}", **{"alerts/evil.yaml": f"groups: [{{rules: [{{alert: {evil}, expr: up}}]}}]\n"}
    )
    found = audit(the_book, AT)
    plain = "".join(text(found, Paint(False), 80, everything=True))
    assert "\x1b" not in plain
    page = markdown(found)
    assert "\x1b" not in page
    cell = "`\\u001b[31m <img src=x onerror=alert(1)> ::set-output name=x:: @everyone \\| x`"
    assert f"\n| {cell} | static | 0 | " in page
    assert {each["alert"] for each in data(found)["alerts"]} == {each.name for each in found.alerts}


def test_every_alert_of_real_collections_is_read(corpora: Path, tmp_path: Path) -> None:
    counts = {}
    for source in sorted((corpora / "alert-rules").iterdir()):
        root = tmp_path / source.name
        root.mkdir()
        (root / "alerts").symlink_to(source)
        (root / "opsbook.toml").write_text('alerts = ["alerts/**/*.yaml", "alerts/**/*.yml"]\n')
        files = {
            f"alerts/{path.relative_to(source)}": path.read_bytes().decode()
            for path in source.rglob("*.y*ml")
        }
        files["opsbook.toml"] = (root / "opsbook.toml").read_text()
        found = audit(Book(Memory(files)), AT)
        sorts = [each.sort for each in found.alerts if not each.quiet]
        counts[source.name] = (len(found.alerts), sorts.count("burn-rate"), sorts.count("anomaly"))
    assert counts == {
        "monitoring-mixins__website": (768, 1, 18),
        "prometheus-operator__kube-prometheus": (125, 1, 6),
        "rook__rook": (91, 0, 3),
        "samber__awesome-prometheus-alerts": (954, 0, 23),
        "thanos-io__thanos": (48, 0, 0),
    }
