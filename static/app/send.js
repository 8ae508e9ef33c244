// Waiting photos -> jobs on the server. Few at once, each under its own key, again until it is through.

import { BASE, Refusal, Unreachable, headers, refusal } from "./api.js";
import { change, fileOf, listen, photo, photos } from "./photos.js";

const AT_ONCE = 2; // more would only share one thin line
const STALLED_MS = 60_000;
const PAUSES_S = [2, 4, 8, 15, 30]; // after a lost connection

/** @type {Map<string, XMLHttpRequest>} */
const running = new Map();
/** @type {Map<string, number>} */
const losses = new Map();
let timer = 0;

/** Begin to send whatever waits, now and whenever something changes. */
export function start() {
  listen((one, kind) => {
    if (kind === "removed") stop(one.id);
    pump();
  });
  window.addEventListener("online", hurry);
  window.addEventListener("offline", pump);
  pump();
}

/**
 * Send a photo again after a refusal.
 * @param {import("./photos.js").Photo} one
 */
export const again = (one) => change(one, { state: "waiting", why: "", retryAt: 0 });

/** Wait no longer for what only lacked a connection. */
function hurry() {
  for (const one of photos()) if (losses.has(one.id)) one.retryAt = 0;
  losses.clear();
  pump();
}

function pump() {
  clearTimeout(timer);
  if (!navigator.onLine) return;
  const waiting = photos().filter((one) => one.state === "waiting").reverse();
  for (const one of waiting) {
    if (running.size >= AT_ONCE) return;
    if (one.retryAt <= Date.now() && !running.has(one.id)) send(one);
  }
  const next = Math.min(...waiting.map((one) => one.retryAt).filter((at) => at > Date.now()));
  if (Number.isFinite(next)) timer = setTimeout(pump, next - Date.now() + 50);
}

/** @param {import("./photos.js").Photo} one */
async function send(one) {
  const request = new XMLHttpRequest();
  running.set(one.id, request);
  change(one, { state: "sending", sent: 0, why: "", retryAt: 0 });
  try {
    const file = await fileOf(one.id);
    if (!file) throw new Refusal(0, "This device no longer has the photo. Choose it again.");
    if (!photo(one.id)) return; // cancelled meanwhile
    const jobId = await post(request, file, one);
    losses.delete(one.id);
    change(one, { state: "queued", jobId, done: 0, total: 0 });
  } catch (no) {
    change(one, after(no, one));
  } finally {
    running.delete(one.id);
    pump();
  }
}

/** What a failed attempt makes of a photo. */
function after(no, one) {
  if (no instanceof Unreachable) {
    const lost = losses.get(one.id) ?? 0;
    losses.set(one.id, lost + 1);
    return { state: "waiting", why: no.message, retryAt: soon(PAUSES_S[Math.min(lost, PAUSES_S.length - 1)]) };
  }
  if (!(no instanceof Refusal)) throw no;
  if (no.wantsToken) return { state: "waiting", why: "Waits for a token.", retryAt: Infinity }; // until the reload
  if (no.isPassing) return { state: "waiting", why: no.message, retryAt: soon(no.retryAfterS ?? 10) };
  return { state: "refused", why: no.message };
}

const soon = (seconds) => Date.now() + seconds * 1000;

function stop(id) {
  running.get(id)?.abort();
  losses.delete(id);
}

/** Read the job's number; whatever else answers with 200 is a network that wants a login first. */
async function accepted(body) {
  try {
    return JSON.parse(body).job_id;
  } catch {
    throw new Unreachable();
  }
}

/** Send one file; fetch cannot tell how much of an upload has left. */
function post(request, file, one) {
  return new Promise((resolve, reject) => {
    let stalled = 0;
    const alive = () => {
      clearTimeout(stalled);
      stalled = setTimeout(() => request.abort(), STALLED_MS);
    };
    const form = new FormData();
    form.append("image", file, one.name);
    request.open("POST", `${BASE}/classify`);
    for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
    request.setRequestHeader("Idempotency-Key", one.key);
    request.upload.onprogress = (event) => {
      alive();
      change(one, { sent: event.loaded / event.total });
    };
    request.onload = () => {
      if (request.status === 200) resolve(accepted(request.responseText));
      else if (request.status === 400 && request.responseText.includes("BrokenRequest")) reject(new Unreachable());
      else reject(refusal(request.status, request.responseText, request.getResponseHeader("Retry-After")));
    };
    request.onerror = request.onabort = () => reject(new Unreachable());
    request.onloadend = () => clearTimeout(stalled);
    alive();
    request.send(form);
  });
}
