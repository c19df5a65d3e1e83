"""opsbook's own manual as pages: tours, which the tests play, and what is said of a subject once.

The files are part of the package; the page of figures is written by the code that computes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from opsbook.book.markdown import Page as Text
from opsbook.book.markdown import front_matter
from opsbook.output.metrics import formulas
from opsbook.site import markup
from opsbook.site.guide import ROOT

if TYPE_CHECKING:
    from opsbook.site.render import Page, Render

TOURS = ("tour-incident", "tour-oncall")
"""In the order in which they are read."""
CHAPTERS = ("site", "clock", "trackers")
_ABOVE = "reference/tutorial/index.md", "Tutorial"


class Tour(NamedTuple):
    """A tour as the list shows it."""

    name: str
    title: str
    about: Markup
    """Its first paragraph."""


def manual(render: Render) -> Iterator[Page]:
    """Every page of the manual."""
    tours = []
    for name in TOURS:
        title, text = _read(name)
        short = name.removeprefix("tour-")
        about = markup.block(text.strip().partition("\n\n")[0], _lead)
        tours.append(Tour(short, title, about))
        yield _page(render, f"reference/tutorial/{short}.md", title, text, _ABOVE)
    yield render("tours", *_ABOVE, tours=tours)
    for name in CHAPTERS:
        yield _page(render, f"reference/{name}.md", *_read(name))
    yield _page(render, "reference/metrics.md", *_parted(formulas.page()))


def _read(name: str) -> tuple[str, str]:
    """The title of a file of the manual, and what stands below it."""
    return _parted(files("opsbook").joinpath("manual", f"{name}.md").read_text("utf-8"))


def _parted(text: str) -> tuple[str, str]:
    front = front_matter(text)
    first = Text(text, front.body if front else 0).headings[0]
    return first.text, text[first.span.end :]


def _page(render: Render, page: str, title: str, text: str, above: tuple[str, str] | None = None) -> Page:
    return render("manual", page, title, body=markup.page(text, _lead), above=above)


def _lead(target: str) -> str | None:
    """A link to another page of the manual, or to the web."""
    name, mark, anchor = target.partition("#")
    name = name.removesuffix(".md")
    if name in CHAPTERS:
        return Markup(f"{ROOT}reference/{name}.html{mark}{anchor}")  # noqa: S704 (the manual's own)
    return target if target.startswith("https://") else None
