"""Pages made by generate-report, and a headless Chromium that looks at them."""

import os
import subprocess
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

# What a page would do to a reader who opened it in a browser that had run the attacker's script.
OWNED = "return window.owned"
# Keeps what the page copies, since a headless browser has no clipboard to look into.
CATCH_COPIES = (
    "Object.defineProperty(navigator, 'clipboard', {value: {writeText: async (text) => { window.copied = text; }}});"
)


class Page:
    """A page in a browser of its own."""

    def __init__(self, path, width=1280, height=900, dark=False, script=True, zone="UTC"):
        options = webdriver.ChromeOptions()
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        service = Service("/usr/bin/chromedriver" if Path("/usr/bin/chromedriver").exists() else None)
        self.driver = webdriver.Chrome(options=options, service=service)
        self.command("Page.addScriptToEvaluateOnNewDocument", source=CATCH_COPIES)
        self.command("Emulation.setTimezoneOverride", timezoneId=zone)
        self.resize(width, height)
        if dark:
            self.command(
                "Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}]
            )
        if not script:
            self.command("Emulation.setScriptExecutionDisabled", value=True)
        self.address = Path(path).as_uri()
        self.driver.get(self.address)

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def resize(self, width, height=900):
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def one(self, selector):
        return self.driver.find_element("css selector", selector)

    def texts(self, selector):
        """What the visible elements say."""
        return self.run(
            """return [...document.querySelectorAll(arguments[0])]
                 .filter((e) => e.checkVisibility()).map((e) => e.innerText.trim())""",
            selector,
        )

    def column(self, name):
        """What stands in a column of the table, by the words over it."""
        return self.run(
            """const place = [...document.querySelectorAll("#list thead th")]
                 .findIndex((th) => th.textContent.trim() === arguments[0]) + 1;
               return [...document.querySelectorAll(`#list tbody tr[data-i] > td:nth-child(${place})`)]
                 .map((td) => td.innerText.trim())""",
            name,
        )

    def rows(self, number):
        """Waits until so many findings are listed."""
        WebDriverWait(self.driver, 20).until(lambda _: len(self.all("#list tbody tr[data-i]")) == number)

    def sort_by(self, name):
        self.run(
            """[...document.querySelectorAll("#list thead button")]
                 .find((button) => button.textContent.trim() === arguments[0]).click()""",
            name,
        )

    def type(self, text):
        field = self.one("input[type=search]")
        field.clear()
        field.send_keys(text)

    def group(self, by):
        """Gathers findings by incident, destination or source, or not at all."""
        self.run(
            """const select = document.querySelector("select[aria-label^=Group]");
               select.value = arguments[0]; select.dispatchEvent(new Event("change"))""",
            by,
        )

    def menu(self, name):
        """Opens a menu above the table."""
        self.run(
            """const menu = [...document.querySelectorAll(".menu")]
                 .find((menu) => menu.querySelector("summary").textContent.startsWith(arguments[0]));
               menu.open = true""",
            name,
        )
        return [menu for menu in self.all(".menu[open]")][0]

    def settle(self):
        """Waits until the browser has drawn, and told open menus that they are open."""
        self.driver.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0], 0))")

    def data(self):
        """The findings as the file carries them."""
        import json

        text = Path(self.address.removeprefix("file://")).read_text()
        start = '<script type="application/json" id="data">'
        return json.loads(text.split(start)[1].split("</script>")[0])


@pytest.fixture(scope="session")
def pages(tmp_path_factory):
    """Writes each page once: pages("small", count, hours, "hostile")."""
    folder = tmp_path_factory.mktemp("pages")
    made = {}

    def make(count, hours=24, *more):
        key = (count, hours, *more)
        if key not in made:
            made[key] = folder / f"{'-'.join(map(str, key))}.html"
            command = [os.environ["FLARE_GENERATE_REPORT"], str(made[key]), str(count), str(hours), *more]
            subprocess.run(command, check=True)
        return made[key]

    return make


@pytest.fixture
def look(pages):
    """Opens a page, its findings not grouped; when the test is over, nothing may stand in the console and no script but the page's have run."""
    opened = []

    def open_page(count=200, hours=24, *more, group="", **settings):
        page = Page(pages(count, hours, *more), **settings)
        opened.append((page, settings.get("script", True)))
        if settings.get("script", True) and count > 0 and group is not None:
            page.group(group)
        return page

    yield open_page
    try:
        for page, has_script in opened:
            assert page.driver.get_log("browser") == []
            if has_script:
                assert page.run(OWNED) is None
    finally:
        for page, _ in opened:
            page.driver.quit()
