"""How a command writes: whole or not at all, never over what somebody else wrote, and nothing unreadable.

A command hands over a function that makes its change of a book. Where a file changes between the reading
and the writing, the book is read and the change made again. What is on disk is then committed, and shared
where the settings or `--push` say so; whatever git answers, it stays on disk. What a command says next it
thinks about while git commits.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import click

from opsbook.cli.options import colored, the_tree
from opsbook.errors import UserError
from opsbook.git import git_folders

if TYPE_CHECKING:
    from threading import Thread

    from opsbook.authoring.change import Change
    from opsbook.book.snapshot import Book
    from opsbook.sharing.branches import Branch
    from opsbook.sharing.clone import Clone, Look
    from opsbook.text import Source

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
_ATTEMPTS = 10
NO_ENTRY = "-"
"""What stands in the note of what this clone did last in place of an incident and its entry."""
_STAYS = "another commit takes it back: git's history keeps what it said, so revoke a secret in it"
_GONE = "its commit is taken back as well: no push carries it"


push_option = click.option("--push", is_flag=True, help="Share it at once, as `opsbook sync` does.")


def commit_option(what: str = "Commit it") -> Callable[[F], F]:
    """`--commit`, and what it says of itself."""
    return click.option(
        "--commit/--no-commit", default=None, help=f"{what}; the settings' `commit` otherwise."
    )


def saving_options(function: F) -> F:
    """The options of every command that writes."""
    for option in (
        push_option,
        commit_option(),
        click.option("--dry-run", is_flag=True, help="Print the change, write nothing."),
    ):
        function = option(function)
    return function


class Meanwhile(Generic[T]):
    """A question that is thought about while git commits, and where nothing is committed once it is asked:
    git takes as long again as all the rest, and has a processor of its own."""

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._thread: Thread

    def __call__(self) -> T:
        return self._answer

    @cached_property
    def _answer(self) -> T:
        return self._ask()

    def _think(self) -> None:
        with suppress(Exception):  # it is raised where the answer is asked for
            self._answer  # noqa: B018

    def __enter__(self) -> None:
        from threading import Thread

        self._thread = Thread(target=self._think)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._thread.join()


def save(
    make: Callable[[Book], Change], options: dict[str, Any], meanwhile: Meanwhile[Any] | None = None
) -> Change:
    """Make a change and write it; UserError where it would make a record unreadable.

    With `--dry-run` the change is printed as a patch and nothing is written. `meanwhile` is what to think
    about as soon as it is written.
    """
    from opsbook.authoring.current_blocks import with_blocks
    from opsbook.book.settings import find_root
    from opsbook.book.snapshot import Book
    from opsbook.book.write import ChangedError, alone

    if options.get("push") and options.get("commit") is False:
        raise click.UsageError("--push shares commits, and --no-commit makes none")
    root = find_root(Path.cwd())
    with alone(root):
        for attempt in range(_ATTEMPTS):
            tree, apart = the_tree(root)
            book = Book(tree)
            change = make(book)
            change = change._replace(edits=tuple(with_blocks(book, change.edits)))
            texts = change.texts()
            _refuse_unreadable(book, change)
            if options.get("dry_run"):
                _print_patch(texts, change)
                return change
            try:
                _write(book, root, change, apart, options, meanwhile)
            except ChangedError:
                if attempt + 1 == _ATTEMPTS:
                    raise
                continue
            if change:
                _note_last(root, change)
            return change
    raise AssertionError  # the last attempt returns or raises


def _note_last(root: Path, change: Change) -> None:
    """Let `undo` know what this clone did last; a command that wrote an entry notes that in its place."""
    paths = [*(change.landed(source.path) for source, _ in change.texts()), *change.files, *change.moves]
    keep_note(root, "last", "\n".join([NO_ENTRY, " ".join(change.summary.split()), *paths]))


def _write(
    book: Book,
    root: Path,
    change: Change,
    apart: Mapping[str, Branch],
    options: dict[str, Any],
    meanwhile: Meanwhile[Any] | None,
) -> None:
    """Write a change where its records live: into the work tree, or to the branch of an incident."""
    from opsbook.book.write import replace_all, sweep
    from opsbook.git import in_git

    texts = change.texts()
    commits = options.get("commit")
    keeps = bool(change) and commits is not False and in_git(root) and (commits or book.settings.commit)
    if keeps or apart:
        from opsbook.sharing.clone import Clone

        push = bool(options.get("push") or book.settings.push)
        keeping = _Keeping(Clone(root), change, push=push, takes_back=options.get("takes_back"))
        home = keeping.branch(apart, book.settings.declare_on if options.get("declares") else None)
        if home:
            keeping.commit_on(home, apart.get(home))
            return
    if keeps:
        keeping.look()
    try:
        replace_all(root, texts, change.files, change.moves)
    except UserError:
        if keeps:
            keeping.forget()
        raise
    for source, _ in texts:
        sweep(root, change.landed(source.path))
    committed = keeps and keeping.commit(meanwhile)
    if change and not keeps and options.get("push"):
        say("not shared: nothing is committed here")
    if change and not committed and options.get("push"):
        fail()


class _Keeping:
    """What becomes of a change in git."""

    def __init__(
        self, clone: Clone, change: Change, *, push: bool, takes_back: tuple[str, frozenset[str]] | None
    ) -> None:
        """`takes_back` is the incident of which a commit is undone, and files that this may have added."""
        self._clone = clone
        self._change = change
        self._texts = change.texts()
        self._paths = [*(source.path for source, _ in self._texts), *change.files]
        self._push = push
        self._takes_back = takes_back

    def branch(self, apart: Mapping[str, Branch], declare_on: str | None) -> str | None:
        """The incident on whose branch the whole change belongs; None where that is the work tree.

        `declare_on` is the setting, where the change declares an incident.
        """
        from opsbook.sharing.branches import folder, lives_apart

        incidents = {path.split("/")[2] for path in self._paths if path.count("/") > 2}
        if len(incidents) != 1 or self._change.moves:
            return None
        (id,) = incidents
        if not all(path.startswith(folder(id)) for path in self._paths):
            return None
        new = declare_on is not None and self._clone.head is not None
        return id if id in apart or (new and lives_apart(self._clone, declare_on or "")) else None

    def commit_on(self, id: str, read: Branch | None) -> None:
        from opsbook.sharing.back import take_back_on
        from opsbook.sharing.branches import commit_on

        texts = {source.path: text.encode("utf-8") for source, text in self._texts}
        files = {**texts, **self._change.files}
        if self._takes_back and read and take_back_on(self._clone, read, files):
            say(_GONE)
        else:
            commit_on(self._clone, id, files, self._change.summary, read)
            if self._takes_back:
                say(_STAYS)
        if read is None:
            say(f"on branch incident/{id}, and not in this work tree: `git switch incident/{id}` goes there")
        if self._push:
            share(self._clone)

    def look(self) -> None:
        """See how the files stand before they are written."""
        self._waited = self._clone.waiting
        self._before: Look | None = None
        try:
            look = self._clone.look(self._paths, self._change.landed, self._change.moves)
            mine = [path for path in look.paths if path not in look.own]
            self._clone.wait(mine, self._change.summary)  # later on nobody can tell a person's own from it
        except UserError as error:  # an entry is never refused for it
            self._broken = error.message
            return
        self._before = look

    def forget(self) -> None:
        """What was to be written was not."""
        if self._before is not None:
            self._clone.note_waiting(self._waited)

    def commit(self, meanwhile: Meanwhile[Any] | None = None) -> bool:
        """Commit what was written, and share it where that is asked for; whether it is in a commit."""
        left = "written, not committed, NOT shared yet" if self._push else "written, not committed"
        if self._before is None:
            say(f"{left}: {self._broken}; commit it by hand once git works")
            return False
        if not self._taken_back(self._before):
            tip = self._clone.tip("HEAD") if self._takes_back else None
            with meanwhile or nullcontext():
                why = self._clone.commit_of(self._before, self._change.summary)
            if why:
                say(f"{left}: {why}; {self._what_to_do(self._before)}")
                return False
            if self._takes_back and self._clone.tip("HEAD") != tip:
                say(_STAYS)
        if self._push:
            share(self._clone)
        return True

    def _what_to_do(self, look: Look) -> str:
        """Who commits what could not be committed: a file with a person's own changes nobody but they."""
        if look.own:
            return f"commit {', '.join(sorted(look.own))} yourself, with what you changed there"
        if self._push:
            return "once that is settled, `opsbook sync` commits and shares it"
        return "once that is settled, the next command or `opsbook sync` commits it"

    def _taken_back(self, look: Look) -> bool:
        """Whether the commit that is undone could be taken back, instead of adding another one."""
        if self._takes_back is None:
            return False
        from opsbook.sharing.back import take_back

        if not take_back(self._clone, look, *self._takes_back):
            return False
        say(_GONE)
        return True


