"""`opsbook adopt`: a repository of runbooks and post-mortems becomes a book."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command, at_option, home_zone, moment
from opsbook.errors import UserError

if TYPE_CHECKING:
    from datetime import date, datetime

    from opsbook.authoring.adopting.plan import Ground, Plan
    from opsbook.git import Git
    from opsbook.lint.check import Report
    from opsbook.output.adoption import Told
    from opsbook.text import Source


@click.command(cls=Command)
@click.argument(
    "directory", metavar="[DIR]", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--move", is_flag=True, help="Move the pages that stand elsewhere to where a book has them.")
@click.option("--dry-run", is_flag=True, help="Say what would be written and moved, change nothing.")
@click.option("--runbooks", multiple=True, metavar="GLOB", help="These pages below DIR are runbooks.")
@click.option("--postmortems", multiple=True, metavar="GLOB", help="These pages below DIR are post-mortems.")
@click.option("--timezone", metavar="ZONE", help="The zone of dates and shifts; this machine's otherwise.")
@at_option
@click.pass_obj
def command(obj: dict[str, Any], /, directory: Path, at: str | None, **options: Any) -> None:
    """Make a book of the runbooks and post-mortems that are in DIR already.

    Writes settings that fit them, front matter from what the pages, CODEOWNERS and git say, and a baseline
    of what is wrong today, so that from then on only what is new fails. Pages stay where they are unless
    --move is given; then links follow, in every page below DIR. Else nothing of a text changes, and no file
    is written over. A second run changes nothing.
    """
    from opsbook.authoring.adopting.plan import plan
    from opsbook.output.adoption import Told

    ground, top, git = _ground(directory, options)
    found = plan(ground)
    root = top / found.book
    report, baseline = _judged(found, root, moment(obj, at))
    dry_run = options["dry_run"]
    if not dry_run:
        _write(top, found, baseline, git)
    _tell(found, report, Told(dry_run, git is not None, baseline[0].path if baseline else None))


# ── looking ───────────────────────────────────────────────────────────────────────────────


def _ground(directory: Path, options: dict[str, Any]) -> tuple[Ground, Path, Git | None]:
    from opsbook.authoring.adopting.pages import Wanted
    from opsbook.authoring.adopting.plan import Ground
    from opsbook.book.settings import find_root
    from opsbook.book.tree import SETTINGS_FILES, WorkTree
    from opsbook.git import Git

    folder = directory.resolve()
    git = _git(folder)
    book = None
    with suppress(UserError):
        book = find_root(folder)
    top = _top(folder, git) if git else (book or folder)
    if book and not book.is_relative_to(top):
        book = None
    looked_in = _below(folder, top)
    tree = WorkTree(top)
    files = tree.paths(looked_in.rstrip("/"))
    if git:
        visible = Git(top).visible()
        files = [path for path in files if path in visible]
    inside = [path for path in files if path.rpartition("/")[2] == SETTINGS_FILES[0]]
    if book is None and len(inside) == 1:
        book = (top / inside[0]).parent
    ground = Ground(
        tree=tree,
        looked_in=looked_in,
        called=folder.name,
        files=tuple(files),
        book=None if book is None else _below(book, top),
        timezone=home_zone(options["timezone"]).key,
        wanted=Wanted(
            tuple(looked_in + glob for glob in options["runbooks"]),
            tuple(looked_in + glob for glob in options["postmortems"]),
        ),
        move=options["move"],
        changed=lambda folders: _changed(Git(top) if git else None, folders),
    )
    return ground, top, Git(top) if git else None


def _git(folder: Path) -> Git | None:
    from opsbook.git import Git

    git = Git(folder)
    try:
        git.require()
        git.run("rev-parse", "--show-prefix")
    except UserError:
        return None
    return git


def _top(folder: Path, git: Git) -> Path:
    for _ in filter(None, git.prefix.split("/")):
        folder = folder.parent
    return folder


def _below(folder: Path, top: Path) -> str:
    path = folder.relative_to(top).as_posix()
    return "" if path == "." else path + "/"


def _changed(git: Git | None, folders: Iterable[str]) -> Callable[[str], date | None]:
    """The author's day of the last commit that changed a path, where git knows."""
    history = None
    if git:
        with suppress(UserError):
            history = git.history(*sorted(each or "." for each in folders))

    def changed(path: str) -> date | None:
        found = history.of(path) if history else ()
        return found[0].written if found and found[0].written.year < 9999 else None

    return changed


