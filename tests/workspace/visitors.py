"""Somebody on the other side of the staff screens: she writes in the web chat, and waits."""

from dataclasses import dataclass, field
from itertools import count

from baquiano.channels.events import Alias, Scheme
from baquiano.channels.models import Channel
from baquiano.conversations.actions import say, start
from baquiano.conversations.models import Conversation, Wording

PASSWORD = "cuatro ranas cantan lejos"
SENTENCES = {
    "greeting": "Hola. Soy un asistente automático.",
    "menu": "¿Sobre qué necesitas información?",
    "person_coming": "Le avisé al equipo. Una persona te responde aquí mismo.",
    "surge_wait": "La espera es de unos {minutes} minutos.",
    "surge_wait_unknown": "La espera es más larga.",
    "taken_over": "Ahora te responde una persona del equipo.",
    "handed_back": "El asistente automático vuelve a responder.",
    "passed_on": "Le pasé tu conversación a una persona del equipo.",
    "put_aside": "Seguimos con esto el {when}.",
    "person_left": "Quien te respondía tuvo que irse. Otra persona sigue contigo.",
}


@dataclass
class Visitor:
    """A person without a name, in the web chat."""

    channel: Channel
    token: str
    _numbers: "count[int]" = field(default_factory=count)

    @property
    def alias(self) -> Alias:
        return Alias(Scheme.WEB, self.token)

    def says(self, text: str) -> Conversation:
        return say(self.channel, self.alias, text=text, client_id=f"{self.token}-{next(self._numbers)}")


def learn_to_speak() -> None:
    """The few fixed sentences these tests read."""
    Wording.objects.bulk_create(Wording(key=key, language="es", text=text) for key, text in SENTENCES.items())


def comes_in(channel: Channel, token: str, *, language: str = "es", country: str = "CO") -> Visitor:
    visitor = Visitor(channel, token)
    start(channel, visitor.alias, language=language, country=country)
    return visitor
