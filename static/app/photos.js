// Files and news of jobs -> the list of photos of this device, kept in step with what is remembered.

import * as store from "./store.js";
import { thumbnail } from "./thumbnail.js";

/**
 * @typedef {object} Photo
 * @property {string} id of this device
 * @property {string} name
 * @property {number} size bytes
 * @property {string} key Idempotency-Key: the same photo sent twice is one job
 * @property {number} addedAt ms
 * @property {"waiting"|"sending"|"queued"|"processing"|"completed"|"error"|"refused"|"gone"} state
 * @property {number|null} jobId
 * @property {number} done chunks
 * @property {number} total chunks
 * @property {number} sent 0 to 1
 * @property {string} why a sentence, where something went wrong
 * @property {number} retryAt ms; 0 when nothing is waited for
 * @property {any} summary of the result
 * @property {Blob|null} thumb
 */

/** @type {Map<string, Photo>} */
const known = new Map();
/** Files that are not on disk yet, or cannot be put there and live as long as the page. @type {Map<string, Blob>} */
const held = new Map();
let diskRefuses = false;
/** @type {Set<(photo: Photo, kind: "added"|"changed"|"removed") => void>} */
const listeners = new Set();
const PASSING = ["sent", "retryAt"]; // not worth a write

/** Be told of every change. @param {(photo: Photo, kind: "added"|"changed"|"removed") => void} listener */
export const listen = (listener) => listeners.add(listener);

/** @returns {Photo[]} newest first */
export const photos = () => [...known.values()].sort((a, b) => b.addedAt - a.addedAt);

/** @param {string} id @returns {Photo|undefined} */
export const photo = (id) => known.get(id);

/** @param {string} id @returns {Promise<Blob|undefined>} */
export const fileOf = async (id) => held.get(id) ?? store.fileOf(id);

/** Whether some photos would not survive a reload. */
export const isForgetful = () => diskRefuses;

/** Read what this device remembers. */
export async function recall() {
  for (const kept of await store.all()) {
    if (known.has(kept.id)) continue;
    // What was on its way when the page closed starts again, under its old key.
    known.set(kept.id, { ...kept, state: kept.state === "sending" ? "waiting" : kept.state, sent: 0, retryAt: 0 });
  }
  const found = [...known.values()].sort((a, b) => a.addedAt - b.addedAt);
  for (const one of found) tell(one, "added");
  for (const one of found) if (!one.thumb && one.state !== "refused") draw(one); // the page closed before it was drawn
}

/** Give a photo the small copy that stands for it. @param {Photo} one */
async function draw(one) {
  const file = await fileOf(one.id);
  if (file) change(one, { thumb: await thumbnail(file) });
}

/**
 * Take files in.
 * @param {Iterable<File>} files
 * @param {(file: File) => string} objection why a file cannot be sent, or ""
 */
export async function add(files, objection) {
  const added = [...files].map((file, place) => {
    const why = objection(file);
    return [{ ...blank(file, place), why, state: why ? "refused" : "waiting" }, file];
  });
  for (const [one, file] of added) {
    held.set(one.id, file);
    known.set(one.id, one);
    tell(one, "added");
  }
  for (const [one, file] of added) {
    try {
      await store.add(one, file);
      held.delete(one.id);
    } catch {
      diskRefuses = true; // private window or full disk; home.js says so
    }
    if (!known.has(one.id)) await remove(one); // cancelled meanwhile
    else change(one, { thumb: await thumbnail(file) });
  }
}

/**
 * Change a photo and remember it.
 * @param {Photo} one
 * @param {Partial<Photo>} news
 */
export function change(one, news) {
  if (!known.has(one.id)) return;
  Object.assign(one, news);
  if (!held.has(one.id) && Object.keys(news).some((name) => !PASSING.includes(name))) {
    store.put({ ...one }).catch(() => {}); // the page still knows; the next write tries again
  }
  tell(one, "changed");
}

/** Forget a photo. @param {Photo} one */
export async function remove(one) {
  known.delete(one.id);
  tell(one, "removed");
  if (!held.delete(one.id)) await store.remove(one.id);
}

function tell(one, kind) {
  for (const listener of listeners) listener(one, kind);
}

function blank(file, place) {
  return {
    id: freshKey(),
    name: file.name || "photo",
    size: file.size,
    key: freshKey(),
    addedAt: Date.now() + place / 1000,
    jobId: null,
    done: 0,
    total: 0,
    sent: 0,
    retryAt: 0,
    summary: null,
    thumb: null,
  };
}

/**
 * Return 128 random bits; crypto.randomUUID is missing where a server in the field is reached without TLS.
 * @returns {string}
 */
export function freshKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
