"""Roots of time-stamping that this deployment trusts, each with its window (docs/spec/verdict-v1.md section 5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509

from custody import values
from custody.errors import Malformed

_BEGIN: Final = "-----BEGIN CERTIFICATE-----"
_END: Final = "-----END CERTIFICATE-----"
_window = re.compile(r"(Not-Before|Not-After): (\S+)\s*").fullmatch


@dataclass(frozen=True, slots=True)
class Root:
    """A self-signed certificate, and from when until when it is trusted."""

    certificate: x509.Certificate
    since: datetime
    until: datetime

    def holds(self, time: datetime) -> bool:
        """Whether a moment is within the window."""
        return self.since <= time <= self.until


def read_roots(data: bytes, path: str) -> tuple[Root, ...]:
    """Return the roots of a PEM file, at least one; lines `Not-Before:` and `Not-After:` belong to the next one.

    Raises Malformed, for a certificate that is not self-signed as well: a chain must end there.
    """
    try:
        lines = data.decode().splitlines()
    except UnicodeDecodeError as fault:
        raise Malformed(path, "is not UTF-8") from fault
    roots, window, block = list[Root](), dict[str, datetime](), None
    for line in lines:
        if line == _BEGIN:
            block = list[str]()
        elif line == _END and block is not None:
            roots.append(_root("\n".join([_BEGIN, *block, _END, ""]), window, path))
            window, block = {}, None
        elif block is not None:
            block.append(line)
        elif found := _window(line):
            window[found[1]] = values.recorded_instant(found[2], path)
    if not roots or block is not None:
        raise Malformed(path, "holds no certificate" if block is None else "ends within a certificate")
    return tuple(roots)


def _root(pem: str, window: dict[str, datetime], path: str) -> Root:
    try:
        found = x509.load_pem_x509_certificate(pem.encode())
    except (ValueError, x509.InvalidVersion) as fault:
        raise Malformed(path, "has a malformed certificate") from fault
    if found.issuer != found.subject:
        raise Malformed(path, "has a certificate that is not self-signed: give the root above it")
    since = window.get("Not-Before", found.not_valid_before_utc)
    return Root(found, since, window.get("Not-After", found.not_valid_after_utc))
