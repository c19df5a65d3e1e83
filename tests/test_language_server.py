"""A real editor's language server, told by a record's first line which schema is its own, underlines
the lines that `opsbook check` reports, and nothing in a record that is well."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from opsbook.book.kinds import KINDS, Kind, identify, kind
from opsbook.book.load import load
from opsbook.schemas import all_schemas

ROOT = Path(__file__).parents[1]
SERVER = ROOT / "build/node/node_modules/.bin/yaml-language-server"
SETTINGS = {"yaml": {"schemaStore": {"enable": False}, "kubernetesCRDStore": {"enable": False}}}

pytestmark = pytest.mark.skipif(
    not SERVER.is_file(), reason="no yaml-language-server: `make build/node` installs it"
)


class Editor:
    """As much of an editor as it takes to open a file and see what is underlined."""

    def __init__(self, folder: Path) -> None:
        self._server = subprocess.Popen(
            [SERVER, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder
        )
        self._patience = Timer(120, self._server.kill)
        self._patience.start()
        self._send("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": {}}, id=1)
        self._receive(lambda message: message.get("id") == 1)
        self._send("initialized", {})
        self._send("workspace/didChangeConfiguration", {"settings": SETTINGS})

    def close(self) -> None:
        self._patience.cancel()
        self._server.kill()
        self._server.communicate()

    def errors(self, file: Path) -> list[tuple[int, str]]:
        """What is underlined in a file: line and message."""
        opened = {"uri": file.as_uri(), "languageId": "yaml", "version": 1, "text": file.read_text("utf-8")}
        self._send("textDocument/didOpen", {"textDocument": opened})
        found = self._receive(lambda message: message.get("params", {}).get("uri") == file.as_uri())
        self._send("textDocument/didClose", {"textDocument": {"uri": file.as_uri()}})
        self._receive(lambda message: message.get("params", {}).get("uri") == file.as_uri())
        return sorted(
            (each["range"]["start"]["line"] + 1, each["message"]) for each in found["params"]["diagnostics"]
        )

    def _send(self, method: str, params: Any, **more: Any) -> None:
        content = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more}).encode()
        assert self._server.stdin
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(content) + content)
        self._server.stdin.flush()

    def _receive(self, wanted: Any) -> dict[str, Any]:
        """The next message that is wanted; others are passed over."""
        assert self._server.stdout
        while True:
            length = 0
            while line := self._server.stdout.readline().strip():
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if not length:
                pytest.fail("the language server went away, or took two minutes")
            message: dict[str, Any] = json.loads(self._server.stdout.read(length))
            print(message)
            if wanted(message):
                return message
