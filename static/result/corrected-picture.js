// Draw the labels that people gave on the server's picture, beside those of the model.

import { t } from "../app/language.js";
import { drawCorrection, drawOverlay } from "./overlay.js";
import { ALL_STATES, BY_LABEL, labelText } from "./chunk-states.js";

/**
 * Return the server's picture with the corrected chunks marked: the colour of the new label, and both labels in words.
 * @param {Blob} picture of the server, with the labels of the model
 * @param {any} status with the size of the photo
 * @param {import("./chunk-states.js").Cell[]} cells
 * @returns {Promise<Blob>} the picture itself if no chunk was corrected
 */
export async function withCorrections(picture, status, cells) {
  const corrected = cells.filter((cell) => cell.corrected).map((cell) => ({ ...cell, state: BY_LABEL[cell.corrected] }));
  if (!corrected.length) return picture;
  const image = await createImageBitmap(picture);
  const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
  const context = canvas.getContext("2d");
  const view = { scale: image.width / status.image_width, x: 0, y: 0 };
  context.drawImage(image, 0, 0);
  drawOverlay(context, corrected, view, { opacity: 1, states: ALL_STATES });
  for (const cell of corrected) {
    drawCorrection(context, cell, view);
    drawLabels(context, cell, view.scale);
  }
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** Write both labels at the lower edge of a chunk, as large as fits. */
function drawLabels(context, cell, scale) {
  const lines = [[t("Model"), cell.predicted_label], [t("Corrected"), cell.corrected]].map(([name, label]) => t("{name}: {text}", { name, text: labelText(label) }));
  const [width, bottom] = [cell.width * scale - 4, (cell.y + cell.height) * scale - 2];
  context.font = "20px sans-serif";
  const size = Math.min(24, (20 * (width - 6)) / Math.max(...lines.map((line) => context.measureText(line).width)));
  context.font = `${size}px sans-serif`;
  const height = size * 1.25;
  context.fillStyle = "#fff";
  context.fillRect(cell.x * scale + 2, bottom - 2 * height, width, 2 * height);
  context.fillStyle = "#000";
  context.textBaseline = "middle";
  lines.forEach((line, at) => context.fillText(line, cell.x * scale + 5, bottom - (1.5 - at) * height));
}
