"""A real browser: Debian's Chromium behind Playwright, watched for errors, requests and breaches of its policy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TOLD = (
    "document.addEventListener('securitypolicyviolation', e => console.error('policy', e.violatedDirective))"
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium; skip where it is not installed."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no chromium: deploy/browser installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page, with everything that it complained of or asked the network for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, context: BrowserContext) -> Watched:
        """Open an empty page and watch it from the first moment on."""
        watched = cls(context.new_page())
        watched.page.add_init_script(TOLD)
        watched.page.on("console", watched._hear)
        watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        watched.page.on("request", lambda request: watched.requests.append(request.url))
        return watched

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    @property
    def strayed(self) -> list[str]:
        """Requests for anything but files of this machine and the page's own workers."""
        return [url for url in self.requests if not url.startswith(("file:///", "blob:null/"))]
