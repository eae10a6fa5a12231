"""The page in a real browser: filters, sorts, links both ways, keys, sizes, accessibility, hostile names."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]
Open = Callable[..., Any]
SIZES = ("one", "some", "legacy", "many")
VIEWS = ("#/", "#/findings", "#/models", "#/files", "#/links")


def count(page: Any) -> tuple[int, int]:
    """Shown and all rows, from the status line."""
    text = page.locator(".status").inner_text().replace(",", "")
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    return numbers[0], numbers[-1]


@pytest.mark.parametrize("size", SIZES)
def test_every_view_opens(visit: Open, size: str) -> None:
    page = visit(size).open()
    for view in VIEWS:
        page.evaluate(f"location.hash = {view!r}")
        page.wait_for_function("() => document.querySelector('h1:not([hidden] h1)') !== null")
    first = page.evaluate("JSON.parse(document.getElementById('index').textContent).models[0][0]")
    page.evaluate("p => location.hash = '#/model/' + encodeURIComponent(p)", first)
    page.wait_for_selector(".page-head h1")
    assert page.locator(".page-head h1").inner_text() == first
    assert page.locator("table.layers tbody tr").count() > 0
    if size != "legacy":  # these have been run, those were only looked at
        assert page.locator("figure.chart svg").count() >= 2


@pytest.mark.parametrize("size", ["some", "many"])
def test_filters_narrow_and_counts_agree(visit: Open, size: str) -> None:
    page = visit(size).open("#/findings")
    shown, total = count(page)
    assert shown == total
    button = page.locator("button.facet", has_text="silent")
    said = int(re.sub(r"\D", "", button.locator(".n").inner_text()))
    button.click()
    assert count(page) == (said, total)
    assert "severity=silent" in page.url
    assert set(page.locator(".spacer .c-sev").all_inner_texts()) == {"silent"}
    page.locator("input.search").fill("LEARNING_phase module")
    narrowed = count(page)[0]
    assert 0 < narrowed < said
    assert all("learning_phase" in text for text in page.locator(".spacer .c-msg").all_inner_texts())
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert count(page)[0] == narrowed, "a filtered list can be kept as an address"
    narrow = page.locator(".status").inner_text()
    page.get_by_role("button", name="Clear").click()
    # The address changes before the rows are drawn.
    page.wait_for_function("text => document.querySelector('.status').innerText !== text", arg=narrow)
    assert "?" not in page.url
    assert count(page) == (total, total)


def test_facets_add_up(visit: Open) -> None:
    page = visit("many").open("#/findings")
    _, total = count(page)
    for group in ("Severity", "Effort", "State"):
        numbers = page.locator(f".facets[aria-label={group}] .facet:not([hidden]) .n").all_inner_texts()
        assert sum(int(n.replace(",", "")) for n in numbers) == total


def test_sorting_turns_round(visit: Open) -> None:
    page = visit("many").open("#/models")
    head = page.get_by_role("columnheader", name="Model")
    head.get_by_role("button").click()
    first = page.locator(".spacer [aria-rowindex='2'] .c-path").inner_text()
    assert head.get_attribute("aria-sort") == "ascending"
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert page.locator(".spacer [aria-rowindex='2'] .c-path").inner_text() > first


def test_long_list_draws_only_what_is_in_sight(visit: Open) -> None:
    page = visit("many").open("#/findings")
    assert page.locator(".spacer > div").count() < 60
    page.locator(".rows").evaluate("e => e.scrollTop = e.scrollHeight")
    last = count(page)[1]
    page.wait_for_selector(f"[aria-rowindex='{last + 1}']")
    assert page.locator(".spacer > div").count() < 60


def test_finding_leads_to_its_line_and_back_by_its_reason(visit: Open) -> None:
    page = visit("some").open("#/findings?effort=manual")
    where = page.locator(".spacer .c-path").first.inner_text()
    page.locator(".spacer .c-path a").first.click()
    page.wait_for_selector(".note-card.lit")
    path, _, line = where.rpartition(":")
    assert page.locator("h1:visible").inner_text() == path
    assert page.evaluate("document.activeElement.closest('.note-card.lit') !== null")
    page.mouse.move(5, 5)  # off the note that happens to lie under the pointer
    assert page.locator(".note-card.lit .at").inner_text() == f"line {line}"
    assert page.locator(".line.lit .no").inner_text() == line, "the note's line is lit while it has the focus"
    code = page.locator(".note-card.lit header a").inner_text()
    page.locator(".note-card.lit header a").click()
    page.wait_for_function("c => document.querySelector('#page h1')?.textContent.startsWith(c)", arg=code)
    assert count(page)[0] > 0
    assert set(page.locator(".spacer .c-code").all_inner_texts()) == {code}


def test_treemap_cell_opens_its_findings(visit: Open) -> None:
    page = visit("many").open()
    cell = page.locator("#treemap a").first
    number = int(re.search(r"([\d,]+) finding", cell.get_attribute("aria-label")).group(1).replace(",", ""))  # type: ignore[union-attr]
    cell.click()
    page.wait_for_selector(".status")
    assert count(page)[0] == number


def test_keys(visit: Open) -> None:
    page = visit("some").open()
    page.keyboard.press("?")
    page.wait_for_selector("dialog", state="visible")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="hidden")
    # Keys in a dialog are its own.
    page.wait_for_function("() => !document.activeElement.closest('dialog')")
    page.keyboard.press("/")
    page.wait_for_function("() => document.activeElement.matches('input.search')")
    page.keyboard.type("lr")
    page.keyboard.press("Escape")
    page.locator(".rows").focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_selector(".rows[aria-activedescendant='row-1']")
    page.keyboard.press("Enter")
    page.wait_for_selector(".page-head")
    page.keyboard.press("g")
    page.keyboard.press("m")
    page.wait_for_selector(".list-models")
    page.locator(".rows").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".page-head")
    before = page.url
    page.keyboard.press("]")
    page.wait_for_function("u => location.href !== u", arg=before)


def test_first_divergent_layer_is_marked(visit: Open) -> None:
    page = visit("many").open("#/models?status=failed")
    page.locator(".spacer .c-path a").first.click()
    page.wait_for_selector(".first-divergent")
    assert page.locator(".first-divergent b").inner_text() == "block/maxpooling2d_4"
    assert page.locator(".profile .marker").count() == 1
    assert "maxpooling2d_4" in page.locator(".profile svg").get_attribute("aria-label")


@pytest.mark.parametrize("view", VIEWS)
def test_hostile_names_stay_names(visit: Open, view: str) -> None:
    page = visit("hostile").open(view)
    page.wait_for_timeout(50)
    assert page.locator("img").count() == 0


def test_hostile_pages_stay_pages(visit: Open) -> None:
    page = visit("hostile").open("#/models")
    page.locator(".spacer .c-path a").first.click()
    page.wait_for_selector("table.layers")
    assert "</script>" in page.locator("table.layers tbody th").first.inner_text()
    page.evaluate("location.hash = '#/files'")
    page.locator(".spacer .c-path a").first.click()
    page.wait_for_selector(".page-head")
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 3


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_accessibility_violations(visit: Open, view: str, scheme: str) -> None:
    violations(visit("some", scheme=scheme).open(view))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["models", "files"])
def test_unit_pages_have_no_accessibility_violations(visit: Open, scheme: str, kind: str) -> None:
    page = visit("some", scheme=scheme).open(f"#/{kind}")
    page.locator(".spacer .c-path a").first.click()
    page.wait_for_selector(".page-head")
    violations(page)


def test_graph_has_no_accessibility_violations(visit: Open) -> None:
    violations(visit("legacy").open("#/links"))


def test_narrow_page_has_no_accessibility_violations(visit: Open) -> None:
    violations(visit("some", width=400).open("#/findings"))


def violations(page: Any, act: Callable[[Any], object] = lambda page: None) -> None:
    """axe finds nothing, after something was done on the page."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    with_csp = page.context.browser.new_context(bypass_csp=True, viewport=page.viewport_size)
    try:
        twin = with_csp.new_page()
        twin.emulate_media(
            color_scheme="dark"
            if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
            else "light"
        )
        twin.goto(page.url)
        twin.wait_for_selector("html[data-ready]", state="attached")
        act(twin)
        found = axe.Axe().run(twin).response["violations"]
    finally:
        with_csp.close()
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == []


