"""How the page looks and reads: dark, narrow, wide, printed, without script, to a screen reader."""

import base64
from pathlib import Path

import pytest
from axe_selenium_python import Axe


def violations(page):
    """What axe-core complains about: the rule, the element, and what to do."""
    page.driver.set_script_timeout(120)
    page.run(Path(Axe(page.driver).script_url).read_text())
    found = page.driver.execute_async_script(
        "const done = arguments[0]; axe.run(document).then((r) => done(r.violations), (e) => done([String(e)]))"
    )
    return [f"{rule['id']}: {node['html'][:160]} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def overflow(page):
    return page.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1280, 2560])
def test_axe_has_no_complaint(look, dark, width):
    page = look(12, width=width, dark=dark)
    page.run("document.querySelector('.looked').open = true; document.querySelector('#list tbody a').click()")
    page.settle()
    assert violations(page) == []


def test_axe_has_no_complaint_about_groups_menus_and_hostile_text(look):
    page = look(40, 24, "hostile", group="incident")
    page.run("document.querySelectorAll('tr.group button').forEach((button) => button.click())")
    page.menu("Owner")
    page.settle()
    assert violations(page) == []


def test_axe_has_no_complaint_about_an_empty_report(look):
    assert violations(look(0)) == []


@pytest.mark.parametrize("width", [360, 768, 1280, 2560])
def test_nothing_reaches_beyond_the_window(look, width):
    page = look(width=width)
    page.one("#list tbody a").click()
    assert overflow(page) <= 0


def test_a_narrow_screen_shows_who_calls_whom_and_how_often_without_scrolling(look):
    page = look(width=360)
    row = "#list tbody tr:first-child"
    assert [bool(text) for text in page.texts(f"{row} td")] == [True] * 5
    assert page.run("const s = document.querySelector('#findings .scroller'); return s.scrollWidth - s.clientWidth") <= 1


@pytest.mark.parametrize(("width", "height"), [(1400, 1000), (390, 844)])
def test_the_list_begins_in_the_upper_third(look, width, height):
    page = look(width=width, height=height, group=None)
    assert page.run("return document.querySelector('#list tbody tr').getBoundingClientRect().top") < height / 3


@pytest.mark.parametrize("width", [360, 1280])
def test_words_of_what_was_looked_at_stay_whole(look, width):
    page = look(12, width=width)
    page.run("document.querySelector('.looked').open = true")
    # A heading that wraps between letters is taller than a line.
    heights = page.run("return [...document.querySelectorAll('.looked thead th')].map((th) => th.clientHeight)")
    assert max(heights) < 30


@pytest.mark.parametrize("width", [360, 1280])
def test_hostile_text_breaks_no_layout(look, width):
    page = look(150, 24, "hostile", width=width)
    page.run("document.querySelector('.looked').open = true")
    for link in page.run("return [...document.querySelectorAll('#list tbody a')].slice(0, 20)"):
        page.run("arguments[0].click()", link)
    assert overflow(page) <= 0
    # However long its texts, a row does not fill the screen.
    heights = page.run(
        "return [...document.querySelectorAll('#list tbody tr[data-i]')].map((row) => row.getBoundingClientRect().height)"
    )
    assert max(heights) < 700
    for name in page.texts(".menu summary"):
        page.menu(name.split(" (")[0])
        page.settle()
        assert overflow(page) <= 0


def test_hostile_text_stays_text_where_it_is_copied_and_linked(look):
    page = look(150, 24, "hostile")
    page.one("#more button:last-child").click()
    page.run("document.querySelectorAll('#list tbody tr[data-i] a').forEach((link) => link.click())")
    page.run("[...document.querySelectorAll('.tools button')].find((b) => b.textContent === 'Copy as CSV').click()")
    page.settle()
    assert "\n=HYPERLINK" not in page.run("return window.copied") and ",=HYPERLINK" not in page.run("return window.copied")
    assert page.run("return document.querySelectorAll('article').length") == 150
    schemes = page.run("return [...new Set([...document.links].map((a) => a.protocol))]")
    assert set(schemes) <= {"https:", "file:"}
    assert page.run("return document.querySelectorAll('img, iframe, object, embed, main script').length") == 0


def test_the_system_and_the_reader_choose_dark(look):
    ground = "return getComputedStyle(document.documentElement).backgroundColor"
    page = look(dark=True)
    dark = page.run(ground)
    switch = page.all("#switches button")[1]
    switch.click()
    light = page.run(ground)
    switch.click()
    assert switch.text == "Dark"
    assert page.run(ground) == dark != light
    page.driver.refresh()
    assert page.run(ground) == dark
    assert page.all("#switches button")[1].text == "Dark"


def test_the_page_prints(look):
    page = look(dark=True)
    page.one("#list tbody a").click()
    pdf = base64.b64decode(page.command("Page.printToPDF", printBackground=True)["data"])
    assert pdf.startswith(b"%PDF") and len(pdf) > 20_000
    page.command("Emulation.setEmulatedMedia", media="print")
    assert page.run("return getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert page.one("tr.detail article svg.raster").is_displayed()
    assert not page.one("#tools").is_displayed()


def test_without_script_the_table_and_the_top_pictures_are_there(look):
    page = look(script=False)
    visible = "return [...document.querySelectorAll(arguments[0])].filter((e) => e.checkVisibility()).length"
    page.command("Emulation.setScriptExecutionDisabled", value=False)
    assert page.run(visible, "#list tbody tr") == 100
    assert page.run(visible, "#list2 tbody tr") == 100
    assert page.run(visible, "article svg.raster") == 100
    assert page.run(visible, "svg.overview") == 1
    assert page.run(visible, ".scripted") == 0
    page.one("#list tbody a").click()
    assert page.run("return document.querySelector(':target').tagName") == "ARTICLE"
