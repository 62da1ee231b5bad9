// The editor: rows are grouped in chunks of fifty, and only chunks near the window hold elements, so that 10,000 rows scroll.
// Every decision goes to the server at once; the response says which rows replace which.
import { $, request, pause, notify } from "./common.js";
import { editing, splitting } from "./dialogs.js";

const start = JSON.parse($("data").textContent), path = `/reviews/${start.name}`;
const feed = $("rows"), filters = $("filters");
let state = start.state, current = null, touched = false, queue = Promise.resolve();
let chunks = [], home = new Map();

const near = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const chunk = entry.target.chunk;
    if (!chunk) continue;
    chunk.isNear = entry.isIntersecting;
    if (chunk.isNear) fill(chunk);
    else if (chunk.isFull && !chunk.element.contains(document.activeElement)) empty(chunk);
  }
}, { rootMargin: "1200px 0px" });

let rowHeight = 90; // height of a row in pixels, until rows were measured

// Lays out all rows; `ready` is an element that already holds the rows of the chunk at `place`.
function layOut(ids, ready = null, place = 0) {
  for (const chunk of chunks) near.unobserve(chunk.element);
  chunks = [];
  home = new Map();
  const elements = [];
  for (let from = 0; from < ids.length; from += start.chunk) {
    const chunk = { ids: ids.slice(from, from + start.chunk), isFull: false, isNear: false, wanted: 0 };
    chunk.isFull = Boolean(ready) && from === place * start.chunk;
    chunk.element = chunk.isFull ? ready : document.createElement("div");
    chunk.element.className = "chunk";
    chunk.element.chunk = chunk;
    if (!chunk.isFull) chunk.element.style.height = `${rowHeight * chunk.ids.length}px`;
    for (const id of chunk.ids) home.set(id, chunk);
    chunks.push(chunk);
    elements.push(chunk.element);
  }
  feed.replaceChildren(...elements);
  $("nothing").hidden = ids.length > 0;
  for (const chunk of chunks) near.observe(chunk.element);
}

function empty(chunk) {
  chunk.element.style.height = `${chunk.element.offsetHeight}px`;
  chunk.element.replaceChildren();
  chunk.isFull = false;
}

const rowsOf = (ids) => request(`${path}/rows?order=${filters.order.value}&ids=${ids.join(",")}`);

async function fill(chunk, again = false) {
  if (chunk.isFull && !again) return;
  if (chunk.loading && !again) return chunk.loading;
  const turn = ++chunk.wanted;
  chunk.loading = (async () => {
    const html = await rowsOf(chunk.ids);
    if (turn !== chunk.wanted) return;
    // The server escaped every text; scripts in a fragment would not run, nor does the policy let them.
    const held = chunk.element.contains(document.activeElement);
    chunk.element.innerHTML = html;
    chunk.element.style.height = "";
    chunk.isFull = true;
    rowHeight = Math.max(40, chunk.element.offsetHeight / Math.max(1, chunk.ids.length));
    mark(held);
  })();
  try { await chunk.loading; } catch (error) { notify(error.message); } finally { chunk.loading = null; }
}

const ids = () => chunks.flatMap((chunk) => chunk.ids);
const rowOf = (id) => feed.querySelector(`article[data-id="${id}"]`);

function mark(focus) {
  for (const row of feed.querySelectorAll("article[tabindex='0']")) { row.classList.remove("current"); row.tabIndex = -1; }
  const row = current === null ? feed.querySelector("article") : rowOf(current);
  if (!row) return;
  row.tabIndex = 0;
  if (current === null) return;
  row.classList.add("current");
  if (focus) row.focus({ preventScroll: true });
}

async function choose(id, focus = true) {
  const chunk = home.get(id);
  if (!chunk) return;
  current = id;
  if (!chunk.isFull) {
    chunk.element.scrollIntoView({ block: "nearest" });
    await fill(chunk);
  }
  mark(focus);
  rowOf(id)?.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = ids(), place = all.indexOf(current);
  if (all.length) return choose(all[Math.min(Math.max(place + by, 0), all.length - 1)]);
}

function show(next) {
  state = next;
  const { all, open, suspects, accepted, bad } = state.counts;
  $("counts").textContent = `${all} ${all === 1 ? "unit" : "units"}: ${open} unreviewed, ${suspects} suspect, ${accepted} reviewed, ${bad} rejected${state.checking ? `; ${state.checking} …` : ""}`;
  document.querySelector("[data-command=undo]").disabled = !state.undo;
  document.querySelector("[data-command=redo]").disabled = !state.redo;
}

