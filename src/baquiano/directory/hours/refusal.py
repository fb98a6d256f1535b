"""What is told to whoever wrote hours that we do not understand: what is missing, and how it could be written."""

from django.utils.translation import gettext as _

from baquiano.directory.hours.notation import HoursNotUnderstood


def refuse(sentence: str) -> HoursNotUnderstood:
    example = _("For example: lunes a viernes de 8:00 a 17:00; sábados de 9:00 a 13:00; cerrado festivos")
    return HoursNotUnderstood(f"{sentence} {example}")
