"""Measure both forms of an archive over many chunks: `python -m benchmarks.scale DATA 10000 100000 [--database ADDRESS]`.

DATA is a folder for a made-up archive (`benchmarks.made_chunks`), which grows to each number of chunks in turn; a second run with
the same numbers only measures searches. With the address of an empty PostgreSQL database that has pgvector, three forms are
measured side by side, question by question, so that what else the machine does falls on each: the file, the database with the
indexes of each machine, and the database with NEWSDESK_DENSE=postgres. The bare engines are Chroma, tantivy and pgvector
themselves, asked for 100 chunks by a vector or by terms that are ready. Compare within one run: times are of this machine.
`--embed ARTICLES` also measures one and two workers that embed so many articles in that database.
"""

import argparse
import json
import shutil
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.embedding_workers import measure_workers
from benchmarks.made_chunks import FIRST_DAY, OUTLETS, grow, read_material
from benchmarks.starter import QUESTIONS
from corpus.archive.chunk_store import ChunkStore, Vectors
from corpus.archive.database import Archive
from corpus.archive.selection import Selection
from rag import Assistant, Settings
from rag.index.embedder import Embedder
from rag.index.generations import Generations
from rag.index.owned_indexes import OwnedIndexes
from rag.index.pgvector_table import PgvectorTable
from rag.index.snapshots import restore_snapshot, write_snapshot
from rag.model import Filters
from rag.settings import DenseKind
from rag.text.terms import list_query_terms

