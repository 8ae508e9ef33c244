// Keep labels on this device until the server has them, and send them in batches.

import { ApiError, NetworkError, fetchJson } from "../app/api-client.js";
import { t } from "../app/language.js";

const BATCH = 25;
const SOON_MS = 600; // after the last label
const RETRY_MS = [1000, 2000, 4000, 8000, 15_000];

/** @typedef {{id: string, job_id: number, chunk: number, label: string|null, by: string}} Entry a label to send */

/** Labels that wait to be sent, in their order. */
export class LabelQueue {
  /**
   * @param {string} path of the API that takes them
   * @param {{changed: () => void, stored: () => void, refused: (message: string) => void}} handlers
   */
  constructor(path, handlers) {
    this.path = path;
    this.key = `coralchunk.labels:${path}`;
    this.handlers = handlers;
    this.isSending = false;
    /** @type {Set<string>} */
    this.inFlight = new Set();
    this.failures = 0;
    this.timer = 0;
    window.addEventListener("online", () => this.send());
    document.addEventListener("visibilitychange", () => document.hidden && this.send());
  }

  /** @returns {Entry[]} */
  get entries() {
    return JSON.parse(localStorage.getItem(this.key) ?? "[]");
  }

  set entries(entries) {
    if (entries.length) localStorage.setItem(this.key, JSON.stringify(entries));
    else localStorage.removeItem(this.key);
  }

  /**
   * Add a label; it is on the disk of this device when this returns.
   * @param {{job_id: number, chunk: number}} place
   * @param {string|null} label null takes the label back
   * @param {string} by
   */
  add({ job_id, chunk }, label, by) {
    this.entries = [...this.entries, { id: crypto.getRandomValues(new Uint32Array(2)).join("-"), job_id, chunk, label, by }];
    this.plan(SOON_MS);
    this.handlers.changed();
  }

  /**
   * Take back a label that was not sent yet.
   * @param {{job_id: number, chunk: number}} place
   * @returns {boolean} whether it was still here
   */
  drop({ job_id, chunk }) {
    const entries = this.entries;
    const last = entries.findLastIndex((entry) => entry.job_id === job_id && entry.chunk === chunk);
    if (last < 0 || this.inFlight.has(entries[last].id)) return false;
    this.entries = entries.toSpliced(last, 1);
    this.handlers.changed();
    return true;
  }

  /** @param {number} delayMs */
  plan(delayMs) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), delayMs);
  }

  /** Send what waits; what cannot be sent now is tried again. */
  async send() {
    if (this.isSending) return;
    const entries = this.entries;
    const batch = entries.filter(({ by }) => by === entries[0].by).slice(0, BATCH);
    if (!batch.length) return;
    this.isSending = true;
    this.inFlight = new Set(batch.map(({ id }) => id));
    try {
      const changes = batch.map(({ job_id, chunk, label }) => ({ job_id, chunk, label }));
      const answer = await fetchJson(this.path, { method: "POST", body: { by: batch[0].by || null, changes } });
      this.entries = this.entries.filter(({ id }) => !this.inFlight.has(id));
      this.failures = 0;
      for (const { detail } of answer.refused) this.handlers.refused(t("Not stored: {why}", { why: detail }));
      this.handlers.stored();
    } catch (error) {
      this.handleFailure(error);
    } finally {
      this.isSending = false;
      this.inFlight.clear();
      this.handlers.changed();
    }
    if (!this.failures && this.entries.length) this.plan(0);
  }

  handleFailure(error) {
    if (!(error instanceof NetworkError || error instanceof ApiError)) throw error;
    this.failures += 1;
    if (error instanceof ApiError && !error.isRetryable) this.handlers.refused(t("Not stored yet: {why}", { why: error.message }));
    this.plan(RETRY_MS[Math.min(this.failures, RETRY_MS.length) - 1]);
  }
}
