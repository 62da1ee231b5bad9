// Shared by all pages: requests with the secret of the page, and the place for messages.
export const $ = (id) => document.getElementById(id);
const secret = document.querySelector("meta[name=duiyi]").content;

export function notify(message) {
  $("alert").textContent = message;
  clearTimeout(notify.waiting);
  if (message) notify.waiting = setTimeout(() => notify(""), 8000);
}

export class RequestError extends Error {
  constructor(status, message) { super(message); this.status = status; }
}

// Sends JSON or a file; throws RequestError with the message of the server.
export async function request(path, method = "GET", body = undefined) {
  const options = { method, headers: {} };
  if (method !== "GET") options.headers["X-Duiyi"] = secret;
  if (body instanceof Blob) options.body = body;
  else if (body !== undefined) options.body = JSON.stringify(body);
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new RequestError(0, "The server does not respond. Is duiyi review still running? All decisions are saved.");
  }
  const text = await response.text();
  const isJson = (response.headers.get("content-type") || "").includes("json");
  const found = isJson ? JSON.parse(text) : text;
  if (!response.ok) throw new RequestError(response.status, isJson ? found.message : text.trim());
  return found;
}

export const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
