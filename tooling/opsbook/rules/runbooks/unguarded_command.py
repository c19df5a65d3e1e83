"""A command that destroys something comes with a warning, or with a way back.

A runbook is followed by somebody who trusts it and is tired. `terraform destroy` looks like the line
above it. One sentence before the block, on what is lost and what to check first, is read in three
seconds; the other way round it costs the data.

A page passes when it has a section `Rollback` that says something, and a block when a warning stands
before it: in the same section or the introduction to it, in a comment of the block itself, or in its
heading. An admonition counts, and so do words such as warning, careful, irreversible, cannot be undone,
data loss, last resort, do not, make sure, confirm, back up, or dry run.

What counts as destroying: `rm -rf` (not of something temporary, or in the current folder), `mkfs`,
`wipefs`, `shred`, `dd of=/dev/…`, `DROP`, `TRUNCATE`, `DELETE` and `UPDATE` without `WHERE`, `dropdb`,
`FLUSHALL`, `FLUSHDB`, `terraform destroy`, `git push --force`, `helm uninstall`, `docker volume prune`,
removing volumes and pools, and `kubectl`, `oc`, `aws`, `gcloud`, `az` where they delete what holds data
or many things at once: a namespace, a volume, a bucket, a cluster. Deleting a pod, a job or a
deployment is the ordinary cure and passes, because a controller or the next release brings it back; so
does a `--dry-run`.

On the runbooks of 14 public collections nine of ten hits were right; the other one explained at length
why what it deletes is worth nothing, in words that are not on the list.

## Example

````markdown title="runbooks/orders-db-rebuild.md"
# Rebuild a replica

## Steps

1. Empty the data folder.

    ```bash
    rm -rf /var/lib/postgresql/16/main  # RUN017
    ```
````

Use instead:

````markdown title="runbooks/orders-db-rebuild.md"
# Rebuild a replica

## Steps

1. Empty the data folder.

    **Warning:** on the primary this ends the company. `patronictl list` must show this host as a replica.

    ```bash
    rm -rf /var/lib/postgresql/16/main
    ```
````

## A page with a way back

````markdown title="runbooks/session-store.md"
# Empty the session store

## Steps

1. Log everybody out.

    ```bash
    redis-cli -h sessions.example.com FLUSHALL
    ```

## Rollback

There is none, and none is needed: people log in again.
````

Related: `missing_rollback`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from opsbook.book.parts import find
from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.lint.shell import SESSIONS, SHELLS, block
from opsbook.text import Span, shown

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.markdown import Fence, Page
    from opsbook.lint.context import Context
    from opsbook.model.runbook import Runbook

_QUICK = re.compile(
    r"\brm\s+-|\bmkfs|\bwipefs|\bshred\b|\bof=|\bdrop\b|\btruncate\b|\bdelete\b|delete-|\bupdate\b|flushall"
    r"|flushdb|\bdestroy\b|--force|\s\+\w|\s-f\b|\buninstall\b|\bprune\b|\bdropdb\b|\bpurge"
    r"|\brb\b|\brm\s|zap|(?:lv|vg|pv)remove|terminate|force_reset|\bdel\b",
    re.IGNORECASE,
)
_HOLDS = (
    r"(?:namespaces?|ns|projects?|persistentvolume(?:claim)?s?|pvcs?|pvs?|statefulsets?|sts|nodes?|secrets?"
    r"|customresourcedefinitions?|crds?|machinesets?|[\w-]*clusters?)(?:\.[\w.-]+)?"
)
_DATA = (
    r"(?:db-[\w-]+|replication-group|cache-cluster|[\w-]*cluster|stack(?:-set)?|bucket|table|volume|snapshot|db-snapshot"
    r"|file-system|hosted-zone|user-pool|log-group|log-stream|secret|repository|vault|domain|backup|key-pair|nodegroup"
    r"|auto-scaling-group|load-balancer|vpc|object|objects|stream|queue)"
)
_SHELL = [
    re.compile(pattern, flags)
    for flags, patterns in (
        (
            0,
            (
                r"\brm\s+(?:-\w+\s+)*-(?:\w*r\w*f|\w*f\w*r)\w*(?:\Z|\s+(?:--\s+)?(?![\"']?(?:/tmp\b|/var/tmp\b|\$\{?TMP|\./|[\w.-]+/?(?:\s|$)|node_modules|~/\.cache)))",
                r"\bmkfs(?:\.\w+)?\s",
                r"\b(?:wipefs\s+(?:-a|--all)|shred\s|sgdisk\s+--zap-all)",
                r"\bdd\s[^|;]*\bof=/dev/(?!null)",
                r"\b(?:terraform|tofu|terragrunt)\s(?:[^|;#]*\s)?destroy\b",
                r"\bterraform\s[^|;#]*\s-destroy\b",
                r"\bgit\s+push\s[^|;#]*(?:--force(?!-with-lease)|\s-f)(?=\s|$)",
                r"\bhelm\s+(?:[^|;#]*\s)?(?:uninstall|delete)\s",
                rf"\b(?:kubectl|oc|k)\s[^|;#]*?\bdelete\s+(?:-\S+\s+(?:\S+\s+)??)*{_HOLDS}(?:/|\s)(?![^|;#]*--cascade=(?:false|orphan))",
                r"\b(?:kubectl|oc|k)\s[^|;#]*?\bdelete\s(?![^|;#]*\b(?:pods?|po|vmis?)\b)[^|;#]*\s(?:--all(?=\s|$)|--force\b)",
                r"\bvirtctl\s+delete\b",
                rf"\baws\s+[\w-]+\s+(?:delete-{_DATA}|terminate-instances|schedule-key-deletion)(?=\s|$)",
                r"\baws\s+s3\s+(?:rb\b|rm\s[^|;#]*--recursive)",
                r"\bgcloud\s[^|;#]*\sdelete\b",
                r"\bgsutil\s[^|;#]*\brm\s+-r",
                r"\baz\s[^|;#]*\s(?:delete|purge)\b",
                r"\beksctl\s+delete\b",
                r"\bdropdb\s",
                r"\bdocker\s+(?:system|volume)\s+prune\b",
                r"\bkafka-topics(?:\.sh)?\s[^|;#]*--delete\b",
                r"\b(?:lvremove|vgremove|pvremove|zfs\s+destroy|zpool\s+destroy)\s",
                r"\brabbitmqctl\s[^|;#]*(?:purge_queue|delete_queue|force_reset)\b",
                r"\betcdctl\s[^|;#]*\bdel\s",
                r"\bceph\s[^|;#]*\b(?:osd\s+purge|pool\s+delete|pool\s+rm|osd\s+destroy)\b",
            ),
        ),
        (re.IGNORECASE, (r"\bredis-cli\b[^|;#]*\bflush(?:all|db)\b",)),
    )
    for pattern in patterns
]
_STATEMENTS = [
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        r"\bdrop\s+(?:table|database|schema|index\s+concurrently|keyspace|tablespace)\b(?!\s+if\s+exists\s+\w*te?mp)",
        r"(?:^|[\"';])\s*truncate\s+(?:table\s+)?[\w\"`.]+\s*(?:;|,|cascade|$)",
        r"\bdelete\s+from\s+[\w\"`.]+\s*(?:;|\"|'|\Z)",
        r"(?:^|[\"';])\s*update\s+[\w\"`.]+\s+set\s(?:(?!\bwhere\b)[^;])*(?:;|\Z)",
        r"^[\s>]*flush(?:all|db)\b",
    )
]
_HARMLESS = re.compile(r"--dry-run|--dryrun|--help\b|\becho\s")
_SIGN = re.compile(
    r"warning|caution|danger|careful|beware|irrevers|irrecover|unrecover|undone|can(?:no|')t undo|destructive"
    r"|los(?:s of|ing|e|es|t) (?:\w+ ){0,3}data|data loss|permanent|last resort|\bdo not\b|\bdon['’]t\b"
    r"|\bback(?:ed)?[ -]?ups?\b|(?:take|create) an? snapshot|dry[ -]run|make sure|ensure"
    r"|double[ -]check|be sure|if safe|is safe|safe to|safely|confirm"
    r"|\bonly (?:if|when|after|once|do)\b|\brisk|no longer (?:needed|used|required)|downtime|side effect"
    r"|⚠|❗|‼|🚨",
    re.IGNORECASE,
)


@rule("RUN017", on="runbook", measured=(10, 10, 9))
def check(runbook: Document[Runbook], context: Context) -> Iterator[Finding]:
    if not _QUICK.search(runbook.source.text):
        return
    for fence in runbook.page.fences:
        found = _destroys(runbook.source.text, fence)
        if found and not _warned(runbook.page, fence, found):
            rollback = find(runbook, "rollback", context.settings)
            if rollback and not rollback.empty:
                return
            words = shown(runbook.span(found).text)
            message = f"`{words}` without a warning before it or a rollback"
            hint = "say before the block what is lost and what to check first"
            yield Finding(runbook.span(found), message, hint)


def _destroys(text: str, fence: Fence) -> Span | None:
    """The first command of a block that destroys something."""
    language = fence.language.lower()
    if not _QUICK.search(text, *fence.code):
        return None
    if language in SHELLS or language in SESSIONS or not language:
        for line in block(text, fence).lines:
            if line.comment or _HARMLESS.search(line.code):
                continue
            for pattern in _SHELL:
                found = pattern.search(line.code)
                if found:
                    return Span(line.span.start + found.start(), line.span.start + len(line.code))
    if language in SHELLS or language in SESSIONS or language in ("", "sql", "mysql", "psql", "redis"):
        code = text[fence.code.start : fence.code.end]
        for pattern in _STATEMENTS:
            found = pattern.search(code)
            if found and not _commented(code, found.start()):
                words = found[0].lstrip(" \t\r\n\"';>")
                start = fence.code.start + found.end() - len(words)
                return Span(start, start + len(words.splitlines()[0].rstrip()))
    return None


def _commented(text: str, at: int) -> bool:
    line = text[text.rfind("\n", 0, at) + 1 : at].lstrip()
    return line.startswith(("#", "--"))


def _warned(page: Page, fence: Fence, found: Span) -> bool:
    """Whether a warning stands between the heading of a section, or of the one around it, and a command."""
    starts = [
        each.heading.span.start
        for each in page.sections
        if each.body.start <= fence.span.start < each.body.end
    ]
    return bool(_SIGN.search(page.text, starts[-1] if starts else page.start, found.start))
