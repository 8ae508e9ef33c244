// Fill the report page of a result, which is made to be printed.

import { fetchFile, fetchJson } from "../app/api-client.js";
import { $, setText } from "../app/dom.js";
import { LOCALE, t } from "../app/language.js";
import { attempt } from "../app/problem.js";
import { getPhotos } from "../photos/photo-database.js";
import { loadCorrections } from "./chunk-details.js";
import { classify } from "./chunk-states.js";
import { withCorrections } from "./corrected-picture.js";
import { showSummary } from "./summary.js";

const jobId = Number($("#main").dataset.job);

/** Return the photo's name on this device, or its job id on other devices. */
async function photoName() {
  const photos = await getPhotos().catch(() => []); // a private window remembers nothing
  return photos.find((photo) => photo.jobId === jobId)?.name ?? t("Photo {id}", { id: jobId });
}

async function showReport() {
  const status = await fetchJson(`/status/${jobId}?include=summary,chunks`);
  if (status.status !== "completed") throw new Error(t("This photo is not classified yet. Open the report again when it is."));
  const { name, version, sha256 } = status.summary.model;
  setText($("#name"), await photoName());
  document.title = t("{name}: {text}", { name: t("Report"), text: $("#name").textContent });
  setText($("#model"), `${name} ${version} (${sha256.slice(0, 12)})`);
  setText($("#size"), t("{width} × {height} pixels", { width: status.image_width, height: status.image_height }));
  setText($("#today"), new Date().toLocaleDateString(LOCALE, { dateStyle: "long" }));
  const cells = status.chunks.map((chunk) => ({ ...chunk, state: classify(chunk, null) }));
  const corrected = await loadCorrections(`/classify/${jobId}/corrections`, cells);
  showSummary($("#summary"), status.summary, cells, corrected);
  $("#picture-note").hidden = !corrected;
  $("#picture").src = URL.createObjectURL(await withCorrections(await fetchFile(`/result/${jobId}.png`), status, cells));
  await $("#picture").decode();
  $("#report").hidden = false;
}

$("#print").addEventListener("click", () => window.print());
await attempt(showReport);
