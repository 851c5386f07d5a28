"""The measures by name: what group they belong to, what they mean, and which way is better."""

from dataclasses import dataclass

from eval.measures import answer_facts, retrieval


@dataclass(frozen=True, slots=True)
class Measure:
    """Hold one measure.

    Attributes:
        name: As written in scores and reports.
        group: "retrieval", "facts", "answers" or "judge".
        meaning: One line for the reader.
        rising: True if more is better, False if less is, None if neither.
        share: True if it goes from 0 to 1.
    """

    name: str
    group: str
    meaning: str
    rising: bool | None = True
    share: bool = True


_RETRIEVAL = {
    "nDCG@10": "Gold articles near the top, discounted by the logarithm of the rank.",
    "RR@10": "One divided by the rank of the first gold article, 0 beyond ten.",
    "AP": "Average precision over all gold articles.",
    "R@5": "Share of the gold articles among the first 5.",
    "R@10": "Share of the gold articles among the first 10.",
    "R@20": "Share of the gold articles among the first 20.",
    "Success@1": "The first article is gold.",
    "Success@4": "A gold article is among the first 4.",
    "Success@10": "A gold article is among the first 10.",
    retrieval.ALL_GOLD: "All gold articles are among the first 10.",
}
_ANSWERS = (
    (
        "correct",
        "Contains an accepted answer; yes/no: the first verdict; not in the archive: refused, or a caution.",
        True,
    ),
    ("contains answer", "Contains an accepted answer as whole words (SQuAD normalisation).", True),
    ("token F1", "Word overlap with the best accepted answer (SQuAD); low for any answer in sentences.", True),
    ("yes/no", "The first yes or no in the answer is the right one.", True),
    ("refusal precision", "Of the refusals, those of questions that the archive does not hold.", True),
    (
        "refusal recall",
        "Of the questions that the archive does not hold, those refused or answered behind a caution.",
        True,
    ),
    ("false refusals", "Of the questions that the archive holds, those refused.", False),
    ("cautions", "Of the questions that the archive holds, those answered behind a caution.", False),
    (
        "citation precision",
        "Of the citations, but for those behind a caution, those whose passage holds gold evidence.",
        True,
    ),
    ("citation recall", "Of the gold articles, those cited.", True),
    (
        "claims supported",
        "Of the claims, those that the check supports: word for word in what they cite, or read.",
        True,
    ),
    ("claims flagged", "Of the claims, those that the check flags as certainly wrong or uncited.", False),
    ("verbatim quotes", "Share of the quotations that are verbatim in a cited passage or its headline.", True),
    ("failed", "The model gave no whole answer, or an error stopped it.", False),
)
_JUDGE = (
    ("judge: correct", "A judge model finds the answer right."),
    ("judge: faithful", "Of the claims, those that a judge model finds in what they cite."),
    ("judge: assertions", "Of the statements that a right answer must contain, those met, by a judge model."),
)

MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        *(Measure(name, "retrieval", meaning) for name, meaning in _RETRIEVAL.items()),
        *(
            Measure(name, "facts", "As MultiHop-RAG counts: a passage is relevant if it contains a fact.")
            for name in answer_facts.NAMES
        ),
        *(Measure(name, "answers", meaning, rising) for name, meaning, rising in _ANSWERS),
        Measure("words", "answers", "Length of the answer in words.", None, share=False),
        *(Measure(name, "judge", meaning) for name, meaning in _JUDGE),
    )
}
GROUPS = {
    "retrieval": "Retrieval, per article",
    "facts": "Retrieval as MultiHop-RAG measures it, per passage that contains a fact",
    "answers": "Answers, without a model",
    "judge": "Answers, by a judge model",
}
