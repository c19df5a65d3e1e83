"""Pages → a folder of Markdown → a site, by MkDocs.

A folder is written beside its place and moved there when it is complete, so that a build that
fails leaves what was there. A folder that opsbook did not write is never replaced.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsbook.errors import UserError
from opsbook.processors import shared
from opsbook.site.finish import finish
from opsbook.text import shown

if TYPE_CHECKING:
    from opsbook.site.render import Page
    from opsbook.site.stencil import Stencils

Put = Callable[["Page"], None]
"""Takes a page where it belongs."""
Part = Callable[[Put], Any]
"""Makes some pages; what it gives is for whoever made the batch."""
_MARK = ".opsbook"
"""A file that says that a folder is opsbook's to replace."""
_SAYS = "`opsbook site build` wrote this folder and replaces it the next time.\n"

_DEEPEST = 100
"""So many folders are never needed; making and removing folders takes a call in a call for each."""


class Batch:
    """Pages that are made at the same time: `pages` here, and those of each of `parts`, which depend on no
    others, by any processor, unless they are so few that they are made `alone`."""

    def __init__(self, pages: Iterable[Page], parts: Sequence[Part] = (), *, alone: bool = True) -> None:
        self.pages = pages
        self.parts = parts
        self.alone = alone
        self.gave: list[Any] = []
        """What each part gave, once all pages of the batch are made."""


def write(pages: Iterable[Page], target: Path) -> int:
    """Write pages into a folder, in place of what it held; how many."""
    return write_batches([Batch(pages)], target)


def write_batches(batches: Iterable[Batch], target: Path, state: str = "") -> int:
    """The same, one batch after the other. `state` says what all were made of."""
    number = 0
    with _fresh(target, state) as place:
        folder = _Folder(place)
        for batch in batches:
            with shared([partial(_made, part, folder) for part in batch.parts], alone=batch.alone) as made:
                for page in batch.pages:
                    folder.put(page)
                    number += 1
            number += sum(pages for _, pages in made)
            batch.gave = [gave for gave, _ in made]
            made.clear()  # whoever takes it need not keep it
    return number


def _made(part: Part, folder: _Folder) -> tuple[Any, int]:
    """What a part gave, and how many pages it put into a folder."""
    before = folder.pages
    return part(folder.put), folder.pages - before


def count(folder: Path) -> int:
    """How many pages and other files a folder has that opsbook wrote."""
    return sum(len(names) for _, _, names in os.walk(folder)) - 1  # but for the mark


def made_of(target: Path) -> str:
    """What a folder was made of, as it was said when it was written."""
    try:
        return (target / _MARK).read_text("utf-8").removeprefix(_SAYS)
    except (OSError, UnicodeDecodeError):
        return ""


class _Folder:
    """Where pages are put."""

    def __init__(self, place: Path) -> None:
        self._place = f"{place}/"
        self._made = {""}
        self.pages = 0
        """How many were put here by this process."""

    def put(self, page: Page) -> None:
        _refuse_deep(page.path)
        self._make(page.path.rpartition("/")[0])
        with open(self._place + page.path, "wb") as file:
            file.write(page.content)
        self.pages += 1

    def _make(self, folder: str) -> None:
        """Make a folder and those that it stands in, unless they were made here before."""
        if folder in self._made:
            return
        self._make(folder.rpartition("/")[0])
        with suppress(FileExistsError):  # another process was first
            os.mkdir(self._place + folder)
        self._made.add(folder)


def _refuse_deep(path: str) -> None:
    """UserError for a page so many folders down that neither MkDocs nor Python could write it."""
    depth = path.count("/")
    if depth > _DEEPEST:
        raise UserError(
            f"`{shown(path)}` stands {depth:,} folders down, a page of the site at most {_DEEPEST}",
            "move the record up",
        )


def make(
    root: Path, pages: Path, target: Path, *, builder: str = "mkdocs", partial: bool = False, state: str = ""
) -> list[str]:
    """Have MkDocs or Zensical make a site of a folder of pages, strictly; its warnings, if any.

    The settings are `mkdocs.yml` of the book, or opsbook's where it has none. Of `partial` pages, the
    navigation lists those that are there. With a warning the site is not put in its place.
    """
    own = root / "mkdocs.yml"
    with (
        as_file(files("opsbook.site") / "mkdocs.yml") as default,
        _Warnings() as warnings,
        suppress(_WarnedError),
        _fresh(target, state) as folder,
    ):
        settings = own if own.is_file() else default
        if builder == "zensical":
            _zensical(settings, pages, folder, warnings.found, partial=partial)
            finish(folder)
        else:
            _mkdocs(settings, pages, folder, warnings.found, partial=partial)
    return warnings.found


