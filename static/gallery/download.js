// Pack pictures, a table and all data of photos into one ZIP file.

import { fetchFile, fetchJson } from "../app/api-client.js";
import { downloadFile } from "../app/dom.js";
import { qualityNotes, unsureShare } from "./ordering.js";
import { pictureOf, resultOf } from "./paths.js";

const COLUMNS = ["name", "id", "state", "bleached_cover", "bleached_low", "bleached_high", "coral_cover", "coral_low", "coral_high", "unsure_share", "bleached_chunks", "healthy_chunks", "not_coral_chunks", "unsure_chunks", "total_chunks", "quality_notes", "model", "error"];

/**
 * @param {import("./paths.js").GalleryPhoto[]} photos
 * @param {string} name of the file, without its ending
 * @param {(done: number) => void} onProgress
 */
export async function downloadZip(photos, name, onProgress) {
  const { Zip, ZipPassThrough } = await import("../vendor/fflate/fflate.js");
  const parts = [];
  let failure = null;
  const zip = new Zip((error, chunk) => {
    failure ??= error;
    if (chunk) parts.push(new Blob([chunk])); // browsers move large Blobs out of memory
  });
  const add = (path, bytes) => {
    const entry = new ZipPassThrough(path);
    zip.add(entry);
    entry.push(bytes, true);
    if (failure) throw failure;
  };
  const taken = new Set();
  const text = new TextEncoder();
  const results = [];
  for (const [index, photo] of photos.entries()) {
    if (photo.state === "completed") {
      const path = pictureOf(photo);
      if (path) add(`pictures/${freeName(photo.name, taken)}.png`, new Uint8Array(await (await fetchFile(path)).arrayBuffer()));
      results.push({ name: photo.name, ...(photo.surveyId ? {} : { job_id: photo.jobId }), ...(await fetchJson(resultOf(photo))) });
    }
    onProgress(index + 1);
  }
  const columns = COLUMNS.map((column) => (column === "id" ? idColumn(photos) : column));
  add("photos.csv", text.encode(`\ufeff${[columns, ...photos.map(row)].map(csvLine).join("\r\n")}\r\n`));
  add("results.json", text.encode(JSON.stringify(results, null, 1)));
  zip.end();
  downloadFile(new Blob(parts, { type: "application/zip" }), `${name.replace(/[\\/:*?"<>|]/g, "-")}.zip`);
}

/** What the ids of photos are: a survey keeps its photos without their jobs. */
const idColumn = ([first]) => (first?.surveyId ? "photo_id" : "job_id");

/** Cameras give the same names in each folder. */
function freeName(name, taken) {
  const stem = name.replace(/\.[^.]*$/, "").replace(/[\\/:*?"<>|]/g, "-") || "photo";
  let free = stem;
  for (let number = 2; taken.has(free); number += 1) free = `${stem} (${number})`;
  taken.add(free);
  return free;
}

function row(photo) {
  const { summary } = photo;
  const [bleachedLow, bleachedHigh] = summary?.bleached_cover_interval ?? [];
  const [coralLow, coralHigh] = summary?.coral_cover_interval ?? [];
  const chunks = ["bleached", "healthy", "not_coral", "unsure", "total"].map((kind) => summary?.[`${kind}_chunks`]);
  const model = summary?.model ? `${summary.model.name} ${summary.model.version}` : "";
  return [photo.name, photo.photoId ?? photo.jobId, photo.state, summary?.bleached_cover, bleachedLow, bleachedHigh, summary?.coral_cover, coralLow, coralHigh, unsureShare(photo), ...chunks, qualityNotes(photo).map(({ code }) => code).join(" "), model, photo.why ?? ""];
}

/** Text that spreadsheets would run as a formula is marked as text. */
const csvLine = (values) => values.map((value) => csvValue(value ?? "")).join(",");

function csvValue(value) {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
