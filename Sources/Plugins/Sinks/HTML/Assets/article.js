// A finding opened. The most urgent ones stand in the page with their pictures; the others are put together here.
const inTitle = new Set(["src_ip", "dest_ip", "dest_port", "proto", "summary", "priority", "severity", "host"]);
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

const number = (field, value) => {
  const text = readable(value, field);
  const shown = field.type === "time" ? make("time", { "data-utc": new Date(value * 1000).toISOString().slice(0, 19).replace("T", " ") }, text) : text;
  return make("li", {}, make("span", { class: "name", title: field.meaning }, labelOf(field.name)), " ", make("span", { class: "value" }, shown));
};
const saidFields = ["host_from", "host_confirmed_by", "host_denied_by", "hosts_seen", "queries", "user_agents", "urls", "methods", "statuses", "ja3", "ja4", "cert_subject",
  "cert_issuer", "cert_hash", "alerts", "notices", "files", "software", "traffic", "lookups", "kin", "kin_why", "kin_channels"];
const inSaid = new Set([...saidFields, "said"]);
const saidPart = (i) => {
  const sentence = fieldOf("said", i);
  const list = make("dl", { class: "said" });
  for (const name of saidFields) {
    const value = fieldOf(name, i);
    const field = data.fields.find((known) => known.name === name);
    if (value === null || !field) continue;
    const values = make("dd");
    for (const text of String(value).split("; ")) values.append(make("code", {}, text), " ");
    list.append(make("dt", { title: field.meaning }, labelOf(name)), values);
  }
  if (sentence === null && !list.firstChild) return [];
  return [make("h4", {}, "What it said"), ...(sentence === null ? [] : [make("p", { class: "saying" }, sentence)]), list];
};
// Each value can be taken along, and leads to the findings that have it too.
const workSaid = (article) => {
  for (const value of article.querySelectorAll(".said code")) {
    const text = value.textContent;
    const button = (sign, what, act) => {
      const element = make("button", { type: "button", title: what, "aria-label": `${what}: ${text}` }, sign);
      element.addEventListener("click", act);
      return element;
    };
    value.after(
      button("⧉", "Copy", () => copy(text, "Value")),
      button("⌕", "Findings with this", () => {
        const search = searchField;
        search.value = text;
        search.dispatchEvent(new Event("input", { bubbles: true }));
        search.focus();
      }));
  }
};
const numbersOf = (i) => {
  const list = make("ul", { class: "numbers" });
  for (const field of data.fields) {
    const value = inTitle.has(field.name) || inSaid.has(field.name) ? null : valueOf(field.name, i);
    if (value !== null) list.append(number(field, value));
  }
  for (const [field, value] of evidenceOf(i)) if (!inSaid.has(field.name)) list.append(number(field, value));
  return list;
};
const modifierList = (i) => {
  const modifiers = modifiersOf(i);
  if (modifiers.length === 0) return [];
  const list = make("ul", { class: "modifiers" });
  for (const [name, amount, reason] of modifiers) {
    list.append(make("li", {}, make("b", {}, (amount < 0 ? "−" : "+") + decimal(Math.abs(amount), 1) + " dB"), ` ${name}: ${reason}`));
  }
  return [make("h4", {}, "Why this priority"), list];
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
const kql = (text) => text.replace(/[\\"]/g, "\\$&").replace(/[!']/g, "!$&");
const addressOf = (link, i) => {
  let address = "";
  for (const part of link.parts) {
    if (typeof part === "string") { address += part; continue; }
    const value = linkValue(part[0], i);
    if (value === null) return null;
    address += encodeValue(part[1] === "kql" ? kql(value) : value);
  }
  return address;
};
const linkList = (i) => {
  const items = data.links.map((link) => [link.name, addressOf(link, i)]).filter(([, address]) => address !== null);
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
const explainPart = (i) => {
  const command = explainOf(i);
  return command === null ? [] : [make("h4", {}, "Why this score"), make("pre", {}, make("code", {}, command))];
};

const buildArticle = (i) => {
  const severity = valueOf("severity", i);
  const host = valueOf("host", i);
  const header = make("header", {}, make("span", { class: "rank" }, String(i + 1)), make("h3", {}, channelTitle(i)));
  if (host !== null && host !== valueOf("dest_ip", i)) header.append(make("span", { class: "host" }, host));
  header.append(make("span", { class: `pill ${severity}` }, `${valueOf("priority", i).toFixed(2)} ${severity}`));
  return make("article", { id: data.ids[i], class: "finding", tabindex: "-1" },
    header,
    make("p", { class: "sentence" }, valueOf("summary", i) ?? ""),
    make("div", { class: "parts" },
      make("div", { class: "pictures" }, ...picturesOf(i)),
      make("div", { class: "words" }, ...saidPart(i), numbersOf(i), ...modifierList(i), ...linkList(i), ...explainPart(i), make("div", { class: "actions" }))));
};

const articleOf = (i) => {
  let article = articles.get(i);
  if (!article) {
    article = i < data.drawn ? byId(data.ids[i]) : buildArticle(i);
    article.querySelector(".actions").append(...actionsOf(i));
    workSaid(article);
    articles.set(i, article);
  }
  relabel(article);
  return article;
};
