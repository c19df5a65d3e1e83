"""All of git: the tree at a commit, the index, what changed, and what git knows of the work tree.

Reading is git's own plumbing, one process for many questions. Nothing a person wrote stands
before `--`, no configuration is written, and a hook's `GIT_*` variables do not reach the children.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import cached_property
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from weakref import finalize

from opsbook.book.kinds import FOLDERS
from opsbook.book.tree import BASELINE_FILE, SETTINGS_FILES, below
from opsbook.errors import UserError

if TYPE_CHECKING:
    from subprocess import Popen

_CONVERTS = re.compile(r"(?:^|[\s!-])(?:text|eol|crlf|filter|ident|working-tree-encoding)\b")
_KEPT = re.compile(
    r"GIT_(?:INDEX_FILE|EXEC_PATH|ASKPASS|CEILING_DIRECTORIES|SSH(?:_COMMAND)?|SSL_\w+"
    r"|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|(?:KEY|VALUE)_\d+))\Z"
)
"""What of git's environment reaches the children: how to reach a server, a person's own settings,
and the index, since a commit of single paths has an index of its own."""
_LITERALLY = {
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_ABSENT, _LINK = "000000", "120000"
_SMALL = (*SETTINGS_FILES, BASELINE_FILE, "policies", "rotations", "runbooks")
"""Read by nearly every check, and soon listed in a book of any size."""


PLAIN = (
    "-c", "log.showSignature=false", "-c", "log.showRoot=true", "-c", "log.follow=false",
    "-c", "log.diffMerges=first-parent",
)  # fmt: skip
"""Settings under which `git log` prints the same for everybody."""
_CHUNK = 1 << 16
_LAST = 253_402_300_799
"""The last second of the year 9999, in which a commit of a broken clock may stand."""
WRITES = "_OPSBOOK_WRITES"
"""Set for the hooks of a commit or a push of opsbook's own: they stop only what nobody could read."""
FSCK = "`git fsck` says what is wrong with the repository"


class Change(NamedTuple):
    """What one commit of the mainline did to a file."""

    commit: str
    at: datetime
    """When it was committed, in UTC; a branch's changes count from the merge."""
    written: date
    """The author's own day, which a rebase leaves as it is."""
    blob: str | None
    """The content from then on; None where the commit deleted the file."""


class History(NamedTuple):
    """The changes of files up to a commit, as plain data that may be kept and continued."""

    newest: str
    """The newest commit in it; empty where nothing changed."""
    files: dict[str, list[tuple[str, int, str, str]]]

    def of(self, path: str) -> tuple[Change, ...]:
        """What changed a file, the newest first: `[0]` is the last change, `[-1]` the first. A file that
        was renamed begins with its name."""
        return tuple(
            Change(
                commit,
                datetime.fromtimestamp(seconds, UTC),
                _day(day),
                blob if blob.strip("0") else None,
            )
            for commit, seconds, day, blob in self.files.get(path, ())
        )


def _day(text: str) -> date:
    """A day as git prints it; the last there is for one after the year 9999."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.max


def environment() -> dict[str, str]:
    """What of this process's environment git may see."""
    outer = os.environ.items()
    kept = {key: value for key, value in outer if not key.startswith("GIT_") or _KEPT.match(key)}
    return kept | _LITERALLY


def git_folders(root: Path) -> tuple[Path, Path] | None:
    """The folder of this work tree's HEAD, and the one that all its work trees share; None outside of
    git. Read from the files, since starting git costs more than all the rest."""
    for folder in (root, *root.parents):
        place = folder / ".git"
        if place.is_dir():
            return place, place
        if place.is_file():
            own = folder / place.read_text("utf-8", "surrogateescape").removeprefix("gitdir:").strip()
            common = own / "commondir"
            shared = own / common.read_text("utf-8", "surrogateescape").strip() if common.is_file() else own
            return own, shared
    return None


class GitError(UserError):
    """Git refused; its first line of words is the message."""

    def __init__(self, command: str, out: bytes, err: bytes) -> None:
        self.out = out.decode("utf-8", "replace")
        self.err = err.decode("utf-8", "replace").strip()
        super().__init__(f"git {command}: {self.err.partition(chr(10))[0]}")


