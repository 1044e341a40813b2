// Beginning: what stands in the page already is taken over.
const themes = ["", "light", "dark"];
const themeNames = { "": "Auto", light: "Light", dark: "Dark" };
const buildSwitches = () => {
  const clock = make("button", { type: "button" });
  const theme = make("button", { type: "button" });
  const name = () => {
    clock.textContent = isLocal ? "Local time" : "UTC";
    clock.setAttribute("aria-label", `Times in ${isLocal ? "local time" : "UTC"}; change`);
    const chosen = root.dataset.theme ?? "";
    theme.textContent = themeNames[chosen];
    theme.setAttribute("aria-label", `Colours: ${themeNames[chosen]}; change`);
  };
  clock.addEventListener("click", () => {
    isLocal = !isLocal;
    name();
    relabelPage();
    if (body) render();
    say(`Times are in ${zoneName()}`);
  });
  theme.addEventListener("click", () => {
    const next = themes[(themes.indexOf(root.dataset.theme ?? "") + 1) % themes.length];
    if (next === "") delete root.dataset.theme; else root.dataset.theme = next;
    try {
      if (next === "") localStorage.removeItem("flare-theme"); else localStorage.setItem("flare-theme", next);
    } catch { /* not every browser remembers for a file; the choice holds until the page is left */ }
    name();
  });
  name();
  byId("switches").append(clock, theme);
};

buildSwitches();
if (body) {
  [...body.rows].forEach((row, i) => finishRow(row, i));
  [...table.tHead.rows[0].cells].forEach((th, place) => headCell(th, data.table[place]));
  markSorted();
  buildTools();
  startOverview();
  startKeys();
  listed = selected();
  render();
  fitTable();
  showInOverview(listed);
  const follow = () => {
    const i = places.get(location.hash.slice(1));
    if (i !== undefined) goTo(i);
  };
  addEventListener("hashchange", follow);
  addEventListener("resize", fitTable);
  follow();
}
if (isLocal) relabelPage();
performance.mark("flare-ready");
// What the first search will look into is put together before it is asked for.
setTimeout(searchTexts, 0);
