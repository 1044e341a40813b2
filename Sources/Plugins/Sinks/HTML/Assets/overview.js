// The overview: naming the dot under the pointer, opening it, and showing only what the filter lets through.
const overview = document.querySelector("svg.overview");
const dots = overview?.querySelector(".dots");
let dotPlaces = [];
let visibleDots = [];
const diameters = [6, 8, 10, 13, 16, 20];
const ownerPlaces = new Map(data.owners.map((owner, place) => [owner, place]));
const colourOf = (i) => (data.owners.length === 0 ? 0 : ownerPlaces.get(valueOf("dest_whois", i)) ?? 7);
const dotSize = (i) => Math.min(5, Math.max(0, Math.trunc(Math.log10(Math.max(1, valueOf("occurrences", i) ?? 1)) * 1.6)));

const placeDots = () => {
  const [least, most, floor] = ["least", "most", "floor"].map((name) => Number(dots.dataset[name]));
  dotPlaces = data.ids.map((_, i) => {
    const interval = valueOf("interval", i);
    if (!(interval > 0)) return null;
    const up = floor < 1 ? Math.min(1, Math.max(0, (valueOf("score", i) - floor) / (1 - floor))) : 1;
    return [Math.trunc((Math.log(interval / least) / Math.log(most / least)) * 1000), Math.trunc((1 - up) * 1000)];
  });
};
const showInOverview = (list) => {
  if (!dots) return;
  if (dotPlaces.length === 0) placeDots();
  visibleDots = list.filter((i) => dotPlaces[i]);
  const paths = new Map();
  for (const i of visibleDots) {
    const key = `o${colourOf(i)} d${dotSize(i)}`;
    paths.set(key, `${paths.get(key) ?? ""}M${dotPlaces[i][0]} ${dotPlaces[i][1]}h0`);
  }
  const sorted = [...paths].sort(([a], [b]) => b.slice(-1) - a.slice(-1));
  dots.replaceChildren(...sorted.map(([key, d]) => draw("path", { class: key, d })));
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
    ring.setAttribute("class", `on o${colourOf(i)} d${dotSize(i)}`);
    ring.setAttribute("d", `M${dotPlaces[i][0]} ${dotPlaces[i][1]}h0`);
    dots.append(ring);
  });
  overview.addEventListener("pointerleave", () => { tip.hidden = true; ring.remove(); });
  overview.addEventListener("click", (event) => {
    const i = dotAt(event);
    if (i !== null) { tip.hidden = true; goTo(i); }
  });
};
