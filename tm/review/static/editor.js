// The editor. Rows are grouped in chunks of fifty, and only chunks near the window hold elements, so that 20,000 rows scroll.
// Decisions and texts show at once and are sent in the background, see outbox.js; changes of rows wait for the server.
import { $, keep, number, request, pause, notify, say, t } from "./common.js";
import { editOf, hideKind, mayJudge, showFindings } from "./findings.js";
import { kept } from "./keeping.js";
import { Outbox } from "./outbox.js";
import { atSentences, cells, changesOf, cursorIn, openCells, putCursor, textOf } from "./inline.js";
import { drawStrip, onStrip, showSections } from "./overview.js";
import { openPalette } from "./palette.js";

const start = JSON.parse($("data").textContent), path = `/reviews/${start.name}`;
const feed = $("rows"), filters = $("filters"), isAssisted = Boolean($("phrase")), canAdd = Boolean($("term"));
let state = start.state, current = null, touched = false, queue = Promise.resolve();
let chunks = [], home = new Map(), flat = null, marks = [...start.marks];

// ---- the list of rows

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

// Lays out all rows; `ready` is an element that already holds the rows of the chunk at `place`; the first chunk has `first` rows.
function layOut(all, ready = null, place = 0, first = start.chunk) {
  for (const chunk of chunks) near.unobserve(chunk.element);
  chunks = [];
  home = new Map();
  flat = all;
  const elements = [];
  for (let from = 0, size = first; from < all.length; from += size, size = start.chunk) {
    const chunk = { ids: all.slice(from, from + size), isFull: false, isNear: false, wanted: 0 };
    chunk.isFull = Boolean(ready) && chunks.length === place;
    chunk.element = chunk.isFull ? ready : document.createElement("div");
    chunk.element.className = "chunk";
    chunk.element.chunk = chunk;
    if (!chunk.isFull) chunk.element.style.height = `${rowHeight * chunk.ids.length}px`;
    for (const id of chunk.ids) home.set(id, chunk);
    chunks.push(chunk);
    elements.push(chunk.element);
  }
  feed.replaceChildren(...elements);
  $("nothing").hidden = all.length > 0;
  for (const chunk of chunks) near.observe(chunk.element);
}

function empty(chunk) {
  chunk.element.style.height = `${chunk.element.offsetHeight}px`;
  chunk.element.replaceChildren();
  chunk.isFull = false;
}

const rowsOf = (some) => request(`${path}/rows?order=${filters.order.value}&ids=${some.join(",")}`);

async function fill(chunk, again = false) {
  if (chunk.isFull && !again) return;
  if (chunk.loading && !again) return chunk.loading;
  const turn = ++chunk.wanted;
  chunk.loading = (async () => {
    const html = await rowsOf(chunk.ids);
    if (turn !== chunk.wanted) return;
    const held = chunk.element.contains(document.activeElement), edited = editing && chunk.element.contains(editing.row) ? editing : null;
    // The server escaped every text; scripts in a fragment would not run, nor does the policy let them.
    const holder = document.createElement("div");
    holder.innerHTML = html;
    putRows(chunk.element, [...holder.children], edited);
    chunk.element.style.height = "";
    chunk.isFull = true;
    rowHeight = Math.max(40, chunk.element.offsetHeight / Math.max(1, chunk.ids.length));
    mark(held && !edited);
    if (edited && !rowOf(edited.id)) { editing = null; showDrafts(); }
  })();
  try { await chunk.loading; } catch (error) { notify(error.message); } finally { chunk.loading = null; }
}

// The row that is edited stays where it is, with its cursor and what an input method is about to write.
function putRows(element, rows, edited) {
  const at = edited ? rows.findIndex((row) => Number(row.dataset.id) === edited.id) : -1;
  if (at < 0) return element.replaceChildren(...rows);
  for (const old of [...element.children]) if (old !== edited.row) old.remove();
  edited.row.dataset.number = rows[at].dataset.number;
  edited.row.querySelector(".place").replaceWith(rows[at].querySelector(".place"));
  edited.row.before(...rows.slice(0, at));
  edited.row.after(...rows.slice(at + 1));
}

const ids = () => (flat ??= chunks.flatMap((chunk) => chunk.ids));
const rowOf = (id) => home.get(id)?.element.querySelector(`article[data-id="${id}"]`);
function placeOf(id) {
  let before = 0;
  for (const chunk of chunks) {
    if (chunk === home.get(id)) return before + chunk.ids.indexOf(id);
    before += chunk.ids.length;
  }
  return -1;
}

// Replaces all rows that are shown by what the server has now.
const refill = () => Promise.all(chunks.filter((chunk) => chunk.isFull).map((chunk) => fill(chunk, true)));

