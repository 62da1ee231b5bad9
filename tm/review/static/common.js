// Shared by all pages: requests with the secret of the page, messages, and their translations.
import * as keeping from "./keeping.js";

export const $ = (id) => document.getElementById(id);
const page = document.querySelector("meta[name=duiyi]"), secret = page.content;
// What all paths begin with: nothing, or that of the project on a server for many.
export const root = page.dataset.root;
const language = document.documentElement.lang;
const translations = language === "en" ? {} : (await import(`${root}/static/messages.${language}.js`)).default;

// A text of the page in its language; {name} is filled in from `values`.
export const t = (text, values = {}) => (translations[text] || text).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

// A number as the language of the page writes it.
const numbers = new Intl.NumberFormat(language === "zh" ? "zh-CN" : "en-GB");
export const number = (value) => numbers.format(value);

// Shows a text in an element; one that it shows already would only cost a layout of the page.
export function say(element, text) { if (element.textContent !== text) element.textContent = text; }

// Keeps a value in the browser, or removes it; says so where the browser has no room or does not allow it.
export function keep(name, value = null) {
  if (!keeping.keep(name, value)) notify(t("This browser keeps nothing: leave this page open until all is saved."));
}

export function notify(message, isGood = false) {
  $("alert").textContent = message;
  $("alert").classList.toggle("good-news", isGood);
  clearTimeout(notify.waiting);
  if (message) notify.waiting = setTimeout(() => notify(""), 8000);
}

// `isPassing`: the same request may succeed later: the server is gone or busy, the session has ended, or the page must be loaded again.
export class RequestError extends Error {
  constructor(status, message, mustReload = false) {
    super(message);
    this.status = status;
    this.mustReload = mustReload;
    this.isPassing = mustReload || [0, 401, 423, 429].includes(status) || status >= 500;
  }
}

// What these states mean on a page, whatever the server says of them.
const SENTENCES = { 401: t("You are signed out."), 507: t("The disk of the server is full.") };

// Sends JSON or a file; throws RequestError with the message of the server.
export async function request(path, method = "GET", body = undefined) {
  const options = { method, headers: {} };
  if (method !== "GET") options.headers["X-Duiyi"] = secret;
  if (body instanceof Blob) options.body = body;
  else if (body !== undefined) options.body = JSON.stringify(body);
  let response, text;
  try {
    response = await fetch(root + path, options);
    text = await response.text();
  } catch {
    throw new RequestError(0, t("The server does not respond."));
  }
  const isJson = (response.headers.get("content-type") || "").includes("json");
  const found = isJson ? JSON.parse(text) : text;
  if (!response.ok) throw new RequestError(response.status, SENTENCES[response.status] ?? (isJson ? found.message : text.trim()), response.headers.get("x-duiyi") === "reload");
  return found;
}

// Forms that only a script can send wait for it: at the end it lets their buttons be pressed.
export function allow() { for (const button of document.querySelectorAll("[data-scripted]")) button.disabled = false; }

export const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
