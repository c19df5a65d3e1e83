"""A clone that is written: one commit a command, and nothing of a person's own work in it.

A command's texts are on disk before git is asked for anything. Where a commit cannot be made, now or ever,
they stay in the work tree, and are noted as waiting, so that the next command or `opsbook sync` tries again.

Where a person has changes of their own in a file that a command changes, the commit holds the command's
change alone: it is made of the last commit's text and of the index's by meaning, as a merge is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from opsbook.book.kinds import FOLDERS
from opsbook.errors import UserError
from opsbook.git import WRITES, Answering, Git, GitError, Objects, environment
from opsbook.sharing.meaning import merged
from opsbook.sharing.trees import writer

_UNDER_WAY = {
    "MERGE_HEAD": "a merge is under way",
    "CHERRY_PICK_HEAD": "a cherry-pick is under way",
    "REVERT_HEAD": "a revert is under way",
    "rebase-merge": "a rebase is under way",
    "rebase-apply": "a rebase is under way",
    "BISECT_LOG": "a bisection is under way",
}
_OURS = ("GIT_INDEX_FILE", "GIT_LITERAL_PATHSPECS", "LC_ALL")
"""What a person's hooks must not see of how opsbook asks git."""
_IDENTITY = ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL")
_TELLING = re.compile(
    r"(?:fatal: |error: |An (?:unexpected )?error has occurred: )(?P<words>.+)"
    r"|(?P<finding>(?:error|warning|advice)\[\w+\] .+)"
)
"""A line of git, of pre-commit or of `opsbook check` that says why a commit was refused."""
_FAILED = re.compile(r"(?P<hook>.+?)\.{3,}(?:\(.*\))?Failed")
"""How pre-commit says that a hook failed."""
_ASKING = ("GPG_TTY", "DISPLAY", "WAYLAND_DISPLAY", "SSH_ASKPASS")
"""By what a program that signs would ask a person for a password."""


Entry = tuple[str, str]
"""Mode and blob of a file in a tree or in an index."""


class Replayed(NamedTuple):
    """Where a branch stands with its commits on top of what others wrote."""

    commit: str
    renamed: Mapping[str, str]
    """Incidents of ours that are called otherwise there, by the id they had."""


class Look(NamedTuple):
    """How some files stood before they were written."""

    paths: tuple[str, ...]
    own: frozenset[str]
    """Those in which a person has changes of their own, staged or not."""
    before: Mapping[str, str | None]
    """The text of those in the work tree."""
    tracked: frozenset[str] = frozenset()
    """Those that are in the index."""
    origins: Mapping[str, str] = {}
    """Where files stood that move, by where they go."""


