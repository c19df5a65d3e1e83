"""Shows a built site to browsers on this machine, and builds it anew when the book changes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

from opsbook.errors import UserError
from opsbook.text import shown

_BUILT, _SCRIPT = "/-/built", "/-/reload.js"
_RELOAD = b"""// Loads the page again once the site was built again.
(() => {
  const built = () => fetch("/-/built").then(answer => answer.text());
  const again = first => built().then(now => now !== first && location.reload()).catch(() => {});
  built().then(first => setInterval(again, 1000, first));
})();
"""
_AT_EASE = 20
"""Looking for changes takes at most one part in so many of the time."""
_LEAST = 0.5
"""Seconds between two looks at least."""


def parsed(address: str) -> tuple[str, int]:
    """`HOST:PORT` as both; UserError where it is none."""
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise UserError(f"`{address}` is no address to listen at", "write it as `127.0.0.1:8000`")
    return host.strip("[]") or "127.0.0.1", int(port)


def serve(
    where: tuple[str, int],
    site: Path,
    build: Callable[[], None],
    looks: Callable[[], Mapping[str, bytes]],
    say: Callable[[str], None],
) -> None:
    """Build, show, and build again whenever `looks` tells other things of the files, until interrupted."""
    before = looks()
    build()
    try:
        server = ThreadingHTTPServer(where, partial(_Handler, directory=str(site)))
    except OSError as error:
        raise UserError(
            f"cannot listen at {where[0]}:{where[1]}: {error.strerror}", "name another with `--address`"
        ) from None
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        say(f"http://{where[0]}:{server.server_address[1]}/ shows the site; Ctrl-C ends it")
        try:
            while True:
                now = _changed(before, looks)
                names = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
                say(f"changed: {shown(names[0])}" + (f" and {len(names) - 1:,} more" if names[1:] else ""))
                before = now
                try:
                    build()
                except UserError as error:
                    say(f"error: {error}")
                _Handler.number += 1
        finally:
            server.shutdown()


def _changed(before: Mapping[str, bytes], looks: Callable[[], Mapping[str, bytes]]) -> Mapping[str, bytes]:
    """Wait until files look different, and no longer than one look more: an editor writes several at once."""
    changed = False
    while True:
        began = time.monotonic()
        now = looks()
        if now == before and changed:
            return now
        changed = changed or now != before
        before = now
        time.sleep(max(_LEAST if not changed else _LEAST / 5, _AT_EASE * (time.monotonic() - began)))


class _Handler(SimpleHTTPRequestHandler):
    """The files of the site; a page also gets what loads it again."""

    number = 0

    def do_GET(self) -> None:
        if self.path == _BUILT:
            self._answer(str(_Handler.number).encode(), "text/plain")
        elif self.path == _SCRIPT:
            self._answer(_RELOAD, "text/javascript")
        else:
            super().do_GET()

    def _answer(self, content: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def send_head(self) -> Any:
        """A page as it stands, with one script of this server's own."""
        path = Path(self.translate_path(self.path))
        page = path / "index.html" if path.is_dir() and self.path.partition("?")[0].endswith("/") else path
        found = page.is_file()
        if not found and not path.is_dir():
            page = Path(self.directory) / "404.html"
        if page.suffix != ".html" or not page.is_file():
            return super().send_head()
        content = page.read_bytes().replace(b"</body>", f'<script src="{_SCRIPT}"></script></body>'.encode())
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        return BytesIO(content)

    def end_headers(self) -> None:
        """No browser keeps what may be another in a second."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Requests are not told: what was built is."""
