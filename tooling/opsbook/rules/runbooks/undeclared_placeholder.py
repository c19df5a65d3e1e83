"""A placeholder in a command is explained on the page.

`ssh <host>` is clear to whoever wrote it. At 3 a.m. it is a question: which host, called what, found
where? `$HOST` is worse, for an unset variable is nothing, and `rm -r "$DATA/old"` then removes `/old`.

Placeholders are `<host>`, `{{ host }}`, `YOUR_HOST` and variables of the shell, in blocks of shell and
behind the prompts of a `console`. What explains one is generous:

* a key of `variables` in the front matter, which is the best place, because the reader finds all in
  one;
* for `<db-host>`: text on the page, a comment in a block, or the rest of the line, that uses the words
  `db` and `host`; `name`, `id`, `your` and the like need not be repeated, and three words or more, as
  in `<instance label of the alert>`, explain themselves;
* for `$HOST`: an assignment, `read`, `for` or `export` in any block of the page, a default as in
  `${HOST:-db-1}`, or text that writes `HOST`.

Variables that a shell or a well-known tool sets, such as `$HOME` or `$AWS_PROFILE`, pass, as do `$1`,
`$(…)` and everything between single quotes, which the shell leaves alone. A placeholder is reported
once a page, where it is used first.

On the runbooks of 14 public collections 92 % of a sample were right. The others were abbreviations that
the option before them explains, as in `--runtime-session-id <sid>`. Since most placeholders of public
runbooks can be guessed, this is advice unless the profile is strict.

## Example

````markdown title="runbooks/disk-full.md"
# Make room on a full disk

1. Look what is large.

    ```bash
    ssh <replica>  # RUN016
    du --summarize "${DATA_DIR}"  # RUN016
    ```
````

Use instead:

````markdown title="runbooks/disk-full.md"
---
variables:
  DATA_DIR: "Folder of the database: `/var/lib/postgresql/16/main`"
---
# Make room on a full disk

1. Look what is large, on the replica that the alert names.

    ```bash
    ssh <replica>
    du --summarize "${DATA_DIR}"
    ```
````

Related: `missing_prerequisites`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.lint.shell import PROMPT, SESSIONS, SHELLS, Block, Line, block, printed
from opsbook.text import Span

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.markdown import Page
    from opsbook.lint.context import Context
    from opsbook.model.runbook import Runbook

_PLACEHOLDER = re.compile(
    r"(?<![<\w])<(?P<angle>[A-Za-z][\w. /-]{0,48}[\w])>(?!>)"
    r"|\{\{\s*(?P<braces>[A-Za-z][\w-]*)\s*\}\}"
    r"|(?<![\w$/.-])(?P<yours>YOUR[-_][A-Z][A-Z_-]*[A-Z])(?![\w(])"
    r"|(?<!\\)\$(?:(?P<bare>[A-Za-z_]\w*)|\{(?P<curly>[A-Za-z_]\w*)(?P<default>:?[-=?+])?[^}]*\})"
)
_ASSIGNED = re.compile(
    r"(?:^|[\s;(\"'{&|])(?:(?:export|local|declare|readonly|typeset|set)\s+(?:-\w+\s+)*)?([A-Za-z_]\w*)\+?=|\bfor\s+([A-Za-z_]\w*)\s+in\b"
    r"|\bset\s+(?:-\w+\s+)*([A-Za-z_]\w*)\s|\$(?:env:)?([A-Za-z_]\w*)\s*=|\bexport\s+([A-Za-z_]\w*)"
)
_READ = re.compile(r"\b(?:read|mapfile|readarray|getopts)\s+((?:-\w+\s+|\"[^\"]*\"\s+|'[^']*'\s+)*[\w ]+)")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[A-Z]")
_FILLER = re.compile(
    r"(?:an?|the|your|my|of|or|and|in|to|for|from|with|is|as|on|names?|ids?|here|number|insert|this|that|some"
    r"|any|value|eg?|g|example)\Z"
)
_KNOWN = re.compile(
    r"(?:HOME|PATH|USER|PWD|OLDPWD|SHELL|HOST|HOSTNAME|LANG|LC_\w+|TMPDIR|EDITOR|RANDOM|SECONDS|UID|EUID|PPID|TERM"
    r"|IFS|LOGNAME|REPLY|OSTYPE|PIPESTATUS|COLUMNS|LINES|DISPLAY|KUBECONFIG|BASH\w*|FUNCNAME|LINENO|XDG_\w+|SSH_\w+"
    r"|AWS_(?:PROFILE|REGION|DEFAULT_REGION|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|ACCOUNT_ID)|GITHUB_\w+"
    r"|CI|VIRTUAL_ENV|GOPATH|JAVA_HOME|VISUAL|PAGER|_)\Z"
)
_SAYS_ITSELF = 3
"""A placeholder of so many words, as `<instance label from the alert>`, is its own explanation."""
_KUBERNETES = frozenset(("kubectl", "oc", "helm", "k", "virtctl"))
_BESIDE = (({"n"}, "namespace"), ({"exec", "log", "attach", "cp", "rsh"}, "pod"))
"""What commands of Kubernetes expect without saying so: after `-n`, and as an argument."""
_TEMPLATE = frozenset(("end", "else", "range", "if", "with", "define", "template", "block"))


class Placeholder(NamedTuple):
    """Something to be filled in: its name, whether it is a variable of the shell, where, and the line
    around it."""

    name: str
    variable: bool
    span: Span
    line: str


@rule("RUN016", on="runbook", recommended="advice", strict="warning", measured=(102, 50, 46))
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    found = {each.name: each for each in reversed(list(_placeholders(runbook.page)))}
    if not found:
        return
    declared = {"_".join(_words(name)) for name in runbook.content.variables}
    explained = _Explained(runbook.page)
    for each in sorted(found.values(), key=lambda each: each.span):
        if "_".join(_words(each.name)) in declared or explained.by_page(each):
            continue
        written = runbook.span(each.span)
        hint = "say what it is and where to find it: best under `variables` in the front matter"
        yield Finding(written, f"nothing on the page says what `{written.text}` stands for", hint)


# ── what is to be filled in ───────────────────────────────────────────────────────────────


def _placeholders(page: Page) -> Iterator[Placeholder]:
    for fence in page.fences:
        language = fence.language.lower()
        if language in SHELLS or language in SESSIONS:
            read = block(page.text, fence)
            session = language in SESSIONS or read.prompted
            for line in read.lines:
                if not line.comment and not printed(line) and (not session or PROMPT.match(line.code)):
                    yield from _in_line(read, line)


def _in_line(read: Block, line: Line) -> Iterator[Placeholder]:
    for match in _PLACEHOLDER.finditer(line.code):
        start = line.span.start + match.start()
        span = Span(start, start + len(match[0]))
        name = next(value for value in match.groups() if value)
        if match["bare"] or match["curly"]:
            command = match["bare"] and not match.start()  # `$mac docker ps`: a prompt of sorts
            if not (command or match["default"] or read.quoted(start) or _KNOWN.match(name)):
                yield Placeholder(name, True, span, "")
        elif name.lower() not in _TEMPLATE:
            yield Placeholder(name, False, span, _PLACEHOLDER.sub(" ", line.code))


# ── what explains it ──────────────────────────────────────────────────────────────────────


class _Explained:
    """What the text of a page, the comments in its blocks, and its assignments name."""

    def __init__(self, page: Page) -> None:
        prose, code = _parted(page)
        self._words = {_stem(word) for word in _words(prose)}
        self._named = set(re.findall(r"\w+", prose))
        self._assigned = {name for match in _ASSIGNED.finditer(code) for name in match.groups() if name}
        for match in _READ.finditer(code):
            self._assigned.update(match[1].split())

    def by_page(self, each: Placeholder) -> bool:
        if each.variable:
            return each.name in self._assigned or each.name in self._named
        words = {_stem(word) for word in _words(each.name) if not _FILLER.match(word)}
        if not words or len(words) >= _SAYS_ITSELF:
            return True
        beside = {_stem(word) for word in _words(each.line)}
        for signs, what in _BESIDE:
            if not (beside.isdisjoint(_KUBERNETES) or beside.isdisjoint(signs)):
                beside.add(what)
        left = words - self._words - beside
        return all(any(len(word) > 2 and said.startswith(word) for said in beside) for word in left)


def _parted(page: Page) -> tuple[str, str]:
    """The text of a page with the comments in its blocks, and the code of its blocks."""
    prose, code, at = [], [], page.start
    for fence in page.fences:
        inside = page.text[fence.code.start : fence.code.end]
        prose.append(page.text[at : fence.span.start])
        prose += re.findall(r"(?:^|\s)#.*", inside)
        code.append(inside)
        at = fence.span.end
    prose.append(page.text[at:])
    return "\n".join(prose), "\n".join(code)


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text.replace("_", " "))]


@cache
def _stem(word: str) -> str:
    """A word without the ending of its plural."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
