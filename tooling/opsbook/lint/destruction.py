"""Which commands of a runbook destroy something: data, or many things at once.

The page of the rule `unguarded_command` says what counts, and what does not and why.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from opsbook.lint.shell import SESSIONS, SHELLS, block
from opsbook.text import Span

if TYPE_CHECKING:
    from opsbook.book.markdown import Fence

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


def destroys(text: str, fence: Fence) -> Span | None:
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
