// The list of all commands with their keys: type to search, Enter runs the one that is marked.
import { $ } from "./common.js";

const box = $("palette"), wanted = $("wanted"), list = $("found");
let shown = [], marked = 0;

export function openPalette(commands, run) {
  const draw = () => {
    const words = wanted.value.toLowerCase().split(/\s+/).filter(Boolean);
    shown = commands.filter(({ title, key }) => words.every((word) => `${title} ${key}`.toLowerCase().includes(word)));
    marked = Math.min(marked, Math.max(shown.length - 1, 0));
    list.replaceChildren(...shown.map(({ title, key }, place) => {
      const item = document.createElement("li"), keys = document.createElement("kbd");
      item.id = `command-${place}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(place === marked));
      item.textContent = title;
      keys.textContent = key;
      if (key) item.append(keys);
      item.addEventListener("click", () => choose(place));
      return item;
    }));
    wanted.setAttribute("aria-activedescendant", shown.length ? `command-${marked}` : "");
    list.children[marked]?.scrollIntoView({ block: "nearest" });
  };
  const choose = (place) => {
    const found = shown[place];
    box.close();
    if (found) run(found.name);
  };
  wanted.value = "";
  marked = 0;
  wanted.oninput = () => { marked = 0; draw(); };
  wanted.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { marked = (marked + step + shown.length) % Math.max(shown.length, 1); draw(); }
    else if (event.key === "Enter") choose(marked);
    else return;
    event.preventDefault();
  };
  draw();
  box.showModal();
  wanted.focus();
}
