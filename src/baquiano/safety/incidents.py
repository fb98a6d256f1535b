"""The emergency key: a colleague says that something is happening where they are. One incident, one alert, however often it arrives."""

from dataclasses import dataclass

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.engine.danger import Danger, Finding, Level
from baquiano.lib.turnstile import writing
from baquiano.safety.actions import raise_alert
from baquiano.safety.models import Alert, Incident

LONGEST = 280
ID_LONGEST = 40
RULE = "emergency-key"


@dataclass(frozen=True)
class Pressed:
    """`client_id`: made by the screen that sends it, so that a notice sent twice is one. `is_danger_now`: P0, else P1."""

    client_id: str
    line: str
    is_danger_now: bool
    place: str = ""


def press(pressed: Pressed, *, by: User) -> Incident:
    """In one transaction. The same client id from the same colleague is the same incident, whatever it says the second time."""
    level = Level.P0 if pressed.is_danger_now else Level.P1
    with writing():
        row, is_new = Incident.objects.get_or_create(
            client_id=f"{by.pk}:{pressed.client_id[:ID_LONGEST]}",
            defaults={"line": pressed.line.strip()[:LONGEST], "place": pressed.place[:120], "by": by},
        )
        if is_new:
            raise_alert(Finding(level, Danger.UNKNOWN, RULE), about=about(row))
            audit(by, "incident.raised", row)
    return row


def about(incident: Incident) -> str:
    """How its alert names it."""
    return f"incident:{incident.pk}"


def alert_of(incident: Incident) -> Alert | None:
    """The newest one about it."""
    return Alert.objects.filter(about=about(incident)).order_by("-raised_at", "-pk").first()
