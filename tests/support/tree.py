"""What the tests of the house look at: the files that git knows, and those of the product among them."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("api", "cli", "custody", "events", "storage", "verifier")
PACKAGES = ("api", "custody", "events", "storage")


@cache
def committed() -> tuple[Path, ...]:
    """Every file that git tracks here, or would with the next commit, and that exists."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = [name for name in listed.stdout.decode().split("\0") if name]
    return tuple(sorted(ROOT / name for name in names if (ROOT / name).is_file()))


@cache
def product() -> tuple[Path, ...]:
    """The Python files of the product."""
    return tuple(path for path in python() if path.relative_to(ROOT).parts[0] in PRODUCT)


@cache
def python() -> tuple[Path, ...]:
    """All Python files."""
    return tuple(path for path in committed() if path.suffix == ".py")


def name(path: Path) -> str:
    """Return the file's name as seen from the root."""
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    """Return the file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=name(path))
