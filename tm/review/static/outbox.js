// Changes on their way to the server. The page shows a change at once; it is sent in the background, in order, and kept in the
// browser until the server has confirmed it, so that a lost connection or a closed page loses nothing. Each is kept by itself:
// two tabs of a review do not write over each other's, and what both send has a key and is done once.
import { keep, notify, request, RequestError, pause, t } from "./common.js";
import { keptFrom } from "./keeping.js";

// When the page has time, at the latest soon: what a confirmation changes on it must not keep a key waiting.
const calm = () => new Promise((done) => (window.requestIdleCallback ? requestIdleCallback(done, { timeout: 100 }) : setTimeout(done)));

const newKey = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
const TRIES = 5; // for a change that another window's changes overtake

export class Outbox {
  // `order()` is that of the rows; `confirm(entry, result)` after a change was made, `refuse(entry, error)` where it cannot be, `show(count, error)` for the state.
  constructor(path, version, { order, confirm, refuse, show }) {
    Object.assign(this, { path, version, order, confirm, refuse, show, isSending: false, error: null });
    this.name = `duiyi-outbox:${path}:`;
    this.epoch = newKey(); // until another window's changes are met
    // What is kept for this review, in the order in which it was changed.
    this.entries = keptFrom(this.name).sort((one, two) => one.at - two.at);
    addEventListener("online", () => this.send());
    addEventListener("beforeunload", (event) => { if (this.entries.length) event.preventDefault(); });
  }

  // `base` are the texts that were changed, as they were in `epoch`.
  add(content, base = null, epoch = this.epoch) {
    const entry = { key: newKey(), content, base, epoch, at: Date.now() };
    this.entries.push(entry);
    keep(this.name + entry.key, entry);
    this.tell();
    setTimeout(() => this.send(), 20); // first the page shows what a key does
    return entry;
  }

  tell() { this.show(this.entries.length, this.error); }

  finish() {
    keep(this.name + this.entries.shift().key);
    this.tell();
  }

  // Resolves when everything was sent.
  idle() { return this.entries.length ? new Promise((done) => { (this.waiting ??= []).push(done); this.send(); }) : Promise.resolve(); }

  async send() {
    if (this.isSending) return;
    this.isSending = true;
    for (let wait = 500; this.entries.length;) {
      const entry = this.entries[0];
      let settle;
      try {
        const result = await this.deliver(entry);
        wait = 500;
        settle = () => this.confirm(entry, result);
      } catch (error) {
        if (error instanceof RequestError && error.isPassing) {
          this.error = error;
          this.tell();
          await pause(wait);
          wait = Math.min(2 * wait, 8000);
          continue;
        }
        settle = () => this.refuse(entry, error);
      }
      this.error = null;
      this.finish();
      await calm();
      // The change is made or refused, whether or not the page can load what it shows of that.
      try { await settle(); } catch (error) { notify(error.message); }
    }
    this.isSending = false;
    for (const done of this.waiting?.splice(0) ?? []) done();
  }

  // The state is `version` now; one that is not of this page's changes begins an epoch.
  meet(version) {
    if (version !== this.version) this.epoch = newKey();
    this.version = version;
  }

  // Throws where a unit is neither as it was when its text was changed, nor as the change makes it.
  async compare({ content, base }) {
    const now = await request(`${this.path}/rows/${content.rows[0]}`);
    this.meet(now.version);
    const isSame = !base || (base.source === now.source && base.target === now.target);
    const isMade = ["source", "target"].every((side) => content[side] === undefined || content[side] === now[side]);
    if (!isSame && !isMade) throw new RequestError(409, t("This unit was changed in another window."));
  }

  // Another window may have changed the review: the change is made on its state where it still means the same.
  async deliver(entry) {
    for (let tries = 0; ; tries += 1) {
      if (tries || (entry.base && entry.epoch !== this.epoch)) await this.compare(entry);
      try {
        const result = await request(`${this.path}/edits`, "POST", { edit: entry.content, version: this.version, key: entry.key, order: this.order() });
        this.version = result.state.version;
        return result;
      } catch (error) {
        // Undo and redo mean the state that was shown.
        if (error.status !== 409 || tries >= TRIES || entry.content.rows?.[0] === undefined) throw error;
      }
    }
  }
}
