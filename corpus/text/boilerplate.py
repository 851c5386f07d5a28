"""Drop the lines around a story that are not reporting: sign-ups, share buttons, agency notices, cookie banners.

Only whole, short paragraphs are dropped, and only where the words leave no doubt; a sentence that merely speaks of
newsletters or cookies stays.
"""

import re
from collections.abc import Iterable

_LONGEST = 400
_CHANNEL = (
    r"(?:facebook|twitter|x|whatsapp|linkedin|e-?mail|reddit|telegram|messenger|pinterest|threads|bluesky|pocket)"
)
_PATTERNS = (
    # Newsletters, apps, accounts.
    r"(?:sign up|subscribe|register)(?: now| here| today)? (?:for|to|with) (?:our|the|your|this|free|daily|us)"
    r"\b.{0,160}(?:newsletters?|briefing|e-?mails?|alerts?|updates|inbox|channel|podcast)s?\b.{0,80}",
    r"(?:get|receive) .{0,80}(?:delivered |sent |straight )?(?:directly )?(?:to|in) your inbox\b.{0,80}",
    r"(?:download|get) our .{0,30}\bapp\b.{0,80}",
    r"follow (?:us|@\w+|\w+(?: \w+){0,3}) on " + _CHANNEL + r"\b.{0,120}",
    r"(?:melden sie sich|abonnieren sie) .{0,80}newsletter.{0,60}",
    r"(?:inscrivez-vous|abonnez-vous) .{0,80}(?:newsletter|lettre d.information).{0,60}",
    r"(?:suscríbete|suscríbase|regístrate) .{0,80}(?:newsletter|boletín).{0,60}",
    # Share buttons, comments, saving.
    r"(?:share|teilen|partager|compartir|tweet|print|save|e-?mail|copy link|comments?|link copied!?)[:.!]?",
    r"(?:share|e-?mail|tweet|send|print)(?: this)?(?: (?:article|story|page|post))?"
    r"(?: (?:on|via|by|to|with) " + _CHANNEL + r")?[:.!]?",
    r"(?:share (?:on |via )?)?" + _CHANNEL + r"(?:[\s,|/•·]+" + _CHANNEL + r")+",
    r"(?:click|tap) (?:here )?to share (?:on|with|this)\b.{0,120}",
    r"\d* ?comments?",
    # Pointers to other pages.
    r"(?:read more|read also|also read|see also|more on this story|more from|related|you may also like|recommended"
    r"|related (?:articles?|stories|topics|content|coverage|links)|most (?:read|popular)|watch(?: now| live| more)?"
    r"|lesen sie (?:auch|mehr)|mehr zum thema|lire aussi|à lire aussi|voir aussi|lee también|leia também|читайте также)"
    r"(?:\s*[:›»>|].{0,200}|[.…]*)",
    r"(?:continue reading|skip (?:advertisement|ad|to (?:main )?content)|advertisement|advertising|anzeige|publicité"
    r"|publicidad|sponsored(?: content)?|story continues below(?: advertisement)?|article continues (?:below|after).*"
    r"|scroll (?:down )?to continue.{0,40})[.:…]*",
    r"(?:back to|return to) (?:top|the top|home(?:page)?)[.]?",
    # Cookies, consent, terms.
    r"(?:we|this (?:web)?site|our (?:web)?site|our partners and we) uses? (?:\w+ ){0,3}cookies?\b.{0,300}",
    r"by (?:clicking|continuing|using|signing up|subscribing)\b.{0,120}(?:you|i) (?:agree|accept|consent)\b.{0,200}",
    r"(?:accept|reject|manage) (?:all )?(?:cookies|preferences|choices)[.]?",
    # Rights of agencies and outlets.
    r"(?:copyright\s*)?(?:(?:\(c\)|©).{0,40}|copyright\s*)\b(?:19|20)\d\d\b.{0,250}",
    r"(?:copyright|\(c\)|©) .{0,100}all rights reserved.{0,150}",
    r"all rights reserved\b.{0,200}",
    r"this material may not be published, broadcast,? (?:re-?written,?|or) .{0,120}",
    r"our standards: the thomson reuters trust principles.{0,20}",
    r"(?:alle rechte vorbehalten|tous droits réservés|todos los derechos reservados)\b.{0,120}",
    r"\(?(?:additional )?(?:reporting|writing|editing|compiled|edited) by [^.]{2,160}\)?\.?",
    # The cut that news interfaces leave.
    r"\[\+\d+ chars\]",
)
_BOILERPLATE = re.compile("(?:" + "|".join(_PATTERNS) + ")", re.IGNORECASE | re.DOTALL)


def drop_boilerplate(paragraphs: Iterable[str]) -> list[str]:
    """Return the paragraphs that are not boilerplate; of one with several lines, the lines that are not."""
    kept = (_keep_lines(paragraph) for paragraph in paragraphs)
    return [paragraph for paragraph in kept if paragraph]


def is_boilerplate(line: str) -> bool:
    """Return whether a whole line is boilerplate."""
    return len(line) <= _LONGEST and bool(_BOILERPLATE.fullmatch(line.strip(" *•·-–—|›»>\t")))


def _keep_lines(paragraph: str) -> str:
    rows = [_strip_cut_mark(row) for row in paragraph.split("\n") if not is_boilerplate(row)]
    return "\n".join(row for row in rows if row)


def _strip_cut_mark(row: str) -> str:
    """Drop the mark of a cut, "… [+1234 chars]", from the end of a line."""
    text, _, mark = row.rpartition("[+")
    if not (mark.endswith(" chars]") and mark.removesuffix(" chars]").isdecimal()):
        return row
    text = text.rstrip()
    return (text.removesuffix("…") if text.endswith("…") else text.removesuffix("...")).rstrip()
