"""Everyone can read it: axe-core finds nothing on any kind of page, light and dark, on a phone and at a desk, with a panel open and a table filtered."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat import NotebookNode
from playwright.sync_api import Browser, Page

from tthc_analysis.audit.audited import audited
from tthc_analysis.press.checked import checked_page
from tthc_analysis.press.html import notebook_html

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb") if path.stem != "explore")
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}, "resultTypes": ["violations"]}
# light at a desk, dark on a phone: what a screen's width breaks and what its colours do are found by one look at each
LOOKS = [{"color_scheme": "light", "viewport": {"width": 1280, "height": 900}}, {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}}]
AXE = Axe()


def found(page: Page) -> list[tuple[str, str, str]]:
    """What axe-core finds: rule, impact, and the first place."""
    violations = AXE.run(page, options=RULES).response["violations"]
    return [(one["id"], one["impact"], one["nodes"][0]["html"]) for one in violations]


@pytest.fixture(params=LOOKS, ids=lambda look: look["color_scheme"])
def look(request: pytest.FixtureRequest) -> dict[str, Any]:
    return request.param


def opened(browser: Browser, look: dict[str, Any], notebook: NotebookNode, folder: Path) -> Page:
    path = folder / "page.html"
    path.write_text(notebook_html(notebook, "t"), "utf-8")
    page = browser.new_page(**look)
    page.goto(path.as_uri())
    for details in page.locator("details").all():
        details.evaluate("details => { details.open = true; }")
    return page


def test_axe_finds_what_is_wrong(browser: Browser) -> None:
    """A page with faults is told apart: else the tests below would say nothing."""
    page = browser.new_page()
    page.set_content("<p style='color: #ccc'>nhạt</p><img src='data:,'><button></button>")
    assert {"color-contrast", "image-alt", "button-name", "html-has-lang"} <= {rule for rule, _, _ in found(page)}
    page.close()


def test_the_handmade_page_is_accessible(browser: Browser, look: dict[str, Any], notebook: NotebookNode, tmp_path: Path) -> None:
    page = opened(browser, look, notebook, tmp_path)
    assert [] == found(page)
    page.locator("td .ask").first.click()
    page.get_by_role("dialog").wait_for()
    assert [] == found(page)
    page.close()


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_real_page_is_accessible(browser: Browser, look: dict[str, Any], executed: Callable[[str], NotebookNode], name: str, tmp_path: Path) -> None:
    page = opened(browser, look, executed(name), tmp_path)
    assert [] == found(page)
    page.close()


def test_the_page_of_a_checked_report_is_accessible_and_fits_the_screen(browser: Browser, look: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(checked_page(audited(ROOT / "tests" / "audit" / "minh-long.txt").data), "utf-8")
    page = browser.new_page(**look)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(path.as_uri())
    assert [] == found(page)
    wide, seen = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= seen
    assert [path.as_uri()] == requests
    page.get_by_role("link", name="Tử số lớn hơn mẫu số").click()
    assert "501/150 (334%)" in page.locator("aside p:target").inner_text()
    assert page.locator("aside p:target").evaluate("note => note.getBoundingClientRect().top < innerHeight")
    page.close()
