"""Days as people read them here: dd-mm-aaaa."""

from datetime import date


def written(day: date) -> str:
    return day.strftime("%d-%m-%Y")