async function view(keep = null) {
  const query = new URLSearchParams(new FormData(filters)), before = current;
  const found = await request(`${path}/view?${query}`);
  // The rows to show are fetched before the old ones are removed, so that the page is never blank.
  const kept = keep === null ? -1 : found.ids.indexOf(keep), place = Math.floor(Math.max(kept, 0) / start.chunk);
  const ready = document.createElement("div");
  if (found.ids.length) ready.innerHTML = await rowsOf(found.ids.slice(place * start.chunk, (place + 1) * start.chunk));
  const next = current !== before ? current : keep; // a row may have been chosen meanwhile
  show(found.state);
  layOut(found.ids, ready, place);
  current = null;
  if (home.has(next)) await choose(next);
  else { scrollTo(0, 0); mark(false); }
  $("fresh").hidden = true;
}

// An edit is made on the version that the previous one returned; see `run` for their order.
async function edit(content, then = "stay") {
  touched = true;
  const all = ids(), place = all.indexOf(current), neighbour = all[place + 1] ?? all[place - 1] ?? null;
  try {
    const result = await request(`${path}/edits`, "POST", { edit: content, version: state.version });
    notify("");
    show(result.state);
    await replaceRows(result.old, result.new, then === "next" ? neighbour : null);
    if (state.checking) watch();
  } catch (error) {
    notify(error.message);
    if (error.status === 409) await view(current);
  }
}

// Replaces the rows `old` by the rows `fresh`, at the position of the first old one.
async function replaceRows(old, fresh, go) {
  // Sets, because shifting a side of a long document changes all of its rows.
  const olds = new Set(old), fresher = new Set(fresh), stale = new Set();
  const gone = old.filter((id) => !fresher.has(id)), come = fresh.filter((id) => !olds.has(id));
  for (const id of old) if (home.has(id)) stale.add(home.get(id));
  if (come.length) {
    // Next to the rows they replace; where these are not shown, next to a neighbour that stays.
    const anchor = [...gone, ...old].find((id) => home.has(id)) ?? ids()[0];
    const chunk = anchor === undefined ? null : home.get(anchor);
    if (chunk) {
      const place = chunk.ids.indexOf(anchor) + (gone.includes(anchor) ? 0 : fresh.indexOf(anchor) < fresh.indexOf(come[0]) ? 1 : 0);
      chunk.ids.splice(place, 0, ...come);
      for (const id of come) home.set(id, chunk);
      stale.add(chunk);
    }
  }
  for (const id of gone) {
    const chunk = home.get(id);
    if (!chunk) continue;
    chunk.ids = chunk.ids.filter((one) => one !== id);
    home.delete(id);
  }
  // Where rows were added or removed, the numbers of all following rows change.
  if (old.length !== fresh.length) for (const chunk of chunks) if (chunk.isFull) stale.add(chunk);
  const next = go ?? (home.has(current) && fresh.length && !come.length ? (olds.has(current) ? current : fresh[0]) : come[0] ?? fresh[0]);
  await Promise.all([...stale].filter((chunk) => chunk.isFull || chunk.loading).map((chunk) => fill(chunk, true)));
  if (home.has(next)) await choose(next);
}

const withCurrent = (work) => () => (current === null ? notify("Choose a unit first.") : work(current));
const move = (side, up) => withCurrent((id) => edit({ do: "move", rows: [id], side, up }));
const shift = (side, up) => withCurrent((id) => edit({ do: "shift", rows: [id], side, up }));
const dialog = (id) => () => { const box = $(id); box.showModal(); };

async function change(id, field) {
  const row = await request(`${path}/rows/${id}`);
  const found = await editing(row, field);
  rowOf(id)?.focus();
  if (found && Object.keys(found).length) await edit({ do: "edit", rows: [id], ...found });
}

async function cut(id) {
  const row = await request(`${path}/rows/${id}`);
  const found = await splitting(row);
  rowOf(id)?.focus();
  if (found) await edit({ do: "split", rows: [id], ...found });
}

