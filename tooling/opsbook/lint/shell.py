"""What a block of shell on a page is made of: commands, comments, prompts, and what was printed.

Nothing is run and nothing is fully parsed: quotes, here-documents and continued lines are followed as far
as it takes to say at which lines a command begins, and what stands there literally.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from opsbook.book.document import SHELLS as SHELLS
from opsbook.text import Span

if TYPE_CHECKING:
    from opsbook.book.markdown import Fence, Page

SESSIONS = frozenset(("console", "shell-session", "shellsession", "sh-session", "terminal"))
"""Words that promise a session: prompts, commands, and what they print."""
PROMPT = re.compile(
    r"(?:(?P<host>\[[\w.-]+@[\w.-]+ [^\]]*\]|[\w.-]+@[\w.-]+:[^\s$#]*|(?:ba|z)?sh-[\d.]+)[$#]|\$)[ \t]+(?=\S)"
)
_LINE = re.compile(r"[ \t>]*(?P<code>[^\r\n]*)(?:\r\n?|\n|\Z)")
_TOKEN = re.compile(
    r"\\.|'|\"|`|\$\(|[()]|(?<!<)<<-?[ \t]*(?P<quote>['\"\\]?)(?P<until>\w+)(?!\w*>)['\"]?|(?<!\S)#"
)
_CONTINUES = re.compile(r"(?:(?<!\\)\\|\||&&)[ \t]*\Z")


class Line(NamedTuple):
    """A line of a block; its words without a comment that follows them; whether a command begins there,
    whether it is nothing but a comment, and whether it goes on with a quoted text."""

    span: Span
    code: str
    begins: bool
    comment: bool
    within: bool


class Block(NamedTuple):
    """The lines of a block that are not empty, what stands in it between single quotes, and whether a
    quote or a here-document is still open at its end."""

    fence: Fence
    lines: tuple[Line, ...]
    literal: tuple[Span, ...]
    open: bool

    def quoted(self, at: int) -> bool:
        """Whether a place stands between single quotes, where the shell changes nothing."""
        return any(span.start <= at < span.end for span in self.literal)

    @property
    def prompted(self) -> bool:
        """Whether a command stands behind a prompt."""
        return any(line.begins and PROMPT.match(line.code) for line in self.lines)


def blocks(page: Page) -> Iterator[Block]:
    """The blocks of a page that promise a script."""
    for fence in page.fences:
        if fence.language.lower() in SHELLS:
            yield block(page.text, fence)


@lru_cache(64)
def block(text: str, fence: Fence) -> Block:
    """What a block of shell is made of."""
    reading = _Reading()
    lines = [
        reading.line(match["code"].rstrip(), match.start("code"))
        for match in _LINE.finditer(text, *fence.code)
        if match["code"].strip()
    ]
    return Block(fence, tuple(lines), tuple(reading.literal), reading.open)


class _Reading:
    """How far into quotes and here-documents the lines so far have led."""

    def __init__(self) -> None:
        self.literal: list[Span] = []
        self._open: list[str] = []  # quotes and parentheses, innermost last
        self._since = 0
        self._until: list[tuple[str, bool]] = []  # where here-documents end, and whether they are literal
        self._continued = False

    @property
    def open(self) -> bool:
        return bool(self._open or self._until)

    def line(self, code: str, at: int) -> Line:
        span = Span(at, at + len(code))
        if self._until:
            word, literal = self._until[0]
            if code.strip() == word:
                del self._until[0]
            elif literal:
                self.literal.append(span)
            return Line(span, code, begins=False, comment=False, within=True)
        within = self._open[-1:] in (["'"], ['"'])
        begins = not self._open and not self._continued
        comment = begins and code.startswith("#")
        if not comment:
            code = code[: self._tokens(code, at)].rstrip()
            if self._open[-1:] == ["'"]:
                self.literal.append(Span(max(self._since, at), span.end))
        self._continued = not comment and bool(_CONTINUES.search(code))
        return Line(span, code, begins, comment, within)

    def _tokens(self, code: str, at: int) -> int:
        """Follows the quotes of a line; where its words end and a comment begins."""
        for match in _TOKEN.finditer(code):
            sign, within = match[0], self._open[-1] if self._open else ""
            if within == "'":
                if sign.endswith("'"):
                    self._open.pop()
                    self.literal.append(Span(max(self._since, at), at + match.end()))
            elif sign in ('"', "`"):
                self._open.pop() if within == sign else self._open.append(sign)
            elif sign == "$(":
                self._open.append("(")
            elif within == '"':
                continue
            elif sign == "#":
                return match.start()
            else:
                self._bare(match, at)
        return len(code)

    def _bare(self, match: re.Match[str], at: int) -> None:
        """A sign outside quotes."""
        sign = match[0]
        if sign == "'":
            self._open.append("'")
            self._since = at + match.start()
        elif sign == "(":
            self._open.append("(")
        elif sign == ")" and self._open[-1:] == ["("]:
            self._open.pop()
        elif match["until"]:
            self._until.append((match["until"], bool(match["quote"])))


# ── what was printed ──────────────────────────────────────────────────────────────────────

_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_DONE = (
    "created|configured|unchanged|patched|deleted|scaled|restarted|labeled|annotated|(?:un)?cordoned|drained"
)
_CAPITALS = r"[A-Z][A-Z0-9_.%()/-]*(?: [A-Z0-9_.%()/-]+)*"
_PRINTED = re.compile(
    "|".join(
        (
            rf"{_CAPITALS}(?:\s{{2,}}{_CAPITALS})+\Z",
            r"[-dlcbps](?:[r-][w-][xsStT-]){3}[@+.]?\s+\d",
            r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d",
            rf"(?:{_MONTHS})\s+\d{{1,2}} \d\d:\d\d:\d\d ",
            r"[IWEF]\d{4} \d\d:\d\d:\d\d",
            r"level=(?:info|warn\w*|error|debug)\b",
            r'"[\w./-]+": ',
            r'"\w[^"$]* [^"$]*"\Z',
            r"-+\+-+",
            r"\+-{3,}",
            r"\(\d+ rows?\)\Z",
            rf'[\w.]+ "[^"]+" (?:{_DONE})\Z',
            rf"[\w.-]+/[\w.-]+ (?:{_DONE})\Z",
            r"[├└│➕～✓✔✗✘•→]",
            r"[A-Za-z][\w./-]*:(?:\s+\S.*)?\Z",
        )
    )
)


def printed(line: Line) -> bool:
    """Whether a line is surely no command but what one printed: a table's head, a log, JSON, a listing."""
    return line.begins and not line.comment and _PRINTED.match(line.code) is not None
