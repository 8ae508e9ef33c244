// Unpack the photos of a ZIP file one after the other, so that memory holds one of them.

import { t } from "../app/language.js";
import { isHidden, isPhotoName } from "./chosen-files.js";

const BLOCK_BYTES = 1 << 20;
const MAX_ENTRIES = 5000; // of any kind
const MAX_UNPACKED_BYTES = 16e9;

/**
 * @typedef {{name: string, file: File|null, why: string}} Entry file is null where it was left out, and why says the reason
 */

/**
 * Yield the photos of a ZIP file, and what was left out of it.
 * @param {File} zip
 * @param {number} maxBytes of one photo
 * @returns {AsyncGenerator<Entry>}
 * @throws {Error} it cannot be read, or holds more than is unpacked
 */
export async function* zipPhotos(zip, maxBytes) {
  const { Unzip, UnzipInflate } = await import("../vendor/fflate/fflate.js");
  /** @type {Entry[]} */
  const found = [];
  const counts = { entries: 0, unpacked: 0 };
  const unzip = new Unzip((entry) => receive(entry, found, counts, maxBytes));
  unzip.register(UnzipInflate);
  for (let start = 0; start < zip.size; start += BLOCK_BYTES) {
    const block = new Uint8Array(await zip.slice(start, start + BLOCK_BYTES).arrayBuffer());
    push(unzip, block, start + BLOCK_BYTES >= zip.size, zip.name);
    if (counts.entries > MAX_ENTRIES) throw new Error(t("{name} has more than {most} entries. Split it into smaller ZIP files.", { name: zip.name, most: MAX_ENTRIES }));
    if (counts.unpacked > MAX_UNPACKED_BYTES) throw new Error(t("{name} unpacks to more than {most} GB. Split it into smaller ZIP files.", { name: zip.name, most: MAX_UNPACKED_BYTES / 1e9 }));
    while (found.length) yield found.shift();
  }
  if (!counts.entries) throw new Error(t("{name} is not a ZIP file that can be read.", { name: zip.name }));
}

function push(unzip, block, isLast, name) {
  try {
    unzip.push(block, isLast);
  } catch {
    throw new Error(t("{name} is damaged or not a ZIP file. Photos before the damage were added.", { name }));
  }
}

/** Collect the bytes of an entry; those of other files and beyond a limit are dropped. */
function receive(entry, found, counts, maxBytes) {
  counts.entries += 1;
  const parts = [];
  let size = 0;
  let why = "";
  const isWanted = isPhotoName(entry.name) && !isHidden(entry.name);
  entry.ondata = (error, chunk, isFinal) => {
    if (error) why ||= t("it is damaged or encrypted");
    size += chunk?.length ?? 0;
    counts.unpacked += chunk?.length ?? 0;
    if (size > maxBytes) {
      why ||= t("it is larger than the server takes");
      parts.length = 0;
    } else if (isWanted && chunk && !why) parts.push(chunk.slice()); // its memory is used again
    if (!isWanted || !(isFinal || error)) return;
    if (error) entry.ondata = () => {};
    found.push({ name: entry.name, file: why ? null : new File(parts, entry.name.split("/").pop()), why });
  };
  try {
    entry.start();
  } catch {
    entry.ondata(new Error("unknown compression"), null, true);
  }
}
