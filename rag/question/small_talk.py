"""Messages that ask for no news: greetings, what can be asked, the wording of the last answer, its sources.

Only whole messages are known, so that no question for the archive is ever taken for one.
"""

import re
from functools import cache
from typing import Literal

from babel import Locale

from rag.text.terms import words

SmallTalk = Literal["greeting", "thanks", "complaint", "errand", "rewording", "sources"]
"""An errand is what no archive can do: a joke, the weather, an opinion."""

_MESSAGES: dict[SmallTalk, str] = {
    "greeting": """
        hello; hi; hey; hello there; hi there; good morning; good afternoon; good evening; how are you; how are you today; help; help me;
        who are you; what are you; what is this; what can you do; what can you do for me; what can i ask; what can i ask you;
        what can i do here; what do you know; how does this work; how do you work; who made you; are you a robot; are you human;
        can you help me; i need help; test; testing; hallo; guten tag; guten morgen; guten abend; wer bist du; was kannst du;
        was kann ich fragen; hilfe; bonjour; bonsoir; salut; qui es tu; que peux tu faire; aide; hola; buenos días; buenas tardes;
        quién eres; qué puedes hacer; ayuda; ciao; buongiorno
    """,
    "thanks": """
        thanks; thank you; many thanks; thanks a lot; thanks so much; thank you very much; thank you so much; ok; okay; great; perfect;
        good; nice; cool; excellent; wonderful; got it; i see; understood; all right; alright; fine; bye; goodbye; see you;
        that helps; that helps a lot; that helped; that helped a lot; that is helpful; that's helpful; that was helpful; very helpful;
        that's all; that is all; that's great; that is great; good job; well done; no thanks; no thank you; never mind; cheers;
        for your help; for the help; for that; danke; vielen dank; danke schön; danke sehr; merci; merci beaucoup; gracias;
        muchas gracias; grazie; obrigado; obrigada; bedankt; tschüss; au revoir; adiós
    """,
    "rewording": """
        translate that; translate this; translate it; summarise that; summarize that; summarise this; summarize this; summarise it;
        summarize it; sum that up; sum it up; tl dr; tldr; shorter; make it shorter; make that shorter; longer; make it longer; simpler;
        say that again; rephrase that; rephrase it; rewrite that; rewrite it; put it simply; explain it simply; as a list;
        in bullet points; in one sentence; in short; in plain words; in simple words; auf deutsch; auf englisch; kürzer; einfacher;
        fass das zusammen; en français; en anglais; plus court; en español; en inglés; más corto
    """,
    "sources": """
        are you sure; are you sure about that; are you certain; really; is that true; is that right; is that correct;
        what is your source; what's your source; what is the source; what are your sources; what are the sources; which source; source;
        sources; your source; your sources; how do you know; how do you know that; says who; prove it; where does that come from;
        where did you get that; where is that from; can i trust that; can i trust this; who says that; who says so; bist du sicher;
        woher weißt du das; stimmt das; quelle; quellen; tu es sûr; fuente; fuentes; estás seguro
    """,
}
_KNOWN: dict[tuple[str, ...], SmallTalk] = {
    tuple(words(message)): kind for kind, listed in _MESSAGES.items() for message in listed.split(";")
}
_KNOWN.pop((), None)
_PAUSE = re.compile(r"(?<![,.!?;:–—])[,.!?;:–—]++(?=\s|$)")
_POLITE = frozenset({"please", "bitte"})
_REWORDED = frozenset("translate say write answer repeat it that this again".split())


def find_small_talk(message: str) -> SmallTalk | None:
    """Return what kind of small talk a whole message is, or None for a question to the archive.

    Of several pieces ("thanks, in German please") each must be small talk, and the one that asks for most counts.
    """
    kinds = [_find_kind(piece) for piece in _PAUSE.split(message) if set(words(piece)) - _POLITE]
    if not kinds or None in kinds:
        return _find_kind(message)
    order: tuple[SmallTalk, ...] = ("greeting", "thanks", "sources", "rewording")
    return max((kind for kind in kinds if kind), key=order.index)


def _find_kind(piece: str) -> SmallTalk | None:
    said = [word for word in words(piece) if word not in _POLITE]
    if said[:1] in (["and"], ["ok"]) and len(said) > 1:
        said = said[1:]
    place = next((i for i, word in enumerate(said) if word in {"in", "into", "to"}), len(said))
    if set(said[:place]) <= _REWORDED and " ".join(said[place + 1 :]) in _list_languages():
        return "rewording"
    return _KNOWN.get(tuple(said))


@cache
def _list_languages() -> frozenset[str]:
    return frozenset(name.casefold() for name in Locale("en").languages.values())
