// The structure page: waits until the documents are read, then until they are aligned.
import { allow, $, request, pause, notify } from "./common.js";

const main = $("structure"), form = $("align"), path = `/reviews/${main.dataset.name}`;

async function follow(first) {
  $("working").hidden = false;
  for (;;) {
    const job = await request(`${path}/job`);
    $("step").textContent = job.step || job.stage;
    $("progress").value = job.share;
    if (job.stage !== first && job.stage !== "reading" && job.stage !== "aligning") return location.reload();
    await pause(250);
  }
}

async function start(what, body, stage) {
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  try {
    await request(`${path}/${what}`, "POST", body);
    await follow(stage);
  } catch (error) {
    notify(error.message);
    for (const button of form.querySelectorAll("button")) button.disabled = false;
  }
}

$("again").addEventListener("click", () => start("read", { source_lang: form.source_lang.value, target_lang: form.target_lang.value }, "reading"));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  start("align", { unit: form.unit.value }, "aligning");
});
$("stop").addEventListener("click", async () => {
  $("stop").disabled = true; // the job ends at its next step, and the page with it
  try { await request(`${path}/stop`, "POST"); } catch (error) { $("stop").disabled = false; notify(error.message); }
});
allow();
if (["reading", "aligning"].includes(main.dataset.stage)) follow(main.dataset.stage).catch((error) => notify(error.message));
