"""What is measured, per article, per fact, per answer: a value for each question where a measure is defined."""

from eval.measures.measure_catalogue import MEASURES, Measure
from eval.measures.scoring import score

__all__ = ["MEASURES", "Measure", "score"]
