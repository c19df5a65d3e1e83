"""Which records count as named, and by whom."""

from __future__ import annotations

from collections.abc import Callable

from opsbook.diagnostics import Diagnostic

Findings = Callable[..., tuple[Diagnostic, ...]]
PERSON = "name: Somebody\ntimezone: Europe/Berlin\n"
BOOK = {
    "rotations/people/ana.yaml": PERSON,
    "rotations/teams/payments.yaml": "name: Payments\nmembers: [ana]\n",
    "policies/services/checkout.yaml": "name: Checkout\nteam: payments\nescalation: payments\n",
    "policies/escalation/payments.yaml": "levels:\n  - {page: [{person: ana}], escalate_after: 5m}\n",
    "rotations/holidays/germany.yaml": '2026-12-25: "Christmas"\n',
    "rotations/primary.yaml": "team: payments\ntimezone: Europe/Berlin\nholidays: germany\nlayers:\n"
    "  - {name: All, versions: [{starts: 2026-01-05 09:00, every: 1w, members: [ana]}]}\n",
}


def said(findings: Findings, **more: str) -> list[str]:
    files = {path.replace("__", "/") + ".yaml": text for path, text in more.items()}
    return [each.message for each in findings("unreferenced_record", BOOK | files)]


def test_a_book_whose_records_name_each_other_passes(findings: Findings) -> None:
    assert said(findings) == []


def test_what_nobody_names_is_reported_with_who_might(findings: Findings) -> None:
    assert said(
        findings,
        rotations__people__ben=PERSON,
        rotations__teams__empty="name: Empty\nmembers: [ana]\n",
        rotations__holidays__usa='2026-07-04: "Independence Day"\n',
        policies__escalation__loop="levels:\n  - {page: [{policy: loop}], escalate_after: 5m}\n",
    ) == [
        "no service and no other policy names the policy `loop`",
        "no rotation and no team names the holidays `usa`",
        "no team, rotation, override or escalation policy names `ben`",
        "no service, rotation or escalation policy names the team `empty`",
    ]


def test_an_override_names_whoever_it_puts_on(findings: Findings) -> None:
    cover = "{from: 2026-03-09T09:00Z, to: 2026-03-10T09:00Z, on: [ben]}"
    override = f"rotation: primary\nreason: Swap\ncovers: [{cover}]\n"
    assert said(findings, rotations__people__ben=PERSON, rotations__overrides__swap=override) == []


def test_the_layer_of_a_rotation_may_have_holidays_of_its_own(findings: Findings) -> None:
    rotation = BOOK["rotations/primary.yaml"].replace("name: All,", "name: All, holidays: usa,")
    usa = '2026-07-04: "Independence Day"\n'
    assert said(findings, rotations__primary=rotation, rotations__holidays__usa=usa) == []


def test_who_has_left_stays_for_the_sake_of_history(findings: Findings) -> None:
    left = PERSON + "until: 2025-12-31\n"
    team = "name: Old\nmembers: [ana]\nuntil: 2025-12-31\n"
    assert said(findings, rotations__people__ben=left, rotations__teams__old=team) == []


def test_a_record_that_cannot_be_read_names_what_its_text_mentions(findings: Findings) -> None:
    assert said(findings, rotations__people__ben=PERSON, rotations__teams__more="members: [ben\n") == []


def test_a_misspelt_name_is_reported_once_and_elsewhere(findings: Findings) -> None:
    team = "name: More\nmembers: [ana, benn]\n"
    service = "name: Shop\nteam: more\n"
    more = {"rotations__teams__more": team, "policies__services__shop": service}
    assert said(findings, rotations__people__ben=PERSON, **more) == []


def test_a_kind_of_which_nobody_names_any_record_is_used_in_another_way(findings: Findings) -> None:
    people = {f"rotations/people/{name}.yaml": PERSON for name in ("ana", "ben")}
    assert findings("unreferenced_record", people) == ()
