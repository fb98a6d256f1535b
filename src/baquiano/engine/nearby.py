"""Places and services near: what is needed → where → three of them → more, something else, or something is wrong with one.

Where somebody is lives for one turn: what stays is the municipality. A house for survivors is not looked for here, and whether there is one
is never said: whoever asks for it gets the danger text and a person. After danger nobody is asked for a place at all.
"""

from dataclasses import dataclass, replace

from baquiano.engine.answering import asks_for_a_refuge
from baquiano.engine.danger import Finding
from baquiano.engine.danger_turn import (
    needs_a_refuge,
    stay,
    unreadable_place,
    what_to_do_now,
    with_finding,
    within_reach,
)
from baquiano.engine.menu import main_menu, not_open, offer, person, topic_picks
from baquiano.engine.picks import Pick
from baquiano.engine.said import Details, DropWords, Near, Outcome, Part, Reply, Report, Said, Say, Turn
from baquiano.engine.state import Nearby, State
from baquiano.engine.tools import Decision, Found, Offer, Places, Sought, Spot, Tools
from baquiano.engine.universal import number
from baquiano.lib.text import fold, squeeze

NEEDS = (
    "food", "shelter", "health", "legal_aid", "documents", "work",
    "education", "clothing", "water_hygiene", "mental_health", "medicines", "sexual_health",
    "childcare", "housing", "cash", "transport", "communication", "language_classes",
    "disability_support", "older_people", "labour_rights", "regularisation", "asylum", "family_tracing",
    "money_transfer", "return", "sport_leisure", "information",
)  # fmt: skip
"""What a place can be looked for, those most asked for first: the menu shows them six at a time. Violence, trafficking and the protection of
children are not among them: they have a route of their own, and a person.
"""
REASONS = ("closed", "no_answer", "documents", "money", "address")
"""What may be wrong with a service: the directory's own five."""
NEEDS_SHOWN = 6
DIVISIONS_SHOWN = 7
SHOWN = 3
FOUND_MOST = 9
PLACES_ASKED = 3
WORDS_OF_A_PLACE = 4
WORDS_OF_A_NEED = 5
MISSES_BEFORE_A_PERSON = 2
NEAR_KM = 50.0
"""What lies farther is not called near."""
SEVERAL = "several"
"""Stands for the need of an answer that speaks of several: it is asked which."""

MORE = frozenset(
    "mas;mas lugares;otros;otros lugares;ver mas;more;more places;mais;mais lugares;plus;encore;plis;lot kote".split(
        ";"
    )
)
OTHER = frozenset("otra cosa;buscar otra cosa;something else;outra coisa;autre chose;lot bagay".split(";"))
ELSEWHERE = frozenset(
    "otro lugar;en otro lugar;otra parte;en otra parte;otra comuna;en otra comuna;otro municipio;en otro municipio;otra ciudad;"
    "en otra ciudad;another place;in another place;other place;another town;in another town;elsewhere;somewhere else;"
    "outro lugar;em outro lugar;outra cidade;em outra cidade;outro municipio;em outro municipio;"
    "un autre lieu;autre lieu;dans un autre lieu;ailleurs;autre ville;dans une autre ville;"
    "yon lot kote;nan yon lot kote;lot vil;nan yon lot vil".split(";")
)
WRONG = frozenset(
    "algo esta mal;reportar un problema;reportar problema;something is wrong;report a problem;algo esta errado;algo errado;"
    "relatar um problema;quelque chose ne va pas;signaler un probleme;gen yon pwoblem;rapote yon pwoblem".split(";")
)
_LISTED = ("near_shown", "near_service")


@dataclass(frozen=True)
class Search:
    """What is looked for. `kept`: as it stands in `Nearby.need` and as the tools are asked for it: the need, and what it must be besides.

    `is_open`: now. `without_papers`: where none are asked for. What is not known fits too, and it is said that it is not.
    """

    need: str
    is_open: bool = False
    without_papers: bool = False

    @property
    def kept(self) -> str:
        besides = ((_OPEN, self.is_open), (_WITHOUT_PAPERS, self.without_papers))
        return "+".join((self.need, *(word for word, is_asked in besides if is_asked)))

    @property
    def is_narrow(self) -> bool:
        return self.is_open or self.without_papers

    @staticmethod
    def of(kept: str) -> "Search":
        """Of what was kept; never an exception."""
        need, *besides = kept.split("+")
        return Search(need, _OPEN in besides, _WITHOUT_PAPERS in besides)


