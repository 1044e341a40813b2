// Pictures drawn from the strip that each finding carries: see Strip.
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const momentBins = 192;
const intervalBars = 60;
const code = (letter) => letters.indexOf(letter);
const decode = (text, perDoubling) => Array.from(text, (letter) => {
  const number = code(letter);
  return number <= 0 ? 0 : 2 ** (number / perDoubling) - 1;
});
const stripOf = (i) => {
  const strip = data.strips[i];
  return {
    arrivals: decode(strip.slice(0, momentBins), 8),
    intervals: decode(strip.slice(momentBins, momentBins + intervalBars + 1), 4),
    sizes: decode(strip.slice(momentBins + intervalBars + 1), 2),
  };
};

// The small picture in a row: when the calls came.
const beat = (i) => {
  const strip = data.strips[i];
  let path = "";
  for (let bin = 0; bin < momentBins; bin += 2) {
    const level = Math.max(code(strip[bin]), code(strip[bin + 1]));
    if (level > 0) {
      const height = 5 + Math.min(15, level / 2);
      path += `M${bin / 2} ${20 - height}h1v${height}h-1z`;
    }
  }
  const svg = draw("svg", { class: "beat", viewBox: "0 0 96 20", preserveAspectRatio: "none", "shape-rendering": "crispEdges", "aria-hidden": "true" });
  svg.append(draw("path", { d: path }));
  return svg;
};

const percent = (share) => `${Number((share * 100).toFixed(2))}%`;
const label = (text, x, y, anchor, attributes = {}) => draw("text", { x: percent(x), y, "text-anchor": anchor, ...attributes }, text);
const rule = (name, x1, y1, x2, y2) => draw("line", { class: name, x1: percent(x1), y1, x2: percent(x2), y2 });
const plot = (name, x, y, width, height, units, path) => {
  const svg = draw("svg", {
    class: name, x: percent(x), y, width: percent(width), height, viewBox: `0 0 ${units[0]} ${units[1]}`, preserveAspectRatio: "none",
  });
  svg.append(draw("path", { d: path }));
  return svg;
};
const picture = (name, height, text, ...children) =>
  draw("svg", { class: `picture ${name}`, width: "100%", height, role: "img", "aria-label": text }, ...children);

// Whole minutes, hours or days, at most seven of them.
const ticks = () => {
  const [start, end] = data.window;
  const steps = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 2419200, 31536000];
  const step = steps.find((candidate) => Math.floor((end - start) / candidate) < 7) ?? end - start;
  const marks = [];
  for (let mark = Math.ceil(start / step) * step; mark <= end; mark += step) marks.push(mark);
  return marks;
};
const timeAxis = (height, top = 0) => ticks().flatMap((mark) => {
  const x = (mark - data.window[0]) / (data.window[1] - data.window[0]);
  const anchor = x < 0.03 ? "start" : x > 0.97 ? "end" : "middle";
  return [rule("grid", x, top, x, height), label(axisLabel(mark), x, height + 14, anchor, { "data-t": mark })];
});

const arrivalsPicture = (strip, text) => {
  const most = Math.max(...strip.arrivals, 1);
  let path = "";
  strip.arrivals.forEach((calls, bin) => {
    if (calls > 0) path += `M${bin} 100v-${(30 + 70 * (calls / most)).toFixed(0)}h.9V100z`;
  });
  return picture("raster", 54, text, ...timeAxis(34), plot("row strip", 0, 0, 1, 34, [momentBins, 100], path));
};

const intervalsPicture = (strip, reach, period, text) => {
  const bars = strip.intervals.slice(0, intervalBars);
  const longer = strip.intervals[intervalBars];
  const most = Math.max(...strip.intervals, 1);
  const tall = (calls) => Math.max(1.5, (calls / most) * 100).toFixed(1);
  let path = "";
  bars.forEach((calls, bar) => { if (calls > 0) path += `M${(bar - 0.45).toFixed(2)} 100v-${tall(calls)}h.9V100z`; });
  const children = [plot("bars", 0, 14, 0.94, 70, [intervalBars, 100], path)];
  if (longer > 0) {
    children.push(plot("bars longer", 0.96, 14, 0.04, 70, [1, 100], `M0 100v-${tall(longer)}h1V100z`), label("longer", 1, 98, "end"));
  }
  children.push(rule("axis", 0, 84, 1, 84));
  if (period > 0) {
    const x = (period / reach) * 0.94;
    children.push(rule("period", x, 10, x, 84), label(readableSeconds(period), x + 0.01, 10, "start", { class: "mark" }));
  }
  for (let part = 0; part <= (longer > 0 ? 2 : 3); part += 1) {
    const seconds = (reach * part) / 3;
    children.push(label(readableSeconds(seconds < 10 ? seconds : Math.round(seconds)), (part / 3) * 0.94, 98, part === 0 ? "start" : part === 3 ? "end" : "middle"));
  }
  children.push(label(`about ${readableCount(Math.round(most))}×`, 0, 10, "start"));
  return picture("histogram", 104, text, ...children);
};

const sizesPicture = (strip, text) => {
  const known = strip.sizes.filter((size) => size > 0);
  if (known.length === 0) return null;
  const most = Math.max(...known);
  let path = "";
  strip.sizes.forEach((size, bin) => { if (size > 0) path += `M${bin + 0.5} ${(100 - (size / most) * 96).toFixed(1)}h0`; });
  const [low, high] = [Math.min(...known), most].map((size) => readableBytes(Math.round(size)));
  const range = low === high ? `about ${high} each` : `about ${low} to ${high}`;
  return picture("sizes", 92, text, ...timeAxis(72, 14), rule("axis", 0, 72, 1, 72), plot("dots", 0, 18, 1, 48, [strip.sizes.length, 100], path), label(range, 0, 10, "start"));
};
