"""The reference of the command says what the commands say."""

from tests.support.cli_reference import DOCUMENT, written


def test_the_reference_is_of_the_live_commands() -> None:
    """docs/reference/cli.md is exactly what is made from the tree of commands."""
    assert DOCUMENT.read_text(encoding="utf-8") == written(), "run python -m tests.support.cli_reference"


def test_every_command_is_explained() -> None:
    """Each command, argument and option has a help text."""
    assert "| None" not in written()
    assert "\n\nNone\n" not in written()
