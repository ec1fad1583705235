"""Make verify.html: one file out of the modules in src/, with hashes of its script and style in its policy.

Usage: python verifier/html/build.py [--check]. Standard library only; the same sources give the same bytes.
"""

from __future__ import annotations

import base64
import re
import sys
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent
OUTPUT = HERE / "verify.html"

_IMPORT = re.compile(r"^import \{([^}]*)\} from '\./([a-z0-9-]+)\.js';\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let)\*? ?(\w+))", re.MULTILINE)


def script_of(entrance: str) -> str:
    """Return the modules that `entrance` needs as one script: each in a scope of its own, the needed ones first."""
    parts = [_scoped(name) for name in _ordered(entrance)]
    return "'use strict';\n(() => {\n" + "\n".join(parts) + "\n})();\n"


def _source(name: str) -> str:
    return (HERE / "src" / f"{name}.js").read_text("utf-8")


def _ordered(entrance: str) -> list[str]:
    order: list[str] = []
    open_: list[str] = []

    def visit(name: str) -> None:
        if name in order:
            return
        if name in open_:
            raise SystemExit(f"modules in a circle: {' -> '.join([*open_, name])}")
        open_.append(name)
        for needed in _IMPORT.findall(_source(name)):
            visit(needed[1])
        open_.remove(name)
        order.append(name)

    visit(entrance)
    return order


def _variable(name: str) -> str:
    return "module_" + name.replace("-", "_")


def _scoped(name: str) -> str:
    text = _source(name)
    exported = ", ".join(_EXPORT.findall(text))
    body = _IMPORT.sub(lambda found: f"const {{{found[1]}}} = {_variable(found[2])};\n", text)
    body = _EXPORT.sub("", body)
    if re.search(r"^(import|export)\b", body, re.MULTILINE):
        raise SystemExit(f"{name}.js: an import or export of another form")
    return f"const {_variable(name)} = (() => {{\n{body}return {{ {exported} }};\n}})();"


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(sha256(text.encode()).digest()).decode() + "'"


def page_of(script: str) -> str:
    """Return the page with this script in it."""
    style = (HERE / "page.css").read_text("utf-8")
    for text in (script, style):
        if re.search(r"</(script|style)|<!--|\r", text, re.IGNORECASE):
            raise SystemExit("a text that would end its element")
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; worker-src blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    page = (HERE / "page.html").read_text("utf-8")
    for place, text in (("policy", policy), ("style", style), ("script", script)):
        page = page.replace("{{" + place + "}}", text)
    return page


def main() -> int:
    """Write verify.html, or with --check compare it; print its SHA-256 as sha256sum would."""
    data = page_of(script_of("main")).encode()
    if "--check" in sys.argv[1:]:
        if not OUTPUT.exists() or OUTPUT.read_bytes() != data:
            print(
                "verify.html is not what its sources give: run python verifier/html/build.py", file=sys.stderr
            )
            return 1
    else:
        OUTPUT.write_bytes(data)
    print(f"{sha256(data).hexdigest()}  {OUTPUT.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
