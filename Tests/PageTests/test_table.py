"""The table: order, filter, facets, groups, columns, copying."""

from selenium.webdriver.common.keys import Keys


def test_the_most_urgent_finding_stands_first(look):
    page = look()
    priorities = [float(text.split()[0]) for text in page.column("Priority")]
    assert len(priorities) == 100
    assert priorities == sorted(priorities, reverse=True)


def test_a_column_sorts_by_its_values_and_again_the_other_way(look):
    page = look()
    page.sort_by("Calls")
    calls = [int(text.replace(",", "")) for text in page.column("Calls")]
    assert calls == sorted(calls, reverse=True)
    assert page.one("th[aria-sort]").get_attribute("aria-sort") == "descending"
    page.sort_by("Calls")
    calls = [int(text.replace(",", "")) for text in page.column("Calls")]
    assert calls == sorted(calls)
    assert page.one("th[aria-sort]").get_attribute("aria-sort") == "ascending"


def test_addresses_sort_as_numbers(look):
    page = look()
    page.sort_by("Source")
    sources = [tuple(map(int, text.split("."))) for text in page.column("Source")]
    assert sources == sorted(sources)


def test_text_filters_by_all_of_its_words(look):
    page = look()
    page.type("ovh beacon-classic")
    number = int(page.one(".shown").text.split()[0])
    assert 0 < number < 100
    page.rows(number)
    assert set(page.column("Owner")) == {"OVH, FR"}


def test_a_filter_that_nothing_passes_says_so_and_can_be_taken_back(look):
    page = look()
    page.type("no such thing anywhere")
    assert "No finding fits" in page.one("#list tbody").text
    page.one("input[type=search]").send_keys(Keys.CONTROL + "a", Keys.DELETE)
    page.rows(100)


def test_facets_let_through_what_is_ticked_and_count_what_there_is(look):
    page = look()
    menu = page.menu("Port")
    page.settle()
    label = [label for label in menu.find_elements("css selector", "label") if label.text.split()[0] == "8080"][0]
    number = int(label.text.split()[1])
    label.click()
    assert page.one(".shown").text == f"{number} of 200 findings"
    assert set(page.column("Port")) == {"8080"}


def test_findings_are_filtered_by_their_evidence(look):
    page = look()
    menu = page.menu("Evidence")
    page.settle()
    label = [label for label in menu.find_elements("css selector", "label") if label.text.split()[0] == "alert"][0]
    label.click()
    assert page.one(".shown").text == "10 of 200 findings"
    assert all("alert" in text for text in page.column("Why"))


def test_a_severity_at_the_head_filters(look):
    page = look()
    page.one(".pill.high button").click()
    assert {text.split()[1] for text in page.column("Priority")} == {"high"}
    assert page.one(".pill.high button").get_attribute("aria-pressed") == "true"


def test_incidents_come_first_a_line_each(look):
    page = look(group=None)
    titles = page.texts("tr.group .title")
    assert len([title for title in titles if "one self-signed certificate" in title]) == 3
    # What is expected is one line, the last of all.
    assert " NTP" in titles[-1] and " expected: " in titles[-1]
    assert page.one("tr.group:last-child").get_attribute("class").endswith("folded")
    assert "NTP" not in " ".join(page.texts("#list tr[data-i]"))
    page.one("tr.group button").click()
    assert page.one("tr.group button").get_attribute("aria-expanded") == "true"
    remark = page.texts("tr.group .muted")[0]
    assert len(page.all("tr.member")) == int(remark.split()[0]) > 1


def test_a_filter_opens_incidents_and_what_is_expected(look):
    page = look(group=None)
    page.one("#more button:last-child").click()
    page.type("ovh")
    page.rows(int(page.one(".shown").text.split()[0]))


def test_an_address_leads_into_a_closed_incident(look):
    page = look(group=None)
    incident = next(incident for incident in page.data()["incidents"] if incident["isExpected"])
    anchor = page.data()["ids"][incident["of"][0]]
    page.run("location.hash = arguments[0]", anchor)
    page.settle()
    assert page.one("tr.detail article").get_attribute("id") == anchor


def test_groups_hold_their_findings_and_close(look):
    page = look(group="source")
    # The rows are laid out in two steps, so an element that was found may be another one soon after.
    source = page.run("return document.querySelector('tr.group .title').textContent")
    first = page.run("return document.querySelector('tr.group').nextElementSibling.cells[1].textContent")
    assert first == source
    page.run("document.querySelector('tr.group button').click()")
    assert page.run("return document.querySelector('tr.group button').ariaExpanded") == "false"
    assert source not in page.column("Source")
    # One alone is no group.
    assert not any(remark.startswith("1 finding ") for remark in page.texts("tr.group .muted"))


def test_more_findings_are_shown_when_asked_for(look):
    page = look()
    page.one("#more button:last-child").click()
    page.rows(200)
    assert page.all("#more button") == []


def test_columns_can_be_chosen_evidence_too(look):
    page = look()
    menu = page.menu("Columns")
    page.settle()
    for label in menu.find_elements("css selector", "label"):
        if label.text in ("Jitter", "Rhythm"):
            label.click()
    heads = page.texts("#list thead th")
    assert "Jitter" in heads and "Rhythm" not in heads
    assert page.column("Jitter")[0].endswith("%")


def test_what_is_shown_is_copied_as_csv(look):
    page = look()
    page.type("ovh")
    page.run("[...document.querySelectorAll('.tools button')].find((b) => b.textContent === 'Copy as CSV').click()")
    lines = page.run("return window.copied").split("\r\n")
    assert lines[0].startswith("priority,src_ip,dest_ip,host,why,interval,occurrences")
    assert len(lines) == int(page.one(".shown").text.split()[0]) + 2


def test_the_keyboard_reaches_opens_and_closes_findings(look):
    page = look()
    page.run("document.querySelector('#list tbody a').focus()")
    active = lambda: page.driver.switch_to.active_element
    active().send_keys(Keys.ARROW_DOWN)
    active().send_keys("j")
    assert page.run("return Number(document.activeElement.closest('tr').dataset.i)") == 2
    active().send_keys(Keys.ENTER)
    assert active().get_attribute("aria-expanded") == "true"
    assert len(page.all("tr.detail article")) == 1
    active().send_keys(Keys.ESCAPE)
    assert page.all("tr.detail") == []
    active().send_keys("/")
    assert active().get_attribute("type") == "search"
    # One row alone is a stop of the Tab key.
    assert len(page.all("#list tbody a[tabindex='0']")) == 1


def test_the_keyboard_opens_incidents_and_folds_what_is_expected(look):
    page = look(group=None)
    active = lambda: page.driver.switch_to.active_element
    page.run("document.querySelector('#list tbody button').focus()")
    active().send_keys(Keys.ENTER)
    assert active().get_attribute("aria-expanded") == "true"
    active().send_keys("j")
    assert page.run("return document.activeElement.closest('tr').className") == "member"
    active().send_keys("k")
    active().send_keys(Keys.ESCAPE)
    assert active().get_attribute("aria-expanded") == "false"
    assert page.all("tr.member") == []
    page.run("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'e', bubbles: true}))")
    assert active().get_attribute("aria-expanded") == "true"
    assert len(page.all("tr.member")) > 1
    active().send_keys("e")
    assert page.all("tr.member") == []
    assert len(page.all("#list tbody :is(a, button)[tabindex='0']")) == 1
