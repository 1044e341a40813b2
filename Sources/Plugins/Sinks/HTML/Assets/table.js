// The table: rows are made when they are to be shown.
const table = byId("list");
const body = table?.tBodies[0];
const pageSize = 100;
// Rows that are made while someone still types; the others of a page follow when there is quiet.
const firstSize = 24;
const quiet = 200;
const rows = new Map();
const opened = new Set();
// Fields that are shown as columns beyond the table's own.
let extra = [];
let listed = [];
let limit = pageSize;

// Rows beyond the first stand in the page as text, for browsers without script; each on a line of its own.
let restLines = null;
const lineOf = (i) => {
  restLines ??= (byId("rest")?.textContent ?? "").split("\n").filter((line) => line.startsWith("<tr>"));
  return restLines[i - data.drawn];
};

const finishRow = (row, i) => {
  const link = row.cells[0].firstChild;
  link.setAttribute("aria-expanded", "false");
  link.tabIndex = -1;
  row.dataset.i = i;
  const rhythm = data.table.indexOf("rhythm");
  row.cells[rhythm].append(beat(i));
  rows.set(i, row);
};
const makeRows = (list) => {
  const missing = list.filter((i) => !rows.has(i));
  if (missing.length === 0) return;
  const holder = document.createElement("template");
  holder.innerHTML = `<table><tbody>${missing.map(lineOf).join("")}</table>`;
  const made = [...holder.content.firstChild.rows];
  missing.forEach((i, place) => finishRow(document.adoptNode(made[place]), i));
};

const timeCells = ["first_seen", "last_seen"].map((name) => [data.table.indexOf(name), name]);
const dressRow = (row, i) => {
  for (const [place, name] of timeCells) {
    const time = valueOf(name, i);
    row.cells[place].textContent = time === null ? "" : minute(time);
  }
  while (row.cells.length > data.table.length) row.lastElementChild.remove();
  for (const name of extra) {
    const field = fields.get(name);
    row.append(make("td", { class: typeof fieldOf(name, i) === "number" && field.type !== "time" ? "num" : "" }, readable(fieldOf(name, i), field)));
  }
  const isOpen = opened.has(i);
  row.classList.toggle("open", isOpen);
  const link = row.cells[0].firstChild;
  link.setAttribute("aria-expanded", String(isOpen));
};

const detailRow = (i) => make("tr", { class: "wide detail" }, make("td", { colspan: data.table.length + extra.length }, articleOf(i)));

// Groups are closed where they are incidents, and open where somebody looks for something.
const openGroups = new Map();
const isGroupOpen = (group) => openGroups.get(group.key) ?? (groupChoice.value !== "incident" || listed.length < count);
const groupRow = (group) => {
  const severity = valueOf("severity", group.top);
  const button = make("button", { type: "button", class: severity, tabindex: "-1", "aria-expanded": String(isGroupOpen(group)), "aria-label": `${group.title}, ${severity}` },
    valueOf("priority", group.top).toFixed(2), make("span", {}, ` ${severity}`));
  const chips = [...new Set(group.members.flatMap((i) => data.chips.of[i]))].slice(0, 3).map(chipOf);
  return make("tr", { class: `wide group${isGroupOpen(group) ? " open" : ""}${group.isFolded ? " folded" : ""}`, "data-key": group.key },
    make("td", {}, button),
    make("th", { scope: "rowgroup", colspan: data.table.length + extra.length - 1 }, make("span", { class: "title" }, group.title), ...(group.isFolded ? [] : chips), make("span", { class: "muted" }, group.remark)));
};
const toggleGroup = (row, isOpen) => {
  const group = shownGroups.get(row.dataset.key);
  openGroups.set(group.key, isOpen ?? !isGroupOpen(group));
  render();
};

// Rows are laid out anew; whoever was at one with the keyboard still is.
const openers = () => [...body.querySelectorAll("tr > td:first-child > :is(a, button)")];
const keepingPlace = (layOut) => {
  const focused = body.contains(document.activeElement) ? document.activeElement : null;
  const key = (focused ?? current)?.closest("tr.group")?.dataset.key;
  layOut();
  const again = key === undefined ? null : [...body.querySelectorAll("tr.group")].find((row) => row.dataset.key === key)?.querySelector("button");
  if (focused) (focused.isConnected ? focused : again)?.focus({ preventScroll: true });
  setCurrent(again ?? (current?.isConnected ? current : openers()[0]));
};

