// The start page: sends the files one after the other and opens their review.
import { allow, root, $, number, request, notify, t } from "./common.js";

const limit = Number($("documents")?.dataset.limit);

for (const drop of document.querySelectorAll(".drop")) {
  const input = drop.querySelector("input"), hint = drop.querySelector("[data-hint]");
  const show = () => { if (input.files.length) hint.textContent = `${input.files[0].name}, ${number(Math.ceil(input.files[0].size / 1000))} kB`; };
  input.addEventListener("change", show);
  drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; show(); }
  });
}
// A file dropped outside the fields must not replace the page.
for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());

function chosen(id) {
  const file = $(id).files[0];
  if (!file) throw new Error(t("Choose the file first."));
  if (file.size > limit) throw new Error(t("{name} is larger than {size} MB.", { name: file.name, size: number(Math.floor(limit / 1e6)) }));
  return file;
}

async function send(form, work) {
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  try { await work(); } catch (error) { $("progress").textContent = ""; notify(error.message); } finally { button.disabled = false; }
}

$("documents")?.addEventListener("submit", (event) => {
  event.preventDefault();
  send(event.target, async () => {
    const files = [["source", chosen("source")], ["target", chosen("target")]];
    const { id } = await request("/reviews", "POST");
    for (const [side, file] of files) {
      $("progress").textContent = t("Sending {name} …", { name: file.name });
      await request(`/reviews/${id}/documents/${side}?name=${encodeURIComponent(file.name)}`, "PUT", file);
    }
    location.assign(`${root}/reviews/${id}`);
  });
});

$("units")?.addEventListener("submit", (event) => {
  event.preventDefault();
  send(event.target, async () => {
    const file = chosen("file");
    $("progress").textContent = t("Reading {name} …", { name: file.name });
    const { id } = await request(`/reviews?name=${encodeURIComponent(file.name)}`, "POST", file);
    location.assign(`${root}/reviews/${id}`);
  });
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-delete]");
  if (!button || !confirm(t("Delete this review with all its decisions?"))) return;
  try {
    await request(`/reviews/${button.dataset.delete}`, "DELETE");
    button.closest("li").remove();
  } catch (error) { notify(error.message); }
});

// A review is assigned to a user, or shared, as soon as that is chosen.
document.addEventListener("change", async (event) => {
  const form = event.target.closest("[data-assign]");
  if (!form) return;
  const body = { assignee: form.elements.assignee.value, shared: form.elements.shared.checked };
  try {
    await request(`/reviews/${form.dataset.assign}/assignment`, "PUT", body);
    notify(t("Saved."), true);
  } catch (error) { notify(error.message); }
});
allow();
