"""A record holds no password, token or key.

Whoever may read the repository may use the secret, and so may whoever finds a copy of it in ten years:
git keeps what was committed. Taking it out of the file is not enough, it has to be revoked.

Found are tokens whose shape leaves little doubt (GitHub, GitLab, AWS, Slack, Google, Azure, Stripe, npm,
PyPI, SendGrid, Twilio, Docker, Grafana, Vault, OpenAI, JSON Web Tokens, private keys), and values of
keys like `password`, `secret` and `token`, of `Authorization:` and in addresses, where they look drawn
by lot. The whole file is looked at, comments and code too.

What documentation writes in place of a secret passes: `AKIAIOSFODNN7EXAMPLE`, `xxxx`, `<token>`,
`$TOKEN`, and words. So do identifiers of commits and pictures. A password made of words is not found.
What opsbook prints shows the first letters of a secret and stars for the rest.

In 965 runbooks and post-mortems of twenty collections, which their owners published, nothing is taken
for a secret.

## Example

```markdown title="runbooks/restart.md"
# Restart

    curl -H "Authorization: Bearer 9fJx2LqT7vWb4ZkR8sNd" https://api.internal/restart  <!-- HYG004 -->
```

Use instead:

```markdown title="runbooks/restart.md"
# Restart

    curl -H "Authorization: Bearer $RESTART_TOKEN" https://api.internal/restart
```

Related: `phone_number`, `private_email_address`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from opsbook.book.kinds import KINDS
from opsbook.diagnostics import Finding
from opsbook.lint.rule import rule
from opsbook.lint.secrets import find
from opsbook.lint.words import heard

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.lint.context import Context


@rule(
    "HYG004", on=tuple(kind.name for kind in KINDS), adopt="warning", recommended="error", measured=(0, 0, 0)
)
def check(document: Document[Any], context: Context) -> Iterator[Finding]:
    for secret in find(document.source.text, heard(document)):
        begins = f": `{secret.shown}…`" if secret.shown else ""
        yield Finding(
            document.span(secret.span),
            f"{secret.what}{begins}",
            "revoke it, then write where to find the new one",
        )
