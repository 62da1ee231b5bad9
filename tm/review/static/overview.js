// The overview of all units as a strip of colours, and the list of sections.
import { $, number } from "./common.js";

const strip = $("map"), URGENCY = { o: 0, a: 1, b: 2, s: 3 }, COLOURS = ["--line", "--good", "--error", "--warning"];

export function drawStrip(marks, place) {
  if (!strip.clientHeight) return;
  const scale = devicePixelRatio || 1, height = Math.round(strip.clientHeight * scale), width = Math.round(strip.clientWidth * scale);
  strip.height = height;
  strip.width = width;
  const context = strip.getContext("2d"), style = getComputedStyle(document.documentElement), colours = COLOURS.map((name) => style.getPropertyValue(name)), one = height / Math.max(marks.length, 1);
  // Where several units share a line of pixels, the most urgent one is shown; lines of a colour are drawn together.
  const lines = new Int8Array(height).fill(-1);
  for (let at = 0; at < marks.length; at += 1) {
    const rank = URGENCY[marks[at]], first = Math.floor(at * one), end = Math.min(height, Math.max(first + 1, Math.floor((at + 1) * one)));
    for (let y = first; y < end; y += 1) if (lines[y] < rank) lines[y] = rank;
  }
  for (let y = 0, end; y < height; y = end) {
    for (end = y + 1; end < height && lines[end] === lines[y]; end += 1);
    if (lines[y] < 0) continue;
    context.fillStyle = colours[lines[y]];
    context.fillRect(0, y, width, end - y);
  }
  if (place >= 0) {
    context.fillStyle = style.getPropertyValue("--focus");
    context.fillRect(0, Math.min(height - 3, Math.floor(place * one)), width, Math.max(3, one));
  }
}

export function onStrip(go) {
  strip.addEventListener("click", (event) => go(event.offsetY / strip.clientHeight));
}

export function showSections(sections, go) {
  $("sections").replaceChildren(...sections.filter((one) => one.title || sections.length > 1).map((one) => {
    const item = document.createElement("li"), button = document.createElement("button"), count = document.createElement("small");
    button.type = "button";
    button.textContent = one.title || "–";
    count.textContent = `${number(one.done)} / ${number(one.units)}`;
    button.append(count);
    button.addEventListener("click", () => go(one.row));
    item.className = one.done === one.units ? "done" : "";
    item.append(button);
    return item;
  }));
}
