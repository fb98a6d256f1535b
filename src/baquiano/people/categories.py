"""What can be known of a person, in kinds: a consent lists them, a fact belongs to one, an area reads its own.

`DATA` are what a consent may let somebody receive. The sensitive ones are optional always, never a condition of help, and each needs a
consent or another coded basis before it is written (Ley 1581 art. 6, Ley 21.719 arts. 12 and 16; SAFETY 5.4 layer 2).
"""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from baquiano.accounts.models import Area


class Data(models.TextChoices):
    """A kind of data, as a person can understand it."""

    NAME = "name", _("Name or nickname")
    CONTACT = "contact", _("How to reach them")
    AGE = "age", _("Age or year of birth")
    GENDER = "gender", _("Gender, as they say it")
    NATIONALITY = "nationality", _("Nationalities")
    PLACE = "place", _("Municipality")
    LANGUAGE = "language", _("Language")
    POPULATION = "population", _("Population group")
    DOCUMENT = "document", _("Documents and their numbers")
    FAMILY = "family", _("Family and who looks after whom")
    NEED = "need", _("What they need")
    MIGRATORY = "migratory", _("Migratory status")
    HEALTH = "health", _("Health")
    DISABILITY = "disability", _("Disability")
    MENTAL_HEALTH = "mental_health", _("Mental health")
    ETHNICITY = "ethnicity", _("Ethnic origin")
    ORIENTATION = "orientation", _("Sexual orientation or gender identity")
    SOCIOECONOMIC = "socioeconomic", _("Economic situation")
    BELIEF = "belief", _("Religion or political opinion")
    RISK = "risk", _("A risk to their safety")
    IMAGE = "image", _("Photo, voice or story")


@dataclass(frozen=True)
class Sensitive:
    """`area`: who may read it. `days`: how long it is kept after it was told; asked again, not kept for ever."""

    area: Area
    days: int


SENSITIVE: dict[Data, Sensitive] = {
    Data.MIGRATORY: Sensitive(Area.LEGAL, 365),
    Data.HEALTH: Sensitive(Area.MEDICAL, 1825),
    Data.DISABILITY: Sensitive(Area.MEDICAL, 1825),
    Data.MENTAL_HEALTH: Sensitive(Area.PSYCHOLOGICAL, 1825),
    Data.ETHNICITY: Sensitive(Area.SOCIAL, 1825),
    Data.ORIENTATION: Sensitive(Area.SOCIAL, 1825),
    Data.SOCIOECONOMIC: Sensitive(Area.SOCIAL, 1825),
    Data.BELIEF: Sensitive(Area.SOCIAL, 365),
    Data.RISK: Sensitive(Area.SOCIAL, 1825),
}
