// Send requests to the V1 API, and turn error responses into errors that the pages can show.

import { LANGUAGE, t } from "./language.js";

const TOKEN = "coralchunk.token";
const ABOUT_ROLES = new Set(["RoleTooWeak", "RolesOff"]); // which no other token helps against
/** The path below which the server is published; empty if it has a host of its own. */
export const ROOT = document.documentElement.dataset.root ?? "";
export const BASE = `${ROOT}/V1/api`;

/** The server answered with an error. */
export class ApiError extends Error {
  /**
   * @param {number} status HTTP
   * @param {string} detail a sentence for the user
   * @param {number|null} retryAfterS when to come back
   * @param {string} kind the error's stable name, such as DuplicatePhoto
   */
  constructor(status, detail, retryAfterS = null, kind = "") {
    super(detail);
    this.status = status;
    this.retryAfterS = retryAfterS;
    this.kind = kind;
  }

  /** Whether the same request may work later. */
  get isRetryable() {
    return this.status === 429 || this.status >= 500;
  }

  /** Whether the server requires a token, or one with another scope. */
  get needsToken() {
    return this.status === 401 || (this.status === 403 && !ABOUT_ROLES.has(this.kind));
  }
}

/** No response: there is no connection, or it broke. */
export class NetworkError extends Error {
  constructor() {
    super(t("The server cannot be reached."));
  }
}

/** The token of this device, if the server requires one. */
export const token = {
  get: () => localStorage.getItem(TOKEN),
  /** @param {string} value */
  set: (value) => localStorage.setItem(TOKEN, value),
  remove: () => localStorage.removeItem(TOKEN),
};

/**
 * Headers of every request.
 * @returns {Record<string, string>}
 */
export function authHeaders() {
  const saved = token.get();
  return { "Accept-Language": LANGUAGE, ...(saved ? { Authorization: `Token ${saved}` } : {}) };
}

/**
 * Turn an error response into an ApiError, with the server's own message if it has one.
 * @param {number} status
 * @param {string} body
 * @param {string|null} retryAfter the header
 * @returns {ApiError}
 */
export function toApiError(status, body, retryAfter) {
  let detail = t("The server answered with status {status}.", { status });
  let kind = "";
  try {
    ({ detail = detail, title: kind = "" } = JSON.parse(body));
  } catch {
    // The page of a proxy instead of the server's JSON: only the status is known.
  }
  const error = new ApiError(status, detail, retryAfter ? Number(retryAfter) || null : null, kind);
  if (error.needsToken) document.dispatchEvent(new CustomEvent("token-required", { detail: error }));
  return error;
}

/**
 * Send a request to the API.
 * @param {string} path below /V1/api
 * @param {{method?: string, body?: any, form?: FormData, headers?: Record<string, string>, signal?: AbortSignal}} [options]
 *   `body` is sent as JSON, `form` as a form with files
 * @returns {Promise<Response>} also a 304
 * @throws {ApiError|NetworkError}
 */
export async function fetchApi(path, options = {}) {
  const headers = { ...authHeaders(), ...options.headers };
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(BASE + path, {
      method: options.method ?? "GET",
      headers,
      body: options.body === undefined ? options.form : JSON.stringify(options.body),
      signal: options.signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new NetworkError();
  }
  if (response.ok || response.status === 304) return response;
  throw toApiError(response.status, await response.text(), response.headers.get("Retry-After"));
}

/**
 * Request JSON.
 * @param {string} path
 * @param {Parameters<typeof fetchApi>[1]} [options]
 * @returns {Promise<any>}
 */
export const fetchJson = async (path, options) => parseJson(await fetchApi(path, options));

/**
 * Read a response as JSON.
 * @param {Response} response
 * @returns {Promise<any>}
 * @throws {NetworkError} the response is not from this server, such as the login page of a public network
 */
export async function parseJson(response) {
  try {
    return await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new NetworkError();
  }
}

/**
 * Request a file.
 * @param {string} path
 * @returns {Promise<Blob>}
 */
export const fetchFile = async (path) => (await fetchApi(path)).blob();
