"""Which browser, in two words: enough to know one's own again, too little to know a person by."""

_PROGRAMS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
_MACHINES = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux"))  # fmt: skip


def in_two_words(user_agent: str) -> str:
    """ "Firefox Android"; "" when it says nothing known. The first that fits: Edge says Chrome too, and Chrome says Safari."""
    return " ".join(filter(None, (_first(user_agent, _PROGRAMS), _first(user_agent, _MACHINES))))


def _first(text: str, marks: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in marks if mark in text), "")
