"""Where the starter corpus and its questions lie."""

from pathlib import Path

import corpus

STARTER = Path(corpus.__file__).parent / "starter" / "articles.jsonl"
QUESTIONS = Path(__file__).parents[1] / "eval" / "sets" / "starter.jsonl"
