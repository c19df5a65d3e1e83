"""Markdown of a record → safe HTML, one line a block, between headings of Markdown.

Records are CommonMark as a forge shows it; a site generator reads another dialect. So a body is
parsed here, by the parser the rules use, and the generator only meets HTML that it passes on.
Raw HTML shows as text, comments vanish, and a link leads only where `resolve` says.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import pyromark
from markupsafe import Markup

from opsbook.book.markdown import GENERATED
from opsbook.site.escape import PLAIN, escaped, html, printable, text

if TYPE_CHECKING:
    from pygments.formatter import Formatter

Resolve = Callable[[str], str | None]
"""Where a link's target leads on the site; None where it leads nowhere that is shown, and nothing where not
even the target is to be shown."""
Words = Callable[[str], str]
"""How words are written as markup; what they name may lead somewhere."""

_OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_TASKLISTS
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_GFM
)
_HEADING = re.compile(r"^(#+) (.*) \{ #(.*) \}$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_FILENAME = re.compile(r'\btitle="([^"]*)"')
_NO_ANCHOR = re.compile(r"[^\w\- ]")
_LONELY = re.compile(r"(?<![^\W_])_+|_+(?![^\W_])")
_sentence = re.compile(r"[^\W\d_][^\x00-\x1f*_`\[\]{}\\|~^$<&]*(?<!\s)\Z").match
"""Whether a text is a paragraph of words and no more, in any reading: most entries of a timeline are."""
_plain_sentence = re.compile(f"(?=[A-Za-z]){PLAIN}(?<![ \u00a0])\\Z").match
"""Whether it is one that needs no escape either, as most of these are: one look in place of two."""
_TITLE_ENDS = {"End": {"Heading": "H1"}}
_IN_CODE = {ord(c): f"&#{ord(c)};" for c in "\n\t`~{}"}
_DEEPEST = 24
"""Lists and quotes nested deeper than this are shown at this depth."""
_HIGHLIGHTED = 20_000
"""Code longer than this is shown in one colour."""
_WARNS = re.compile(r"(warning|caution|danger|note)\b", re.IGNORECASE)
_SIGNS = {"warning": "warning", "caution": "warning", "danger": "warning", "note": "note"}
_DESTROYS = '<p class="ob-destroys">⚠ This destroys something. Read the warning before it.</p>'
_INLINE = {"Emphasis": "em", "Strong": "strong", "Strikethrough": "del"}
_LINES = ("Paragraph", "Item", "CodeBlock", "TableHead", "TableRow")
"""What ends a line of words."""
_NESTING = frozenset(("List", "Item", "BlockQuote", "Table", "Link"))
_ROWS = {"TableHead": ("<thead><tr>", "</tr></thead>"), "TableRow": ("<tr>", "</tr>")}


def page(markdown: str, resolve: Resolve, *, commands: bool = False, words: Words = escaped) -> Markup:
    """A body as it stands on a page of its own, below the page's heading; where it is there to be followed
    (`commands`), its steps are numbered large, and what destroys something says so.

    Its headings stay headings: the only one of level 1 is the page's and is left out; where there
    are several, all move down a level.
    """
    events = list(_events(markdown))
    top = events.count(_TITLE_ENDS)
    if top == 1:
        start, level = next((n, level) for n, event in enumerate(events) if (level := _level(event)))
        if level == "H1":
            del events[start : events.index(_TITLE_ENDS) + 1]
            top = 0
    writer = _Writer(resolve, min(top, 1), commands=commands, words=words)
    return _gathered(writer.write(events), commands=commands)


def inner(markdown: str, resolve: Resolve) -> Markup:
    """A body as `page` has it, as HTML throughout, one level further down."""
    return Markup(_HEADING.sub(_as_html, page(markdown, resolve)))  # noqa: S704


def sections(body: Markup) -> list[tuple[Markup, str]]:
    """The sections of a body that `page` made: the heading of each, and its anchor."""
    return [(html(words), anchor) for level, words, anchor in _HEADING.findall(body) if level == "##"]


def _as_html(found: re.Match[str]) -> str:
    level = min(len(found[1]) + 1, 6)
    return f'<h{level} id="{found[3]}">{found[2]}</h{level}>'


def _gathered(blocks: str, *, commands: bool) -> Markup:
    """The blocks between two headings as one: a site generator takes long over many."""
    div = '<div class="ob-steps">' if commands else "<div>"
    groups = itertools.groupby(filter(None, blocks.split("\n\n")), key=_is_heading)
    found = ["\n\n".join(group) if heading else f"{div}{''.join(group)}</div>" for heading, group in groups]
    return html("\n\n".join(found))


def _is_heading(line: str) -> bool:
    return line[0] == "#"


def block(markdown: str, resolve: Resolve) -> Markup:
    """A few lines inside something else, such as an entry of a timeline; headings become bold."""
    plain = sentence(markdown)
    return html(f"{plain}\n\n" if plain else _Writer(resolve, None).write(_events(markdown)))


def sentence(markdown: str) -> Markup | None:
    """A few lines that are a paragraph of words and no more; None where they may be anything else."""
    if _plain_sentence(markdown):
        return html(f"<p>{markdown}</p>")
    return html(f"<p>{escaped(markdown)}</p>") if _sentence(markdown) else None


def words(markdown: str) -> str:
    """The words of a body for the search, a line for each paragraph, item or row, without headings and
    without what opsbook generated."""
    found: list[str] = []
    hidden = 0
    for event in _events(markdown):
        [(name, value)] = event.items() if type(event) is dict else [(event, "")]
        if name in ("Text", "Code"):
            found.append("" if hidden else value.replace("\n", " "))
        elif name == "Html":
            hidden = int(GENERATED.match(value.strip()) is not None)
        elif type(value) is dict and "Heading" in value:
            hidden += 1 if name == "Start" else -1
        elif type(value) is not str or value not in _INLINE:
            found.append("\n" if name == "End" and value in _LINES else " ")
    lines = (" ".join(line.split()) for line in printable("".join(found)).split("\n"))
    return "\n".join(filter(None, lines))


def code(source: str, language: str = "", title: str = "") -> Markup:
    """A block of code, highlighted where the language is known; `title` is the name of its file."""
    source = printable(source).rstrip("\n")
    lines = text(source) if len(source) > _HIGHLIGHTED else _highlighted(source, language)
    name = f'<span class="filename">{text(title)}</span>' if title else ""
    return html(f'<div class="highlight">{name}<pre><code>{lines}</code></pre></div>')


def slug(words: str) -> Markup:
    """The anchor that a forge gives a heading, but for underscores beside no letter: the site
    generator would take them for emphasis."""
    name = _NO_ANCHOR.sub("", words.strip().lower()).replace(" ", "-")
    return html(_LONELY.sub("", name) if "_" in name else name)  # letters, digits, `-` and `_` only


def _highlighted(source: str, language: str) -> str:
    from pygments import highlight
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language.lower(), stripnl=False)
    except ClassNotFound:
        return text(source)
    found: str = highlight(source, lexer, _formatter())
    return found.rstrip("\n").translate(_IN_CODE)


@cache
def _formatter() -> Formatter[str]:
    """Makes its style sheet, which nobody asks for, each time that there is a new one."""
    from pygments.formatters import HtmlFormatter

    return HtmlFormatter(nowrap=True)


def _events(markdown: str) -> Iterator[Any]:
    """The parser's events, the lines of a block of raw HTML joined into one."""
    events: Any = pyromark.events(markdown.replace("\r\n", "\n"), options=_OPTIONS)
    if "<" not in markdown:  # and so no HTML
        yield from events
        return
    lines: list[str] | None = None
    for event in events:
        if event == {"Start": "HtmlBlock"}:
            lines = []
        elif event == {"End": "HtmlBlock"}:
            yield {"Html": "".join(lines or ())}
            lines = None
        elif lines is not None:
            lines.extend(event.values())  # text stands there too, where a block is cut short
        else:
            yield event


