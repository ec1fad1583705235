"""Long operations: run by threads of their kind, each with state, progress, result or cause of failure in a table."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias, cast

import structlog

from api import problems
from api.tables import change
from custody.canonical import Json
from custody.errors import CustodyError, NotFound, Unavailable
from custody.values import PersonId
from events.database import Database

_REPORT_SECONDS: Final = 0.1
_COLUMNS: Final = "id, person, kind, state, done, total, unit, result, problem"

_log = structlog.get_logger("api.operations")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What is known of one operation. `state` is queued, running, done or failed; `problem` as `stored` gives it."""

    id: str
    person: PersonId
    kind: str
    state: str
    done: int
    total: int | None
    unit: str
    result: dict[str, Json] | None = None
    problem: dict[str, object] | None = None

    @property
    def is_over(self) -> bool:
        """True when nothing of it will change any more."""
        return self.state in {"done", "failed"}

    def document(self, language: str) -> dict[str, object]:
        """Return the members that its person sees, a cause of failure in their language."""
        shown: dict[str, object] = {
            name: getattr(self, name) for name in ("id", "kind", "state", "done", "total", "unit")
        }
        problem = (
            None
            if self.problem is None
            else problems.of_stored(self.problem).of_operation(self.kind, language)
        )
        optional = {"result": self.result, "problem": problem}
        return shown | {name: value for name, value in optional.items() if value is not None}


@dataclass(slots=True)
class Progress:
    """How far a running operation is; the work calls `at`."""

    operation: Operation
    changed: Callable[[Operation], None]
    _told: float = field(default=0.0)

    def at(self, done: int, total: int | None = None) -> None:
        """Say that `done` units are done, of `total` when it is known."""
        self.operation = replace(
            self.operation, done=done, total=self.operation.total if total is None else total
        )
        if time.monotonic() - self._told >= _REPORT_SECONDS:
            self._told = time.monotonic()
            self.changed(self.operation)


Work: TypeAlias = Callable[[Progress], dict[str, Json]]


class Operations:
    """The operations of one deployment, and the threads that run them."""

    def __init__(self, database: Database, workers: int) -> None:
        """Run `workers` operations of each kind at a time: no kind keeps another waiting."""
        self._database, self._workers = database, workers
        self._threads: dict[str, ThreadPoolExecutor] = {}
        self._running: dict[str, Operation] = {}
        self._lock = threading.Lock()

    def fail_left_over(self) -> None:
        """Mark what a stopped server left unfinished as failed, with that cause."""
        problem = problems.of_error(Unavailable("server", "was stopped")).stored()
        change(
            self._database,
            "UPDATE operation SET state = 'failed', problem = ? WHERE state IN ('queued', 'running')",
            (json.dumps(problem).encode(),),
        )

    def start(
        self,
        person: PersonId,
        kind: str,
        *,
        unit: str,
        total: int | None,
        work: Work,
        most: int | None = None,
    ) -> Operation:
        """Queue `work` and return the operation at once.

        Raises Refused (429, Retry-After) when this person has `most` of this kind queued or running.
        """
        operation = Operation(
            id=str(uuid.uuid4()), person=person, kind=kind, state="queued", done=0, total=total, unit=unit
        )
        threads = self._admitted(operation, most)
        try:
            change(
                self._database,
                "INSERT INTO operation (id, person, kind, state, done, total, unit, made) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (operation.id, person, kind, operation.state, 0, total, unit, int(time.time())),
            )
            threads.submit(self._run, operation, work)
        except BaseException:
            self._forget(operation.id)
            raise
        return operation

    def _admitted(self, operation: Operation, most: int | None) -> ThreadPoolExecutor:
        """Note a new operation, and return the threads of its kind. Raises Refused for one too many."""
        with self._lock:
            own = (operation.person, operation.kind)
            running = (each for each in self._running.values() if not each.is_over)
            under_way = sum((each.person, each.kind) == own for each in running)
            if most is not None and under_way >= most:
                raise problems.too_many(problems.RETRY_SECONDS)
            self._running[operation.id] = operation
            if operation.kind not in self._threads:
                name = f"operation-{operation.kind}"
                self._threads[operation.kind] = ThreadPoolExecutor(self._workers, thread_name_prefix=name)
            return self._threads[operation.kind]

    def get(self, operation: str, person: PersonId) -> Operation:
        """Return an operation of this person. Raises NotFound, for another person's as well."""
        found = self.running(operation, person) or self._stored(operation)
        if found is None or found.person != person:
            raise NotFound("operation", operation)
        return found

    def running(self, operation: str, person: PersonId) -> Operation | None:
        """Return an operation of this person that is under way in this process, without asking the database."""
        with self._lock:
            found = self._running.get(operation)
        return found if found is not None and found.person == person else None

    def stop(self) -> None:
        """End the threads: what runs is finished, what waits is not begun."""
        with self._lock:
            threads = list(self._threads.values())
        for each in threads:
            each.shutdown(wait=False, cancel_futures=True)
        for each in threads:
            each.shutdown(wait=True)

    def _run(self, operation: Operation, work: Work) -> None:
        progress = Progress(replace(operation, state="running"), self._note)
        self._note(progress.operation)
        try:
            result = work(progress)
            over = replace(progress.operation, state="done", result=result)
        except CustodyError as error:
            _log.warning("operation_failed", operation=operation.id, kind=operation.kind, code=error.code)
            problem = problems.of_error(error).stored()
            over = replace(progress.operation, state="failed", problem=problem)
        except Exception:  # noqa: BLE001 - a thread's last handler: the operation must not run for ever
            _log.exception("operation_fault", operation=operation.id, kind=operation.kind)
            problem = problems.internal().stored()
            over = replace(progress.operation, state="failed", problem=problem)
        self._finish(over)

    def _finish(self, over: Operation) -> None:
        self._note(over)
        try:
            result = None if over.result is None else json.dumps(over.result).encode()
            problem = None if over.problem is None else json.dumps(over.problem).encode()
            change(
                self._database,
                "UPDATE operation SET state = ?, done = ?, total = ?, result = ?, problem = ? WHERE id = ?",
                (over.state, over.done, over.total, result, problem, over.id),
            )
        except Unavailable:
            _log.warning("operation_not_stored", operation=over.id)  # kept in memory, so it can still be read
            return
        except Exception:  # noqa: BLE001 - a thread's last handler: its pool would say nothing
            _log.critical("operation_fault", operation=over.id, kind=over.kind, exc_info=True)
            return
        self._forget(over.id)

    def _forget(self, operation: str) -> None:
        with self._lock:
            self._running.pop(operation, None)

    def _note(self, operation: Operation) -> None:
        with self._lock:
            self._running[operation.id] = operation

    def _stored(self, operation: str) -> Operation | None:
        rows = self._database.read(f"SELECT {_COLUMNS} FROM operation WHERE id = ?", (operation,))  # noqa: S608
        if not rows:
            return None
        found, person, kind, state, done, total, unit, result, problem = cast(
            tuple[str, PersonId, str, str, int, int | None, str, bytes | None, bytes | None], rows[0]
        )
        return Operation(
            id=found,
            person=person,
            kind=kind,
            state=state,
            done=done,
            total=total,
            unit=unit,
            result=None if result is None else json.loads(result),
            problem=None if problem is None else json.loads(problem),
        )
