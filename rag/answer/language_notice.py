"""Say, in the language of a question, that the archive holds no article in it, and which languages it holds."""

import unicodedata
from collections import Counter
from collections.abc import Sequence

from babel import Locale

from rag.text.terms import is_asking, is_stopword, question_language, words

_NOTICES = {
    "de": "Dieses Archiv enthält keine Artikel auf {asked}. Vorhanden sind Artikel in: {held}. Bitte fragen Sie in einer dieser Sprachen.",
    "es": "Este archivo no contiene artículos en {asked}. Contiene artículos en: {held}. Pregunte en uno de esos idiomas, por favor.",
    "fr": "Ces archives ne contiennent aucun article en {asked}. Elles contiennent des articles en : {held}. Posez votre question dans "
          "l’une de ces langues.",
    "it": "Questo archivio non contiene articoli in {asked}. Contiene articoli in: {held}. Si prega di chiedere in una di queste lingue.",
    "nl": "Dit archief bevat geen artikelen in het {asked}. Het bevat artikelen in: {held}. Stel uw vraag in een van deze talen.",
    "pt": "Este arquivo não contém artigos em {asked}. Contém artigos em: {held}. Pergunte num destes idiomas, por favor.",
    "da": "Dette arkiv har ingen artikler på {asked}. Det har artikler på: {held}. Spørg venligst på et af disse sprog.",
    "no": "Dette arkivet har ingen artikler på {asked}. Det har artikler på: {held}. Spør gjerne på et av disse språkene.",
    "sv": "Det här arkivet har inga artiklar på {asked}. Det har artiklar på: {held}. Fråga gärna på något av dessa språk.",
    "fi": "Tässä arkistossa ei ole artikkeleita tällä kielellä ({asked}). Arkiston kielet: {held}. Kysy jollakin näistä kielistä.",
    "hu": "Ebben az archívumban nincs cikk ezen a nyelven: {asked}. Az archívum nyelvei: {held}. Kérjük, ezek egyikén kérdezzen.",
    "ru": "В этом архиве нет статей на этом языке ({asked}). Языки архива: {held}. Задайте вопрос на одном из них.",
    "uk": "У цьому архіві немає статей цією мовою ({asked}). Мови архіву: {held}. Поставте запитання однією з них.",
    "el": "Αυτό το αρχείο δεν περιέχει άρθρα σε αυτή τη γλώσσα ({asked}). Γλώσσες του αρχείου: {held}. Ρωτήστε σε μία από αυτές.",
    "ar": "لا يحتوي هذا الأرشيف على مقالات بهذه اللغة ({asked}). لغات الأرشيف: {held}. يُرجى طرح السؤال بإحداها.",
    "he": "אין בארכיון הזה כתבות בשפה הזאת ({asked}). שפות הארכיון: {held}. נא לשאול באחת מהן.",
    "hi": "इस संग्रह में इस भाषा ({asked}) के लेख नहीं हैं। संग्रह की भाषाएँ: {held}। कृपया इनमें से किसी भाषा में पूछें।",
    "zh": "本资料库没有{asked}文章。资料库的语言：{held}。请用其中一种语言提问。",
    "ja": "このアーカイブには{asked}の記事がありません。収録言語：{held}。これらの言語のいずれかで質問してください。",
    "ko": "이 아카이브에는 {asked} 기사가 없습니다. 보유 언어: {held}. 이 언어 중 하나로 질문해 주세요.",
    "en": "This archive holds no articles in {asked}. It holds articles in: {held}. Please ask in one of these languages.",
}  # fmt: skip
_SCRIPTS = {
    "CYRILLIC": "ru", "GREEK": "el", "ARABIC": "ar", "HEBREW": "he", "DEVANAGARI": "hi", "CJK": "zh", "HIRAGANA": "ja",
    "KATAKANA": "ja", "HANGUL": "ko", "THAI": "th", "ARMENIAN": "hy", "TAMIL": "ta", "GEORGIAN": "ka", "BENGALI": "bn",
}  # fmt: skip
# A script does not tell these apart, nor a detector Danish from Norwegian.
_RELATED = {
    "ru": frozenset("ru uk be bg sr mk kk".split()),
    "ar": frozenset("ar fa ur ps".split()),
    "hi": frozenset("hi ne mr".split()),
    "zh": frozenset("zh ja".split()),
    "no": frozenset("no nb nn da".split()),
    "da": frozenset("no nb nn da".split()),
}
# Letters that Russian does not have.
_UKRAINIAN = frozenset("іїєґ")
_MOSTLY = 0.5  # Share of the letters of a question.
_OWN = 2  # Words of a language that are none of English.
_FEWEST = 3  # Words, so that a name alone ("Łódź", "São Paulo") is no question in another language.


def write_notice(question: str, held: Sequence[str]) -> str:
    """Return what to say to a question in a language of which the archive holds no article; "" for any other question.

    Args:
        question: As it was typed.
        held: The languages of the archive (ISO 639-1), those with most articles first; empty ones are unknown.
    """
    asked = find_language(question)
    if not asked or not any(held[:1]) or _RELATED.get(asked, frozenset({asked})) & set(held):
        return ""
    spoken = asked if asked in _NOTICES else "en"
    names = Locale(spoken).languages
    listed = ", ".join(names.get(code, code) for code in held if code)
    return _NOTICES[spoken].format(asked=names.get(asked, asked), held=listed)


def find_language(question: str) -> str:
    """Return the language that a question is plainly written in, other than English, or ""."""
    script = _find_script(question)
    if script == "CYRILLIC" and _UKRAINIAN & set(question.casefold()):
        return "uk"
    if script and script != "LATIN":
        return _SCRIPTS.get(script, "")
    found, spoken = question_language(question), words(question)
    return found if found != "en" and len(spoken) >= _FEWEST and _is_plain(question, spoken, found) else ""


def _is_plain(question: str, spoken: Sequence[str], language: str) -> bool:
    """Return whether two words of a question belong to a language and mean nothing in English, and it is no mere name."""
    own = {word for word in spoken if is_stopword(word, language) and not is_stopword(word, "en")}
    told = any(word.islower() and not own.issuperset(words(word)) for word in question.split())
    return len(own) >= _OWN and (told or any(map(is_asking, spoken)))


def _find_script(text: str) -> str:
    """Return the script that most letters of a text are of, as Unicode names it, or ""."""
    scripts = Counter(unicodedata.name(c, "").partition(" ")[0] for c in text if c.isalpha())
    # Japanese has the letters of Chinese too, but Chinese has no kana.
    if "HIRAGANA" in scripts or "KATAKANA" in scripts:
        return "HIRAGANA"
    script, count = max(scripts.items(), key=lambda item: item[1], default=("", 0))
    return script if count > _MOSTLY * sum(scripts.values()) else ""
