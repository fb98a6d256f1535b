from django.urls import URLPattern, path

from baquiano.accounts.policy import guarded
from baquiano.workspace import home
from baquiano.workspace.editorial import (
    articles,
    danger_texts,
    deciding,
    guide,
    opening,
    proposals,
    translations,
    writing,
)
from baquiano.workspace.editorial import desk as editorial
from baquiano.workspace.entrance import invitation, login, security
from baquiano.workspace.inbox import desk, queue
from baquiano.workspace.place import View, staff_screen
from baquiano.workspace.questions import desk as questions
from baquiano.workspace.recalls import lists
from baquiano.workspace.rumours import frauds, rumours
from baquiano.workspace.setup import hours, may, team

app_name = "workspace"


def door(address: str, name: str, view: View) -> URLPattern:
    """A screen behind its row of the matrix, in the time of the organisation."""
    return path(address, guarded(f"workspace:{name}", staff_screen(view)), name=name)


urlpatterns: list[URLPattern] = [
    door("", "home", home.home),
    door("login/", "login", login.login),
    door("login/code/", "mfa_check", login.mfa_check),
    door("logout/", "logout", login.logout),
    door("invitation/<str:token>/", "invitation", invitation.invitation),
    door("security/", "security", security.security),
    door("security/on/", "totp_on", security.totp_on),
    door("security/off/", "totp_off", security.totp_off),
    door("security/codes/", "recovery_codes", security.recovery_codes),
    door("security/password/", "password", security.password),
    door("inbox/", "inbox", queue.inbox),
    door("inbox/rows/", "inbox_rows", queue.inbox_rows),
    door("inbox/<int:conversation_id>/", "conversation", desk.conversation),
    door("inbox/<int:conversation_id>/thread/", "thread", desk.conversation_thread),
    door("inbox/<int:conversation_id>/take/", "take", desk.take),
    door("inbox/<int:conversation_id>/answer/", "answer", desk.answer),
    door("inbox/<int:conversation_id>/writing/", "writing", desk.writing),
    door("inbox/<int:conversation_id>/hand-back/", "hand_back", desk.give_back),
    door("inbox/<int:conversation_id>/close/", "close", desk.close),
    door("alerts/<int:alert_id>/acknowledge/", "acknowledge", queue.acknowledge),
    door("team/", "team", team.team),
    door("team/invite/", "invite", team.invite_somebody),
    door("team/<int:membership_id>/end/", "end_membership", team.end),
    door("editorial/", "editorial", editorial.desk),
    door("editorial/current/", "board", editorial.board),
    door("editorial/proposals/", "proposals", proposals.proposals),
    door("editorial/proposals/<slug:topic>/", "batch", proposals.batch),
    door("editorial/proposals/<slug:topic>/adopt/", "adopt", proposals.adopt),
    door("editorial/proposals/<slug:topic>/approve/", "approve_several", proposals.approve_several),
    door("editorial/articles/", "articles", articles.articles),
    door("editorial/articles/new/", "new_article", opening.new),  # before the ids: no article is called "new"
    door("editorial/articles/<slug:article_id>/", "article", articles.article),
    door("editorial/articles/<slug:article_id>/examples/", "add_example", articles.add_question),
    door("editorial/articles/<slug:article_id>/edit/", "edit", writing.edit),
    door("editorial/articles/<slug:article_id>/throw-away/", "throw_away", writing.throw_away),
    door("editorial/articles/<slug:article_id>/same/", "same_as_before", deciding.same_as_before),
    door("editorial/articles/<slug:article_id>/<slug:language>/", "translate", translations.translate),
    door("editorial/examples/<int:example_id>/remove/", "remove_example", articles.remove_question),
    door("editorial/versions/<int:version_id>/", "version", deciding.version),
    door("editorial/versions/<int:version_id>/approve/", "approve", deciding.approve),
    door("editorial/versions/<int:version_id>/send-back/", "send_back", deciding.send_back),
    door("editorial/versions/<int:version_id>/withdraw/", "withdraw", deciding.withdraw),
    door("editorial/languages/", "languages", translations.languages),
    door(
        "editorial/translations/<int:translation_id>/withdraw/",
        "withdraw_translation",
        translations.withdraw_translation,
    ),
    door("editorial/danger/", "danger_texts", danger_texts.danger_texts),
    door("editorial/danger/<slug:language>/", "danger_texts_in", danger_texts.danger_texts_in),
    door("editorial/help/<slug:name>/", "guide", guide.guide),
    door("questions/", "questions", questions.questions),
    door("questions/weeks/", "question_weeks", questions.weeks),
    door("questions/<int:question_id>/", "question", questions.question),
    door("questions/<int:question_id>/settle/", "settle_questions", questions.settle),
    door("rumours/", "rumours", rumours.rumours),
    door("rumours/new/", "new_rumour", rumours.new),
    door("rumours/<int:rumour_id>/", "rumour", rumours.rumour),
    door("rumours/<int:rumour_id>/again/", "hear_again", rumours.hear_again),
    door("rumours/<int:rumour_id>/check/", "check_rumour", rumours.check),
    door("rumours/<int:rumour_id>/answer/", "answer_rumour", rumours.answer),
    door("rumours/<int:rumour_id>/approve/", "approve_rumour", rumours.approve),
    door("rumours/<int:rumour_id>/take-back/", "take_back_rumour", rumours.take_back),
    door("frauds/", "frauds", frauds.frauds),
    door("frauds/new/", "new_fraud", frauds.new),
    door("frauds/<int:alert_id>/approve/", "approve_fraud", frauds.approve),
    door("frauds/<int:alert_id>/withdraw/", "withdraw_fraud", frauds.withdraw),
    door("recalls/", "recalls", lists.recalls),
    door("recalls/<int:recall_id>/", "recall", lists.recall),
    door("may/", "may", may.may),
    door("hours/", "hours", hours.hours),
]
