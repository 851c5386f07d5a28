"""The page by keyboard and for screen readers; nothing of it comes from elsewhere."""

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.web.ask.test_ask_tab import QUESTION, ask, opened
from tests.web.page_waits import wait_absent, wait_shown

if TYPE_CHECKING:
    from playwright.sync_api import Page


# A page that was redrawn meanwhile is gone through again. What is breathing all the while counts as standing still, and
# so does what Gradio counts the tenths of a second in while an event is under way, which nobody sees.
_GO_THROUGH = """async () => {
  const drawn = () => {
    const page = document.documentElement.cloneNode(true);
    page.querySelectorAll("[data-testid=status-tracker].hide").forEach((one) => one.remove());
    return page.outerHTML;
  };
  const moving = () => document.getAnimations().filter((one) => one.effect.getComputedTiming().iterations !== Infinity);
  for (;;) {
    await Promise.allSettled(moving().map((one) => one.finished));
    const before = drawn();
    const { violations } = await axe.run({ resultTypes: ["violations"] });
    if (drawn() === before) return violations.map(({ id, impact, nodes }) => ({ id, impact, html: nodes[0].html }));
  }
}"""


def serious(page: "Page") -> list[str]:
    """Return what axe finds serious or critical in a state that stays, with the first place of each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found: list[dict[str, str]] = page.evaluate(_GO_THROUGH)
    return [f"{one['id']}: {one['html'][:200]}" for one in found if one["impact"] in {"serious", "critical"}]


def serious_by_light_and_dark(page: "Page") -> list[str]:
    """Return what is serious or critical in a state of a page, whichever colours the reader's machine asks for."""
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    wait_shown(page, "body.dark")
    dark = serious(page)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    wait_shown(page, "body:not(.dark)")
    return [*dark, *serious(page)]


def test_no_state_has_a_serious_barrier(page: "Page", page_url: str) -> None:
    opened(page, page_url)
    assert serious_by_light_and_dark(page) == []
    ask(page, QUESTION)
    page.click("#turn-0 a.n >> nth=0")
    assert serious_by_light_and_dark(page) == []
    page.click("#card-0-1 .read")
    wait_shown(page, ".sheet mark")
    assert serious_by_light_and_dark(page) == []
    page.keyboard.press("Escape")
    ask(page, "Who won the World Cup?", turns=2)
    assert serious_by_light_and_dark(page) == []


@pytest.mark.own_page
def test_who_chooses_dark_keeps_it_and_sees_no_flash(page: "Page", page_url: str) -> None:
    # Notes the ground at every change, from before the first stroke on.
    page.add_init_script(
        "window.grounds = new Set();"
        "const ground = (part) => getComputedStyle(part).backgroundColor;"
        "const clear = 'rgba(0, 0, 0, 0)', root = () => ground(document.documentElement);"
        "const look = () => document.body && window.grounds.add(ground(document.body) === clear ? root() : ground(document.body));"
        "const frame = () => { look(); requestAnimationFrame(frame) }; requestAnimationFrame(frame)"
    )
    dark, light = "rgb(20, 21, 23)", "rgb(250, 249, 246)"
    page.emulate_media(color_scheme="light")
    opened(page, page_url)
    assert page.evaluate("[...window.grounds]") == [light]
    page.click("[data-appearance=dark]")
    wait_shown(page, "body.dark")
    assert page.get_attribute("[data-appearance=dark]", "aria-pressed") == "true"
    page.reload()
    wait_shown(page, "[data-appearance=dark][aria-pressed=true]")
    assert page.evaluate("[...window.grounds]") == [dark]
    page.click("[data-appearance=system]")
    wait_shown(page, "body:not(.dark)")
    page.emulate_media(color_scheme="dark")
    wait_shown(page, "body.dark")
    page.click("[data-appearance=light]")
    wait_shown(page, "body:not(.dark)")
    page.reload()
    wait_shown(page, "[data-appearance=light][aria-pressed=true]")
    assert page.evaluate("[...window.grounds]") == [light]


def test_everything_can_be_done_with_the_keyboard(page: "Page", page_url: str) -> None:
    opened(page, page_url)
    page.wait_for_function("document.activeElement.tagName === 'TEXTAREA'")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    wait_shown(page, "#turn-0 .asof")
    page.focus("#turn-0 a.n >> nth=0")
    wait_shown(page, "#tip")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'card-0-1'")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wait_shown(page, ".sheet mark")
    for _ in range(4):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('.sheet') !== null")
    page.keyboard.press("Escape")
    wait_absent(page, ".sheet")


@pytest.mark.own_page
def test_no_request_leaves_the_machine_and_the_console_stays_clean(page: "Page", page_url: str) -> None:
    outside: list[str] = []
    said: list[str] = []
    page.on("request", lambda r: None if r.url.startswith((page_url, "data:", "blob:")) else outside.append(r.url))
    page.on("console", lambda m: said.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    opened(page, page_url)
    ask(page, QUESTION)
    page.click("#card-0-1 .read")
    wait_shown(page, ".sheet mark")
    assert outside == []
    assert said == []


def test_a_phone_sees_the_answer_above_its_evidence(page: "Page", page_url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, page_url)
    ask(page, QUESTION)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    answer, card = (page.locator(s).bounding_box() for s in ("#turn-0", "#card-0-1"))
    assert answer is not None
    assert card is not None
    assert answer["y"] + answer["height"] <= card["y"]
    page.click("#turn-0 a.n >> nth=2")
    page.wait_for_function("document.querySelector('#card-0-3').getBoundingClientRect().top < innerHeight")
