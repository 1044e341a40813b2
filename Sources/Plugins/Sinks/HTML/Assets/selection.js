// Which findings are shown, and in which order.
const facetColumns = ["chips", "dest_port", "proto", "dest_whois", "detector", "src_ip"];
const selection = {
  text: "",
  // By column, the values that are let through; an empty set lets all through.
  chosen: new Map(["severity", ...facetColumns].map((name) => [name, new Set()])),
  column: "priority",
  isDescending: true,
};

// What a finding has of a facet; nothing is a value too.
const facetValues = (name, i) => {
  if (name === "chips") return data.chips.of[i].length === 0 ? [""] : data.chips.of[i].map((place) => data.chips.all[place][0]);
  return [String(valueOf(name, i) ?? "")];
};

// All that a finding says, in lower case; put together when it is first searched.
let searched = null;
const searchTexts = () => {
  searched ??= data.ids.map((_, i) => {
    let text = "";
    for (const field of data.fields) {
      if (data.run.includes(field.name)) continue;
      if (["text", "texts", "address"].includes(field.type) || field.name === "dest_port") {
        const value = valueOf(field.name, i);
        if (value !== null) text += `${value}\n`;
      }
    }
    for (const [, value] of evidenceOf(i)) if (typeof value === "string") text += `${value}\n`;
    return text.toLowerCase();
  });
  return searched;
};

// Whether a finding passes; `except` names a facet that is not asked, for the counts beside that facet's own values.
const passes = (i, words, except) => {
  for (const [name, values] of selection.chosen) {
    if (name !== except && values.size > 0 && !facetValues(name, i).some((value) => values.has(value))) return false;
  }
  return words.every((word) => searchTexts()[i].includes(word));
};
const wordsOf = (text) => text.toLowerCase().split(/\s+/).filter((word) => word !== "");

// The place of each finding in the order of a column, smallest first; those without a value have none.
const orders = new Map();
const addressKey = (text) => (text.includes(":") ? `6${text}` : text.split(".").map((part) => part.padStart(3, "0")).join("."));
const orderOf = (name) => {
  if (orders.has(name)) return orders.get(name);
  const keys = data.ids.map((_, i) => fieldOf(name, i));
  let order;
  if (keys.every((key) => key === null || typeof key === "number")) {
    order = keys;
  } else {
    const sortable = name.endsWith("_ip") ? (key) => addressKey(String(key)) : (key) => String(key).toLowerCase();
    const texts = [...new Set(keys.filter((key) => key !== null).map(sortable))].sort();
    const rank = new Map(texts.map((text, place) => [text, place]));
    order = keys.map((key) => (key === null ? null : rank.get(sortable(key))));
  }
  orders.set(name, order);
  return order;
};

// The findings that are shown, in their order.
const selected = () => {
  const words = wordsOf(selection.text);
  const list = [];
  for (let i = 0; i < count; i += 1) if (passes(i, words)) list.push(i);
  if (selection.column === "priority") return selection.isDescending ? list : list.reverse();
  const order = orderOf(selection.column);
  const sign = selection.isDescending ? -1 : 1;
  return list.sort((a, b) => {
    if (order[a] === null || order[b] === null) return (order[a] === null) - (order[b] === null) || a - b;
    return sign * (order[a] - order[b]) || a - b;
  });
};

// The incident of each finding that shares one; all that is expected is one line.
const incidentOf = new Map(data.incidents.flatMap((incident) => incident.of.map((i) => [i, incident])));
const isExpected = (i) => incidentOf.get(i)?.isExpected === true;
const expected = "expected";
const incidentKey = (i) => (isExpected(i) ? expected : incidentOf.get(i)?.of[0]);
const incidentTitle = (i, members) => {
  if (!isExpected(i)) return incidentOf.get(i).name;
  const kinds = new Map();
  for (const member of members) kinds.set(incidentOf.get(member), (kinds.get(incidentOf.get(member)) ?? 0) + 1);
  const parts = [...kinds].sort((a, b) => b[1] - a[1]).map(([incident, number]) => (number === incident.of.length ? incident.name : `${readableCount(number)} of ${incident.name}`));
  return `${readableCount(members.length)} expected: ${parts.join(", ")}`;
};

// Findings gathered under what they share: a key, and what the line over them says.
const groupings = {
  incident: { label: "By incident", key: incidentKey, title: incidentTitle },
  destination: { label: "By destination", key: (i) => valueOf("dest_ip", i) ?? "no destination" },
  source: { label: "By source", key: (i) => valueOf("src_ip", i) ?? "no source" },
};
const plural = (number, word) => `${readableCount(number)} ${word}${number === 1 ? "" : "s"}`;
const remarksOn = (by, members) => {
  const distinct = (name) => new Set(members.map((i) => valueOf(name, i))).size;
  const shared = (name) => (distinct(name) === 1 ? valueOf(name, members[0]) : null);
  const remarks = [plural(members.length, "finding")];
  if (by === "source") remarks.unshift(shared("src_whois"));
  if (by === "destination") remarks.unshift(shared("host"), shared("dest_whois"));
  if (by === "destination") remarks.push(plural(distinct("src_ip"), "source"));
  if (by === "source") remarks.push(plural(distinct("dest_ip"), "destination"));
  return remarks.filter((part) => part !== null).join(" · ");
};
// One alone is no group, unless it is folded: it has no title.
const grouped = (list, by) => {
  if (by === "") return [{ members: list }];
  const grouping = groupings[by];
  const groups = new Map();
  for (const i of list) {
    const key = grouping.key(i) ?? i;
    const members = groups.get(key);
    if (members) members.push(i); else groups.set(key, [i]);
  }
  const parts = [...groups].map(([key, members]) => {
    const isFolded = key === expected;
    if (members.length === 1 && !isFolded) return { members };
    const title = grouping.title?.(members[0], members) ?? key;
    return { key: `${by} ${key}`, title, remark: isFolded ? "" : remarksOn(by, members), top: Math.min(...members), members, isFolded };
  });
  return [...parts.filter((part) => !part.isFolded), ...parts.filter((part) => part.isFolded)];
};