// Replaces single rows by what the server has now.
async function refresh(some, html = null) {
  if (some.length > start.chunk) { // a whole list may have changed
    const stale = [...new Set(some.map((id) => home.get(id)))].filter((chunk) => chunk?.isFull || chunk?.loading);
    await Promise.all(stale.map((chunk) => fill(chunk, true)));
    return soon("panel", 0, showPanel);
  }
  const wanted = some.filter((id) => rowOf(id) && editing?.id !== id);
  if (!wanted.length) return;
  const holder = document.createElement("div");
  holder.innerHTML = html ?? await rowsOf(wanted);
  for (const fresh of [...holder.children]) {
    const id = Number(fresh.dataset.id), old = rowOf(id);
    if (!old || editing?.id === id || pendingOf(id)) continue;
    const held = old.contains(document.activeElement);
    old.replaceWith(fresh);
    if (id === current) { mark(held); soon("panel", 0, showPanel); }
  }
}

let marked = null; // the row that the key Tab leads to

function mark(focus) {
  const row = current === null ? feed.querySelector("article") : rowOf(current);
  if (marked && marked !== row) { marked.classList.remove("current"); marked.tabIndex = -1; }
  marked = row;
  if (!row) return;
  row.tabIndex = 0;
  if (current === null) return;
  row.classList.add("current");
  if (focus) row.focus({ preventScroll: true });
}

async function choose(id, focus = true) {
  const chunk = home.get(id);
  if (!chunk) return;
  if (editing && editing.id !== id) finish();
  leaveCuts();
  current = id;
  if (!chunk.isFull) {
    chunk.element.scrollIntoView({ block: "nearest" });
    await fill(chunk);
  }
  mark(focus);
  rowOf(id)?.scrollIntoView({ block: "nearest" });
  soon("panel", 120, showPanel);
  soon("strip", 100, () => drawStrip(marks, placeOf(current)));
}

function step(by) {
  const all = ids();
  if (all.length) return choose(all[Math.min(Math.max((current === null ? -1 : placeOf(current)) + by, 0), all.length - 1)]);
}

const timers = {};
function soon(name, milliseconds, work) {
  clearTimeout(timers[name]);
  timers[name] = setTimeout(() => Promise.resolve(work()).catch((error) => notify(error.message)), milliseconds);
}

// ---- what the page says about the whole review

function show(next) {
  state = next;
  if (!state.counts) return; // the page itself does not wait for them
  const { all, open, suspects, accepted, bad } = state.counts, shown = { all, open, suspects, accepted, bad };
  for (const [name, count] of Object.entries(shown)) say(document.querySelector(`[data-count=${name}]`), number(count.units));
  const share = (count) => (all.words ? (100 * count.words) / all.words : 0), done = Math.floor(share(accepted) + share(bad));
  document.querySelector("#bar .accepted").style.width = `${share(accepted)}%`;
  document.querySelector("#bar .bad").style.width = `${share(bad)}%`;
  const words = t("{units} of {all} units, {done} % of {words} words reviewed", {
    units: number(accepted.units + bad.units), all: number(all.units), done, words: number(all.words),
  });
  $("bar").setAttribute("aria-label", words);
  say($("counts"), words + (state.checking ? `; ${state.checking} …` : ""));
  document.querySelector("[data-command=undo]").disabled = !state.undo;
  document.querySelector("[data-command=redo]").disabled = !state.redo;
}

async function showOverview() {
  drawStrip(marks, placeOf(current));
  showSections(await request(`${path}/sections`), (row) => inTurn(async () => {
    if (filters.order.value !== "document" || !home.has(row)) {
      filters.order.value = "document";
      filters.elements.show.value = "all";
      filters.text.value = "";
      await view(row);
    } else await choose(row);
  }));
}
onStrip((share) => inTurn(() => choose(ids()[Math.min(ids().length - 1, Math.floor(share * ids().length))])));

async function view(keep = null) {
  await outbox.idle();
  const query = new URLSearchParams(new FormData(filters)), before = current;
  const found = await request(`${path}/view?${query}`);
  // The rows to show are fetched before the old ones are removed, so that the page is never blank.
  const kept = keep === null ? -1 : found.ids.indexOf(keep), place = Math.floor(Math.max(kept, 0) / start.chunk);
  const ready = document.createElement("div");
  if (found.ids.length) ready.innerHTML = await rowsOf(found.ids.slice(place * start.chunk, (place + 1) * start.chunk));
  const next = current !== before ? current : keep; // a row may have been chosen meanwhile
  marks = [...found.marks];
  outbox.meet(found.state.version);
  show(found.state);
  const edited = editing;
  editing = null;
  layOut(found.ids, ready, place);
  current = null;
  if (home.has(next)) await choose(next);
  else { scrollTo(0, 0); mark(false); }
  if (edited && rowOf(edited.id)) { // otherwise its text is kept as a draft
    openEditor(edited.id, edited.side);
    Object.assign(editing, { base: edited.base, epoch: edited.epoch });
  }
  showDrafts();
  $("fresh").hidden = true;
  soon("overview", 0, showOverview);
}

// ---- changes

