"""Feeds of incidents become records once, and later posts are added to what people made of them."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from opsbook.authoring.change import Change
from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.cli.main import run
from opsbook.errors import UserError
from opsbook.importing import cstate, github_status, statuspage, upptime
from opsbook.importing.export import File
from opsbook.importing.feed import Asked, Made, Reader, made
from opsbook.importing.html import markdown

BERLIN = Asked(timezone=ZoneInfo("Europe/Berlin"))


def imported(
    read: Reader, files: list[File], asked: Asked | None = None, texts: dict[str, str] | None = None
) -> tuple[Made, dict[str, str]]:
    """What an import makes, and the texts of the book with it, all of which can be read."""
    texts = {"opsbook.toml": ""} if texts is None else texts
    result = made(Book(Memory(texts)), read, files, asked or Asked())
    after = texts | {source.path: text for source, text in Change("x", result.edits).texts()}
    for each in Book(Memory(after)).documents("incident"):
        assert each.readable, (each.source.text, each.problems)
    return result, after


def incident(texts: dict[str, str]) -> str:
    """The only incident of a book, without its first line."""
    (found,) = (text for path, text in texts.items() if path.endswith("incident.yaml"))
    return found.partition("\n")[2]


# ── Statuspage ────────────────────────────────────────────────────────────────────────────


def post(id: str, status: str, at: str, body: str = "Words", **said: Any) -> dict[str, Any]:
    return {"id": id, "status": status, "body": body, "display_at": at, "created_at": at} | said


def page(*posts: dict[str, Any], **said: Any) -> list[File]:
    one = {
        "id": "n4nj", "name": "Messages are late", "status": "resolved", "impact": "minor",
        "created_at": "2026-02-15T13:14:17.744-08:00", "started_at": "2026-02-15T13:14:17.737-08:00",
        "incident_updates": list(posts), "components": [{"name": "API"}, {"name": "Web"}],
    } | said  # fmt: skip
    answer = {"page": {"url": "https://status.example.com"}, "incidents": [one], "scheduled_maintenances": []}
    return [File("incidents.json", json.dumps(answer).encode())]


FIRST = post(
    "p1", "investigating", "2026-02-15T13:14:17.849-08:00", "We look.<br>More <a href='https://x.example'>here</a>",
    affected_components=[{"name": "API", "old_status": "operational", "new_status": "degraded_performance"}],
)  # fmt: skip
LAST = post("p2", "resolved", "2026-02-15T13:37:37-08:00", "Fixed")


def test_the_first_post_declares_and_the_last_one_resolves() -> None:
    result, texts = imported(statuspage.read, page(LAST, FIRST))
    assert result.created == ("2026-02-15-messages-are-late",)
    assert incident(texts) == (
        "title: Messages are late\n"
        "severity: SEV2\n"
        "links: {source: https://status.example.com/incidents/n4nj}\n"
        "x-components: [API, Web]\n"
        "timeline:\n"
        "  - {at: 2026-02-15T21:14:17Z, milestone: declared, severity: SEV2, "
        "update: {audience: public, stage: investigating}, source: p1, "
        'text: "We look.\\nMore here (https://x.example)"}\n'
        "  - {at: 2026-02-15T21:37:37Z, milestone: resolved, update: {audience: public, stage: resolved}, "
        'source: p2, text: "Fixed"}\n'
    )


def test_a_component_that_is_a_service_of_the_book_stands_as_the_feed_says() -> None:
    book = {"opsbook.toml": "", "policies/services/chat-api.yaml": "name: Chat\nteam: chat\n"}
    _, texts = imported(statuspage.read, page(FIRST, LAST), Asked(services={"api": "chat-api"}), book)
    assert "services: [chat-api]\n" in incident(texts)
    assert "severity: SEV2, services: {chat-api: degraded}, update:" in incident(texts)
    assert "x-components: [Web]\n" in incident(texts)


def test_an_import_again_changes_nothing_and_adds_only_new_posts() -> None:
    _, texts = imported(statuspage.read, page(FIRST))
    path = "incidents/2026/2026-02-15-messages-are-late/incident.yaml"
    edited = texts[path].replace("title: Messages are late", "title: Messages were late  # ours") + (
        '  - {at: 2026-02-15T21:20Z, milestone: mitigated, text: "We failed over"}\n'
    )
    texts |= {path: edited}
    again, same = imported(statuspage.read, page(FIRST), texts=texts)
    assert (again.edits, again.unchanged, same) == ((), 1, texts)
    more = post("p3", "monitoring", "2026-02-15T21:18:00Z", "Watching")
    result, after = imported(statuspage.read, page(FIRST, more, LAST), texts=texts)
    assert result.extended == {"2026-02-15-messages-are-late": 2}
    watching, fixed = (line for line in after[path].splitlines() if "Watching" in line or "Fixed" in line)
    assert (
        after[path]
        == edited.replace("  - {at: 2026-02-15T21:20Z", f"{watching}\n  - {{at: 2026-02-15T21:20Z")
        + f"{fixed}\n"
    )
    assert imported(statuspage.read, page(FIRST, more, LAST), texts=after)[0].edits == ()


def test_a_severity_that_changed_in_the_feed_is_said_and_not_written() -> None:
    _, texts = imported(statuspage.read, page(FIRST, LAST))
    result, _ = imported(statuspage.read, page(FIRST, LAST, impact="critical"), texts=texts)
    assert [each.what for each in result.left][-1] == (
        "the feed has severity `critical` now, SEV0 here: the record keeps SEV2"
    )


def test_a_severity_that_no_mapping_names_is_refused_and_never_made_mild() -> None:
    with pytest.raises(UserError) as error:
        imported(statuspage.read, page(FIRST, impact="none"))
    assert error.value.message == "the feed's severity `none` (1) has no level here; nothing was written"
    assert (
        error.value.hint
        == "say which it is: --severity none=LEVEL, or leave such incidents out: --severity none="
    )
    with pytest.raises(UserError, match="--severity none=SEV9: no severity `SEV9`"):
        imported(statuspage.read, page(FIRST, impact="none"), Asked({"none": "SEV9"}))
    result, _ = imported(statuspage.read, page(FIRST, impact="none"), Asked({"None": ""}))
    assert [each.what for each in result.skipped] == ["`Messages are late`, of severity `none`"]


def test_maintenance_is_skipped_and_listed() -> None:
    result, _ = imported(
        statuspage.read, page(FIRST, status="completed", scheduled_for="2026-02-15T00:00:00Z")
    )
    assert (result.created, [each.what for each in result.skipped]) == (
        (),
        ["`Messages are late`, maintenance"],
    )
    result, _ = imported(statuspage.read, page(FIRST), Asked(skip=("are LATE",)))
    assert [each.what for each in result.skipped] == ["`Messages are late`, for its `are LATE`"]


def test_what_was_posted_after_the_fact_is_declared_and_resolved_at_once() -> None:
    _, texts = imported(statuspage.read, page(LAST))
    assert incident(texts).endswith(
        '  - {at: 2026-02-15T21:37:37Z, milestone: declared, severity: SEV2, text: "Posted after the fact"}\n'
        "  - {at: 2026-02-15T21:37:37Z, milestone: resolved, update: {audience: public, stage: resolved}, "
        'source: p2, text: "Fixed"}\n'
    )


# ── Atom, and GitHub's archive ────────────────────────────────────────────────────────────


def small(when: str, status: str, text: str) -> str:
    return escape(f"<p><small>{when}</small><br><strong>{status}</strong> - {text}</p>", quote=False)


def atom(*posts: str, updated: str = "2026-01-01T00:37:20Z") -> list[File]:
    text = (
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><entry><id>tag:x</id>'
        f"<updated>{updated}</updated><link href='https://status.example.com/incidents/x'/><title>Late</title>"
        f"<content type='html'>{''.join(posts)}</content></entry></feed>"
    )
    return [File("history.atom", text.encode())]


def test_days_without_a_year_are_the_last_ones_before_the_entry_changed() -> None:
    new_year = small("Jan <var data-var='date'> 1</var>, <var>00:37</var> UTC", "Resolved", "Done")
    eve = small(
        "Dec <var data-var='date'>31</var>, <var>23:10</var> UTC",
        "Investigating",
        "Hm",
    )
    for read in (statuspage.read, github_status.read):
        _, texts = imported(read, atom(new_year, eve), Asked({"unstated": "SEV2"}))
        assert [line[5:26] for line in incident(texts).splitlines() if "at:" in line] == [
            "at: 2025-12-31T23:10Z", "at: 2026-01-01T00:37Z",
        ]  # fmt: skip


def test_a_feed_on_a_clock_that_is_no_zone_needs_one() -> None:
    posts = small("Dec 31, 23:10 PST", "Resolved", "Done")
    asked = Asked({"unstated": "SEV2"})
    with pytest.raises(UserError, match="the feed's times are in `PST`, which is no IANA time zone"):
        imported(statuspage.read, atom(posts), asked)
    _, texts = imported(
        statuspage.read, atom(posts), asked._replace(timezone=ZoneInfo("America/Los_Angeles"))
    )
    assert "at: 2026-01-01T07:10Z" in incident(texts)


def test_a_feed_with_entities_or_without_xml_is_refused() -> None:
    with pytest.raises(UserError, match="a feed declares no entities"):
        imported(
            statuspage.read, [File("x.atom", b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><x/>")]
        )
    with pytest.raises(UserError, match=r"x\.atom: not XML: no element found"):
        imported(statuspage.read, [File("x.atom", b"<?xml version='1.0'?><feed>")])


def archive(*updates: tuple[str, str, str], **said: Any) -> list[File]:
    one = {
        "id": "1", "title": "Late", "url": "https://www.githubstatus.com/incidents/1", "impact": "major",
        "downtime_start": "2026-03-26T01:00:00Z", "components": ["Actions"],
        "updates": [{"at": at, "status": status, "message": message} for at, status, message in updates],
    } | said  # fmt: skip
    return [File("incidents.jsonl", (json.dumps(one) + "\n\n").encode())]


def test_the_archive_of_github_is_read_and_its_guesses_are_left_out() -> None:
    posts = (("2026-03-26T01:43:00Z", "Update", "A"), ("2026-03-26T01:43:00Z", "Update", "B"))
    result, texts = imported(github_status.read, archive(*posts))
    assert [line.partition("source: ")[2] for line in incident(texts).splitlines() if "at:" in line] == [
        '"2026-03-26T01:43Z update", text: "A"}',
        '"2026-03-26T01:43Z update 2", text: "B"}',
    ]
    assert [each.what for each in result.left] == [
        "what the archive works out of the posts: downtime_start",
        "no service of the book, kept as `x-components`; incidents: 1",
    ]
    result, _ = imported(github_status.read, archive(("2026-03-26T01:43:00Z", "Scheduled", "A")))
    assert [each.what for each in result.skipped] == ["`Late`, maintenance"]


# ── cState ────────────────────────────────────────────────────────────────────────────────


def issue(body: str, **said: str) -> list[File]:
    head = {
        "title": "API is slow", "date": "2026-03-02T9:00:00-00:00", "resolved": "true",
        "resolvedWhen": "2026-03-02T11:30:00-00:00", "severity": "disrupted", "affected": "[API]",
    } | said  # fmt: skip
    lines = [f"{key}: {value}" for key, value in head.items() if value]
    return [File("content/issues/2026-03-02-slow.md", "\n".join(["---", *lines, "---", body, ""]).encode())]


SEVERE = Asked({"disrupted": "SEV2", "down": "SEV1"}, timezone=ZoneInfo("Europe/Berlin"))


def rows(texts: dict[str, str]) -> list[str]:
    return [line[5:] for line in incident(texts).splitlines() if line.startswith("  - ")]


def test_initial_and_final_messages_are_the_first_and_the_last_post() -> None:
    _, texts = imported(cstate.read, issue("[Final message]\nDone\n\n[Initial message]\nSlow"), SEVERE)
    assert [row.partition(", update: ")[0] for row in rows(texts)] == [
        "at: 2026-03-02T09:00Z, milestone: declared, severity: SEV2",
        "at: 2026-03-02T11:30Z, milestone: resolved",
    ]
    assert [row.partition(", source: ")[2] for row in rows(texts)] == [
        '"2026-03-02-slow#date", text: "Slow"}',
        '"2026-03-02-slow#resolved", text: "Done"}',
    ]
    assert "x-assumed-timezone" not in incident(texts)


def test_tracked_paragraphs_are_posts_of_their_own() -> None:
    body = (
        '*Resolved* - Fine {{< track "2026-03-02 12:30:00" >}}\n\n---\n\n'
        '*Monitoring* - Better {{< track "2026-03-02 12:00:00" >}}\n\n'
        '*Investigating* - Slow {{< track "2026-03-02 10:00:00" >}}'
    )
    _, texts = imported(cstate.read, issue(body, date="2026-03-02 10:00:00"), SEVERE)
    assert [(row[4:21], row.rpartition("text: ")[2]) for row in rows(texts)] == [
        ("2026-03-02T09:00Z", '"*Investigating* - Slow"}'),
        ("2026-03-02T11:00Z", '"*Monitoring* - Better"}'),
        ("2026-03-02T11:30Z", '"*Resolved* - Fine"}'),
    ]
    assert "x-assumed-timezone: Europe/Berlin\n" in incident(texts)


def test_a_naive_time_needs_a_zone() -> None:
    with pytest.raises(UserError, match=r"date `2026-03-02 10:00:00` has no zone"):
        imported(cstate.read, issue("Slow", date="2026-03-02 10:00:00"), Asked({"disrupted": "SEV2"}))


def test_what_was_resolved_before_it_began_is_resolved_at_a_time_that_is_a_guess() -> None:
    result, texts = imported(cstate.read, issue("Slow", resolvedWhen="2026-03-01T11:30:00Z"), SEVERE)
    assert rows(texts)[1].startswith("at: 2026-03-02T09:00Z, milestone: resolved, approximate: true, ")
    assert result.left[0].what == (
        "`resolvedWhen: 2026-03-01T11:30:00Z` is before `date`: resolved at a time that is a guess"
    )


def test_announcements_and_maintenance_are_skipped() -> None:
    for said in ({"informational": "true"}, {"title": "Maintenance on the API"}):
        result, _ = imported(cstate.read, issue("Slow", **said), SEVERE)
        assert (result.created, len(result.skipped)) == ((), 1)


def test_a_page_without_front_matter_is_refused() -> None:
    with pytest.raises(UserError, match=r"x\.md: no front matter"):
        imported(cstate.read, [File("x.md", b"# Hello")])
    with pytest.raises(UserError, match="`date` stands twice"):
        imported(cstate.read, [File("x.md", b"---\ndate: a\ndate: b\n---\n")])


# ── Upptime ───────────────────────────────────────────────────────────────────────────────


def test_a_site_is_down_until_the_log_says_that_it_is_up() -> None:
    log = (
        "commit\tdate\tsubject\n"
        "a1\t2026-01-20T21:28:38+00:00\t🟩 Shop is up (200 in 437 ms) [skip ci] [upptime]\n"
        "b2\t2026-01-20T22:28:39+01:00\t🟥 Shop is down (0 in 0 ms) [skip ci] [upptime]\n"
        "c3\t2026-01-20T21:38:39+00:00\t🟥 Shop is down (503 in 9 ms) [skip ci] [upptime]\n"
        "d4\t2026-01-20T22:00:00+00:00\t🟩 Shop is up (200 in 9 ms) [skip ci] [upptime]\n"
    )
    result, texts = imported(upptime.read, [File("log.tsv", log.encode())], Asked({"down": "SEV2"}))
    assert result.created == ("2026-01-20-shop-is-down",)
    assert [(row[4:21], row.rpartition("source: ")[2]) for row in rows(texts)] == [
        ("2026-01-20T21:28:", 'b2, text: "Shop is down (0 in 0 ms)"}'),
        ("2026-01-20T21:38:", 'c3, text: "Shop is down (503 in 9 ms)"}'),
        ("2026-01-20T22:00Z", 'd4, text: "Shop is up (200 in 9 ms)"}'),
    ]


def test_issues_of_the_monitor_are_incidents_and_no_others() -> None:
    opened = {
        "url": "https://github.com/x/y/issues/1", "title": "🛑 Shop is down", "labels": [{"name": "status"}],
        "body": "It was **down**", "createdAt": "2026-01-20T21:28:38Z", "closedAt": "2026-01-20T22:00:00Z",
        "comments": [{"body": "**Resolved:** Shop is back up in x.", "createdAt": "2026-01-20T21:59:00Z"}],
    }  # fmt: skip
    planned = opened | {"url": "u2", "title": "Tomorrow", "labels": [{"name": "maintenance"}]}
    human = opened | {"url": "u3", "title": "A question"}
    files = [File("issues.json", json.dumps([opened, planned, human]).encode())]
    result, texts = imported(upptime.read, files, Asked({"down": "SEV2"}))
    assert [row[4:20] for row in rows(texts)] == ["2026-01-20T21:28", "2026-01-20T21:59"]
    assert [each.what for each in result.skipped] == [
        "`Tomorrow`, maintenance",
        "`A question`, which the monitor did not open",
    ]


# ── text ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("plain, 1 < 2 & 3", "plain, 1 < 2 & 3"),
        ("<p>One</p><p>Two<br/>Three</p>", "One\n\nTwo\nThree"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<script>alert(1)</script>Fine<style>x</style>", "Fine"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "\\<script>alert(1)\\</script>"),
        ("<a href='javascript:alert(1)'>here</a>", "here"),
        ("<img src=x onerror=alert(1)>", ""),
        ("a\x1b[31m\u202eb\r\nc", "a[31mb\nc"),
    ],
)
def test_html_becomes_markdown_without_any(body: str, text: str) -> None:
    assert markdown(body) == text


@pytest.mark.parametrize(
    "text",
    [
        "../../x",
        "a\nb: c",
        '"',
        "{{ x }}",
        "- &a [",
        "\x00",
        "<b>x</b><script>",
        "##[error]",
        "x" * 1_000_000,
        "…",
    ],
)
def test_hostile_text_stays_text(
    quiet: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str,
) -> None:
    (tmp_path / "opsbook.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    said = post("p", "investigating", "2026-02-15T13:14:17Z", text)
    (tmp_path / "x.json").write_bytes(page(said, name=text, components=[{"name": text}])[0].content)
    assert run(["import", "statuspage", "x.json"]) == 0
    printed = capsys.readouterr().out
    assert all(sign.isprintable() or sign == "\n" for sign in printed)
    assert "##[" not in printed
    assert [str(each.relative_to(tmp_path).parts[0]) for each in tmp_path.rglob("*.yaml")] == ["incidents"]
    run(["check", "--format", "concise"])
    found = capsys.readouterr().out
    assert "[DOC" not in found
    assert "[HYG" not in found
