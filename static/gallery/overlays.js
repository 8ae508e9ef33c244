// Fetch the small pictures with the marked chunks, a few at a time, and keep those that were shown last.

import { fetchFile } from "../app/api-client.js";

const MAX_KEPT = 80;
const AT_ONCE = 3;

/** @type {Map<number, string>} URLs by job, the oldest first */
const kept = new Map();
/** @type {Map<number, (url: string|null) => void>} the newest request is served first */
const waiting = new Map();
let running = 0;

/**
 * Show the picture of a job in an image, once it is there.
 * @param {HTMLImageElement} image
 * @param {number} jobId
 */
export function showOverlay(image, jobId) {
  if (image.dataset.job === String(jobId)) return;
  image.dataset.job = String(jobId);
  const url = kept.get(jobId);
  if (url) {
    image.src = url;
    return;
  }
  waiting.set(jobId, (loaded) => {
    if (loaded && image.dataset.job === String(jobId)) image.src = loaded;
  });
  loadNext();
}

/** Do not fetch a picture that has left the screen. @param {number} jobId */
export const forgetOverlay = (jobId) => waiting.delete(jobId);

async function loadNext() {
  const next = [...waiting.keys()].pop();
  if (next === undefined || running >= AT_ONCE) return;
  const show = waiting.get(next);
  waiting.delete(next);
  running += 1;
  try {
    const url = URL.createObjectURL(await fetchFile(`/result/${next}.webp`));
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
  const [jobId, url] = kept.entries().next().value;
  kept.delete(jobId);
  URL.revokeObjectURL(url);
}
