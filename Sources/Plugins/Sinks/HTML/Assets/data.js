// The findings, as the page carries them: see PageData.
const root = document.documentElement;
const byId = (id) => document.getElementById(id);
const dataElement = byId("data");
const data = JSON.parse(dataElement.textContent);
dataElement.remove();
const count = data.ids.length;
const places = new Map(data.ids.map((id, i) => [id, i]));
const fields = new Map(data.fields.map((field) => [field.name, field]));

// An element with attributes (true for one without a value) and children, which are text or elements.
const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
};

// The value of a finding in a column that every run has: a number, a text, or null.
const valueOf = (name, i) => {
  const values = data.values[name];
  if (!values) return null;
  if (values.texts) return values.at[i] < 0 ? null : values.texts[values.at[i]];
  return values[i];
};

// The evidence of a finding as [field, value] pairs, and its weights as [name, amount, reason].
const evidenceOf = (i) => (data.evidence[i]?.[0] ?? []).map(([place, value]) => [data.fields[place], value]);
const weightsIn = (i) => data.evidence[i]?.[1] ?? [];
const fieldOf = (name, i) => {
  const value = valueOf(name, i);
  return value ?? evidenceOf(i).find(([field]) => field.name === name)?.[1] ?? null;
};

// The words for what speaks for and against findings: see Chip.
const chipOf = (place) => {
  const [label, tone] = data.chips.all[place];
  return make("span", { class: `chip ${tone}` }, label);
};

// Drawn, since not every font has such signs.
const svgName = "http://www.w3.org/2000/svg";
const draw = (tag, attributes = {}, ...children) => {
  const element = document.createElementNS(svgName, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};
const icons = {
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M10.5 10.5l3.5 3.5",
};
const icon = (name) => draw("svg", { class: "icon", viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true" }, draw("path", { d: icons[name] }));

// Said to a screen reader.
const say = (text) => { byId("status").textContent = text; };
