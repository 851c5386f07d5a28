"""Readers: every format that news comes in, to clean `Article`s and `Refusal`s."""

from corpus.readers.formats import FORMATS, Format
from corpus.readers.outcome import Hints, Limits, ReadOptions, Refusal
from corpus.readers.registry import read, read_bytes

__all__ = ["FORMATS", "Format", "Hints", "Limits", "ReadOptions", "Refusal", "read", "read_bytes"]
