"""Compare splitters of sentences: `python -m benchmarks.sentences`.

Splits the paragraphs of `benchmarks/data/sentences.txt`, hard sentences of news in eight languages, with the product's
own splitter and with every library of `ENGINES` that is installed (`pip install sentencex yasbd-lib nupunkt pysbd` into
a separate environment beside this project's requirements). Prints for each: the share of the paragraphs whose borders
are all right, whole and by language; precision and recall of the borders; how many paragraphs have offsets that leave
out or repeat a character; the time for 1,000 characters; and how many times as long 4,000 characters take as 1,000.
"""

import importlib.util
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from corpus.text.sentences import split_sentences

Span = tuple[int, int]
Split = Callable[[str, str], Iterable[Span]]

DATA = Path(__file__).parent / "data" / "sentences.txt"


def main() -> None:
    """Print one block a splitter."""
    paragraphs = list(read_paragraphs())
    print(f"{sum(len(spans) for _, _, spans in paragraphs)} sentences in {len(paragraphs)} paragraphs")
    for name, load in ENGINES.items():
        if name != "ours" and importlib.util.find_spec(name) is None:
            print(f"{name}: not installed")
            continue
        measure(name, load(), paragraphs)


def read_paragraphs() -> Iterator[tuple[str, str, list[Span]]]:
    """Yield language, text and sentences of each paragraph; "# de" opens a language, " | " stands for each border."""
    language = ""
    for line in DATA.read_text("utf-8").splitlines():
        if line.startswith("# "):
            language = line[2:]
        elif line:
            spans: list[Span] = []
            for sentence in line.split(" | "):
                start = spans[-1][1] + 1 if spans else 0
                spans.append((start, start + len(sentence)))
            yield language, line.replace(" | ", " "), spans


def measure(name: str, split: Split, paragraphs: Sequence[tuple[str, str, list[Span]]]) -> None:
    """Print what a splitter gets right and how long it takes."""
    right: defaultdict[str, list[bool]] = defaultdict(list)
    hit = found = wanted = broken = 0
    for language, text, spans in paragraphs:
        given = [_strip(text, span) for span in split(text, language)]
        broken += "".join("".join(text[a:b] for a, b in given).split()) != "".join(text.split())
        ends, true = {b for _, b in given[:-1]}, {b for _, b in spans[:-1]}
        right[language].append(ends == true)
        hit, found, wanted = hit + len(ends & true), found + len(ends), wanted + len(true)
    whole = [one for group in right.values() for one in group]
    by_language = " ".join(f"{language} {sum(group)}/{len(group)}" for language, group in right.items())
    print(f"{name}: {sum(whole)}/{len(whole)} paragraphs ({by_language})")
    print(f"  borders: precision {hit / max(1, found):.3f}, recall {hit / wanted:.3f}; broken offsets: {broken}")
    news = " ".join(text for language, text, _ in paragraphs if language == "en")
    short, long = (_seconds(split, (news * 3)[:length]) for length in (1000, 4000))
    print(f"  1,000 characters: {1000 * short:.2f} ms; 4,000 take {long / short:.1f} times as long")


def _strip(text: str, span: Span) -> Span:
    start, end = span
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


def _seconds(split: Split, text: str) -> float:
    """Return the least time of several tries; each gets a text of its own, as some keep what they found."""
    times = []
    for n in range(7):
        start = time.perf_counter()
        list(split(f"{n} {text}", "en"))
        times.append(time.perf_counter() - start)
    return min(times)


def _sentencex() -> Split:
    import sentencex

    def split(text: str, language: str) -> Iterable[Span]:
        return [(b["start_index"], b["end_index"]) for b in sentencex.get_sentence_boundaries(language, text)]

    return split


def _yasbd() -> Split:
    from yasbd import BoundaryDetector

    detectors: dict[str, BoundaryDetector] = {}

    def split(text: str, language: str) -> Iterable[Span]:
        known = language if language != "he" else "en"
        if known not in detectors:
            detectors[known] = BoundaryDetector(known)
        borders = [0, *detectors[known].detect(text)]
        return list(pairwise(borders))

    return split


def _nupunkt() -> Split:
    import nupunkt

    return lambda text, _: nupunkt.sent_spans(text)


def _pysbd() -> Split:
    import pysbd

    known = pysbd.languages.LANGUAGE_CODES

    def split(text: str, language: str) -> Iterable[Span]:
        segmenter = pysbd.Segmenter(language if language in known else "en", clean=False, char_span=True)
        return [(one.start, one.end) for one in segmenter.segment(text)]

    return split


ENGINES: dict[str, Callable[[], Split]] = {
    "ours": lambda: split_sentences,
    "sentencex": _sentencex,
    "yasbd": _yasbd,
    "nupunkt": _nupunkt,
    "pysbd": _pysbd,
}


if __name__ == "__main__":
    main()
