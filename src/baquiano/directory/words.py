"""What the codes of `territory.codes` are called, for every screen and door that shows or asks them. Only words: no query, no rule."""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Labels = Mapping[str, Promise]

NEEDS: Labels = {
    "food": _("Food"),
    "water_hygiene": _("Water, showers and hygiene"),
    "shelter": _("A place to sleep"),
    "clothing": _("Clothes and blankets"),
    "cash": _("Money or vouchers"),
    "health": _("Health"),
    "mental_health": _("Someone to talk to: mental health"),
    "sexual_health": _("Pregnancy and sexual health"),
    "medicines": _("Medicines"),
    "documents": _("Papers and certificates"),
    "regularisation": _("Visas and permits"),
    "asylum": _("Asylum and refuge"),
    "legal_aid": _("Legal help"),
    "violence": _("Help against violence"),
    "child_protection": _("Protection of children"),
    "trafficking": _("Trafficking and exploitation"),
    "family_tracing": _("Finding my family"),
    "education": _("School and studies"),
    "language_classes": _("Language classes"),
    "childcare": _("Childcare"),
    "work": _("Work"),
    "labour_rights": _("Rights at work"),
    "money_transfer": _("Sending and receiving money"),
    "housing": _("Renting a home"),
    "transport": _("Transport"),
    "communication": _("Telephone and internet"),
    "disability_support": _("Support with a disability"),
    "older_people": _("Older people"),
    "return": _("Going back"),
    "information": _("Information and orientation"),
    "sport_leisure": _("Sport, culture and leisure"),
    "emergency": _("Emergencies"),
}
POPULATIONS: Labels = {
    "everyone": _("Everybody"),
    "migrants": _("Migrants"),
    "venezuelans": _("People from Venezuela"),
    "haitians": _("People from Haiti"),
    "refugees": _("Refugees and asylum seekers"),
    "returnees": _("People who came back"),
    "host_community": _("People from here"),
    "women": _("Women"),
    "children": _("Children and adolescents"),
    "lgbtiq": _("LGBTIQ+ people"),
    "indigenous": _("Indigenous peoples"),
    "disability": _("People with a disability"),
    "older": _("Older people"),
    "workers": _("Workers"),
    "students": _("Students"),
    "stateless": _("Stateless people"),
}
PAPERS: Labels = {
    "none": _("No document at all"),
    "passport": _("Passport"),
    "expired_passport": _("Expired passport"),
    "foreign_id": _("Identity card of another country"),
    "birth_certificate": _("Birth certificate"),
    "local_id": _("Identity card of this country"),
    "permit": _("Visa or permit"),
    "any": _("Any document"),
}
FAMILIES: Labels = {
    "alone": _("People alone"),
    "families": _("Families"),
    "single_parents": _("Mothers or fathers alone with children"),
    "pregnant": _("Pregnant women"),
    "unaccompanied_children": _("Children without their family"),
    "couples": _("Couples"),
    "pets": _("With pets"),
}
ACCESSIBILITY: Labels = {
    "ramp": _("Ramp"),
    "lift": _("Lift"),
    "toilet": _("Accessible toilet"),
    "parking": _("Parking"),
    "sign_language": _("Sign language"),
    "braille": _("Braille"),
    "private_room": _("Room to talk in private"),
    "breastfeeding": _("Place to breastfeed"),
    "child_corner": _("Corner for children"),
    "wifi": _("Free internet"),
    "charging": _("Place to charge a telephone"),
}
LANGUAGES: Labels = {
    "es": _("Spanish"),
    "en": _("English"),
    "pt": _("Portuguese"),
    "fr": _("French"),
    "ht": _("Haitian Creole"),
    "sgn": _("Sign language"),
    "guc": _("Wayuunaiki"),
    "arn": _("Mapudungun"),
    "qu": _("Quechua"),
    "ay": _("Aymara"),
    "ar": _("Arabic"),
    "zh": _("Chinese"),
    "ru": _("Russian"),
    "uk": _("Ukrainian"),
    "hi": _("Hindi"),
}
"""Those that are offered to tick; a row may hold any other code of ISO 639."""


def label(labels: Labels, code: str) -> str:
    """In the language now active. A code without words is shown as it is: it came from another directory."""
    return str(labels.get(code, code))


def labels(of: Labels, codes: Iterable[str]) -> list[str]:
    return [label(of, code) for code in codes]
