"""Fixtures for every area: a real browser, a model's server, and the data that lies beside the repository."""

import gc
import os
import shutil
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from tests.child_processes import begin_to_import
from tests.waiting import PATIENCE_S

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

    from corpus.archive.engine import Place
    from rag.index.embedder import Embedder
    from tests.model_server import ModelServer
    from tests.postgresql import PostgresServer

pytest_plugins = ["tests.promises"]

ROOT = Path(__file__).parents[1]

CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Gradio's scripts run a few times in each page: compiled at once and simply, they take a sixth less time to load it.
    "--js-flags=--always-sparkplug",
)


# A machine that is busy is no reason for a test to fail.
hypothesis.settings.register_profile("newsdesk", deadline=None)
hypothesis.settings.load_profile("newsdesk")


def pytest_configure() -> None:
    """Let what the tests start be interrupted: where a script runs them in the background, they are told not to be.

    None of them touches a database that the settings of this machine name.
    """
    os.environ["NEWSDESK_DATABASE"] = ""
    os.environ["NEWSDESK_DENSE"] = "chroma"
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection() -> None:
    """Look for no garbage while all modules are imported: nearly all that they make stays."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Look for garbage from here on, but not among the million objects of modules, which took a tenth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    gc.enable()


def pytest_unconfigure() -> None:
    """Look for garbage once: pytest does so five times at its end, among all that ten minutes have left."""
    gc.collect()
    gc.freeze()


def workers(arguments: Sequence[str], cores: int) -> int:
    """Return how many processes share the tests: one for each core, four at most; files are run sooner in this one."""
    return 0 if any(".py" in argument for argument in arguments) else min(4, cores)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Say what `-n auto` means."""
    return workers(config.args, os.cpu_count() or 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses the browser, and run it last, in each worker too: each is given its tests in this order.

    Playwright leaves an event loop running in the main thread, in which `asyncio.run` refuses to start another. Before it
    come machines with whole pages: what they import is imported beside the other tests.
    """
    for item in items:
        if not {"browser", "page"}.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker("browser")
    items.sort(key=lambda item: (item.get_closest_marker("browser") is not None, MACHINES in item.path.parents))


MACHINES = ROOT / "tests" / "cluster"

MANY = 100
"""Tests in a run beside which children are prepared for."""

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""What is looked for, in this order: the first has no user interface of its own, and takes half the processor time."""


def chromium_path(on_ci: bool) -> str:
    """Find Chromium; without it skip the test for a user, and fail it on CI, where nothing may be left out."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path:
        return path
    reason = "needs Chromium on the PATH (on Debian and Ubuntu: sudo apt-get install chromium)"
    if on_ci:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session", autouse=True)
def own_authority(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Trust one authority that signs nothing: each client of a model reads all that it trusts, which takes long for a hundred.

    No test leaves the machine, and those that speak TLS say whom they trust.
    """
    import trustme

    file = tmp_path_factory.mktemp("trust") / "authority.pem"
    trustme.CA().cert_pem.write_to_path(str(file))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SSL_CERT_FILE", str(file))
        if len(request.session.items) > MANY:
            begin_to_import()
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Start one headless Chromium for the whole run."""
    path = chromium_path(on_ci=os.environ.get("CI", "").lower() == "true")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        yield started
        started.close()


WINDOW: "ViewportSize" = {"width": 1440, "height": 900}


@contextmanager
def open_page(browser: "Browser") -> Iterator["Page"]:
    """Open an empty page in a profile of its own; whatever it is asked for is waited for on the slowest machine."""
    with browser.new_context(viewport=WINDOW) as context:
        context.set_default_timeout(1000 * PATIENCE_S)
        yield context.new_page()


class _Nothing(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def empty_address() -> Iterator[str]:
    """Serve an empty document; unlike "about:blank" it is shown by the same process of the browser as other pages here."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Nothing) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def shared_page(browser: "Browser") -> Iterator["Page"]:
    """Open the page that tests use one after the other.

    In a new one the browser fetches and compiles the same scripts again, which is half of the time that a load takes.
    """
    with open_page(browser) as opened:
        yield opened


def clear_page(page: "Page", empty_address: str) -> None:
    """Let a page forget what was shown and kept in it, where it was, and how it was to look."""
    for other in page.context.pages:
        if other is not page:
            other.close()
    page.goto(empty_address)
    page.context.clear_cookies()
    session = page.context.new_cdp_session(page)
    session.send("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "all"})
    session.send("Page.resetNavigationHistory")
    session.detach()
    page.set_extra_http_headers({})
    page.set_viewport_size(WINDOW)
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")


@pytest.fixture
def page(request: pytest.FixtureRequest) -> Iterator["Page"]:
    """Return an empty page in which nothing of an earlier test is to be seen; with the mark `own_page` a new one.

    What listens in a page, or runs before its scripts, cannot be taken away again: that needs the mark. The new page has
    the profile of the shared one all the same, and so the scripts that were fetched and compiled there.
    """
    shared, empty = request.getfixturevalue("shared_page"), request.getfixturevalue("empty_address")
    yield shared.context.new_page() if request.node.get_closest_marker("own_page") else shared
    clear_page(shared, empty)


@pytest.fixture
def model_server() -> Iterator["ModelServer"]:
    """Serve a model that speaks OpenAI's protocol, for one test."""
    from tests.model_server import ModelServer

    with ModelServer() as server:
        yield server


@pytest.fixture(scope="session")
def embedder() -> "Embedder":
    """Return the embedder that ships, which all tests share."""
    from tests.shared_embedder import shared_embedder

    return shared_embedder()


@pytest.fixture(scope="session")
def postgres() -> Iterator["PostgresServer"]:
    """Run one PostgreSQL server; without it skip the test for a user, and fail it on CI, where nothing may be left out."""
    from tests.postgresql import MISSING, is_installed, run_postgres

    if not is_installed():
        (pytest.fail if os.environ.get("CI", "").lower() == "true" else pytest.skip)(MISSING)
    with run_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> "Place":
    """Return where a test's archive is: once a file, once a schema of the server."""
    if request.param == "sqlite":
        return tmp_path / "archive.sqlite3"
    address: str = request.getfixturevalue("postgres").make_schema()
    return address


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of measured data beside the repository; skip where it is not."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the data in ../shared/data, which is not part of the repository")
    return folder
