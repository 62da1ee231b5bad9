// What all pages share: requests that carry the page's secret, and one place for messages.
export const $ = (id) => document.getElementById(id);
const secret = document.querySelector("meta[name=duiyi]").content;

export function tell(message) {
  $("alert").textContent = message;
  clearTimeout(tell.waiting);
  if (message) tell.waiting = setTimeout(() => tell(""), 8000);
}

export class Refused extends Error {
  constructor(status, message) { super(message); this.status = status; }
}

// Sends JSON, or a file as it is; throws Refused with the server's own sentence.
export async function ask(path, method = "GET", body = undefined) {
  const options = { method, headers: {} };
  if (method !== "GET") options.headers["X-Duiyi"] = secret;
  if (body instanceof Blob) options.body = body;
  else if (body !== undefined) options.body = JSON.stringify(body);
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Refused(0, "The server does not answer. Is duiyi review still running? What was decided is kept.");
  }
  const text = await answer.text();
  const isJson = (answer.headers.get("content-type") || "").includes("json");
  const found = isJson ? JSON.parse(text) : text;
  if (!answer.ok) throw new Refused(answer.status, isJson ? found.message : text.trim());
  return found;
}

export const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