const STATUS = { accept: "reviewed", reject: "rejected", reopen: "unreviewed" }, LETTER = { reviewed: "a", rejected: "b", unreviewed: "o" };
const COUNT = { reviewed: "accepted", rejected: "bad", unreviewed: "open" };
const waiting = new Map(); // by the key of a change: what to do when it was made
const pendingOf = (id) => outbox.entries.some((entry) => entry.content.rows?.includes(id));

const outbox = new Outbox(path, state.version, {
  order: () => filters.order.value,
  async confirm(entry, result) {
    show(result.state);
    const isSame = result.old.length === result.new.length && result.old.every((id, place) => id === result.new[place]);
    if (isSame && !["undo", "redo"].includes(entry.content.do)) await refresh(result.new, result.rows);
    else await replaceRows(result.old, result.new);
    soon("overview", 1500, showOverview);
    if (state.checking) watch();
    waiting.get(entry.key)?.();
    waiting.delete(entry.key);
  },
  async refuse(entry, error) {
    const { rows: [id] = [], source, target } = entry.content;
    if (source !== undefined || target !== undefined) drafts.keep(id, { source, target });
    waiting.get(entry.key)?.();
    waiting.delete(entry.key);
    notify(error.message);
    showDrafts();
    if (error.status === 409) soon("view", 0, () => inTurn(() => view(current)));
    else if (id !== undefined) {
      // A verdict on a finding changed all rows that have it.
      if (["dismiss", "restore"].includes(entry.content.do)) { await refill(); soon("panel", 0, showPanel); } else await refresh([id]);
      const stored = await request(`${path}/state`);
      if (!outbox.entries.length) show(stored);
    }
  },
  show(count, error) {
    $("saved").classList.toggle("waiting", Boolean(error));
    say($("saved"), error ? t("{message} {count} not saved yet; they are kept in this browser and sent again.", { message: error.message, count: number(count) })
      : count ? t("Saving …") : t("All saved"));
    // What the reader can do: sign in beside this page, or load it again; what is not saved stays in the browser.
    $("way-out").hidden = !(error?.status === 401 || error?.mustReload);
    if (error) $("way-out").textContent = error.status === 401 ? t("Sign in in a new tab") : t("Reload the page");
    $("way-out").target = error?.status === 401 ? "_blank" : "";
  },
});

// A change of one row that shows at once; the server confirms it in the background.
function decide(id, action) {
  const row = rowOf(id), status = STATUS[action], old = row?.dataset.status ?? "unreviewed";
  touched = true;
  if (row) {
    row.classList.remove("reviewed", "rejected", "unreviewed");
    row.classList.add(status);
    row.dataset.status = status;
  }
  marks[placeOf(id)] = LETTER[status];
  const counts = structuredClone(state.counts);
  if (counts?.[COUNT[old]]) { counts[COUNT[old]].units -= 1; counts[COUNT[status]].units += 1; }
  state = { ...state, counts };
  soon("state", 40, () => show(state)); // after the frame that shows the row to which the key leads
  outbox.add({ do: action, rows: [id] });
}

// A change that adds, removes or moves rows: resolves when the page shows it.
function restructure(content, base = null) {
  touched = true;
  const entry = outbox.add(content, base);
  return new Promise((done) => waiting.set(entry.key, done));
}

// Replaces the rows `old` by the rows `fresh`, at the position of the first old one.
async function replaceRows(old, fresh) {
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
      marks.splice(placeOf(anchor), 0, ...come.map(() => "o"));
      chunk.ids.splice(place, 0, ...come);
      for (const id of come) home.set(id, chunk);
      stale.add(chunk);
    }
  }
  for (const id of gone) {
    const chunk = home.get(id);
    if (!chunk) continue;
    marks.splice(placeOf(id), 1);
    chunk.ids = chunk.ids.filter((one) => one !== id);
    home.delete(id);
  }
  flat = null;
  // Where rows were added or removed, the numbers of all following rows change.
  if (old.length !== fresh.length) for (const chunk of chunks) if (chunk.isFull) stale.add(chunk);
  const next = home.has(current) && fresh.length && !come.length ? (olds.has(current) ? current : fresh[0]) : come[0] ?? fresh[0];
  await Promise.all([...stale].filter((chunk) => chunk.isFull || chunk.loading).map((chunk) => fill(chunk, true)));
  if (home.has(next)) await choose(next);
}

// ---- editing in place

const drafts = {
  name: `duiyi-drafts:${path}`,
  all: () => kept(drafts.name) ?? {},
  keep(id, texts) { keep(drafts.name, { ...drafts.all(), [id]: texts }); },
  drop(id) {
    const { [id]: _, ...rest } = drafts.all();
    keep(drafts.name, Object.keys(rest).length ? rest : null);
  },
};
let editing = null; // { id, row, side, base, cursors }

function showDrafts() {
  const count = Object.keys(drafts.all()).filter((id) => Number(id) !== editing?.id).length;
  $("kept").hidden = !count;
  $("kept").firstElementChild.textContent = count ? t("Text that you typed was not saved, in {count} units.", { count: number(count) }) : "";
}

