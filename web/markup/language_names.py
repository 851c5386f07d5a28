"""The names of languages, which the page shows in place of their codes."""

from functools import cache


def language_name(code: str) -> str:
    """Return the English name of a language by its ISO 639-1 code ("German" for "de"); an unknown code as it is."""
    return _names().get(code, code)


@cache
def _names() -> dict[str, str]:
    from babel import Locale

    return dict(Locale("en").languages)
