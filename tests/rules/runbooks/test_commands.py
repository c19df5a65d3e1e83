"""Edges of the rules on commands that their pages do not show."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opsbook.diagnostics import Diagnostic
from opsbook.edits import apply

Findings = Callable[..., tuple[Diagnostic, ...]]


def found_in(
    findings: Findings, rule: str, code: str, language: str = "bash", before: str = "", indent: str = ""
) -> tuple[Diagnostic, ...]:
    lines = "".join(f"{indent}{line}\n" for line in (f"```{language}", *code.splitlines(), "```"))
    return findings(rule, {"runbooks/one.md": f"# Title\n\n{before}\n\n{lines}"})


@pytest.mark.parametrize(
    ("before", "after", "safe"),
    [
        ("psql –command “select 1”", 'psql --command "select 1"', True),
        ("ls –l", "ls -l", True),
        ("kubectl get pods\u00a0-A", "kubectl get pods -A", True),
        ("find . –name x", "find . --name x", False),
        ("echo ‘hi’", "echo 'hi'", True),
    ],
)
def test_typographic_signs_become_those_of_a_keyboard(
    findings: Findings, before: str, after: str, safe: bool
) -> None:
    (found,) = found_in(findings, "smart_quote_in_command", before)
    assert found.fix is not None
    edits = [(edit.location.span, edit.replacement) for edit in found.fix.edits]
    text = apply(found.location.source.text, edits)
    assert (text.splitlines()[5], found.fix.safe) == (after, safe)


@pytest.mark.parametrize(
    "code", ['echo "it’s done"', "# it’s", "ls # it’s", "cat <<EOF\nit’s\nEOF", "echo 1–2"]
)
def test_prose_may_be_written_as_people_write(findings: Findings, code: str) -> None:
    assert found_in(findings, "smart_quote_in_command", code) == ()


def test_a_block_with_a_prompt_is_reported_by_one_rule_only(findings: Findings) -> None:
    code = "$ kubectl get pods\nNAME    READY   STATUS"
    assert len(found_in(findings, "prompt_in_command", code)) == 1
    assert found_in(findings, "output_in_command", code) == ()
    assert found_in(findings, "shell_syntax_error", f"{code} (") == ()


@pytest.mark.parametrize(
    "code",
    [
        "rm -rf /srv/data",
        "sudo mkfs.ext4 /dev/sdb",
        "dd if=/dev/zero of=/dev/sdb",
        "git push --force origin main",
        "kubectl -n shop delete pvc data-0",
        "kubectl delete namespace shop",
        "kubectl delete deployments --all",
        "terraform -chdir=eks destroy",
        "aws s3 rb s3://backups",
        "aws rds delete-db-instance --db-instance-identifier x",
        "redis-cli -h x flushall",
        'psql -c "DROP TABLE orders"',
        'psql -c "DELETE FROM orders"',
        "ls | xargs rm -rf",
    ],
)
def test_what_destroys_needs_a_warning(findings: Findings, code: str) -> None:
    assert len(found_in(findings, "unguarded_command", code)) == 1
    assert found_in(findings, "unguarded_command", code, before="**Warning:** it is gone.") == ()
    assert found_in(findings, "unguarded_command", f"# caution\n{code}") == ()


@pytest.mark.parametrize(
    "code",
    [
        "kubectl delete pod web-0 --force",
        "kubectl delete statefulset web --cascade=orphan",
        "rm -rf /tmp/x",
        "rm -rf build",
        "git push --force-with-lease",
        "terraform plan",
        'psql -c "DELETE FROM orders WHERE id = 1"',
        "kubectl delete pvc x --dry-run=client",
        "# rm -rf /srv",
        "dd if=/dev/sda of=/dev/null",
    ],
)
def test_the_ordinary_cure_needs_none(findings: Findings, code: str) -> None:
    assert found_in(findings, "unguarded_command", code) == ()


@pytest.mark.parametrize(
    "code",
    [
        "echo $HOME $1 $? $(date) $AWS_PROFILE",
        "HOST=db-1\nssh $HOST",
        "for host in a b; do ssh $host; done",
        "read -r host\nssh $host",
        "ssh ${HOST:-db-1}",
        "awk '{print $field}' x",
        "# <db-host> is on the alert\nssh <db-host>",
        "kubectl -n <namespace> logs <pod-name>",
        "ssh <host named by the alert>",
        "sort <in >out",
        "kubectl get pods -o go-template='{{ end }}'",
    ],
)
def test_what_explains_itself_needs_no_declaration(findings: Findings, code: str) -> None:
    assert found_in(findings, "undeclared_placeholder", code) == ()


@pytest.mark.parametrize(
    "code", ["ssh <host>", "ssh $BASTION", 'ssh "${BASTION}"', "ssh {{ host }}", "ssh YOUR_HOST"]
)
def test_what_nothing_explains_is_said_once(findings: Findings, code: str) -> None:
    assert len(found_in(findings, "undeclared_placeholder", f"{code}\n{code}")) == 1


@pytest.mark.parametrize(
    "code", ["ssh <host> 'ls'", "echo {{ x }}", "cat <<EOF\nx\nEOF", "a [NAME] ...", "# only a comment"]
)
def test_placeholders_and_lists_are_no_errors_of_syntax(findings: Findings, code: str) -> None:
    assert found_in(findings, "shell_syntax_error", code, before="1. Do.", indent="   ") == ()


def test_an_error_of_syntax_is_reported_where_it_stands(findings: Findings) -> None:
    (found,) = found_in(findings, "shell_syntax_error", "ls\nif true; then", before="1. Do.", indent="   ")
    assert (found.location.start.line, found.message) == (7, "a shell cannot read this: expected a command")


def test_a_quote_left_open_does_not_reach_the_next_block(findings: Findings) -> None:
    text = "# Title\n\n```bash\necho 'one\n```\n\n```bash\necho two'\n```\n"
    assert len(findings("shell_syntax_error", {"runbooks/one.md": text})) == 2


def test_a_closing_line_that_left_the_list_is_reported_once(findings: Findings) -> None:
    text = "1. Do.\n\n   ```bash\n   ls\n```\n\n## Next\n\nText.\n"
    (found,) = findings("unclosed_fence", {"runbooks/one.md": text})
    assert str(found.location) == "runbooks/one.md:3:4"


@pytest.mark.parametrize(
    "text", ["~~~~\n```\n~~~~\n", "> ```\n> x\n> ```\n", "```\nx\n`````\n", "```\n```\n"]
)
def test_closed_is_closed(findings: Findings, text: str) -> None:
    assert findings("unclosed_fence", {"runbooks/one.md": text}) == ()
