"""`opsbook ci`: what the workflows on a forge call. They hold no logic of their own; all of it is here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from opsbook.cli.options import Command, Group, at_option, moment, the_book, the_git
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.authoring.issue_form import Form, Proposed
    from opsbook.book.snapshot import Book
    from opsbook.forge.github import Comment, GitHub, Issue
    from opsbook.metrics.agenda import Item
    from opsbook.output.overdue import Wanted
    from opsbook.output.pull_request import Report, Section

T = TypeVar("T")
_WORKFLOW = "due.yml"
_SOON = "3d"
_BOT = "github-actions[bot]"

repo_option = click.option("--repo", metavar="OWNER/NAME", help="GITHUB_REPOSITORY otherwise.")
dry_option = click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
author_option = click.option(
    "--author", metavar="LOGIN", default=_BOT, show_default=True, help="Who writes: whose comment is kept."
)
workflow_option = click.option(
    "--workflow", metavar="FILE", default=_WORKFLOW, show_default=True,
    help="The workflow that runs `opsbook ci overdue`.",
)  # fmt: skip


@click.group(cls=Group)
def command() -> None:
    """What the workflows of a forge call: reports, comments, reminders, declared incidents.

    Each may be run twice, and changes nothing the second time. The token is GITHUB_TOKEN or GH_TOKEN, the
    server GITHUB_API_URL. `pip install 'opsbook[github]'`.
    """


# ── report ────────────────────────────────────────────────────────────────────────────────


@command.command(cls=Command)
@click.option("--base", metavar="REV", help="What the change is for; the default branch otherwise.")
@click.option(
    "--comment-file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="Write the report as data too, for `opsbook ci comment`.",
)  # fmt: skip
@click.option("--pull-request", type=click.IntRange(1), metavar="NUMBER", help="Which pull request it is.")
@click.option("--head", metavar="SHA", help="Its last commit, where the one that is checked out is a merge.")
@workflow_option
@at_option
@click.pass_obj
def report(obj: dict[str, Any], /, at: str | None, **options: Any) -> None:
    """What a change does, in Markdown: for the summary of a pull request's job.

    Records that changed, findings that are new and gone, clocks that start or run out, who is on call, and
    earlier incidents like the new ones with what they left undone. Text of records is only ever data in it.
    """
    from opsbook.output.pull_request import SUMMARY, Report, markdown, written

    instant = moment(obj, at)
    sections, head = _sections(options["base"], instant)
    made = Report(options["pull_request"], options["head"] or head, tuple(sections))
    last = _if_it_can(lambda forge: last_run(forge, options["workflow"], instant), "")
    click.echo(markdown(made, SUMMARY, last), nl=False)
    if options["comment_file"]:
        if made.number is None:
            raise click.UsageError("--comment-file needs --pull-request")
        from opsbook.book.write import put

        put(options["comment_file"], written(made))


def _sections(base: str | None, at: datetime) -> tuple[list[Section], str]:
    """The report, and the commit that it is about."""
    from opsbook.lint.session import Session
    from opsbook.metrics.brought import brought
    from opsbook.output import pull_request as said

    session = Session(Path.cwd(), at, base=base or the_git().branch_point())
    change, after = session.brought(), session.book
    found = brought(change.before, after, change.changed, change.renamed)
    ids = [each.id for each in found if each.kind in ("incident", "postmortem") and each.how == "new"]
    return [
        said.section("What changes", said.changes(found)),
        said.section("Findings", said.findings(change.new, change.gone)),
        said.section("Clocks", _clocks(change.before, after, {each.path for each in found}, at)),
        said.section("On call", _on_call(change.before, after, {each.kind for each in found}, at)),
        said.section("Earlier incidents like these", _similar(after, dict.fromkeys(ids))),
    ], session.git.head or ""


def _clocks(before: Book, after: Book, paths: set[str], at: datetime) -> Iterator[str]:
    from opsbook.metrics.agenda import Chosen, agenda, clocks_of, due_by
    from opsbook.model.time import duration, local_day
    from opsbook.output.pull_request import clocks

    zone = after.settings.timezone
    last = local_day(at + duration(_SOON), zone)
    records = sorted({path.replace("/postmortem.md", "/incident.yaml") for path in paths})
    known = {each.key for each in agenda(before, at, clocks_of(before, records))}
    items = agenda(after, at, clocks_of(after, records))
    started = [each for each in items if each.key not in known]
    near = [each for each in due_by(items, last, zone) if each.key in known]
    return clocks(started, near, Chosen(at, zone, "", last, tuple(items)))


def _on_call(before: Book, after: Book, kinds: set[str], at: datetime) -> Iterator[str]:
    from opsbook.oncall.diff import diff, horizon

    touched = ("rotation", "override", "person", "team", "holidays", "escalation", "service", "severities")
    if not kinds & {*touched}:
        return
    from opsbook.output.pull_request import on_call
    from opsbook.output.rota.pages import blocks
    from opsbook.output.rota.words import Speaker

    found = diff(before, after, at, horizon((before, after), at), None)
    if not found.empty:
        yield from on_call(list(blocks(found, Speaker(before, after, at))))


def _similar(book: Book, ids: dict[str, None]) -> Iterator[str]:
    from opsbook.metrics.similarity import earlier
    from opsbook.output.pull_request import similar

    for id in ids:
        incident = book.find("incident", id)
        if incident is not None and incident.readable and incident.content.counts:
            yield from similar(id, earlier(book, incident))


def _if_it_can(ask: Callable[[GitHub], T], otherwise: T) -> T:
    """What GitHub says, where there is a token; nothing is refused because it does not answer."""
    from opsbook.forge.github import opened, token

    if not token(os.environ):
        return otherwise
    try:
        return ask(opened(None, os.environ))
    except UserError as error:
        from opsbook.output.frames import clean

        click.echo(f"when teams were last told is not known: {clean(error.message)}", err=True)
        return otherwise


def last_run(forge: GitHub, workflow: str, at: datetime) -> str:
    """A line on when a workflow last succeeded: a warning where that is more than two weekdays ago, since a
    forge drops schedules when it is busy, and switches them off where nothing happens."""
    from opsbook.metrics.follow_up import neglected
    from opsbook.model.time import write_instant

    found = forge.last_success(workflow)
    if found is None:
        return f"⚠️ `{workflow}` has not succeeded yet: nobody is told what is overdue"
    when = write_instant(found.replace(second=0))
    if neglected(found, at):
        return f"⚠️ `{workflow}` last succeeded on `{when}`, more than two weekdays ago: see why"
    return f"What is overdue was last looked at on `{when}`"


# ── comment ───────────────────────────────────────────────────────────────────────────────


@command.command(cls=Command)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--head", metavar="SHA", required=True, help="The commit of the run that made FILE, as the forge says."
)
@author_option
@repo_option
@dry_option
@workflow_option
@at_option
@click.pass_obj
def comment(obj: dict[str, Any], /, file: Path, head: str, at: str | None, **options: Any) -> None:
    """Keep one comment on a pull request up to date, from the report in FILE.

    FILE is from a run that read a stranger's change, and is trusted with nothing: it is data of a known shape
    and size, every line of it is shown as text, and the pull request that it names must stand at --head.
    """
    from opsbook.forge.github import opened
    from opsbook.output.pull_request import COMMENT, LARGEST, MARKER, markdown, read

    try:
        with file.open("rb") as stream:
            made = read(stream.read(LARGEST + 1))
    except OSError as error:
        raise UserError(f"cannot read `{file}`: {error.strerror}") from None
    forge = opened(options["repo"], os.environ)
    assert made.number is not None, "what is read has one"
    pull = forge.pull_request(made.number)
    if made.head != head or (pull.get("head") or {}).get("sha") != head or pull.get("state") != "open":
        click.echo(f"#{made.number} is not open at {head[:40]}: nothing to say")
        return
    last = last_run(forge, options["workflow"], moment(obj, at))
    body = f"{MARKER}\n{markdown(made, COMMENT, last)}"
    click.echo(f"#{made.number}: {_commented(forge, made, body, options)}")


def _commented(forge: GitHub, made: Report, body: str, options: dict[str, Any]) -> str:
    """Write the comment, or what there is to say instead."""
    from opsbook.forge.github import same
    from opsbook.output.pull_request import MARKER

    assert made.number is not None
    found = _ours(forge, made.number, MARKER, options["author"])
    if found is None and not any(each.lines for each in made.sections):
        return "no record changes, and nothing to say"
    if found is not None and same(found.body, body):
        return "the comment is up to date"
    if options["dry_run"]:
        return "the comment would be written"
    _keep(forge, made.number, found, body)
    return "commented" if found is None else "the comment is brought up to date"


def _ours(forge: GitHub, number: int, marker: str, author: str) -> Comment | None:
    """The first comment that begins as ours do, and that we wrote."""
    found = (each for each in forge.comments(number) if each.body.startswith(marker))
    return next((each for each in found if each.author == author), None)


def _keep(forge: GitHub, number: int, found: Comment | None, body: str) -> None:
    """Make our comment say this, where it does not."""
    from opsbook.forge.github import same

    if found is None:
        forge.comment(number, body)
    elif not same(found.body, body):
        forge.edit_comment(found.id, body)


# ── overdue ───────────────────────────────────────────────────────────────────────────────


@command.command(cls=Command)
@repo_option
@click.option("--dry-run", is_flag=True, help="Print the issues as they should be; ask nobody.")
@at_option
@click.pass_obj
def overdue(obj: dict[str, Any], /, repo: str | None, dry_run: bool, at: str | None) -> None:
    """Keep one issue per team that says what is overdue; closed when nothing is.

    An issue is written when what it says changes, and not because a day has passed. Of restricted incidents
    it names nothing, nor of any but public ones where the repository is public.
    """
    from opsbook.forge.github import opened
    from opsbook.output.frames import clean

    book, instant = the_book(), moment(obj, at)
    if dry_run:
        _print_issues(book, instant)
        return
    forge = opened(repo, os.environ)
    done = list(keep_overdue(forge, book, instant))
    click.echo("".join(f"{clean(line)}\n" for line in done) or "nothing to change\n", nl=False)


def _print_issues(book: Book, at: datetime) -> None:
    from opsbook.metrics.agenda import agenda
    from opsbook.output.frames import clean
    from opsbook.output.overdue import wanted

    found = wanted(book, agenda(book, at), _hidden(book, public=False))
    for each in found:
        click.echo("\n".join(map(clean, f"# {each.title}\n\n{each.body}".split("\n"))))
    if not found:
        click.echo("nothing is overdue")


def keep_overdue(forge: GitHub, book: Book, at: datetime) -> Iterator[str]:
    """Make the issues of a repository say what is overdue at an instant; what was done, in lines."""
    from opsbook.metrics.agenda import agenda
    from opsbook.output.overdue import LABEL, nothing, team_of, wanted

    public = forge.public()
    issues: dict[str, Issue] = {}
    for issue in forge.issues(LABEL):
        team = team_of(issue.body)
        if team is not None:
            issues.setdefault(team, issue)
    needed = wanted(book, agenda(book, at), _hidden(book, public=public))
    teams = {each.team for each in needed}
    for each in needed:
        yield from _kept(forge, each, issues.get(each.team))
    for team, issue in issues.items():
        if team not in teams and issue.open:
            forge.edit_issue(issue.number, body=nothing(team), state="closed", state_reason="completed")
            yield f"{team}  #{issue.number} closed: nothing is overdue"


def _kept(forge: GitHub, each: Wanted, issue: Issue | None) -> Iterator[str]:
    from opsbook.forge.github import same
    from opsbook.output.overdue import LABEL
    from opsbook.text import count

    things = count(each.items, "thing")
    if issue is None:
        forge.require_label(LABEL, "What is overdue in the book, kept by opsbook")
        made = forge.open_issue(each.title, each.body, LABEL)
        yield f"{each.team}  #{made.number} opened: {things}"
    elif not issue.open:
        forge.edit_issue(
            issue.number, title=each.title, body=each.body, state="open", state_reason="reopened"
        )
        yield f"{each.team}  #{issue.number} reopened: {things}"
    elif issue.title != each.title or not same(issue.body, each.body):
        forge.edit_issue(issue.number, title=each.title, body=each.body)
        yield f"{each.team}  #{issue.number} brought up to date: {things}"


def _hidden(book: Book, *, public: bool) -> Callable[[Item], bool]:
    """Whether something must not be named in an issue of the repository."""

    def hidden(item: Item) -> bool:
        parts = item.path.split("/")
        incident = book.find("incident", parts[2]) if parts[0] == "incidents" and len(parts) > 2 else None
        if incident is None:
            return False
        if not incident.readable:
            return True
        return not incident.content.may_be_named(in_public=public)

    return hidden


# ── site ──────────────────────────────────────────────────────────────────────────────────


@command.command(cls=Command)
@click.option(
    "--output", "-o", type=click.Path(file_okay=False, path_type=Path), required=True, metavar="DIR",
    help="Where the site goes.",
)  # fmt: skip
@click.option("--preview", is_flag=True, help="All that is not restricted, for whoever reviews a change.")
@workflow_option
@at_option
@click.pass_context
def site(context: click.Context, output: Path, preview: bool, workflow: str, at: str | None) -> int:
    """Build the site that the settings publish (`site.publish`), or one to look at.

    Where nothing is published nothing is built. Says which it is in GITHUB_OUTPUT, as `publish=true` or
    `publish=false`. The home page says when teams were last told what is overdue, where a token lets it ask.
    """
    from opsbook.cli.site import build
    from opsbook.model.time import write_instant

    asked = the_book().settings.site.publish
    _put_output("publish", "true" if asked and not preview else "false")
    if asked is None and not preview:
        click.echo(
            "nothing is published: the settings' `site.publish` says which site, `public` or `internal`"
        )
        return 0
    told = _if_it_can(lambda forge: forge.last_success(workflow), None)
    code: int = context.invoke(
        build, output=output, visibility="internal" if preview else asked, markdown_only=False, at=at,
        told_at=write_instant(told.replace(second=0)) if told else None,
    )  # fmt: skip
    return code


def _put_output(name: str, value: str) -> None:
    """Tell the steps that follow."""
    place = os.environ.get("GITHUB_OUTPUT")
    if place:
        with Path(place).open("a", encoding="utf-8") as stream:
            stream.write(f"{name}={value}\n")


# ── from-issue ────────────────────────────────────────────────────────────────────────────


@command.command(name="from-issue", cls=Command)
@click.argument("event", type=click.Path(dir_okay=False, path_type=Path))
@repo_option
@author_option
@click.option("--dry-run", is_flag=True, help="Print the record and the branch; ask nobody.")
def from_issue(event: Path, repo: str | None, author: str, dry_run: bool) -> int:
    """Make a branch and a pull request of an issue "Declare an incident"; EVENT is GITHUB_EVENT_PATH.

    The branch is `incident/ID`, on which `opsbook log` and the others go on writing. What a stranger declares
    waits until a member gives the issue the label `incident-accepted`. Run again, it goes on where it
    stopped.
    """
    from opsbook.authoring.issue_form import ACCEPTED, read
    from opsbook.forge.github import opened
    from opsbook.output.frames import clean

    try:
        content = event.read_bytes()
    except OSError as error:
        raise UserError(f"cannot read `{event}`: {error.strerror}") from None
    form, book = read(content), the_book()
    if not form.accepted:
        if not dry_run:
            opened(repo, os.environ).require_label(
                ACCEPTED, "Takes on an incident that somebody outside declared"
            )
        click.echo(f"#{form.number} is from somebody outside: the label `{ACCEPTED}` takes it on")
        return 0
    if dry_run:
        _print_proposed(book, form)
        return 0
    forge = opened(repo, os.environ)
    url, complaint = _declared(forge, book, form, author)
    click.echo(clean(url))
    if complaint:
        click.echo(f"no pull request: {clean(complaint)}", err=True)
    return int(bool(complaint))


def _print_proposed(book: Book, form: Form) -> None:
    from opsbook.authoring.declaration import record
    from opsbook.authoring.issue_form import proposed
    from opsbook.output.frames import clean
    from opsbook.sharing.branches import folder

    made = proposed(book, form, lambda name: book.reaches(folder(name).rstrip("/")))
    lines = [f"branch incident/{made.id}", f"{folder(made.id)}incident.yaml", *record(made.said).splitlines()]
    click.echo("\n".join(map(clean, lines)))
    for each in made.left:
        click.echo(f"not taken over: {clean(each)}", err=True)


def _declared(forge: GitHub, book: Book, form: Form, author: str) -> tuple[str, str]:
    """Branch, record, pull request and a word on the issue, whichever of them are not there yet; the address
    of the pull request, or of what it can be made of, and why it is none."""
    from opsbook.authoring.declaration import record
    from opsbook.authoring.issue_form import proposed, source_of
    from opsbook.authoring.timeline import summary
    from opsbook.sharing.branches import folder

    base = str(forge.about().get("default_branch") or "main")
    theirs: dict[str, str | None] = {}

    prefix = the_git().prefix

    def path(id: str) -> str:
        return f"{prefix}{folder(id)}incident.yaml"

    def taken(id: str) -> bool:
        """Whether an id is another incident's: in the book, or on a branch that is not of this issue."""
        if book.reaches(folder(id).rstrip("/")):
            there = book.find("incident", id)
            return there is None or not there.readable or there.content.links.get("source") != form.url
        theirs[id] = forge.head_of(f"incident/{id}")
        text = forge.file(path(id), f"incident/{id}") if theirs[id] else None
        return text is not None and source_of(text) != form.url

    made = proposed(book, form, taken)
    if made.id not in theirs:
        return f"{made.id} is in the book already", ""
    branch = f"incident/{made.id}"
    if theirs.get(made.id) is None:
        commit = forge.head_of(base)
        if commit is None:
            raise UserError(f"{forge.name} has no branch `{base}`")
        forge.begin_branch(branch, commit)
    if forge.file(path(made.id), branch) is None:
        forge.write_file(path(made.id), record(made.said), branch, summary(made.id, "declared"))
    url, complaint = _pull_request(forge, made, form, branch, base)
    _answer(forge, form, made, (url, complaint), author)
    return url, complaint


