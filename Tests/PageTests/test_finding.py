"""A finding opened: in place, by its address, with what can be taken along."""

import re


def test_a_click_opens_a_finding_in_place(look):
    page = look()
    page.one("#list tbody tr:nth-child(3) td:nth-child(2)").click()
    article = page.one("tr.detail article")
    assert article.find_element("css selector", ".sentence").text.startswith("calls every")
    assert [svg.get_attribute("class") for svg in article.find_elements("css selector", "svg.picture")] == [
        "picture raster",
        "picture histogram",
        "picture sizes",
    ]
    assert page.run("return location.hash") == f"#{article.get_attribute('id')}"


def test_an_address_leads_to_its_finding_also_far_down(look):
    page = look(5000)
    anchor = page.data()["ids"][4321]
    page.run("location.hash = arguments[0]", anchor)
    page.settle()
    assert page.one("tr.detail article").get_attribute("id") == anchor
    assert page.run("return document.activeElement.hash") == f"#{anchor}"
    top = page.run("return document.activeElement.getBoundingClientRect().top")
    assert 0 <= top < 900


def test_an_address_leads_to_its_finding_past_a_filter(look):
    page = look()
    page.type("ovh")
    values = page.data()["values"]["dest_whois"]
    other = next(i for i, at in enumerate(values["at"]) if values["texts"][at] != "OVH, FR")
    page.run("location.hash = arguments[0]", page.data()["ids"][other])
    page.settle()
    assert page.one("tr.detail article").get_attribute("id") == page.data()["ids"][other]


def test_findings_with_and_without_drawn_pictures_tell_the_same(look):
    page = look()
    ids = page.data()["ids"]
    told = []
    for i in (99, 100):
        page.run("location.hash = arguments[0]", ids[i])
        page.settle()
        article = f"#{ids[i]}"
        page.run("document.querySelectorAll(`${arguments[0]} details`).forEach((part) => { part.open = true; })", article)
        told.append(
            {
                "parts": page.texts(f"{article} h4"),
                "labels": page.run(
                    """return [...document.querySelectorAll(`${arguments[0]} :is(.name, dt)`)]
                         .map((e) => e.textContent).filter((text) => text !== "Incident reasons")""",
                    article,
                ),
                "sum": re.sub(r"[-+−.\d]+", "", page.one(f"{article} .sum").text),
                "pictures": page.texts(f"{article} .pictures figcaption"),
                "links": [text for text in page.texts(f"{article} .links a") if text != "Search"],
                "command": re.sub(r"\S+$", "", page.one(f"{article} pre").text),
                "actions": page.texts(f"{article} .actions button"),
            }
        )
    told[0]["pictures"][0] = told[0]["pictures"][0].replace(", row by row", "")
    assert told[0] == told[1]


def test_links_carry_the_findings_values_encoded(look):
    page = look()
    hosts = page.data()["values"]["host"]
    for i in (next(i for i in range(100) if hosts["at"][i] >= 0), next(i for i in range(100, 200) if hosts["at"][i] >= 0)):
        page.run("location.hash = arguments[0]", page.data()["ids"][i])
        page.settle()
        article = f"#{page.data()['ids'][i]}"
        links = {link.text: link for link in page.all(f"{article} .links a")}
        host = hosts["texts"][hosts["at"][i]]
        assert links["Search"].get_attribute("href").endswith(f"&host={host}")
        assert links["Kibana"].get_attribute("href").startswith("https://kibana.example:5601/app/discover")
        assert links["Kibana"].get_attribute("rel") == "noopener noreferrer"


def test_entries_and_filters_are_copied(look):
    page = look()
    page.one("#list tbody a").click()
    source, peers = page.column("Source")[0], page.data()["values"]["dest_ip"]
    peer = peers["texts"][peers["at"][0]]
    copies = {}
    for button in page.all("tr.detail .actions button"):
        name = button.text
        button.click()
        page.settle()
        copies[name] = page.run("return window.copied")
    assert copies["Copy allowlist entry"].startswith(f'- network: "{peer}"\n  port: ')
    assert f'  from: "{source}"\n  reason: ""\n' in copies["Copy allowlist entry"]
    assert copies["Copy BPF filter"].startswith(f"host {source} and host {peer} and ")
    assert re.fullmatch(r"flare rules FINDINGS.json [0-9a-f]{16}", copies["Copy command for rules"])
    assert copies["Copy verdict"].endswith(" --as benign --note 'WHY' --history flare.sqlite")
    assert copies["Copy command"].startswith(f"flare run PIPELINE.yaml --explain {source},{peer},")
    assert copies["Copy link"] == page.run("return location.href")


def test_rules_for_other_tools_are_copied(look):
    page = look()
    page.one("#list tbody a").click()
    page.one("tr.detail .rules > summary").click()
    copies = {}
    for button in page.all("tr.detail .rules button"):
        button.click()
        page.settle()
        copies[button.find_element("xpath", "..").text.split()[0]] = page.run("return window.copied")
    assert list(copies) == ["Suricata", "Sigma", "KQL", "EQL", "SPL", "Zeek"]
    assert re.match(r"alert \w+ \$HOME_NET any -> .* sid:\d+; rev:1;\)\n", copies["Suricata"])
    assert copies["Zeek"].startswith("#fields\tindicator\tindicator_type\t")


def test_the_overview_names_and_opens_the_finding_under_the_pointer(look):
    page = look(60)
    spot = page.run(
        """const dots = document.querySelector("svg.overview .dots");
           const path = [...dots.querySelectorAll("path")].at(-1).getAttribute("d");
           const [, x, y] = path.match(/M(\\d+) (\\d+)h0/);
           dots.scrollIntoView({block: "center"});
           const box = dots.getBoundingClientRect();
           return [box.left + x / 1000 * box.width, box.top + y / 1000 * box.height]"""
    )
    for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
        page.command("Input.dispatchMouseEvent", type=kind, x=spot[0], y=spot[1], button="left", clickCount=1)
        if kind == "mouseMoved":
            page.settle()
            named = page.one("#tip b").text
            assert "→" in named
    page.settle()
    assert page.one("tr.detail article h3").text == named


def test_times_are_shown_in_the_readers_zone_on_demand(look):
    page = look(zone="Asia/Tokyo", width=1700)
    before = page.column("Since")[0]
    page.one("#list tbody a").click()
    page.one("#switches button").click()
    after = page.column("Since")[0]
    assert int(after[11:13]) == (int(before[11:13]) + 9) % 24
    assert page.one(".window").text.startswith("2026-01-31 09:00 to 2026-02-01 09:00 Asia/Tokyo")
    numbers = page.run(
        """return [...document.querySelectorAll("tr.detail .numbers li")]
             .find((li) => li.firstChild.textContent === "Since").lastChild.textContent"""
    )
    assert numbers.startswith(after)
