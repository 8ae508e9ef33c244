// Export a result: downloads, a report to print, a link to share.

import { ROOT, fetchFile, fetchJson } from "../app/api-client.js";
import { downloadFile, el } from "../app/dom.js";
import { formatTime, t } from "../app/language.js";
import { attempt } from "../app/problem.js";
import { withCorrections } from "./corrected-picture.js";

/**
 * Show the export options.
 * @param {HTMLElement} parent
 * @param {import("./viewer.js").Result} result
 * @param {import("./chunk-states.js").Cell[]} cells of the result, with the corrections once they are known
 */
export function showExports(parent, result, cells) {
  const message = el("div", { role: "status" });
  const problem = el("p", { class: "bad", role: "alert", hidden: true });
  const stem = result.name.replace(/\.[^.]*$/, "");
  const button = (label, action) =>
    el("button", { type: "button", onclick: () => attempt(() => run(message, action), problem) }, label);
  const picture = button(t("Picture (PNG)"), async () =>
    downloadFile(await withCorrections(await result.picture(), result.status, cells), `${stem}.png`),
  );
  const data = button(t("All data (JSON)"), () => downloadFile(asJson(result.status), `${stem}.json`));
  const { jobId } = result;
  if (jobId === null) {
    parent.replaceChildren(el("h2", {}, t("Export")), el("div", { class: "row" }, picture, data), message, problem);
    return;
  }
  parent.replaceChildren(
    el("h2", {}, t("Export")),
    el(
      "div",
      { class: "row" },
      picture,
      button(t("Table (CSV)"), async () => downloadFile(await fetchFile(`/result/${jobId}.csv`), `${stem}.csv`)),
      data,
      button(t("Map point (GeoJSON)"), () => exportGeoJson(message, result, stem)),
      el("a", { class: "button", href: `${ROOT}/report/${jobId}` }, t("Printable report")),
      button(t("Share link"), () => createShareLink(message, jobId)),
      el("a", { class: "button", href: `${ROOT}/surveys` }, t("Add to a survey")),
    ),
    message,
    problem,
  );
}

const asJson = (value) => new Blob([JSON.stringify(value, null, 1)], { type: "application/json" });

/** Remove the message of an earlier action, and run another. */
async function run(message, action) {
  message.replaceChildren();
  await action();
}

/** The position is read on this device, and only on request. */
async function exportGeoJson(message, result, stem) {
  if (!result.photo) throw new Error(t("This device no longer has the photo, so its position cannot be read."));
  const { readExif } = await import("../photos/exif.js");
  const { latitude, longitude, takenAt } = await readExif(result.photo);
  if (latitude === null) throw new Error(t("The photo contains no position (GPS)."));
  const feature = {
    type: "Feature",
    geometry: { type: "Point", coordinates: [longitude, latitude] },
    properties: { photo: result.name, taken_at: takenAt, ...result.status.summary },
  };
  message.replaceChildren(
    el("p", {}, t("The file will contain the position where the photo was taken: {position}.", { position: `${latitude.toFixed(5)}, ${longitude.toFixed(5)}` })),
    el("button", { type: "button", onclick: () => downloadFile(asJson(feature), `${stem}.geojson`) }, t("Save with position")),
  );
}

async function createShareLink(message, jobId) {
  const { url, expires_at } = await fetchJson(`/classify/${jobId}/share`, { method: "POST" });
  const link = el("input", { readonly: true, value: new URL(url, location.href).href, id: "share-link" });
  const time = formatTime(new Date(expires_at * 1000));
  const row = el("div", { class: "row" });
  // Neither exists on pages that are loaded without TLS; then the text is selected for copying.
  if (navigator.share) row.append(el("button", { type: "button", onclick: () => navigator.share({ url: link.value }) }, t("Send")));
  if (navigator.clipboard) {
    const copy = el("button", { type: "button" }, t("Copy"));
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(link.value);
      copy.textContent = t("Copied");
    });
    row.append(copy);
  }
  message.replaceChildren(
    el("label", {}, t("Anyone with this link can see the result but not change it"), link),
    row,
    el("p", { class: "fine" }, t("The link expires with the result: {time}.", { time })),
  );
  link.select();
}
