"""Tell the family name of a byline from the given ones, where that is certain."""

from corpus.text.credit_names import fold_name, split_byline

# Given names of frequent use in Western languages that are no place and no ordinary word.
_GIVEN = frozenset(
    """
    aaron adam adrian agnes alan albert alejandro alessandro alex alexander alexandra alice alison amanda amy ana andrea
    andreas andrew angela anita anja ann anna anne annette annie anthony antoine antonio arthur barbara beatrice
    ben benjamin bernard beth birgit bob brian bridget carl carla carlos carol caroline catherine cecilia charles
    chris christian christina christine christopher claire clara claudia colin craig dan daniel daniela david deborah
    diana diego dominic donald dorothy douglas edward eileen elena elisabeth elizabeth ellen emily emma eric erik
    esther eva felix fernando fiona frances francesca francesco francisco francois frank franz fred frederick gabriel
    gareth gary george gerald gerard giovanni giulia giuseppe gordon graham greg gregory hannah hans harriet harry
    heather heinrich helen helene helga henri henry howard hugh ian ines ingrid irene isabel isabelle jack jacob
    jacques jaime james jane janet jason javier jean jeff jeffrey jennifer jenny jens jeremy jerry jessica jill jim
    joan joanna joe johann johanna johannes john jonas jonathan jorge jose joseph josephine juan judith julia julian
    julie jurgen karen karin karl kate katherine kathleen katie keith kelly ken kenneth kevin kim klaus kristin lars
    laura lauren laurent lena leo leonard lewis linda lisa liz lucia lucy luis luke maggie manuel marc marco margaret
    maria marie mario marion mark markus martha martin mary matthew maureen max megan melissa michael michel michelle
    miguel mike miriam monica monika nancy natalie nathan neil niall nicholas nick nicola nicolas nicole nigel nina
    nora olga oliver olivia oscar pablo pamela patricia patrick paul paula pauline pedro peter philip philippe pierre
    rachel ralph raymond rebecca renate ricardo richard rita robert roberto roger ronald rory rosemary ruth ryan
    sabine sally sam samantha samuel sandra sara sarah scott sean sebastian sharon sheila sheryl simon simone sofia
    sophie stefan stefano stephanie stephen steve steven stuart susan susanne sven sylvia teresa thomas tim timothy
    tina tobias tom tony ulrich ursula valerie vanessa veronica victor vincent walter wendy werner william wolfgang
    yvonne zoe
    """.split()
)
_PARTICLES = frozenset("af al bin da dal de del della den der di dos du el la le ten ter van von zu".split())
_ORGANISATIONS = frozenset(
    """
    agency agencies associates board bureau daily desk editorial media network news newspaper newsroom post press report
    reports service staff team times tribune watch wire
    """.split()
)


def list_people(byline: str) -> list[tuple[str, str]]:
    """Return the people whom a byline names, each as (family name, given names); ("", whole name) in doubt.

    Certain is a name that begins with initials or with a given name of frequent use and goes on with one word, or with a
    particle and what follows it ("Ursula von der Leyen"). "Park Geun-hye", "Gabriel García Márquez" and "Associated
    Press" stay whole.
    """
    return [split_person(name) for name in split_byline(byline)]


def split_person(name: str) -> tuple[str, str]:
    """Return the family name and the given names of a person, ("", whole name) in doubt."""
    words = name.split()
    given = 1 if len(words) > 1 and (_is_initial(words[0]) or fold_name(words[0]) in _GIVEN) else 0
    while given and given < len(words) - 1 and (_is_initial(words[given]) or fold_name(words[given]) in _GIVEN):
        given += 1
    family = words[given:]
    certain = given and (len(family) == 1 or family[0].casefold() in _PARTICLES)
    if not certain or _ORGANISATIONS & {word.casefold() for word in family}:
        return "", name
    return " ".join(family), " ".join(words[:given])


def _is_initial(word: str) -> bool:
    letters = word.replace(".", "").replace("-", "")
    return letters.isupper() and (len(letters) == 1 or (len(letters) == 2 and "." in word))
