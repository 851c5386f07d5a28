import pytest

from corpus import Chunk
from rag.index.embedder import Embedder
from rag.index.indexes import Indexes
from rag.model import Passage
from rag.retrieval.sentence_ranking import (
    EMBEDDED_SENTENCES,
    LIKELY,
    PassageReader,
    measure_matched_share,
    measure_sentence_shape,
)
from tests.rag.passages import passage


@pytest.mark.parametrize(
    ("sentence", "kind", "value"),
    [
        ("It closed on 4 May.", "when", 1),
        ("It closed early.", "when", 0),
        ("Some 1,229 people came.", "how_many", 1),
        ("It was so in 2014.", "how_many", 0),
        ("About 8,000 of them were affected.", "how_many", 0.5),
        ("About 8,000 of them and 12 others were affected.", "how_many", 1),
        ("The motion passed by 3.5 percent.", "how_many", 1),
        ("Later the judge George Hanks refused.", "who", 1),
        ("Later the judge Hanks refused.", "who", 0.5),
        ("Later the judge refused.", "who", 0),
        ('She wrote: "Privacy is not for sale."', "quotation", 1),
        ("She wrote a letter.", "quotation", 0),
        ("It failed.", "what", 0),
    ],
)
def test_shape(sentence: str, kind: str, value: float) -> None:
    assert measure_sentence_shape(sentence, kind, set()) == value


def test_what_the_question_says_itself_is_no_answer() -> None:
    assert measure_sentence_shape("So it was on 4 May.", "when", {"4", "may"}) == 0


def test_a_month_is_no_name_and_how_long_wants_a_time() -> None:
    asked = set("how long".split())
    assert measure_sentence_shape("It was discovered in December 2020.", "who", set()) == 0
    assert measure_sentence_shape("The company has 270 days to sell it.", "how_many", asked) == 1
    assert measure_sentence_shape("It has 170 million users.", "how_many", asked) == 0
    assert measure_sentence_shape("He is one of the kindest.", "how_many", set()) == 0


def test_share_is_by_weight() -> None:
    assert measure_matched_share({"rare": 3.0, "common": 1.0}, {"rare"}) == 0.75
    assert measure_matched_share({}, {"rare"}) == 0


def test_a_sentence_gains_by_the_one_before_it(reading: Indexes, embedder: Embedder) -> None:
    here = passage(
        "A judge in Texas refused to stop the handover. George Hanks gave no reasons. Rain fell on Galveston."
    )
    read = PassageReader(embedder, reading.lexical).read("Which judge refused to stop the handover?", "who", [here])
    by_text = {s.text: s for s in read}
    leaning, other = by_text["George Hanks gave no reasons."], by_text["Rain fell on Galveston."]
    assert leaning.coverage == 0
    assert leaning.context == by_text["A judge in Texas refused to stop the handover."].coverage > 0.9
    assert other.context == 0
    assert read.index(leaning) < read.index(other)


def test_the_sentence_with_the_quotation_asked_about_comes_first(reading: Indexes, embedder: Embedder) -> None:
    here = passage("The assault on freedoms worried many. “This is an all-out assault”, she added.")
    first = PassageReader(embedder, reading.lexical).read('Who said "an all-out assault"?', "attribution", [here])[0]
    assert first.text.endswith("she added.")
    assert first.score > 1


def test_what_somebody_else_said_counts_half_where_a_speaker_is_asked_about(
    reading: Indexes, embedder: Embedder
) -> None:
    here = passage(
        'Ana Sousa met the council. "We shall dredge the harbour," she said. "The harbour is ours," Ben Roe said. '
        '"The harbour must be saved," said Ana Sousa. Rain fell. "Nobody asked us," it was heard.'
    )
    read = PassageReader(embedder, reading.lexical).read("What did Sousa say about the harbour?", "quotation", [here])
    shapes = {s.text.split('"')[1].split()[-2]: s.shape for s in read if s.shape}
    assert shapes == {"the": 1, "is": 0.5, "be": 1, "asked": 0.5}


def test_what_a_passage_begins_with_may_lean_on_the_sentence_before_it(embedder: Embedder, reading: Indexes) -> None:
    body = "The number of Canadians went down. About 8,000 of them were affected. Nobody was hurt."
    cut = body.index("About")
    first, second = (
        Passage(Chunk(passage(body).article, n, start, end), n + 1, 1.0 - n / 10)
        for n, (start, end) in enumerate([(0, body.index(" Nobody")), (cut, len(body))])
    )
    reader, asked = PassageReader(embedder, reading.lexical), "How many Canadians were affected?"
    alone = next(s for s in reader.read(asked, "how_many", [second]) if s.start == cut)
    assert alone.context > alone.coverage
    both = [s for s in reader.read(asked, "how_many", [first, second]) if s.start == cut]
    assert [s.passage for s in both] == [first]


def test_a_number_in_words_at_the_beginning_is_no_name() -> None:
    assert measure_sentence_shape("Twenty-four voted in favour and three abstained.", "who", set()) == 0


def test_a_reason_without_the_words_of_the_question_is_read_too(reading: Indexes, embedder: Embedder) -> None:
    told = "The fishermen of Solvik voted against the quota plan of the ministry in March. "
    words = [
        f"The quota plan of the ministry was voted on in Solvik by group {n} of the fishermen. " for n in range(20)
    ]
    here = passage(told + "".join(words) + "They said that herring had become too rare to live on.")
    found = PassageReader(embedder, reading.lexical).read(
        "Why did the fishermen of Solvik vote against the quota plan?", "why", [here]
    )
    assert len([s for s in found if s.answers]) > EMBEDDED_SENTENCES
    assert "too rare" in next(s for s in found if s.answers >= LIKELY).text
    assert len({s.start for s in found}) == len(found) == 22