class Clone(Git):
    """The repository that holds a book, to be written."""

    # ── where things are ──────────────────────────────────────────────────────────────────

    @cached_property
    def _told(self) -> list[str]:
        """What git says of this work tree: its own folder, the one that all share, its root, the way from
        there to the book, and the ref that is checked out, where that is born."""
        asked = ("--absolute-git-dir", "--git-common-dir", "--show-toplevel", "--show-prefix")
        try:
            out = self.run("rev-parse", *asked, "--symbolic-full-name", "HEAD")
        except GitError:  # before the first commit
            out = self.run("rev-parse", *asked)
        return out.decode("utf-8", "surrogateescape").splitlines()

    @property
    def own(self) -> Path:
        """The folder of this work tree's HEAD and index."""
        return Path(self._told[0])

    @property
    def notes(self) -> Path:
        """The folder of what opsbook notes of a clone; nothing in it is lost with it."""
        return self.root / self._told[1] / "opsbook"

    @property
    def top(self) -> Path:
        """The root of the work tree."""
        return Path(self._told[2])

    @cached_property
    def prefix(self) -> str:
        return self._told[3]

    @cached_property
    def branch(self) -> str | None:
        """The branch that is checked out, born or not; None where HEAD is detached."""
        born = self._told[4:]
        if born:
            return born[0].removeprefix("refs/heads/") if born[0].startswith("refs/heads/") else None
        with suppress(GitError):
            return self.run("symbolic-ref", "--quiet", "--short", "HEAD").decode().strip()
        return None

    @cached_property
    def settings(self) -> dict[str, str]:
        """What git's configuration says, by the names of its settings in lower case; `true` where a name
        stands alone."""
        rows = self.run("config", "--list", "-z").decode("utf-8", "replace").split("\0")
        named = (row.partition("\n") for row in rows if row)
        return {name: value if line else "true" for name, line, value in named}

    @cached_property
    def objects(self) -> Objects:
        assert self._told  # where git refuses a repository, this says why, and `cat-file` does not
        return Objects(self.root)

    def tip(self, ref: str) -> str | None:
        """The commit that a ref names now; None where there is no such ref."""
        found = self.objects.ask(ref + "^{commit}", "commit")
        return found[0] if found else None

    @cached_property
    def head(self) -> str | None:
        return self.tip("HEAD")

    def hindrance(self) -> str:
        """Why nothing can be committed now; empty where it can."""
        for name, what in _UNDER_WAY.items():
            if (self.own / name).exists():
                return what
        return "" if self.branch else "HEAD is detached: `git switch` to a branch"

    def contains(self, commit: str, other: str) -> bool:
        """Whether a commit is another one or comes after it; not where the other is not known here."""
        with suppress(GitError):
            self.run("merge-base", "--is-ancestor", other, commit)
            return True
        return False

    def own_name(self, commit: str) -> str:
        """A name for a branch that holds a commit of ours: the incident it is about, else its id."""
        subject = self.run("log", "-1", "--format=%s", commit).decode("utf-8", "replace")
        id = subject.partition(":")[0]
        return id if re.fullmatch(r"\d{4}-\d\d-\d\d-[a-z0-9-]+", id) else commit[:12]

    def over(self, paths: Iterable[str], *arguments: str) -> None:
        """Run a command of git over many paths, from the root of the work tree."""
        how = ("--pathspec-from-file=-", "--pathspec-file-nul")
        listed = "".join(f"{path}\0" for path in paths).encode("utf-8", "surrogateescape")
        Git(self.top).run(*arguments, *how, stdin=listed)

    @cached_property
    def making(self) -> Answering:
        """What writes trees."""
        return writer(self)

    # ── what waits ────────────────────────────────────────────────────────────────────────

    @property
    def waiting(self) -> dict[str, str]:
        """The paths that a command wrote and nobody committed yet, with what it did."""
        noted = self._noted("waiting").items()
        return {path.removeprefix(self.prefix): what for path, what in noted if path.startswith(self.prefix)}

    @cached_property
    def desk(self) -> Path:
        """The folder of what opsbook notes of this work tree: another one waits, and works, for itself."""
        desk = self.own / "opsbook"
        desk.mkdir(exist_ok=True)
        return desk

    def wait(self, paths: Iterable[str], summary: str) -> None:
        """Note that paths are about to be written: what a crash interrupts is committed later."""
        self.note_waiting(self.waiting | dict.fromkeys(paths, " ".join(summary.split())))

    def note_waiting(self, waiting: Mapping[str, str]) -> None:
        """Note that exactly these paths of the book wait."""
        others = {
            path: what for path, what in self._noted("waiting").items() if not path.startswith(self.prefix)
        }
        self._note("waiting", others | {self.prefix + path: what for path, what in waiting.items()})

    def _noted(self, name: str) -> dict[str, str]:
        """What is noted under a name for all books in the repository: what waits, by paths from its root."""
        try:
            lines = (self.own / "opsbook" / name).read_text("utf-8").splitlines()
        except OSError:
            return {}
        rows = (line.partition("\t") for line in lines)
        return {key: what for key, tab, what in rows if tab}

    def _note(self, name: str, noted: Mapping[str, str]) -> None:
        """Note it; UserError where this folder of git's cannot be written."""
        try:
            draft = self.desk / f"{name}.{os.getpid()}"
            draft.write_text("".join(f"{key}\t{what}\n" for key, what in noted.items()), "utf-8")
            draft.replace(self.desk / name)
        except OSError as error:
            place = self.own / "opsbook" / name
            raise UserError(f"cannot write `{place}`: {error.strerror}", "see who may write there") from None

    # ── what is sent ──────────────────────────────────────────────────────────────────────

    @property
    def sent(self) -> dict[str, Replayed]:
        """The commits that were about to be pushed on top of what others wrote, and as what: the branch
        moves only afterwards."""
        words = {commit: said.split(" ") for commit, said in self._noted("sent").items()}
        return {
            commit: Replayed(to, dict(each.split("=") for each in renamed))
            for commit, (to, *renamed) in words.items()
        }

    def note_sent(self, commit: str, to: Replayed) -> None:
        """Note that a commit, and what is below it, is about to be pushed as another."""
        said = " ".join([to.commit, *(f"{old}={new}" for old, new in to.renamed.items())])
        self._note("sent", self._noted("sent") | {commit: said})

    def forget_sent(self, commit: str) -> None:
        """The commit was not pushed, or the branch stands by now where it was pushed to."""
        noted = self._noted("sent")
        if noted.pop(commit, None):
            self._note("sent", noted)

    # ── committing ────────────────────────────────────────────────────────────────────────

    def look(
        self,
        paths: Sequence[str],
        landed: Callable[[str], str] = str,
        moves: Iterable[str] = (),
    ) -> Look:
        """How some files stand; asked before they are written, and before files and folders move to where
        `landed` says."""
        origins = {landed(path): path for path in self._kept_below(moves)}
        paths = [*dict.fromkeys((*paths, *origins.values(), *origins))]
        said = self._names(
            "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--ignored=traditional",
            "--", *paths,
        )  # fmt: skip
        stand = {entry[3:].removeprefix(self.prefix): entry[:2] for entry in said}
        own = {path for path, how in stand.items() if how != "!!"} - self.waiting.keys()
        tracked = (
            path
            for path in paths
            if (stand[path][0] not in "?!D" if path in stand else (self.root / path).exists())
        )
        before = {path: self._on_disk(path) for path in own}
        return Look(tuple(paths), frozenset(own), before, frozenset(tracked), origins)

    def uncommitted(self) -> list[str]:
        """The files of the book in which a person has changes of their own that are in no commit."""
        asked = ("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", *FOLDERS)
        return [path for entry in self._names(*asked) if (path := entry[3:].removeprefix(self.prefix))]

    def _kept_below(self, places: Iterable[str]) -> set[str]:
        """The files at or below some paths that git has, or is to have."""
        places = list(places)
        if not places:
            return set()
        waiting = (path for path in self.waiting if any(f"{path}/".startswith(f"{each}/") for each in places))
        return {*self._names("ls-files", "-z", "--", *places), *waiting}

    def _on_disk(self, path: str) -> str | None:
        try:
            return (self.root / path).read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError):
            return None

    def commit_of(self, look: Look, summary: str, *, ask: bool = False) -> str:
        """Commit what a command wrote, and what waits from earlier; why that cannot be, in one line, and
        empty where it was done.

        `ask` lets a program that signs ask for a password.
        """
        paths = [*dict.fromkeys((*self.waiting, *look.paths))]
        why = self.hindrance()
        if why:
            return why
        try:
            if look.own:
                self._beside_own_work(look, paths, summary, ask=ask)
            else:
                self._only(look, paths, summary, ask=ask)
        except GitError as error:
            return in_one_line(error.err or error.message)
        except UserError as error:
            return error.message
        self.note_waiting({})
        return ""

    def _only(self, look: Look, paths: Sequence[str], summary: str, *, ask: bool) -> None:
        """The usual case: git commits the files as they are, and leaves every other alone."""
        asked = [path for path in paths if path not in look.paths]
        tracked = {*look.tracked, *(self._names("ls-files", "-z", "--", *asked) if asked else ())}
        new = [path for path in paths if path not in tracked and os.path.lexists(self.root / path)]
        paths = [path for path in paths if path in tracked or path in new]
        if new:
            self.run("add", "--intent-to-add", "--force", "--", *new)
        try:
            self._commit(summary, "--only", "--", *(f":(literal){path}" for path in paths), ask=ask)
        except GitError:
            if not new and not self.run("status", "--porcelain", "-z", "--", *paths):
                return  # the last commit says this already: what waited was taken back
            if new:
                with suppress(GitError):
                    self.run("rm", "--cached", "--quiet", "--force", "--", *new)
            raise

    def _commit(self, summary: str, *arguments: str, ask: bool, index: Path | None = None) -> None:
        """`git commit`, with the person's hooks, signature and identity."""
        env = {name: value for name, value in environment().items() if name not in _OURS}
        env |= {name: os.environ[name] for name in (*_IDENTITY, "LC_ALL") if name in os.environ}
        env |= {WRITES: "1", "LANGUAGE": "C"}  # git's own words are read, its hooks keep their locale
        if not ask:
            env = {name: value for name, value in env.items() if name not in _ASKING}
        if index:
            env["GIT_INDEX_FILE"] = str(index)
        words = " ".join(summary.split()).encode("utf-8", "replace")
        how = ("--quiet", "--no-status", "--cleanup=whitespace", "--file=-")
        self.run("commit", *how, *arguments, stdin=words, env=env)

    def _beside_own_work(self, look: Look, paths: Sequence[str], summary: str, *, ask: bool) -> None:
        """Commit the command's change alone, and leave a person's own in the index and the work tree."""
        head = {} if self.head is None else entries(self, "ls-tree", "-z", "HEAD", "--", *paths)
        staged = entries(self, "ls-files", "--stage", "-z", "--", *paths)
        origins = {path: look.origins.get(path, path) for path in paths}
        committed = {path: self.changed_in(look, path, head.get(origins[path])) for path in paths}
        indexed = {
            path: committed[path]
            if staged.get(origins[path]) == head.get(origins[path])
            else self.changed_in(look, path, staged.get(origins[path]))
            for path in paths
        }
        with self.spare_index() as index:
            env = environment() | {"GIT_INDEX_FILE": str(index)}
            if self.head is None:
                self.run("read-tree", "--empty", env=env)
            else:
                self.run("read-tree", "--reset", "HEAD", env=env)
            self.put(committed, env)
            self._commit(summary, ask=ask, index=index)
        self.put(indexed)
        with suppress(GitError):
            self.run("update-index", "-q", "--refresh")

    def changed_in(self, look: Look, path: str, there: Entry | None) -> Entry | None:
        """A command's change of a file, made in another version of it; None where it is gone from its path.
        UserError where both touch one place."""
        try:
            now = (self.root / path).read_bytes()
        except FileNotFoundError:
            return None
        before = look.before.get(look.origins.get(path, path))
        mode, blob = there or ("100644", "")
        if not blob or before is None:
            return mode, self.write_blob(now, path)
        try:
            text = merged(path, before, now.decode("utf-8"), self.text_of(blob))
        except (ValueError, UnicodeDecodeError):
            raise UserError(f"your own changes of {path} touch the same place") from None
        return mode, self.write_blob(text.encode("utf-8"))

    def text_of(self, blob: str) -> str:
        """The text of a blob; ValueError where it is none."""
        found = self.objects.ask(blob)
        if found is None:
            raise ValueError(blob)
        return found[1].decode("utf-8")

    def write_blob(self, content: bytes, path: str | None = None) -> str:
        """The id of a content: as git keeps it at a path, or as it is."""
        how = "--no-filters" if path is None else f"--path={path}"
        return self.run("hash-object", "-w", "--stdin", how, stdin=content).decode().strip()

    @property
    def signs(self) -> bool:
        """Whether this person's commits are signed."""
        return self.settings.get("commit.gpgsign", "").lower() not in ("", "false", "no", "off", "0")

    def put(self, changed: Mapping[str, Entry | None], env: Mapping[str, str] | None = None) -> None:
        """Have these entries in the index, or in another one."""
        lines = as_listed({self.prefix + path: entry for path, entry in changed.items()})
        self.run("update-index", "-z", "--add", "--index-info", stdin=lines, env=env)

    @contextmanager
    def spare_index(self) -> Iterator[Path]:
        """A copy of the index, which knows what is on disk, to be changed and thrown away."""
        from shutil import copyfile  # not for a commit of whole files

        spare = self.desk / f"index.{os.getpid()}"
        with suppress(FileNotFoundError):
            copyfile(self.own / "index", spare)
        try:
            yield spare
        finally:
            spare.unlink(missing_ok=True)
            Path(f"{spare}.lock").unlink(missing_ok=True)