class _WarnedError(Exception):
    """The builder warned: the new folder does not take its place."""


def _mkdocs(settings: Path, pages: Path, folder: Path, warnings: list[str], *, partial: bool) -> None:
    """Most pages are filled into a few that MkDocs makes; all are its own where its theme is too special."""
    from opsbook.site.stencil import Stencils, UnlikeError

    stencils = Stencils(pages)
    _run_mkdocs(settings, pages, folder, warnings, partial=partial, stencils=stencils)
    try:
        finish(folder, stencils.fill)
    except UnlikeError:
        _run_mkdocs(settings, pages, folder, warnings, partial=partial)
        finish(folder)


def _run_mkdocs(
    settings: Path,
    pages: Path,
    folder: Path,
    warnings: list[str],
    *,
    partial: bool,
    stencils: Stencils | None = None,
) -> None:
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")  # about MkDocs 2, which pyproject.toml rules out
    from mkdocs.commands.build import build
    from mkdocs.config import load_config
    from mkdocs.exceptions import MkDocsException

    try:
        config = load_config(str(settings), docs_dir=str(pages), site_dir=str(folder), strict=True)
    except MkDocsException as error:
        said = "; ".join(warnings) or str(error)
        hint = "mend it, or delete it to build with opsbook's own"
        raise UserError(f"{settings.name}: {said}", hint) from None
    if partial:
        config.nav = _there(config.nav, pages)
    if stencils:
        config.plugins[stencils.name] = stencils
    config.plugins.on_startup(command="build", dirty=False)
    try:
        build(config)
    except MkDocsException as error:
        if not warnings:
            warnings.append(str(error))
    finally:
        config.plugins.on_shutdown()
    if warnings:
        raise _WarnedError


def _zensical(settings: Path, pages: Path, folder: Path, warnings: list[str], *, partial: bool) -> None:
    """Zensical reads paths below its settings only, so that these are written anew beside the pages."""
    import yaml

    try:
        config = yaml.safe_load(settings.read_text("utf-8"))
    except yaml.YAMLError as error:
        raise UserError(f"{settings.name}: {error}", "Zensical needs plain YAML") from None
    if partial:
        config["nav"] = _there(config.get("nav"), pages)
    place = Path(tempfile.mkdtemp(prefix=".zensical-", dir=pages.parent))
    try:
        pages.rename(place / "pages")
        config |= {"docs_dir": "pages", "site_dir": "site"}
        (place / "mkdocs.yml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
        command = [sys.executable, "-m", "zensical", "build", "--strict", "--config-file", "mkdocs.yml"]
        done = subprocess.run(command, cwd=place, capture_output=True, encoding="utf-8", errors="replace")
        if done.returncode:
            warnings += [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
            raise _WarnedError
        for each in (place / "site").iterdir() if (place / "site").is_dir() else ():
            shutil.move(each, folder / each.name)
    finally:
        if (place / "pages").exists():
            (place / "pages").rename(pages)
        shutil.rmtree(place, ignore_errors=True)


def _there(nav: Any, pages: Path) -> Any:
    """A navigation without the pages that are not there, and without what then holds nothing."""
    if isinstance(nav, str):
        return nav if (pages / nav).is_file() else None
    if isinstance(nav, list):
        return [kept for each in nav if (kept := _there(each, pages))]
    if isinstance(nav, dict):
        return {title: kept for title, each in nav.items() if (kept := _there(each, pages))}
    return nav


class _Warnings(logging.Handler):
    """Collects what MkDocs and its plugins warn of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(record.getMessage())

    def __enter__(self) -> _Warnings:
        logging.getLogger("mkdocs").addHandler(self)
        return self

    def __exit__(self, *exception: object) -> None:
        logging.getLogger("mkdocs").removeHandler(self)


@contextmanager
def _fresh(target: Path, state: str) -> Iterator[Path]:
    """A new folder that takes the place of `target` when all went well."""
    refuse_foreign(target)
    new, old = (target.with_name(f".{target.name}-{word}-{os.getpid()}") for word in ("new", "old"))
    try:
        new.mkdir(parents=True)
        (new / _MARK).write_text(_SAYS + state, encoding="utf-8")
        yield new
        if target.exists():
            target.rename(old)
        new.rename(target)
    except OSError as error:
        raise UserError(f"cannot write `{target}`: {error.strerror}") from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def refuse_foreign(target: Path) -> None:
    """UserError where a folder holds what opsbook did not write: it would be deleted."""
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise UserError(f"`{target}` is no folder", "name another with `--output`")
    if target.is_dir() and any(target.iterdir()) and not (target / _MARK).is_file():
        raise UserError(
            f"`{target}` holds files that `opsbook site build` did not write",
            "name a new or empty folder with `--output`, or move them away",
        )
