// Times in UTC or in the reader's own zone.
let isLocal = data.local;
const two = (number) => String(number).padStart(2, "0");

// "2026-01-31 23:59:59" in the clock chosen.
const moment = (seconds) => {
  const date = new Date(seconds * 1000);
  if (!isLocal) return date.toISOString().slice(0, 19).replace("T", " ");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
};
const minute = (seconds) => moment(seconds).slice(0, 16);

// The label of an axis: the time of the day, at midnight the date.
const axisLabel = (seconds) => {
  const text = moment(seconds);
  const time = text.slice(11);
  return time === "00:00:00" ? text.slice(5, 10) : time.endsWith(":00") ? time.slice(0, 5) : time;
};

// Writes every time under an element in the clock chosen.
const relabel = (element) => {
  for (const time of element.querySelectorAll("time")) {
    time.dataset.utc ??= time.textContent;
    const utc = time.dataset.utc;
    const seconds = Date.parse(utc.replace(" ", "T") + (utc.length === 16 ? ":00Z" : "Z")) / 1000;
    if (!Number.isNaN(seconds)) time.textContent = moment(seconds).slice(0, utc.length);
  }
  for (const text of element.querySelectorAll("[data-t]")) text.textContent = axisLabel(Number(text.dataset.t));
  for (const text of element.querySelectorAll("[data-h]")) text.textContent = minute(Number(text.dataset.h)).slice(11);
};
const zoneName = () => (isLocal ? Intl.DateTimeFormat().resolvedOptions().timeZone || "local time" : "UTC");
const relabelPage = () => {
  relabel(document.body);
  for (const zone of document.querySelectorAll(".zone")) zone.textContent = zoneName();
  byId("zone").textContent = zoneName();
};