_OPEN, _WITHOUT_PAPERS = "open", "no_papers"


# What is needed ----------------------------------------------------------------------------------------------------------


def begin(state: State, tools: Tools, before: tuple[Part, ...] = ()) -> Turn:
    """From the menu, or "something else": what is it for? A place that was said already is kept."""
    return _refused(state, tools) or _ask_need(state, 0, before)


def needs_page(state: State, page: str, tools: Tools) -> Turn:
    return _refused(state, tools) or _ask_need(state, int(page) if page.isdecimal() else 0)


def need_picked(state: State, need: str, tools: Tools) -> Turn:
    if need not in NEEDS:
        return begin(state, tools)
    return _refused(state, tools) or _look(state, need, tools)


def _refused(state: State, tools: Tools) -> Turn | None:
    if state.danger:
        return stay(state)
    return None if tools.is_open(state.country) else not_open(state)


def _ask_need(state: State, page: int, before: tuple[Part, ...] = ()) -> Turn:
    state = replace(state.understood(), asked="", nearby=Nearby(place=state.nearby.place))
    shown = NEEDS[page * NEEDS_SHOWN : (page + 1) * NEEDS_SHOWN] or NEEDS[:NEEDS_SHOWN]
    more = (Pick(f"needs:{page + 1}", "more_needs"),) if NEEDS[-1] not in shown else ()
    danger = (Pick("danger", "danger"),) if before else ()
    needs = (Pick(f"services:{need}", f"need.{need}") for need in shown)
    offered = (*danger, *needs, *more, Pick("person", "person"))
    return offer(state, (*before, Say("near_what")), offered, step="near_need")


# Where -------------------------------------------------------------------------------------------------------------------


def _ask_place(state: State, need: str, before: tuple[Part, ...] = ()) -> Turn:
    state = replace(state.understood(), asked="", nearby=Nearby(need=need))
    offered = (Pick("departments", "departments"), Pick("person", "person"), Pick("menu", "menu"))
    return offer(state, (*before, Say("near_where")), offered, step="near_place")


def departments(state: State, page: str, tools: Tools) -> Turn:
    """The list of a country: its regions or departments, some at a time."""
    if refused := _refused(state, tools):
        return refused
    country = state.country or (tools.countries[0] if len(tools.countries) == 1 else "")
    if not country:
        offered = tuple(Pick(f"in:{code}", f"country.{code}") for code in tools.countries)
        return offer(state, (Say("which_country"),), offered, step="near_place")
    at = int(page) if page.isdecimal() and len(page) < 4 else 0
    listed = tools.departments(country)
    shown = listed[at * DIVISIONS_SHOWN : (at + 1) * DIVISIONS_SHOWN] or listed[:DIVISIONS_SHOWN]
    more = (Pick(f"departments:{at + 1}", "more_places"),) if listed[-1:] != shown[-1:] else ()
    offered = (*(Pick(f"place:{pk}", f"place.{pk}") for pk in shown), *more, Pick("person", "person"))
    return offer(state, (Say("near_departments"),), offered, step="near_place")


def country_told(state: State, country: str, tools: Tools) -> Turn | None:
    """The name of a country, where we had asked for a place in it. None: one that is not served here."""
    if country not in tools.countries:
        return None
    return departments(replace(state, country=country, country_asked=True), "", tools)


def in_country(state: State, country: str, tools: Tools) -> Turn:
    return country_told(state, country, tools) or main_menu(state, tools, before=Say("other_country"))


def place_picked(state: State, place: str, tools: Tools) -> Turn:
    if not place.isdecimal() or len(place) > 9:
        return main_menu(state, tools, before=Say("stale"))
    if refused := _refused(state, tools):
        return refused
    if not state.nearby.need:
        return _ask_need(replace(state, nearby=Nearby(place=int(place))), 0)
    return _show(state, state.nearby.need, tools, place=int(place))