def _not_run(error: OSError) -> UserError:
    return UserError(f"git cannot be run: {error.strerror}", "install git")


def in_git(root: Path) -> bool:
    """Whether a folder lies in the work tree of a git repository."""
    return any((folder / ".git").exists() for folder in (root, *root.parents))


class Git:
    """The repository that holds a book; the book may be a folder of it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
        """What git prints; GitError with git's own words where it fails."""
        import subprocess  # not by a command that asks git nothing

        try:
            done = subprocess.run(
                ["git", "-C", str(self.root), *arguments],
                input=stdin,
                capture_output=True,
                check=False,
                env=environment() if env is None else env,
            )
        except OSError as error:
            raise _not_run(error) from None
        if done.returncode:
            command = next((each for each in arguments if not each.startswith("-") and "=" not in each), "")
            raise GitError(command, done.stdout, done.stderr)
        return done.stdout

    def _names(self, *arguments: str) -> list[str]:
        out = self.run(*arguments).decode("utf-8", "surrogateescape")
        return [name for name in out.split("\0") if name]

    @cached_property
    def prefix(self) -> str:
        """The way from the repository's root to the book, ending in `/`; empty where they are one,
        and outside of git."""
        try:
            return self.run("rev-parse", "--show-prefix").decode("utf-8", "surrogateescape").rstrip("\n")
        except UserError:
            return ""

    @cached_property
    def objects(self) -> Objects:
        """The blobs of the repository."""
        return Objects(self.root)

    @cached_property
    def head(self) -> str | None:
        """The commit that is checked out; None before the first."""
        with suppress(UserError):
            self.require()
            found = self.objects.ask("HEAD^{commit}", "commit")
            return found[0] if found else None
        return None

    def commit(self, revision: str) -> str:
        """The full id of a commit; UserError where it is not to be found."""
        self.require()
        if revision.startswith("-"):
            raise UserError(f"`{revision}` is no revision")
        try:
            return self.run("rev-parse", "--verify", "--quiet", revision + "^{commit}").decode().strip()
        except UserError:
            raise UserError(
                f"no commit `{revision}` in this clone",
                "in CI, fetch it: `fetch-depth: 0` for actions/checkout",
            ) from None

    def known_at(self, at: datetime) -> str:
        """The commit that the default branch stood at, by the dates of its merges; UserError in a
        shallow clone, which does not know, and for an instant before the first commit."""
        self.require()
        self._require_all()
        until = f"--before={at.isoformat()}"
        found = (
            self.run("rev-list", "-1", "--first-parent", until, self._default_branch, "--").decode().strip()
        )
        if not found:
            raise UserError(f"the default branch had no commit at {at:%Y-%m-%dT%H:%MZ}")
        return found

    def _require_all(self) -> None:
        """UserError in a shallow clone."""
        if self.shallow:
            raise UserError(
                "a shallow clone does not know what was known earlier", "`git fetch --unshallow` completes it"
            )

    @cached_property
    def shallow(self) -> bool:
        """Whether older commits were left out of this clone."""
        return self.run("rev-parse", "--is-shallow-repository").strip() == b"true"

    def history(self, *places: str, known: History | None = None) -> History:
        """What changed the files at some places, or below them, from the commit that is checked out
        back to the first; paths are the book's. UserError in a shallow clone, and outside of git.

        It follows the first parents, so that each version stood on the mainline, one after the other.
        `known` is an earlier answer for the same places: git is read only as far as its newest commit.
        """
        self.require()
        self._require_all()
        if self.head is None:
            return History("", {})
        newest, files = "", dict[str, list[tuple[str, int, str, str]]]()
        for commit, seconds, day, path, blob in self._log(places, known.newest if known else ""):
            newest = newest or commit
            if path:
                files.setdefault(path, []).append((commit, seconds, day, blob))
            elif known:  # from here on the answer is the same
                for each, changes in known.files.items():
                    files.setdefault(each, []).extend(changes)
        return History(newest, files)

    def _log(self, places: tuple[str, ...], until: str) -> Iterator[tuple[str, int, str, str, str]]:
        """Commit, seconds since 1970, the author's day, path and blob id of every change, the newest
        first. Ends at the commit `until` where it is met, which then comes last and without a path."""
        options = ("--first-parent", "-m", "--raw", "--no-abbrev", "--no-renames", "--relative", "-z")
        words = self._stream(
            *PLAIN, "log", *options, "--no-color", "--date=short", "--format=%H %ct %ad", "HEAD", "--",
            *(places or (".",)),
        )  # fmt: skip
        commit, seconds, day = "", 0, ""
        for word in words:
            entry = word.lstrip("\n")
            if entry.startswith(":"):
                yield commit, seconds, day, next(words), entry.split(" ")[3]
            elif entry:
                commit, stamp, day = entry.split(" ")
                seconds = min(int(stamp), _LAST)
                if commit == until:
                    yield commit, seconds, day, "", ""
                    return

    def _stream(self, *arguments: str) -> Iterator[str]:
        """The NUL-ended words that git prints, as they come; git is stopped where nobody reads on."""
        from subprocess import DEVNULL, PIPE, Popen

        with Popen(
            ["git", "-C", str(self.root), *arguments],
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=DEVNULL,
            env=environment(),
        ) as process:
            assert process.stdout
            rest = b""
            try:
                while chunk := os.read(process.stdout.fileno(), _CHUNK):
                    *whole, rest = (rest + chunk).split(b"\0")
                    for word in whole:
                        yield word.decode("utf-8", "surrogateescape")
            except GeneratorExit:
                process.kill()
                raise
        if process.returncode:
            raise UserError("git log ended early", FSCK)

    @cached_property
    def _default_branch(self) -> str:
        """The remote's default branch, else a local `main` or `master`, else what is checked out."""
        for name in ("refs/remotes/origin/HEAD", "refs/heads/main", "refs/heads/master"):
            with suppress(UserError):
                return self.run("rev-parse", "--verify", "--quiet", name + "^{commit}").decode().strip()
        return self.commit("HEAD")

    def merge_base(self, revision: str) -> str:
        """Where the current branch left another: the commit a pull request is compared with."""
        commit = self.commit(revision)
        try:
            return self.run("merge-base", "HEAD", commit).decode().strip()
        except UserError:
            raise UserError(
                f"no common ancestor of HEAD and `{revision}` in this clone",
                "a shallow clone lacks it: fetch more with `git fetch --unshallow`",
            ) from None

    def branch_point(self) -> str:
        """Where the current branch left the default branch; its own commit where it is that branch, and
        where a shallow clone does not know."""
        self.require()
        with suppress(UserError):
            return self.merge_base(self._default_branch)
        return self.commit("HEAD")

    def changed(self, commit: str, *, staged: bool = False) -> set[str]:
        """Paths, from the book's root, that differ between a commit and the work tree or index."""
        names = ("diff", "--name-only", "--no-renames", "--relative", "-z")
        if staged:
            return set(self._names(*names, "--cached", commit, "--"))
        tracked = self._names(*names, commit, "--")
        new = self._names("ls-files", "--others", "--exclude-standard", "-z", "--", ".")
        return {*tracked, *new}

    def visible(self) -> set[str]:
        """Paths, from the book's root, of every file that git tracks or does not ignore."""
        return set(self._names("ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", "."))

    def arrived(self, folder: str) -> datetime | None:
        """When the newest change of what is below a folder came to the branch that is checked out: the
        date of its commit, or of the merge that brought it; None where no commit has anything there."""
        asked = (*PLAIN, "log", "-1", "--first-parent", "--format=%cI", "HEAD", "--", folder)
        found = self.run(*asked).decode().strip()
        return datetime.fromisoformat(found).astimezone(UTC) if found else None

    def renamed(self, commit: str, *, staged: bool = False) -> dict[str, str]:
        """The path that a file had at a commit, by the path that it has in the work tree or index,
        for the files that were renamed since."""
        arguments = ("diff", "--name-status", "--find-renames", "--diff-filter=R", "--relative", "-z")
        where = ("--cached", commit) if staged else (commit,)
        words = iter(self._names(*arguments, *where, "--", *FOLDERS))
        return {new: old for _, old, new in zip(words, words, words, strict=True)}

    def require(self) -> None:
        """UserError where the book is in no git work tree."""
        if not in_git(self.root):
            raise UserError(f"`{self.root}` is in no git repository", "`git init` makes one")

    def tracks(self, place: str) -> bool:
        """Whether the index holds a file, or anything in a folder."""
        return bool(self.run("ls-files", "-z", "--", place))

    def staged(self) -> tuple[list[str], list[str]]:
        """Paths that the next commit adds or changes, and paths that it deletes."""
        self.require()
        gone = [path for path, (mode, _) in self._staged.items() if mode == _ABSENT]
        return [path for path, (mode, _) in self._staged.items() if mode != _ABSENT], gone

    @cached_property
    def _staged(self) -> dict[str, tuple[str, str]]:
        """Mode and blob id, in the next commit, of every path that it changes."""
        options = ("--cached", "--raw", "--no-abbrev", "--no-renames", "--relative", "-z", "--")
        words = iter(self._names("diff", *options))
        return {path: itemgetter(1, 3)(change.split(" ")) for change, path in zip(words, words, strict=True)}

    def index_tree(self, *, keeps: bool = True) -> GitTree:
        """The staged content: what is checked out, and over it what the next commit changes. The index
        grows with the book, so it is read once; what did not change is looked up where it is asked for."""
        return GitTree(self, self.head, self._staged, keeps=keeps)

    def commit_tree(self, commit: str, *, keeps: bool = True) -> GitTree:
        """The content of a commit."""
        return GitTree(self, commit, {}, keeps=keeps)

    def clean_blobs(self) -> dict[str, str]:
        """The blob id of every tracked file whose bytes on disk are the blob's, by path.

        Empty where attributes or settings convert files on the way, since then they are not.
        """
        try:
            if self._converts():
                return {}
            dirty = set(self._names("diff-files", "--name-only", "--relative", "-z", "--", *FOLDERS))
            listed = self.run("ls-files", "-v", "--stage", "-z", "--", *FOLDERS)
        except UserError:
            return {}
        found, at = {}, 0
        while (end := listed.find(b"\0", at)) >= 0:  # line by line: all at once take a lot of memory
            entry, _, name = listed[at:end].partition(b"\t")
            at, path = end + 1, name.decode("utf-8", "surrogateescape")
            if path.endswith("/.gitattributes"):
                return {}
            # `H`: git looks at it, unlike what is assumed unchanged or left out of the work tree
            if entry.startswith(b"H 100") and path not in dirty:
                found[path] = entry.split(b" ")[2].decode("ascii")
        return found

    def _converts(self) -> bool:
        for name in ("core.autocrlf", "core.attributesFile"):
            with suppress(UserError):  # not set
                if self.run("config", "--get", name).strip() not in (b"", b"false"):
                    return True
        top = Path(self.run("rev-parse", "--show-toplevel").decode().strip())
        common = Path(self.run("rev-parse", "--git-common-dir").decode().strip())
        files = [
            top / ".gitattributes",
            *(self.root / folder / ".gitattributes" for folder in ("", *FOLDERS)),
            self.root / common / "info" / "attributes",
        ]
        return any(file.is_file() and _CONVERTS.search(file.read_text("utf-8", "replace")) for file in files)


