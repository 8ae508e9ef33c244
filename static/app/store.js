// Photos of this device <-> IndexedDB, so that a reload or a dead battery loses none.

const NAME = "coralchunk";
const META = "photos"; // small, written often
const FILES = "files"; // the photo itself, written once

/** @type {Promise<IDBDatabase>|null} */
let opening = null;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(META, { keyPath: "id" });
      request.result.createObjectStore(FILES);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

/**
 * @param {string[]} stores
 * @param {IDBTransactionMode} mode
 * @param {(transaction: IDBTransaction) => IDBRequest|void} work
 * @returns {Promise<any>} what the request answered, once all is on disk
 */
async function within(stores, mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(stores, mode);
    const request = work(transaction);
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

/**
 * Return what is remembered of all photos, without their files.
 * @returns {Promise<any[]>}
 */
export const all = () => within([META], "readonly", (transaction) => transaction.objectStore(META).getAll());

/**
 * Return the file of a photo.
 * @param {string} id
 * @returns {Promise<Blob|undefined>}
 */
export const fileOf = (id) => within([FILES], "readonly", (transaction) => transaction.objectStore(FILES).get(id));

/**
 * Remember a new photo.
 * @param {{id: string}} meta
 * @param {Blob} file
 * @returns {Promise<void>}
 */
export const add = (meta, file) =>
  within([META, FILES], "readwrite", (transaction) => {
    transaction.objectStore(META).put(meta);
    transaction.objectStore(FILES).put(file, meta.id);
  });

/**
 * Remember what changed about a photo.
 * @param {{id: string}} meta
 * @returns {Promise<void>}
 */
export const put = (meta) =>
  within([META], "readwrite", (transaction) => {
    transaction.objectStore(META).put(meta);
  });

/**
 * Forget a photo.
 * @param {string} id
 * @returns {Promise<void>}
 */
export const remove = (id) =>
  within([META, FILES], "readwrite", (transaction) => {
    transaction.objectStore(META).delete(id);
    transaction.objectStore(FILES).delete(id);
  });
