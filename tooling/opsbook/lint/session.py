"""One check as a person asks for it: which tree, which records, against which base, fixed or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from opsbook.book.earlier import Earlier
from opsbook.book.kinds import identify
from opsbook.book.past import Past
from opsbook.book.settings import find_root, settings_text
from opsbook.book.snapshot import Book, belongs, hides_records
from opsbook.book.tree import BASELINE_FILE, SETTINGS_FILES, Memory, WorkTree
from opsbook.edits import apply, compatible
from opsbook.errors import UserError
from opsbook.git import Git
from opsbook.lint.check import Outcome, Progress, Report, check, microseconds
from opsbook.text import Source, Span

if TYPE_CHECKING:
    from opsbook.diagnostics import Diagnostic
    from opsbook.edits import Fix
    from opsbook.git import History
    from opsbook.lint.baseline import Baseline
    from opsbook.lint.cache import Cache
    from opsbook.lint.catalog import Selection
    from opsbook.lint.suppressions import Suppression

_FAR_REACHING = ("policies/", "rotations/", *SETTINGS_FILES)
_ROUNDS = 20
"""After so many rounds of fixes something undoes what something else does."""

Change = tuple[Source, str]


class Brought(NamedTuple):
    """What a change brings to a book."""

    before: Book
    """The book at the base."""
    changed: frozenset[str]
    """The paths that the change touches, as they are now or were."""
    renamed: Mapping[str, str]
    """The path that a file had at the base, by the one that it has now."""
    new: tuple[Diagnostic, ...]
    gone: tuple[Diagnostic, ...]


class Session:
    """A check of the book around a folder, at an instant."""

    def __init__(
        self,
        folder: Path,
        now: datetime,
        *,
        profile: str | None = None,
        select: Iterable[str] = (),
        ignore: Iterable[str] = (),
        base: str | None = None,
        staged: bool = False,
        cache: bool = True,
        baseline: bool = True,
        root: Path | None = None,
    ) -> None:
        self.folder = folder
        self.root = root or find_root(folder)
        self.now = now
        self._profile = profile
        self._select = tuple(select)
        self._ignore = tuple(ignore)
        self._base = base
        self._staged = staged
        self._cached = cache
        self._uses_baseline = baseline
        self._outcomes: dict[str, Outcome] = {}
        self._before: tuple[Report, set[str]] | None = None
        self.refused: dict[tuple[str, str], None] = {}
        """The records that a fix would have made unreadable, and what that fix is called."""

    @cached_property
    def git(self) -> Git:
        return Git(self.root)

    @cached_property
    def book(self) -> Book:
        earlier = None
        if self._base or self._staged:
            earlier = Earlier(lambda: self._book_at_base, lambda: self._renamed)
        if self._staged:
            self.git.require()
            return Book(self.git.index_tree(keeps=self._cached), earlier=earlier, past=self._past)
        tree = WorkTree(self.root, self._signatures, self.git.clean_blobs, keeps=self._cached)
        return Book(tree, earlier=earlier, past=self._past)

    @cached_property
    def _past(self) -> Past:
        return Past(self.git, self._history)

    def _history(self) -> History:
        from opsbook.lint.history import history

        return history(self.git, "runbooks", remember=self._cached)

    @cached_property
    def _base_commit(self) -> str | None:
        """The commit that a change is compared with: the merge base, or the last commit for what is
        staged; None without one."""
        if self._base:
            return self.git.merge_base(self._base)
        return self.git.head if self._staged else None

    @cached_property
    def _book_at_base(self) -> Book | None:
        """The book at the base, by today's settings: what they ask for anew is new."""
        commit = self._base_commit
        if commit is None:
            return None
        tree = self.git.commit_tree(commit, keeps=self._cached)
        return Book(tree, settings=self.book.settings, past=self._past)

    @cached_property
    def _renamed(self) -> Mapping[str, str]:
        """The path that a file had at the base, by the one that it has now."""
        commit = self._base_commit
        return self.git.renamed(commit, staged=self._staged) if commit else {}

    def _signatures(self) -> Mapping[str, tuple[bytes, str]]:
        return self._cache.signatures if self._cache else {}

    @cached_property
    def _settings_text(self) -> str:
        name, content = settings_text(self.book.tree if self._staged else WorkTree(self.root))
        return name + content.decode("utf-8", "replace")

    @cached_property
    def _cache(self) -> Cache | None:
        if not self._cached:
            return None
        from opsbook.book.store import folder
        from opsbook.lint.cache import Cache

        kept_in = folder()
        if kept_in is None:
            return None
        options = repr((self._profile, self._select, self._ignore))
        return Cache([self._settings_text, options], self.root, kept_in)

    @cached_property
    def _selection(self) -> Selection:
        from opsbook.lint.catalog import Selection, catalog

        catalog(remember=self._cached)
        return Selection(self.book.settings, self._profile, self._select, self._ignore)

    def selection(self) -> Selection:
        """Which rules run at which level; reads the settings the first time it is asked."""
        return self._selection

    def fail_on(self, asked: str | None) -> str:
        """The mildest level that fails: as asked, else the settings', else warning."""
        if asked is None and "fail_on" in self._settings_text:
            return self.book.settings.fail_on
        return asked or "warning"

    def has_unreadable(self, report: Report) -> bool:
        """Whether a record with a new finding cannot be read at all."""
        paths = {each.location.path for each in report.diagnostics if not each.before}
        return any(identify(path) and not self.book.read(path).readable for path in paths)

    # ── checking ──────────────────────────────────────────────────────────────────────────

    def check(self, paths: Iterable[str] = (), progress: Progress | None = None) -> Report:
        """The report on the book, or on some paths of it."""
        subjects = self._subjects(tuple(paths))
        return self._compared(self._check(self.book, subjects, progress), subjects)

    def _compared(self, report: Report, subjects: list[str] | None) -> Report:
        """The report with what the base had already told apart, where there is a base, and what the
        baseline knows, where the book has one."""
        return self._known(self._against_base(report, subjects), subjects)

    def _known(self, report: Report, subjects: list[str] | None) -> Report:
        if self.baseline is None:
            return report
        from opsbook.lint.baseline import compare

        whole = subjects is None and not (self._select or self._ignore or self._profile)
        return compare(report, self.baseline, whole=whole)

    @cached_property
    def baseline(self) -> Baseline | None:
        """What was wrong when the book began; None where nobody wrote that down."""
        if not (self._uses_baseline and self.book.tree.has(BASELINE_FILE)):
            return None
        from opsbook.lint.baseline import read

        return read(self.book.tree)

    def _against_base(self, report: Report, subjects: list[str] | None) -> Report:
        earlier = self._book_at_base if self._base or self._far_reaching else None
        if earlier is None or self._base_commit is None:
            return report
        from opsbook.lint.compare import compare

        if self._before is None:
            self._before = self._at_base(earlier, subjects), self._touched(self._base_commit, earlier)
        return compare(report, *self._before, self._renamed)

    def brought(self) -> Brought:
        """What the change since the base brings; UserError without a base."""
        report = self.check()
        earlier, commit = self._book_at_base, self._base_commit
        if earlier is None or commit is None or self._before is None:
            raise UserError("there is nothing to compare with", "`--base REV` names what the change is for")
        from opsbook.lint.compare import gone

        new = tuple(each for each in report.diagnostics if not each.before)
        lost = tuple(gone(report, self._before[0], self._renamed))
        return Brought(earlier, frozenset(self.git.changed(commit)), self._renamed, new, lost)

    def _touched(self, commit: str, earlier: Book) -> set[str]:
        """The paths that the change writes at: not those of files that it only gives another name."""
        changed = self.git.changed(commit, staged=self._staged)
        return {
            path
            for path in changed
            if path not in self._renamed
            or self.book.tree.version(path) != earlier.tree.version(self._renamed[path])
        }

    def _at_base(self, earlier: Book, subjects: list[str] | None) -> Report:
        """The report on the base."""
        if subjects is not None:
            subjects = [self._renamed.get(each, each) for each in subjects]
            subjects = [each for each in subjects if earlier.tree.has(each)]
        earlier.tree.paths("incidents")  # before anybody asks for the evidence of one
        known = self._still_true(earlier)
        return check(earlier, self.selection, self.now, subjects=subjects, known=known)[0]

    def _check(self, book: Book, subjects: list[str] | None, progress: Progress | None) -> Report:
        known: dict[str, Outcome] = {}
        if subjects is None and self._cache:
            book.tree.paths("incidents")
            if self._book_at_base:
                self._book_at_base.tree.paths("incidents")  # one listing instead of a question for each
            known = self._cache.outcomes(book, microseconds(self.now))
        report, self._outcomes = check(
            book, self.selection, self.now, subjects=subjects, known=known, progress=progress
        )
        if subjects is None and self._cache:
            self._cache.save(book, self._outcomes)
        return report

    def suppressions(self) -> list[tuple[Suppression, list[Diagnostic]]]:
        """Every suppression in the book, in order of place, with what it silences at this instant."""
        report = self.check()
        found: dict[Suppression, list[Diagnostic]] = {
            each: [] for outcome in self._outcomes.values() for each in outcome.suppressions
        }
        for diagnostic, by in report.suppressed:
            found[by].append(diagnostic)
        return sorted(found.items(), key=lambda item: (item[0].location.path, item[0].location.span))

    def _subjects(self, paths: tuple[str, ...]) -> list[str] | None:
        """The records that paths name; None for the whole book."""
        if self._far_reaching or not (paths or self._staged):
            return None
        if not paths:
            return self._with_companions(path for path in self.git.staged()[0] if belongs(path) is not False)
        found: list[str] = []
        for path in map(self._relative, paths):
            if path == ".":
                return None
            if self.book.tree.has(path):
                found += [path] if belongs(path) is not False else []
                continue
            inside = [each for each in self.book.tree.paths(path) if belongs(each) is not False]
            links = self.book.tree.links
            inside += [link for link in filter(hides_records, links) if f"{link}/".startswith(f"{path}/")]
            if not inside and path not in links and not (self.root / path).is_dir():
                unseen = "`--staged` sees what is staged: `git add` it" if self._staged else ""
                raise UserError(f"no file or folder `{path}` in the book", unseen)
            found += inside
        return self._with_companions(found) if self._staged else sorted(set(found))

    def _with_companions(self, paths: Iterable[str]) -> list[str]:
        """These records, and for an incident its post-mortem, which repeats what the record says."""
        found = set(paths)
        pages = {path.removesuffix("incident.yaml") + "postmortem.md" for path in found}
        return sorted(
            found | {page for page in pages if page.startswith("incidents/") and self.book.tree.has(page)}
        )

    @cached_property
    def _far_reaching(self) -> bool:
        """Whether what is staged may make records wrong that it does not touch: somebody may refer
        to what is gone; settings, policies and rotations judge or serve everything."""
        if not self._staged:
            return False
        changed, deleted = self.git.staged()
        if self._rule_files((*changed, *deleted)):
            return True
        gone = any(map(belongs, deleted)) or any(map(hides_records, self.book.tree.links))
        return gone or any(path.startswith(_FAR_REACHING) for path in (*changed, *deleted))

    def _rule_files(self, paths: Iterable[str]) -> bool:
        """Whether one of these is a rule file, by whose alerts records are judged."""
        if "alerts" not in self._settings_text:
            return False
        from opsbook.book.alerts import matches

        return any(matches(path, glob) for glob in self.book.settings.alerts for path in paths)

    def _relative(self, path: str) -> str:
        full = (self.folder / path).absolute()
        try:
            return Path(*_normal(full)).relative_to(self.root).as_posix()
        except ValueError:
            raise UserError(f"`{path}` is outside the book at `{self.root}`") from None

    # ── fixing ────────────────────────────────────────────────────────────────────────────

    def fix(self, paths: Iterable[str], report: Report, *, unsafe: bool) -> tuple[list[Change], Report]:
        """What mending changes, and the report afterwards. Nothing is written yet."""
        if self._staged:
            raise UserError("--fix changes files, --staged judges what is staged", "use one of them")
        original: dict[str, Source] = {}
        texts: dict[str, str] = {}
        subjects = self._subjects(tuple(paths))
        book = self.book
        for _ in range(_ROUNDS):
            fixes = self._harmless(compatible(_wanted(report, unsafe)), book)
            if not fixes:
                break
            for source, text in _applied(fixes):
                original.setdefault(source.path, source)
                texts[source.path] = text
            book = self.book.with_texts(texts)
            known = self._still_true(book)
            found, self._outcomes = check(book, self.selection, self.now, subjects=subjects, known=known)
            report = self._compared(found, subjects)
        changes_made = [(original[p], text) for p, text in sorted(texts.items()) if original[p].text != text]
        return changes_made, report

    def _harmless(self, fixes: list[Fix], book: Book) -> list[Fix]:
        """The fixes without those after which a record could not be read; `refused` names these."""
        while broken := _broken(fixes, book):
            suspects = [fix for fix in fixes if broken & {edit.location.path for edit in fix.edits}]
            guilty = [fix for fix in suspects if _broken([fix], book)] or suspects
            self.refused |= {(path, fix.title): None for fix in guilty for path in broken}
            fixes = [fix for fix in fixes if fix not in guilty]
        return fixes

    def _still_true(self, book: Book) -> dict[str, Outcome]:
        """The outcomes of this book that hold for another as well."""
        return {
            subject: outcome
            for subject, outcome in self._outcomes.items()
            if all(book.version(key) == self.book.version(key) for key in outcome.reads)
        }

    def write(self, changes: Sequence[Change]) -> None:
        """Write what `fix` changed: all of it, or nothing where somebody changed one of the files."""
        from opsbook.book.write import replace_all

        replace_all(self.root, changes)


def _wanted(report: Report, unsafe: bool) -> Iterator[Fix]:
    for each in report.diagnostics:
        if each.fix and (unsafe or each.fix.safe) and each.before in ("", "baseline"):
            yield each.fix


def _applied(fixes: Iterable[Fix]) -> Iterator[Change]:
    """What fixes make of the texts that they edit."""
    edits: dict[Source, list[tuple[Span, str]]] = {}
    for fix in fixes:
        for edit in fix.edits:
            edits.setdefault(edit.location.source, []).append((edit.location.span, edit.replacement))
    for source, changes in edits.items():
        yield source, apply(source.text, changes)


def _broken(fixes: Iterable[Fix], book: Book) -> set[str]:
    """The records of a book that these fixes would make unreadable."""
    after = {source.path: text for source, text in _applied(fixes)}
    mended = Book(Memory(after, below=book.tree))
    return {
        path
        for path in after
        if identify(path) and book.read(path).readable and not mended.read(path).readable
    }


def _normal(path: Path) -> tuple[str, ...]:
    """The parts of an absolute path with `..` taken out, links not followed."""
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts = parts[:-1] or parts
        elif part != ".":
            parts.append(part)
    return tuple(parts)
