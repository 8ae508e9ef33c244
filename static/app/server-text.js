// Translate sentences of results, which the server writes in English.

import { t } from "./language.js";

/** Mark a text for the catalogues. @param {string} text */
export const sentence = (text) => text;

const REASONS = [
  sentence("too few chunks that the model is sure of: {found}, at least {least} are needed"),
  sentence("too few chunks of coral: {found}, at least {least} are needed"),
  sentence("too few photos with coral: {found}, at least {least} are needed"),
  sentence("too few photos with chunks that the model is sure of: {found}, at least {least} are needed"),
  sentence("too few labelled chunks: at least {least} of each of the model's labels are needed"),
  sentence("no labelled chunk shows what it is"),
  sentence("no labelled chunk is coral"),
  sentence("the model states no error rates"),
  sentence("nothing is known of any chunk"),
  sentence("the card is tilted by {tilt} degrees, and areas need at most {most}: lay it flat and hold the camera straight above it"),
];

const escaped = (text) => text.replace(/[.*+?^$()[\]\\]/g, "\\$&");
const patternOf = (text) => new RegExp(`^${escaped(text).replace(/\{(\w+)\}/g, "(?<$1>.+?)")}$`);

/**
 * Translate a text of the server, if it is one of these sentences.
 * @param {string} text
 * @param {string[]} sentences with facts as {name}
 * @returns {string}
 */
export function translated(text, sentences) {
  for (const known of sentences) {
    const found = patternOf(known).exec(text);
    if (found) return t(known, found.groups);
  }
  return text;
}

/** Say why there is no figure. @param {string} reason of the API @returns {string} */
export const reasonText = (reason) => translated(reason ?? "", REASONS);
