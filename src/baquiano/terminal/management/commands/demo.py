"""`baquiano demo`."""

import secrets
import uuid
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from baquiano.accounts.models import User
from baquiano.channels.events import Alias, Scheme
from baquiano.channels.models import Channel
from baquiano.conversations import actions
from baquiano.conversations.models import Conversation
from baquiano.terminal import doors, fictional

# Known to everybody, for fictional people only: production does not start beside them.
DEMO_PASSWORD = "camino-de-prueba"

PACKS = ("comun", "colombia", "chile", "demo_mision")

# What fictional people write, so that the first look at the inbox shows something. The real engine answers them.
VISITS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("es", "CO", ("buenas, mi niña nació aquí en Cúcuta y yo soy venezolana, ¿cómo la registro?", "persona")),
    ("ht", "CL", ("Bonjou, mwen bezwen enskri pitit mwen nan lekòl men li pa gen RUN", "moun")),
    ("es", "CL", ("mi pareja me pega y tengo miedo de volver a la casa",)),
    ("es", "CO", ("necesito plata prestada", "y un celular barato")),
)


class Command(BaseCommand):
    help = "Fill this installation with packs and clearly fictional people. Example: baquiano demo"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--without-visits", action="store_true", help="no demo conversations")

    def handle(self, *args: Any, without_visits: bool, **options: Any) -> None:
        if not settings.IS_DEMO:
            raise CommandError("This installation is in production: demo data never enters it.")
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("pack", "load", *PACKS)
        self._passwords()
        doors.open_own()
        made = fictional.people()
        if made:
            self.stdout.write(f"{made} fictional people, each seen by the colleague who registered them …")
        if not without_visits and not Conversation.objects.exists():
            self._visits()
        self._logins()

    def _passwords(self) -> None:
        for user in User.objects.filter(is_demo=True):
            if not user.has_usable_password():
                user.set_password(DEMO_PASSWORD)
                user.save(update_fields=["password"])

    def _visits(self) -> None:
        self.stdout.write("Four fictional people write to the assistant …")
        channel = Channel.objects.get(kind=Channel.ChannelKind.WEBCHAT)
        for language, country, texts in VISITS:
            visitor = Alias(Scheme.WEB, secrets.token_urlsafe(24))
            actions.start(channel, visitor, language=language, country=country)
            for text in texts:
                actions.say(channel, visitor, text=text, client_id=uuid.uuid4().hex)

    def _logins(self) -> None:
        self.stdout.write(f"\nPublic page   {settings.ENVIRONMENT.url}/")
        self.stdout.write(f"Workspace     {settings.ENVIRONMENT.url}/workspace/")
        for user in User.objects.filter(is_demo=True).order_by("id"):
            role = user.memberships.values_list("role", flat=True).first()
            self.stdout.write(f"  {role:<13} user {user.username:<8} password {DEMO_PASSWORD}")
        self.stdout.write("Everything here is fictional; texts are served as DEMO, approved by nobody.\n")
