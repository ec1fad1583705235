"""Several steps at once, each in a thread of its own; what one of them raises is raised here."""

import threading
from collections.abc import Callable


def together(*steps: Callable[[], object]) -> None:
    """Start all steps from one gate, wait for all, and raise the first fault."""
    gate = threading.Barrier(len(steps))
    faults: list[BaseException] = []

    def run(step: Callable[[], object]) -> None:
        try:
            gate.wait()
            step()
        except BaseException as fault:  # noqa: BLE001 - raised again below, in the caller's thread
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