def elsewhere(state: State, tools: Tools) -> Turn:
    return _refused(state, tools) or (
        _ask_place(state, state.nearby.need) if state.nearby.need else _ask_need(state, 0)
    )


def shared(state: State, said: Said, tools: Tools) -> Turn:
    """Somebody shared where they are, asked or not. After danger that is for a person to see, and nothing is searched."""
    if state.danger or state.in_danger or said.spot is None:
        return unreadable_place(state)
    if not tools.is_open(state.country):
        return replace(not_open(state), wishes=(DropWords(),))
    turn = _from_there(state, said.spot, tools)
    return replace(turn, wishes=(*turn.wishes, DropWords()))


def _from_there(state: State, spot: Spot, tools: Tools) -> Turn:
    is_asked = bool(state.nearby.need) and state.step.startswith("near")
    place = tools.place_at(spot)
    if not place:
        return _unknown(state if is_asked else replace(state, nearby=Nearby()), tools, offers_danger=not is_asked)
    if is_asked:
        return _show(state, state.nearby.need, tools, spot=spot)
    return _ask_need(replace(state, nearby=Nearby(place=place)), 0, before=(Say("near_shared"),))


# What there is -----------------------------------------------------------------------------------------------------------


def _look(state: State, need: str, tools: Tools, place: int = 0, before: tuple[Part, ...] = ()) -> Turn:
    place = place or state.nearby.place
    return _show(state, need, tools, place=place, before=before) if place else _ask_place(state, need, before)


def _show(
    state: State, need: str, tools: Tools, *, place: int = 0, spot: Spot | None = None, before: tuple[Part, ...] = ()
) -> Turn:
    found = tools.services(need, place=place, spot=spot, most=FOUND_MOST)
    where = tools.place_at(spot) if spot else place
    shown, waiting = found[:SHOWN], found[SHOWN:]
    kept, left = (tuple(one.id if spot else one.kept for one in row) for row in (shown, waiting))
    state = replace(state.understood(), asked="", nearby=Nearby(need, where, kept, left))
    search = Search.of(need)
    if not found:
        key = "near_none_here" if spot else "near_none"
        return _offer_others(state, (*before, *_besides(search), Near(key, search.need, where)), Outcome.PERSON)
    key = f"near_{'far' if _all_far(found) else 'found'}{'_here' if spot else ''}"
    return _listed(state, (*before, Near(key, search.need, where, shown), *_besides(search)), shown)


def _all_far(found: tuple[Offer, ...]) -> bool:
    """There are places among them, and none of these is near."""
    known = [one.km for one in found if one.km is not None]
    return bool(known) and min(known) > NEAR_KM


def _besides(search: Search) -> tuple[Part, ...]:
    """That it was looked for so, and that of some it is not known."""
    is_open = (Say("near_is_open"),) if search.is_open else ()
    without_papers = (Say("near_without_papers"),) if search.without_papers else ()
    return (*is_open, *without_papers)


def _listed(state: State, parts: tuple[Part, ...], shown: tuple[Offer, ...]) -> Turn:
    more = (Pick("more_places", "more_places"),) if state.nearby.waiting else ()
    offered = (
        *(Pick(f"service:{one.id}", f"service.{one.id}") for one in shown),
        *more,
        Pick("near", "near_other"),
        Pick("wrong", "near_wrong"),
        Pick("person", "person"),
    )
    return replace(offer(state, parts, offered, step="near_shown"), outcome=Outcome.ANSWER)


def _offer_others(state: State, parts: tuple[Part, ...], outcome: Outcome) -> Turn:
    """Nothing, or nothing more: whatever else there is of it, another place, something else, or a person who looks for it."""
    search = Search.of(state.nearby.need)
    wider = (Pick(f"services:{search.need}", "near"),) if search.is_narrow else ()
    offered = (
        Pick("person", "person"),
        *wider,
        Pick("elsewhere", "near_elsewhere"),
        Pick("near", "near_other"),
        Pick("menu", "menu"),
    )
    return replace(offer(state, parts, offered, step="near_shown"), outcome=outcome)