let shownGroups = new Map();
const render = () => keepingPlace(() => {
  const groups = grouped(listed, groupChoice.value);
  shownGroups = new Map(groups.map((group) => [group.key, group]));
  const children = [];
  // Lines that there are, and those that are made; what is folded always has its line.
  let lines = 0;
  let made = 0;
  for (const group of groups) {
    const hasTitle = group.title !== undefined;
    const members = hasTitle && !isGroupOpen(group) ? [] : group.members;
    lines += members.length + (hasTitle ? 1 : 0);
    const left = group.isFolded ? limit : limit - made;
    if (left <= 0) continue;
    if (hasTitle) children.push(groupRow(group));
    const shown = members.slice(0, left);
    made += shown.length + (hasTitle ? 1 : 0);
    makeRows(shown);
    for (const i of shown) {
      dressRow(rows.get(i), i);
      rows.get(i).classList.toggle("member", hasTitle);
      children.push(rows.get(i));
      if (opened.has(i)) children.push(detailRow(i));
    }
  }
  if (listed.length === 0) children.push(make("tr", { class: "wide" }, make("td", { class: "nothing", colspan: data.table.length + extra.length }, "No finding fits. Loosen the filter to see more.")));
  body.replaceChildren(...children);
  shownText.textContent = listed.length === count ? plural(count, "finding") : `${readableCount(listed.length)} of ${plural(count, "finding")}`;
  showMore(lines, lines - made);
});

const showMore = (lines, left) => {
  const place = byId("more");
  place.replaceChildren();
  if (left <= 0) return;
  const more = make("button", { type: "button" }, `Show ${readableCount(Math.min(pageSize * 2, left))} more`);
  more.addEventListener("click", () => { limit += pageSize * 2; render(); });
  const all = make("button", { type: "button" }, `Show all ${readableCount(lines)}`);
  all.addEventListener("click", () => { limit = Infinity; render(); fitTable(); });
  place.append(more, all);
};

// Where the table fits its place, its head can stay in sight while the page scrolls.
const fitTable = () => {
  const scroller = table.parentElement;
  scroller.classList.remove("fits");
  root.style.setProperty("--tools", `${byId("tools").offsetHeight}px`);
  scroller.classList.toggle("fits", table.scrollWidth <= scroller.clientWidth + 1);
};

let growing = null;
const update = () => {
  listed = selected();
  limit = firstSize;
  render();
  clearTimeout(growing);
  growing = setTimeout(() => {
    limit = Math.max(limit, pageSize);
    render();
    fitTable();
    showInOverview(listed);
  }, quiet);
};

// Opening and closing.
const toggle = (i, isOpen = !opened.has(i)) => {
  const row = rows.get(i);
  if (!row?.isConnected) return;
  if (isOpen === opened.has(i)) return;
  if (isOpen) {
    opened.add(i);
    row.after(detailRow(i));
    history.replaceState(null, "", `#${data.ids[i]}`);
  } else {
    opened.delete(i);
    row.nextElementSibling?.remove();
    if (location.hash === `#${data.ids[i]}`) history.replaceState(null, "", location.pathname + location.search);
  }
  dressRow(row, i);
};
// Opens a finding wherever it stands, and goes there.
const goTo = (i) => {
  if (!listed.includes(i)) { clearSelection(); listed = selected(); }
  const group = grouped(listed, groupChoice.value).find((part) => part.members.includes(i));
  if (group.key) openGroups.set(group.key, true);
  render();
  while (!rows.get(i)?.isConnected) { limit *= 2; render(); }
  toggle(i, true);
  const link = rows.get(i).cells[0].firstChild;
  setCurrent(link);
  link.focus({ preventScroll: true });
  rows.get(i).scrollIntoView({ block: "start" });
};

// Columns.
const shownColumns = () => {
  const cells = [...table.tHead.rows[0].cells];
  const names = [...data.table, ...extra];
  return new Set(names.filter((_, place) => getComputedStyle(cells[place]).display !== "none"));
};
const showColumn = (name, isShown) => {
  const shown = shownColumns();
  if (isShown) shown.add(name); else shown.delete(name);
  table.classList.remove("auto");
  data.table.forEach((column, place) => table.classList.toggle(`hide${place}`, !shown.has(column)));
  extra = [...shown].filter((column) => !data.table.includes(column));
  const head = table.tHead.rows[0];
  while (head.cells.length > data.table.length) head.lastElementChild.remove();
  for (const column of extra) head.append(headCell(make("th", { scope: "col", title: fields.get(column)?.meaning ?? "" }, labelOf(column)), column));
  render();
  fitTable();
};

// Sorting.
const headCell = (th, name) => {
  if (name === "rhythm") return th;
  const button = make("button", { type: "button" }, ...th.childNodes);
  button.addEventListener("click", () => {
    const wasThis = selection.column === name;
    selection.isDescending = wasThis ? !selection.isDescending : typeof data.ids.map((_, i) => fieldOf(name, i)).find((value) => value !== null) === "number";
    selection.column = name;
    markSorted();
    update();
    say(`Sorted by ${labelOf(name)}, ${selection.isDescending ? "largest first" : "smallest first"}`);
  });
  th.replaceChildren(button);
  th.dataset.column = name;
  return th;
};
const markSorted = () => {
  for (const th of table.tHead.rows[0].cells) {
    if (th.dataset.column === selection.column) th.setAttribute("aria-sort", selection.isDescending ? "descending" : "ascending");
    else th.removeAttribute("aria-sort");
  }
};