def share(clone: Clone) -> bool:
    """Bring the clone and its remote together, and say what there is to say; whether they are even."""
    from opsbook.sharing.sync import sync

    try:
        done = sync(clone)
    except UserError as error:  # the entry is committed: what hinders sharing is a matter of its own
        say(f"not shared: {error.message}")
        say(f"  {error.hint}")
        return False
    for old, new in done.renamed.items():
        say(f"somebody else declared {old} too: yours is {new} now, channel #incident-{new}")
        current = clone.notes / "current"
        if current.is_file() and current.read_text("utf-8").strip() == old:
            current.write_text(f"{new}\n", "utf-8")
    if done.words:
        say(done.words)
    return done.even


def fail() -> None:
    """Have the command exit with 1: it wrote, and did not all that was asked for."""
    context = click.get_current_context(silent=True)
    if context is not None:
        context.obj["code"] = 1


def note(root: Path, name: str) -> str | None:
    """What this clone notes under a name, `person`, `current` or `last`; None where nothing is."""
    folders = git_folders(root)
    try:
        return (folders[1] / "opsbook" / name).read_text("utf-8").strip() if folders else None
    except (OSError, UnicodeDecodeError):
        return None


def keep_note(root: Path, name: str, text: str) -> bool:
    """Note it for this clone; False where there is no place for it."""
    folders = git_folders(root)
    if folders is None:
        return False
    try:
        place = folders[1] / "opsbook"
        place.mkdir(exist_ok=True)
        draft = place / f"{name}.{os.getpid()}"
        draft.write_text(f"{text}\n", "utf-8")
        draft.replace(place / name)
    except OSError:
        return False
    return True


