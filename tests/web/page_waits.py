"""Wait until a page shows something.

Looked at with every frame that the browser draws: Playwright's own waiting for a selector looks every half second.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

_SEEN = "e.checkVisibility({visibilityProperty: true}) && e.getBoundingClientRect().width && e.getBoundingClientRect().height"
_VISIBLE = f"[...document.querySelectorAll(css)].filter(e => {_SEEN})"
_SAYS = r"const plain = s => s.replace(/\s+/g, ' ').trim().toLowerCase()"


def wait_shown(page: "Page", css: str, text: str = "") -> None:
    """Wait until any of these elements is visible and holds a text, in either case, be it in a hidden part."""
    page.wait_for_function(
        f"([css, text]) => {{ {_SAYS}; return {_VISIBLE}.some(e => plain(e.textContent).includes(plain(text))) }}",
        arg=[css, text],
    )


def wait_hidden(page: "Page", css: str) -> None:
    """Wait until none of these elements is visible, if there are any."""
    page.wait_for_function(f"css => !{_VISIBLE}.length", arg=css)


def wait_present(page: "Page", css: str) -> None:
    """Wait until there is such an element, visible or not."""
    page.wait_for_function("css => document.querySelector(css)", arg=css)


def wait_absent(page: "Page", css: str) -> None:
    """Wait until there is no such element."""
    page.wait_for_function("css => !document.querySelector(css)", arg=css)
