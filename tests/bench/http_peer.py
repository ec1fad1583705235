"""The peer of the doors, a program: a bare FastAPI route that saves one event with the bare library."""

import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from tests.bench import peer

ITEMS = 32


class Change(BaseModel):
    """One change of an item."""

    item: int
    note: str


def routes(bare: peer.Bare) -> FastAPI:
    """Return the application; each client changes an item of its own."""
    items = [bare.new_item() for _ in range(ITEMS)]
    app = FastAPI()

    @app.get("/livez")
    def livez() -> dict[str, bool]:
        return {"alive": True}

    @app.post("/changes", status_code=201)
    def change(body: Change) -> dict[str, int]:
        item = items[body.item]
        bare.change(item, body.note)
        return {"version": item.version}

    return app


if __name__ == "__main__":
    with peer.on_sqlite(Path(sys.argv[1])) as opened:
        uvicorn.run(routes(opened), port=int(sys.argv[2]), log_level="warning", access_log=False)
