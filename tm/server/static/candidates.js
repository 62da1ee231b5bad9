// Ticking candidates of an extraction: keys, a count, and ticks that survive a reload (this browser keeps them).
import { keep, kept } from "./keeping.js";

const form = document.getElementById("candidates"), boxes = [...form.querySelectorAll("input[name=pairs]")];
const key = `duiyi-ticks-${form.dataset.key}`, count = document.getElementById("count");

const ticked = new Set(kept(key));
for (const box of boxes) box.checked ||= ticked.has(box.value);

function save() {
  const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
  keep(key, chosen);
  count.textContent = form.dataset.count.replace("{chosen}", chosen.length).replace("{all}", boxes.length);
}
form.addEventListener("change", save);
form.querySelector(".keys").hidden = false;
save();

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const at = boxes.indexOf(document.activeElement);
  const step = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    boxes[Math.max(0, Math.min(boxes.length - 1, at + step))].focus();
  } else if (event.key === "e" && at >= 0) {
    const example = boxes[at].closest("tr").querySelector("details");
    example.open = !example.open;
  }
});
