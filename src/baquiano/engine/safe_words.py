"""What somebody in danger answers in her own words: whether she is safe, and when it is safe to write to her. Five languages.

Read after the danger scan, so what is dangerous in itself never comes this far. In doubt nobody is taken to be safe.
"""

import re

from baquiano.engine.universal import number, yes_or_no
from baquiano.lib.text import fold, squeeze

LONGEST = 25  # words: a longer message tells something, and a person reads it


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(phrases) + r")\b")


# Folded. Spanish, English, Portuguese, French, Haitian Creole.
_SAFE = _any(
    r"a salvo", r"estoy segur[oa]", r"(?:en un )?(?:lugar|sitio) seguro", r"fuera de peligro", r"estoy (?:ya |muy )?bien",
    r"ya (?:sali|me fui|no esta|se fue|llegue)", r"(?:en|donde) (?:la |una )?casa de (?:mi |una )\w+", r"con mi (?:familia|mama|hermana)",
    r"(?:i m|im|i am) (?:\w+ )?safe", r"safe (?:now|here|place)", r"somewhere safe", r"(?:i m|im|i am) ok(?:ay)?", r"i got out", r"(?:he|they) left",
    r"em seguranca", r"estou (?:bem|segura|seguro)", r"lugar seguro", r"fora de perigo", r"ja (?:sai|foi embora)", r"na casa d[aeo] \w+",
    r"en securite", r"a l abri", r"hors de danger", r"je vais bien", r"chez (?:une|un|ma|mon) \w+", r"il est parti",
    r"an sekirite", r"(?:mwen|m) byen", r"(?:li|yo) ale", r"lakay (?:yon|manman|se|zanmi) ?\w*", r"(?:mwen|m) soti deja",
)  # fmt: skip
_UNSAFE = _any(
    r"(?:el|ella|ellos|todavia|aun|sigue[n]?) (?:esta[n]? )?(?:aqui|afuera|en la casa|conmigo|cerca)", r"todavia no", r"aun no",
    r"tengo (?:mucho )?miedo", r"no puedo (?:salir|hablar|irme|moverme)", r"me (?:puede|va a) (?:oir|ver|encontrar)", r"(?:me esta )?buscando(?:me)?",
    r"encerrad[oa]", r"va a volver", r"puede volver",
    r"not (?:yet|really|safe)", r"unsafe", r"(?:he|she|they)(?: is|s| are|re) (?:still )?(?:here|outside|near)", r"(?:i m|im|i am) (?:scared|afraid)",
    r"i can ?(?:no)?t (?:leave|get out|talk|go)", r"coming back",
    r"ainda nao", r"(?:ele|ela|eles) (?:ainda )?esta[o]? (?:aqui|la fora|perto)", r"(?:estou com|tenho) (?:muito )?medo",
    r"nao (?:posso|consigo) (?:sair|falar)", r"vai voltar", r"trancad[oa]",
    r"pas encore", r"(?:il|elle|ils) (?:est|sont) (?:encore |toujours )?(?:la|ici|dehors)", r"j ai (?:tres )?peur", r"je (?:ne )?peux pas (?:sortir|parler|partir)",
    r"va revenir", r"enfermee?",
    r"poko", r"(?:li|yo) (?:toujou )?(?:la|isit|deyo)", r"(?:mwen|m) pe", r"(?:mwen|m) pa ka (?:soti|pale|ale)", r"ap tounen",
)  # fmt: skip
_NOT = re.compile(
    r"\b(?:no|not|never|nao|ni|pas|pa|ne|nunca|isn t|aren t|don t|dont|tampoco)\b(?: \w+){0,4}$"
)  # before a safe word: "no me siento a salvo", "I don't think I'm safe"
_TRULY = re.compile(r"^(?:no|not|nao|non)(?: gracias| worries)?(?: ya| now| agora)? estoy bien$")
_LEAD = re.compile(
    r"^(?P<word>\w+)(?:\s*[,.;:!]|\s+(?:gracias|thanks|thank|obrigad[oa]|merci|mesi|por ahora|for now|por enquanto|pour l instant|"
    r"pou kounye a|senor[a]?|claro|ya|estoy|i m|i am|im|estou|je suis|mwen|creo|la verdad|se|sei|sais|konnen|know)\b)"
)