function openEditor(id, side) {
  const row = rowOf(id);
  if (!row || editing?.id === id) return editing && putCursor(cells(editing.row)[side]);
  leaveCuts();
  const before = cells(row), base = {};
  for (const [name, cell] of Object.entries(before)) base[name] = textOf(cell);
  openCells(row, base, drafts.all()[id]);
  const help = document.createElement("p");
  help.className = "editing-help";
  help.textContent = mayJudge ? t("Enter saves, Ctrl+Enter saves and accepts, Shift+Enter begins a line, Esc cancels, Alt+S splits at the cursors.")
    : t("Enter saves, Ctrl+Enter saves and goes to the next unit, Shift+Enter begins a line, Esc cancels, Alt+S splits at the cursors.");
  row.append(help);
  editing = { id, row, side, base, epoch: outbox.epoch, cursors: {} };
  putCursor(cells(row)[side]);
}

// Closes the cells; with `isSaved` what was typed is sent.
function finish(isSaved = true) {
  if (!editing) return {};
  const { id, row, base, epoch } = editing, changes = isSaved ? changesOf(row, base) : {};
  editing = null;
  for (const cell of Object.values(cells(row))) for (const name of ["contenteditable", "role", "aria-multiline", "aria-label"]) cell.removeAttribute(name);
  row.querySelector(".editing-help")?.remove();
  drafts.drop(id);
  showDrafts();
  if (Object.keys(changes).length) {
    touched = true;
    row.classList.add("pending");
    outbox.add({ do: "edit", rows: [id], ...changes }, base, epoch);
  } else inTurn(() => refresh([id]));
  return changes;
}

document.addEventListener("selectionchange", () => {
  const cell = getSelection().focusNode?.parentElement?.closest?.(".text");
  if (!cell) return;
  const text = String(getSelection()).trim();
  if (text) picked[cell.dataset.side] = text;
  if (editing?.row.contains(cell)) { editing.side = cell.dataset.side; editing.cursors[editing.side] = cursorIn(cell); }
});
feed.addEventListener("input", (event) => {
  if (editing && event.target.closest(".text")) drafts.keep(editing.id, Object.fromEntries(Object.entries(cells(editing.row)).map(([side, cell]) => [side, textOf(cell)])));
});
feed.addEventListener("keydown", (event) => {
  if (!editing || !event.target.closest(".text")) return;
  const id = editing.id, isCommand = event.ctrlKey || event.metaKey, cell = event.target.closest(".text");
  editing.cursors[cell.dataset.side] = cursorIn(cell); // "selectionchange" comes later than the keys of who types fast
  if (event.key === "Escape") { finish(false); choose(id); }
  else if (event.key === "Enter" && isCommand) { finish(); inTurn(() => { if (mayJudge) decide(id, "accept"); return step(1); }); }
  else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { finish(); choose(id); }
  else if (event.key === "Enter" && !event.isComposing) document.execCommand("insertText", false, "\n");
  else if (event.key === "Tab") { putCursor(cells(editing.row)[cell.dataset.side === "source" ? "target" : "source"]); }
  else if (event.altKey && event.code === "KeyS") inTurn(splitAtCursors);
  else if (event.altKey && /^Digit[1-5]$/.test(event.code)) insertHelp(event);
  else return;
  event.preventDefault();
  event.stopPropagation();
});

async function splitAtCursors() {
  const { id, row, cursors } = editing, content = { do: "split", rows: [id] };
  for (const [side, cell] of Object.entries(cells(row))) {
    const at = cursors[side];
    if (at !== undefined && at !== null && at < [...textOf(cell)].length) content[`${side}_at`] = at;
  }
  finish();
  await restructure(content);
}

async function comment(id) {
  const unit = await request(`${path}/rows/${id}`), row = rowOf(id);
  if (!row || row.querySelector(".comment")) return;
  const field = document.createElement("textarea");
  field.className = "comment";
  field.rows = 2;
  field.value = unit.notes.join("\n");
  field.setAttribute("aria-label", t("Comment"));
  const close = (isSaved) => {
    field.remove();
    rowOf(id)?.focus();
    if (isSaved && field.value !== unit.notes.join("\n")) outbox.add({ do: "edit", rows: [id], notes: field.value.split("\n").filter((line) => line.trim()) });
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape" || (event.key === "Enter" && !event.shiftKey && !event.isComposing)) { event.preventDefault(); event.stopPropagation(); close(event.key === "Enter"); }
  });
  row.append(field);
  field.focus();
}

// ---- splitting between sentences, and dragging sentences

let cutting = null; // { id, row, chosen: { source, target }, starts }

function leaveCuts() {
  for (const extra of feed.querySelectorAll(".cut, .grip")) extra.remove();
  cutting = null;
}

