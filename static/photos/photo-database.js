// Store this device's photos in IndexedDB, so that a reload or an empty battery loses none.
//
// A private window of WebKit aborts a transaction that stores a Blob, and the next one never ends. So bytes are stored
// as ArrayBuffers, and each transaction has a time limit. What IndexedDB does not take is kept in memory by the list of
// photos, and its record in sessionStorage, so that the other pages of this tab know it.

import { t } from "../app/language.js";
import { deleteRecord, putRecord, records } from "./session-records.js";

const NAME = "coralchunk";
const PHOTOS = "photos"; // small, written often
const FILES = "files"; // the photo itself, written once
const BATCHES = "batches"; // names and states of photos that were added together
const SETTINGS = "settings"; // for the service worker, which has no localStorage
const VERSION = 2;
const OPEN_LIMIT_MS = 5000;
const LIMIT_MS = 10_000;
const LIMIT_PER_MB_MS = 1000;

/** @type {Promise<IDBDatabase>|null} */
let opening = null;
let isUnusable = false; // a transaction did not end, so the next would not either

function open() {
  opening ??= withinLimit(
    OPEN_LIMIT_MS,
    (resolve, reject) => {
      const request = indexedDB.open(NAME, VERSION);
      request.onupgradeneeded = ({ oldVersion }) => {
        if (oldVersion < 1) request.result.createObjectStore(PHOTOS, { keyPath: "id" });
        if (oldVersion < 1) request.result.createObjectStore(FILES);
        request.result.createObjectStore(BATCHES, { keyPath: "id" });
        request.result.createObjectStore(SETTINGS);
      };
      request.onsuccess = () => {
        request.result.onversionchange = () => request.result.close(); // a newer page in another tab is not held up
        resolve(request.result);
      };
      request.onerror = () => reject(request.error);
    },
  );
  return opening;
}

/** A promise that rejects when its time is over; then the database is not asked again until the page is loaded again. */
function withinLimit(limitMs, executor) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      isUnusable = true;
      reject(new Error(t("The browser's storage does not answer.")));
    }, limitMs);
    const end = (settle) => (value) => {
      clearTimeout(timer);
      settle(value);
    };
    executor(end(resolve), end(reject));
  });
}

/**
 * @param {string[]} stores
 * @param {IDBTransactionMode} mode
 * @param {(transaction: IDBTransaction) => IDBRequest|void} action
 * @param {number} [limitMs]
 * @returns {Promise<any>} what the request answered, once all is on disk
 */
async function transact(stores, mode, action, limitMs = LIMIT_MS) {
  if (isUnusable) throw new Error(t("The browser's storage does not answer."));
  const database = await open();
  return withinLimit(limitMs, (resolve, reject) => {
    const transaction = database.transaction(stores, mode);
    const request = action(transaction);
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** Run a transaction; if it fails, tell the page, and use what the fallback returns. */
async function orElse(transaction, fallback) {
  try {
    return await transaction();
  } catch (error) {
    document.dispatchEvent(new CustomEvent("storage-refused", { detail: error }));
    return fallback(error);
  }
}

/**
 * Return the stored data of all photos, without their files.
 * @returns {Promise<any[]>}
 */
export async function getPhotos() {
  const stored = await orElse(
    () => transact([PHOTOS], "readonly", (transaction) => transaction.objectStore(PHOTOS).getAll()),
    () => [],
  );
  const kept = records();
  return [...new Map([...stored, ...kept].map((photo) => [photo.id, photo])).values()];
}

/**
 * Return the file of a photo.
 * @param {string} id
 * @returns {Promise<Blob|undefined>} undefined if this device does not have it
 */
export async function getFile(id) {
  const file = await orElse(
    () => transact([FILES], "readonly", (transaction) => transaction.objectStore(FILES).get(id)),
    () => undefined,
  );
  if (file === undefined || file instanceof Blob) return file; // earlier versions stored Blobs
  return new Blob([file.bytes], { type: file.type });
}

/**
 * Store a new photo.
 * @param {{id: string}} photo
 * @param {Blob} file
 * @returns {Promise<boolean>} whether the file is stored; if not, the record is kept as long as this tab
 */
export const addPhoto = (photo, file) =>
  orElse(
    async () => {
      const bytes = await file.arrayBuffer();
      const store = (transaction) => {
        transaction.objectStore(PHOTOS).put(photo);
        transaction.objectStore(FILES).put({ bytes, type: file.type }, photo.id);
      };
      await transact([PHOTOS, FILES], "readwrite", store, LIMIT_MS + (bytes.byteLength / 1e6) * LIMIT_PER_MB_MS);
      return true;
    },
    () => {
      putRecord(photo);
      return false;
    },
  );

/**
 * Store what changed about a photo.
 * @param {{id: string}} photo
 * @returns {Promise<void>}
 */
export const putPhoto = (photo) =>
  orElse(
    async () => {
      await transact([PHOTOS], "readwrite", (transaction) => {
        transaction.objectStore(PHOTOS).put(photo);
      });
      deleteRecord(photo.id);
    },
    () => putRecord(photo),
  );

/**
 * Delete a photo.
 * @param {string} id
 * @returns {Promise<void>}
 */
export function deletePhoto(id) {
  deleteRecord(id);
  return orElse(
    () =>
      transact([PHOTOS, FILES], "readwrite", (transaction) => {
        transaction.objectStore(PHOTOS).delete(id);
        transaction.objectStore(FILES).delete(id);
      }),
    () => undefined,
  );
}

/**
 * Return the stored batches.
 * @returns {Promise<any[]>}
 */
export const getBatches = () =>
  orElse(
    () => transact([BATCHES], "readonly", (transaction) => transaction.objectStore(BATCHES).getAll()),
    () => [],
  );

/**
 * Store a batch; where that is refused, it is known to this page only.
 * @param {{id: string}} batch
 * @returns {Promise<void>}
 */
export const putBatch = (batch) =>
  orElse(
    () =>
      transact([BATCHES], "readwrite", (transaction) => {
        transaction.objectStore(BATCHES).put(batch);
      }),
    () => undefined,
  );

/**
 * Forget a batch.
 * @param {string} id
 * @returns {Promise<void>}
 */
export const deleteBatch = (id) =>
  orElse(
    () =>
      transact([BATCHES], "readwrite", (transaction) => {
        transaction.objectStore(BATCHES).delete(id);
      }),
    () => undefined,
  );

/**
 * Store a value for the service worker.
 * @param {string} name
 * @param {any} value
 * @returns {Promise<void>}
 */
export const putSetting = (name, value) =>
  orElse(
    () =>
      transact([SETTINGS], "readwrite", (transaction) => {
        transaction.objectStore(SETTINGS).put(value, name);
      }),
    () => undefined,
  );