def test_a_violation_would_be_seen(visit: Open) -> None:
    faint = "document.querySelector('h1').style.color = '#f0f0f0'"
    with pytest.raises(AssertionError, match="color-contrast"):
        violations(visit("some").open(), lambda page: page.evaluate(faint))


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_sticks_out_at_400_pixels(visit: Open, view: str) -> None:
    page = visit("some", width=400).open(view)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_links_lead_both_ways(visit: Open) -> None:
    page = visit("legacy").open("#/links?state=linked")
    loads = page.locator(".spacer .link-row", has_text="loads").first
    target = loads.locator(".c-target").inner_text()
    loads.locator(".c-target a").click()
    page.wait_for_selector(".page-head")
    assert page.locator(".page-head h1").inner_text() == target
    back = page.locator("ul.links a").first
    source = back.inner_text().rpartition(":")[0]
    back.click()
    page.wait_for_function("p => document.querySelector('#page h1')?.textContent === p", arg=source)
    page.locator("ul.links a", has_text=target).first.click()
    page.wait_for_function("p => document.querySelector('#page h1')?.textContent === p", arg=target)


def test_graph_draws_links_and_what_is_missing(visit: Open) -> None:
    page = visit("legacy").open("#/links")
    assert page.locator(".graph .link-linked").count() >= 3
    assert page.locator(".graph .link-broken").count() >= 1
    assert any("ranker_v2" in text for text in page.locator(".graph .gone").all_text_contents())
    page.locator(".graph a.node").first.focus()
    assert page.locator(".graph .lit").count() >= 1