async function split(id) {
  if (editing) return splitAtCursors();
  if (cutting?.id === id) return doSplit();
  const unit = await request(`${path}/rows/${id}`), row = rowOf(id);
  leaveCuts();
  const starts = { source: unit.source_starts, target: unit.target_starts };
  if (!starts.source.length && !starts.target.length) { openEditor(id, "target"); return notify(t("Put the cursor where the second part begins, on each side, then press Alt+S.")); }
  cutting = { id, row, starts, chosen: { source: starts.source.length ? 0 : null, target: starts.target.length ? 0 : null } };
  for (const [side, cell] of Object.entries(cells(row))) {
    atSentences(cell, starts[side], (number) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "cut";
      button.textContent = "✂";
      button.dataset.number = number;
      button.setAttribute("aria-label", t("Split here"));
      button.addEventListener("click", () => { cutting.chosen[side] = cutting.chosen[side] === number ? null : number; showCuts(); });
      return button;
    });
  }
  showCuts();
  notify(t("Choose where to split on each side with the arrow keys or the mouse; Enter splits, Esc cancels."), true);
  row.querySelector(".cut.chosen")?.focus();
}

function showCuts() {
  for (const [side, cell] of Object.entries(cells(cutting.row))) {
    for (const button of cell.querySelectorAll(".cut")) {
      const isChosen = Number(button.dataset.number) === cutting.chosen[side];
      button.classList.toggle("chosen", isChosen);
      button.setAttribute("aria-pressed", String(isChosen));
    }
  }
}

async function doSplit() {
  const { id, starts, chosen } = cutting, content = { do: "split", rows: [id] };
  for (const side of ["source", "target"]) if (chosen[side] !== null) content[`${side}_at`] = starts[side][chosen[side]];
  leaveCuts();
  notify("");
  rowOf(id)?.focus();
  await restructure(content);
}

feed.addEventListener("keydown", (event) => {
  const button = event.target.closest(".cut");
  if (!cutting || !button) return;
  const side = button.closest(".text").dataset.side, other = side === "source" ? "target" : "source";
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (by) {
    cutting.chosen[side] = Math.min(Math.max((cutting.chosen[side] ?? 0) + by, 0), cutting.starts[side].length - 1);
    showCuts();
    cells(cutting.row)[side].querySelector(".cut.chosen").focus();
  } else if (event.key === "Tab" || event.key === "ArrowUp" || event.key === "ArrowDown") cells(cutting.row)[other].querySelector(".cut.chosen, .cut")?.focus();
  else if (event.key === "Enter" || event.key === "s") inTurn(doSplit);
  else if (event.key === "Escape") { const { id } = cutting; leaveCuts(); notify(""); choose(id); }
  else return;
  event.preventDefault();
  event.stopPropagation();
});

// Handles before the sentences of the current row: dragged to the row above or below, a sentence goes there with those between.
function showGrips(id, unit) {
  const row = rowOf(id);
  if (editing || cutting || row.querySelector(".grip")) return;
  for (const [side, cell] of Object.entries(cells(row))) {
    if (cell.querySelector("[data-none]")) continue;
    const starts = [0, ...unit[`${side}_starts`]], ends = [...starts.slice(1), [...unit[side]].length];
    atSentences(cell, starts, (number) => {
      const grip = document.createElement("span");
      grip.className = "grip";
      grip.textContent = "⠿";
      grip.title = t("Drag this sentence to the row above or below");
      grip.setAttribute("aria-hidden", "true");
      grip.addEventListener("pointerdown", (event) => drag(event, grip, { id, side, start: starts[number], end: ends[number] }));
      return grip;
    });
  }
}

function drag(event, grip, { id, side, start: from, end: to }) {
  event.preventDefault();
  grip.setPointerCapture(event.pointerId);
  const place = Number(rowOf(id).dataset.number);
  let target = null;
  const over = ({ clientX, clientY }) => {
    target?.classList.remove("target-of-drag");
    const found = document.elementFromPoint(clientX, clientY)?.closest("#rows article");
    target = found && Math.abs(Number(found.dataset.number) - place) === 1 ? found : null;
    target?.classList.add("target-of-drag");
  };
  grip.addEventListener("pointermove", over);
  grip.addEventListener("pointerup", () => {
    grip.removeEventListener("pointermove", over);
    if (!target) return;
    target.classList.remove("target-of-drag");
    const up = Number(target.dataset.number) < place;
    inTurn(() => restructure({ do: "move", rows: [id], side, up, [`${side}_at`]: up ? to : from }));
  }, { once: true });
}

// ---- the side panel

const picked = { source: "", target: "" };

let fixable = null; // { id, unit }: the unit whose corrections are shown

async function showPanel() {
  const row = rowOf(current);
  if (!row) return;
  const id = current;
  fixable = null;
  showFindings(row);
  try {
    const [unit, html] = await Promise.all([request(`${path}/rows/${id}`), isAssisted ? request(`${path}/rows/${id}/help`) : ""]);
    if (id !== current || !rowOf(id)) return;
    fixable = { id, unit };
    if (unit.fixes.length) showFindings(rowOf(id), unit.fixes);
    showGrips(id, unit);
    if (isAssisted) $("help").innerHTML = html;
  } catch (error) { if (id === current && error.status) notify(error.message); } // a row may be gone by now
}