class GitTree:
    """The book's files in a commit, or in none, with changes (mode and blob id by path) over them."""

    def __init__(
        self, git: Git, commit: str | None, changes: Mapping[str, tuple[str, str]], *, keeps: bool = True
    ) -> None:
        self.kept_at = git.root if keeps else None
        self._git = git
        self._commit = commit
        self._changes = changes
        self._listed: dict[str, dict[str, str]] = {}
        self._sorted: dict[str, list[str]] = {}
        self._single: dict[str, str | None] = {}
        self._reached: dict[str, bool] = {}

    @cached_property
    def links(self) -> set[str]:
        return {path for path, (mode, _) in self._changes.items() if mode == _LINK}

    def _list(self, top: str) -> dict[str, str]:
        """Blob id by path for one top folder or file; the small ones are listed together."""
        if top not in self._listed:
            tops = _SMALL if top in _SMALL else (top,)
            self._listed |= {each: {} for each in tops}
            for mode, blob, path in self._entries(*(each or "." for each in tops)):
                if mode.startswith("100"):
                    self._listed[top and path.partition("/")[0]][path] = blob
                elif mode == _LINK:
                    self.links.add(path)
        return self._listed[top]

    def _entries(self, *paths: str) -> Iterator[tuple[str, str, str]]:
        """Mode, blob id and path of what stands at some paths or below them."""
        for path, (mode, blob) in self._changes.items():
            if any(f"{path}/".startswith(f"{each}/") for each in paths):
                yield mode, blob, path
        if self._commit is None:
            return
        for line in self._git._names("ls-tree", "-r", "-z", self._commit, "--", *paths):
            entry, _, path = line.partition("\t")
            if path not in self._changes:
                mode, _, blob = entry.split(" ")
                yield mode, blob, path

    def paths(self, folder: str) -> list[str]:
        top = folder.partition("/")[0]
        if top not in self._sorted:
            self._sorted[top] = sorted(self._list(top))
        return below(self._sorted[top], folder)

    def below(self, folder: str) -> list[str]:
        return self.paths(folder) if folder.partition("/")[0] in self._listed else []

    def version(self, path: str) -> str | None:
        top = path.partition("/")[0]
        if top == "incidents" and top not in self._listed:
            if path not in self._single:
                self._single[path] = self._lookup(path)
            return self._single[path]
        return self._list(top).get(path)

    def has(self, path: str) -> bool:
        return self.version(path) is not None

    def reaches(self, path: str) -> bool:
        if path not in self._reached:
            self._reached[path] = self.has(path) or any(self._entries(path))
        return self._reached[path]

    def read(self, path: str) -> bytes:
        blob = self.version(path)
        found = self._git.objects.ask(blob) if blob else None
        if found is None:
            raise FileNotFoundError(path)
        return found[1]

    def _lookup(self, path: str) -> str | None:
        """The blob id of one file; None for a symbolic link."""
        if path in self._changes:
            mode, blob = self._changes[path]
            return blob if mode.startswith("100") else None
        if self._commit is None or "\n" in path:
            return None
        found = self._git.objects.ask(f"{self._commit}:./{path}")
        if found is None or path in self.links:
            return None
        blob, content = found
        if b"\n" not in content and any(mode == _LINK for mode, _, _ in self._entries(path)):
            self.links.add(path)  # its blob is the path it leads to, which has no line end
            return None
        return blob


