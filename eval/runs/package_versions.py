"""The versions that decide a result."""

import platform
from importlib.metadata import PackageNotFoundError, version

_PACKAGES = ("newsdesk", "chromadb", "tantivy", "sentence-transformers", "torch", "langchain", "ir-measures")


def versions() -> dict[str, str]:
    """Return the versions of Python and of what searches, embeds, answers and measures, as far as installed."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
