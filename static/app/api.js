// A question to the server -> its answer, or a refusal that says what was wrong and when to come back.

const TOKEN = "coralchunk.token";
export const BASE = "/V1/api";

/** The server said no. */
export class Refusal extends Error {
  /**
   * @param {number} status HTTP
   * @param {string} detail a sentence for the user
   * @param {number|null} retryAfterS when to come back
   */
  constructor(status, detail, retryAfterS = null) {
    super(detail);
    this.status = status;
    this.retryAfterS = retryAfterS;
  }

  /** Whether the same request may work later. */
  get isPassing() {
    return this.status === 429 || this.status >= 500;
  }

  /** Whether the server asks for a token, or for a better one. */
  get wantsToken() {
    return this.status === 401 || this.status === 403;
  }
}

/** No answer came: no connection, or it broke. */
export class Unreachable extends Error {
  constructor() {
    super("The server cannot be reached.");
  }
}

/** The token of this device, where the server asks for one. */
export const token = {
  get: () => localStorage.getItem(TOKEN),
  /** @param {string} given */
  set: (given) => localStorage.setItem(TOKEN, given),
};

/**
 * Headers of every request.
 * @returns {Record<string, string>}
 */
export function headers() {
  const held = token.get();
  return held ? { Authorization: `Token ${held}` } : {};
}

/**
 * Turn a bad answer into a refusal, in the server's own words where it has some.
 * @param {number} status
 * @param {string} body
 * @param {string|null} retryAfter the header
 * @returns {Refusal}
 */
export function refusal(status, body, retryAfter) {
  let detail = `The server answered with ${status}.`;
  try {
    detail = JSON.parse(body).detail ?? detail;
  } catch {
    // A proxy's page instead of the server's words: the status is all there is to say.
  }
  const refused = new Refusal(status, detail, retryAfter ? Number(retryAfter) || null : null);
  if (refused.wantsToken) document.dispatchEvent(new CustomEvent("token-wanted", { detail }));
  return refused;
}

/**
 * Ask the server.
 * @param {string} path below /V1/api
 * @param {{method?: string, body?: any, headers?: Record<string, string>, signal?: AbortSignal}} [options]
 *   `body` is sent as JSON
 * @returns {Promise<Response>} also a 304
 * @throws {Refusal|Unreachable}
 */
export async function ask(path, options = {}) {
  const sent = { ...headers(), ...options.headers };
  if (options.body !== undefined) sent["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(BASE + path, {
      method: options.method ?? "GET",
      headers: sent,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
    });
  } catch (lost) {
    if (lost.name === "AbortError") throw lost;
    throw new Unreachable();
  }
  if (answer.ok || answer.status === 304) return answer;
  throw refusal(answer.status, await answer.text(), answer.headers.get("Retry-After"));
}

/**
 * Ask the server for JSON.
 * @param {string} path
 * @param {Parameters<typeof ask>[1]} [options]
 * @returns {Promise<any>}
 */
export const json = async (path, options) => parsed(await ask(path, options));

/**
 * Read an answer as JSON.
 * @param {Response} answer
 * @returns {Promise<any>}
 * @throws {Unreachable} what came is not from this server, as the page of a harbour's network that asks to log in
 */
export async function parsed(answer) {
  try {
    return await answer.json();
  } catch (no) {
    if (no.name === "AbortError") throw no;
    throw new Unreachable();
  }
}

/**
 * Ask the server for a file.
 * @param {string} path
 * @returns {Promise<Blob>}
 */
export const file = async (path) => (await ask(path)).blob();
