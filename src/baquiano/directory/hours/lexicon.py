"""The words people use for hours in Spanish, and the pieces a text is made of. A word that is not here is refused by its name."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from baquiano.directory.hours.refusal import refuse

DAY_OF = {
    name: day
    for day, names in enumerate(
        (
            "lunes lun lu l mo",
            "martes mart mar ma tu",
            "miercoles mierc mier mie mi x we",
            "jueves juev jue ju j th",
            "viernes vier vie vi v fr",
            "sabados sabado sab sa s",
            "domingos domingo dom do d su",
        )
    )
    for name in names.split()
}
MONTH_OF = {
    name: month
    for month, names in enumerate(
        (
            "enero ene",
            "febrero feb",
            "marzo",  # "mar" is Tuesday
            "abril abr",
            "mayo may",
            "junio jun",
            "julio jul",
            "agosto ago",
            "septiembre setiembre sept sep",
            "octubre oct",
            "noviembre nov",
            "diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}
PLACE_OF = {"prim": 1, "1": 1, "segu": 2, "2": 2, "terc": 3, "3": 3, "cuar": 4, "4": 4, "ulti": -1}

_END = r"(?![a-z0-9])"
_HOLIDAYS = (
    r"(?:los |las |en |de )*(?:dias? )?(?:festivos?|feriados?)(?: (?:legales|nacionales|y feriados?|y festivos?))*"
)
_MONTH = "|".join(sorted(MONTH_OF, key=len, reverse=True))
_PATTERNS = {
    "COMMENT": r"⟦(?P<number>\d+)⟧",
    "NO_HOLIDAY": rf"(?:excepto|salvo|menos|no (?:incluye|abre|atiende)|sin|no) {_HOLIDAYS}{_END}",
    "ALSO_HOLIDAY": rf"(?:incluso|incluidos?|incluye|incluyendo|tambien|inclusive) {_HOLIDAYS}{_END}"
    rf"|{_HOLIDAYS} (?:incluidos?|inclusive){_END}",
    "HOLIDAY": rf"{_HOLIDAYS}{_END}",
    "ALWAYS": rf"24 ?(?:horas|hrs|hr|hs|h){_END}\.?(?: (?:del|al) dia| diarias)?|24/7|todo el dia{_END}|dia y noche{_END}",
    "EVERY": rf"(?:todos )?(?:los )?(?:7|siete) dias(?: (?:de|a) la semana)?{_END}"
    rf"|todos los dias(?: de la semana)?(?! (?:habil|labor|festi|feria)){_END}|diariamente{_END}|diario{_END}",
    "WEEKEND": rf"fin(?:es)? de semana{_END}",
    "WORKDAYS": rf"entre semana{_END}|dias de semana{_END}",
    "YEARLY": rf"todos los anos{_END}|cada ano{_END}|(?:cada|todos los)(?= (?:\d|el \d))",
    "MONTHLY": rf"(?:de cada|cada|del|de|al) mes{_END}",
    "SOME_DAYS": rf"(?P<one>\d{{1,2}}) ?(?P<how>y|al?|-) ?(?=\d{{1,2}} de (?:{_MONTH}){_END})",
    "DATE": rf"(?P<day>\d{{1,2}})(?:(?: de |[ -])(?P<month>{_MONTH}){_END}\.?(?:(?: del? |[ -])(?P<year>\d{{4}}){_END})?"
    rf"|[-/](?P<m>\d{{1,2}})[-/](?P<y>\d{{4}}){_END})",
    "ORDINAL": r"(?P<place>prim|segu|terc|cuar|ulti)(?:er|ero|eros|ndo|ndos|to|tos|mo|mos)(?![a-z])|(?P<digit>[1-4])(?:er|ro|do|to|°|º)",
    "CLOSED": rf"(?:cerrad[oa]s?|off|closed|(?:no|sin) (?:se |hay )?(?:atiende|atienden|abre|abren|atencion|funciona)){_END}",
    "EXCEPT": rf"(?:excepto|salvo|menos){_END}",
    "NOON": rf"medio ?dia{_END}|12(?:[:.]00)? ?m{_END}\.?",
    "MIDNIGHT": rf"media ?noche{_END}",
    "TIME": r"(?P<hour>\d{1,2})(?:(?:[:.]| ?h ?)(?P<minute>\d{2})|(?P<minutes>\d{2})(?!\d))?(?![\d:])"
    rf"(?P<half_past> y media{_END})?(?: ?(?:horas|hrs|hr|hs|h){_END}\.?)?"
    rf"(?: ?(?P<half>[ap]\. ?m\.?|[ap] ?m){_END}|,? (?:de|en|por) la (?P<part>manana|tarde|noche|madrugada){_END})?",
    "BETWEEN": rf"entre{_END}",
    "DAY": rf"(?P<name>{'|'.join(sorted(DAY_OF, key=len, reverse=True))}){_END}\.?",
    "M": rf"m{_END}\.?",
    "MONTH": rf"(?P<month_name>{_MONTH}){_END}\.?",
    "TO": r"(?:a|al|hasta|to)(?![a-z])|[-–—]",
    "AND": rf"(?:y|e|ademas|tambien|and){_END}|[,/&+]",
    "SEP": r"[;.\n]|(?<!\|)\|(?!\|)",
    "SPACE": rf"\s+|:|(?:de|del|desde|las|la|los|el|en|horarios?|atencion|publico|abiert[oa]s?|abren?|atienden?|atendemos|cada|solo"
    rf"|solamente|unicamente|continuado|corrido|jornada|horas|hrs|hr|hs|h|dias?){_END}",
}
_TOKENS = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _PATTERNS.items()))
_TIME = re.compile(_PATTERNS["TIME"])
_COMMENTS = re.compile(
    r"\((?P<aside>[^()]*)\)|\"(?P<quoted>[^\"]*)\"|(?:(?:solo|unicamente|solamente) )?(?:con |previa |por )(?:previa )?"
    r"(?:cita|hora|reserva|agendamiento|inscripcion|turno|orden de llegada)(?: (?:previa|agendada|medica))?(?![a-z])"
    r"|previo (?:agendamiento|aviso)(?![a-z])|(?:solo|unicamente|solamente) (?:urgencias|emergencias|por telefono)(?![a-z])"
)
_ABOUT_HOLIDAYS = re.compile(rf".*{_HOLIDAYS}.*")
_LETTERS = re.compile(r"(?<![a-z])[ljvsdx](?![a-z])")


@dataclass(frozen=True)
class Token:
    kind: str
    match: re.Match[str]


def tokens_of(text: str) -> tuple[tuple[Token, ...], list[str]]:
    """The pieces that mean something, and the comments they refer to by number, as they were written. Refuses an unknown word."""
    plain, comments = _without_comments(text)
    return _with_tuesdays(tuple(_tokens(plain))), comments


def _folded(text: str) -> str:
    """Lower case, no accents, letter for letter: every place in it is the same place in the text."""
    return "".join(unicodedata.normalize("NFD", letter.lower())[:1] or letter for letter in text)


def _without_comments(text: str) -> tuple[str, list[str]]:
    text = unicodedata.normalize("NFC", text)
    folded, comments, plain, at = _folded(text), list[str](), "", 0
    for match in _COMMENTS.finditer(folded):
        aside = match["aside"]
        if aside is not None and (re.search(r"\d", aside) or _ABOUT_HOLIDAYS.fullmatch(aside)):
            plain += f"{folded[at : match.start()]} {aside} "  # hours between brackets are hours
        else:
            plain += f"{folded[at : match.start()]} ⟦{len(comments)}⟧ "
            comments.append(re.sub(r"\s+", " ", text[match.start() : match.end()].strip('()" ')).replace('"', "'"))
        at = match.end()
    return re.sub(r"[^\S\n]+", " ", (plain + folded[at:]).replace("⟧ .", "⟧.")).strip(), comments


def _tokens(plain: str) -> Iterator[Token]:
    at, last = 0, ""
    while at < len(plain):
        match = _TOKENS.match(plain, at)
        if match and match.lastgroup and last == "TO" and match["ALWAYS"]:  # "18 a 24 horas"
            match, kind = _TIME.match(plain, at), "TIME"
        else:
            kind = next((name for name in _PATTERNS if match and match[name] is not None), "")
        if not match:
            word = re.match(r"\w+|\S", plain[at:])
            raise refuse(_("We do not understand “%(word)s”.") % {"word": word[0] if word else plain[at]})
        at = match.end()
        if kind != "SPACE":
            last = kind
            yield Token(kind, match)


def _with_tuesdays(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """ "M" alone may be Tuesday or Wednesday. In "L M X J V" and in "L M M J V" it is clear."""
    which = [position for position, token in enumerate(tokens) if token.kind == "M"]
    has_letters = any(token.kind == "DAY" and len(token.match["name"]) == 1 for token in tokens)
    if has_letters and any(token.kind == "NOON" and token.match[0].endswith(("m", "m.")) for token in tokens):
        raise refuse(_("“12 M” can be noon or a day: write 12:00."))
    if not which:
        return tokens
    has_wednesday = any(token.kind == "DAY" and DAY_OF[token.match["name"]] == 2 for token in tokens)
    is_pair = len(which) == 2 and all(token.kind in ("AND", "M") for token in tokens[which[0] : which[1] + 1])
    if not is_pair and not (len(which) == 1 and has_wednesday):
        raise refuse(_("“M” can be Tuesday or Wednesday: write mar or mié."))
    kinds = dict(zip(which, ("TUESDAY", "WEDNESDAY"), strict=False))
    return tuple(Token(kinds.get(position, token.kind), token.match) for position, token in enumerate(tokens))
