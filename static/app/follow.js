// Jobs on the server -> live progress. Server-sent events for the first few, long polls where those fail.

import { BASE, Refusal, Unreachable, ask, json, parsed, token } from "./api.js";
import { change, listen, photos } from "./photos.js";

const AT_ONCE = 2; // browsers open six connections to a server; uploads and pictures need some
const WAIT_S = 15;
const PAUSE_MS = 3000;

/** @type {Map<string, () => void>} how to stop following each photo */
const followed = new Map();

/** Follow every unfinished job, now and whenever something changes. */
export function start() {
  listen((one, kind) => {
    if (kind === "removed") leave(one);
    fill();
  });
  window.addEventListener("online", fill);
  fill();
}

const isRunning = (one) => one.jobId !== null && (one.state === "queued" || one.state === "processing");

function fill() {
  for (const one of photos().reverse()) {
    if (!isRunning(one) || followed.has(one.id)) continue;
    if (followed.size >= AT_ONCE) return;
    if (token.get()) poll(one); // an EventSource cannot send a token
    else listenTo(one);
  }
}

function leave(one) {
  followed.get(one.id)?.();
  followed.delete(one.id);
}

function listenTo(one) {
  const source = new EventSource(`${BASE}/events/${one.jobId}`);
  followed.set(one.id, () => source.close());
  const take = (event) => tell(one, JSON.parse(event.data));
  for (const kind of ["progress", "completed", "error"]) {
    // The browser's own "error", of a lost connection, carries no data.
    source.addEventListener(kind, (event) => event.data !== undefined && take(event));
  }
  source.addEventListener("gone", () => gone(one));
  source.onerror = (event) => {
    if (event.data !== undefined || source.readyState !== EventSource.CLOSED) return; // it connects again by itself
    leave(one);
    poll(one);
  };
}

/** Ask again and again; each question is held by the server until there is news. */
async function poll(one) {
  const stop = new AbortController();
  followed.set(one.id, () => stop.abort());
  let etag = '"none yet"';
  while (!stop.signal.aborted) {
    try {
      const answer = await ask(`/status/${one.jobId}?include=summary&wait=${WAIT_S}`, {
        headers: { "If-None-Match": etag },
        signal: stop.signal,
      });
      if (answer.status === 304) continue;
      etag = answer.headers.get("ETag") ?? "";
      tell(one, await parsed(answer));
    } catch (no) {
      if (no.name === "AbortError") return;
      if (!(no instanceof Refusal || no instanceof Unreachable)) throw no;
      if (no instanceof Refusal && no.status === 404) return gone(one);
      if (no instanceof Refusal && !no.isPassing) return leave(one);
      await new Promise((resolve) => setTimeout(resolve, (no.retryAfterS ?? 0) * 1000 || PAUSE_MS));
    }
  }
}

function gone(one) {
  leave(one);
  change(one, { state: "gone", why: "The server no longer has this result: it was deleted, or its time was over." });
}

/** Take a status in. */
function tell(one, status) {
  const news = { state: status.status, done: status.completed_chunks, total: status.total_chunks };
  if (status.status === "error") news.why = status.error;
  if (status.status === "completed") {
    followed.get(one.id)?.();
    finish(one, { ...news, summary: status.summary });
    return;
  }
  if (status.status === "error") leave(one);
  if (news.state !== one.state || news.done !== one.done || news.total !== one.total) change(one, news);
}

/** Fetch the result; as long as that fails the job is still running to us, and is followed again. */
async function finish(one, news) {
  try {
    news.summary ??= (await json(`/status/${one.jobId}?include=summary`)).summary;
  } catch (no) {
    if (no instanceof Refusal && no.status === 404) return gone(one);
    if (!(no instanceof Unreachable || no instanceof Refusal)) throw no;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    leave(one);
    return fill();
  }
  followed.delete(one.id);
  change(one, news);
}
