// A finding opened. The most urgent ones stand in the page with their pictures; the others are put together here.
const articles = new Map();

const channelTitle = (i) => {
  const peer = valueOf("dest_ip", i);
  if (peer === null) return valueOf("src_ip", i) ?? "";
  const port = valueOf("dest_port", i);
  const shown = port !== null && peer.includes(":") ? `[${peer}]` : peer;
  return `${valueOf("src_ip", i)} → ${shown}${port === null ? "" : `:${port}`} ${valueOf("proto", i) ?? ""}`.trim();
};

const figure = (caption, svg) => make("figure", {}, make("figcaption", {}, caption), svg);
const picturesOf = (i) => {
  const strip = stripOf(i);
  if (!strip.arrivals.some((calls) => calls > 0)) return [];
  const period = valueOf("interval", i);
  const first = valueOf("first_seen", i);
  const last = valueOf("last_seen", i);
  const ends = first === null ? "" : ` from ${minute(first)} to ${minute(last)} ${zoneName()}`;
  const pictures = [figure("Arrivals", arrivalsPicture(strip, `Calls${ends}`))];
  if (data.reach[i] > 0) {
    const text = period === null ? "Intervals between calls" : `Intervals between calls, most often ${readableSeconds(period)}`;
    pictures.push(figure("Time from one call to the next", intervalsPicture(strip, data.reach[i], period, text)));
  }
  const sizes = sizesPicture(strip, "Bytes sent with each call");
  if (sizes) pictures.push(figure("Sent each time", sizes));
  return pictures;
};

const timeOf = (value) => make("time", { "data-utc": new Date(value * 1000).toISOString().slice(0, 19).replace("T", " ") }, moment(value));
const numberItem = (field, value) => make("li", {},
  make("span", { class: "name", title: field.meaning }, field.label), " ",
  make("span", { class: "value" }, field.type === "time" ? timeOf(value) : readable(value, field)));
const numbersOf = (i, part) => {
  const list = make("ul", { class: "numbers" });
  for (const field of data.fields) {
    const value = field.part === part ? fieldOf(field.name, i) : null;
    if (value !== null) list.append(numberItem(field, value));
  }
  return list;
};
const moreNumbers = (i) => {
  const list = numbersOf(i, "details");
  return list.firstChild ? [make("details", { class: "more" }, make("summary", {}, `${list.children.length} more numbers`), list)] : [];
};
const whatOf = (i) => {
  const list = make("dl", { class: "what" });
  for (const field of data.what.map((place) => data.fields[place])) {
    const value = fieldOf(field.name, i);
    if (value === null) continue;
    const values = make("dd");
    for (const text of field.type === "texts" ? value.split("; ") : [readable(value, field)]) values.append(make("code", {}, text), " ");
    list.append(make("dt", { title: field.meaning }, field.label), values);
  }
  return list.firstChild ? [make("h4", {}, "What it is"), list] : [];
};
// Each value can be taken along, and leads to the findings that have it too.
const workWhat = (article) => {
  for (const value of article.querySelectorAll(".what code")) {
    const text = value.textContent;
    const button = (name, what, act) => {
      const element = make("button", { type: "button", title: what, "aria-label": `${what}: ${text}` }, icon(name));
      element.addEventListener("click", act);
      return element;
    };
    value.after(make("span", { class: "tasks" },
      button("copy", "Copy", () => copy(text, "Value")),
      button("search", "Findings with this", () => {
        searchField.value = text;
        searchField.dispatchEvent(new Event("input", { bubbles: true }));
        searchField.focus();
      })));
  }
};
const decibans = (amount) => `${amount < 0 ? "−" : "+"}${decimal(Math.abs(amount), 1)} dB`;
const weightsOf = (i) => {
  const weights = weightsIn(i);
  const parts = [];
  if (weights.length > 0) {
    const list = make("ul", { class: "weights" });
    for (const [name, amount, reason] of [...weights].sort((a, b) => b[1] - a[1])) {
      const bar = draw("svg", { width: 60, height: 8, "aria-hidden": "true" }, draw("rect", { width: Math.round(Math.min(1, Math.abs(amount) / 20) * 60), height: 8 }));
      list.append(make("li", { class: amount < 0 ? "against" : "for" }, make("b", {}, decibans(amount)), bar, make("span", {}, reason, " ", make("small", {}, name))));
    }
    parts.push(list);
  }
  const sum = `${decibans(valueOf("weight", i))} together: it deserves a look with a probability of ${decimal(valueOf("priority", i), 4)}`;
  return [make("h4", {}, "Why it is here"), ...parts, make("p", { class: "sum" }, sum)];
};

