// The keyboard: one row at a time is reachable by Tab, arrows go to the others.
let current = null;
const setCurrent = (link) => {
  if (current) current.tabIndex = -1;
  current = link;
  if (link) link.tabIndex = 0;
};
const move = (step) => {
  const links = openers();
  if (links.length === 0) return;
  const place = links.indexOf(document.activeElement);
  const target = step === "first" ? 0 : step === "last" ? links.length - 1 : Math.min(links.length - 1, Math.max(0, place < 0 ? links.indexOf(current) : place + step));
  setCurrent(links[target]);
  links[target].focus();
  links[target].closest("tr").scrollIntoView({ block: "nearest" });
};
const showExpected = () => {
  const fold = body.querySelector("tr.folded");
  if (!fold) return;
  toggleGroup(fold);
  const button = body.querySelector("tr.folded button");
  setCurrent(button);
  button.focus();
};
const startKeys = () => {
  body.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-i], tr.group");
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey || String(getSelection()) !== "") return;
    event.preventDefault();
    setCurrent(row.cells[0].firstChild);
    if (row.dataset.key) toggleGroup(row); else toggle(Number(row.dataset.i));
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const inField = event.target.closest("input, select, textarea, .menu");
    if (event.key === "/" && !inField) { event.preventDefault(); searchField.focus(); return; }
    if (inField) {
      if (event.key === "ArrowDown" && event.target === searchField) { event.preventDefault(); move("first"); }
      return;
    }
    const onRow = event.target.closest("tr[data-i], tr.group, tr.detail");
    const steps = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1, Home: "first", End: "last" };
    if (event.key in steps && ((onRow && !onRow.matches(".detail")) || event.key === "j" || event.key === "k")) {
      event.preventDefault();
      move(steps[event.key]);
    } else if (event.key === "e") {
      showExpected();
    } else if (event.key === "Escape" && onRow?.dataset.key) {
      toggleGroup(onRow, false);
    } else if (event.key === "Escape" && onRow) {
      const row = onRow.dataset.i ? onRow : onRow.previousElementSibling;
      toggle(Number(row.dataset.i), false);
      row.cells[0].firstChild.focus();
    }
  });
};
