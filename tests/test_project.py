"""The rules that hold for every file: which way imports point, what no module does, and what the locks hold."""

import ast
import re
import statistics
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PRODUCT = ("corpus", "rag", "eval", "web", "app.py", "newsdesk")
EVERYTHING = (*PRODUCT, "tools", "benchmarks", "tests")
MAY_NOT_IMPORT = {
    "corpus": {"rag", "eval", "web", "app"},
    "rag": {"eval", "web", "app"},
    "eval": {"web", "app"},
    "web": {"app"},
}
FLOORS = {
    "corpus": """
        errors article command_names | settings text | archive fetching references | readers | feeds ingestion | cli
        """,
    "rag": """
        model settings | text | index question verification | retrieval llm | answer | drafts follow story | assistant | chain cli
        """,
    "eval": """
        question statistics | json_lines question_result sampling validation | agreement articles replies measures |
        loaders runs regression_gate | set_catalogue reports batch judge claim_formats | claim_scoring evidence_scoring |
        library claim_reading | commands
        """,
    "web": """
        shared_state static_files | addresses openai_errors rate_limit roles theme | markup assistant event_data | conversations accounts archive_status |
        answers completions frame | reader api | account_panel filters eval rail | archive ask | timeline draft_check follow story |
        page_layout | server
        """,
}
"""The parts of each package from the ground up: a part imports from floors below its own, never from its own or above."""

SHARED_NAMES = {"__init__", "__main__", "commands", "settings"}
EMPTY_NAMES = {"utils", "helpers", "manager", "service", "factory", "common", "core", "misc"}

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DOCUMENTS = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def modules(*places: str) -> Iterator[Path]:
    """Yield the Python files of packages and single modules, as far as they exist."""
    for place in places:
        path = ROOT / place
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path] if path.exists() else []


@pytest.fixture(scope="module", autouse=True)
def read_once() -> Iterator[None]:
    """Keep what was read of the files for the rules of this module, and no longer."""
    yield
    for kept in (nodes, imported, calls):
        kept.cache_clear()


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Return all nodes of a module; a dozen rules look at each."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))))


@cache
def imported(path: Path) -> frozenset[str]:
    """Return the full names of what a module imports, at any depth; `from a import b` counts as a and a.b."""
    names: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return frozenset(names)


def found(*places: str, names: set[str]) -> list[str]:
    """Return `file: name` for each of these top-level or full names that a module imports."""
    tops = [(path, name) for path in modules(*places) for name in imported(path)]
    return sorted(
        f"{path.relative_to(ROOT)}: {name}" for path, name in tops if name in names or name.split(".")[0] in names
    )


@cache
def calls(path: Path) -> tuple[tuple[str, ast.Call], ...]:
    """Return every call with the name it is written with, dots included."""
    return tuple((ast.unparse(node.func), node) for node in nodes(path) if isinstance(node, ast.Call))


def lock(name: str) -> dict[str, str]:
    """Read a lock as versions by normalised name; any line of another form is an error."""
    lines = (ROOT / name).read_text(encoding="ascii").splitlines()
    matches = [re.fullmatch(r"([a-z0-9-]+)==([0-9][0-9a-z.]*)", line) for line in lines if not line.startswith("#")]
    assert all(matches)
    return {match[1]: match[2] for match in matches if match}


@pytest.mark.parametrize("package", MAY_NOT_IMPORT)
def test_imports_point_one_way(package: str) -> None:
    assert found(package, names=MAY_NOT_IMPORT[package]) == []


def part_of(name: str) -> str:
    """Return the part of a package that a full name lies in, "" for the package itself and its `__main__`."""
    return (*name.split(".", 2), "")[1].replace("__main__", "")


