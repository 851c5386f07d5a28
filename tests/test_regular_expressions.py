"""No regular expression of the product takes longer than n log n on any text, however hostile."""

import ast
import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.growth import SHAPES, WITH_TAILS, Shape, excess

PACKAGES = ("corpus", "rag", "eval", "web")
FUNCTIONS = {"compile", "search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn"}
ANCHORED = {"match", "fullmatch"}
PASSIVE = {"pattern", "flags", "groups", "groupindex"}
# What the functions are called with that build a pattern out of what they are given.
GIVEN = {
    "_compile_phrase": ("New York Times", "e-mail of a a a b", "北京 上海"),
    "_compile_words": ("harbour board", "a a a b"),
}

Pattern = re.Pattern[Any]


def modules() -> Iterator[ModuleType]:
    """Yield every module of the product; a `__main__` starts a program and holds nothing else."""
    yield importlib.import_module("app")
    for package in PACKAGES:
        top = importlib.import_module(package)
        yield top
        for info in pkgutil.walk_packages(top.__path__, f"{package}."):
            if not info.name.endswith("__main__"):
                yield importlib.import_module(info.name)


def patterns_in(value: object, seen: set[int]) -> Iterator[Pattern]:
    """Yield the patterns that a value holds, at any depth of containers, classes and objects of the product."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, Mapping):
        yield from (pattern for item in value.items() for pattern in patterns_in(item, seen))
    elif isinstance(value, list | tuple | set | frozenset):
        yield from (pattern for item in value for pattern in patterns_in(item, seen))
    elif (value if isinstance(value, type) else type(value)).__module__.split(".")[0] in PACKAGES:
        slots = [getattr(value, name, None) for name in getattr(type(value), "__slots__", ())]
        yield from patterns_in([*slots, *getattr(value, "__dict__", {}).values()], seen)


def uses_in(module: ModuleType) -> Iterator[tuple[Pattern | str, str]]:
    """Yield how a module uses each pattern: by which method, or "other" where it is handed on or kept.

    In place of a pattern that a function builds, and that `GIVEN` does not know, comes the call that builds it.
    """
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    methods = {id(node.value): node.attr for node in nodes if isinstance(node, ast.Attribute)}
    for node in nodes:
        known = vars(module).get(node.id) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) else None
        if isinstance(known, re.Pattern):
            yield known, methods.get(id(node), "other")
    for function in nodes:
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for call in filter(is_call, ast.walk(function)):
                yield from built(call, function.name, module)


def is_call(node: ast.AST) -> bool:
    """Say whether this calls a function of `re` with a pattern."""
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Attribute) and ast.unparse(called.value) == "re" and called.attr in FUNCTIONS


def built(call: Any, function: str, module: ModuleType) -> Iterator[tuple[Pattern | str, str]]:
    """Yield the pattern of a call inside a function, and the method."""
    words = {word.arg: word.value for word in call.keywords}
    flags = words.get("flags") or next((a for a in call.args if re.match(r"re\.[A-Z]", ast.unparse(a))), None)
    method = "other" if call.func.attr == "compile" else call.func.attr
    try:
        number = worth(flags, vars(module)) if flags else 0
        yield re.compile(worth(call.args[0], vars(module)), number), method
    except KeyError:  # It is made of what only the function knows.
        made = [vars(module)[function](text) for text in GIVEN.get(function, ())]
        yield from ((pattern, "search") for pattern in made or [f"{module.__name__}.{function}: {ast.unparse(call)}"])


def worth(node: ast.AST, names: Mapping[str, Any]) -> Any:
    """Return the value of an expression of constants and of names that a module knows.

    Raises:
        KeyError: It holds something else.
    """
    match node:
        case ast.Constant(value):
            return value
        case ast.Name(name):
            return names[name]
        case ast.Attribute(owner, name):
            return getattr(worth(owner, names), name)
        case ast.JoinedStr(parts):
            return "".join(str(worth(part, names)) for part in parts)
        case ast.FormattedValue(value):
            return worth(value, names)
        case ast.BinOp(left, ast.BitOr(), right):
            return worth(left, names) | worth(right, names)
        case ast.BinOp(left, ast.Add(), right):
            return worth(left, names) + worth(right, names)
    raise KeyError(ast.unparse(node))


@cache
def collect() -> tuple[dict[Pattern, str], dict[Pattern, set[str]], list[str]]:
    """Return every pattern with the name of one place, how each is used, and the calls whose pattern nothing can try."""
    places: dict[Pattern, str] = {}
    uses: dict[Pattern, set[str]] = defaultdict(set)
    unknown = []
    seen: set[int] = set()
    for module in modules():
        for name, value in list(vars(module).items()):
            for pattern in patterns_in(value, seen):
                places.setdefault(pattern, f"{module.__name__}.{name}")
        for used, method in uses_in(module):
            if isinstance(used, str):
                unknown.append(used)
            else:
                uses[used].add(method)
                places.setdefault(used, module.__name__)
    return places, uses, unknown


def attempt(pattern: Pattern, uses: set[str]) -> Callable[[str], object]:
    """Return the dearest thing that the product does with a pattern."""
    methods = uses - PASSIVE
    tried: Callable[[Any], object] = lambda text: all(pattern.finditer(text))  # noqa: E731
    if methods and methods <= ANCHORED:
        tried = pattern.match if "match" in methods else pattern.fullmatch
    elif methods == {"search"}:
        tried = pattern.search
    return (lambda text: tried(text.encode())) if isinstance(pattern.pattern, bytes) else tried


# Texts made for one pattern, out of its own parts.

parser: Any = importlib.import_module("re._parser")
compiler: Any = importlib.import_module("re._compiler")
MANY = 16  # A repeat of more than this many can be pumped.
REPEATS = {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}
CANDIDATES = ("a", " ", "0", "A", "\n", "-", ".", "'", '"', ",", "[", "(", "<", "\\", "é", "日")


def characters(item: Any, pattern: Pattern) -> list[str]:
    """Return up to five characters that one part of a parsed pattern takes, those that it names first."""
    kind, value = str(item[0]), item[1]
    if kind == "LITERAL":
        return [chr(value)]
    named = [chr(part[1]) for part in value if str(part[0]) == "LITERAL"] if kind == "IN" else []
    state = parser.State()
    state.flags = pattern.flags & re.IGNORECASE.value
    flags = pattern.flags & (re.IGNORECASE | re.DOTALL | re.UNICODE)
    one = compiler.compile(parser.SubPattern(state, [item]), flags)
    return [each for each in dict.fromkeys([*named[:3], *CANDIDATES, *named]) if one.fullmatch(each)][:5] or ["☃"]


def choose(item: Any, pattern: Pattern) -> list[str]:
    """Return what can stand for one part of a parsed pattern."""
    kind, value = str(item[0]), item[1]
    if kind in REPEATS:
        return [text * value[0] for text in samples(value[2], pattern)] if value[0] else [""]
    if kind == "BRANCH":
        return [samples(branch, pattern)[0] for branch in value[1]]
    if kind in {"SUBPATTERN", "ATOMIC_GROUP"}:
        return samples(value[-1] if kind == "SUBPATTERN" else value, pattern)
    return characters(item, pattern) if kind in {"LITERAL", "NOT_LITERAL", "IN", "ANY", "CATEGORY"} else [""]


def samples(tree: Any, pattern: Pattern) -> list[str]:
    """Return up to five texts that a parsed pattern takes, each as short as can be."""
    choices = [choose(item, pattern) for item in tree]
    most = max((len(choice) for choice in choices), default=1)
    return list(dict.fromkeys("".join(c[k % len(c)] for c in choices) for k in range(min(5, most))))


def pumps(tree: Any, before: str, pattern: Pattern) -> Iterator[tuple[str, str]]:
    """Yield for each repeat what leads to it and what it can take once more."""
    for item in tree:
        kind, value = str(item[0]), item[1]
        if kind in REPEATS:
            if value[1] > MANY:
                yield from ((before, text) for text in samples(value[2], pattern) if text)
            yield from pumps(value[2], before, pattern)
        elif kind == "BRANCH":
            for branch in value[1]:
                yield from pumps(branch, before, pattern)
        elif kind in {"SUBPATTERN", "ASSERT", "ASSERT_NOT"}:
            yield from pumps(value[-1], before, pattern)
        elif kind == "ATOMIC_GROUP":
            yield from pumps(value, before, pattern)
        before += choose(item, pattern)[0]


def shapes(pattern: Pattern, usual: Sequence[Shape] = SHAPES) -> list[Shape]:
    """Return the usual shapes, and those on which this pattern could take long.

    Its repeats are pumped behind what leads to them, up to a tail on which it may fail, and its beginnings recur.
    """
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG.value)
    tails = ("", "\x01", "ж")
    made = {Shape("", text, tail) for text in samples(tree, pattern) if text for tail in (*tails, "\n")}
    for before, text in set(pumps(tree, "", pattern)):
        made |= {Shape(before, text, tail) for tail in tails}
        made |= {Shape("", before + text), Shape("", before + text + " ")}
    return [*usual, *sorted(made, key=repr)]


def growth(pattern: Pattern, uses: set[str], usual: Sequence[Shape] = SHAPES, longest: int = 32_768) -> str:
    """Return the first way in which the cost of a pattern grows too fast, or an empty text."""
    run = attempt(pattern, uses)
    return next((found for shape in shapes(pattern, usual) if (found := excess(run, shape, longest=longest))), "")


FORMS = [
    pytest.param(SHAPES, 32_768, id="short"),
    pytest.param(WITH_TAILS, 131_072, id="long", marks=pytest.mark.campaign),
]


@pytest.mark.growth
@pytest.mark.parametrize(("usual", "longest"), FORMS)
@pytest.mark.parametrize("part", range(4))
def test_no_pattern_takes_longer_than_n_log_n(part: int, usual: Sequence[Shape], longest: int) -> None:
    places, uses, _ = collect()
    assert len(places) > 200
    bad = {
        f"{place} {pattern.pattern!r:.80}": found
        for pattern, place in list(places.items())[part::4]
        if (found := growth(pattern, uses[pattern], usual, longest))
    }
    assert not bad


def test_every_pattern_that_a_function_builds_can_be_tried() -> None:
    assert collect()[2] == []


BAD = {
    r"(a+)+$": {"match"},
    r"\s*\n\s*$": {"search"},
    r"(\w+\s?)*x": {"match"},
    r"\s+$": {"sub"},
    r"<!--.*?-->": {"finditer"},
    r"\[[^\]]*\]\(": {"search"},
    r"^\s*,?\s*x": {"match"},
    r"in order\b.*\bdates?": {"search"},
    r"(?:[\w-]+\.)+com/": {"other"},
    r"x(\d|\d\d)*y": {"fullmatch"},
}
GOOD = {
    r"\s+": {"sub"},
    r"(?<!\s)\s++x": {"search"},
    r"[^\s@]{1,60}@": {"search"},
    r"(?:who|what)\s+is": {"search"},
    r"^(?:\w+ )*x": {"match"},
    r"\d++(?:,\d++)*+": {"findall"},
}


@pytest.mark.parametrize("text", BAD)
def test_a_bad_pattern_is_found(text: str) -> None:
    assert growth(re.compile(text, re.DOTALL), BAD[text])


@pytest.mark.parametrize("text", GOOD)
def test_a_good_pattern_passes(text: str) -> None:
    assert not growth(re.compile(text), GOOD[text])


def test_patterns_are_found_wherever_they_are_kept() -> None:
    class Rule:
        __module__ = "rag.rules"
        pattern = re.compile("a")

    kept = {"one": [(1, re.compile("b"))], re.compile("c"): None}
    assert {found.pattern for found in patterns_in((Rule, Rule(), kept), set())} == {"a", "b", "c"}