def _level(event: Any) -> str | None:
    """The level of a heading that begins; None of all else."""
    begun = event.get("Start") if type(event) is dict else None
    return begun["Heading"]["level"] if type(begun) is dict and "Heading" in begun else None


class _Writer:
    """Writes the events of one text; `shift` moves headings down, None makes them bold words."""

    def __init__(
        self, resolve: Resolve, shift: int | None, *, commands: bool = False, words: Words = escaped
    ) -> None:
        self._resolve = resolve
        self._show = words
        self._shift = shift
        self._commands = commands
        self._paragraph = 0
        self._out: list[str] = []
        self._closing: list[str] = []
        """What ends each open list, item, quote, link and table, the innermost last."""
        self._heading: list[str] | None = None
        self._heading_at = 0
        self._picture: list[str] | None = None
        self._sources: list[str] = []
        """The picture that is open, and those that its description holds."""
        self._code: list[str] | None = None
        self._info = ""
        self._aligned: tuple[str, ...] = ()
        self._cell = 0
        self._row = "td"
        self._ids: dict[str, int] = {}

    def write(self, events: Iterable[Any]) -> str:
        for event in events:
            if type(event) is str:
                self._mark(event)
                continue
            [(name, value)] = event.items()
            if name not in ("Start", "End"):
                self._leaf(name, value)
                continue
            [(kind, detail)] = value.items() if type(value) is dict else [(value, None)]
            if kind == "Image" or self._picture is not None:
                self._image(name, kind, detail)
            elif name == "Start":
                self._start(kind, detail)
            else:
                self._end(kind, detail)
        return "".join(self._out)

    # ── leaves ────────────────────────────────────────────────────────────────────────────

    def _mark(self, event: str) -> None:
        marks = {"SoftBreak": " ", "HardBreak": "<br>", "Rule": "<hr>\n\n"}
        if event in marks and self._picture is None:
            self._out.append(marks[event].rstrip("\n") if self._closing else marks[event])

    def _leaf(self, name: str, value: Any) -> None:
        if self._picture is not None:
            self._picture.append(value if isinstance(value, str) else "")
        elif self._code is not None:
            self._code.append(value)
        elif name in ("Text", "Code"):
            if self._heading is not None:
                self._heading.append(value)
            shown = self._show(value)
            self._out.append(shown if name == "Text" else f"<code>{shown}</code>")
        elif name == "TaskListMarker":
            self._out.append("☑ " if value else "☐ ")
        elif name in ("Html", "InlineHtml"):
            self._raw(name, _COMMENT.sub("", value))

    def _raw(self, name: str, value: str) -> None:
        if name == "InlineHtml":
            self._out.append(text(value))
        elif value.strip():
            self._out.append(f"<p>{text(value.strip())}</p>")
            self._part()

    def _part(self) -> None:
        """A block of the page is complete."""
        if not self._closing:
            self._out.append("\n\n")

    # ── blocks and spans ──────────────────────────────────────────────────────────────────

    def _start(self, kind: str, detail: Any) -> None:
        if kind in _NESTING:
            self._open(kind, detail)
        elif kind == "Paragraph":
            self._paragraph = len(self._out)
            self._out.append("<p>")
        elif kind == "Heading":
            self._heading, self._heading_at = [], len(self._out)
        elif kind in _INLINE:
            self._out.append(f"<{_INLINE[kind]}>")
        elif kind == "CodeBlock":
            self._code = []
            self._info = detail.get("Fenced", "") if isinstance(detail, dict) else ""
        elif kind == "TableCell":
            self._out.append(self._open_cell())
        elif kind in _ROWS:
            self._cell, self._row = 0, "th" if kind == "TableHead" else "td"
            self._out.append(_ROWS[kind][0])

    def _end(self, kind: str, detail: Any) -> None:
        if kind in _NESTING:
            self._out.append(self._closing.pop())
            if kind != "Link":
                self._part()
        elif kind == "Paragraph":
            if self._out[self._paragraph + 1 : self._paragraph + 2] == ["<strong>"]:
                self._warn()
            self._out.append("</p>")
            self._part()
        elif kind == "Heading":
            self._close_heading(int(detail[1:]))
        elif kind in _INLINE:
            self._out.append(f"</{_INLINE[kind]}>")
        elif kind == "CodeBlock":
            source = "".join(self._code or ())
            if self._commands and _destroys(source, self._info):
                self._out.append(_DESTROYS)
            self._out.append(_fence(source, self._info))
            self._code = None
            self._part()
        elif kind == "TableCell":
            self._out.append(f"</{self._row}>")
        elif kind in _ROWS:
            self._out.append(_ROWS[kind][1])

    def _warn(self) -> None:
        """A paragraph that begins with a word of warning stands out."""
        if sign := _WARNS.match(self._out[self._paragraph + 2]):
            self._out[self._paragraph] = f'<p class="ob-{_SIGNS[sign[1].lower()]}">'

    def _open(self, kind: str, detail: Any) -> None:
        opening, closing = "", ""
        if kind == "Link":
            opening, closing = self._link(detail["dest_url"])
        elif kind == "Table":
            self._aligned = detail
            opening, closing = "<table>", "</table>"
        elif len(self._closing) < _DEEPEST:
            opening, closing = _container(kind, detail)
        self._out.append(opening)
        self._closing.append(closing)

    def _link(self, target: str) -> tuple[str, str]:
        href = self._resolve(target)
        if href is None:
            return f'<span class="ob-nowhere" title="{text(target)}">', "</span>"
        if not href:
            return "", ""
        return f'<a href="{text(href)}">', "</a>"

    def _image(self, name: str, kind: str, detail: Any) -> None:
        """What stands between the two ends of a picture is its description: words only."""
        if kind != "Image":
            return
        if name == "Start":
            self._picture = self._picture or []
            self._sources.append(detail["dest_url"])
            return
        source = self._sources.pop()
        if not self._sources:
            self._out.append(self._shown(source, "".join(self._picture or ())))
            self._picture = None

    def _shown(self, source: str, words: str) -> str:
        """A picture of the book; one from elsewhere would be loaded from there, so it is a link."""
        href = self._resolve(source)
        if href is None:
            return f'<span class="ob-nowhere" title="{text(source)}">{text(words)}</span>'
        if not href:
            return text(words)
        if re.match(r"(?i)[a-z]+:", href):
            return f'<a href="{text(href)}">{text(words or href)}</a>'
        return f'<img src="{text(href)}" alt="{text(words)}" loading="lazy">'

    def _open_cell(self) -> str:
        aligned = self._aligned[self._cell] if self._cell < len(self._aligned) else "None"
        self._cell += 1
        style = "" if aligned == "None" else f' style="text-align: {aligned.lower()}"'
        return f"<{self._row}{style}>"

    def _close_heading(self, level: int) -> None:
        words, inner = "".join(self._heading or ()), "".join(self._out[self._heading_at :]).strip()
        del self._out[self._heading_at :]
        self._heading = None
        if not inner:
            return
        if self._shift is None or self._closing:
            self._out.append(f"<p><strong>{inner}</strong></p>")
            self._part()
        else:
            marks = "#" * min(level + self._shift, 6)
            self._out.append(f"{marks} {inner} {{ #{self._id(words)} }}\n\n")

    def _id(self, words: str) -> str:
        """The heading's anchor; the second of a name gets `-1`, as on a forge."""
        name = found = slug(words) or "section"
        while found in self._ids:
            self._ids[name] += 1
            found = f"{name}-{self._ids[name]}"
        self._ids[found] = 0
        return found


def _destroys(source: str, info: str) -> bool:
    """Whether a block holds a command that destroys something."""
    from opsbook.book.markdown import Fence
    from opsbook.lint.destruction import destroys
    from opsbook.text import Span

    whole = Span(0, len(source))
    return destroys(source, Fence((info.split() or [""])[0], whole, whole, fenced=True)) is not None


def _container(kind: str, detail: Any) -> tuple[str, str]:
    if kind == "Item":
        return "<li>", "</li>"
    if kind == "List":
        start = "" if detail in (None, 1) else f' start="{detail}"'
        return ("<ul>", "</ul>") if detail is None else (f"<ol{start}>", "</ol>")
    if detail is None:
        return "<blockquote>", "</blockquote>"
    title = f'<p class="admonition-title">{detail}</p>'
    return f'<div class="admonition {detail.lower()}">{title}', "</div>"


def _fence(source: str, info: str) -> Markup:
    title = _FILENAME.search(info)
    words = info.split()
    return code(source, words[0].strip("{}.") if words else "", title[1] if title else "")