def more(state: State, tools: Tools) -> Turn:
    if refused := _refused(state, tools):
        return refused
    nearby = state.nearby
    if not nearby.waiting:
        return _offer_others(state.understood(), (Say("near_end"),), Outcome.MENU)
    now = nearby.waiting[:SHOWN]
    state = replace(state.understood(), nearby=replace(nearby, shown=now, waiting=nearby.waiting[SHOWN:], wrong=""))
    shown = tuple(map(Offer.of, now))
    return _listed(state, (_more_of(state, shown),), shown)


def _more_of(state: State, shown: tuple[Offer, ...]) -> Near:
    return Near("near_more", Search.of(state.nearby.need).need, state.nearby.place, shown)


def listed_again(state: State, tools: Tools) -> Turn:
    shown = tuple(map(Offer.of, state.nearby.shown))
    if state.danger or not shown:
        return begin(state, tools)
    return _listed(state, (_more_of(state, shown),), shown)


def service_picked(state: State, offered_id: str, tools: Tools) -> Turn:
    """All that is known of one; also from an older list."""
    if refused := _refused(state, tools):
        return refused
    state = replace(state.understood(), nearby=replace(state.nearby, wrong=offered_id))
    offered = (
        *((Pick("listed", "near_list"),) if state.nearby.shown else ()),
        Pick("near", "near_other"),
        Pick("wrong", "near_wrong"),
        Pick("person", "person"),
        Pick("menu", "menu"),
    )
    turn = offer(state, (Details(offered_id),), offered, step="near_service")
    return replace(turn, outcome=Outcome.ANSWER)


# Something is wrong with one ---------------------------------------------------------------------------------------------


def wrong(state: State, tools: Tools) -> Turn:
    """The one that was just shown; of a list, it is asked which."""
    if refused := _refused(state, tools):
        return refused
    shown = tuple(map(Offer.of, state.nearby.shown))
    if state.step == "near_service" and state.nearby.wrong:
        return _ask_reason(state, state.nearby.wrong)
    if not shown:
        return begin(state, tools)
    if len(shown) == 1:
        return _ask_reason(state, shown[0].id)
    offered = (*(Pick(f"named:{one.id}", f"named.{one.id}") for one in shown), Pick("person", "person"))
    part = Near("near_wrong_which", Search.of(state.nearby.need).need, state.nearby.place, shown)
    return offer(state.understood(), (part,), offered, step="near_wrong")


def wrong_picked(state: State, offered_id: str, tools: Tools) -> Turn:
    return _refused(state, tools) or _ask_reason(state, offered_id)


def _ask_reason(state: State, offered_id: str) -> Turn:
    state = replace(state.understood(), nearby=replace(state.nearby, wrong=offered_id))
    offered = (*(Pick(f"why:{reason}", f"wrong.{reason}") for reason in REASONS), Pick("menu", "menu"))
    return offer(state, (Say("near_wrong_what"),), offered, step="near_why")


def reason_picked(state: State, reason: str, tools: Tools) -> Turn:
    told = state.nearby.wrong
    if reason not in REASONS or not told:
        return main_menu(state, tools, before=Say("stale"))
    state = replace(state, nearby=replace(state.nearby, wrong=""))
    offered = (Pick("listed", "near_list"), Pick("near", "near_other"), Pick("person", "person"), Pick("menu", "menu"))
    turn = offer(state, (Say("near_reported"),), offered, step="near_reported")
    return replace(turn, wishes=(Report(told, reason),))


# In words ----------------------------------------------------------------------------------------------------------------


def in_progress(state: State, said: Said, tools: Tools) -> Turn | None:
    """What she types while a search goes on. None: it is about something else."""
    if not state.step.startswith("near") or state.danger or number(said.text) is not None:
        return None
    return _on_word(state, said.text, tools) or _on_words(state, said.text, tools)


def _on_word(state: State, text: str, tools: Tools) -> Turn | None:
    word = squeeze(fold(text)).strip(" .,;:!¡?¿\"'")
    if word in OTHER:
        return begin(state, tools)
    if word in ELSEWHERE:
        return elsewhere(state, tools)
    if state.step not in _LISTED:
        return None
    if word in MORE:
        return more(state, tools)
    return wrong(state, tools) if word in WRONG else None


