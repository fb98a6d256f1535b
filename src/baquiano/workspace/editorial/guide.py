"""One page of help for each editorial screen: what it is for, and what to do there."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from baquiano.accounts.policy import StaffRequest


@dataclass(frozen=True)
class Guide:
    title: Promise
    purpose: Promise
    steps: tuple[Promise, ...]


GUIDES = {
    "rumours": Guide(
        _("Rumours"),
        _("What people hear and ask us about. Only what two people answered is said, and only until its day."),
        (
            _(
                "Somebody tells you something that goes round: note it as it was told. If it is there, press “I heard it again”."
            ),
            _("Whoever checks it says so first, writes what is true, who says so, and until when we trust it."),
            _("Write other ways in which it is told, one a line: that is how the assistant recognises it."),
            _("Another person approves the answer. When its day has passed it is no longer said: check it again."),
        ),
    ),
    "frauds": Guide(
        _("Alerts about scams"),
        _("What to tell people about a swindle that goes round: on the site, and once in each conversation."),
        (
            _("Write what the swindlers say and what to do instead. Never their number, address or account."),
            _("Choose the last day: an old alert hides a new one."),
            _(
                "Somebody else approves it. If it turns out to be wrong, anybody who may press “Take it back now” does so at once."
            ),
        ),
    ),
    "desk": Guide(
        _("The editorial desk"),
        _("What ends this week, what waits for somebody, and your drafts. Begin the day here."),
        (
            _("A date in red has passed: the text is said with a caution, and sixty days later it is no longer said."),
            _(
                "Open it, call or read the official page, and press “It is still so, checked today”; or change the text."
            ),
            _("“Waiting for the second person” is for whoever approves. Nobody approves what she wrote."),
        ),
    ),
    "proposals": Guide(
        _("What packs propose"),
        _(
            "Texts that come with the program. They are a proposal: in production nobody receives one until two people of yours approve it."
        ),
        (
            _("Begin at the top: danger texts, then the topics where a life may depend on it."),
            _("Read each text whole. Whoever writes ticks it and presses “I answer for these”."),
            _("Another person reads it again, ticks it and approves it. Only then is it said."),
            _(
                "Approving is not checking. If you called or read the official page, say how and until when you trust it."
            ),
        ),
    ),
    "articles": Guide(
        _("Articles"),
        _("Every text there is, with its state. Look for a word of the title."),
        (
            _("“In review” means that our check has ended: it is still said, with its date and a caution."),
            _("“Expired” and “withdrawn” are not said: people are told where to ask."),
        ),
    ),
    "new_article": Guide(
        _("A new article"),
        _("For what people ask and none of our texts is about. It opens your draft: nobody is told anything yet."),
        (
            _("Look first whether there is one: two texts about the same thing are two to keep true."),
            _(
                "Choose the topic. Only if none fits, write a new one: its name, a few letters for the menu, its place and country."
            ),
            _(
                "Write the text and hand it in. Somebody else approves it: from then on it is in the menu, searched and on the site."
            ),
            _(
                "On the article's page add questions as people ask them, in their languages: that is how the assistant recognises it."
            ),
            _("Its address is made from the title you give now and never changes; the title may."),
        ),
    ),
    "article": Guide(
        _("One article"),
        _("What is said now, who wrote, approved and checked it, and every earlier version."),
        (
            _(
                "“It is still so, checked today”: say how you checked it. The date is a suggestion; make it shorter if you doubt."
            ),
            _(
                "To take it back you need nobody else: it stops being said at once, and the list of who was told it is made."
            ),
        ),
    ),
    "edit": Guide(
        _("Writing"),
        _("Everything you type is kept on the server, encrypted, a moment after you stop. Only you see your draft."),
        (
            _("The first sentence has to stand alone: it is all that SMS and a voice say first."),
            _("One line for each step, document or place."),
            _("The first source is the authority's own page. Without a source nothing can be approved."),
            _("“Hand in” gives it to the second person. Until she approves it, the earlier text is what is said."),
        ),
    ),
    "version": Guide(
        _("Approving"),
        _("The new words beside those that are said now. Crossed out: they go. Underlined: they are new."),
        (
            _("Read it against its source. If something is missing, send it back with what has to change."),
            _("You may choose a later day and time: it is published then, without anybody pressing anything."),
            _("Whoever wrote it cannot approve it."),
        ),
    ),
    "languages": Guide(
        _("Other languages"),
        _(
            "How each text stands in each language. Without an approved translation people read the Spanish text, and are told so."
        ),
        (
            _(
                "“Older than the Spanish”: the Spanish text changed after it was translated. Read it again and hand it in."
            ),
            _("A translation also needs two people."),
        ),
    ),
    "danger": Guide(
        _("Danger texts"),
        _(
            "What somebody in danger reads first. In each language two people answer for the words; until then only the number is said."
        ),
        (
            _("Sign only a language that you read well."),
            _("When a pack changes a text, its signatures no longer count: it comes back to this list."),
        ),
    ),
    "questions": Guide(
        _("Questions without an answer"),
        _(
            "What people asked and nothing fitted, or what was answered and did not help. So the assistant learns, from you."
        ),
        (
            _("Those alike stand together, the most asked first. Open a group."),
            _(
                "If an article answers them, correct the words and make them its examples: from the next question on it is found."
            ),
            _("If the article says too little, open a draft of it. If it is not our subject, set them aside."),
            _("If no article is about it, press “Write a new text”."),
            _("What is left of a name or a number, take it out: an example stays."),
        ),
    ),
    "board": Guide(
        _("How current it is"),
        _("Of the texts we say, how many somebody checked and are still in date."),
        (_("A low number is no shame, and it is work: open the articles of that row and check the oldest first."),),
    ),
}


@require_safe
def guide(request: StaffRequest, name: str) -> HttpResponse:
    if name not in GUIDES:
        raise Http404
    return render(request, "workspace/editorial/guide.html", {"guide": GUIDES[name]})
