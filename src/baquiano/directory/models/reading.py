"""Who reads what of the directory: four circles, each inside the next."""

from enum import Enum

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Visibility(models.TextChoices):
    PUBLIC = "public", _("public")
    NETWORK = "network", _("our network: partners and our team")
    ORIENTERS = "orienters", _("our team only")
    CONFIDENTIAL = "confidential", _("confidential: the protection role only")


class Reach(Enum):
    """How far somebody reads: the visibilities that are theirs. A public page never asks with anything but ANYONE."""

    ANYONE = (Visibility.PUBLIC,)
    PARTNER = (Visibility.PUBLIC, Visibility.NETWORK)
    TEAM = (Visibility.PUBLIC, Visibility.NETWORK, Visibility.ORIENTERS)
    PROTECTION = (Visibility.PUBLIC, Visibility.NETWORK, Visibility.ORIENTERS, Visibility.CONFIDENTIAL)


class Answer(models.TextChoices):
    """What is not known is not a no."""

    UNKNOWN = "unknown", _("not known")
    NO = "no", _("no")
    YES = "yes", _("yes")


class Holidays(models.TextChoices):
    """On a public holiday of the country: HSDS cannot say it, and most places never told anybody."""

    UNKNOWN = "unknown", _("not known")
    CLOSED = "closed", pgettext_lazy("place", "closed")
    OPEN = "open", _("as on other days")
