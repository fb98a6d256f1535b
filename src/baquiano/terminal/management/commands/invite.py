"""`baquiano invite`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.urls import reverse

from baquiano.accounts.actions import invite
from baquiano.accounts.models import Role


class Command(BaseCommand):
    help = "A one-time link for somebody to join, valid three days. Example: baquiano invite coordinator"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", choices=Role.values)

    def handle(self, *args: Any, role: str, **options: Any) -> None:
        token = invite(Role(role), by=None)
        path = reverse("workspace:invitation", args=[token])
        self.stdout.write(f"{settings.ENVIRONMENT.url}{path}")
        self.stdout.write("Give it to one person by a safe way: whoever opens it first joins.")
