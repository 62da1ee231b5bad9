
"use strict";
// Texts are added to the page as text nodes, never as markup.
const data = JSON.parse(document.getElementById("data").textContent);
const [SOURCE, TARGET, SCORE, STATUS, SECTION, PAGE, SOURCE_SIZE, TARGET_SIZE, X0, X1, Y0, Y1] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
// A text of the page in its language; {name} is filled in from `values`.
const t = (text, values = {}) => (data.words[text] || text).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
const number = (value) => value.toLocaleString(document.documentElement.lang === "zh" ? "zh-CN" : "en-GB");
const ON_PAGE = 50, PRINTED = 1000;
const byUnit = new Map();
for (const finding of data.findings) {
  if (!byUnit.has(finding[0])) byUnit.set(finding[0], []);
  byUnit.get(finding[0]).push(finding);
}
// The highest severity comes first.
const highest = data.units.map((_, unit) => Math.min(9, ...(byUnit.get(unit) || []).map((finding) => finding[2])));
const weight = data.units.map((row, unit) => {
  let sum = row[SCORE] === null ? 0 : 1 - row[SCORE];
  for (const finding of byUnit.get(unit) || []) sum += [100, 10, 0.1][finding[2]];
  return sum;
});
const $ = (id) => document.getElementById(id);
const form = $("filters"), body = document.querySelector("#table tbody");
let chosen = [], first = 0, here = -1, waiting = 0;

function element(name, options = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(options)) if (value) key === "class" ? (made.className = value) : made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// Offsets count characters, not UTF-16 code units as JavaScript does.
const characters = (text) => (/[\ud800-\udfff]/.test(text) ? Array.from(text) : text);
const cut = (letters, start, end) => (typeof letters === "string" ? letters.slice(start, end) : letters.slice(start, end).join(""));

function marked(text, spans) {
  const letters = characters(text), parts = [];
  let last = 0;
  for (const [start, end, severity] of spans.sort((a, b) => a[0] - b[0] || b[1] - a[1])) {
    if (end <= last) continue;
    const from = Math.max(start, last);
    parts.push(cut(letters, last, from));
    parts.push(element("mark", { class: severity }, cut(letters, from, end)));
    last = end;
  }
  parts.push(cut(letters, last));
  return parts;
}

function cell(unit, side) {
  const row = data.units[unit], text = row[side], offset = side === SOURCE ? 4 : 6;
  if (!text.trim()) return element("td", { class: "empty" }, side === SOURCE ? t("no source") : t("no target"));
  const spans = (byUnit.get(unit) || []).filter((f) => f[offset] !== null).map((f) => [f[offset], f[offset + 1], data.severities[f[2]]]);
  return element("td", { class: "text", lang: data.languages[side], dir: "auto" }, ...marked(text, spans));
}

function line(unit) {
  const row = data.units[unit], place = element("td", { class: "place" }, `#${unit}`);
  if (row[SCORE] !== null) place.append(element("br"), t("score {score}", { score: row[SCORE].toFixed(2) }));
  if (row[PAGE] !== null) place.append(element("br"), t("p. {page}", { page: row[PAGE] }));
  if (row[STATUS] !== "unreviewed") place.append(element("br"), data.words[row[STATUS]] || row[STATUS]);
  const list = element("ul", { class: "findings" });
  for (const [, check, severity, message] of byUnit.get(unit) || []) {
    const name = data.severities[severity];
    list.append(element("li", {}, element("b", { class: name }, `${t(name)}: ${t(data.checks[check])}`), ` ${message}`));
  }
  if (data.sections[row[SECTION]]) list.append(element("li", {}, element("small", {}, t("in: {section}", { section: data.sections[row[SECTION]] }))));
  return element("tr", { id: `unit-${unit}`, class: unit === here ? "here" : "", tabindex: unit === here ? "-1" : "" }, place, cell(unit, SOURCE), cell(unit, TARGET), element("td", {}, list));
}

