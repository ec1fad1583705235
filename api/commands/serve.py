"""`python -m api serve`: run the service until it is told to stop."""

from __future__ import annotations

import resource
import signal
import sys
from types import FrameType

import uvicorn

from api.app import create_app
from api.commands.saying import say
from api.composition import compose
from api.logging import configure
from api.routes.ledger import newest
from api.services import Services
from api.settings import Settings
from api.verify_page import NAME, read_page

_GRACE_SECONDS = 20
_FILES = 65_536  # connections of clients are files, as those to database and store are
# Many threads record at once, each for a fraction of a millisecond between two waits: at Python's 5 ms they take
# the interpreter from one another more often than they need it (`make bench`, row "POST /acts, 32 clients").
SWITCH_SECONDS = 0.02


def serve(settings: Settings) -> int:
    """Compose the parts, say what the operator must know, and answer requests."""
    configure(settings)
    sys.setswitchinterval(SWITCH_SECONDS)
    _take_room()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(
            number, _leave
        )  # the server tells it again after its last reply; then the parts are stopped
    with compose(settings) as services:
        _announce(services)
        uvicorn.Server(_config(services)).run()
    return 0


def _take_room() -> None:
    """Take as many open files as this machine allows: with the usual 1,024 a thousand idle clients stop all work."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if most == resource.RLIM_INFINITY else min(_FILES, most)
    if now != resource.RLIM_INFINITY and now < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _announce(services: Services) -> None:
    url = f"http://{services.settings.host}:{services.settings.port}"
    if services.ledger.refusal is not None:
        say("reading-only", reason=services.ledger.refusal)
    if newest(services) is None:
        show_token(services.founding_token.open(), str(services.founding_token.path), url)
    else:
        services.founding_token.use_up()
    page = read_page()
    if page is not None:
        say("verify-page", url=f"{url}/{NAME}", digest=page.digest.hex())
    say("listening", url=url)


def show_token(token: str | None, path: str, url: str) -> None:
    """Print the one-time founding token on a terminal; elsewhere, as in a log, only where its file is."""
    if token is None:
        say("already-founded")
        return
    say("unfounded")
    print(f'  custody found --server {url} --token TOKEN --name "..." --deployment "..."', flush=True)
    if not sys.stdout.isatty():
        say("token-in-file", path=path)
        return
    say("founding-token")
    print(f"  {token}", flush=True)
    say("token-kept", path=path)


def _config(services: Services) -> uvicorn.Config:
    settings = services.settings
    return uvicorn.Config(
        create_app(services),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