def _on_words(state: State, text: str, tools: Tools) -> Turn | None:
    sought = tools.sought(text)
    if sought.is_of_survivors:
        return _route(state, sought, tools)
    if sought.need in NEEDS and (sought.is_all or len(text.split()) <= WORDS_OF_A_NEED):
        return _for_need(state, sought, tools)
    if _search(sought).is_narrow and _says_nothing_else(sought) and state.step in _LISTED and state.nearby.need:
        return _narrowed(state, sought, tools)
    if state.step == "near_place":
        return _place_typed(state, sought.place or text, text, tools)
    is_place = state.step in (*_LISTED, "near_need") and sought.is_all and sought.place
    if not is_place or len(text.split()) > WORDS_OF_A_PLACE:
        return None
    exact = tools.places(sought.place, country=state.country).exact
    if len(exact) == 1:
        return place_picked(state, str(exact[0]), tools)
    meant = exact or _abroad(state, sought.place, tools)
    return _which(state, meant) if meant else None


def _abroad(state: State, typed: str, tools: Tools) -> tuple[int, ...]:
    """Those called so in the other countries that are served: always asked, since they are not where she is known to be."""
    return tools.places(typed, country="").exact if state.country and typed else ()


def _for_need(state: State, sought: Sought, tools: Tools) -> Turn:
    need = _search(sought).kept
    places = tools.places(sought.place, country=state.country) if sought.place else Places()
    if len(places.exact) == 1:
        return _look(state, need, tools, places.exact[0])
    state = replace(state, nearby=replace(state.nearby, need=need))
    meant = places.exact or _abroad(state, sought.place, tools) or (places.close if sought.is_in else ())
    return _which(state, meant) if meant else _look(state, need, tools)


def _says_nothing_else(sought: Sought) -> bool:
    return sought.is_all and not sought.need and not sought.place


def _narrowed(state: State, sought: Sought, tools: Tools) -> Turn:
    """The last search once more, of which only what is open now, or asks for no papers."""
    last = Search.of(state.nearby.need)
    is_open, without_papers = last.is_open or sought.is_open, last.without_papers or sought.without_papers
    return _look(state, Search(last.need, is_open, without_papers).kept, tools)


def _search(sought: Sought) -> Search:
    return Search(sought.need, sought.is_open, sought.without_papers)


def _place_typed(state: State, typed: str, text: str, tools: Tools) -> Turn | None:
    places = tools.places(typed, country=state.country)
    if len(places.exact) == 1:
        return place_picked(state, str(places.exact[0]), tools)
    is_question = "?" in text or len(text.split()) > WORDS_OF_A_PLACE
    exact = places.exact or _abroad(state, typed, tools)
    meant = exact if places.exact else (*exact, *places.close)
    if meant and not (is_question and not exact):
        return _which(state, meant)
    return None if is_question else _unknown(state, tools)


def _which(state: State, places: tuple[int, ...]) -> Turn:
    """Never taken for granted: what is only close, or is called like another, is asked."""
    asked = (Pick(f"place:{place}", f"place.{place}") for place in places[:PLACES_ASKED])
    offered = (*asked, Pick("elsewhere", "near_elsewhere"), Pick("person", "person"))
    return replace(offer(state.understood(), (Say("near_which"),), offered, step="near_place"), outcome=Outcome.CHOICES)


def _unknown(state: State, tools: Tools, *, offers_danger: bool = False) -> Turn:
    misses = state.misses + 1
    if misses >= MISSES_BEFORE_A_PERSON:
        turn = person(state, tools, reason="lost")
        return replace(turn, replies=(Reply((Say("let_a_person"), *turn.replies[0].parts)),))
    danger = (Pick("danger", "danger"),) if offers_danger else ()
    offered = (*danger, Pick("departments", "departments"), Pick("person", "person"), Pick("menu", "menu"))
    return offer(replace(state, misses=misses), (Say("near_unknown"),), offered, step="near_place")


