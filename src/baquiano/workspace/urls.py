from django.urls import URLPattern, path

from baquiano.accounts.policy import guarded
from baquiano.workspace import home
from baquiano.workspace.entrance import invitation, login, security
from baquiano.workspace.inbox import desk, queue
from baquiano.workspace.place import View, staff_screen
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
    door("may/", "may", may.may),
    door("hours/", "hours", hours.hours),
]
