// The table: rows are made when they are to be shown.
const table = byId("list");
const body = table?.tBodies[0];
const pageSize = 100;
// Rows that are made while someone still types; the others of a page follow when there is quiet.
const firstSize = 40;
const quiet = 200;
const rows = new Map();
const opened = new Set();
const closedGroups = new Set();
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
const groupRow = (group) => {
  const isOpen = !closedGroups.has(group.title);
  const button = make("button", { type: "button", "aria-expanded": String(isOpen) },
    make("b", {}, group.title), make("span", { class: "muted" }, group.remark),
    make("span", { class: `pill ${valueOf("severity", group.top)}` }, valueOf("priority", group.top).toFixed(2)));
  button.addEventListener("click", () => {
    if (isOpen) closedGroups.add(group.title); else closedGroups.delete(group.title);
    render();
  });
  return make("tr", { class: "wide group", "data-group": group.title }, make("th", { scope: "rowgroup", colspan: data.table.length + extra.length }, button));
};

// Rows are laid out anew; whoever was at one with the keyboard still is.
const keepingPlace = (layOut) => {
  const focused = body.contains(document.activeElement) ? document.activeElement : null;
  const group = focused?.closest("tr.group")?.dataset.group;
  layOut();
  const again = focused?.isConnected ? focused
    : group === undefined ? null : [...body.querySelectorAll("tr.group")].find((row) => row.dataset.group === group)?.querySelector("button");
  again?.focus({ preventScroll: true });
  const link = again?.matches("tr[data-i] > td > a") ? again : current?.isConnected ? current : body.querySelector("tr[data-i] > td > a");
  setCurrent(link);
};

const render = () => keepingPlace(() => {
  const by = groupChoice.value;
  const parts = by === "" ? [{ members: listed }] : grouped(listed, by);
  const children = [];
  let left = limit;
  let total = 0;
  for (const group of parts) {
    const isClosed = group.title !== undefined && closedGroups.has(group.title);
    if (left > 0 && group.title !== undefined) children.push(groupRow(group));
    const members = isClosed ? [] : group.members.slice(0, Math.max(0, left));
    makeRows(members);
    for (const i of members) {
      dressRow(rows.get(i), i);
      children.push(rows.get(i));
      if (opened.has(i)) children.push(detailRow(i));
    }
    left -= members.length + (group.title === undefined ? 0 : 1);
    total += isClosed ? 0 : group.members.length;
  }
  if (listed.length === 0) children.push(make("tr", { class: "wide" }, make("td", { class: "nothing", colspan: data.table.length + extra.length }, "No finding fits. Loosen the filter to see more.")));
  body.replaceChildren(...children);
  shownText.textContent = listed.length === count ? plural(count, "finding") : `${readableCount(listed.length)} of ${plural(count, "finding")}`;
  showMore(total);
});

const showMore = (total) => {
  const place = byId("more");
  place.replaceChildren();
  const made = body.querySelectorAll("tr[data-i]").length;
  if (made >= total) return;
  const more = make("button", { type: "button" }, `Show ${readableCount(Math.min(pageSize * 2, total - made))} more`);
  more.addEventListener("click", () => { limit += pageSize * 2; render(); });
  const all = make("button", { type: "button" }, `Show all ${readableCount(total)}`);
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
  const place = listed.indexOf(i);
  if (groupChoice.value !== "") groupChoice.value = "";
  limit = Math.max(limit, place + 20);
  render();
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
  if (name in drawnColumns) return th;
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
