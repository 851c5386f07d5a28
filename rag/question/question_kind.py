"""What a question asks for, by its words."""

import re
from typing import Literal

from rag.text.quotations import replace_quotations
from rag.text.speech_verbs import SAID, SAY

Kind = Literal[
    "who",
    "when",
    "where",
    "why",
    "how_many",
    "quotation",
    "attribution",
    "yes_no",
    "what",
    "timeline",
    "coverage",
    "topic",
]

_SAYING = rf"(?:wrote(?= (?:that|in|to|of|about|\"\"))|(?!wrote){SAID}|spoke|used the (?:words?|phrase))"
_HAVING = r"(?:did|does|do|has|have|had)"

# What is asked first decides; where two rules fit the same words, the earlier rule. Quotations are blanked before.
_RULES: tuple[tuple[Kind, str], ...] = (
    ("timeline", r"\b(?:timeline|chronology)\b|\btrace (?:the|how)\b|in (?:chronological )?order\b.{0,200}\bdates?\b"),
    ("coverage", r"\bhow (?:many (?:articles|stories|reports|outlets|pieces|items)|often)\b.{0,200}\b(?:mention|cover|report|"
                 r"appear|write|wrote|published|about|archive|come up)|\bwhen (?:was|were"
                 r"|did) .{0,200}\bfirst (?:reported|mentioned|"
                 r"covered|appear)|\bwhich outlets?\b.{0,200}\b(?:covered|reported|mention|wrote|published)|\b(?:coverage of|"
                 r"articles (?:do you have|are there|mention))"),
    ("quotation", r"\b(?:exact(?:ly)?|precisely|word for word|verbatim|own words|the (?:exact )?(?:words?|wording"
                  r"|quote|phrasing)\b"
                  r"(?! (?:are|is|was) th)|in what words|in quotation marks)\b.*|^(?:give|i (?:need"
                  r"|want)).*\b(?:words|quote)\b|"
                  r"(?:'s|s'|’s) (?:own |exact )?(?:words|quotes?) (?:on|about)\b|\bquot(?:es?|ations?) (?:by|from|of)\b"),
    ("attribution", rf"\bwho(?: (?:has|had|is|was|else|once|first|also|publicly))* {_SAYING}\b|\bwhose (?:words?"
                    rf"|line|statement|quote|"
                    rf"claim|phrase)\b|\b(?:which|what) (?!(?:was|is|are|were|did|do|does|has|had"
                    rf"|have)\b)(?:[\w.'’-]+ ){{1,4}}?(?:{_SAYING}|spoke of)\b|\bwho (?:is|was) quoted\b|"
                    r"\bwho (?:spoke|talked) of\b"),
    ("quotation", rf"\bwhat {_HAVING} .{{2,60}}? (?:{SAY}|put)\b|"
                  rf"\bhow {_HAVING} .{{2,60}}? (?:describe|put|call|phrase|word|react)\b"),
    ("when", r"^(?:\W*(?:and|but|so|from|since|until|by) )*when\b|,(?: and)? when\b|\bwhen (?:did|does|do|is|are"
             r"|was|were|will|has|had|"
             r"exactly)\b|\b(?:what|which|on what) (?:date|day|year|month|week|time)\b|\bdate (?:of|on|when|for)\b"
             r"|\bdeadline\b|"
             r"\b(?:effective|release|launch|start|opening|closing) date\b|\bhow (?:long ago|soon)\b"),
    ("how_many", r"\bhow (?:many|much|big|large|long|old|high|far|few|tall|fast|wide|heavy|deep|often|expensive)\b"
                 r"|\b(?:what|which) "
                 r"(?:is |was |were |are |the |total |exact |latest |most recent |current |final |maximum |minimum "
                 r"|senate |house )*(?:share|percentage|percent|number|"
                 r"amount|sum|figures?|total|price|cost|count|tally|vote|fine|turnout|size|value|salary|budget"
                 r"|rate)\b|^[^?]*\b"
                 r"(?:amount|price tag|cost|number of|percentage|tally|settlement|capital)\W*+(?:\d++\W*+)?$"
                 r"|\bby what (?:vote|margin)\b|^price (?:tag )?of\b"),
    ("where", r"^(?:\W*(?:and|but|so|from|to) )*where\b|,(?: and)? where\b|\b(?:in|from|to|at) (?:which"
              r"|what) (?:country|city|town|"
              r"place|state|village|region|building|street|hotel|venue)\b|\b(?:which|what) (?:city|town|place)\b"),
    ("why", r"^(?:\W*(?:and|but|so) )*why\b|\bfor what reason\b|\breasons? (?:for|why)\b|^what (?:caused|led to|made)\b"),
    ("who", r"\bwho\b|\bwhom\b|\bwhose\b|\b(?:which|what) (?:[\w'’-]+ )?(?:company|person|firm|individual|judge"
            r"|minister|leader|group|"
            r"gang|court|agency|body|official|senator|president|affiliate|team|club|player|director|platform"
            r"|organi[sz]ation|"
            r"institution|news (?:site|paper)|outlet|party|state|states|country|countries|companies|people"
            r"|operators?|regulator|"
            r"bank|university|celebrity|actor|actress|singer|head of state)\b|\bname of (?:the )?(?:person|company"
            r"|judge|man|woman|"
            r"gang|firm|individual|ceo|service|organi[sz]ation|group|team|player)\b|^buyer\b"),
)  # fmt: skip
_PATTERNS = tuple((kind, re.compile(rule)) for kind, rule in _RULES)
_YES_NO = re.compile(
    r"^(?:\W*(?:and|but|so|or|then|also) )*(?:did|does|do|is|are|was|were|has|have|had|can|could|will|would|should"
    r"|may|might|"
    r"didn't|doesn't|isn't|aren't|wasn't|weren't|hasn't|haven't)\b"
)
# "Tell me about net neutrality", "what was SOPA", or no more than a name. Possessive quantifiers, since a row of dots
# or hyphens would otherwise be tried in every division.
_TOPIC = re.compile(
    r"^(?:please )?(?:about\b|(?:tell me|give me an overview|anything|what do (?:you|we) know|news|reports?) (?:\w+ )?(?:about|of|on)\b"
    r"|(?:what(?:'s|’s| is| has)? happen(?:ed|ing|s)?|what(?:'s|’s| is| was) (?:up|going on)) (?:to|with|in|at|after|during)\b"
    r"|what (?:was|has been|is) (?:said|reported|written|known) (?:about|of|on)\b|(?:summari[sz]e|explain|describe)\b|what(?:'s|’s| is| are| was| were) (?:the |an? )?(?:(?!(?:behind|of|for|in|on|by|with|from|at|to"
    r"|worth|doing|called|used)\b)[\w.’'-]++\W*+){1,4}$"
    r"|(?!\W*(?:and|but|who|whom|whose|what|when|where|why|how|which|did|does|do|is|are|was|were|has|have|had|can|could"
    r"|will|would|should|may|might)\b)(?:[\w.’'-]++\W*+){1,3}$)"
)
_OPENING = re.compile(
    r"^(?:tell me|do you know|can you (?:tell|say)(?: me)?|could you (?:tell|say)(?: me)?|i wonder)\b[\s,]*"
)


def classify_question(question: str) -> Kind:
    """Return what a question asks for; "what" where no rule fits, as for questions that are not in English."""
    text = _OPENING.sub("", " ".join(replace_quotations(question, '""').lower().split()))
    if _YES_NO.match(text) and not re.match(r"(?:can|could|would|will) you\b", text):
        return "timeline" if _PATTERNS[0][1].search(text) else "yes_no"
    found = [(match.start(), order) for order, (_, rule) in enumerate(_PATTERNS) if (match := rule.search(text))]
    if found:
        return _PATTERNS[min(found)[1]][0]
    return "topic" if _TOPIC.match(text) else "what"