function choose() {
  clearTimeout(waiting); // of an earlier search
  const show = form.show.value, text = form.text.value.trim().toLowerCase();
  const least = data.severities.indexOf(form.severity.value), check = data.checks.indexOf(form.check.value);
  const number = /^#(\d+)$/.exec(text);
  chosen = [];
  for (let unit = 0; unit < data.units.length; unit++) {
    const row = data.units[unit];
    if (number ? unit !== Number(number[1]) : text && !row[SOURCE].toLowerCase().includes(text) && !row[TARGET].toLowerCase().includes(text)) continue;
    if (!number) {
      const findings = byUnit.get(unit) || [];
      if (show === "suspects" && !findings.some((f) => f[2] < 2) && !(row[SCORE] !== null && row[SCORE] < 0.5)
          && !(findings.length && (check >= 0 || text))) continue;
      if (show === "halves" && row[SOURCE].trim() && row[TARGET].trim()) continue;
      if (show === "low" && row[SCORE] === null) continue;
      if (form.severity.value !== "info" && highest[unit] > least) continue;
      if (check >= 0 && !findings.some((f) => f[1] === check)) continue;
    }
    chosen.push(unit);
  }
  if (show === "suspects") chosen.sort((a, b) => weight[b] - weight[a] || a - b);
  if (show === "low") chosen.sort((a, b) => data.units[a][SCORE] - data.units[b][SCORE] || a - b);
  first = 0;
  draw();
}

function draw(count = ON_PAGE) {
  body.replaceChildren(...chosen.slice(first, first + count).map(line));
  const all = { shown: number(chosen.length), number: number(data.units.length) };
  $("count").textContent = data.units.length === 1 ? t("{shown} of {number} unit", all) : t("{shown} of {number} units", all);
  const last = Math.min(first + ON_PAGE, chosen.length);
  $("page").textContent = chosen.length ? t("{first} to {last} of {number}", { first: number(first + 1), last: number(last), number: number(chosen.length) }) : t("No unit matches.");
  $("before").disabled = first === 0;
  $("after").disabled = last >= chosen.length;
}

function turn(by) {
  first = Math.max(0, first + by);
  draw();
  $("filters").scrollIntoView();
}

function goTo(unit) {
  form.show.value = "all"; form.severity.value = "info"; form.check.value = ""; form.text.value = "";
  here = unit;
  choose();
  first = Math.floor(chosen.indexOf(unit) / ON_PAGE) * ON_PAGE;
  draw();
  const row = $(`unit-${unit}`);
  row.scrollIntoView({ block: "center" });
  row.focus({ preventScroll: true });
}

form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("change", choose);
form.text.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(choose, 150); });
$("before").addEventListener("click", () => turn(-ON_PAGE));
$("after").addEventListener("click", () => turn(ON_PAGE));
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-unit], button[data-check]");
  if (!button) return;
  if (button.dataset.unit) return goTo(Number(button.dataset.unit));
  form.show.value = "suspects"; form.severity.value = "info"; form.check.value = button.dataset.check;
  choose();
  $("suspects").scrollIntoView();
});

// The pictures. A canvas can show 20,000 marks; as many elements would not scroll.
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const ofScore = (score) => (score === null ? "none" : score < 0.5 ? "low" : score < 0.8 ? "middle" : "high");

function sharp(canvas, ratio) {
  const scale = devicePixelRatio || 1, width = canvas.clientWidth || 600;
  canvas.width = width * scale;
  canvas.height = width * ratio * scale;
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  return [pen, width, width * ratio];
}

const EDGE = 26;
let frame = [1, 1];
function drawMap() {
  const [pen, width, height] = sharp($("map"), 1), [sources, targets] = data.lengths.map((n) => Math.max(n, 1));
  const w = width - EDGE - 8, h = height - EDGE - 8, x = (n) => EDGE + (n / sources) * w, y = (n) => EDGE + (n / targets) * h;
  frame = [w, h];
  pen.strokeStyle = colour("line");
  pen.strokeRect(EDGE, EDGE, w, h);
  pen.beginPath(); pen.moveTo(EDGE, EDGE); pen.lineTo(EDGE + w, EDGE + h); pen.stroke();
  const thick = Math.min(6, Math.max(2.5, w / Math.max(sources, targets)));
  // Good units first, so that doubtful ones are on top.
  for (const name of ["high", "none", "middle", "low"]) {
    pen.fillStyle = pen.strokeStyle = colour(name);
    pen.lineWidth = thick;
    pen.lineCap = "round";
    for (const row of data.units) {
      if (row[X0] === row[X1] || row[Y0] === row[Y1] || ofScore(row[SCORE]) !== name) continue;
      pen.beginPath(); pen.moveTo(x(row[X0] + 0.2), y(row[Y0] + 0.2)); pen.lineTo(x(row[X1] - 0.2), y(row[Y1] - 0.2)); pen.stroke();
    }
  }
  pen.lineCap = "butt";
  pen.fillStyle = colour("low");
  for (const row of data.units) {
    if (row[X0] !== row[X1] && row[Y0] === row[Y1]) pen.fillRect(x(row[X0]), EDGE, Math.max(1.2, x(row[X1]) - x(row[X0])), 9);
    if (row[Y0] !== row[Y1] && row[X0] === row[X1]) pen.fillRect(EDGE, y(row[Y0]), 9, Math.max(1.2, y(row[Y1]) - y(row[Y0])));
  }
  pen.fillStyle = colour("soft");
  pen.font = "12px system-ui, sans-serif";
  pen.fillText(t("source, {number} {language} →", { number: number(data.lengths[0]), language: data.languages[0] }), EDGE, 16);
  pen.save(); pen.translate(16, EDGE); pen.rotate(Math.PI / 2); pen.fillText(t("target, {number} {language} →", { number: number(data.lengths[1]), language: data.languages[1] }), 0, 0); pen.restore();
}

