"""Readers of question sets, one module a format, behind `load`."""

from eval.loaders.loader_registry import FORMATS, Format, load

__all__ = ["FORMATS", "Format", "load"]
