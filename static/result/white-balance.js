// Draw a photo with the white balance that its colour card gives.

import { el } from "../app/dom.js";

const MAX_SIDE = 2048; // px; for looking at, in less than a tenth of a second

/**
 * Return a copy of a picture in which the card's greys are grey.
 * @param {HTMLImageElement} image
 * @param {{red: number, green: number, blue: number}} factors of linear light
 * @returns {HTMLCanvasElement}
 */
export function whiteBalanced(image, { red, green, blue }) {
  const scale = Math.min(1, MAX_SIDE / Math.max(image.naturalWidth, image.naturalHeight));
  const canvas = el("canvas", { width: Math.round(image.naturalWidth * scale), height: Math.round(image.naturalHeight * scale) });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  const pixels = pen.getImageData(0, 0, canvas.width, canvas.height);
  const { data } = pixels;
  const tables = [red, green, blue].map(tableOf);
  for (let at = 0; at < data.length; at += 4) {
    for (let channel = 0; channel < 3; channel += 1) data[at + channel] = tables[channel][data[at + channel]];
  }
  pen.putImageData(pixels, 0, 0);
  return canvas;
}

/** The new value of each sRGB value whose light is multiplied. @param {number} factor */
function tableOf(factor) {
  return Uint8ClampedArray.from({ length: 256 }, (_, value) => {
    const encoded = value / 255;
    const light = factor * (encoded <= 0.04045 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4);
    return 255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055);
  });
}
