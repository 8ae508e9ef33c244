// Send a large photo by the tus protocol, so that it goes on where it stopped.

import { BASE, NetworkError, authHeaders, toApiError } from "../app/api-client.js";

const PART_BYTES = 2e6; // proxies may hold a request back until it is complete, so that a larger one would be lost

/** @param {Record<string, string>} more */
const headersWith = (more) => Object.assign({ "Tus-Resumable": "1.0.0" }, authHeaders(), more);

/**
 * Send a photo, from where an earlier attempt stopped.
 * @param {Blob} file
 * @param {object} options
 * @param {string|null} options.url of the earlier attempt
 * @param {string} options.key Idempotency-Key
 * @param {string} options.batch empty for none
 * @param {(request: XMLHttpRequest, body: Blob, onProgress: (sent: number) => void) => Promise<void>} options.send
 * @param {(url: string) => void} options.onBegun is told the address under which the upload goes on
 * @param {(share: number) => void} options.onProgress
 * @param {XMLHttpRequest} request is used for the bytes, so that it can be aborted
 * @returns {Promise<number>} the job's id
 */
export async function sendResumable(file, options, request) {
  let found = options.url ? await progressOf(options.url) : null;
  if (found === null) {
    found = await begin(file, options);
    options.onBegun(found.url);
  }
  if (found.jobId) return found.jobId;
  for (let at = found.offset; ; ) {
    await sendPart(request, found.url, file, at, options);
    const jobId = Number(request.getResponseHeader("Upload-Job-Id") ?? 0);
    if (jobId) return jobId;
    const next = Number(request.getResponseHeader("Upload-Offset"));
    if (!(next > at)) throw new NetworkError(); // a network that requires a login first
    at = next;
  }
}

async function sendPart(request, url, file, at, { send, onProgress }) {
  request.open("PATCH", url);
  const headers = headersWith({ "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(at) });
  for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
  await send(request, file.slice(at, at + PART_BYTES), (sent) => onProgress((at + sent) / file.size));
}

/** Remove an unfinished upload; one that cannot be reached expires. @param {string} url */
export const removeResumable = (url) => fetch(url, { method: "DELETE", headers: headersWith({}) }).catch(() => undefined);

async function begin(file, { key, batch }) {
  const headers = headersWith({ "Upload-Length": String(file.size), "Idempotency-Key": key });
  if (batch) headers["Upload-Metadata"] = `batch ${base64(batch)}`;
  const response = await ask(`${BASE}/uploads`, { method: "POST", headers });
  const url = response.headers.get("Location");
  if (response.status !== 201 || !url) throw new NetworkError(); // a network that requires a login first
  return { url: new URL(url, window.location.href).href, offset: 0, jobId: 0 };
}

/** How far an earlier attempt came; null if the server does not have it any more. */
async function progressOf(url) {
  try {
    const { headers } = await ask(url, { method: "HEAD", headers: headersWith({}) });
    if (headers.get("Upload-Offset") === null) throw new NetworkError();
    return { url, offset: Number(headers.get("Upload-Offset")), jobId: Number(headers.get("Upload-Job-Id") ?? 0) };
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

async function ask(url, options) {
  let response;
  try {
    response = await fetch(url, options);
  } catch {
    throw new NetworkError();
  }
  if (response.ok) return response;
  throw toApiError(response.status, await response.text(), response.headers.get("Retry-After"));
}

const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