def _judged(found: Plan, root: Path, now: datetime) -> tuple[Report, tuple[Source, str] | None]:
    """What is wrong in the book once the plan is carried out, and the baseline of it: what it was and what
    it becomes; None where nothing fails, or nothing new in a page that moves into the book."""
    from opsbook.book.past import Past
    from opsbook.book.snapshot import Book
    from opsbook.book.tree import BASELINE_FILE, WorkTree
    from opsbook.git import Git
    from opsbook.lint import baseline
    from opsbook.lint.catalog import Selection
    from opsbook.lint.check import check
    from opsbook.lint.history import history
    from opsbook.text import Source

    git = Git(root)
    tree = found.after(WorkTree(root))
    book = Book(tree, past=Past(git, lambda: history(git, "runbooks")))
    report, _ = check(book, lambda: Selection(book.settings, None, (), ()), now)
    path = found.book + BASELINE_FILE
    if (known := baseline.read(tree)) is not None:
        report = baseline.compare(report, known, whole=True)
        fails = [each for each in report.diagnostics if each.level >= found.fails and not each.before]
        moved = [each for each in fails if found.book + each.location.path in found.new]
        if not moved:
            return report, None
        text = baseline.write(baseline.accept(known, moved, "adopted"))
        return report, (Source(path, tree.read(BASELINE_FILE).decode("utf-8")), text)
    today = now.astimezone(book.settings.timezone).date()
    begun = baseline.begin(report, found.fails, today)
    return report, (Source(path, ""), baseline.write(begun)) if begun.entries else None


# ── writing ───────────────────────────────────────────────────────────────────────────────


def _write(top: Path, found: Plan, baseline: tuple[Source, str] | None, git: Git | None) -> None:
    from opsbook.book.write import ChangedError, alone, replace_all

    changes = [*found.changes, *([baseline] if baseline else [])]
    if not (found.new or changes):
        return
    if git:
        _refuse_unsaved(git, found)
    with alone(top):
        for path, content in found.gone.items():
            if (top / path).read_bytes() != content:
                raise ChangedError(f"{path} changed while this ran; nothing was written", "run it again")
        replace_all(top, changes, found.new)
        for path in sorted(found.gone):
            (top / path).unlink()
            _remove_empty(top / path, top)


def _refuse_unsaved(git: Git, found: Plan) -> None:
    """UserError where git could not give back what is about to change."""
    from opsbook.text import count

    touched = {*found.gone, *(source.path for source, _ in found.changes)}
    unsaved = git.changed(git.head) & touched if git.head else touched
    if unsaved:
        first = min(unsaved)
        more = f" and {count(len(unsaved) - 1, 'other page')}" if len(unsaved) > 1 else ""
        raise UserError(
            f"{first}{more} would change, and git has no copy as it is now; nothing was written",
            "commit first, so that git can take it back; `--dry-run` shows what would be done",
        )


def _remove_empty(file: Path, top: Path) -> None:
    for folder in file.parents:
        if folder == top:
            return
        try:
            folder.rmdir()
        except OSError:
            return


# ── telling ───────────────────────────────────────────────────────────────────────────────


def _tell(found: Plan, report: Report, told: Told) -> None:
    from opsbook.output.adoption import lines, listing
    from opsbook.output.frames import clean

    for line in (*listing(found, told), *lines(found, report, told)):
        click.echo(clean(line))
    for path in found.kept:
        click.echo(f"left as it is, and does not run opsbook: {clean(path)}", err=True)
    if not (told.in_git or told.dry_run) and (found.changes or found.moves):
        click.echo("this folder is in no git repository: nothing can take this back", err=True)
