"""One cell at a time: numbers, days, hours, addresses of the internet, weekdays. None means "cannot be read", and nothing is guessed."""

import re
import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

from baquiano.directory.words import LANGUAGES
from baquiano.lib.text import fold

_WEB = URLValidator(schemes=["http", "https"])
_NUMBER = re.compile(r"[-+−]?\d+(?:[.,]\d+)?")
_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:(?:[:.h]\s?(?P<minute>\d{2}))?(?::\d{2}(?:\.\d+)?)?|(?P<joined>\d{2}))\s*h?"
    r"(?P<half>a\.?\s?m\.?|p\.?\s?m\.?)?(?:z|[+-]\d{2}:?\d{2})?"
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january ene enero",
            "feb february febrero",
            "mar march marzo",
            "apr april abr abril",
            "may mayo",
            "jun june junio",
            "jul july julio",
            "aug august ago agosto",
            "sep sept september septiembre setiembre",
            "oct october octubre",
            "nov november noviembre",
            "dec december dic diciembre",
        ),
        1,
    )
    for name in names.split()
}
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY_NAMES = {
    name: code
    for code, names in zip(
        DAYS,
        (
            "mo mon monday lunes lun",
            "tu tue tues tuesday martes mar",
            "we wed weds wednesday miercoles mie",
            "th thu thur thurs thursday jueves jue",
            "fr fri friday viernes vie",
            "sa sat saturday sabado sab",
            "su sun sunday domingo dom",
        ),
        strict=True,
    )
    for name in names.split()
}
_ISO = {
    "spa": "es", "eng": "en", "por": "pt", "fra": "fr", "fre": "fr", "hat": "ht", "ara": "ar", "zho": "zh", "chi": "zh",
    "rus": "ru", "ukr": "uk", "hin": "hi", "que": "qu", "aym": "ay", "deu": "de", "ger": "de", "ita": "it",
}  # fmt: skip
_LANGUAGE_NAMES = {
    "spanish": "es", "espanol": "es", "castellano": "es", "english": "en", "ingles": "en", "portuguese": "pt", "portugues": "pt",
    "french": "fr", "frances": "fr", "francais": "fr", "haitian creole": "ht", "creole": "ht", "creol": "ht", "kreyol": "ht",
    "kreyol ayisyen": "ht", "creole haitiano": "ht", "sign language": "sgn", "lengua de senas": "sgn", "american sign language": "sgn",
    "wayuunaiki": "guc", "mapudungun": "arn", "quechua": "qu", "aymara": "ay", "arabic": "ar", "arabe": "ar", "chinese": "zh",
    "chino": "zh", "mandarin": "zh", "cantonese": "zh", "russian": "ru", "ruso": "ru", "ukrainian": "uk", "hindi": "hi",
    "tagalog": "tl", "vietnamese": "vi", "korean": "ko", "japanese": "ja", "german": "de", "aleman": "de", "italian": "it",
    "italiano": "it", "polish": "pl", "urdu": "ur", "farsi": "fa", "persian": "fa", "armenian": "hy", "somali": "so", "hmong": "hmn",
    "samoan": "sm", "tongan": "to", "khmer": "km", "laotian": "lo", "lao": "lo", "punjabi": "pa", "bengali": "bn", "amharic": "am",
}  # fmt: skip


class Order(Enum):
    """Which of two numbers of a day comes first, where nothing else says it."""

    DAY = "day"
    MONTH = "month"
    UNKNOWN = "unknown"


