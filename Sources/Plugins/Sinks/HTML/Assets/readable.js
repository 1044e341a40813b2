// Numbers as people read them; the same forms as in the parts of the page that were written before.
const decimal = (number, most) => {
  if (!Number.isFinite(number) || Math.abs(number) >= 1e12) return String(number);
  return String(Number(number.toFixed(most)));
};
const readableCount = (number) => Math.trunc(number).toLocaleString("en-US");
const readableBytes = (number) => {
  if (Math.abs(number) < 1000) return `${number} B`;
  let value = number;
  let unit = "B";
  for (const larger of ["kB", "MB", "GB", "TB", "PB", "EB"]) {
    if (Math.abs(value) < 999.5) break;
    value /= 1000;
    unit = larger;
  }
  return `${decimal(value, Math.abs(value) < 9.95 ? 1 : 0)} ${unit}`;
};
const readableSeconds = (seconds) => {
  if (!Number.isFinite(seconds) || Math.abs(seconds) >= 1e15) return "?";
  if (seconds < 0) return `-${readableSeconds(-seconds)}`;
  if (seconds < 1 && seconds > 0) return `${decimal(seconds, 3)} s`;
  if (seconds < 120) return `${decimal(seconds, 1)} s`;
  const whole = Math.round(seconds);
  const pair = (large, unit, small, smallUnit) => (small ? `${large} ${unit} ${small} ${smallUnit}` : `${large} ${unit}`);
  if (whole < 7200) return pair(Math.floor(whole / 60), "min", whole % 60, "s");
  if (whole < 172800) return pair(Math.floor(whole / 3600), "h", Math.floor(whole / 60) % 60, "min");
  return pair(Math.floor(whole / 86400), "d", Math.floor(whole / 3600) % 24, "h");
};
const readable = (value, field) => {
  if (value === null || value === undefined) return "";
  if (field.type === "time") return moment(value);
  if (field.type === "boolean") return value ? "yes" : "no";
  if (typeof value !== "number") return String(value);
  if (field.unit === "s") return readableSeconds(value);
  if (field.unit === "bytes") return field.type === "integer" ? readableBytes(value) : `${decimal(value, 2)} B`;
  const text = field.plain ? String(value) : field.type === "integer" ? readableCount(value)
    : value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(1).replace(".0e", "e") : decimal(value, 3);
  return field.unit ? `${text} ${field.unit}` : text;
};
const labelOf = (name) => fields.get(name)?.label ?? "Rhythm";
