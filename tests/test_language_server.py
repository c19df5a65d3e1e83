"""A real editor's language server, told by a record's first line which schema is its own, underlines
the lines that `opsbook check` reports, and nothing in a record that is well."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from textwrap import dedent
from threading import Timer
from typing import Any

import pytest

from opsbook.book.kinds import identify
from opsbook.cli.main import run
from opsbook.schemas import all_schemas

ROOT = Path(__file__).parents[1]
SERVER = ROOT / "build/node/node_modules/.bin/yaml-language-server"
CONFIGURATION = {"yaml": {"schemaStore": {"enable": False}, "kubernetesCRDStore": {"enable": False}}}
INCIDENT = "incidents/2026/2026-03-02-checkout-5xx/incident.yaml"

pytestmark = pytest.mark.skipif(
    not SERVER.is_file(), reason="no yaml-language-server: `make build/node` installs it"
)

BROKEN = {
    "rotations/people/missing-key.yaml": """\
        name: Ana Ruiz
    """,
    "rotations/people/unknown-key.yaml": """\
        name: Ana Ruiz
        timezone: Europe/Berlin
        titel: Engineer
    """,
    "rotations/teams/wrong-type.yaml": """\
        name: Payments
        description: Takes the money
        members: ana
    """,
    "policies/services/text-for-a-flag.yaml": """\
        name: Checkout
        team: payments
        critical: "yes"
    """,
    "rotations/payments-primary.yaml": """\
        timezone: Europe/Berlin
        layers:
          - name: weekly
            windows: [{days: [mon], from: "17:00", to: "9 o'clock"}]
            versions:
              - {starts: 2026-01-05 09:00, every: weekly, members: [ana]}
              - {starts: 2026-07-06T09:00Z, every: 1w, members: [ana]}
    """,
    "incidents/2026/2026-03-02-bad-enum/incident.yaml": """\
        title: Checkout answers 502
        timeline:
          - {at: 2026-03-02T09:06Z, text: "CheckoutErrorRate fired"}
          - {at: 2026-03-02T09:33Z, milestone: fixed, text: "Error rate at baseline"}
    """,
    "incidents/2026/2026-03-02-bad-instant/incident.yaml": """\
        title: Checkout answers 502
        timeline:
          - {at: 2026-03-02 09:06, text: "CheckoutErrorRate fired"}
          - {at: 2026-03-02T09:33Z, text: "Error rate at baseline"}
    """,
    "incidents/2026/2026-03-02-missing-text/incident.yaml": """\
        title: Checkout answers 502
        timeline:
          - {at: 2026-03-02T09:06Z, text: "CheckoutErrorRate fired"}
          - {at: 2026-03-02T09:33Z, milestone: mitigated}
    """,
    "incidents/2026/2026-03-02-not-done/incident.yaml": """\
        title: Checkout answers 502
        action_items:
          canary: {title: Send one request in a hundred first, status: declined}
          pool-size:
            title: Check the pool size
            owner: chi
            status: done
    """,
}
"""What an editor can know of: one record, without any other."""


class Editor:
    """As much of an editor as it takes to open files and see what is underlined."""

    def __init__(self, folder: Path) -> None:
        self._server = subprocess.Popen(
            [SERVER, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder
        )
        self._patience = Timer(120, self._server.kill)
        self._patience.start()
        about = {"processId": None, "rootUri": folder.as_uri(), "capabilities": {}}
        self._send(id=1, method="initialize", params=about)
        self._receive(lambda message: message.get("id") == 1)
        self._send(method="initialized", params={})
        self._receive(lambda message: message.get("method") == "workspace/configuration")

    def close(self) -> None:
        self._patience.cancel()
        self._server.kill()
        self._server.communicate()

    def underlined(self, files: Iterable[Path]) -> dict[str, list[tuple[int, str]]]:
        """What is underlined in each file: lines and messages."""
        waiting = {file.as_uri(): str(file) for file in files}
        for uri, file in waiting.items():
            text = Path(file).read_text(encoding="utf-8")
            document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
            self._send(method="textDocument/didOpen", params={"textDocument": document})
        found = {}
        while waiting:
            said = self._receive(lambda message: message.get("params", {}).get("uri") in waiting)["params"]
            lines = [(each["range"]["start"]["line"] + 1, each["message"]) for each in said["diagnostics"]]
            found[waiting.pop(said["uri"])] = sorted(lines)
        return found

    def _send(self, **message: Any) -> None:
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._server.stdin
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
        self._server.stdin.flush()

    def _receive(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next message of that sort; others are passed over, and questions answered."""
        while True:
            message = self._message()
            if message.get("method") == "workspace/configuration":
                asked = [CONFIGURATION.get(each["section"]) for each in message["params"]["items"]]
                self._send(id=message["id"], result=asked)
            if wanted(message):
                return message

    def _message(self) -> dict[str, Any]:
        assert self._server.stdout
        length = 0
        while line := self._server.stdout.readline().strip():
            name, _, value = line.partition(b": ")
            length = int(value) if name == b"Content-Length" else length
        if not length:
            pytest.fail("the language server went away, or took two minutes")
        found: dict[str, Any] = json.loads(self._server.stdout.read(length))
        return found


@pytest.fixture
def book(tmp_path: Path, quiet: None) -> Path:
    """An empty book with its schemas."""
    root = tmp_path / "book"
    for name, text in all_schemas().items():
        write(root / "schemas" / name, text)
    write(root / "opsbook.toml", "")
    return root


@pytest.fixture
def editor(book: Path) -> Iterator[Editor]:
    found = Editor(book)
    yield found
    found.close()


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def with_modeline(path: str, text: str) -> str:
    """The record with a first line that names its schema, where it has none."""
    identity = identify(path)
    assert identity
    line = f"# yaml-language-server: $schema={'../' * path.count('/')}schemas/{identity.kind.name}.json\n"
    return text if text.startswith("# yaml-language-server") else line + text


def records(root: Path) -> list[str]:
    """The YAML records of a book."""
    paths = (file.relative_to(root).as_posix() for file in sorted(root.rglob("*.yaml")))
    return [path for path in paths if identify(path)]


def test_an_editor_underlines_the_lines_that_check_reports(
    book: Path, editor: Editor, capsys: pytest.CaptureFixture[str]
) -> None:
    for path, text in BROKEN.items():
        write(book / path, with_modeline(path, dedent(text)))
    assert run(["-C", str(book), "check", "--select", "documents", "--format", "json"]) == 1
    expected: dict[str, set[int]] = {path: set() for path in BROKEN}
    for each in json.loads(capsys.readouterr().out)["diagnostics"]:
        expected[each["path"]].add(each["start"]["line"])
    assert all(expected.values())
    underlined = editor.underlined(book / path for path in BROKEN)
    assert {path: {line for line, _ in underlined[str(book / path)]} for path in BROKEN} == expected


@pytest.mark.parametrize("well", [ROOT, ROOT / "tests/books/healthy"], ids=["example", "healthy"])
def test_an_editor_underlines_nothing_in_a_record_that_is_well(
    well: Path, book: Path, editor: Editor
) -> None:
    for folder in ("incidents", "policies", "rotations"):
        shutil.copytree(well / folder, book / folder)
    paths = records(book)
    for path in paths:
        write(book / path, with_modeline(path, (book / path).read_text(encoding="utf-8")))
    assert len(paths) > 10
    underlined = editor.underlined(book / path for path in paths)
    assert {path: said for path, said in underlined.items() if said} == {}
