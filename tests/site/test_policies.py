"""Pages of policies, runbooks, post-mortems and the handbook."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.site.pages import pages

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
FOLDER = "incidents/2026/2026-03-02-checkout-5xx"
INCIDENT = """\
title: Checkout answers 502
severity: SEV1
summary: The pool was too small.
contributing_factors: [small-pool]
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: Declared}
  - {at: 2026-03-02T09:20Z, update: {audience: public, stage: investigating}, text: "Some orders *fail*"}
  - {at: 2026-03-02T09:31Z, runbook: {id: failover, result: partial}, text: Promoted}
  - {at: 2026-03-02T10:00Z, milestone: resolved, text: Resolved}
"""
RUNBOOK = """\
---
owner: ana
services: [checkout]
alerts: [PoolEmpty]
last_updated: 2026-01-10
review_in: 1 month
---
# Fail over

## Steps

1. Empty it.

    **Warning:** there is no way back.

    ```bash
    rm -rf /var/lib/postgresql
    ```

2. Look.

    ```bash
    ls /var/lib/postgresql
    ```
"""
FILES: dict[str, str | bytes] = {
    "opsbook.toml": "",
    f"{FOLDER}/incident.yaml": INCIDENT,
    f"{FOLDER}/postmortem.md": "---\nstatus: published\nauthors: [ana]\n---\n# Checkout\n",
    "runbooks/failover.md": RUNBOOK,
    "rotations/people/ana.yaml": "name: Ana\ntimezone: UTC\n",
    "rotations/people/ben.yaml": "name: Ben\ntimezone: UTC\n",
    "rotations/teams/payments.yaml": "name: Payments\nmembers: [ana]\n",
    "policies/services/checkout.yaml": "name: Checkout\nteam: payments\nescalation: pay\n",
    "policies/escalation/pay.yaml": (
        "levels:\n  - {page: [{person: ana}], escalate_after: 5m}\n"
        "  - {page: [{person: ben}], when: {severity: [SEV0]}, escalate_after: 10m}\n"
        "fallback: {team: payments}\n"
    ),
    "policies/communications/public.md.j2": "We know: {{ update.text }} ({{ incident.title }})",
}


def site(**changed: str) -> dict[str, str]:
    book = Book(Memory({**FILES, **changed}))
    return {page.path: page.content.decode() for page in pages(book, NOW)}


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_catalogue_leads_from_an_alert_to_its_runbook_and_says_how_fresh_that_is() -> None:
    found = words(site()["runbooks/index.md"])
    assert "PoolEmpty Fail over" in found
    assert "Fail over Ana review was due 50 days ago 2026-03-02 partial 1" in found


def test_home_leads_from_an_alert_to_its_runbook_and_from_trouble_to_declaring_it() -> None:
    home = site()["index.md"]
    assert '<a href="runbooks/index.html">An alert fired? Find its runbook</a>' in home
    assert '<a href="handbook/index.html#declare">Something is wrong? Declare it</a>' in home
    assert "{ #declare }" in site()["handbook/index.md"]


def test_a_runbook_says_who_is_paged_now_how_to_declare_and_what_to_tell_customers() -> None:
    versions = "[{starts: 2026-03-30 09:00, every: 1w, members: [ana, ben]}]"
    rota = f"timezone: UTC\nlayers:\n  - {{name: weekly, versions: {versions}}}\n"
    by_turns = "levels:\n  - {page: [{rotation: pay}], escalate_after: 5m}\n"
    found = site(**{"rotations/pay.yaml": rota, "policies/escalation/pay.yaml": by_turns})
    page = found["runbooks/failover.md"]
    assert "Paged now: Ana until Mon 06 Apr, 09:00 ( pay ) · Declare an incident" in words(page)
    assert '<a href="../handbook/index.html#declare">Declare an incident</a>' in page
    assert '<a href="../policies/communications/index.html">What to tell customers</a>' in page
    assert "Paged now: Ana ( pay )" in words(site()["runbooks/failover.md"]), "no turn of hers ends"
    of_none = site(**{"runbooks/failover.md": "# Fail over\n"})["runbooks/failover.md"]
    assert '<a href="../rotations/index.html">Who is on call</a>' in of_none


def test_policies_that_page_the_same_people_say_so_once() -> None:
    same = "levels:\n  - {page: [{person: ana}], escalate_after: 9m}\n"
    found = site(
        **{
            "policies/escalation/all.yaml": same,
            "policies/services/search.yaml": "name: Search\nteam: payments\nescalation: all\n",
            "runbooks/failover.md": RUNBOOK.replace("[checkout]", "[checkout, search, gone]"),
        }
    )
    assert "Paged now: Ana ( pay , all ) ·" in words(found["runbooks/failover.md"])


def test_an_alert_of_an_incident_leads_to_the_runbooks_that_are_filed_under_it() -> None:
    fired = INCIDENT + "alerts: [PoolEmpty, PoolFull, Unknown]\n"
    other = RUNBOOK.replace("[PoolEmpty]", "[PoolFull]")
    found = site(
        **{
            f"{FOLDER}/incident.yaml": fired,
            "runbooks/drain.md": other.replace("# Fail over", "# Drain"),
            "runbooks/grow.md": other.replace("# Fail over", "# Grow"),
        }
    )[f"{FOLDER}/index.md"]
    assert '<a href="../../../runbooks/failover.html">PoolEmpty</a>' in found
    assert "PoolEmpty , PoolFull ( Drain , Grow ), Unknown" in words(found)


def test_a_runbook_that_nobody_followed_or_dated_says_so() -> None:
    found = words(site(**{"runbooks/failover.md": "# Fail over\n"})["runbooks/index.md"])
    assert "Of no service" in found
    assert "nobody says when it was right 2026-03-02 partial" in found
    other = words(site(**{"runbooks/other.md": "---\nowner: ana\n---\n# Other\n"})["runbooks/other.md"])
    assert "Last followed never, as far as the record says" in other


def test_a_command_that_destroys_says_so_and_others_do_not() -> None:
    page = site()["runbooks/failover.md"]
    assert page.count('class="ob-destroys"') == 1
    assert page.index("ob-destroys") < page.index("rm") < page.index("ls")
    assert '<p class="ob-warning"><strong>Warning:' in page


def test_only_runbooks_mark_their_commands() -> None:
    body = "# X\n\n## Steps\n\n```bash\nrm -rf /var/lib/postgresql\n```\n"
    assert "ob-destroys" not in site(**{f"{FOLDER}/postmortem.md": body})[f"{FOLDER}/postmortem.md"]


def test_the_library_has_the_lesson_and_what_made_it_possible() -> None:
    found = words(site()["incidents/postmortems.md"])
    assert "SEV1 published Checkout answers 502 The pool was too small. 2026-03-02 · Ana" in found
    assert "small-pool Checkout answers 502" in found


def test_the_matrix_names_the_people_who_would_be_paged_at_each_severity() -> None:
    found = words(site()["policies/escalation/index.md"])
    assert "pay Checkout at once Ana after 5 min Ben at last, after 15 min Ana" in found
    assert "at once Ana at last, after 5 min Ana" in found, "SEV1 has no second level"


def test_a_template_is_filled_in_with_the_last_message_of_its_sort() -> None:
    found = words(site()["policies/communications/public.md"])
    assert "We know: Some orders &#42;fail&#42; (Checkout answers 502)" in found


def test_a_template_says_what_it_is_for_whom_it_tells_when_and_what_prints_it() -> None:
    folder = "policies/communications"
    found = site(
        **{
            f"{folder}/public-resolved.md.j2": "{#- Last word\n  of <all>. Needs: update. -#}\n**Over**",
            f"{folder}/customers.md.j2": "We know",
            f"{folder}/customers-first.md.j2": "{# Sorry #}We know",
            f"{folder}/customers-odd.md.j2": "Odd",
            f"{folder}/partners.md.j2": "Odd",
        }
    )
    listed = words(found[f"{folder}/index.md"])
    assert "public public any but resolved every 15m at SEV0; every 30m at SEV1" in listed
    assert "public-resolved Last word of &#60;all&#62;. public resolved" in listed
    assert "customers-first Sorry customers investigating or none within 1h of declared" in listed
    assert "Last word of &#60;all&#62;. Audience public" in words(found[f"{folder}/public-resolved.md"])
    commands = {
        name: html.unescape(re.findall("<code>(opsbook .*)</code>", found[f"{folder}/{name}.md"])[0])
        for name in ("public", "public-resolved", "customers", "customers-first", "customers-odd", "partners")
    }
    assert commands == {
        "public": 'opsbook update --audience public "TEXT"',
        "public-resolved": 'opsbook update --audience public --stage resolved "TEXT"',
        "customers": 'opsbook update --audience customers --template customers "TEXT"',
        "customers-first": 'opsbook update --audience customers --stage investigating "TEXT"',
        "customers-odd": 'opsbook update --audience customers --template customers-odd "TEXT"',
        "partners": 'opsbook update --audience AUDIENCE --template partners "TEXT"',
    }


def test_a_template_that_could_grow_or_fails_is_shown_as_it_stands() -> None:
    for source in ("{{ 'a' * 1000000000 }}", "{% for a in range(9) %}x{% endfor %}", "{{ gone.x }}"):
        found = site(**{"policies/communications/public.md.j2": source})["policies/communications/public.md"]
        assert "ob-message" not in found
        assert "The template" not in found


def test_an_answer_opens_what_follows_from_it_and_closes_the_other_one() -> None:
    page = site()["policies/severities.md"]
    groups = re.findall(
        r'<details class="ob-reply" name="(ob-question-\d+)"><summary>(Yes|No)</summary>', page
    )
    assert len(groups) == len(set(groups))
    assert [answer for group, answer in groups if group == groups[0][0]] == ["Yes", "No"]
    assert page.count("<details") == page.count("</details>")


def test_a_thousand_questions_in_a_row_are_a_list() -> None:
    lines = [f"  q{n}: {{ask: Is it {n}?, if_yes: SEV1, if_no: q{n + 1}}}" for n in range(1000)]
    policy = "levels:\n  SEV1: {name: Bad, definition: It is bad}\nquestions:\n" + "\n".join(lines)
    policy += "\n  q1000: {ask: Last?, if_yes: SEV1, if_no: SEV1}\n"
    page = site(**{"policies/severities.yaml": policy})["policies/severities.md"]
    assert "ob-reply" not in page
    assert page.count("ob-answer") > 1000


def test_the_handbook_takes_its_numbers_from_the_policies() -> None:
    policy = "levels:\n  BAD: {name: Bad, definition: It is bad, updates: {public: 7m}, postmortem: short}\n"
    policy += "stable_before_close: 47m\nescalate_without_progress: 17m\n"
    policy += "clocks: [{postmortem: published, within: 3d, from: resolved}]\n"
    found = {path: words(page) for path, page in site(**{"policies/severities.yaml": policy}).items()}
    assert "stable for 47 min" in found["handbook/index.md"]
    assert "-s BAD --service" in found["handbook/index.md"]
    assert "17 min passed without progress" in found["handbook/decisions.md"]
    assert "BAD 7 min" in found["handbook/communication.md"]
    assert "BAD short within 3d of resolved" in found["handbook/postmortems.md"]


def test_a_book_without_roles_has_a_handbook_all_the_same() -> None:
    found = site()
    assert {path for path in found if path.startswith("handbook/")} >= {
        "handbook/index.md",
        "handbook/glossary.md",
    }


def test_a_service_says_how_it_is_who_looks_after_it_and_what_hurt_it() -> None:
    hurt = INCIDENT.replace("severity: SEV1\nsummary", "severity: SEV1\nservices: [checkout]\nsummary")
    found = words(site(**{f"{FOLDER}/incident.yaml": hurt})["policies/services/checkout.md"])
    assert "No incident is open" in found
    assert "Days since the last 30 Checkout answers 502" in found
    assert "at once Ana after 5 min Ben at last" in found
    assert "Runbook Alerts How fresh Fail over PoolEmpty review was due 50 days ago" in found
    going_on = hurt.replace("milestone: resolved, ", "")
    found = words(site(**{f"{FOLDER}/incident.yaml": going_on})["policies/services/checkout.md"])
    assert "Hurt right now Checkout answers 502" in found


def test_a_service_that_others_lean_on_keeps_its_headings() -> None:
    other = "name: Shop\nteam: pay\ndepends_on: [checkout]\n"
    found = site(**{"policies/services/shop.yaml": other})["policies/services/checkout.md"]
    assert "Needed by" in found
    assert "\n\n## Who would be paged now? { #now }\n\n" in found


def test_what_a_page_lists_already_is_not_listed_again_among_those_that_name_it() -> None:
    hurt = INCIDENT.replace("severity: SEV1\nsummary", "severity: SEV1\nservices: [checkout]\nsummary")
    found = site(**{f"{FOLDER}/incident.yaml": hurt})["policies/services/checkout.md"]
    assert found.count(">Checkout answers 502</a>") == 1
    assert found.count(">Fail over</a>") == 1


def test_a_person_sees_when_they_are_on_call_next_and_what_is_theirs_to_do() -> None:
    versions = "[{starts: 2026-03-30 09:00, every: 1w, members: [ana, ben]}]"
    rota = f"timezone: UTC\nlayers:\n  - {{name: weekly, versions: {versions}}}\n"
    item = "action_items:\n  grow: {title: Grow the pool, owner: ben, due: 2026-05-01}\n"
    found = site(**{"rotations/pay.yaml": rota, f"{FOLDER}/incident.yaml": INCIDENT + item})
    assert "pay now Mon 06 Apr, 09:00" in words(found["rotations/people/ana.md"])
    assert 'href="../../calendars/person-ana.ics"' in found["rotations/people/ana.md"]
    assert 'href="../calendars/rotation-pay.ics"' in found["rotations/pay.md"]
    ben = words(found["rotations/people/ben.md"])
    assert "pay Mon 06 Apr, 09:00 Mon 13 Apr, 09:00" in ben
    assert "Grow the pool 2026-05-01 Ben open" in ben


def test_the_list_of_people_says_whose_team_each_is_in_and_until_when_only_where_somebody_leaves() -> None:
    found = site()
    assert "Name Team Time zone Ana Payments UTC Ben UTC" in words(found["rotations/people/index.md"])
    assert "Team Payments Time zone UTC" in words(found["rotations/people/ana.md"])
    left = site(**{"rotations/people/ben.yaml": "name: Ben\ntimezone: UTC\nuntil: 2026-03-01\n"})
    shown = words(left["rotations/people/index.md"])
    assert "Name Team Time zone Until Ana Payments UTC Ben UTC 2026-03-01" in shown


def test_incidents_with_much_in_common_lead_to_one_another_and_say_why() -> None:
    other = "incidents/2026/2026-02-02-pool/incident.yaml"
    found = site(
        **{other: INCIDENT.replace("Checkout answers 502", "The pool is empty").replace("-03-", "-02-")}
    )
    assert "The pool is empty factor small-pool" in words(found[f"{FOLDER}/index.md"])
    assert "Checkout answers 502 factor small-pool" in words(
        found[other.replace("incident.yaml", "index.md")]
    )


def test_a_restricted_incident_is_like_nothing() -> None:
    other = "incidents/2026/2026-02-02-pool/incident.yaml"
    text = INCIDENT.replace("Checkout answers 502", "Sealed") + "visibility: restricted\n"
    assert not [path for path, page in site(**{other: text}).items() if "Sealed" in page]
