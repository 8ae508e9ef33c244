// Fetch the small pictures with the marked chunks, a few at a time, and keep those that were shown last.

import { fetchFile } from "../app/api-client.js";

const MAX_KEPT = 80;
const AT_ONCE = 3;

/** @type {Map<string, string>} URLs by path, the oldest first */
const kept = new Map();
/** @type {Map<string, (url: string|null) => void>} the newest request is served first */
const waiting = new Map();
let running = 0;

/**
 * Show a small picture in an image, once it is there.
 * @param {HTMLImageElement} image
 * @param {string} path below /V1/api
 */
export function showOverlay(image, path) {
  if (image.dataset.preview === path) return;
  image.dataset.preview = path;
  const url = kept.get(path);
  if (url) {
    image.src = url;
    return;
  }
  waiting.set(path, (loaded) => {
    if (loaded && image.dataset.preview === path) image.src = loaded;
  });
  loadNext();
}

/** Do not fetch a picture that has left the screen. @param {string|undefined} path */
export const forgetOverlay = (path) => waiting.delete(path);

async function loadNext() {
  const next = [...waiting.keys()].pop();
  if (next === undefined || running >= AT_ONCE) return;
  const show = waiting.get(next);
  waiting.delete(next);
  running += 1;
  try {
    const url = URL.createObjectURL(await fetchFile(next));
    kept.set(next, url);
    if (kept.size > MAX_KEPT) dropOldest();
    show(url);
  } catch {
    show(null); // the photo itself stays in its place
  } finally {
    running -= 1;
    loadNext();
  }
}

function dropOldest() {
  const [path, url] = kept.entries().next().value;
  kept.delete(path);
  URL.revokeObjectURL(url);
}
