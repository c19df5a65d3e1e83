"""The commands: each is in the help, with what it is for, and their help looks alike."""

from __future__ import annotations

import pytest

from opsbook.cli.main import Commands, cli, run

Out = pytest.CaptureFixture[str]


def test_help_names_every_command_with_what_it_is_for(quiet: None, capsys: Out) -> None:
    assert run(["--help"]) == 0
    shown = [line.strip("│ ").split("  ")[0].strip() for line in capsys.readouterr().out.splitlines()]
    commands = {name: cli.get_command(None, name) for name in cli.list_commands(None)}  # type: ignore[attr-defined, arg-type]
    names = [name for name, command in commands.items() if command and not command.hidden]
    assert sorted(line for line in shown if line in names) == names, "each once"


def test_every_command_stands_in_one_group_of_the_help() -> None:
    grouped = [name for names in Commands.groups.values() for name in names]
    commands = {name: cli.get_command(None, name) for name in cli.list_commands(None)}  # type: ignore[attr-defined, arg-type]
    assert sorted(grouped) == [name for name, command in commands.items() if command and not command.hidden]


@pytest.mark.parametrize("name", cli.list_commands(None))  # type: ignore[attr-defined, arg-type]
def test_the_help_of_every_command_looks_alike(quiet: None, name: str, capsys: Out) -> None:
    assert run([name, "--help"]) == 0
    usage, *_, options = capsys.readouterr().out.partition("╭─ Options ─")
    assert usage.strip().startswith(f"Usage: opsbook {name} [OPTIONS]")
    assert "--help" in options