_TIME = _any(
    r"\d{1,2} ?(?:h|hs|hrs|hora[s]?|am|pm|a m|p m|heures?|e|eme)?", r"noche[s]?", r"tarde[s]?", r"manana[s]?", r"madrugada", r"mediodia", r"hora[s]?",
    r"despues de", r"antes de", r"cuando (?:el|ella|mi|este)", r"(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)s?", r"fin de semana",
    r"morning[s]?", r"evening[s]?", r"afternoon[s]?", r"night[s]?", r"noon", r"after", r"before", r"when (?:he|she|my)", r"week(?:end|day)s?",
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?", r"o clock",
    r"noite[s]?", r"manha[s]?", r"depois d[aeo]s?", r"antes d[aeo]s?", r"quando (?:ele|ela|o|a|meu|minha)", r"(?:segunda|terca|quarta|quinta|sexta)s?",
    r"soir", r"matin", r"apres", r"avant", r"midi", r"nuit", r"quand (?:il|elle|mon|ma)", r"heures?", r"(?:lun|mar|mercre|jeu|vendre|same)dis?", r"dimanches?",
    r"maten", r"aswe", r"apremidi", r"midi", r"le li (?:pa )?\w+", r"apre", r"anvan", r"(?:len|ma|mekre|je|vandre|sam)di", r"dimanch", r"e(?:d)?tan",
)  # fmt: skip


_TIME_ONLY = frozenset(
    "solo solamente mejor puede ser entre y o a e en de del la las el los por para desde hasta sobre tipo como despues antes noche noches tarde "
    "tardes manana mananas mediodia madrugada hora horas am pm m p h hs hrs lunes martes miercoles jueves viernes sabado sabados domingo domingos "
    "fin semana dia dias "
    "only at from to until till between and or after before in on the morning mornings evening afternoon night nights noon weekend weekends week "
    "monday tuesday wednesday thursday friday saturday sunday mondays fridays saturdays sundays o clock please "
    "so somente depois da das do dos ate noite noites manha manhas segunda terca quarta quinta sexta feira domingo as ao aos "
    "seulement apres avant vers le les des soir matin nuit midi heure heures lundi mardi mercredi jeudi vendredi samedi dimanche week end "
    "selman apre anvan nan maten aswe apremidi le e lendi madi mekredi jedi vandredi samdi dimanch".split()
)


def is_only_a_time(text: str) -> bool:
    """Nothing but a day or an hour, as the answer to when: "después de las 8 de la noche". It can tell of no danger."""
    words = re.sub(r"[^\w ]+", " ", _plain(text)).split()
    return bool(words) and all(
        word in _TIME_ONLY or re.fullmatch(r"\d{1,2}(?:h|am|pm|hrs)?|\d{2}", word) for word in words
    )


def is_safe(text: str) -> bool | None:
    """True: she says she is safe. False: she is not, or does not know. None: it is no answer to that."""
    short = yes_or_no(text)
    if short is not None:
        return short
    said = _plain(text)
    if not said or len(said.split()) > LONGEST:
        return None
    bare = re.sub(r"[^\w ]+", " ", said)
    bare = re.sub(r" +", " ", bare).strip()
    if _TRULY.match(bare):
        return True
    if _UNSAFE.search(bare):
        return False
    safe = _SAFE.search(bare)
    if safe:
        return not _NOT.search(bare[: safe.start()].strip())
    return _by_its_first_word(said)


def _by_its_first_word(said: str) -> bool | None:
    """ "sí, gracias"; "no sé". A "si" or a "no" that begins another sentence is no answer."""
    if "?" in said:
        return None
    lead = _LEAD.match(said)
    return yes_or_no(lead["word"]) if lead else None


def names_a_time(text: str) -> bool:
    """ "solo después de las 8", "when he is at work": when it is safe. A question asks something else."""
    if number(text) is not None:  # the number of a choice
        return False
    said = re.sub(r"[^\w ?]+", " ", _plain(text))
    return "?" not in said and len(said.split()) <= LONGEST and bool(_TIME.search(said))


def _plain(text: str) -> str:
    return squeeze(fold(text[:1000].replace("’", " ").replace("'", " ")))