def _route(state: State, sought: Sought, tools: Tools) -> Turn:
    """To whoever may be a child nothing but what is said to a child."""
    is_needed = sought.is_needed or bool(state.danger)
    return needs_a_refuge(state, tools) if is_needed else asks_for_a_refuge(state, tools)


def is_only_a_search(text: str, tools: Tools, country: str) -> bool:
    """Every word of it is known: what is needed, "near" or the exact name of a municipality, and words that change nothing.

    That of another country only after "in": alone it may be a word like any other (Dolores, Soledad).
    """
    sought = tools.sought(text)
    if sought.is_of_survivors or sought.need not in NEEDS or not sought.is_all:
        return False
    if not sought.place or tools.places(sought.place, country=country).exact:
        return True
    return sought.is_in and bool(tools.places(sought.place, country="").exact)


def asked(state: State, text: str, tools: Tools, finding: Finding | None) -> Turn | None:
    """A message that asks for a place, out of nothing. None: it is a question like any other, and search answers it.

    "Food in Viña", "shelter", "anything near?" ask for one; "where is there food?" only where no approved text answers it.
    """
    sought = tools.sought(text)
    if sought.is_of_survivors:
        return _route(state, sought, tools)
    if state.danger or not sought.is_all or not tools.is_open(state.country):
        return None
    if not (sought.need in NEEDS or (sought.is_near and not sought.need)):
        return None
    turn = _asked(state, sought, text, tools, what_to_do_now(finding))
    return with_finding(turn, finding) if turn else None


def _asked(state: State, sought: Sought, text: str, tools: Tools, before: tuple[Part, ...]) -> Turn | None:
    need = _search(sought).kept
    places = tools.places(sought.place, country=state.country) if sought.place else Places()
    abroad = _abroad(state, sought.place, tools) if sought.is_in and not places.exact else ()
    meant = places.exact or abroad or (places.close if sought.is_in else ())
    if sought.place and not meant:
        return None
    is_asked = _is_asked(sought, has_place=bool(meant))
    if not (is_asked or meant or sought.asks_where):
        return None
    found = tools.find(text, country=state.country, language=state.language)
    is_answered = _is_answered(state, found, tools)
    if is_answered and not is_asked:
        return None
    if not sought.need:
        known = replace(state, nearby=Nearby(place=places.exact[0] if len(places.exact) == 1 else 0))
        return _ask_need(known, 0)
    if len(places.exact) == 1:
        turn = _look(state, need, tools, places.exact[0], before)
        if is_answered and not turn.state.nearby.shown:
            return None
    elif meant:
        turn = _which(replace(state, nearby=Nearby(need=need)), meant)
        turn = replace(turn, replies=(replace(turn.replies[0], parts=(*before, *turn.replies[0].parts)),))
    else:
        turn = _look(state, need, tools, before=before)
    return _with_article(turn, found, tools)


ON_PAPER = ("documents", "regularisation", "asylum", "return", "work", "labour_rights", "education", "housing", "cash")
"""Whoever writes "work in Viña" mostly asks how, and not where: an approved text comes first."""


def _is_asked(sought: Sought, *, has_place: bool) -> bool:
    """It says plainly enough that a place is what is looked for."""
    if sought.is_near or sought.is_open:
        return True
    if has_place:
        return sought.asks_where or sought.need not in ON_PAPER
    return sought.is_kind_of_place and not sought.asks_where


def _is_answered(state: State, found: Found, tools: Tools) -> bool:
    return found.decision is Decision.ANSWER and tools.approved(found.article, country=state.country) is not None


def _with_article(turn: Turn, found: Found, tools: Tools) -> Turn:
    """What an approved text says about it is one tap away, under the places."""
    turn = replace(turn, choices=within_reach(found))
    if not _is_answered(turn.state, found, tools):
        return turn
    reply = turn.replies[-1]
    offered = (*reply.picks[:-1], *topic_picks((found.article,)), reply.picks[-1])
    state = replace(turn.state, offered=tuple(pick.id for pick in offered))
    return replace(
        turn, state=state, replies=(*turn.replies[:-1], replace(reply, picks=offered)), article=found.article
    )
