// The tools above the table.
const facetLimit = 200;
const facetLabels = { chips: "Evidence", dest_port: "Port", proto: "Protocol", dest_whois: "Owner", detector: "Detector", src_ip: "Source" };

const menu = (name, body, isEnd = false) => {
  const element = make("details", { class: isEnd ? "menu end" : "menu" }, make("summary", {}, name), body);
  element.addEventListener("toggle", () => {
    if (!element.open) return;
    for (const other of document.querySelectorAll(".menu[open]")) if (other !== element) other.open = false;
  });
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !element.open) return;
    element.open = false;
    element.querySelector("summary").focus();
    event.stopPropagation();
  });
  return element;
};
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll(".menu[open]")) if (!open.contains(event.target)) open.open = false;
});

const facetMenu = (name) => {
  const body = make("div", { role: "group", "aria-label": facetLabels[name] });
  const element = menu(facetLabels[name], body);
  const chosen = selection.chosen.get(name);
  const mark = () => {
    element.classList.toggle("active", chosen.size > 0);
    element.querySelector("summary").textContent = chosen.size > 0 ? `${facetLabels[name]} (${chosen.size})` : facetLabels[name];
  };
  element.addEventListener("toggle", () => {
    if (!element.open) return;
    const words = wordsOf(selection.text);
    const counts = new Map([...chosen].map((value) => [value, 0]));
    for (let i = 0; i < count; i += 1) {
      if (!passes(i, words, name)) continue;
      for (const value of facetValues(name, i)) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    const sorted = [...counts].sort((a, b) => chosen.has(b[0]) - chosen.has(a[0]) || b[1] - a[1]);
    body.replaceChildren();
    if (chosen.size > 0) {
      const clear = make("button", { type: "button", class: "clear" }, "Show all");
      clear.addEventListener("click", () => { chosen.clear(); element.open = false; mark(); update(); });
      body.append(clear);
    }
    for (const [value, number] of sorted.slice(0, facetLimit)) {
      const box = make("input", { type: "checkbox", checked: chosen.has(value) });
      box.addEventListener("change", () => {
        if (box.checked) chosen.add(value); else chosen.delete(value);
        mark();
        update();
      });
      body.append(make("label", {}, box, make("span", {}, value === "" ? "none" : value), make("small", {}, readableCount(number))));
    }
    if (sorted.length > facetLimit) body.append(make("p", { class: "muted" }, `${sorted.length - facetLimit} more: search for them`));
  });
  element.refresh = mark;
  return element;
};

// The severities at the head of the page let through what they name.
let severityButtons = [];
const buildSeverities = () => {
  const chosen = selection.chosen.get("severity");
  for (const pill of document.querySelectorAll(".severities .pill")) {
    const severity = pill.classList[1];
    const button = make("button", { type: "button", "aria-pressed": "false", title: `Show ${severity} findings only` }, ...pill.childNodes);
    button.addEventListener("click", () => {
      if (!chosen.delete(severity)) chosen.add(severity);
      markSeverities();
      update();
    });
    severityButtons.push([severity, button]);
    pill.replaceChildren(button);
  }
};
const markSeverities = () => {
  for (const [severity, button] of severityButtons) button.setAttribute("aria-pressed", String(selection.chosen.get("severity").has(severity)));
};

const columnMenu = () => {
  const body = make("div", { role: "group", "aria-label": "Columns" });
  const element = menu("Columns", body, true);
  element.addEventListener("toggle", () => {
    if (!element.open) return;
    body.replaceChildren();
    const shown = shownColumns();
    const rest = data.fields.filter((field) => !data.table.includes(field.name) && field.name !== "severity" && field.name !== "host");
    for (const name of [...data.table, ...rest.map((field) => field.name)]) {
      if (name === "priority") continue;
      const box = make("input", { type: "checkbox", checked: shown.has(name) });
      box.addEventListener("change", () => showColumn(name, box.checked));
      body.append(make("label", {}, box, make("span", {}, labelOf(name))));
    }
  });
  return element;
};

let searchField = null;
let groupChoice = null;
let shownText = null;
let facetMenus = [];
const buildTools = () => {
  searchField = make("input", { type: "search", placeholder: "Filter by any word", "aria-label": "Filter the findings", spellcheck: "false" });
  searchField.addEventListener("input", () => { selection.text = searchField.value; update(); });
  groupChoice = make("select", { "aria-label": "Group the findings" }, make("option", { value: "" }, "Not grouped"));
  for (const [value, { label: text }] of Object.entries(groupings)) groupChoice.append(make("option", { value }, text));
  groupChoice.value = data.group;
  groupChoice.addEventListener("change", () => { limit = pageSize; render(); fitTable(); });
  const csv = make("button", { type: "button" }, "Copy as CSV");
  csv.addEventListener("click", () => copy(csvOfShown(), "Table"));
  shownText = make("span", { class: "shown", "aria-live": "polite" });
  const useful = facetColumns.filter((name) => new Set(data.ids.flatMap((_, i) => facetValues(name, i))).size > 1);
  facetMenus = useful.map(facetMenu);
  buildSeverities();
  byId("tools").append(searchField, ...facetMenus, groupChoice, columnMenu(), csv, shownText);
};

const clearSelection = () => {
  selection.text = "";
  searchField.value = "";
  for (const chosen of selection.chosen.values()) chosen.clear();
  for (const element of facetMenus) element.refresh();
  markSeverities();
};

// The rows and columns that are shown, as RFC 4180 has it; a cell cannot become a formula.
const csvOfShown = () => {
  const shown = [...shownColumns()].filter((name) => name !== "rhythm" && !data.run.includes(name));
  const names = [...shown.flatMap((name) => (name === "dest_ip" ? [name, "host"] : [name])), ...data.run];
  const cell = (value, field) => {
    if (value === null) return "";
    if (typeof value === "number") return field?.type === "time" ? new Date(value * 1000).toISOString() : String(value);
    const inert = String(value).replace(/(^|[;\t\r\n])([ "]*)([=+\-@＝＋－＠\t\r\n])/g, "$1$2'$3");
    return /[",;\r\n]|^ | $/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
  };
  const lines = [names.join(",")];
  for (const i of listed) lines.push(names.map((name) => cell(fieldOf(name, i), fields.get(name))).join(","));
  return `${lines.join("\r\n")}\r\n`;
};
