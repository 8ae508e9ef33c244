// Store this device's photos in IndexedDB, so that a reload or an empty battery loses none.

const NAME = "coralchunk";
const PHOTOS = "photos"; // small, written often
const FILES = "files"; // the photo itself, written once

/** @type {Promise<IDBDatabase>|null} */
let opening = null;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(PHOTOS, { keyPath: "id" });
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
 * @param {(transaction: IDBTransaction) => IDBRequest|void} action
 * @returns {Promise<any>} what the request answered, once all is on disk
 */
async function transact(stores, mode, action) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(stores, mode);
    const request = action(transaction);
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

/**
 * Return the stored data of all photos, without their files.
 * @returns {Promise<any[]>}
 */
export const getPhotos = () => transact([PHOTOS], "readonly", (transaction) => transaction.objectStore(PHOTOS).getAll());

/**
 * Return the file of a photo.
 * @param {string} id
 * @returns {Promise<Blob|undefined>}
 */
export const getFile = (id) => transact([FILES], "readonly", (transaction) => transaction.objectStore(FILES).get(id));

/**
 * Store a new photo.
 * @param {{id: string}} photo
 * @param {Blob} file
 * @returns {Promise<void>}
 */
export const addPhoto = (photo, file) =>
  transact([PHOTOS, FILES], "readwrite", (transaction) => {
    transaction.objectStore(PHOTOS).put(photo);
    transaction.objectStore(FILES).put(file, photo.id);
  });

/**
 * Store what changed about a photo.
 * @param {{id: string}} photo
 * @returns {Promise<void>}
 */
export const putPhoto = (photo) =>
  transact([PHOTOS], "readwrite", (transaction) => {
    transaction.objectStore(PHOTOS).put(photo);
  });

/**
 * Delete a photo.
 * @param {string} id
 * @returns {Promise<void>}
 */
export const deletePhoto = (id) =>
  transact([PHOTOS, FILES], "readwrite", (transaction) => {
    transaction.objectStore(PHOTOS).delete(id);
    transaction.objectStore(FILES).delete(id);
  });
