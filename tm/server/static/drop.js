// Forms with files: drag and drop, a list of what was chosen with sizes, and limits that are said before the upload.
const size = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
const shown = (bytes) => (bytes < 1e6 ? `${size.format(Math.max(1, Math.round(bytes / 1e3)))} kB` : `${size.format(bytes / 1e6)} MB`);

function filesOf(form) {
  return [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
}

// The sentence about what is too large, "" where nothing is.
function fault(form) {
  const files = filesOf(form), total = files.reduce((sum, file) => sum + file.size, 0);
  const limit = Number(form.dataset.limit), most = Number(form.dataset.most);
  if (files.length > most) return form.dataset.many.replace("{count}", files.length).replace("{most}", most);
  if (total > limit) return form.dataset.large.replace("{size}", size.format(total / 1e6)).replace("{most}", Math.floor(limit / 1e6));
  return "";
}

function show(input) {
  const list = input.closest(".drop")?.querySelector(".chosen");
  list?.replaceChildren(...[...input.files].map((file) => {
    const item = document.createElement("li");
    item.textContent = `${file.name} (${shown(file.size)})`;
    return item;
  }));
  const form = input.form, place = form.querySelector(".trouble"), said = fault(form);
  if (!place) return;
  place.textContent = said;
  place.hidden = !said;
}

for (const form of document.querySelectorAll("form[data-limit]")) {
  for (const input of form.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => show(input));
    const zone = input.closest(".drop") || input.closest("label") || input;
    zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      const data = new DataTransfer();
      for (const file of input.multiple ? [...input.files, ...event.dataTransfer.files] : [...event.dataTransfer.files].slice(0, 1)) data.items.add(file);
      input.files = data.files;
      show(input);
    });
  }
  form.addEventListener("submit", (event) => {
    if (fault(form)) { event.preventDefault(); return; }
    form.querySelector("button.main, button")?.setAttribute("aria-busy", "true");
  });
}
// A file dropped outside the fields must not replace the page.
for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
