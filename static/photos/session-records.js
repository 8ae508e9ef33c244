// Keep the records of photos in sessionStorage, for windows that cannot use IndexedDB; they end with the tab.

const PREFIX = "coralchunk.photo.";

/** @returns {any[]} the records of this tab, without thumbnails */
export function records() {
  try {
    const keys = Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
    return keys.map((key) => JSON.parse(sessionStorage.getItem(key)));
  } catch {
    return []; // the browser refuses this storage too
  }
}

/** @param {{id: string}} photo */
export function putRecord(photo) {
  try {
    sessionStorage.setItem(PREFIX + photo.id, JSON.stringify({ ...photo, thumb: null }));
  } catch {
    // It is refused or full: the photo is known to this page only.
  }
}

/** @param {string} id */
export function deleteRecord(id) {
  try {
    sessionStorage.removeItem(PREFIX + id);
  } catch {
    // Nothing is stored where the browser refuses it.
  }
}