// What stands for a column in a link; null where the finding lacks it or its value was cut.
const linkValue = (name, i) => {
  const isFrom = name.startsWith("from");
  if (["from", "to", "from_epoch", "to_epoch"].includes(name)) {
    const time = valueOf(isFrom ? "first_seen" : "last_seen", i);
    if (time === null) return null;
    const seconds = Math.floor(time) + (isFrom ? -300 : 3600);
    return name.endsWith("epoch") ? String(seconds) : new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
  }
  if (name === "id") return data.ids[i].slice(2);
  const value = fieldOf(name, i);
  const text = value === null ? null : String(value);
  return text === null || text.endsWith("…") ? null : text;
};
const encodeValue = (text) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
const addressOf = (link, i) => {
  let address = "";
  for (const part of link.parts) {
    if (typeof part === "string") { address += part; continue; }
    const value = linkValue(part[0], i);
    if (value === null) return null;
    address += encodeValue(value);
  }
  return address;
};
const linkList = (i) => {
  const found = data.fields.filter((field) => field.part === "links").map((field) => [field.label, fieldOf(field.name, i)]);
  const items = [...found.filter(([, address]) => /^https?:\/\//i.test(address ?? "")), ...data.links.map((link) => [link.name, addressOf(link, i)])]
    .filter(([, address]) => address !== null && !address.endsWith("…"));
  if (items.length === 0) return [];
  const list = make("ul", { class: "links" });
  for (const [name, href] of items) list.append(make("li", {}, make("a", { href, rel: "noopener noreferrer", target: "_blank" }, name)));
  return [make("h4", {}, "Look further"), list];
};

const shellWord = (word) => (/^[A-Za-z0-9.,:/_-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
const explainOf = (i) => {
  const [source, peer, port] = ["src_ip", "dest_ip", "dest_port"].map((name) => valueOf(name, i));
  return source === null || peer === null || port === null || peer.endsWith("…") ? null
    : `flare run PIPELINE.yaml --explain ${shellWord(`${source},${peer},${port}`)}`;
};
const scorePart = (i) => {
  const parts = fieldOf("score_parts", i);
  const command = explainOf(i);
  return make("details", { class: "more score" },
    make("summary", {}, `Why ${valueOf("detector", i)} scores it ${decimal(valueOf("score", i), 2)}`),
    ...(parts === null ? [] : [make("ul", {}, ...parts.split("; ").map((part) => make("li", {}, part)))]),
    ...(command === null ? [] : [make("pre", {}, make("code", {}, command))]));
};

const buildArticle = (i) => {
  const severity = valueOf("severity", i);
  const host = valueOf("host", i);
  const said = fieldOf("context_summary", i);
  const summary = valueOf("summary", i) ?? "";
  const header = make("header", {}, make("span", { class: "rank" }, String(i + 1)), make("h3", {}, channelTitle(i)));
  if (host !== null && host !== valueOf("dest_ip", i)) header.append(make("span", { class: "host" }, host));
  header.append(make("span", { class: `pill ${severity}` }, `${valueOf("priority", i).toFixed(2)} ${severity}`), ...data.chips.of[i].map(chipOf));
  return make("article", { id: data.ids[i], class: "finding", tabindex: "-1" },
    header,
    make("p", { class: "sentence" }, said ?? summary),
    ...(said === null ? [] : [make("p", { class: "summary" }, summary)]),
    make("div", { class: "parts" },
      make("div", { class: "words" }, ...weightsOf(i), ...whatOf(i)),
      make("div", { class: "pictures" }, ...picturesOf(i))),
    make("h4", {}, "Numbers"), numbersOf(i, "numbers"), ...moreNumbers(i), scorePart(i), ...linkList(i), make("div", { class: "actions" }));
};

const articleOf = (i) => {
  let article = articles.get(i);
  if (!article) {
    article = i < data.drawn ? byId(data.ids[i]) : buildArticle(i);
    article.querySelector(".actions").append(...actionsOf(i));
    workWhat(article);
    for (const rule of article.querySelectorAll(".rules figure")) {
      const name = rule.querySelector("figcaption");
      name.append(" ", copyButton("Copy", () => rule.querySelector("code").textContent + "\n", name.textContent));
    }
    articles.set(i, article);
  }
  relabel(article);
  return article;
};