def _pull_request(forge: GitHub, made: Proposed, form: Form, branch: str, base: str) -> tuple[str, str]:
    from opsbook.forge.github import ForgeError
    from opsbook.output.frames import clean
    from opsbook.output.markdown import prose

    existing = forge.pull_requests_of(branch)
    if existing:
        return str(existing[-1].get("html_url") or ""), ""
    level = f" at {made.said.severity}" if made.said.severity else ""
    lines = [f"Declared{level} in #{form.number}.", ""]
    lines += [f"- not taken over: {prose(each)}" for each in made.left]
    lines += ["", f"`git switch {branch}` goes there. Closes #{form.number}."]
    title = f"Incident: {clean(made.said.title)}"
    try:
        pull = forge.open_pull_request(branch, base, title, "\n".join(lines) + "\n")
    except ForgeError as error:
        if error.status != 403:
            raise
        return f"{forge.web}/compare/{base}...{branch}?expand=1", error.message
    return str(pull.get("html_url") or ""), ""


def _answer(forge: GitHub, form: Form, made: Proposed, said: tuple[str, str], author: str) -> None:
    """One comment on the issue that says where the incident is."""
    from opsbook.output.markdown import prose

    marker = "<!-- opsbook:declared -->"
    url, complaint = said
    lines = [marker, f"`{made.id}` is on branch `incident/{made.id}`, {url}"]
    if complaint:
        lines += ["", f"The workflow may not make the pull request ({prose(complaint)}): the address does."]
    lines += ["", *(f"- not taken over: {prose(each)}" for each in made.left)]
    body = "\n".join(lines) + "\n"
    _keep(forge, form.number, _ours(forge, form.number, marker, author), body)