@pytest.mark.parametrize("package", FLOORS)
def test_parts_of_a_package_import_from_the_floors_below(package: str) -> None:
    floors = {part: n for n, floor in enumerate(FLOORS[package].split("|")) for part in floor.split()}
    wrong, seen = [], set()
    for path in modules(package):
        own = part_of(".".join(path.relative_to(ROOT).with_suffix("").parts)).removesuffix("__init__")
        names = {name for name in imported(path) if name.split(".")[0] == package}
        used = {part_of(name) for name in names} & floors.keys() - {own}
        wrong += [f"{path.relative_to(ROOT)}: {package}" for name in names if own and name == package]
        wrong += [f"{path.relative_to(ROOT)}: {part}" for part in used if own and floors[part] >= floors[own]]
        seen.add(own)
    assert wrong == []
    assert seen - {""} == floors.keys()


def test_no_two_modules_or_classes_carry_one_name() -> None:
    paths = [path for path in modules(*PRODUCT) if path.stem not in SHARED_NAMES]
    classes = [node.name for path in paths for node in nodes(path) if isinstance(node, ast.ClassDef)]
    for names in ([path.stem for path in paths], classes):
        assert [name for name, count in Counter(names).items() if count > 1] == []


def test_product_does_not_import_what_is_around_it() -> None:
    assert found(*PRODUCT, names={"tests", "tools", "benchmarks"}) == []


def test_chromadb_is_imported_in_at_most_one_module() -> None:
    files = {line.partition(":")[0] for line in found(*EVERYTHING, names={"chromadb"})}
    assert len(files) <= 1, files


def test_databases_are_imported_by_the_engine_alone() -> None:
    files = {line.partition(":")[0] for line in found(*PRODUCT, names={"sqlite3", "psycopg"})}
    assert {file for file in files if not file.startswith("corpus/archive/engine/")} == set()


def reads_environment(path: Path, may_set: bool) -> list[int]:
    """Return the lines that use the environment; setting a variable is let through where it may be set."""
    settings = (ast.Subscript, ast.Attribute) if may_set else ()
    sets = {
        id(node.value)
        for node in nodes(path)
        if isinstance(node, settings) and (isinstance(node.ctx, ast.Store) or getattr(node, "attr", "") == "setdefault")
    }
    uses = [
        node
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv"}
    ]
    return sorted(node.lineno for node in uses if id(node) not in sets)


def test_environment_is_read_by_settings_only() -> None:
    lines = {
        str(path.relative_to(ROOT)): reads_environment(path, may_set=path.name in {"app.py", "program.py"})
        for path in modules(*PRODUCT)
    }
    assert {name: numbers for name, numbers in lines.items() if numbers} == {}
    assert found(*PRODUCT, names={"os.environ", "os.getenv", "dotenv"}) == []


def test_rule_for_the_environment_sees_reads_and_lets_app_set(tmp_path: Path) -> None:
    path = tmp_path / "app.py"
    path.write_text(
        'import os\nos.environ["A"] = "1"\nos.environ.setdefault("B", "2")\nos.getenv("C")\nos.environ["D"]\n'
    )
    assert reads_environment(path, may_set=True) == [4, 5]
    assert reads_environment(path, may_set=False) == [2, 3, 4, 5]


def test_nothing_is_deserialised_or_run_from_data() -> None:
    banned = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "langchain_core.load"}
    assert found(*EVERYTHING, names=banned | {"langchain_core.prompts.load_prompt"}) == []
    for path in modules(*EVERYTHING):
        for name, call in calls(path):
            assert name not in {"eval", "exec", "load_prompt"}, f"{path}:{call.lineno}"
            trusted = [k for k in call.keywords if k.arg == "trust_remote_code"]
            assert all(isinstance(k.value, ast.Constant) and k.value.value is False for k in trusted), path


def test_tests_replace_no_real_part() -> None:
    assert found("tests", names={"mock", "unittest.mock", "pytest_mock"}) == []
    banned = re.compile(r"(\w+\.)*(MagicMock|AsyncMock|Mock|patch(\.\w+)?|mocker\.\w+)|monkeypatch\.setattr")
    for path in modules("tests"):
        for name, call in calls(path):
            assert not banned.fullmatch(name), f"{path}:{call.lineno} {name}"


