// Follow running jobs: server-sent events for the first two, long polling where those fail.

import { ApiError, BASE, NetworkError, fetchApi, fetchJson, parseJson, token } from "../app/api-client.js";
import { t } from "../app/language.js";
import { listPhotos, subscribe, updatePhoto } from "./photo-list.js";

const MAX_WATCHED = 2; // browsers open six connections to a server; uploads and pictures need some
const WAIT_S = 15;
const RETRY_DELAY_MS = 3000;

/** @type {Map<string, () => void>} how to stop following each photo */
const watched = new Map();

/** Follow every unfinished job, now and whenever something changes. */
export function watchJobs() {
  subscribe((photo, kind) => {
    if (kind === "removed") unwatch(photo);
    watchNext();
  });
  window.addEventListener("online", watchNext);
  watchNext();
}

const isRunning = (photo) => photo.jobId !== null && (photo.state === "queued" || photo.state === "processing");

function watchNext() {
  for (const photo of listPhotos().reverse()) {
    if (!isRunning(photo) || watched.has(photo.id)) continue;
    if (watched.size >= MAX_WATCHED) return;
    if (token.get()) pollStatus(photo); // an EventSource cannot send a token
    else watchEvents(photo);
  }
}

function unwatch(photo) {
  watched.get(photo.id)?.();
  watched.delete(photo.id);
}

function watchEvents(photo) {
  const source = new EventSource(`${BASE}/events/${photo.jobId}`);
  watched.set(photo.id, () => source.close());
  const apply = (event) => applyStatus(photo, JSON.parse(event.data));
  for (const kind of ["progress", "completed", "error"]) {
    // The browser's own "error" event, for a lost connection, has no data.
    source.addEventListener(kind, (event) => event.data !== undefined && apply(event));
  }
  source.addEventListener("gone", () => markGone(photo));
  source.onerror = (event) => {
    if (event.data !== undefined || source.readyState !== EventSource.CLOSED) return; // it connects again by itself
    unwatch(photo);
    pollStatus(photo);
  };
}

/** Long-poll: the server answers each request when the status has changed. */
async function pollStatus(photo) {
  const abort = new AbortController();
  watched.set(photo.id, () => abort.abort());
  let etag = '"none yet"';
  while (!abort.signal.aborted) {
    try {
      const response = await fetchApi(`/status/${photo.jobId}?include=summary&wait=${WAIT_S}`, {
        headers: { "If-None-Match": etag },
        signal: abort.signal,
      });
      if (response.status === 304) continue;
      etag = response.headers.get("ETag") ?? "";
      applyStatus(photo, await parseJson(response));
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!(error instanceof ApiError || error instanceof NetworkError)) throw error;
      if (error instanceof ApiError && error.status === 404) return markGone(photo);
      if (error instanceof ApiError && !error.isRetryable) return unwatch(photo);
      await new Promise((resolve) => setTimeout(resolve, (error.retryAfterS ?? 0) * 1000 || RETRY_DELAY_MS));
    }
  }
}

function markGone(photo) {
  unwatch(photo);
  updatePhoto(photo, { state: "gone", why: t("The server no longer has this result: it was deleted or has expired.") });
}

/** Apply a status to a photo. */
function applyStatus(photo, status) {
  const changes = { state: status.status, done: status.completed_chunks, total: status.total_chunks };
  if (status.status === "completed") {
    watched.get(photo.id)?.();
    loadSummary(photo, { ...changes, summary: status.summary });
    return;
  }
  if (status.status === "error") {
    watched.get(photo.id)?.();
    explainFailure(photo, changes, status.error);
    return;
  }
  if (changes.state !== photo.state || changes.done !== photo.done || changes.total !== photo.total) updatePhoto(photo, changes);
}

/** Say why a job failed, in the language of the page. */
async function explainFailure(photo, changes, text) {
  const unchanged = { failureText: (said) => said }; // the connection is lost again
  const { failureText } = await import("./failures.js").catch(() => unchanged); // most photos do not need it
  watched.delete(photo.id);
  updatePhoto(photo, { ...changes, why: failureText(text) });
}

/** Fetch the result; if that fails, the job is treated as running and followed again. */
async function loadSummary(photo, changes) {
  try {
    changes.summary ??= (await fetchJson(`/status/${photo.jobId}?include=summary`)).summary;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return markGone(photo);
    if (!(error instanceof NetworkError || error instanceof ApiError)) throw error;
    await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS));
    unwatch(photo);
    return watchNext();
  }
  watched.delete(photo.id);
  updatePhoto(photo, changes);
}
