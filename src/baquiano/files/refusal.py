"""The one way in which this room says no, and the one no that may be a yes later."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Why(models.TextChoices):
    """In one short word, for whoever keeps no more than that there was a file."""

    KIND = "kind", _("It is not of a kind that is kept")
    LARGE = "large", _("It is too large")
    DAMAGED = "damaged", _("It is damaged")
    TWO = "two", _("It is two things at once")
    ACTS = "acts", _("It is locked, or holds something that acts by itself")
    HARM = "harm", _("It may harm the computer")


class AttachmentRefused(Exception):
    """Shown to staff as it is written: what is wrong with the file and what to do. Never says its name or what is in it."""

    def __init__(self, words: str, why: Why = Why.KIND) -> None:
        super().__init__(words)
        self.why = why


class NotChecked(AttachmentRefused):
    """The virus scanner did not answer. The file may be as it should: try again later."""