def text(value: Any) -> str:
    """As one text: numbers without a needless ".0", nothing for null."""
    if value is None or isinstance(value, (dict, list)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("\x00", "").strip()


def number(value: Any) -> float | None:
    """ "-33,0458" is -33.0458; "1.234,5" could be two numbers and is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value) if abs(value) < 1e15 else None  # also not "NaN", which compares with nothing
    said = str(value or "").strip()
    if not _NUMBER.fullmatch(said):
        return None
    return float(said.replace("−", "-").replace(",", "."))


def has_comma(value: Any) -> bool:
    return isinstance(value, str) and "," in value


def whole(value: float) -> int | float:
    return int(value) if value.is_integer() else value


def uuid_of(value: Any) -> uuid.UUID | None:
    said = str(value or "").strip()
    if not re.fullmatch(r"\{?[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\}?", said):
        return None
    return uuid.UUID(said)


def email(value: str) -> str | None:
    said = value.removeprefix("mailto:").strip()
    try:
        validate_email(said)
    except ValidationError:
        return None
    return said if len(said) <= 254 and said.isascii() else None


def web(value: str, *, is_current: bool) -> str | None:
    """An address of the web. HSDS 3 wants it whole; older files often leave out the beginning ("www.example.org")."""
    said = value.strip()
    if not is_current and re.match(r"(www\.)?[\w-]+(\.[\w-]+)+(/\S*)?$", said) and "@" not in said:
        said = f"http://{said}"
    try:
        _WEB(said)
    except ValidationError:
        return None
    return said if said.isascii() else None


def moment(value: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)) if found.year > 1 else None


# -- days --------------------------------------------------------------------------------------------------------------


def order_of(said: Iterable[str]) -> Order:
    """From all the days of one file: 25/12/2026 shows that the day comes first, 12/25/2026 that the month does; both show nothing."""
    pairs = [
        found for found in (re.match(r"(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}\b", text.strip()) for text in said) if found
    ]
    day = any(int(pair[1]) > 12 for pair in pairs)
    month = any(int(pair[2]) > 12 for pair in pairs)
    if day == month:
        return Order.UNKNOWN
    return Order.DAY if day else Order.MONTH


def day(value: str, order: Order = Order.UNKNOWN) -> date | None:
    """2026-12-25, 25/12/2026, 25-12-26, "December 25, 2026", "25 de diciembre de 2026". Year 1 stands for "every year"."""
    said = value.strip()
    iso = re.match(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?$", said)
    if iso:
        return _date(int(iso[1]), int(iso[2]), int(iso[3]))
    joined = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", said)
    if joined:
        return _date(int(joined[1]), int(joined[2]), int(joined[3]))
    pair = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?: .*)?", said)
    if pair:
        return _in_order(int(pair[1]), int(pair[2]), _year(pair[3]), order)
    return _written_out(fold(said))


def _in_order(first: int, second: int, year: int, order: Order) -> date | None:
    if first > 12 or first == second:
        return _date(year, second, first)
    if second > 12:
        return _date(year, first, second)
    if order is Order.UNKNOWN:
        return None
    return _date(year, second, first) if order is Order.DAY else _date(year, first, second)


def _written_out(said: str) -> date | None:
    months = [_MONTHS[word] for word in re.findall(r"[a-z]+", said) if word in _MONTHS]
    numbers = re.findall(r"\d+", said)
    if len(months) != 1 or len(numbers) != 2:
        return None
    day_of, year = sorted(numbers, key=len) if len(numbers[0]) != len(numbers[1]) else numbers
    return _date(_year(year), months[0], int(day_of))


def _year(said: str) -> int:
    return int(said) if len(said) == 4 else 2000 + int(said)


def _date(year: int, month: int, day_of: int) -> date | None:
    try:
        return date(year, month, day_of)
    except ValueError:
        return None


# -- hours -------------------------------------------------------------------------------------------------------------


def clock(value: Any) -> str | None:
    """ "8", "08:00", "8:00 am", "4pm", "17h30", "0830", "08:00:00Z" as "08:00"; "24:00" stays. None: not an hour of the day."""
    said = fold(text(value)).replace("hrs", "h").replace(" ", "")
    if said in ("noon", "midday", "mediodia"):
        return "12:00"
    if said in ("midnight", "medianoche"):
        return "00:00"
    found = _TIME.fullmatch(said.split("t")[-1] if re.match(r"\d{4}-\d\d-\d\dt", said) else said)
    if not found:
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or found["joined"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"].startswith("p") else 0)
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        return None
    return f"{hour:02}:{minute:02}"


def weekdays(said: Iterable[str]) -> dict[str, str]:
    """What each spelling of a weekday in one file means. Numbers count from Monday as 1 (HSDS 1 and 2); with a 0 among them nobody knows."""
    spelled = {value for value in said if value}
    numbers = {value for value in spelled if value.isdigit()}
    known = {value: _DAY_NAMES[fold(value)] for value in spelled - numbers if fold(value) in _DAY_NAMES}
    if numbers <= {"1", "2", "3", "4", "5", "6", "7"}:
        known |= {value: DAYS[int(value) - 1] for value in numbers}
    return known


def days_of(value: str) -> list[str] | None:
    """ "MO,TU" or "Monday; Tuesday" as codes; `None` where one of them is no day. "1SA" stays as it is."""
    found = []
    for part in re.split(r"[,;]\s*", value):
        said = part.strip()
        code = _DAY_NAMES.get(fold(said), said.upper())
        if not re.fullmatch(r"[-+]?\d?(MO|TU|WE|TH|FR|SA|SU)", code):
            return None
        found.append(code)
    return found


# -- languages, yes and no ---------------------------------------------------------------------------------------------


def language(code: str, name: str = "") -> str:
    """An ISO 639 code from a code or a name; "" where neither is known."""
    said = fold(code).replace("_", "-").split("-")[0]
    if re.fullmatch(r"[a-z]{2,3}", said) and said not in _LANGUAGE_NAMES:
        return _ISO.get(said, said)
    for spelling in (code, name):
        bare = fold(re.sub(r"\(.*", "", spelling))
        if bare in _LANGUAGE_NAMES:
            return _LANGUAGE_NAMES[bare]
        if bare in LANGUAGES:
            return bare
    return ""


def truth(value: Any) -> bool | None:
    said = fold(text(value))
    if said in ("true", "yes", "y", "si", "s", "1", "x", "verdadero", "t", "sim", "oui", "wi"):
        return True
    return False if said in ("false", "no", "n", "0", "falso", "f", "nao", "non") else None
