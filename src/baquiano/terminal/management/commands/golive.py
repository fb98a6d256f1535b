"""`baquiano golive`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from baquiano.accounts.models import User, organisation
from baquiano.accounts.policy import may
from baquiano.lib.dates import written
from baquiano.safety import golive


class Command(BaseCommand):
    help = (
        "Where the public is answered, and what is missing where it is not. Without a country it changes nothing. "
        "Example: baquiano golive CO --by carla"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("country", nargs="?", help="the country to open: CO or CL")
        parser.add_argument("--by", help="user name of who answers for it: a coordinator or the director")

    def handle(self, *args: Any, country: str | None, by: str | None, **options: Any) -> None:
        with translation.override("en"):
            if country:
                self._open(country.upper(), by or "")
            else:
                self._show()

    def _show(self) -> None:
        if settings.IS_DEMO:
            self.stdout.write("This is a demo: everybody is answered. What follows holds in production.")
        for country in organisation().countries:
            row = golive.opened(country)
            self.stdout.write(f"{country}: open since {written(row.at.date())}" if row else f"{country}: not open yet")
            for sentence in [] if row else golive.missing(country):
                self.stdout.write(f"   missing: {sentence}")
        for sentence in golive.warnings():
            self.stdout.write(sentence)

    def _open(self, country: str, by: str) -> None:
        user = User.objects.filter(username=by, is_active=True).first()
        if user is None or not may(user, "organisation.publish"):
            raise CommandError("--by names nobody who may open a country here: a coordinator or the director.")
        try:
            row = golive.go_live(country, user)
        except golive.CannotGoLive as reason:
            missing = "\n".join(f"   {sentence}" for sentence in reason.missing)
            raise CommandError(f"{country} is not opened. Missing:\n{missing}", returncode=1) from None
        self.stdout.write(
            f"{country}: open since {written(row.at.date())}. Its public is answered from the next turn on."
        )