// "This is right": findings of this kind are not shown any more, here and in other reviews of the folder.
function dismiss(id, kind) {
  touched = true;
  hideKind(kind);
  showFindings(rowOf(id), fixable?.unit.fixes);
  outbox.add({ do: "dismiss", rows: [id], kind });
}

function fix(id, kind) {
  const row = rowOf(id), wanted = fixable?.id === id && fixable.unit.fixes.find((one) => kind === null || one.kind === kind);
  if (!wanted) return notify(t("No finding of this unit has a certain correction."));
  const edit = editing ? null : editOf(row, wanted, fixable.unit);
  if (!edit) return notify(t("The text was changed; the correction does not fit it."));
  touched = true;
  row.classList.add("pending");
  outbox.add(edit.content, edit.base);
}

function insertText(text, isWhole) {
  if (current === null) return;
  if (editing?.id !== current) openEditor(current, "target");
  const cell = cells(editing.row).target;
  if (isWhole || !cell.contains(getSelection().focusNode)) putCursor(cell);
  if (isWhole) getSelection().selectAllChildren(cell);
  document.execCommand("insertText", false, text);
}
// The match or, with Shift, the term of this number.
function insertHelp({ code, shiftKey }) {
  const button = $("help")?.querySelectorAll(shiftKey ? ".terms [data-insert]:not(:disabled)" : ".matches [data-insert]")[Number(code.slice(5)) - 1];
  if (button) insertText(button.dataset.insert, !shiftKey);
}

async function lookUp(text) {
  $("phrase-text").value = text;
  $("panel").classList.add("open");
  $("hits").innerHTML = text ? await request(`${path}/concordance?text=${encodeURIComponent(text)}`) : "";
}

if (isAssisted) {
  $("phrase").addEventListener("submit", (event) => { event.preventDefault(); lookUp($("phrase-text").value.trim()).catch((error) => notify(error.message)); });
}
if (canAdd) {
  $("term").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    try {
      await request(`${path}/terms`, "POST", { source: form.source.value, target: form.target.value });
      notify(t("{source} = {target} was added to the terms.", { source: form.source.value, target: form.target.value }), true);
      form.reset();
      rowOf(current)?.focus();
      await showPanel();
    } catch (error) { notify(error.message); }
  });
  $("sending").addEventListener("close", async () => {
    if ($("sending").returnValue !== "send") return;
    try {
      await outbox.idle();
      const found = await request(`${path}/memory`, "POST", { selection: $("sending").querySelector("select").value });
      notify(t("{units} units were sent to {memory}; {added} of them are new.", { units: number(found.units), memory: found.memory, added: number(found.new) }), true);
    } catch (error) { notify(error.message); }
  });
}

// ---- commands

const withCurrent = (work) => () => (current === null ? notify(t("Choose a unit first.")) : work(current));
const move = (side, up) => withCurrent((id) => restructure({ do: "move", rows: [id], side, up }));
const shift = (side, up) => withCurrent((id) => restructure({ do: "shift", rows: [id], side, up }));
const dialog = (id) => () => { const box = $(id); box.showModal(); };

