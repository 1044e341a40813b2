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

// The evidence of a finding as [field, value] pairs, and its modifiers as [name, amount, reason].
const evidenceOf = (i) => (data.evidence[i]?.[0] ?? []).map(([place, value]) => [data.fields[place], value]);
const modifiersOf = (i) => data.evidence[i]?.[1] ?? [];
const fieldOf = (name, i) => {
  const value = valueOf(name, i);
  return value ?? evidenceOf(i).find(([field]) => field.name === name)?.[1] ?? null;
};

// Said to a screen reader.
const say = (text) => { byId("said").textContent = text; };
