// Have photos looked at: in a worker where browsers can draw in one, else in the page.

import { lookAt } from "./look.js"; // at once: without a connection, neither a worker nor a later import could load it

/** @type {Worker|null} */
let worker = null;
let isRefused = typeof OffscreenCanvas === "undefined"; // Safari before 16.4; Firefox before 114 has no worker of modules
let requests = 0;
/** @type {Map<number, {resolve: Function, reject: Function}>} */
const waiting = new Map();

/**
 * Return the thumbnail of a photo and the notes on its quality.
 * @param {Blob} file
 * @returns {Promise<import("./look.js").Look>}
 */
export async function lookAtPhoto(file) {
  if (!isRefused) {
    const look = await askWorker(file);
    if (look) return look;
  }
  return lookAt(file);
}

/** @returns {Promise<import("./look.js").Look|null>} null where the worker cannot be started */
function askWorker(file) {
  worker ??= startWorker();
  requests += 1;
  const id = requests;
  worker.postMessage({ id, file });
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
}

function startWorker() {
  const started = new Worker(new URL("./look-worker.js", import.meta.url), { type: "module" });
  started.addEventListener("message", ({ data: { id, look, failed } }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (failed) reject(new Error(failed));
    else resolve(look);
  });
  started.addEventListener("error", (event) => {
    event.preventDefault();
    isRefused = true;
    for (const { resolve } of waiting.values()) resolve(null);
    waiting.clear();
  });
  return started;
}
