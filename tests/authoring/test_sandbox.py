"""What a template of a book may do, and what it may not however it is asked for."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import jinja2
import pytest

from opsbook.authoring.sandbox import Sandbox
from opsbook.model.incident import Incident

INCIDENT = Incident(title="Slow")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def twice(words: str) -> str:
    return words * 2


def shown(template: str) -> str:
    sandbox = Sandbox([twice], autoescape=True)
    given = {"incident": INCIDENT, "now": NOW, "twice": twice, "model": Incident, "re": re, "open": open}
    return sandbox.from_string(template).render(given | {"names": ["ana", "ben"]})


PICKLE = "cos\\nsystem\\n(S'touch {}'\\ntR."


@pytest.mark.parametrize(
    "call",
    [
        "incident.parse_raw(it, proto='pickle', allow_pickle=True)",
        "incident['parse_raw'](it, proto='pickle', allow_pickle=True)",
        "(incident|attr('parse_raw'))(it, proto='pickle', allow_pickle=True)",
        "([incident]|map(attribute='parse_raw')|first)(it, proto='pickle', allow_pickle=True)",
        "model.parse_raw(it, proto='pickle', allow_pickle=True)",
    ],
)
def test_no_program_is_run_by_asking_a_record_to_unpickle_a_text(call: str, tmp_path: Path) -> None:
    text = f'{{% set it = "{PICKLE.format(tmp_path / "ran")}" %}}{{{{ {call} }}}}'
    with pytest.raises((jinja2.exceptions.SecurityError, jinja2.exceptions.UndefinedError)):
        shown(text)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ incident.__class__ }}",
        "{{ incident.model_fields_set }}",
        "{{ incident.model_construct() }}",
        "{{ incident.parse_file('/etc/passwd') }}",
        "{{ incident.copy() }}",
        "{{ model(title='x') }}",
        "{{ model.mro() }}",
        "{{ re.sys }}",
        "{{ re.compile('x') }}",
        "{{ open('/etc/passwd') }}",
        "{{ twice.__globals__ }}",
        "{{ '{0.__class__}'.format(incident) }}",
        "{{ ('{0.__class__}'|attr('format'))(incident) }}",
        "{{ now.fromtimestamp(0) }}",
        "{{ names.append('x') }}",
        "{{ lipsum(n=10**9) }}",
        "{% for i in range(10**9) %}x{% endfor %}",
        "{{ 'x' * 10**9 }}",
        "{{ 10**9 * [1] }}",
        "{{ 9 ** 99999 }}",
        "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
    ],
)
def test_what_would_break_out_or_never_end_is_refused(template: str) -> None:
    with pytest.raises((jinja2.TemplateError, OverflowError, RecursionError)):
        shown(template)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ incident.title.upper() }}", "SLOW"),
        ("{{ now.strftime('%H:%M') }}", "09:00"),
        ("{{ twice('ab') }}", "abab"),
        ("{{ names|map('upper')|join(', ') }}", "ANA, BEN"),
        ("{{ '{} and {}'.format(*names) }}", "ana and ben"),
        ("{{ {'a': 1}.items()|list }}", "[(&#39;a&#39;, 1)]"),
        ("{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m('<') }}", "<&lt;>"),
        ("{% for n in names %}{{ loop.cycle('a', 'b') }}{% endfor %}", "ab"),
        ("{% set c = namespace(n=1) %}{% set c.n = 2 %}{{ c.n * 3 }}", "6"),
        ("{{ '-' * 3 }}{{ range(3)|list|length }}", "---3"),
        ("{{ ('<b>'|e).replace('b', 'i') }}", "&lt;i&gt;"),
    ],
)
def test_values_are_asked_and_written_as_templates_do(template: str, text: str) -> None:
    assert shown(template) == text
