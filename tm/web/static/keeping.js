// What the browser keeps for the pages, by name. Where it does not allow that or has no room, the page itself keeps it until it is closed.
const here = new Map();

// Keeps a value, or removes it; false where it will be gone when the page is closed.
export function keep(name, value = null) {
  here.delete(name);
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify(value));
    return true;
  } catch {
    if (value !== null) here.set(name, value);
    return value === null;
  }
}

export function kept(name) {
  if (here.has(name)) return here.get(name);
  try { return JSON.parse(localStorage.getItem(name)); } catch { return null; }
}

// All values whose names begin like this.
export function keptFrom(start) {
  let names = [];
  try { names = Object.keys(localStorage); } catch { /* nothing is kept */ }
  return names.filter((name) => name.startsWith(start)).map(kept).filter(Boolean);
}
