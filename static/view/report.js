// A job -> one page to print.

import { file, json } from "../app/api.js";
import { $, write } from "../app/dom.js";
import { all } from "../app/store.js";
import { judge } from "./states.js";
import { tell } from "./summary.js";

const jobId = Number($("#main").dataset.job);

/** What this device calls the photo; another device knows only its number. */
async function nameOf() {
  const known = await all().catch(() => []); // a private window remembers nothing
  return known.find((one) => one.jobId === jobId)?.name ?? `Photo ${jobId}`;
}

async function show() {
  const status = await json(`/status/${jobId}?include=summary,chunks`);
  if (status.status !== "completed") throw new Error("This photo is not judged yet. Come back when it is.");
  const { name, version, sha256 } = status.summary.model;
  write($("#name"), await nameOf());
  document.title = `Report: ${$("#name").textContent}`;
  write($("#model"), `${name} ${version} (${sha256.slice(0, 12)})`);
  write($("#size"), `${status.image_width} × ${status.image_height} pixels`);
  write($("#today"), new Date().toLocaleDateString(undefined, { dateStyle: "long" }));
  tell($("#summary"), status.summary, status.chunks.map((chunk) => ({ ...chunk, state: judge(chunk, null) })));
  $("#picture").src = URL.createObjectURL(await file(`/result/${jobId}.png`));
  await $("#picture").decode();
  $("#report").hidden = false;
}

$("#print").addEventListener("click", () => window.print());
try {
  await show();
} catch (no) {
  write($("#problem"), no.message);
  $("#problem").hidden = false;
}
