"""What may stand in an address of the site: a language we write in and a country, in lower case."""

from django.urls import register_converter


class Language:
    regex = "es|en|pt|fr|ht"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class CountryCode:
    """ "co" in the address, "CO" in the house."""

    regex = "[a-z]{2}"

    def to_python(self, value: str) -> str:
        return value.upper()

    def to_url(self, value: str) -> str:
        return value.lower()


class ShortCode:
    """Of a short link, as somebody copied it; which codes exist the table knows."""

    regex = "[0-9A-Za-z]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Language, "language")
register_converter(CountryCode, "country")
register_converter(ShortCode, "short")
