"""Templates → pages: every value that a template prints is shown as text, unless it is markup.

A book may hold templates of its own in `site/templates/`, which take the place of opsbook's by the same name.
They may come with a stranger's pull request: with any of them, all run in a sandbox.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from functools import cached_property, partial
from importlib.resources import files
from types import FunctionType, MethodType, ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from jinja2 import BaseLoader, Environment, PackageLoader, StrictUndefined, TemplateError
from jinja2.nativetypes import NativeCodeGenerator
from jinja2.runtime import Context

from opsbook.errors import UserError
from opsbook.site import escape, facts, guide, markup, phrases, show
from opsbook.text import shown

if TYPE_CHECKING:
    from opsbook.book.tree import Tree

FOLDER = "site/templates"
"""Where a book's own templates stand."""
_SHIPPED = "opsbook/"
"""Before the name of a template: the one that opsbook ships, whatever the book has in its place."""
_LARGEST = 100_000
"""Bytes of a template."""
_SAID = 300
"""So many letters of what is wrong with one are told."""
_LISTS = ("list", "incidents", "postmortems", "runbooks", "action-items", "tags", "reports", "report")
_MANUAL = ("rule", "rules", "command", "commands", "format", "formats", "manual", "tours")
_SOUGHT = {"runbook": 2} | dict.fromkeys((*_LISTS, *_MANUAL), 0.3)
"""How much the search makes of pages by their template, of others 1: it leads to a runbook before it leads to
a list that names what was looked for, or to what opsbook says of itself."""
_OPTIONS: dict[str, Any] = {
    "finalize": escape.text,
    "trim_blocks": True,
    "lstrip_blocks": True,
    "keep_trailing_newline": True,
    "auto_reload": False,
    "cache_size": -1,  # as many as there are: to keep count of the latest takes longer than to find one
}


class Page(NamedTuple):
    """A file of the site's source, and what stands in it."""

    path: str
    content: bytes


def assets() -> Iterator[Page]:
    """What every site has beside its pages: styles, scripts."""
    for asset in files("opsbook.site").joinpath("assets").iterdir():
        yield Page(f"assets/{asset.name}", asset.read_bytes())


T = TypeVar("T")
Render = Callable[..., Page]
"""Makes a page of a template's name, a path, a title and what the template asks for."""


class Templates:
    """The templates of a site: opsbook's, and in place of some those of the book, by name."""

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        self._texts = own or {}
        self.own = sorted(self._texts)
        for name in self.own:
            self._asked(name, partial(self._environment.get_template, name))

    @cached_property
    def _environment(self) -> Environment:
        return _sandboxed(self._texts) if self._texts else _trusted()

    def render(self, template: str, path: str, title: str, **context: Any) -> Page:
        """One page; `description`, what to `hide` and how to `search` it go into its front matter."""
        about = {key: context.pop(key, ()) for key in ("description", "hide", "search")}
        if template in _SOUGHT:
            about["search"] = {"boost": _SOUGHT[template]}
        front = escape.front_matter(title=title, **about)
        found = self.rendered(f"{template}.md", front=front, title=title, **context)
        return Page(path, guide.finish(path, found))

    def rendered(self, template: str, **context: Any) -> str:
        """The text of a template, `status/index.html` for one."""
        name = f"{template}.j2"
        return self._asked(name, lambda: self._environment.get_template(name).render(**context))

    def _asked(self, name: str, ask: Callable[[], T]) -> T:
        """What a template gives; UserError where a template of the book is what fails."""
        try:
            return ask()
        except Exception as error:  # whatever a stranger's template may do
            place = _place(error)
            if not self.own or (place is None and not isinstance(error, TemplateError)):
                raise
            where = place or f"{FOLDER}: `{name}`, with the templates of the book"
            said = escape.printable(getattr(error, "message", None) or f"{error}")[:_SAID]
            raise UserError(f"{where}: {said}", "mend the template, or take it away") from None


OURS = Templates()
"""Those that opsbook ships."""


