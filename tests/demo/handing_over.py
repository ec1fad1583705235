"""Chapters five and six: exhibits change hands, and a description is amended."""

from tests.demo.founding import OFFICER, SECOND_OFFICER
from tests.demo.telling import LABORATORY, SEAL, Story, options

DECLINED = "Немає супровідного листа / There is no covering letter"


def hand_over(story: Story) -> None:
    """Offer two exhibits at once; declined, offered again, accepted."""
    story.checks.chapter("Handing over", "Передання")
    giver, taker = story.people[OFFICER], story.people[SECOND_OFFICER]
    both = telephone, photograph = story.references["telephone"], story.references["photograph"]
    offer = ("transfer", "offer", *both, *options(to=taker.id, purpose="Експертиза / Examination"))
    giver.run(*offer)
    story.checks.same("two exhibits wait for the receiver", 2, len(taker.run("inbox").of("waiting")))
    taker.run("transfer", "decline", *both, *options(reason=DECLINED))
    story.checks.same("declined: the offerer stays answerable", giver.id, story.custodian("telephone"))
    giver.run(*offer)
    answer = options(condition="Без змін / Unchanged", site=LABORATORY)
    taker.run("transfer", "accept", telephone, *answer, "--seal", SEAL, "--intact")
    taker.run("transfer", "accept", photograph, *answer, "--rehash")
    holder = story.custodian("telephone")
    story.checks.same("offered again and accepted: the receiver is the custodian", taker.id, holder)
    rehash = story.history("photograph")[-1]["values"]["rehash"]["outcome"]
    story.checks.same("the receiver digested the photograph again: match", "match", rehash)


def amend(story: Story) -> None:
    """Amend a description; the old one stays."""
    story.checks.chapter("A description is amended", "Уточнення опису")
    described = "description=Вид із заходу; видно два будинки / Seen from the west; two houses"
    said = options(set=described, reason="Уточнено / Made precise")
    story.people[SECOND_OFFICER].run("amend", story.references["photograph"], *said)
    values = [act["values"] for act in story.history("photograph")]
    told = {each["description"] for each in values if "description" in each}
    story.checks.same("old and new description are both in the history", 2, len(told))