const commands = {
  ...(mayJudge && {
    accept: [t("Accept, go to the next unit"), "A", withCurrent((id) => { finish(); decide(id, "accept"); return step(1); })],
    reject: [t("Mark as bad, go to the next unit"), "B", withCurrent((id) => { finish(); decide(id, "reject"); return step(1); })],
    reopen: [t("Open again"), "U", withCurrent((id) => decide(id, "reopen"))],
    right: [t("The first finding is right"), "R", withCurrent((id) => {
      const kind = rowOf(id)?.querySelector("[data-kind]")?.dataset.kind;
      return kind ? dismiss(id, kind) : notify(t("The checks found nothing in this unit."));
    })],
  }),
  edit: [t("Edit the target"), "E", withCurrent((id) => openEditor(id, "target"))],
  "edit-source": [t("Edit the source"), "Shift+E", withCurrent((id) => openEditor(id, "source"))],
  note: [t("Comment"), "N", withCurrent(comment)],
  fix: [t("Fix the first finding that has a certain correction"), "G", withCurrent((id) => fix(id, null))],
  split: [t("Split"), "S", withCurrent(split)],
  merge: [t("Merge with the next unit of the document"), "M", withCurrent((id) => { finish(); return restructure({ do: "merge", rows: [id] }); })],
  "target-up": [t("Move a sentence of the target up"), "Alt+↑", move("target", true)],
  "target-down": [t("Move a sentence of the target down"), "Alt+↓", move("target", false)],
  "source-up": [t("Move a sentence of the source up"), "Alt+Shift+↑", move("source", true)],
  "source-down": [t("Move a sentence of the source down"), "Alt+Shift+↓", move("source", false)],
  "shift-up": [t("Shift all targets from here up by one"), "[", shift("target", true)],
  "shift-down": [t("Shift all targets from here down by one"), "]", shift("target", false)],
  "shift-source-up": [t("Shift all sources from here up by one"), "{", shift("source", true)],
  "shift-source-down": [t("Shift all sources from here down by one"), "}", shift("source", false)],
  undo: [t("Undo"), "Ctrl+Z", () => restructure({ do: "undo" })],
  redo: [t("Redo"), "Ctrl+Y", () => restructure({ do: "redo" })],
  next: [t("Next unit"), "↓", () => step(1)],
  previous: [t("Previous unit"), "↑", () => step(-1)],
  first: [t("First unit"), "Home", () => step(-Infinity)],
  last: [t("Last unit"), "End", () => step(Infinity)],
  search: [t("Search"), "/", () => filters.text.focus()],
  order: [t("Switch between document order and suspects first"), "D", () => { filters.order.value = filters.order.value === "document" ? "suspects" : "document"; return view(current); }],
  renew: [t("Load the list again"), "", () => view(current)],
  drafts: [t("Go on with text that was not saved"), "", async () => {
    const id = Number(Object.keys(drafts.all()).find((one) => home.has(Number(one))) ?? NaN);
    if (Number.isNaN(id)) {
      const lost = Object.values(drafts.all()).map((one) => one.target ?? one.source).join("\n");
      await navigator.clipboard?.writeText(lost).catch(() => {});
      return notify(t("Its unit no longer exists; the text was: {text}", { text: lost }));
    }
    await choose(id);
    openEditor(id, "target");
    showDrafts();
  }],
  palette: [t("All commands"), "Ctrl+K", () => openPalette(Object.entries(commands).map(([name, [title, key]]) => ({ name, title, key })), run)],
  export: [t("Download"), "X", dialog("export")],
  history: [t("History: who did what"), "H", async () => { $("events").innerHTML = await request(`${path}/history`); $("past").showModal(); }],
  dismissed: [t("Findings that are marked as right"), "", async () => { $("right-list").innerHTML = await request(`${path}/dismissed`); $("right").showModal(); }],
  check: [t("Check again"), "C", async () => { await request(`${path}/check`, "POST"); state.checking = "checks waiting"; watch(); }],
  ...(isAssisted && {
    concordance: [t("Look up the selected words"), "F", () => lookUp(String(getSelection()).trim() || picked.target || picked.source)],
  }),
  ...(canAdd && {
    send: [t("Send to memory"), "", dialog("sending")],
    term: [t("Add the selected words as a term"), "T", () => {
      const form = $("term");
      for (const side of ["source", "target"]) form[side].value = picked[side];
      $("panel").classList.add("open");
      (form.source.value ? (form.target.value ? form.querySelector("button") : form.target) : form.source).focus();
    }],
  }),
  panel: [t("Show or hide the side panel"), "P", () => { $("panel").classList.toggle("open"); document.body.classList.toggle("without-panel"); }],
};
const keys = {
  j: "next", ArrowDown: "next", k: "previous", ArrowUp: "previous", Home: "first", End: "last",
  a: "accept", b: "reject", u: "reopen", e: "edit", Enter: "edit", E: "edit-source", n: "note", s: "split", m: "merge",
  "Alt+ArrowUp": "target-up", "Alt+ArrowDown": "target-down", "Alt+Shift+ArrowUp": "source-up", "Alt+Shift+ArrowDown": "source-down",
  "[": "shift-up", "]": "shift-down", "{": "shift-source-up", "}": "shift-source-down",
  z: "undo", y: "redo", "Ctrl+z": "undo", "Ctrl+y": "redo", "Ctrl+Shift+Z": "redo", "Ctrl+Shift+z": "redo",
  "/": "search", "?": "palette", "Ctrl+k": "palette", d: "order", h: "history", x: "export", c: "check", g: "fix", r: "right", f: "concordance", t: "term", p: "panel",
};

// Commands run one after the other: a user who types fast means the row that the last command leads to.
function inTurn(work) {
  queue = queue.then(work).catch((error) => notify(error.message));
  return queue;
}
const run = (name) => inTurn(commands[name][2]);

