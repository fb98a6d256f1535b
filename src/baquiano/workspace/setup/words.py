"""The matrix in plain words: each permission, each relation, each role in one sentence. A permission without words fails the tests."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from baquiano.accounts.matrix import ANY
from baquiano.accounts.models import Area, Role

Words = str | Promise

WORDS: dict[str, Words] = {
    "conversation.list": _("See the queue of conversations that wait for a person"),
    "conversation.read": _("Read those conversations"),
    "conversation.take": _("Take over a conversation"),
    "conversation.answer": _("Answer in a conversation they took over"),
    "conversation.hand_back": _("Hand a conversation back to the assistant"),
    "conversation.close": _("Close a conversation"),
    "load.read": _("See how many people wait, for how long, and what each colleague has in hand"),
    "surge.declare": _("Say that many people are writing, and how long they wait"),
    "dead_letter.read": _("See what did not get through, as counts by reason"),
    "dead_letter.repeat": _("Have what did not get through sent again"),
    "channel.read": _("See how each line is doing, as counts and times"),
    "channel.stop": _("Stop a line, so that nothing leaves by it, and start it again"),
    "channel.test": _("Test a line, and write to their own duty phone by it"),
    "complaint.read": _("Read complaints about how we treat people"),
    "complaint.sealed": _("Read reports of abuse by somebody of the team"),
    "complaint.set_apart": _("Say which colleagues a complaint is about: they do not see it"),
    "number.verify": _("Say that they called an emergency number and who answered"),
    "alert.acknowledge": _("See danger alerts, go, and say afterwards how the person is"),
    "alert.review": _("See how the alerts went: how many and how long, never of whom"),
    "roster.read": _("See who answers alerts and when, and the hours that nobody has"),
    "roster.plan": _("Plan who answers alerts and when"),
    "person.create": _("Register a person, without a name if they want"),
    "person.list": _("Find people by the few words that tell them apart: name, year of birth, municipality"),
    "person.receive": _("Receive somebody at the desk, and see their record for the day"),
    "person.read": _("Read the record of a person: names, contact, languages, groups, family"),
    "person.edit": _("Correct the record of a person"),
    "person.join": _("Join a person with the telephone or chat they write from, if they ask for it"),
    "person.merge": _("Say that two records are the same person, and take it back"),
    "person.grant": _("Give a colleague access to a person, with a reason and an end"),
    "fact.read": _("Read the sensitive things a person told"),
    "fact.write": _("Write down a sensitive thing a person told"),
    "consent.read": _("See what the people whose record they may read have agreed to"),
    "consent.give": _("Write down what a person agrees to"),
    "consent.withdraw": _("Write down that a person takes back what they agreed to"),
    "consent.review": _("Review what was done without consent to protect a life"),
    "attachment.read": _("Open what a person showed or sent: photos, papers"),
    "organization.read": _("See the organisations that a consent may name"),
    "organization.write": _("Write down the organisations that a consent may name, and put them aside"),
    "attachment.erase": _("Erase a file kept of a person"),
    "attachment.add": _("Keep something a person showed, with a purpose and an end"),
    "glass.break": _("Open a safety summary without access when it cannot wait: it is told, and reviewed"),
    "glass.review": _("Review when somebody opened a safety summary without access"),
    "access.trail": _("See who saw the data of a person, by role and day, and why a colleague may"),
    "request.list": _("See the requests of people about their data, and when each is due"),
    "request.open": _("Note that somebody asks for a copy, a correction or to be forgotten"),
    "request.answer": _("Answer those requests"),
    "custody.show": _("Give a person a copy of everything we keep about them"),
    "custody.correct": _("Correct what we keep because the person says that it is wrong"),
    "custody.block": _("Block the data of a person: kept, and used for nothing"),
    "custody.forget": _("Forget a person for good"),
    "keeping.read": _("See what will be erased because its time has ended"),
    "keeping.hold": _("Keep something past its time because the law asks for it"),
    "keeping.run": _("Erase what has passed its time"),
    "article.read": _("Read the articles and their sources"),
    "article.write": _("Write and translate articles"),
    "article.approve": _("Approve an article that somebody else wrote"),
    "article.verify": _("Say that they checked an article today, how, and until when it holds"),
    "article.withdraw": _("Withdraw an article at once"),
    "reply.read": _("See the ready answers and put them in with two keys"),
    "reply.write": _("Write ready answers"),
    "reply.approve": _("Approve a ready answer that somebody else wrote"),
    "reply.withdraw": _("Take back a ready answer at once"),
    "wording.read": _("Read the fixed sentences of the assistant"),
    "wording.write": _("Propose other words for a fixed sentence"),
    "wording.approve": _("Approve other words for a fixed sentence that somebody else proposed"),
    "danger_text.write": _("Propose other words for a danger text"),
    "danger_text.approve": _("Approve other words for a danger text that somebody else proposed"),
    "danger_text.sign": _("Sign the danger texts: two people answer for each"),
    "recall.read": _("See who was told something that is no longer said, as counts"),
    "broadcast.read": _("See the broadcasts and how far each is, as counts"),
    "broadcast.write": _("Write a text for many people who agreed, and begin it for 50 at most"),
    "broadcast.approve": _("Approve a broadcast that somebody else wrote"),
    "broadcast.hold": _("Pause and stop a broadcast, let it go on, and hand it back to whoever wrote it"),
    "recall.send": _("Decide whether people who were told something that changed are told again, and hold it up"),
    "recall.tell": _("Tell people, in person, that something they were told has changed"),
    "rumour.read": _("Read the rumours and their answers"),
    "rumour.hear": _("Note a rumour, and that they heard it again"),
    "rumour.check": _("Check a rumour and write its answer"),
    "rumour.approve": _("Approve the answer to a rumour that somebody else wrote"),
    "rumour.withdraw": _("Take back the answer to a rumour at once"),
    "fraud.read": _("Read the alerts about scams"),
    "fraud.write": _("Write an alert about a scam"),
    "fraud.approve": _("Approve an alert that somebody else wrote"),
    "fraud.withdraw": _("Take an alert back at once"),
    "question.read": _("Read what people asked and we could not answer, without names or numbers"),
    "question.settle": _("Make those questions examples, drafts, or set them aside"),
    "service.read": _("See the services to which people are sent"),
    "service.write": _("Write down services and places, and correct them"),
    "service.confirm": _("Say that they asked, and what of a service is still so; settle the problems people report"),
    "service.ask": _("Ask the organisations, by a link, whether all is still so"),
    "service.decide": _("Take over what an organisation proposes about its service, or not"),
    "service.merge": _("Say that two services, places or organisations are the same"),
    "place.confidential": _("See and change where a confidential place is: a shelter of which nobody else knows"),
    "team.list": _("See who works here and what each may do"),
    "team.invite": _("Invite somebody"),
    "team.end": _("End what somebody may do here"),
    "team.recover": _("Let a colleague in again who lost the password or the second factor: two are needed"),
    "matrix.read": _("See what every role may do, and what was changed"),
    "matrix.change": _("Change what each role may do"),
    "organisation.change": _("Change the name and the hours of the organisation"),
    "organisation.publish": _("Open the automatic answers to the public of a country"),
    "site.change": _("Say on whose pages our chat may appear"),
    "installation.read": _("See how the installation is doing, without reading any conversation"),
}

RESOURCES: dict[str, Words] = {
    "conversation": _("Conversations"),
    "load": _("Load of the team"),
    "surge": _("Days of many people"),
    "dead_letter": _("What did not get through"),
    "channel": _("Channels"),
    "complaint": _("Complaints"),
    "number": _("Emergency numbers"),
    "alert": _("Danger alerts"),
    "roster": _("Who answers alerts"),
    "person": _("People"),
    "fact": _("Sensitive things people told"),
    "consent": _("Consents"),
    "attachment": _("Photos and papers"),
    "glass": _("Opening without access"),
    "access": _("Who saw what"),
    "request": _("Requests about one's data"),
    "custody": _("Copies, corrections, forgetting"),
    "keeping": _("Keeping times"),
    "article": _("Articles"),
    "reply": _("Ready answers"),
    "wording": _("Fixed sentences"),
    "danger_text": _("Danger texts"),
    "recall": _("What is no longer said"),
    "broadcast": _("Broadcasts"),
    "rumour": _("Rumours"),
    "fraud": _("Scams"),
    "question": _("Questions without an answer"),
    "organization": _("Organisations that a consent may name"),
    "service": _("Services to which people are sent"),
    "place": _("Confidential places"),
    "team": _("Team"),
    "matrix": _("Permissions"),
    "organisation": _("The organisation"),
    "site": _("Our chat on other pages"),
    "installation": _("The installation"),
}

RELATIONS: dict[str, Words] = {
    ANY: _("without a condition"),
    "granted": _("of the people they were given access to"),
    "own_area": _("of their own area, about people they see in that area"),
    "no_area": _("that belong to no area, of people they were given access to"),
    "risk": _("about a risk to somebody's safety, of people they were given access to"),
    "territory": _("of people in the part of the country where they work"),
    "ownerless": _("of people whom nobody who works here sees any more"),
    "others": _("if somebody else did it"),
    "sealed": _("that tell of abuse by somebody of the team"),
    "nobody_else": _("complaints, when everybody else who handles them is concerned"),
}

MISSING: dict[str, Words] = {
    "granted": _("they have no access to this person now"),
    "own_area": _("they have no access to this person in their own area, or it belongs to another area"),
    "no_area": _("they have no access to this person, or it belongs to an area"),
    "risk": _("they have no access to this person, or it is not about a risk"),
    "territory": _(
        "this person is not of the part of the country where they work, or is found only by those with access"
    ),
    "ownerless": _("somebody who works here has access to this person"),
    "others": _("they did it themselves"),
    "sealed": _("it tells of no abuse by somebody of the team"),
    "nobody_else": _("somebody else may handle this complaint"),
}
"""Why a relation does not hold."""

SENTENCES: dict[Role, Words] = {
    Role.RECEPTION: _("Receives people at the desk and finds their record for the day."),
    Role.ORIENTER: _("Listens, registers, orients, and answers in the chat."),
    Role.OPERATOR: _("Answers the people who write to the chat."),
    Role.LEGAL: _("Works with people on papers and rights; reads what was told to the legal area."),
    Role.MEDICAL: _("Works with people on health; reads what was told to the medical area."),
    Role.PSYCHOLOGICAL: _("Accompanies people; reads what was told to the psychological area."),
    Role.SOCIAL: _("Works with families on what they need; reads what was told to the social area."),
    Role.SPORT: _("Runs sport; reads no sensitive thing."),
    Role.CASE_MANAGER: _("Holds a case together; reads what was told to the social area, and risks."),
    Role.PROTECTION: _("Protects people in danger; reads the risks and answers alerts."),
    Role.PSEA: _("Receives reports of abuse by staff, and reads nothing else."),
    Role.EDITOR: _("Writes and translates what people are told."),
    Role.REVIEWER: _("Approves what an editor wrote."),
    Role.WORKSHOPS: _("Prepares workshops."),
    Role.ALLIANCES: _("Looks after the organisations we work with."),
    Role.MONITORING: _("Reads figures, never a person."),
    Role.DONOR: _("Reads published figures, and nothing else."),
    Role.COORDINATOR: _("Gives access to people, invites colleagues, answers for the daily work."),
    Role.DIRECTOR: _(
        "Decides what each role may do; answers for the data. Reads no record, only complaints that nobody else may see."
    ),
    Role.IT: _("Keeps the machines running. Sees nobody we serve."),
}


@dataclass(frozen=True)
class Group:
    """Roles that are looked for together."""

    title: Words
    roles: tuple[Role, ...]


GROUPS = (
    Group(_("At the door and in the chat"), (Role.RECEPTION, Role.ORIENTER, Role.OPERATOR)),
    Group(
        _("Professionals, each in an area of their own"),
        (Role.LEGAL, Role.MEDICAL, Role.PSYCHOLOGICAL, Role.SOCIAL, Role.SPORT),
    ),
    Group(_("Cases and protection"), (Role.CASE_MANAGER, Role.PROTECTION, Role.PSEA)),
    Group(_("What is said"), (Role.EDITOR, Role.REVIEWER)),
    Group(_("Programmes and figures"), (Role.WORKSHOPS, Role.ALLIANCES, Role.MONITORING, Role.DONOR)),
    Group(_("Who answers for the house"), (Role.COORDINATOR, Role.DIRECTOR, Role.IT)),
)


def in_which(relation: str, areas: tuple[str, ...]) -> str:
    """The condition of a cell, in words; "" if it has none."""
    parts = [] if relation == ANY else [str(RELATIONS.get(relation, relation))]
    if areas:
        parts.append(", ".join(str(Area(area).label) for area in areas))
    return "; ".join(parts)
