// Look at a photo once it is decoded: its thumbnail, and the notes on its quality. Runs in a worker or in a page.

import { CHUNK_PX, SMALL_PX, measureQuality, noteCodes, windowsOf } from "./photo-quality.js";

const THUMBNAIL_PX = 320; // width

/**
 * @typedef {object} Look
 * @property {ArrayBuffer|null} thumb JPEG, upright
 * @property {import("./photo-quality.js").Measured|null} measured
 * @property {string[]} notes codes, see photo-quality.js
 */

/**
 * Decode a photo and look at it.
 * @param {Blob} file
 * @returns {Promise<Look>} nothing for formats that this browser cannot decode
 */
export async function lookAt(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return { thumb: null, measured: null, notes: [] }; // HEIC or TIFF in most browsers, or no photo at all: the server will say which
  }
  const { width, height } = bitmap;
  const thumb = await jpegOf(drawn(bitmap, Math.min(1, THUMBNAIL_PX / width)));
  const small = pixelsOf(drawn(bitmap, Math.min(1, SMALL_PX / Math.max(width, height))));
  const measured = measureQuality(small, windowsOf(width, height).map(({ x, y }) => pixelsOf(cut(bitmap, x, y))));
  bitmap.close();
  return { thumb, measured, notes: noteCodes(measured) };
}

function canvasOf(width, height) {
  const canvas = typeof OffscreenCanvas === "undefined" ? document.createElement("canvas") : new OffscreenCanvas(width, height);
  [canvas.width, canvas.height] = [width, height];
  return canvas;
}

const penOf = (canvas) => canvas.getContext("2d", { willReadFrequently: true });

/** Draw the whole photo smaller. Halving step by step averages areas; one step may leave out pixels, as in Firefox. */
function drawn(bitmap, scale) {
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)));
  let from = bitmap;
  while (from.width >= 2 * width && from.height >= 2 * height && (from.width > 2 * width || from.height > 2 * height)) {
    from = copied(from, Math.ceil(from.width / 2), Math.ceil(from.height / 2));
  }
  return copied(from, width, height);
}

function copied(from, width, height) {
  const canvas = canvasOf(width, height);
  const pen = penOf(canvas);
  pen.imageSmoothingQuality = "medium";
  pen.drawImage(from, 0, 0, width, height);
  return canvas;
}

function cut(bitmap, x, y) {
  const canvas = canvasOf(Math.min(CHUNK_PX, bitmap.width), Math.min(CHUNK_PX, bitmap.height));
  penOf(canvas).drawImage(bitmap, -x, -y);
  return canvas;
}

const pixelsOf = (canvas) => penOf(canvas).getImageData(0, 0, canvas.width, canvas.height);

async function jpegOf(canvas) {
  const options = { type: "image/jpeg", quality: 0.8 };
  const blob = canvas.convertToBlob ? await canvas.convertToBlob(options) : await new Promise((resolve) => canvas.toBlob(resolve, options.type, options.quality));
  return blob?.arrayBuffer() ?? null;
}