document.addEventListener("keydown", (event) => {
  const isPalette = (event.ctrlKey || event.metaKey) && event.key === "k";
  if (!isPalette && event.target.closest("dialog, input, select, textarea, button, a, [contenteditable]")) {
    if (event.key === "Escape" && event.target.closest("#filters, #panel")) { event.preventDefault(); choose(current ?? ids()[0]); }
    return;
  }
  const parts = [event.ctrlKey || event.metaKey ? "Ctrl" : "", event.altKey ? "Alt" : "", event.shiftKey && (event.key.length > 1 || event.ctrlKey || event.metaKey) ? "Shift" : "", event.key].filter(Boolean);
  const isDigit = event.altKey && /^Digit[1-5]$/.test(event.code), name = keys[parts.join("+")];
  if (isDigit && isAssisted) { event.preventDefault(); return insertHelp(event); }
  if (!name || !commands[name] || (isPalette && $("palette").open)) return;
  event.preventDefault();
  run(name);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.command) return run(button.dataset.command);
  if (button?.hasAttribute("data-close")) return button.closest("dialog").close();
  if (button?.dataset.right !== undefined && current !== null) return inTurn(() => dismiss(current, button.dataset.right));
  if (button?.dataset.fix !== undefined && current !== null) return inTurn(() => fix(current, button.dataset.fix));
  if (button?.dataset.restore !== undefined) {
    button.closest("li").remove();
    return outbox.add({ do: "restore", rows: [current ?? ids()[0] ?? 0], kind: button.dataset.restore });
  }
  if (button?.dataset.insert !== undefined) return insertText(button.dataset.insert, Boolean(button.closest(".matches")));
  const row = event.target.closest("#rows article"), id = Number(row?.dataset.id);
  if (!row || button || editing?.row === row || String(getSelection())) return;
  const cell = event.target.closest(".text");
  if (!cell || id !== pressedOn || cutting) return choose(id);
  // A text of the row that was chosen before is edited where it was clicked or touched.
  openEditor(id, cell.dataset.side);
  const { clientX, clientY } = event, at = document.caretPositionFromPoint?.(clientX, clientY), range = at ? null : document.caretRangeFromPoint?.(clientX, clientY);
  const node = at?.offsetNode ?? range?.startContainer;
  if (node && cell.contains(node)) getSelection().collapse(node, at?.offset ?? range.startOffset);
});
let pressedOn = null; // the unit that was chosen when the button of the mouse went down
document.addEventListener("pointerdown", () => { pressedOn = current; }, true);
// Buttons of the bars leave the cursor in the text that is edited, so that "Split" knows where it is.
for (const bar of [$("actions"), $("help")]) bar?.addEventListener("mousedown", (event) => { if (editing) event.preventDefault(); });
feed.addEventListener("focusin", (event) => {
  const row = event.target.closest("article"), id = Number(row?.dataset.id);
  if (!row || current === id) return;
  if (editing && editing.id !== id) finish();
  current = id;
  mark(false);
  soon("panel", 120, showPanel);
});
feed.addEventListener("dblclick", (event) => {
  const side = event.target.closest(".text")?.dataset.side;
  if (side && !editing) run(side === "source" ? "edit-source" : "edit");
});
filters.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(timers.search);
  inTurn(async () => { await view(); await choose(ids()[0]); });
});
filters.addEventListener("change", (event) => { if (event.target.name !== "text") inTurn(() => view(current)); });
filters.text.addEventListener("input", () => soon("search", 200, () => inTurn(() => view())));
$("export").querySelector("form").addEventListener("submit", () => setTimeout(() => $("export").close(), 0));
addEventListener("resize", () => soon("strip", 100, () => drawStrip(marks, placeOf(current))));

// While checks run, the page requests their state; suspects are put first automatically only before the first edit.
let watching = false, findingsVersion = state.findings_version;
async function watch() {
  if (watching) return;
  watching = true;
  try {
    for (let found = state.counts ? state : await request(`${path}/state`); ;) {
      if (found.findings_version !== findingsVersion) {
        findingsVersion = found.findings_version;
        if (!touched && current === null && scrollY < 10) await inTurn(() => view());
        else {
          $("fresh").hidden = false;
          await refill();
        }
      }
      if (!outbox.entries.length) show({ ...found, version: state.version, undo: state.undo, redo: state.redo });
      if (!found.checking) {
        if (found.check_error) notify(found.check_error);
        break;
      }
      await pause(400);
      found = await request(`${path}/state`);
    }
  } catch (error) { notify(error.message); } finally { watching = false; }
}

// What is below the bar of tools stays below it, however many lines it has.
new ResizeObserver(([{ target }]) => document.documentElement.style.setProperty("--tools", getComputedStyle(target).position === "sticky" ? `${target.offsetHeight}px` : "0px"))
  .observe(document.querySelector(".tools"));

// Another tab with this review: both may be used; a text that both change is kept in the slower one.
try {
  const tabs = new BroadcastChannel(`duiyi:${path}`);
  tabs.addEventListener("message", ({ data }) => {
    if (data === "opened") tabs.postMessage("here");
    $("twice").hidden = false;
  });
  tabs.postMessage("opened");
} catch { /* a browser that keeps nothing may not allow this either */ }

layOut(start.ids, feed.firstElementChild, 0, feed.firstElementChild.childElementCount || start.chunk);
show(state);
mark(false);
outbox.show(outbox.entries.length, null);
outbox.send(); // what an earlier page could not send
showDrafts();
soon("overview", 0, showOverview);
// A page may lead to one row: "#row-12", counted from 0.
const wanted = /^#row-(\d+)$/.exec(location.hash);
if (wanted) choose(start.ids[Number(wanted[1])]);
document.body.dataset.ready = "yes";
watch();