def test_burn_down_names_what_is_new_and_what_is_resolved(visit: Open) -> None:
    page = visit("compared").open()
    assert "3 resolved, 2 new" in page.locator("#overview .burn").inner_text()
    resolved = page.locator("details", has_text="Resolved (3)")
    resolved.locator("summary").click()
    assert resolved.locator("li").count() == 3
    page.get_by_role("link", name="See the 2 new").click()
    page.wait_for_selector(".status")
    assert count(page)[0] == 2
    assert set(page.locator(".spacer .c-code").all_inner_texts()) == {"NEW001"}


def test_theme_can_be_changed(visit: Open) -> None:
    page = visit("one").open()
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.keyboard.press("t")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light


def test_overview_reads_without_scripts(visit: Open, chromium: Any) -> None:
    opened = visit("some")
    opened.open()
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(opened.path.as_uri())
    assert "Order of work" in page.locator("#overview").inner_text()
    assert page.locator(".reasons li").count() > 5
    context.close()


def test_print_shows_all_sections_and_rows(visit: Open) -> None:
    page = visit("some").open("#/findings")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".spacer > div").count() == count(page)[1]
    assert not page.locator("header.top").is_visible()


def opened_model(visit: Open, size: str, **options: Any) -> Any:
    page = visit(size, **options).open("#/models?status=migrated")
    page.locator(".spacer .c-path a").first.click()
    page.wait_for_selector(".picture")
    return page


def test_picture_aligns_both_graphs_and_marks_what_changed(visit: Open) -> None:
    page = opened_model(visit, "some")
    rows = page.locator(".picture > .rows-of-layers > details.row")
    texts = rows.evaluate_all(
        "list => list.map(r => [...r.querySelectorAll('.box')].map(b => b.textContent))"
    )
    assert all(len(sides) == 2 for sides in texts)
    assert all(old == new for old, new in texts if old and new)
    put_in = [new for old, new in texts if not old]
    assert put_in == ["Rescaling block/lstm_5_scale"]
    assert rows.filter(has_text="lstm_5").first.locator("summary.changed").count() == 1
    assert page.locator(".picture .error.heat-within, .picture .error.heat-tiny").count() > 5
    assert page.locator(".picture circle.hollow").count() == 2, "head/kernel is not covered, on both sides"


