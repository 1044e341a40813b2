"""Opens a page and an empty one by turns and prints medians and their ratio: measure.py PAGE [ROUNDS]."""

import statistics
import sys
import tempfile
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

OPENED_WITHIN = 1000
FILTERED_WITHIN = 100
LARGEST = 10_000_000

EMPTY = "<!doctype html><meta charset=utf-8><title>empty</title><link rel=icon href='data:,'><p>empty"
# Milliseconds from the start of the navigation until the table takes clicks and was laid out.
READY = """
const done = arguments[0];
const mark = performance.getEntriesByName("flare-ready")[0];
const navigation = performance.getEntriesByType("navigation")[0];
document.documentElement.getBoundingClientRect();
requestAnimationFrame(() => setTimeout(() => done([
  mark ? mark.startTime : navigation.domContentLoadedEventEnd,
  navigation.loadEventEnd,
  performance.getEntriesByType("paint")[0]?.startTime ?? 0]), 0));
"""
# Milliseconds from a changed filter until the rows are laid out.
FILTER = """
const field = document.querySelector("input[type=search]");
const start = performance.now();
field.value = arguments[0];
field.dispatchEvent(new Event("input"));
document.documentElement.getBoundingClientRect();
return performance.now() - start;
"""
WORDS = ["a", "ov", "ovh", "ovh beacon", "192.168.1", "curl", "no such thing", ""]


def main():
    page = Path(sys.argv[1]).resolve()
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 9
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1280,900"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    try:
        with tempfile.TemporaryDirectory() as folder:
            empty = Path(folder) / "empty.html"
            empty.write_text(EMPTY)
            opened, filtered, nothing = [], [], []
            for _ in range(rounds):
                driver.get(empty.as_uri())
                nothing.append(driver.execute_async_script(READY))
                driver.get(page.as_uri())
                opened.append(driver.execute_async_script(READY))
                filtered.extend(driver.execute_script(FILTER, word) for word in WORDS)
    finally:
        driver.quit()
    ready = statistics.median(times[0] for times in opened)
    bare = statistics.median(times[0] for times in nothing)
    worst = max(filtered)
    print(f"usable after {ready:.0f} ms (median of {rounds}; first paint {statistics.median(t[2] for t in opened):.0f} ms)")
    print(f"an empty page {bare:.0f} ms; ratio {ready / max(bare, 1):.1f}")
    print(f"a filter answers in {statistics.median(filtered):.0f} ms (median), {worst:.0f} ms at worst of {len(filtered)}")
    size = page.stat().st_size
    late = ready > OPENED_WITHIN or worst > FILTERED_WITHIN or size > LARGEST
    print("beyond its bounds" if late else "within its bounds")
    sys.exit(1 if late else 0)


main()