def entries(git: Git, *arguments: str) -> dict[str, Entry]:
    """Mode and blob of each path that `git ls-tree` or `git ls-files --stage` lists."""
    rows = (line.partition("\t") for line in git._names(*arguments))
    return {path: _entry_of(words.split(" ")) for words, _, path in rows}


def _entry_of(words: list[str]) -> Entry:
    return words[0], next(word for word in words[1:] if len(word) >= 40)


def as_listed(entries: Mapping[str, Entry | None]) -> bytes:
    """Entries of an index, as `update-index --index-info` reads them; None takes one out."""
    rows = ((path, entry or ("0", "0" * 40)) for path, entry in entries.items())
    text = "".join(f"{mode} {blob}\t{path}\0" for path, (mode, blob) in rows)
    return text.encode("utf-8", "surrogateescape")


def in_one_line(err: str) -> str:
    """Why git refused, by what it printed: its own words; of a hook's the first that say what failed, else
    the last."""
    lines = [line.strip() for line in err.splitlines() if line.strip()]
    if "tell me who you are" in err:
        return "git does not know who you are: set user.name and user.email with `git config`"
    if "index.lock" in err:
        return "another git holds the index, or one was killed: see .git/index.lock"
    failed = next(filter(None, map(_FAILED.fullmatch, lines)), None)
    told = next(filter(None, map(_TELLING.fullmatch, lines)), None)
    why = (told["words"] or told["finding"]) if told else "" if failed else lines[-1]
    return ": ".join(filter(None, (f"the hook `{failed['hook']}` failed" if failed else "", why)))