function nearest(event) {
  const box = $("map").getBoundingClientRect();
  const at = [((event.clientX - box.left - EDGE) / frame[0]) * data.lengths[0], ((event.clientY - box.top - EDGE) / frame[1]) * data.lengths[1]];
  let best = -1, least = Infinity;
  data.units.forEach((row, unit) => {
    const dx = (row[X0] + row[X1]) / 2 - at[0], dy = (row[Y0] + row[Y1]) / 2 - at[1];
    const distance = row[Y0] === row[Y1] ? Math.hypot(dx, Math.max(0, at[1])) : row[X0] === row[X1] ? Math.hypot(Math.max(0, at[0]), dy) : Math.hypot(dx, dy);
    if (distance < least) [best, least] = [unit, distance];
  });
  return best;
}
$("map").addEventListener("click", (event) => { const unit = nearest(event); if (unit >= 0) goTo(unit); });
$("map").addEventListener("mousemove", (event) => {
  const unit = nearest(event);
  if (unit >= 0) $("map").title = `#${unit} ${data.units[unit][SOURCE].slice(0, 80)}`;
});

function drawScatter() {
  const [pen, width, height] = sharp($("scatter"), 0.75);
  const most = Math.log1p(Math.max(10, ...data.units.reduce((m, r) => [Math.max(m[0], r[SOURCE_SIZE]), Math.max(m[1], r[TARGET_SIZE])], [0, 0])));
  const x = (n) => EDGE + (Math.log1p(n) / most) * (width - EDGE - 8), y = (n) => height - EDGE - (Math.log1p(n) / most) * (height - EDGE - 8);
  pen.fillStyle = colour("soft"); pen.strokeStyle = colour("line"); pen.font = "11px system-ui, sans-serif";
  for (const tick of [1, 10, 100, 1000, 10000]) {
    if (Math.log1p(tick) > most) break;
    pen.beginPath(); pen.moveTo(x(tick), 0); pen.lineTo(x(tick), height - EDGE); pen.moveTo(EDGE, y(tick)); pen.lineTo(width, y(tick)); pen.stroke();
    pen.fillText(number(tick), x(tick) - 4, height - 10); pen.fillText(number(tick), 1, y(tick) + 4);
  }
  const dot = data.units.length > 3000 ? 1.6 : 2.8;
  for (const bad of [false, true]) {
    pen.fillStyle = colour(bad ? "low" : "high");
    pen.globalAlpha = bad ? 0.9 : 0.45;
    data.units.forEach((row, unit) => { if ((highest[unit] === 0) === bad) pen.fillRect(x(row[SOURCE_SIZE]) - dot / 2, y(row[TARGET_SIZE]) - dot / 2, dot, dot); });
  }
  pen.globalAlpha = 1;
}

// A printout is always black on white and has the whole list.
function print(isPrinting) {
  document.documentElement.classList.toggle("printing", isPrinting);
  draw(isPrinting ? PRINTED : ON_PAGE);
  pictures();
}
addEventListener("beforeprint", () => print(true));
addEventListener("afterprint", () => print(false));
const pictures = () => { drawMap(); drawScatter(); };
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", pictures);
let resizing = 0;
addEventListener("resize", () => { clearTimeout(resizing); resizing = setTimeout(pictures, 100); });
choose();
pictures();
