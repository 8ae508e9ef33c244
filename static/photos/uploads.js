// Upload waiting photos: three at a time, each under its own idempotency key, with retries.

import { ApiError, BASE, NetworkError, authHeaders, toApiError } from "../app/api-client.js";
import { t } from "../app/language.js";
import { onBackgroundSync, requestBackgroundSync } from "../offline/background-sync.js";
import { getBatch, serverName, subscribeBatches } from "./batch-list.js";
import { getFile, getPhoto, listPhotos, subscribe, updatePhoto } from "./photo-list.js";

const MAX_UPLOADS = 3; // more would only share one thin line, and browsers open six connections to a server
const RESUMABLE_BYTES = 4e6; // on a thin line, smaller ones are soon sent again
const STALL_TIMEOUT_MS = 60_000;
const RETRY_DELAYS_S = [2, 4, 8, 15, 30]; // after a lost connection
const WITHOUT_TOKEN = { state: "waiting", why: t("Waiting for a token. Press “Token” at the top of this page."), retryAt: Infinity };

/** @type {Map<string, XMLHttpRequest>} */
const running = new Map();
/** @type {Map<string, number>} */
const failures = new Map();
let timer = 0;
let busyUntil = 0; // ms; the server asked to be left alone until then

/** Send waiting photos, now and whenever something changes. */
export function startUploads() {
  subscribe((photo, kind) => {
    if (kind === "removed") cancelUpload(photo.id);
    if (kind === "added") syncLater();
    startNext();
  });
  subscribeBatches(startNext);
  window.addEventListener("online", retryNow);
  window.addEventListener("offline", () => {
    startNext();
    syncLater();
  });
  onBackgroundSync(retryNow);
  startNext();
  syncLater();
}

/**
 * Send a photo again after a refusal.
 * @param {import("./photo-list.js").Photo} photo
 */
export const retryUpload = (photo) => updatePhoto(photo, { state: "waiting", why: "", retryAt: 0 });

/** Have the browser send what waits when the connection is back, even if no page is open then. */
function syncLater() {
  if (!navigator.onLine && listPhotos().some(isWaiting)) requestBackgroundSync();
}

const isWaiting = (photo) => photo.state === "waiting" && !getBatch(photo.batch)?.isPaused;

/** Retry at once what only lacked a connection. */
function retryNow() {
  for (const photo of listPhotos()) if (failures.has(photo.id)) photo.retryAt = 0;
  failures.clear();
  startNext();
}

function startNext() {
  clearTimeout(timer);
  if (!navigator.onLine) return;
  if (busyUntil > Date.now()) {
    timer = setTimeout(startNext, busyUntil - Date.now() + 50);
    return;
  }
  const waiting = listPhotos().filter(isWaiting).reverse();
  for (const photo of waiting) {
    if (running.size >= MAX_UPLOADS) return;
    if (photo.retryAt <= Date.now() && !running.has(photo.id)) upload(photo);
  }
  const next = Math.min(...waiting.map((photo) => photo.retryAt).filter((at) => at > Date.now()));
  if (Number.isFinite(next)) timer = setTimeout(startNext, next - Date.now() + 50);
}

/** @param {import("./photo-list.js").Photo} photo */
async function upload(photo) {
  const request = new XMLHttpRequest();
  running.set(photo.id, request);
  updatePhoto(photo, { state: "sending", sent: 0, why: "", retryAt: 0 });
  try {
    const file = await getFile(photo.id);
    if (!file) throw new ApiError(0, t("This device no longer has the photo. Choose it again."));
    if (!getPhoto(photo.id)) return; // cancelled meanwhile
    const jobId = await sendPhoto(request, file, photo);
    failures.delete(photo.id);
    updatePhoto(photo, { state: "queued", jobId, done: 0, total: 0, sentAt: Date.now() });
  } catch (error) {
    updatePhoto(photo, stateAfter(error, photo));
  } finally {
    running.delete(photo.id);
    startNext();
  }
}

/** Return the new state of a photo after a failed attempt. */
function stateAfter(error, photo) {
  if (error instanceof NetworkError) {
    const count = failures.get(photo.id) ?? 0;
    failures.set(photo.id, count + 1);
    requestBackgroundSync();
    return { state: "waiting", why: error.message, retryAt: inSeconds(RETRY_DELAYS_S[Math.min(count, RETRY_DELAYS_S.length - 1)]) };
  }
  if (!(error instanceof ApiError)) throw error;
  if (error.needsToken) {
    holdAll();
    return WITHOUT_TOKEN;
  }
  if (error.isRetryable) {
    busyUntil = inSeconds(error.retryAfterS ?? 10);
    return { state: "waiting", why: error.message, retryAt: busyUntil };
  }
  return { state: "refused", why: error.message };
}

/** Send nothing before the page is loaded again with a token. */
function holdAll() {
  for (const photo of listPhotos()) if (photo.state === "waiting") updatePhoto(photo, WITHOUT_TOKEN);
}

const inSeconds = (seconds) => Date.now() + seconds * 1000;

function cancelUpload(id) {
  running.get(id)?.abort();
  failures.delete(id);
}

/** Read the job id; any other answer with 200 comes from a network that requires a login first. */
async function readJobId(body) {
  try {
    return JSON.parse(body).job_id;
  } catch {
    throw new NetworkError();
  }
}

/** Send a large file in pieces, and a small one as a form. */
async function sendPhoto(request, file, photo) {
  const batch = getBatch(photo.batch);
  const options = {
    url: photo.uploadUrl ?? null,
    key: photo.key,
    batch: batch ? serverName(batch) : "",
    send: transmit,
    onBegun: (uploadUrl) => updatePhoto(photo, { uploadUrl }),
    onProgress: (sent) => updatePhoto(photo, { sent }),
  };
  if (file.size > RESUMABLE_BYTES) {
    const { sendResumable } = await import("./resumable-upload.js");
    return sendResumable(file, options, request);
  }
  const form = new FormData();
  form.append("image", file, photo.name);
  if (batch) form.append("batch", options.batch);
  request.open("POST", `${BASE}/classify`);
  for (const [name, value] of Object.entries(authHeaders())) request.setRequestHeader(name, value);
  request.setRequestHeader("Idempotency-Key", photo.key);
  await transmit(request, form, (sent, total) => options.onProgress(sent / total));
  return readJobId(request.responseText);
}

/** Send with XMLHttpRequest, because fetch does not report the progress of an upload. */
function transmit(request, body, onProgress) {
  return new Promise((resolve, reject) => {
    let timeout = 0;
    const restartTimer = () => {
      clearTimeout(timeout);
      timeout = setTimeout(() => request.abort(), STALL_TIMEOUT_MS);
    };
    request.upload.onprogress = (event) => {
      restartTimer();
      onProgress(event.loaded, event.total);
    };
    request.onload = () => {
      if (request.status === 200 || request.status === 204) resolve();
      else if (request.status === 400 && request.responseText.includes("BrokenRequest")) reject(new NetworkError());
      else if (request.status === 409) reject(new NetworkError()); // another tab has sent some of it: ask how far it is
      else reject(toApiError(request.status, request.responseText, request.getResponseHeader("Retry-After")));
    };
    request.onerror = request.onabort = () => reject(new NetworkError());
    request.onloadend = () => clearTimeout(timeout);
    restartTimer();
    request.send(body);
  });
}
