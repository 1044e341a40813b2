// The overview: naming the dot under the pointer, opening it, and showing only what the filter lets through.
const overview = document.querySelector("svg.overview");
const dots = overview?.querySelector(".dots");
let dotPlaces = [];
let visibleDots = [];
const diameters = [6, 8, 10, 13, 16, 20];
const severities = ["low", "medium", "high", "critical"];
const dotSize = (i) => Math.min(5, Math.max(0, Math.trunc(Math.log10(Math.max(1, valueOf("occurrences", i) ?? 1)) * 1.6)));
const dotClass = (i) => `${valueOf("severity", i)} d${dotSize(i)}`;

const placeDots = () => {
  const [least, most, low, high] = ["least", "most", "low", "high"].map((name) => Number(dots.dataset[name]));
  dotPlaces = data.ids.map((_, i) => {
    const interval = valueOf("interval", i);
    if (!(interval > 0)) return null;
    const up = (valueOf("weight", i) - low) / (high - low);
    return [Math.trunc((Math.log(interval / least) / Math.log(most / least)) * 1000), Math.trunc((1 - up) * 1000)];
  });
};
const showInOverview = (list) => {
  if (!dots) return;
  if (dotPlaces.length === 0) placeDots();
  visibleDots = list.filter((i) => dotPlaces[i]);
  const paths = new Map();
  for (const i of visibleDots) paths.set(dotClass(i), `${paths.get(dotClass(i)) ?? ""}M${dotPlaces[i][0]} ${dotPlaces[i][1]}h0`);
  const rank = (name) => severities.indexOf(name.split(" ")[0]) - 10 * name.slice(-1);
  dots.replaceChildren(...[...paths].sort(([a], [b]) => rank(a) - rank(b)).map(([name, d]) => draw("path", { class: name, d })));
};

const dotAt = (event) => {
  const box = dots.getBoundingClientRect();
  let best = null;
  let nearest = 14;
  for (const i of visibleDots) {
    const x = box.left + (dotPlaces[i][0] / 1000) * box.width - event.clientX;
    const y = box.top + (dotPlaces[i][1] / 1000) * box.height - event.clientY;
    const distance = Math.hypot(x, y) - diameters[dotSize(i)] / 2;
    if (distance < nearest) { nearest = distance; best = i; }
  }
  return best;
};
const startOverview = () => {
  if (!overview) return;
  const holder = overview.parentElement;
  const tip = make("div", { id: "tip", hidden: true });
  const ring = draw("path", { class: "on", d: "" });
  holder.append(tip);
  overview.addEventListener("pointermove", (event) => {
    const i = dotAt(event);
    tip.hidden = i === null;
    if (i === null) { ring.remove(); return; }
    const owner = valueOf("dest_whois", i) ?? valueOf("host", i);
    tip.replaceChildren(make("b", {}, channelTitle(i)), ...(owner ? [make("div", {}, owner)] : []), make("div", { class: "muted" }, valueOf("summary", i) ?? ""));
    const box = holder.getBoundingClientRect();
    const x = event.clientX - box.left;
    tip.style.left = `${Math.max(0, x > box.width / 2 ? x - tip.offsetWidth - 14 : x + 14)}px`;
    tip.style.top = `${event.clientY - box.top + 14}px`;
    ring.setAttribute("class", `on ${dotClass(i)}`);
    ring.setAttribute("d", `M${dotPlaces[i][0]} ${dotPlaces[i][1]}h0`);
    dots.append(ring);
  });
  overview.addEventListener("pointerleave", () => { tip.hidden = true; ring.remove(); });
  overview.addEventListener("click", (event) => {
    const i = dotAt(event);
    if (i !== null) { tip.hidden = true; goTo(i); }
  });
};
