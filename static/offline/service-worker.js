// The service worker: keeps the pages of one release with their scripts, so that the app opens without a connection.
//
// The server puts RELEASE, ROOT, PAGES and FILES in front of this file, and background-uploads.js behind it.

/* global RELEASE, ROOT, PAGES, FILES, sendWaiting */

const PREFIX = `coralchunk ${ROOT}/ `; // other paths of the same host may be other servers
const PAGE_LIMIT_MS = 5000;
const KEPT_RELEASES = 2; // a page that was loaded before an update finds its scripts in the release before

self.addEventListener("install", (event) => event.waitUntil(keepRelease()));
self.addEventListener("activate", (event) => event.waitUntil(dropOldReleases()));
self.addEventListener("sync", (event) => event.tag === "uploads" && event.waitUntil(sendWaiting()));

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname.startsWith(`${ROOT}/static/`)) event.respondWith(fileOf(event.request));
  else if (event.request.mode === "navigate" && PAGES.includes(pathname)) event.respondWith(pageOf(event.request, pathname));
});

async function keepRelease() {
  const cache = await caches.open(PREFIX + RELEASE);
  await cache.addAll(FILES); // most of them are in the browser's cache
  await cache.addAll(PAGES.map((page) => new Request(page, { cache: "reload" })));
  await self.skipWaiting(); // files are named by release, so an older page never gets newer scripts
}

async function dropOldReleases() {
  const releases = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== PREFIX + RELEASE);
  for (const name of releases.slice(0, releases.length - KEPT_RELEASES + 1)) await caches.delete(name);
  await self.clients.claim();
}

/** The name of a file has its release, so what is kept is what the server would send. */
async function fileOf(request) {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

/** The page as the server sends it, or the one that is kept where the server does not answer in time. */
async function pageOf(request, pathname) {
  const cache = await caches.open(PREFIX + RELEASE);
  const kept = await cache.match(pathname, { ignoreVary: true });
  if (!kept) return fetch(request);
  const limit = new Promise((resolve) => setTimeout(() => resolve(kept), PAGE_LIMIT_MS));
  const sent = fetch(request).then(
    (response) => (response.status >= 500 ? kept : response),
    () => kept,
  );
  return Promise.race([sent, limit]);
}
