"""The evidence of the story: the sample files, a folder of 200 files, and what was written down about each."""

import hashlib
from pathlib import Path

SAMPLES = Path(__file__).parents[1] / "samples"
FOLDER_FILES = 200


def make_folder(folder: Path) -> Path:
    """Write 200 small files, as a telephone's folder of messages might be: the same bytes in every run."""
    for number in range(FOLDER_FILES):
        file = folder / f"chat-{number % 8}" / f"повідомлення-{number:03}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        line = hashlib.sha256(str(number).encode()).hexdigest()
        file.write_text(
            f"{number:03} 2026-11-{1 + number % 20:02} {line}\n" * (1 + number % 5), encoding="utf-8"
        )
    return folder
