"""The look that Gradio is given: system fonts, paper and ink, one accent. The rest is `static/page.css`."""

import gradio as gr

from web.static_files import static_address

SCRIPTS = (
    "page",
    "address",
    "pause",
    "panels",
    "rail",
    "selection",
    "ask",
    "archive",
    "timeline",
    "follow",
    "eval",
    "accounts",
)
"""The scripts of `static/`, in their order."""

STYLES = ("page", "archive", "timeline", "follow", "draft_check", "eval", "story")
"""The style sheets of `static/`, in their order."""

_SANS = ("system-ui", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif")
_MONO = ("ui-monospace", "Consolas", "monospace")


def head() -> str:
    """Return what the page adds to its head."""
    return "".join(f'<script src="{static_address(f"{name}.js")}" defer></script>' for name in SCRIPTS)


def theme() -> gr.themes.Base:
    """Return the theme; every font is one that the reader's machine has."""
    return gr.themes.Base(font=list(_SANS), font_mono=list(_MONO)).set(
        body_background_fill="#faf9f6",
        body_background_fill_dark="#141517",
        body_text_color="#1d1c1a",
        body_text_color_dark="#e9e6e0",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="#1c1e21",
        border_color_primary="#e4e0d8",
        border_color_primary_dark="#2e3136",
        button_primary_background_fill="#1b4f8a",
        button_primary_background_fill_dark="#82b4ea",
        button_primary_background_fill_hover="#163f6e",
        button_primary_background_fill_hover_dark="#9cc4ef",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#1c1e21",
        input_background_fill="transparent",
        input_background_fill_dark="transparent",
    )
