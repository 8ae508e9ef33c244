// Load the pictures of the chunks that come next before they are shown.

import { fetchFile } from "../app/api-client.js";

const AHEAD = 5;
const KEPT = 12;

/** @typedef {{job_id: number, photo_id: number|null, chunk: number}} Place */

/** @param {Place} place @returns {string} */
export const keyOf = ({ job_id, chunk }) => `${job_id}:${chunk}`;

/** The pictures of chunks with what lies round them. */
export class Views {
  /** @param {string} root path of the survey, or of the photo */
  constructor(root) {
    this.root = root;
    /** @type {Map<string, Promise<string>>} */
    this.urls = new Map();
  }

  /**
   * Return the address of a picture.
   * @param {Place} place
   * @returns {Promise<string>}
   */
  get(place) {
    const key = keyOf(place);
    const known = this.urls.get(key) ?? this.load(place);
    this.urls.delete(key); // the last one in a map is the one that was used last
    this.urls.set(key, known);
    return known;
  }

  /** @param {Place[]} places */
  prepare(places) {
    for (const place of places.slice(0, AHEAD).toReversed()) this.get(place).catch(() => {});
    for (const [key, url] of this.urls) {
      if (this.urls.size <= KEPT) return;
      this.urls.delete(key);
      url.then(URL.revokeObjectURL, () => {});
    }
  }

  async load(place) {
    const inSurvey = place.photo_id === null ? "" : `/photos/${place.photo_id}`;
    const path = `${this.root}${inSurvey}/chunks/${place.chunk}/view.webp`;
    try {
      return URL.createObjectURL(await fetchFile(path));
    } catch (error) {
      this.urls.delete(keyOf(place)); // the next one who asks tries again
      throw error;
    }
  }
}