def say(words: str) -> None:
    """One calm line beside the answer."""
    from opsbook.output.frames import Paint, clean

    click.echo(Paint(colored(sys.stderr))(clean(words), "2"), err=True, color=colored(sys.stderr) or None)


def saved(change: Change, told: str, options: dict[str, Any]) -> None:
    """Say what a change does, and what was written; beside the patch where that is all there is."""
    from opsbook.output.frames import clean

    patch = bool(options.get("dry_run"))
    paths = [change.landed(source.path) for source, _ in change.texts()]
    wrote = "" if patch else "".join(clean(f"wrote {path}") + "\n" for path in paths)
    lines = "\n".join(filter(None, (told, wrote))) if change else "nothing to change\n"
    lines = f"\n{lines}" if patch and change else lines
    click.echo(lines, nl=False, err=patch, color=colored(sys.stderr if patch else sys.stdout) or None)


def _refuse_unreadable(book: Book, change: Change) -> None:
    """UserError where a record could not be read any more; what it says beside that is the check's."""
    from opsbook.book.kinds import identify

    texts = {change.landed(source.path): text for source, text in change.texts()}
    then = book.with_texts(texts)
    said = []
    for path in texts:
        document = then.read(path) if identify(path) else None
        if document is not None and not document.readable:
            said += [
                f"{document.span(problem.span)}: {problem.message}"
                + (f" ({problem.hint})" if problem.hint else "")
                for problem in document.problems
            ]
    if said:
        raise UserError("\n".join(["this would make a record unreadable; nothing was written", *said]))


def _print_patch(texts: list[tuple[Source, str]], change: Change) -> None:
    from opsbook.edits import diff
    from opsbook.output.frames import clean

    text = "".join([*(diff(source, after) for source, after in texts), *_named(change)])
    if sys.stdout.isatty():
        text = "\n".join(map(clean, text.split("\n")))
    click.echo(text, nl=False)


def _named(change: Change) -> Iterator[str]:
    """What a patch of texts cannot show."""
    yield from (f"new file {path}, {len(content):,} bytes\n" for path, content in change.files.items())
    yield from (f"{before} becomes {after}\n" for before, after in change.moves.items())