_LIMIT = 100
_WITH_GRAPH = 50  # One in so many chunks reaches the database only when pgvector's graph is in place.
# A twentieth of the outlets and a third of the years: one chunk in sixty passes.
_FILTERS = Filters(
    outlets=tuple(f"Outlet {n}" for n in range(OUTLETS // 20)),
    since=FIRST_DAY,
    until=FIRST_DAY + timedelta(days=5 * 365),
)
_Search = Callable[[Vectors, int], Sequence[list[tuple[str, float]]] | None]
_NAMES = {"file": "file", "local": "database, indexes of the machine", "shared": "database, dense search in it"}


@dataclass(frozen=True, slots=True)
class Form:
    """Hold one form of the archive: where its record is, its folder, and where vectors are searched."""

    name: str
    settings: Settings


def main() -> None:
    """Print a table a size for each thing that is measured; times in milliseconds unless said."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("chunks", type=int, nargs="+")
    parser.add_argument("--database", metavar="ADDRESS", default="", help="an empty PostgreSQL database with pgvector")
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--embed", metavar="ARTICLES", type=int, default=0)
    arguments = parser.parse_args()
    lines = QUESTIONS.read_text("utf-8").splitlines()[::2][: arguments.questions]
    questions = [json.loads(line)["question"] for line in lines]
    forms = list_forms(arguments.data, arguments.database)
    for size in sorted(arguments.chunks):
        print(f"\n{size:,} chunks\n", flush=True)
        build(forms, size)
        with open_forms(forms) as opened:
            print_sizes(opened)
            measure_searches(opened, questions)
            measure_engines(opened, questions)
    if arguments.embed and arguments.database:
        print("\none and two workers\n", flush=True)
        measure_workers(arguments.database, arguments.embed)


def list_forms(data: Path, database: str) -> list[Form]:
    """Return the forms to measure: the file alone where no database is given."""
    kinds: list[tuple[str, str, DenseKind]] = [("file", "", "chroma")]
    if database:
        kinds += [("local", database, "chroma"), ("shared", database, "postgres")]
    return [
        Form(name, Settings(data_dir=data / name, database=place, dense=dense, llm="")) for name, place, dense in kinds
    ]


# Loading


def build(forms: Sequence[Form], size: int) -> None:
    """Grow the records and make the indexes of each form, and print how long each step took."""
    print("| step | rows | seconds | rows a second |\n|---|---|---|---|", flush=True)
    embedder = Embedder()
    material = read_material(embedder)
    for form in forms:
        with Archive(form.settings.archive_place) as archive:
            store = ChunkStore(archive, embedder.profile)
            if form.name == "local":
                before = size - size // _WITH_GRAPH
                if store.count() < before:
                    _drop_table(archive, PgvectorTable(store).name)
                _print_rate("record: database", partial(grow, store, material, before))
                continue  # Its indexes are carried over when the database holds everything.
            if form.name == "file":
                _print_rate("record: file", partial(grow, store, material, size))
            _index(form, archive, embedder, forms[0])
            if form.name == "shared":
                _print_rate("record: database with the graph in place", partial(grow, store, material, size))
    for form in forms:
        if form.name == "local":
            with Archive(form.settings.archive_place) as archive:
                _index(form, archive, embedder, forms[0])


def _drop_table(archive: Archive, name: str) -> None:
    """Remove the table of pgvector, so that growing the record does not keep up its graph."""
    with archive.transaction() as connection:
        connection.execute(f"DROP FUNCTION IF EXISTS {name}_follow() CASCADE")
        connection.execute(f"DROP TABLE IF EXISTS {name}")


def _index(form: Form, archive: Archive, embedder: Embedder, first: Form) -> None:
    """Bring the indexes of a form up to date: made anew, and carried over from a snapshot."""
    folder = form.settings.data_dir / "index"
    indexes = OwnedIndexes(archive, embedder, folder, "the benchmark", form.settings.dense)
    state = indexes.folder.generations.state()
    if state and state.applied == indexes.store.last_change():
        return
    if form.name == "local":  # The same files as beside the file, so that Chroma is not filled twice.
        _carry_over(first.settings.data_dir / "index", folder, indexes)
    if form.name == "shared" and indexes.shared:
        _print_rate("pgvector: table and graph", _count_after(indexes.shared.prepare, indexes))
    _print_rate(f"{_NAMES[form.name]}: both indexes", _count_after(indexes.open, indexes))
    indexes.close()
    if form.name == "local":
        return
    snapshot, new = folder.with_name("snapshot"), folder.with_name("new")
    for old in (snapshot, new):
        shutil.rmtree(old, ignore_errors=True)
    write_snapshot(indexes, snapshot)
    other = OwnedIndexes(archive, embedder, new, "the benchmark", form.settings.dense)

    def begin() -> None:
        restore_snapshot(other, snapshot)
        other.open()

    _print_rate(f"{_NAMES[form.name]}: a new machine from a snapshot", _count_after(begin, other))
    other.close()
    for old in (snapshot, new):
        shutil.rmtree(old)


def _carry_over(source: Path, folder: Path, indexes: OwnedIndexes) -> None:
    """Put the files of another archive with the same articles in place, as if they were of this one."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder)
    held = Generations(folder)
    if state := held.state():
        held.save(replace(state, archive=indexes.store.archive.identity, applied=indexes.store.last_change()))


def _count_after(work: Callable[[], object], indexes: OwnedIndexes) -> Callable[[], int]:
    def call() -> int:
        work()
        return indexes.store.count()

    return call


def _print_rate(step: str, work: Callable[[], int]) -> None:
    start = time.perf_counter()
    rows = work()
    seconds = time.perf_counter() - start
    print(f"| {step} | {rows:,} | {seconds:.1f} | {rows / seconds:,.0f} |", flush=True)


# Searching


@contextmanager
def open_forms(forms: Sequence[Form]) -> Iterator[dict[str, Assistant]]:
    """Open an assistant for each form, with an embedder of its own: an embedder keeps the vectors of recent questions."""
    with ExitStack() as stack:
        opened: dict[str, Assistant] = {}
        print("\n| opened | megabytes of memory |\n|---|---|")
        for form in forms:
            before = _resident_megabytes()
            opened[form.name] = stack.enter_context(Assistant(form.settings))
            opened[form.name].search("What did the council decide on the harbour?")
            print(f"| {_NAMES[form.name]} | {_resident_megabytes() - before:,.0f} |", flush=True)
        yield opened


def print_sizes(opened: Mapping[str, Assistant]) -> None:
    """Print what each part of the forms takes on the disk."""
    print("\n| on the disk | megabytes | bytes a chunk |\n|---|---|---|")
    chunks = opened["file"].indexes.store.count()
    for name, assistant in opened.items():
        parts = {"record, its chunks with them": assistant.archive.engine.measure()}
        folder = assistant.settings.data_dir / "index"
        for part in ("lexical", "dense"):
            parts[part] = sum(
                file.stat().st_size for file in folder.glob(f"generation-*/{part}/**/*") if file.is_file()
            )
        if name == "shared":
            sql = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relname LIKE 'vectors\\_%'"
            parts["table and graph of pgvector, of the record"] = int(
                assistant.archive.connection.execute(sql).fetchone()[0]
            )
        for part, size in parts.items():
            if size:
                print(f"| {_NAMES[name]}: {part} | {size / 1e6:,.0f} | {size / chunks:,.0f} |", flush=True)


def _resident_megabytes() -> float:
    """Return what this process holds in memory; only Linux tells it as it is now."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0.0
    return int(status.partition("VmRSS:")[2].split()[0]) / 1000


def measure_searches(opened: Mapping[str, Assistant], questions: Sequence[str]) -> None:
    """Print what a search costs in each form, with and without filters; each question is put to every form in turn."""
    for assistant in opened.values():
        for question in questions[:5]:
            assistant.search(question)
    print("\n| search | p50 | p95 | p50 against the file | p95 against p50 |\n|---|---|---|---|---|")
    file = opened["file"]
    for title, filters in (("", None), (", filtered", _FILTERS)):
        times: dict[str, list[float]] = defaultdict(list)
        for question in questions:
            for name, assistant in opened.items():
                times[_NAMES[name] + title].append(_time(partial(assistant.search, question, 10, filters)))
            if not filters:
                times["embedding and a bare query of Chroma"].append(_time(partial(_ask_bare, file, question)))
        _print_times(times, times[_NAMES["file"] + title])


def _ask_bare(assistant: Assistant, question: str) -> None:
    """Look for a question as a program without Newsdesk would: `embed` remembers nothing."""
    assistant.indexes.dense.search(assistant.embedder.embed([question]), 10)


def measure_engines(opened: Mapping[str, Assistant], questions: Sequence[str]) -> None:
    """Print what the bare engines cost, and how much of the exact first hundred those find that search by vectors."""
    file = opened["file"]
    vectors = [row[None] for row in file.embedder.embed(questions)]
    terms = [list_query_terms(question, ("en",)) for question in questions]
    dense: dict[str, _Search] = {"Chroma": file.indexes.dense.search}
    if shared := opened.get("shared"):
        dense["pgvector"] = shared.indexes.dense.search
        dense["pgvector, filtered"] = partial(shared.indexes.dense.search_among, selection=_FILTERS.selection)
    title = "| bare engine, 100 chunks | p50 | p95 | p50 against Chroma | p95 against p50 | recall@100 |"
    print(f"\n{title}\n|---|---|---|---|---|---|")
    times: dict[str, list[float]] = defaultdict(list)
    found: dict[str, list[set[str]]] = defaultdict(list)
    for words, vector in zip(terms, vectors, strict=True):
        times["tantivy"].append(_time(partial(file.indexes.lexical.search, words, _LIMIT)))
        for name, search in dense.items():
            start = time.perf_counter()
            got = (search(vector, _LIMIT) or [[]])[0]
            times[name].append(1000 * (time.perf_counter() - start))
            found[name].append({chunk_id for chunk_id, _ in got})
    wanted = {
        name: _find_exactly(file.indexes.store, vectors, _FILTERS if "filtered" in name else None) for name in dense
    }
    recall = {
        name: statistics.mean(len(a & b) / len(b) for a, b in zip(found[name], wanted[name], strict=True))
        for name in dense
    }
    _print_times(times, times["Chroma"], recall)


def _find_exactly(store: ChunkStore, vectors: Sequence[Vectors], filters: Filters | None) -> list[set[str]]:
    held = store.vectors_of(filters.selection if filters else Selection())
    ids, rows = list(held), np.stack(list(held.values()))
    return [{ids[i] for i in np.argsort(-(rows @ vector[0]))[:_LIMIT]} for vector in vectors]


def _time(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - start)


def _print_times(
    times: Mapping[str, Sequence[float]], base: Sequence[float], recall: Mapping[str, float] | None = None
) -> None:
    for name, some in times.items():
        p50, p95 = statistics.median(some), statistics.quantiles(some, n=20)[-1]
        share = "" if recall is None else f" {recall[name]:.3f} |" if name in recall else " |"
        print(
            f"| {name} | {p50:.1f} | {p95:.1f} | {p50 / statistics.median(base):.2f} | {p95 / p50:.2f} |{share}",
            flush=True,
        )


if __name__ == "__main__":
    main()