def test_picture_opens_before_and_after_and_nested_models(visit: Open) -> None:
    page = opened_model(visit, "some")
    page.locator(".picture summary", has_text="lstm_5").first.click()
    page.wait_for_selector(".picture details[open] .about .sides")
    assert "hard_sigmoid" in page.locator(".picture details[open] .about").inner_text()
    assert page.locator(".picture", has_text="Softmax").count() == 0
    page.locator(".picture summary", has_text="head").click()
    page.wait_for_selector(".picture .inner details.row")
    assert page.locator(".picture .inner details.row").count() == 3
    violations(page, lambda twin: twin.locator(".picture summary", has_text="lstm_5").first.click())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1024, 1440])
def test_picture_is_accessible_and_nothing_sticks_out(visit: Open, width: int, scheme: str) -> None:
    page = opened_model(visit, "some", width=width, scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    violations(page)


def test_a_thousand_layers_are_drawn_when_they_come_into_sight(visit: Open) -> None:
    page = opened_model(visit, "deep")
    rows = page.locator(".picture > .rows-of-layers > details.row")
    assert rows.count() > 1_000
    assert rows.last.evaluate("e => getComputedStyle(e).contentVisibility") == "auto"
    rows.last.scroll_into_view_if_needed()
    rows.last.locator("summary").click()
    page.wait_for_selector(".picture .inner details.row")


def test_the_first_screen_says_what_to_do(visit: Open) -> None:
    page = visit("some", width=1440).open()
    order = page.locator("#order").bounding_box()
    assert order is not None
    assert order["y"] < 500, "the order of work is in sight without scrolling"
    assert page.locator(".cards.first .card").count() == 3
    button = page.locator(".copyable button").first
    button.click()
    page.wait_for_function(
        "() => /Copied|Selected/.test(document.querySelector('.copyable button').textContent)"
    )
    assert page.locator("#treemap").get_by_role("link").count() > 0
    assert not [
        a
        for a in page.locator("#treemap a").evaluate_all("l => l.map(a => a.getAttribute('aria-label'))")
        if a.endswith("info")
    ]


def test_a_stopped_model_shows_its_next_step(visit: Open) -> None:
    page = visit("many").open("#/models?status=blocked")
    page.locator(".spacer .c-path a").first.click()
    page.wait_for_selector(".next-step .command")
    assert page.locator(".next-step .command").inner_text().startswith("keras-migrate models ")


def test_pages_turn_within_the_list_that_was_filtered(visit: Open) -> None:
    page = visit("many").open("#/models?status=failed")
    shown, total = count(page)
    assert 2 < shown < total
    listed = page.locator(".spacer .c-path").all_inner_texts()[:3]
    page.locator(".spacer .c-path a").first.click()
    for number, expected in enumerate(listed):
        if number:
            page.keyboard.press("]")
        page.wait_for_function("p => document.querySelector('#page h1')?.textContent === p", arg=expected)
    page.locator(".crumbs a").first.click()
    page.wait_for_selector(".status")
    assert count(page) == (shown, total)


def test_arrows_lead_from_the_search_box_into_the_list(visit: Open) -> None:
    page = visit("some").open("#/models")
    page.locator("input.search").focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.classList.contains('rows')")
    page.keyboard.press("Enter")
    page.wait_for_selector(".page-head")


def test_groups_of_chips_say_what_they_are(visit: Open) -> None:
    page = visit("many").open("#/models")
    assert page.locator(".facets .facet-title").all_inner_texts() == ["Readiness", "Status"]
    assert page.locator(".facet:visible", has_text="blocked").count() == 2, "one is a readiness, one a status"


def test_a_page_weighs_little_and_draws_little_before_it_can_be_used(visit: Open) -> None:
    one, many = visit("one"), visit("many")
    one.open()
    assert one.path.stat().st_size < 200_000, "script and style of every page"
    page = many.open()
    assert many.path.stat().st_size < 10_000_000, "2,000 models and 5,000 findings"
    assert page.evaluate("document.getElementsByTagName('*').length") < 3_000
    assert page.evaluate("performance.getEntriesByType('resource').length") == 0


@pytest.mark.parametrize("width", [390, 1024, 1440])
@pytest.mark.parametrize("view", ["#/", "#/models", "#/findings"])
def test_nothing_sticks_out_at_any_width(visit: Open, view: str, width: int) -> None:
    page = visit("some", width=width).open(view)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