def templates_of(tree: Tree) -> Templates:
    """The templates of the site of a book; UserError for one that cannot be read, or is no template."""
    own = {}
    for path in tree.paths(FOLDER):
        if path.endswith(".md.j2"):
            own[path.removeprefix(f"{FOLDER}/")] = _read(tree, path)
    for path in sorted(tree.links):
        if path == FOLDER or path.startswith(f"{FOLDER}/"):
            raise UserError(f"{shown(path)}: a symbolic link, which is not followed", "put the file there")
    return Templates(own) if own else OURS


def _read(tree: Tree, path: str) -> str:
    try:
        content = tree.read(path)
        if len(content) > _LARGEST:
            raise UserError(f"{shown(path)}: {len(content):,} bytes, a template at most {_LARGEST:,}")
        return content.decode()
    except OSError as error:
        raise UserError(f"{shown(path)}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UserError(f"{shown(path)}: no UTF-8") from None


# ── environments ──────────────────────────────────────────────────────────────────────────


class _Names(Context):
    """The names of a page, whose functions and methods are called as they are: none asks for a context."""

    def call(self, asked: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(asked, FunctionType | MethodType):
            return super().call(asked, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return asked(*args, **kwargs)


class _Shipped(Environment):
    """Templates that are opsbook's own, all with the same names. What they print went through `escape.text`,
    which is not asked again whether it is markup."""

    code_generator_class = NativeCodeGenerator
    context_class = _Names

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Names that are looked up in one step: a map of several takes longer than a small template."""
        return super().make_globals(d) if d else self.globals


def _trusted() -> Environment:
    found = _Shipped(
        loader=PackageLoader("opsbook.site"), autoescape=True, undefined=StrictUndefined, **_OPTIONS
    )
    found.globals.update(about=facts, say=phrases, show=show, slug=markup.slug)
    return found


def _sandboxed(own: Mapping[str, str]) -> Environment:
    """With templates of the book: they see what opsbook's see of values, and call what shows these."""
    from opsbook.authoring.sandbox import Sandbox
    from opsbook.site import catalogue, public_pages, status

    about, say, shows = _functions(facts), _functions(phrases), _functions(show)
    names = {name for name in vars(guide.Guide) if not name.startswith("_")}
    methods = [vars(guide.Guide)[name] for name in names]
    asked = (markup.slug, status.shown, status.lasted, public_pages.page_of, catalogue.Entry.state)
    granted = [*about.values(), *say.values(), *shows.values(), *methods, *asked]
    found = Sandbox(
        granted, {guide.Guide: {*names, "zone"}}, loader=_Loader(own), autoescape=True, **_OPTIONS
    )
    named = {"about": about, "say": say, "show": shows}
    found.globals.update({name: SimpleNamespace(**each) for name, each in named.items()}, slug=markup.slug)
    return found


def _functions(module: ModuleType) -> dict[str, Any]:
    """The functions that a module is there for."""
    found = {name: value for name, value in vars(module).items() if callable(value) and name[0] != "_"}
    return {name: value for name, value in found.items() if value.__module__ == module.__name__}


class _Loader(BaseLoader):
    """The book's templates by name, else opsbook's; no other file has a name here."""

    def __init__(self, own: Mapping[str, str]) -> None:
        self._own = own
        self._shipped = PackageLoader("opsbook.site")

    def get_source(self, environment: Environment, template: str) -> Any:
        if template in self._own:
            return self._own[template], f"{FOLDER}/{template}", lambda: True
        return self._shipped.get_source(environment, template.removeprefix(_SHIPPED))


def _place(error: Exception) -> str | None:
    """The line of the book's template at which an error came up; None where it was in none."""
    name, line = getattr(error, "filename", None), getattr(error, "lineno", None)
    found = f"{name}:{line}" if line and f"{name}".startswith(f"{FOLDER}/") else None
    at = error.__traceback__
    while at is not None:
        if at.tb_frame.f_code.co_filename.startswith(f"{FOLDER}/"):
            found = f"{at.tb_frame.f_code.co_filename}:{at.tb_lineno}"
        at = at.tb_next
    return shown(found) if found else None
