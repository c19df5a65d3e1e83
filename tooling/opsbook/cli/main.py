"""`opsbook`: finds commands by file, owns the clock, and maps what happens to exit codes.

0 done, 1 findings, 2 wrong use or broken settings, 3 a bug in opsbook, 130 interrupted, 141 nobody
reads the output any more (`opsbook check | head -1`).
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from errno import ENOSPC, EPIPE
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, NoReturn

import click
from click.exceptions import Exit

from opsbook import __version__
from opsbook.cli.options import Group, colored
from opsbook.errors import UserError

_HERE = Path(__file__).parent
_SHARED = (
    "__init__",
    "exports",
    "main",
    "options",
    "overview",
    "progress",
    "responding",
    "saving",
    "tracking",
)


class _NoPlugins(ModuleType):
    """What looks for plug-ins of pydantic, and finds none. The real one loads all that reads the metadata of
    installed packages, a twelfth of what a command does; it takes over where it is asked for anything else.
    """

    def get_plugins(self) -> tuple[object, ...]:
        return ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        sys.modules.pop(self.__name__, None)
        return getattr(import_module(self.__name__), name)


if os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__") == "__all__":
    sys.modules.setdefault("pydantic.plugin._loader", _NoPlugins("pydantic.plugin._loader"))


class Commands(Group):
    """The commands are the files of this folder, imported when they are asked for."""

    groups: ClassVar[Mapping[str, Sequence[str]]] = {
        "During an incident": (
            "declare", "classify", "log", "ack", "role", "severity", "decide", "update", "mitigate",
            "resolve", "close", "reopen", "undo", "show", "timeline", "runbook", "merge", "sync",
        ),
        "After it": ("postmortem", "action", "due"),
        "Who is on call": ("oncall", "rotation", "handoff", "calendar", "escalation", "impact", "offboard"),
        "How we are doing": ("metrics", "report", "checklist", "alerts"),
        "Write records": ("new", "open", "rename", "import"),
        "Check": ("check", "explain", "rules", "baseline", "schema"),
        "Begin, publish, automate": ("init", "adopt", "setup", "site", "ci"),
    }  # fmt: skip

    def list_commands(self, context: click.Context) -> list[str]:  # noqa: ARG002
        names = (file.stem for file in _HERE.glob("*.py"))
        return sorted(name.replace("_", "-") for name in names if name not in _SHARED)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in self.list_commands(context):
            return None
        command: click.Command = import_module(f"opsbook.cli.{name.replace('-', '_')}").command
        command.name = name
        return command

    def invoke(self, context: click.Context) -> Any:
        """Run the command. Where nobody takes its output it ends, quietly, as other programs do."""
        try:
            return super().invoke(context) or context.obj.get("code", 0)
        except OSError as error:
            if error.errno not in (EPIPE, ENOSPC):
                raise
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the interpreter tries again at its end
            if error.errno == ENOSPC:
                raise UserError(f"cannot write: {error.strerror}") from None
            raise Exit(141) from None

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(context, arguments)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(arguments[0], self.list_commands(context), 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise click.UsageError(error.message + hint, context) from None


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 findings, 2 wrong use or broken settings, 3 a bug in opsbook.",
)
@click.version_option(__version__, "-V", "--version", prog_name="opsbook", message="%(prog)s %(version)s")
@click.option(
    "--traceback", is_flag=True, expose_value=False,
    help="Show the traceback of a bug instead of writing a report.",
)  # fmt: skip
@click.option(
    "-C", "--directory", type=click.Path(exists=True, file_okay=False, executable=True, path_type=Path),
    metavar="DIR", help="Run as if started in DIR.",
)  # fmt: skip
@click.pass_context
def cli(context: click.Context, directory: Path | None) -> None:
    """Incidents as code: check, read and publish a book of operations records.

    Alone, it says what is open, which update is due, and who is on call; `opsbook due` says what is late.
    """
    context.obj = {"now": datetime.now(UTC)}
    if directory:
        os.chdir(directory)
    if context.invoked_subcommand is None:
        _alone(context)


def _alone(context: click.Context) -> None:
    """Say what is open; outside of a book, what there is to type."""
    from opsbook.book.settings import find_root

    try:
        root = find_root(Path.cwd())
    except UserError:
        click.echo(context.get_help())
        return
    from opsbook.cli.overview import overview

    overview(context.obj, root)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run a command and exit."""
    code = run(arguments)
    gc.freeze()  # nothing is looked through for cycles at the end: all of it goes
    sys.exit(code)


def run(arguments: list[str] | None = None) -> int:
    """Run a command; the exit code."""
    _set_up_streams()
    try:
        result: Any = cli.main(arguments, prog_name="opsbook", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except UserError as error:
        _refuse(error)
        return 2
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return 130
    except Exception as error:
        return _bug(error, sys.argv[1:] if arguments is None else arguments)


def _refuse(error: UserError) -> None:
    from opsbook.output.frames import Paint, clean

    head = Paint(colored(sys.stderr))("error", "1;31")
    lines = [f"{head}: {clean(line)}\n" for line in error.message.split("\n")]
    lines += [f"  {clean(line)}\n" for line in error.hint.split("\n") if line]
    click.echo("".join(lines), nl=False, err=True, color=True)


def _set_up_streams() -> None:
    if sys.stdout is None:  # closed by whoever started us
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _bug(error: Exception, arguments: list[str]) -> int:
    import platform
    import tempfile
    import traceback

    trace = "".join(traceback.format_exception(error))
    if "--traceback" in arguments:
        from opsbook.output.frames import clean

        click.echo("\n".join(map(clean, trace.splitlines())), err=True)
        return 3
    handle, name = tempfile.mkstemp(prefix="opsbook-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(f"opsbook {__version__}, Python {platform.python_version()}, {platform.platform()}\n")
        file.write(f"arguments: {arguments!r}\n\n{trace}")
    click.echo(f"opsbook has a bug: {type(error).__name__}; please report it with {name}", err=True)
    return 3
