"""The words of the broadcast screens."""

from typing import Any

from django import template

from baquiano.post.models import Broadcast

register = template.Library()

LOOKS = {
    Broadcast.Stage.DRAFT: ("", "copy"),
    Broadcast.Stage.WAITING: (" badge--warn", "clock"),
    Broadcast.Stage.SENDING: (" badge--info", "send"),
    Broadcast.Stage.PAUSED: (" badge--warn", "mute"),
    Broadcast.Stage.STOPPED: (" badge--danger", "close"),
    Broadcast.Stage.DONE: (" badge--good", "check"),
}


@register.inclusion_tag("workspace/broadcasts/stage.html")
def stage(broadcast: Broadcast) -> dict[str, Any]:
    """Where it stands: a word and a drawing, so that colour alone says nothing."""
    kind = Broadcast.Stage(broadcast.state)
    look, icon = LOOKS[kind]
    return {"word": kind.label, "look": look, "icon": icon}
