// The overview of all units as a strip of colours, and the list of sections.
import { $, number } from "./common.js";

const strip = $("map"), COLOURS = { o: "--line", s: "--warning", a: "--good", b: "--error" };

export function drawStrip(marks, place) {
  if (!strip.clientHeight) return;
  const scale = devicePixelRatio || 1, height = Math.round(strip.clientHeight * scale), width = Math.round(strip.clientWidth * scale);
  strip.height = height;
  strip.width = width;
  const context = strip.getContext("2d"), style = getComputedStyle(document.documentElement), one = height / Math.max(marks.length, 1);
  // Where several units share a line of pixels, the most urgent one is shown.
  for (const letter of "oabs") {
    context.fillStyle = style.getPropertyValue(COLOURS[letter]);
    for (let at = marks.indexOf(letter); at >= 0; at = marks.indexOf(letter, at + 1)) context.fillRect(0, Math.floor(at * one), width, Math.max(1, one));
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
