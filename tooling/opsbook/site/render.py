"""Templates → pages: every value that a template prints is shown as text, unless it is markup."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from opsbook.site import escape, facts, guide, markup, phrases


class Page(NamedTuple):
    """A file of the site's source, and what stands in it."""

    path: str
    content: bytes


def assets() -> Iterator[Page]:
    """What every site has beside its pages: styles, scripts."""
    for asset in files("opsbook.site").joinpath("assets").iterdir():
        yield Page(f"assets/{asset.name}", asset.read_bytes())


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("opsbook.site"),
        autoescape=True,
        finalize=escape.text,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.globals.update(about=facts, say=phrases, slug=markup.slug)
    return found


def render(template: str, path: str, title: str, **context: Any) -> Page:
    """One page; `description`, what to `hide` and how to `search` it go into its front matter."""
    about = {key: context.pop(key, ()) for key in ("description", "hide", "search")}
    front = escape.front_matter(title=title, **about)
    found = rendered(f"{template}.md", front=front, title=title, **context)
    return Page(path, guide.finish(path, found).encode("utf-8", "replace"))


def rendered(template: str, **context: Any) -> str:
    """The text of a template, `status/index.html` for one."""
    return _environment().get_template(f"{template}.j2").render(**context)
