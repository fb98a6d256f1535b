"""`baquiano invite`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from baquiano.accounts.actions import invite
from baquiano.accounts.models import Recovery, Role, User
from baquiano.accounts.recovery import CannotRecover, confirm, open_recovery

ALONE = "From the terminal: nobody else here can open it."


class Command(BaseCommand):
    help = (
        "A one-time link for somebody to join, valid three days. Example: baquiano invite coordinator. "
        "With --recover: the second step of letting a colleague in again, when there is one coordinator only."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", nargs="?", choices=Role.values)
        parser.add_argument("--recover", metavar="USERNAME", help="let this colleague in again")

    def handle(self, *args: Any, role: str | None = None, recover: str | None = None, **options: Any) -> None:
        if recover and not role:
            self._recover(recover)
            return
        if not role or recover:
            raise CommandError("Say a role, or --recover and a user name. Example: baquiano invite coordinator")
        path = reverse("workspace:invitation", args=[invite(Role(role), by=None)])
        self.stdout.write(f"{settings.ENVIRONMENT.url}{path}")
        self.stdout.write("Give it to one person by a safe way: whoever opens it first joins.")

    def _recover(self, username: str) -> None:
        """The audit says that nobody of the team did it: whoever holds the machine answers for it."""
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError("Nobody has this user name.")
        try:
            recovery = Recovery.objects.waiting(timezone.now()).filter(user=user).first()
            if recovery is None:
                self.stdout.write(f"Number: {open_recovery(user, reason=ALONE, by=None)}")
                recovery = Recovery.objects.waiting(timezone.now()).get(user=user)
            token = confirm(recovery, by=None)
        except CannotRecover as reason:
            raise CommandError(str(reason)) from None
        self.stdout.write(f"{settings.ENVIRONMENT.url}{reverse('workspace:recovered', args=[token])}")
        self.stdout.write(
            "Speak with the person first. They need this link and the number; both work once, for 24 hours."
        )
