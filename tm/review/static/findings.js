// The findings of a unit, grouped by check, each with what can be done about it: "this is right", and a correction where only
// one is possible. They are read from the row, so they show at once; corrections come from the server.
import { $, t } from "./common.js";
import { cells, textOf } from "./inline.js";

// Whether the user may say that a finding is right or that a unit is.
export const mayJudge = $("findings").dataset.mayJudge !== undefined;

const shownSpace = (text) => text.replace(/ /g, "␣") || "∅";

function button(text, name, value) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.dataset[name] = value;
  return made;
}

function actions(kind, fixes) {
  const made = document.createElement("span"), fix = fixes.find((one) => one.kind === kind);
  made.className = "does";
  if (fix) {
    const change = document.createElement("span");
    change.textContent = fix.before ? ` ${shownSpace(fix.before)} → ${shownSpace(fix.after)}` : ` + ${shownSpace(fix.after)}`;
    made.append(button(t("Fix"), "fix", kind));
    made.lastChild.append(change);
  }
  if (mayJudge) made.append(button(t("This is right"), "right", kind));
  return made;
}

// Puts the findings of `row` into the side panel, and their buttons into the row for screens without one.
export function showFindings(row, fixes = []) {
  const found = [...row.querySelectorAll("[data-finding]")], list = $("findings");
  const groups = Map.groupBy(found, (one) => one.dataset.finding);
  list.replaceChildren(...[...groups.values()].map((group) => {
    const item = document.createElement("li"), inner = document.createElement("ul");
    for (const one of group) {
      const says = document.createElement("li");
      says.textContent = one.querySelector(".says").textContent;
      says.append(actions(one.dataset.kind, fixes));
      inner.append(says);
    }
    item.dataset.finding = group[0].dataset.finding;
    item.append(group[0].querySelector("b").cloneNode(true), inner);
    return item;
  }));
  if (!found.length) list.innerHTML = "<li class=soft></li>", list.firstChild.textContent = t("The checks found nothing in this unit.");
  for (const old of document.querySelectorAll("#rows .does")) old.remove();
  for (const one of found) one.append(actions(one.dataset.kind, fixes));
}

// Takes findings of a kind off the page, before the server has confirmed that they are right.
export function hideKind(kind) {
  for (const one of document.querySelectorAll("#rows [data-kind]")) if (one.dataset.kind === kind) one.remove();
}

// The edit that a correction means; null where the text of the row is another one by now.
export function editOf(row, fix, unit) {
  const cell = cells(row)[fix.side], text = cell.querySelector("[data-none]") ? "" : textOf(cell);
  if (text !== unit[fix.side]) return null;
  return { content: { do: "edit", rows: [Number(row.dataset.id)], [fix.side]: fix.text }, base: { source: unit.source, target: unit.target } };
}
