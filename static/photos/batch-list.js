// Keep the batches of this device: photos that were added together, under a name.

import { formatTime, t } from "../app/language.js";
import { deleteBatch, getBatches, putBatch } from "./photo-database.js";
import { listPhotos, randomKey, subscribe } from "./photo-list.js";

/**
 * @typedef {object} Batch
 * @property {string} id the `batch` of its photos
 * @property {string} name
 * @property {number} createdAt ms
 * @property {boolean} isPaused
 * @property {boolean} isReading whether its folder or ZIP file is still being read
 * @property {boolean} wasInterrupted whether the page was closed while it was read
 * @property {string} source tells the same folder or ZIP file again
 * @property {boolean} isLarge whether its photos are listed in its gallery only
 * @property {string[]} leftOut names of files that could not be added, with the reason
 */

/** @type {Map<string, Batch>} */
const batches = new Map();
/** @type {Set<(batch: Batch, isRemoved: boolean) => void>} */
const listeners = new Set();
const LONGEST_NAME = 80;
export const MANY = 24; // photos; the home page would be too long

/** Be told of every change. @param {(batch: Batch, isRemoved: boolean) => void} listener */
export const subscribeBatches = (listener) => listeners.add(listener);

/** @returns {Batch[]} newest first */
export const listBatches = () => [...batches.values()].sort((a, b) => b.createdAt - a.createdAt);

/** @param {string|undefined} id @returns {Batch|undefined} */
export const getBatch = (id) => batches.get(id);

/** @param {Batch} batch @returns {import("./photo-list.js").Photo[]} in the order in which they were added */
export const photosOf = (batch) => listPhotos().filter((photo) => photo.batch === batch.id).reverse();

/** Load the batches that this device has stored; one that was being read has been interrupted. */
export async function loadBatches() {
  for (const saved of await getBatches()) {
    if (!batches.has(saved.id)) batches.set(saved.id, { ...saved, isReading: false, wasInterrupted: saved.wasInterrupted || saved.isReading });
  }
  subscribe((photo, kind) => kind === "removed" && removeIfEmpty(batches.get(photo.batch)));
}

/**
 * Begin a batch, or go on with one that was interrupted while the same folder or ZIP file was read.
 * @param {string} name
 * @param {string} source
 * @returns {Batch}
 */
export function beginBatch(name, source) {
  const interrupted = listBatches().find((batch) => batch.wasInterrupted && batch.source === source);
  if (interrupted) {
    changeBatch(interrupted, { isReading: true, wasInterrupted: false });
    return interrupted;
  }
  const createdAt = Date.now();
  const batch = { id: randomKey(), name: printable(name || dateName(createdAt)), createdAt, isPaused: false, isReading: true, wasInterrupted: false, isLarge: false, source, leftOut: [] };
  batches.set(batch.id, batch);
  changeBatch(batch, {});
  return batch;
}

/**
 * Change a batch and store the change.
 * @param {Batch} batch
 * @param {Partial<Batch>} changes
 */
export function changeBatch(batch, changes) {
  if (!batches.has(batch.id)) return;
  Object.assign(batch, changes);
  batch.isLarge ||= !batch.isReading && photosOf(batch).length > MANY;
  putBatch({ ...batch });
  for (const listener of listeners) listener(batch, false);
  removeIfEmpty(batch);
}

function removeIfEmpty(batch) {
  if (!batch || batch.isReading || batch.wasInterrupted || batch.leftOut.length || photosOf(batch).length) return;
  removeBatch(batch);
}

/** Forget a batch; its photos stay. @param {Batch} batch */
export function removeBatch(batch) {
  batches.delete(batch.id);
  deleteBatch(batch.id);
  for (const listener of listeners) listener(batch, true);
}

/** The name under which the server lists the photos of a batch; two folders of the same name differ. @param {Batch} batch */
export const serverName = (batch) => `${batch.name} ${batch.id.slice(0, 8)}`;

/** Names go into requests, where only printable characters are taken. */
const printable = (name) => [...name.normalize("NFC").replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, " ").trim()].slice(0, LONGEST_NAME).join("") || t("Photos");

const dateName = (at) => formatTime(new Date(at));