const commands = {
  accept: withCurrent((id) => edit({ do: "accept", rows: [id] }, "next")),
  reject: withCurrent((id) => edit({ do: "reject", rows: [id] }, "next")),
  reopen: withCurrent((id) => edit({ do: "reopen", rows: [id] })),
  merge: withCurrent((id) => edit({ do: "merge", rows: [id] })),
  edit: withCurrent((id) => change(id, "target")),
  "edit-source": withCurrent((id) => change(id, "source")),
  note: withCurrent((id) => change(id, "note")),
  split: withCurrent(cut),
  "target-up": move("target", true), "target-down": move("target", false),
  "source-up": move("source", true), "source-down": move("source", false),
  "shift-up": shift("target", true), "shift-down": shift("target", false),
  "shift-source-up": shift("source", true), "shift-source-down": shift("source", false),
  undo: () => edit({ do: "undo" }),
  redo: () => edit({ do: "redo" }),
  next: () => step(1), previous: () => step(-1),
  first: () => step(-Infinity), last: () => step(Infinity),
  search: () => filters.text.focus(),
  order: () => { filters.order.value = filters.order.value === "document" ? "suspects" : "document"; return view(current); },
  renew: () => view(current),
  help: dialog("help"),
  export: dialog("export"),
  history: async () => { $("events").innerHTML = await request(`${path}/history`); $("past").showModal(); },
  check: async () => { await request(`${path}/check`, "POST"); state.checking = "checks waiting"; watch(); },
};
const keys = {
  j: "next", ArrowDown: "next", k: "previous", ArrowUp: "previous", Home: "first", End: "last",
  a: "accept", b: "reject", u: "reopen", e: "edit", Enter: "edit", E: "edit-source", n: "note", s: "split", m: "merge",
  "Alt+ArrowUp": "target-up", "Alt+ArrowDown": "target-down", "Alt+Shift+ArrowUp": "source-up", "Alt+Shift+ArrowDown": "source-down",
  "[": "shift-up", "]": "shift-down", "{": "shift-source-up", "}": "shift-source-down",
  z: "undo", y: "redo", "Ctrl+z": "undo", "Ctrl+y": "redo", "Ctrl+Shift+Z": "redo", "Ctrl+Shift+z": "redo",
  "/": "search", "?": "help", d: "order", h: "history", x: "export", c: "check",
};

// Commands run one after the other: a user who types fast means the row that the last command leads to.
function inTurn(work) {
  queue = queue.then(work).catch((error) => notify(error.message));
  return queue;
}
const run = (name) => inTurn(commands[name]);

document.addEventListener("keydown", (event) => {
  if (event.target.closest("dialog, input, select, textarea, button, a")) {
    if (event.key === "Escape" && event.target.closest("#filters")) { event.preventDefault(); choose(current ?? ids()[0]); }
    return;
  }
  const parts = [event.ctrlKey || event.metaKey ? "Ctrl" : "", event.altKey ? "Alt" : "", event.shiftKey && (event.key.length > 1 || event.ctrlKey || event.metaKey) ? "Shift" : "", event.key].filter(Boolean);
  const name = keys[parts.join("+")];
  if (!name) return;
  event.preventDefault();
  run(name);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.command) return run(button.dataset.command);
  if (button?.hasAttribute("data-close")) return button.closest("dialog").close();
  const row = event.target.closest("#rows article");
  if (row && !String(getSelection())) choose(Number(row.dataset.id));
});
feed.addEventListener("focusin", (event) => {
  const row = event.target.closest("article");
  if (row && current !== Number(row.dataset.id)) { current = Number(row.dataset.id); mark(false); }
});
feed.addEventListener("dblclick", () => run("edit"));
let waiting = 0;
filters.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(waiting);
  inTurn(async () => { await view(); await choose(ids()[0]); });
});
filters.addEventListener("change", (event) => { if (event.target.name !== "text") inTurn(() => view(current)); });
filters.text.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => inTurn(() => view()), 200);
});
$("export").querySelector("form").addEventListener("submit", () => setTimeout(() => $("export").close(), 0));

// While checks run, the page requests their state; suspects are put first automatically only before the first edit.
let watching = false, findingsVersion = state.findings_version;
async function watch() {
  if (watching) return;
  watching = true;
  try {
    for (let found = state; ;) {
      if (found.findings_version !== findingsVersion) {
        findingsVersion = found.findings_version;
        if (!touched && current === null && scrollY < 10) await inTurn(() => view());
        else {
          $("fresh").hidden = false;
          $("fresh").firstElementChild.textContent = "The checks have new findings.";
          await Promise.all(chunks.filter((chunk) => chunk.isFull).map((chunk) => fill(chunk, true)));
        }
      }
      show({ ...found, version: state.version, undo: state.undo, redo: state.redo });
      if (!found.checking) {
        if (found.check_error) notify(found.check_error);
        break;
      }
      await pause(400);
      found = await request(`${path}/state`);
    }
  } catch (error) { notify(error.message); } finally { watching = false; }
}

layOut(start.ids, feed.firstElementChild);
show(state);
mark(false);
document.body.dataset.ready = "yes";
watch();
