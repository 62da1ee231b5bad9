// The two dialogs that change texts. Each returns what to send, or null.
import { $ } from "./common.js";

const confirmed = (box) => new Promise((done) => box.addEventListener("close", () => done(box.returnValue === "save"), { once: true }));

for (const id of ["edit", "split"]) {
  $(id).addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      $(id).close("save");
    }
  });
}

export async function editing(row, field) {
  const box = $("edit"), form = box.querySelector("form"), note = row.notes.join("\n");
  form.source.value = row.source;
  form.target.value = row.target;
  form.note.value = note;
  box.returnValue = "";
  const result = confirmed(box);
  box.showModal();
  form[field].focus();
  form[field].setSelectionRange(form[field].value.length, form[field].value.length);
  if (!(await result)) return null;
  const found = {};
  // A text field writes every line break as \n; a text that differs only in this was not edited.
  const same = (text) => text.replace(/\r\n?/g, "\n");
  for (const side of ["source", "target"]) if (form[side].value !== same(row[side])) found[side] = form[side].value;
  if (form.note.value !== note) found.notes = form.note.value.split("\n").filter((line) => line.trim());
  return found;
}

// Offsets of the server count characters; those of the browser count UTF-16 code units.
const toUnits = (text, at) => Array.from(text).slice(0, at).join("").length;
const toCharacters = (text, at) => Array.from(text.slice(0, at)).length;

let starts = {};
function showSplit(form, side) {
  const field = form[side], at = field.selectionStart;
  form[`${side}_cut`].value = at >= field.value.length ? "The whole text stays in the first part." : `Second part: ${field.value.slice(at, at + 80).trim() || "nothing"}`;
}

{
  const form = $("split").querySelector("form");
  for (const side of ["source", "target"]) {
    const field = form[side];
    // Only the cursor matters here; a read-only field would not show it.
    field.addEventListener("beforeinput", (event) => event.preventDefault());
    for (const name of ["keyup", "click", "select"]) field.addEventListener(name, () => showSplit(form, side));
    field.addEventListener("keydown", (event) => {
      if (!event.altKey || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
      event.preventDefault();
      const all = [0, ...starts[side], field.value.length], at = field.selectionStart;
      const go = event.key === "ArrowRight" ? all.find((one) => one > at) ?? at : all.findLast((one) => one < at) ?? at;
      field.setSelectionRange(go, go);
      showSplit(form, side);
    });
  }
}

export async function splitting(row) {
  const box = $("split"), form = box.querySelector("form");
  for (const side of ["source", "target"]) {
    const text = row[side].replace(/\r\n?/g, "\n");
    form[side].value = text;
    starts[side] = row[`${side}_starts`].map((at) => toUnits(text, at));
  }
  box.returnValue = "";
  const result = confirmed(box);
  box.showModal();
  for (const side of ["source", "target"]) {
    const at = starts[side][0] ?? form[side].value.length;
    form[side].setSelectionRange(at, at);
    showSplit(form, side);
  }
  form.source.focus();
  if (!(await result)) return null;
  const found = {};
  for (const side of ["source", "target"]) {
    const at = form[side].selectionStart;
    if (at < form[side].value.length) found[`${side}_at`] = toCharacters(form[side].value, at);
  }
  return found;
}
