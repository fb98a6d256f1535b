"""What no text of a pack may say: a promise, a way across a border or who sells one, a call that has ended as if it were open.

Pure: values in, problems out. Words are compared folded, whole, and in the language of the text.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache

from baquiano.lib.text import fold
from baquiano.packs.contents import ArticleFile, PackFile, TranslationFile
from baquiano.packs.strict import Problem

_PROMISES = {
    "es": (
        r"\b(?:te|le|les|os) (?:daremos|vamos a (?:dar|conseguir|entregar|ayudar a cruzar)|conseguiremos|conseguimos|entregaremos|"
        r"aseguramos|garantizamos|prometemos)\b|(?<!pension )\bgarantizad[oa]s?\b|\bgarantizamos\b|\bprometemos\b|"
        r"\bdenuncia obligatoria\b"
    ),
    "en": r"\bwe (?:will|'ll|’ll) (?:give|get|hand|pay) you\b|\bwe (?:guarantee|promise)\b",
    "pt": r"\b(?:te|lhe) daremos\b|\bvamos (?:te|lhe) (?:dar|entregar|conseguir)\b|\b(?:garantimos|prometemos)\b",
    "fr": r"\bnous (?:vous )?(?:donnerons|garantissons|promettons|remettrons)\b",
    "ht": r"\b(?:n ap|nap|nou pral) ba ou (?:lajan|kay|papye|viza|manje|travay)\b|\bnou (?:garanti|pwomet)\b",
}
"""Nobody is promised anything (protection principle S3)."""

_WAYS = {
    "es": (
        r"coyotes?|coyotaj\w*|trochas?|trocher[oa]s?|pasador(?:a|es|as)?|polleros?|chaluperos?|lancheros?|camelladores?|"
        r"pas(?:o|os|ar|e|es) clandestin\w*|cruces? clandestin\w*|pasos? ilegal(?:es)?|cruces? ilegal(?:es)?|caminos? verdes?|atajos?|"
        r"por el rio|por la selva|por el monte|por el hueco|por los huecos|por el desierto|por la pampa|por el salar"
    ),
    "en": (
        r"coyotes?|smugglers?|(?:illegal|clandestine|secret) (?:crossings?|paths?|trails?|routes?)|back ?roads?|shortcuts?|"
        r"(?:through|across) the (?:river|jungle|desert|woods)"
    ),
    "pt": (
        r"coiotes?|coyotes?|atravessador(?:es)?|trilhas?|(?:passage(?:m|ns)|caminhos?|rotas?) (?:clandestin|ilega)\w*|atalhos?|"
        r"pel[oa] (?:rio|selva|mato|deserto)"
    ),
    "fr": (
        r"coyotes?|passeurs?|passeuses?|(?:passages?|chemins?|routes?|sentiers?) (?:clandestin|illega)\w*|raccourcis?|"
        r"par (?:la riviere|le fleuve|la jungle|le desert|la foret)"
    ),
    "ht": (
        r"koyot|coyotes?|rakete|chemen (?:kache|an kachet|dekoupe)|travese an kachet|wout kache|"
        r"(?:nan|pa) (?:rivye|fore|jeng|deze)(?: a| la)?"
    ),
}
"""Nobody learns here how a border is crossed without its guards, or who takes money for it. "Tráfico de migrantes", the crime, may be named."""

_CLOSED = {
    "es": r"\bCERRAD[AO]S?\b",
    "en": r"\bCLOSED\b",
    "pt": r"\b(?:FECHAD|ENCERRAD)[AO]S?\b",
    "fr": r"\bFERM[ÉE]E?S?\b",
    "ht": r"\bF[ÈE]MEN\b",
}


def of_pack(pack: PackFile, today: date | None) -> Iterator[Problem]:
    """Everything in its articles and translations that nobody may be told."""
    articles = {article.id: article for article in pack.articles}
    needed: dict[str, set[str]] = {name: set() for name in articles}
    for article in pack.articles:
        yield from _article(article, today, needed[article.id])
    for translation in pack.translations:
        if translation.article in articles:
            article = articles[translation.article]
            yield from _translation(translation, article, today, needed[article.id])
    for article in pack.articles:
        for row in article.warning_words:
            if fold(row.word) not in needed[article.id]:
                said = f"warning_words: nothing here says “{row.word}” any more: take it out"
                yield article.origin.problem("warning_words", said)


def _article(article: ArticleFile, today: date | None, needed: set[str]) -> Iterator[Problem]:
    told = [(article.origin.line(key), text) for key, text in (("title", article.title), ("caution", article.caution))]
    told += [(source.says_line, source.says) for source in article.sources]
    told += list(enumerate(article.body.splitlines(), article.body_line))
    for line, text in told:
        for found in _refused(text, "es", article, needed):
            yield Problem(article.origin.file, line, found)
    if _is_past(article, today) and not says_closed(article.first_sentence, "es"):
        said = f"the window closed on {article.window_closes_on}: the first sentence says CERRADA, with the date"
        yield article.origin.problem("window_closes_on", said)


def _translation(
    translation: TranslationFile, article: ArticleFile, today: date | None, needed: set[str]
) -> Iterator[Problem]:
    language = translation.language
    for key, text in translation.texts.items():
        for found in _refused(text, language, article, needed):
            yield translation.origin.problem(key, f"{language}: {found}")
    if _is_past(article, today) and not says_closed(translation.first_sentence, language):
        said = f"{language}: the window closed on {article.window_closes_on}: the first sentence says so, in capitals"
        yield translation.origin.problem("first", said)


def refused_words(text: str, language: str) -> str:
    """What nobody may be told, in a text that was written here: a promise, or a way across a border. Empty: it may be said."""
    found = _promises(language).search(fold(text)) or _ways(language).search(fold(text))
    return found[0] if found else ""


def says_closed(text: str, language: str) -> bool:
    """In capitals: CERRADA, CLOSED, FECHADA, FERMÉ, FÈMEN."""
    return re.search(_CLOSED[language], text) is not None


def _is_past(article: ArticleFile, today: date | None) -> bool:
    """`today` None: already when the article was written, as far as it says when that was."""
    day = today or article.known_on
    return article.window_closes_on is not None and day is not None and article.window_closes_on < day


def _refused(text: str, language: str, article: ArticleFile, needed: set[str]) -> Iterator[str]:
    """`needed` gathers the warning words that the text really uses."""
    folded = fold(text)
    promise = _promises(language).search(folded)
    if promise:
        yield f"“{promise[0]}” promises what is not ours to give"
    excused = {fold(row.word) for row in article.warning_words}
    for found in _ways(language).finditer(folded):
        if found[0] in excused:
            needed.add(found[0])
        else:
            yield f"“{found[0]}” tells of a way or of who sells one; if it warns, warning_words says so, with the reason"


@cache
def _promises(language: str) -> re.Pattern[str]:
    return re.compile(_PROMISES[language])


@cache
def _ways(language: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_WAYS[language]})(?!\w)")
