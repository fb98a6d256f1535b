"""The name a file is offered under: what people called it, without anything a computer could take for more than a name."""

import re
import unicodedata

from baquiano.files.content import EXTENSIONS, Content

LONGEST = 120

_FOLDER = re.compile(r".*[/\\]", re.DOTALL)
_EXTENSION = re.compile(r"(?<=.)\.[A-Za-z0-9]{1,5}\Z")
_MEANS_SOMETHING = re.compile(r"[\"'<>:|?*;%&$`{}=~^\\/]")
_OF_WINDOWS = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)\Z", re.IGNORECASE)


def clean(name: str, content: Content) -> str:
    """At most `LONGEST` characters, with the extension of what it is; "" if nothing of the name is left."""
    words = _FOLDER.sub("", unicodedata.normalize("NFC", name))
    words = "".join(
        " " if unicodedata.category(letter)[0] in "CZ" else letter for letter in words
    )  # also those that turn the writing
    words = _MEANS_SOMETHING.sub("_", _EXTENSION.sub("", words.strip()))
    words = " ".join(words.split()).strip(". ")
    if not words.strip("_"):
        return ""
    if _OF_WINDOWS.match(words.partition(".")[0]):
        words = f"_{words}"
    extension = EXTENSIONS[content]
    return words[: LONGEST - len(extension)].rstrip(". ") + extension
