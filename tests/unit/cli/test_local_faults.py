"""What this machine refuses is told with the file, the reason and, on a full disk, what to do."""

import errno
from pathlib import Path

import pytest

from custody_cli import __main__, messages
from custody_cli.faults import Misuse
from custody_cli.local_faults import fault_of


def refusal(number: int, file: str | None = None) -> OSError:
    """Return what the system raises."""
    return OSError(number, "as the system says", file)


@pytest.mark.parametrize(
    ("number", "english", "ukrainian"),
    [
        (errno.ENOENT, "x: there is no such file or folder.", "x: такого файлу чи теки немає."),
        (errno.EISDIR, "x: it is a folder, and a file is needed.", "x: це тека, а потрібен файл."),
        (errno.EACCES, "x: you have no right to it.", "x: у вас немає права доступу."),
        (errno.EIO, "x: as the system says.", "x: as the system says."),
    ],
)
def test_a_refusal_names_file_and_reason(
    number: int, english: str, ukrainian: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the language that is spoken; a reason without a word of ours stands as the system gives it."""
    assert fault_of(refusal(number, "x")).text() == english
    monkeypatch.setattr(messages, "_chosen", ["uk"])
    assert fault_of(refusal(number, "x")).text() == ukrainian


def test_a_file_that_the_system_does_not_name_is_not_called_none() -> None:
    """Writing to an open file fails without its name; the caller's own is taken where there is one."""
    assert fault_of(refusal(errno.EIO)).text() == "The system refused: as the system says."
    assert fault_of(refusal(errno.EIO), Path("y")).text() == "y: as the system says."


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_says_what_to_do(number: int) -> None:
    """What was signed waits in the profile: the officer is told how it goes on."""
    told = fault_of(refusal(number)).text()

    assert "No room is left" in told
    assert "custody send" in told


def test_a_name_cannot_steer_the_terminal() -> None:
    """Control characters of a file's name are made visible."""
    assert "\x1b" not in fault_of(refusal(errno.ENOENT, "a\x1b[2J")).text()


@pytest.mark.parametrize(("refused", "status"), [(refusal(errno.ENOSPC), 2), (KeyboardInterrupt(), 130)])
def test_a_command_that_is_stopped_ends_with_a_sentence(
    refused: BaseException, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither a full disk nor Ctrl-C ends in a traceback, whenever it comes."""

    def stop(*_arguments: object, **_options: object) -> None:
        raise refused

    monkeypatch.setattr("custody_cli.app.app", stop)
    with pytest.raises(SystemExit) as end:
        __main__.main(["status"])

    assert end.value.code == status
    assert capsys.readouterr().err.count("\n") == 1


def test_a_language_that_is_not_spoken_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """A slip in --language is told; the surroundings may name any language and get English."""
    with pytest.raises(SystemExit) as end:
        __main__.main(["--language", "de", "status"])

    assert end.value.code == Misuse.exit_status
    assert "--language uk" in capsys.readouterr().err
