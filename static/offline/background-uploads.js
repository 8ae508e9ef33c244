// Part of the service worker: send the photos that wait on this device when no page is open to do it.

/* global ROOT */

const STORES = { photos: "photos", files: "files", batches: "batches", settings: "settings" };
const FINAL = [400, 413, 415, 422]; // the server will not take the photo later either

const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Send every waiting photo; it throws where the browser should try again later. */
async function sendWaiting() {
  const pages = await self.clients.matchAll({ type: "window" });
  for (const page of pages) page.postMessage("send");
  if (pages.length) return;
  const database = await settled(indexedDB.open("coralchunk"));
  try {
    if (database.objectStoreNames.contains(STORES.settings)) await sendAll(database);
  } finally {
    database.close();
  }
}

async function sendAll(database) {
  const read = (store, key) => {
    const objects = database.transaction(store).objectStore(store);
    return settled(key === undefined ? objects.getAll() : objects.get(key));
  };
  const batches = new Map((await read(STORES.batches)).map((batch) => [batch.id, batch]));
  const token = await read(STORES.settings, "token");
  const photos = await read(STORES.photos);
  for (const photo of photos.sort((a, b) => a.addedAt - b.addedAt)) {
    const batch = batches.get(photo.batch);
    if (!["waiting", "sending"].includes(photo.state) || batch?.isPaused) continue;
    const file = await read(STORES.files, photo.id);
    if (!file) continue;
    const changes = await send(photo, file, batch, token);
    const latest = await read(STORES.photos, photo.id);
    if (latest) await settled(database.transaction(STORES.photos, "readwrite").objectStore(STORES.photos).put({ ...latest, ...changes }));
  }
}

/** Send one photo under its key, so that a page which sends it too gets the same job. */
async function send(photo, file, batch, token) {
  const form = new FormData();
  form.append("image", file instanceof Blob ? file : new Blob([file.bytes], { type: file.type }), photo.name);
  if (batch) form.append("batch", `${batch.name} ${batch.id.slice(0, 8)}`);
  const headers = { "Idempotency-Key": photo.key, ...(token ? { Authorization: `Token ${token}` } : {}) };
  const response = await fetch(`${ROOT}/V1/api/classify`, { method: "POST", headers, body: form });
  const body = await response.json();
  if (response.ok) return { state: "queued", jobId: body.job_id, done: 0, total: 0, why: "", sentAt: Date.now() };
  if (FINAL.includes(response.status)) return { state: "refused", why: body.detail };
  throw new Error(body.detail);
}
