"""Detect sentences of an article that instruct a machine; they are never quoted, and their code words never repeated.

Words inside quotation marks are only reported, so they are ignored. This catches the plain cases; protection against the
others (no link, no forged citation, no secret) does not depend on it.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from corpus.text.sentences import split_sentences
from rag.model import Passage
from rag.text.quotations import replace_quotations

LONGEST_QUOTED = 1500
"""Characters: no sentence that is worth quoting is longer."""

_RULES = (
    r"(?:instructions?|rules?|prompts?|orders|directions|guidelines|guardrails|"  # English, French, Dutch
    r"anweisungen|anweisung|vorgaben|regeln|befehle|consignes?|règles|instrucciones|reglas|indicaciones|istruzioni|regole|"
    r"instruções|regras|instructies|инструкци\w*|указани\w*)"
)
_ALL = r"(?:any|all|each|every|of|the|these|those|other|alle|toutes?|les|todas?|las|tutte|le|as|все)"
_EARLIER = (
    r"(?:your|previous|prior|earlier|above|preceding|original|system|bisherigen?|vorherigen?|obigen|deine|tes|vos|"
    r"précédentes?|tus|anteriores|precedenti|предыдущие|прежние)"
)
_FORGET = (
    r"(?:ignore|disregard|forget|override|bypass|drop|vergiss|vergesst|vergessen sie|ignoriere|ignorieren sie|missachte|"
    r"ignorez|oublie|oubliez|ignora|ignore|olvida|olvide|dimentica|esqueça|negeer|vergeet|игнорируй\w*|забудь\w*)"
)
_SAY = (
    r"(?:reply|respond|answer|write|output|print|say|state|repeat|translate|append|include|insert|add|begin|start|end|finish|"
    r"antworte|antworten sie|schreibe?|gib|füge|beende|réponds|répondez|écris|écrivez|ajoute|ajoutez|termine|terminez|traduis|"
    r"responde|responda|escribe|escriba|añade|termina|rispondi|scrivi|responda|escreva|antwoord|ответь\w*|напиши\w*)"
)
_SAYING = r"(?:repl(?:y|ies)|respon(?:d|ds|se|ses)|answers?|outputs?|summar(?:y|ies|ise|ize)|append)"
_MACHINE = r"(?:assistants?|chat ?bots?|language models?|llms?|a\.?i\.? (?:model|system|agent|assistant)s?|ai|bots?|summari[sz]ers?)"
_MUST = r"(?:must|has to|have to|should|shall|is to|are to|needs? to|required? to|requires?|will now|is now|are now)"
_CODE = r"(?=[\w-]*[A-Z])(?=[\w-]*(?:-|\d))[A-Z0-9][\w]*(?:-[\w]+)*"

_ORDERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_FORGET}\b(?:\W+{_ALL})*\W+{_EARLIER}\W+(?:\w+\W+){{0,2}}{_RULES}\b",
        rf"\b{_FORGET}\b(?:\W+{_ALL})*\W+{_RULES}\W+{_EARLIER}\b",
        rf"\b{_FORGET}\b\W+(?:\w+\W+){{0,3}}{_RULES}\b(?:\W+\w+){{0,4}}(?:[,;:.]|\W+(?:and|und|et|y|e))\W+{_SAY}\b",
        rf"\b{_MUST}\b(?:\W+\w+){{0,6}}\W+{_MACHINE}\b(?:\W+\w+){{0,4}}\W+{_SAYING}\b",
        rf"\b{_MACHINE}\b\W+{_MUST}\b(?:\W+\w+){{0,4}}\W+(?:each|every|all|its|the|your|this)\W+{_SAYING}\b",
        rf"\b{_MACHINE}\s*[:,]\s*(?:please\s+|now\s+)?{_SAY}\b",
        rf"\b(?:the|your|each|every|any) (?:reply|answer|output|summary)\b\W+(?:\w+\W+)?{_MUST}\W+{_SAY}\b",
        rf"\b(?:whatever|no matter what)\b[^.]{{0,60}}\b(?:asks?|asked|reader|user)\b[^.]{{0,60}}\b{_SAY}\b",
        rf"\b(?:new|next) (?:task|instructions?|orders)\b[^.]{{0,40}}:\s*(?:please\s+|now\s+)?{_SAY}\b",
        r"\byour (?:system )?(?:prompt|instructions|api key)\b|\bconsigne système\b",
        r"\b(?:tell|ask|direct|send|advise|urge) (?:the )?(?:readers?|users?) to\b[^.]{0,80}(?:\]\(|https?:|sign in|log ?in|password)",
        r"\byou are (?:now )?(?:an?|the|in) (?:\w+\W+){0,3}(?:assistant|model|mode|bot|ai)\b",
    )
)
_LONG_CODE = 10  # Letters: shorter ones, such as COVID-19, occur in plain news.
_ASKED_FOR = re.compile(rf"(?:^|[:;,.]\s*|\b(?:and|then|now|please|und|et|y|e)\s+){_SAY}\b", re.IGNORECASE)
_CODE_WORD = re.compile(rf"(?<![\w-]){_CODE}(?![\w-])")


def is_instruction(sentence: str) -> bool:
    """Return whether a sentence instructs a machine; quotations are ignored."""
    said = replace_quotations(sentence, " ")
    if any(order.search(said) for order in _ORDERS):
        return True
    return bool(
        _ASKED_FOR.search(said) and any("-" in code and len(code) >= _LONG_CODE for code in _CODE_WORD.findall(said))
    )


def is_quotable(sentence: str) -> bool:
    """Return whether a sentence can be quoted as an answer: no question, no instruction to a machine, no encoded data."""
    return len(sentence) <= LONGEST_QUOTED and not sentence.rstrip().endswith("?") and not is_instruction(sentence)


def find_code_words(passages: Sequence[Passage]) -> frozenset[str]:
    """Return words such as LYNX-14 that occur in the passages only within instructions."""
    ordered: set[str] = set()
    reported: set[str] = set()
    for passage in passages:
        reported.update(_CODE_WORD.findall(passage.article.title))
        text = passage.chunk.text
        for start, end in split_sentences(text, passage.article.language or "en"):
            sentence = text[start:end]
            (ordered if is_instruction(sentence) else reported).update(_CODE_WORD.findall(sentence))
    return frozenset(ordered - reported)


def strip_injected_instructions(text: str, passages: Sequence[Passage], rules: str = "") -> str:
    """Return a reply without the sentences that repeat our own rules or a code word of an injected instruction.

    Args:
        text: The reply.
        passages: What it was written from.
        rules: The instructions of the model; six of its words in a row count as a repetition.
    """
    written = set(_CODE_WORD.findall(text))
    codes = written & find_code_words(passages) if written else written
    runs = _list_runs(rules)
    if not codes and runs.isdisjoint(_list_runs(text)):
        return text
    kept = [" ".join(_keep_sentence(line, codes, runs)) for line in text.split("\n")]
    return "\n".join(line for line, before in zip(kept, text.split("\n"), strict=True) if line or not before).strip()


def _keep_sentence(line: str, codes: set[str], rules: frozenset[tuple[str, ...]]) -> list[str]:
    said = [line[a:b] for a, b in split_sentences(line)]
    return [s for s in said if not any(code in s for code in codes) and rules.isdisjoint(_list_runs(s))]


@lru_cache(maxsize=8)
def _list_runs(text: str) -> frozenset[tuple[str, ...]]:
    """Return every run of six words."""
    words = re.findall(r"\w+", text.casefold())
    return frozenset(zip(*(words[i:] for i in range(6)), strict=False))
