"""Messages that ask for no news: greetings, what can be asked, the wording of the last answer, its sources.

Only whole messages are known, so that no question for the archive is ever taken for one.
"""

from functools import cache
from typing import Literal

from babel import Locale

from rag.text.terms import words

SmallTalk = Literal["greeting", "rewording", "sources"]

_MESSAGES: dict[SmallTalk, str] = {
    "greeting": """
        hello; hi; hey; hello there; hi there; good morning; good afternoon; good evening; thanks; thank you; many thanks; thanks a lot;
        thank you very much; ok; okay; ok thanks; great; great thanks; bye; goodbye; help; who are you; what are you; what is this;
        what can you do; what can i ask; what can i ask you; what do you know; how does this work; how do you work;
        hallo; guten tag; guten morgen; danke; vielen dank; danke schön; wer bist du; was kannst du; was kann ich fragen; hilfe;
        bonjour; bonsoir; salut; merci; merci beaucoup; qui es tu; que peux tu faire; aide;
        hola; buenos días; buenas tardes; gracias; muchas gracias; quién eres; qué puedes hacer; ayuda; ciao; buongiorno; grazie
    """,
    "rewording": """
        translate that; translate this; translate it; summarise that; summarize that; summarise this; summarize this; summarise it;
        summarize it; shorter; shorter please; make it shorter; longer; longer please; simpler; simpler please; say that again;
        rephrase that; put it simply; as a list; in bullet points; auf deutsch; auf deutsch bitte; auf englisch; auf englisch bitte;
        kürzer; kürzer bitte; en français; en anglais; plus court; en español; en inglés; más corto
    """,
    "sources": """
        are you sure; are you sure about that; really; is that true; is that right; what is your source; what's your source;
        what are your sources; source; sources; your source; how do you know; how do you know that; says who; prove it;
        where does that come from; where is that from; bist du sicher; woher weißt du das; quelle; quellen; sources please; fuente; fuentes
    """,
}
_KNOWN: dict[tuple[str, ...], SmallTalk] = {
    tuple(words(message)): kind for kind, listed in _MESSAGES.items() for message in listed.split(";")
}


def find_small_talk(message: str) -> SmallTalk | None:
    """Return what kind of small talk a whole message is, or None for a question to the archive."""
    said = tuple(words(message))
    if said[:1] == ("in",) and " ".join(said[1:]).removesuffix(" please") in _list_languages():
        return "rewording"
    return _KNOWN.get(said)


@cache
def _list_languages() -> frozenset[str]:
    return frozenset(name.casefold() for name in Locale("en").languages.values())