def test_each_module_that_reads_language_or_checks_claims_has_its_tests() -> None:
    for part in ("rag/text", "rag/verification"):
        for path in (ROOT / part).rglob("*.py"):
            acts = any(isinstance(node, ast.FunctionDef) for node in nodes(path))
            tests = ROOT / "tests" / path.relative_to(ROOT).with_name(f"test_{path.name}")
            assert tests.exists() or not acts, f"{path.relative_to(ROOT)} has no {tests.relative_to(ROOT)}"


def test_files_stay_readable() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in modules(*EVERYTHING)
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}
    assert [path.name for path in modules(*PRODUCT) if path.stem.strip("_") in EMPTY_NAMES] == []


def test_functions_stay_short() -> None:
    sizes = [
        (node.end_lineno or 0) - node.lineno + 1
        for path in modules(*PRODUCT)
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert statistics.median(sizes) <= 12
    assert statistics.quantiles(sizes, n=20)[-1] <= 40


def requirements(*extras: str) -> list[Requirement]:
    """Return the direct dependencies of the product, or of its extras."""
    optional = PROJECT["optional-dependencies"]
    lines = [line for extra in extras for line in optional[extra]] if extras else PROJECT["dependencies"]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("requirements.lock", requirements()),
        ("requirements-dev.lock", [*requirements(), *requirements(*PROJECT["optional-dependencies"])]),
    ],
)
def test_lock_satisfies_the_project(name: str, wanted: list[Requirement]) -> None:
    pins = lock(name)
    wrong = [str(r) for r in wanted if not r.specifier.contains(pins.get(canonicalize_name(r.name), "0.dev0"))]
    assert wrong == [], "make lock"


def test_locks_agree() -> None:
    runtime, development = lock("requirements.lock"), lock("requirements-dev.lock")
    assert runtime.items() <= development.items()
    assert {"hypothesis", "mypy", "pip-audit", "playwright", "pytest", "ruff"} & runtime.keys() == set()


def test_lock_holds_torch_exactly_and_nothing_for_one_machine_only() -> None:
    pins = lock("requirements-dev.lock")
    assert pins["torch"] == "2.13.0"
    assert [name for name in pins if name.startswith(("nvidia", "triton", "cuda"))] == []


def test_commands_of_the_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, flags=re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md"):
        code = re.findall(r"```.*?```|`[^`]+`", (ROOT / name).read_text(encoding="utf-8"), flags=re.DOTALL)
        commands = set(re.findall(r"\bmake ([a-z][a-z-]*)", "\n".join(code)))
        assert commands
        assert commands <= targets, name


def test_modules_that_the_documents_name_exist() -> None:
    named = {path for file in DOCUMENTS for path in re.findall(r"\b[a-z]+/[a-z_/]+\.py\b", file.read_text("utf-8"))}
    assert named
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_dotted_names_in_documents_and_docstrings_exist() -> None:
    files = [*DOCUMENTS, *modules(*EVERYTHING)]
    texts = {file: file.read_text("utf-8") for file in files}
    named = {
        (file.name, name)
        for file, text in texts.items()
        for name in re.findall(r"`((?:corpus|rag|eval|web)(?:\.\w+)+)`", text)
    }
    assert named
    assert [name for name in sorted(named) if not name[1].endswith((".json", ".jsonl")) and not exists(name[1])] == []


def exists(dotted: str) -> bool:
    """Return whether a module or package has this name, or one that does holds the rest of it."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        place = ROOT.joinpath(*parts[:length])
        for path in (place.with_suffix(".py"), place / "__init__.py"):
            if path.exists():
                return length == len(parts) or re.search(rf"\b{parts[length]}\b", path.read_text("utf-8")) is not None
    return False


def test_ci_runs_the_tests_as_the_readme_says() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    lines = script.splitlines()
    assert "make lint types" in lines
    assert any(line.startswith("make test || make test ") for line in lines)
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_command_of_make_is_explained() -> None:
    rules = re.findall(r"^([a-z][a-z-]*):(.*)$", MAKEFILE, flags=re.MULTILINE)
    assert [name for name, rest in rules if "## " not in rest] == []
    (phony,) = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, flags=re.MULTILINE)
    assert {name for name, _ in rules} == set(phony.split())
