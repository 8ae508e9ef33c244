// Add what was chosen or dropped: one photo by itself, several as a batch.

import { $, announce } from "../app/dom.js";
import { formatMegabytes } from "../app/format.js";
import { plural, t } from "../app/language.js";
import { showProblem } from "../app/problem.js";
import { MANY, beginBatch, changeBatch, photosOf } from "./batch-list.js";
import { groupFiles } from "./chosen-files.js";
import { addPhotos } from "./photo-list.js";

const MAX_MB = Number($("#main").dataset.maxMb);

/** Why a file cannot be sent; the server checks its content. @param {File} file */
function rejectionReason(file) {
  if (file.size === 0) return t("This file is empty.");
  if (file.size <= MAX_MB * 1e6) return "";
  return t("This photo is {size}; the server takes at most {most} MB. Choose a smaller copy.", { size: formatMegabytes(file.size), most: MAX_MB });
}

/** @param {{file: File, path: string}[]} found */
export async function addFiles(found) {
  showProblem("");
  for (const chosen of groupFiles(found)) {
    const { name, files, zip } = chosen;
    if (zip) await addZip(chosen);
    else if (!files.length) showProblem(t("The folder {name} holds no photos.", { name }));
    else if (files.length === 1 && !name) await addOne(files[0]);
    else await addBatch(chosen);
  }
}

async function addOne(file) {
  announce(file.name ? t("{name} added.", { name: file.name }) : plural(1, "{n} photo added.", "{n} photos added."));
  await addPhotos([file], rejectionReason);
}

async function addBatch({ name, source, files }) {
  askToKeep();
  const batch = beginBatch(name, source);
  const isKnown = knownFiles(batch);
  const missing = files.filter((file) => !isKnown(file));
  announce(plural(missing.length, "{n} photo added.", "{n} photos added."));
  changeBatch(batch, { isLarge: missing.length > MANY });
  await addPhotos(missing, rejectionReason, batch.id);
  changeBatch(batch, { isReading: false });
}

/** Photos of a ZIP file are unpacked, stored and sent one after the other. */
async function addZip({ name, source, zip }) {
  askToKeep();
  const { zipPhotos } = await import("./zip-photos.js");
  const batch = beginBatch(name, source);
  announce(t("Reading {name}.", { name: zip.name }));
  const isKnown = knownFiles(batch);
  const leftOut = [];
  try {
    for await (const entry of zipPhotos(zip, MAX_MB * 1e6)) {
      if (!batch.isReading) return; // cancelled
      if (!entry.file) leftOut.push(`${entry.name} (${entry.why})`);
      else if (!isKnown(entry.file)) await addPhotos([entry.file], rejectionReason, batch.id);
    }
    if (!photosOf(batch).length && !leftOut.length) throw new Error(t("{name} holds no photos.", { name: zip.name }));
    announce(plural(photosOf(batch).length, "{n} photo added.", "{n} photos added."));
  } catch (error) {
    showProblem(error.message);
  }
  changeBatch(batch, { isReading: false, leftOut });
}

/** Tell which files a batch has already: none, unless reading it was interrupted. */
function knownFiles(batch) {
  const known = new Set(photosOf(batch).map((photo) => `${photo.size} ${photo.name}`));
  return (file) => known.has(`${file.size} ${file.name}`);
}

/** Browsers may delete what pages store when the disk is full; a page that asks is spared. */
const askToKeep = () => navigator.storage?.persist?.().catch(() => false);
