// Translate why a photo could not be classified; the worker that tried it wrote it in English.

import { sentence, translated } from "../app/server-text.js";

const FAILURES = [
  sentence("This {format} file is damaged or incomplete ({damage}). Send the original photo again, or save a new copy of it."),
  sentence("This {format} file keeps its pixels in a way that is not read here: {found}. Nothing is wrong with it. Export red, green and blue, 8 or 16 bits each, as TIFF, PNG or JPEG."),
  sentence("In this photo of {width} x {height} pixels nothing was seen: more than half of each chunk is transparent, masked or marked as no data. Send a photo with something in it."),
  sentence("The model {label}, which was to classify this photo, is gone. Send it again."),
  sentence("This photo could not be classified: the server tried {n} times and failed each time. Its operator finds the reason in the log."),
];

/** @param {string} text of the API @returns {string} */
export const failureText = (text) => translated(text, FAILURES);
