// Editing a row in place. Inline tags are chips that cannot be changed, only moved or deleted; the text of a side is what
// its cell holds, with the tags as they stand in the unit.
const same = (text) => text.replace(/\r\n?/g, "\n");

export function textOf(cell) {
  let text = "";
  for (const node of cell.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) text += node.data;
    else if (node.dataset?.raw !== undefined) text += node.dataset.raw;
    else if (node.nodeName === "BR") text += "\n";
    else if (!node.matches?.(".grip, .cut, [data-none]")) text += textOf(node);
  }
  return text;
}

// How many characters (code points, as the server counts) of the text of a cell come before the cursor; null where it is elsewhere.
export function cursorIn(cell) {
  const selection = getSelection();
  if (!selection.rangeCount || !cell.contains(selection.focusNode)) return null;
  const range = document.createRange();
  range.selectNodeContents(cell);
  range.setEnd(selection.focusNode, selection.focusOffset);
  const part = document.createElement("div");
  part.append(range.cloneContents());
  return [...textOf(part)].length;
}

export const cells = (row) => Object.fromEntries([...row.querySelectorAll(".text")].map((cell) => [cell.dataset.side, cell]));

export function openCells(row, unit, draft = null) {
  const found = cells(row);
  for (const [side, cell] of Object.entries(found)) {
    for (const extra of cell.querySelectorAll(".grip, .cut, [data-none]")) extra.remove();
    if (draft?.[side] !== undefined && draft[side] !== same(unit[side])) cell.replaceChildren(...withChips(draft[side], cell));
    for (const chip of cell.querySelectorAll(".chip")) chip.contentEditable = "false";
    cell.contentEditable = "plaintext-only";
    cell.setAttribute("role", "textbox");
    cell.setAttribute("aria-multiline", "true");
    cell.setAttribute("aria-label", cell.lang);
  }
  return found;
}

// A draft as text and chips: the chips are those of the cell, so nothing is interpreted as markup.
function withChips(text, cell) {
  const chips = [...cell.querySelectorAll(".chip")], parts = [];
  let rest = text;
  while (rest) {
    const next = chips.map((chip) => [rest.indexOf(chip.dataset.raw), chip]).filter(([at]) => at >= 0).sort((one, two) => one[0] - two[0])[0];
    if (!next) break;
    parts.push(rest.slice(0, next[0]), next[1].cloneNode(true));
    rest = rest.slice(next[0] + next[1].dataset.raw.length);
  }
  return [...parts, rest];
}

export function changesOf(row, unit) {
  const found = {};
  for (const [side, cell] of Object.entries(cells(row))) {
    const text = textOf(cell);
    if (text !== same(unit[side])) found[side] = text;
  }
  return found;
}

export function putCursor(cell, atEnd = true) {
  cell.focus();
  const range = document.createRange();
  range.selectNodeContents(cell);
  range.collapse(!atEnd);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}

// Puts `make(n)` before each of the sentences of a cell that begin at the offsets `starts` (code points).
export function atSentences(cell, starts, make) {
  let count = 0, next = 0;
  const walk = (node) => {
    for (const child of [...node.childNodes]) {
      if (child.nodeType === Node.TEXT_NODE) {
        let text = child;
        while (next < starts.length && starts[next] < count + [...text.data].length) {
          const at = [...text.data].slice(0, starts[next] - count).join("").length;
          count = starts[next];
          const rest = at ? text.splitText(at) : text;
          rest.before(make(next));
          text = rest;
          next += 1;
        }
        count += [...text.data].length;
      } else if (child.dataset?.raw !== undefined) count += [...child.dataset.raw].length;
      else if (!child.matches?.(".grip, .cut")) walk(child);
    }
  };
  walk(cell);
}
