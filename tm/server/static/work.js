// The page of long work: asks how far it is, says so, and loads the report at the end. Nothing is lost if the server is: it asks again.
const panel = document.getElementById("work"), $ = (id) => document.getElementById(id);
const bar = panel.querySelector("progress"), button = $("notify"), title = document.title;
const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });

if ("Notification" in window && Notification.permission === "default") {
  button.hidden = false;
  button.addEventListener("click", async () => { await Notification.requestPermission(); button.hidden = true; });
}

function show(now) {
  if (now.step) $("step").textContent = now.step;
  if (now.share === null) bar.removeAttribute("value"); else bar.value = now.share;
  $("percent").textContent = now.share === null ? "" : percent.format(now.share);
  for (const name of ["amount", "rate", "left"]) $(name).textContent = now[name];
  document.title = now.share === null ? title : `${percent.format(now.share)} ${title}`;
}

function trouble(text) {
  $("trouble").textContent = text;
  $("trouble").hidden = !text;
}

function ended(now) {
  if ("Notification" in window && Notification.permission === "granted") {
    const words = now.state === "done" ? panel.dataset.done : panel.dataset.ended;
    new Notification(`${words} ${now.title}`, { body: now.message });
  }
  location.reload();
}

async function follow() {
  for (let wait = 400; ; wait = Math.min(wait * 1.3, 3000)) {
    await new Promise((done) => setTimeout(done, wait));
    let response;
    try {
      response = await fetch(panel.dataset.state, { headers: { accept: "application/json" } });
    } catch {
      trouble(panel.dataset.lost);
      continue;
    }
    if (response.status === 401 || response.status === 403) return trouble(panel.dataset.expired);
    if (response.status === 404) return location.reload();
    if (!response.ok) { trouble(panel.dataset.lost); continue; }
    const now = await response.json();
    trouble("");
    if (!now.open) return ended(now);
    show(now);
  }
}
follow();
