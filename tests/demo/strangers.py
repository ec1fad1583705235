"""The last chapter: programs that others wrote accept what the demo leaves, and refuse copies that were spoilt."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.demo.checks import Checks
from tests.support.foreign.handed import Handed, Refused
from tests.support.foreign.programs import ALL, Program

AT_ONCE = 2
EACH = 2  # demands on each program: it accepts, and it refuses


def here() -> list[Program]:
    """Return the programs that are installed."""
    return [each for each in ALL if not each.missing]


def let_check(out: Path, work: Path, checks: Checks) -> None:
    """Let each program check the folder `out`, and a copy with one change in the program's reach."""
    checks.chapter("Programs that others wrote", "Програми, яких ми не писали")
    for each in ALL:
        if each.missing:
            checks.tell(f"  {each.name}: left out, not installed here: {', '.join(each.missing)}")
    programs = sorted(here(), key=lambda each: each.name != "case_validate")  # the slowest begins first
    asides = {each.name: checks.aside() for each in programs}
    with ThreadPoolExecutor(AT_ONCE) as workers:
        ended = [
            workers.submit(_check, each, out, work / str(number), asides[each.name])
            for number, each in enumerate(programs)
        ]
        for one in ended:
            one.result()
    for each in here():
        checks.take_in(asides[each.name])


def _check(program: Program, out: Path, work: Path, checks: Checks) -> None:
    work.mkdir(parents=True)
    handed = Handed(out, work / "unpacked")
    try:
        accepted = program.accepted(handed)
    except Refused as refusal:
        checks.demand(f"{program.name} accepts what is handed over", holds=False, found=refusal)
    else:
        checks.demand(f"{program.name} accepts what is handed over: {_brief(accepted)}", holds=True)
    try:
        said = program.refused(handed.copied(work))
    except AssertionError as fault:
        checks.demand(f"{program.name} refuses a spoilt copy", holds=False, found=fault)
    else:
        checks.demand(
            f"{program.name} refuses a spoilt copy: “{_around(said, program.complaint)}”", holds=True
        )


def _brief(accepted: list[str]) -> str:
    more = f", and {len(accepted) - 1} more" if len(accepted) > 1 else ""
    return f"{accepted[0][:70]}{more}"


def _around(said: str, complaint: str) -> str:
    """Return the line in which a program complains."""
    line = next((each for each in said.splitlines() if complaint in each), complaint)
    at = max(0, line.index(complaint) - 50)
    return line[at : at + 110].strip()
