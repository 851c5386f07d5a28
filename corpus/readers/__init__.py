"""Readers: they turn every format of news into clean `Article`s and `Refusal`s."""

from corpus.readers.file_reader import read, read_bytes
from corpus.readers.formats import FORMATS, Format
from corpus.readers.refusal import Hints, Limits, ReadOptions, Refusal

__all__ = ["FORMATS", "Format", "Hints", "Limits", "ReadOptions", "Refusal", "read", "read_bytes"]