class Answering:
    """A git that answers one question after another, until nobody needs it any more."""

    def __init__(self, root: Path, *arguments: str) -> None:
        self._command = ["git", "-C", str(root), *arguments]
        self._running: tuple[int, Popen[bytes]] | None = None

    def process(self) -> Popen[bytes]:
        """The process that answers this one: after a fork two would read each other's answers."""
        if self._running is None or self._running[0] != os.getpid():
            from subprocess import DEVNULL, PIPE, Popen

            try:
                process = Popen(
                    self._command,
                    stdin=PIPE,
                    stdout=PIPE,
                    stderr=DEVNULL,
                    env=environment(),
                )
            except OSError as error:
                raise _not_run(error) from None
            finalize(self, process.communicate)
            self._running = os.getpid(), process
        return self._running[1]


class Objects:
    """What is in a repository, by its names: one `git cat-file` for all."""

    def __init__(self, root: Path) -> None:
        self._answering = Answering(root, "cat-file", "--batch")

    def ask(self, name: str, wanted: str = "blob") -> tuple[str, bytes] | None:
        """Id and content of a blob, or of what else is wanted: by its id, by `:./path` in the index, by
        `COMMIT:./path`, or by a ref as it stands now."""
        process = self._answering.process()
        inlet, outlet = process.stdin, process.stdout
        assert inlet
        assert outlet
        with suppress(BrokenPipeError):  # its end is seen in the answer
            inlet.write(name.encode("utf-8", "surrogateescape") + b"\n")
            inlet.flush()
        header = outlet.readline()
        if not header:
            raise UserError("git cat-file ended early", FSCK)
        *_, id, kind, size = (b"", b"", *header.split())
        if not size.isdigit():
            return None  # `missing`, after a name that may hold spaces
        content = outlet.read(int(size))
        outlet.read(1)
        return (id.decode(), content) if kind == wanted.encode() else None
