// Give the gallery the photos of this device: those of a batch, or all.

import { fetchJson } from "../app/api-client.js";
import { $, el, setChildren } from "../app/dom.js";
import { bleachedCoverText, coralCoverText } from "../app/format.js";
import { plural, t } from "../app/language.js";
import { getBatch, listBatches, loadBatches, subscribeBatches } from "../photos/batch-list.js";
import { progressOf, progressText } from "../photos/batch-progress.js";
import { watchJobs } from "../photos/job-progress.js";
import { deletePhoto } from "../photos/photo-actions.js";
import { listPhotos, loadPhotos, removePhoto, subscribe } from "../photos/photo-list.js";
import { startUploads } from "../photos/uploads.js";

const batchId = () => new URLSearchParams(location.hash.slice(1)).get("batch");

function showBatchChoice() {
  const options = listBatches().map((batch) => el("option", { value: batch.id, selected: batch.id === batchId() }, batch.name));
  setChildren($("#batch"), el("option", { value: "" }, t("All photos")), ...options);
}

export const deviceSource = {
  canDelete: true,
  photos: () => listPhotos().filter((photo) => !batchId() || photo.batch === batchId()).reverse(),
  /** The name of the batch; "" for all photos. */
  name: () => getBatch(batchId())?.name ?? "",
  title: () => getBatch(batchId())?.name ?? t("All photos of this device"),
  stateText(photos) {
    const batch = getBatch(batchId());
    return batch ? progressText(batch, progressOf(photos), null) : plural(photos.length, "{n} photo.", "{n} photos.");
  },
  deleteQuestion: (n) => plural(n, "Delete {n} photo and the results, here and on the server?", "Delete {n} photos and the results, here and on the server?"),
  remove: (photo) => (photo.jobId === null ? removePhoto(photo) : deletePhoto(photo)),
  /** The figures of photos together, in words. */
  async coverText(photos) {
    const cover = await fetchJson("/jobs/cover", { method: "POST", body: { job_ids: photos.map((photo) => photo.jobId) } });
    const gone = cover.left_out.length ? ` ${plural(cover.left_out.length, "{n} result of them no longer on the server.", "{n} results of them no longer on the server.")}` : "";
    return `${bleachedCoverText(cover)} ${coralCoverText(cover)}${gone}`;
  },
  async open() {
    $("#batch").addEventListener("change", () => (location.hash = $("#batch").value ? `batch=${$("#batch").value}` : ""));
    window.addEventListener("hashchange", showBatchChoice);
    await loadBatches();
    await loadPhotos();
    showBatchChoice();
  },
  /** Call a function after each change; photos that wait are sent meanwhile. @param {() => void} onChange */
  follow(onChange) {
    subscribe(onChange);
    subscribeBatches(() => (showBatchChoice(), onChange()));
    startUploads();
    watchJobs();
  },
};
