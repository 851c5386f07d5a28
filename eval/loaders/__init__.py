"""Readers of question sets, one module a format, behind `load`."""

from eval.loaders.loader_registry import FORMATS, SetFormat, load

__all__ = ["FORMATS", "SetFormat", "load"]
