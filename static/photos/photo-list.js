// Keep the list of this device's photos in memory and in IndexedDB, and notify subscribers of changes.

import { t } from "../app/language.js";
import * as database from "./photo-database.js";
import { lookAtPhoto } from "./looking.js";

/**
 * @typedef {object} Photo
 * @property {string} id of this device
 * @property {string} name
 * @property {number} size bytes
 * @property {string} key Idempotency-Key: the same photo sent twice is one job
 * @property {number} addedAt ms
 * @property {number} [sentAt] ms, when the server had accepted it
 * @property {string} [batch] the same for photos that were added together
 * @property {"waiting"|"sending"|"queued"|"processing"|"completed"|"error"|"refused"|"gone"} state
 * @property {number|null} jobId
 * @property {number} done chunks
 * @property {number} total chunks
 * @property {number} sent 0 to 1
 * @property {string|null} [uploadUrl] where an upload that broke off goes on
 * @property {string} why a sentence, where something went wrong
 * @property {number} retryAt ms; 0 when nothing is waited for
 * @property {any} summary of the result
 * @property {{figures: any, count: number}|null} [corrected] the figures with the corrected chunks
 * @property {string[]} [notes] codes of what could be better, see photo-quality.js; empty once the user keeps the photo as it is
 * @property {ArrayBuffer|Blob|null} thumb JPEG; a Blob in records of earlier versions
 */

/** @type {Map<string, Photo>} */
const photos = new Map();
/** Files that are not on disk yet, or cannot be put there and live as long as the page. @type {Map<string, Blob>} */
const unsavedFiles = new Map();
/** Photos whose files are not stored yet, and whether they changed meanwhile. @type {Map<string, boolean>} */
const beingStored = new Map();
/** @type {Set<(photo: Photo, kind: "added"|"changed"|"removed") => void>} */
const listeners = new Set();
const TRANSIENT = ["sent", "retryAt"]; // not worth a write
/** Photos are looked at one after the other, after the files are stored; none of them waits for it to be sent. */
let looking = Promise.resolve();

/** Be told of every change. @param {(photo: Photo, kind: "added"|"changed"|"removed") => void} listener */
export const subscribe = (listener) => listeners.add(listener);

/** @returns {Photo[]} newest first */
export const listPhotos = () => [...photos.values()].sort((a, b) => b.addedAt - a.addedAt);

/** @param {string} id @returns {Photo|undefined} */
export const getPhoto = (id) => photos.get(id);

/** @param {string} id @returns {Promise<Blob|undefined>} */
export const getFile = async (id) => unsavedFiles.get(id) ?? database.getFile(id);

/** Load the photos that this device has stored. */
export async function loadPhotos() {
  for (const saved of await database.getPhotos()) {
    if (photos.has(saved.id)) continue;
    // Uploads that were interrupted when the page closed start again, with the same key.
    photos.set(saved.id, { ...saved, state: saved.state === "sending" ? "waiting" : saved.state, sent: 0, retryAt: 0 });
  }
  const found = [...photos.values()].sort((a, b) => a.addedAt - b.addedAt);
  for (const photo of found) notify(photo, "added");
  for (const photo of found) if (!photo.thumb && photo.state !== "refused") look(photo); // the page closed before it was drawn
}

/** Give a photo the small copy that stands for it, and the notes on its quality. @param {Photo} photo */
async function look(photo) {
  const file = photos.has(photo.id) ? await getFile(photo.id) : undefined;
  if (!file) return;
  const { thumb, notes } = await lookAtPhoto(file);
  updatePhoto(photo, { thumb, notes });
}

/**
 * Add files; when this returns, they are stored where the browser stores them.
 * @param {Iterable<File>} files
 * @param {(file: File) => string} rejectionReason why a file cannot be sent, or ""
 * @param {string} [batch] which they belong to
 */
export async function addPhotos(files, rejectionReason, batch = randomKey()) {
  const added = [...files].map((file, order) => {
    const why = rejectionReason(file);
    return [{ ...newPhoto(file, order), batch, why, state: why ? "refused" : "waiting" }, file];
  });
  for (const [photo, file] of added) {
    unsavedFiles.set(photo.id, file);
    beingStored.set(photo.id, false);
    photos.set(photo.id, photo);
    notify(photo, "added");
  }
  for (const [photo, file] of added) {
    if (await database.addPhoto(photo, file)) unsavedFiles.delete(photo.id);
    const isChanged = beingStored.get(photo.id);
    beingStored.delete(photo.id);
    if (!photos.has(photo.id)) await removePhoto(photo); // cancelled meanwhile
    else if (isChanged) database.putPhoto({ ...photo });
  }
  for (const [photo] of added) looking = looking.then(() => look(photo)).catch(console.error); // a photo that cannot be drawn has no thumbnail
}

/**
 * Change a photo and store the change.
 * @param {Photo} photo
 * @param {Partial<Photo>} changes
 */
export function updatePhoto(photo, changes) {
  if (!photos.has(photo.id)) return;
  Object.assign(photo, changes);
  if (Object.keys(changes).some((name) => !TRANSIENT.includes(name))) {
    // A record without its file would be a photo that cannot be sent, if the page were closed now.
    if (beingStored.has(photo.id)) beingStored.set(photo.id, true);
    else database.putPhoto({ ...photo });
  }
  notify(photo, "changed");
}

/** Forget a photo. @param {Photo} photo */
export async function removePhoto(photo) {
  photos.delete(photo.id);
  notify(photo, "removed");
  unsavedFiles.delete(photo.id);
  await database.deletePhoto(photo.id);
}

function notify(photo, kind) {
  for (const listener of listeners) listener(photo, kind);
}

function newPhoto(file, order) {
  return {
    id: randomKey(),
    name: file.name || t("Photo"),
    size: file.size,
    key: randomKey(),
    addedAt: Date.now() + order / 1000,
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
 * Return 128 random bits; crypto.randomUUID does not exist on pages that are loaded without TLS.
 * @returns {string}
 */
export function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
