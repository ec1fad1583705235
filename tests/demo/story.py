"""The story of one case, UKR2-25, told by the commands that its people run: its chapters, in order."""

from tests.demo import founding, handing_over, looking, taking_in
from tests.demo.telling import Story


def tell(story: Story) -> None:
    """Tell all chapters, up to a verification that holds."""
    story.people = founding.cast(story.folder, story.server)
    begin(story)
    taking_in.open_case(story)
    taking_in.take_in(story)
    taking_in.take_in_late(story)
    handing_over.hand_over(story)
    handing_over.amend(story)
    looking.look_at_both_clocks(story)
    looking.disclose(story)
    looking.verify(story)
    looking.read_the_history(story)


def begin(story: Story) -> None:
    """Found the ledger and enrol everybody."""
    story.checks.chapter("The ledger is founded; people are enrolled", "Заснування реєстру, особи")
    administrator = story.people[founding.ADMINISTRATOR]
    ledger = founding.found(administrator, story.server)
    story.checks.tell(
        f"  {administrator.name} founded ledger {ledger[:16]}… (administrator, and nothing else)"
    )
    for name, roles in founding.ROLES.items():
        founding.enrol(story.people[name], administrator, story.folder)
        held = ", ".join(roles) or "no role yet"
        story.checks.tell(f"  {name}: enrolled, confirmed with the new key; {held}")
    size = administrator.run("status").one("status")["size"]
    story.checks.demand("founding and four enrolments, each in two acts, are recorded", holds=size >= 9)
