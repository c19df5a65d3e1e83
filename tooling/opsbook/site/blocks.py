"""A Markdown extension: blocks of HTML that opsbook wrote are passed on as they stand.

Python-Markdown would parse each tag of them, which is most of what building a large site takes. A page is
the same without this extension, and slower to build.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from markdown.extensions import Extension  # type: ignore[import-untyped]
from markdown.preprocessors import Preprocessor  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from markdown import Markdown  # type: ignore[import-untyped]

_AFTER_WHITESPACE, _NAME = 25, "opsbook"
"""Once line ends are equal, and before HTML is looked for."""


class _PassOn(Preprocessor):  # type: ignore[misc]
    def run(self, lines: list[str]) -> list[str]:
        found: list[str] = []
        for blank, group in groupby(lines, key=lambda line: not line.strip()):
            part = list(group)
            if not blank and part[0].startswith("<"):
                part = [self.md.htmlStash.store("\n".join(part))]
            found += part
        return found


class Blocks(Extension):  # type: ignore[misc]
    """What begins with a tag at the start of a line ends at the next empty line, and is not parsed."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (Python-Markdown's name)
        md.preprocessors.register(_PassOn(md), _NAME, _AFTER_WHITESPACE)


def makeExtension(**configs: Any) -> Extension:  # noqa: N802 (Python-Markdown's name)
    return Blocks(**configs)
