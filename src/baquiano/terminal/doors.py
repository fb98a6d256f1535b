"""The doors every installation has without asking anybody: its own web chat and the terminal."""

from baquiano.channels.models import Channel


def open_own() -> None:
    for kind, line, name in (
        (Channel.ChannelKind.WEBCHAT, "web", "Chat web"),
        (Channel.ChannelKind.CONSOLE, "console", "Terminal"),
    ):
        Channel.objects.get_or_create(kind=kind, line=line, defaults={"name": name})
