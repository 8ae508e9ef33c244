// Draw the boxes that a network finds on the photo.

import { $ } from "../app/dom.js";
import { formatNumber } from "../app/language.js";

const SHOWN_PX = 1600;
// Okabe & Ito: apart under every common colour vision; each box also has the name of its label.
const COLOURS = ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#ffffff"];

/** Hide the photo. */
export function clearPhoto() {
  $("#boxes").hidden = true;
}

/**
 * Draw a photo with boxes; predictions of the whole picture have none.
 * @param {ImageBitmap} photo
 * @param {any[]} predictions
 * @param {{id: number}[]} labels
 */
export function drawBoxes(photo, predictions, labels) {
  const canvas = $("#boxes");
  const scale = Math.min(1, SHOWN_PX / Math.max(photo.width, photo.height));
  canvas.width = Math.round(photo.width * scale);
  canvas.height = Math.round(photo.height * scale);
  const pen = canvas.getContext("2d");
  pen.drawImage(photo, 0, 0, canvas.width, canvas.height);
  const line = Math.max(2, canvas.width / 300);
  pen.font = `bold ${Math.max(12, Math.round(canvas.width / 45))}px system-ui, sans-serif`;
  for (const { roi, label_id: id, label_name: name, score } of predictions) {
    if (!roi) continue;
    const { xmin, ymin, xmax, ymax } = roi.bbox;
    const [x, y] = [xmin * canvas.width, ymin * canvas.height];
    const colour = COLOURS[labels.findIndex((label) => label.id === id) % COLOURS.length];
    for (const [style, width] of [["#10212a", 2.5 * line], [colour, line]]) {
      pen.strokeStyle = style;
      pen.lineWidth = width;
      pen.strokeRect(x, y, (xmax - xmin) * canvas.width, (ymax - ymin) * canvas.height);
    }
    drawName(pen, `${name} ${formatNumber(score, 2)}`, x + line, y + line, colour);
  }
  canvas.hidden = false;
}

function drawName(pen, text, x, y, colour) {
  const height = parseInt(pen.font.match(/(\d+)px/)[1], 10);
  pen.fillStyle = "#10212a";
  pen.fillRect(x, y, pen.measureText(text).width + height * 0.4, height * 1.3);
  pen.fillStyle = colour === "#0072b2" ? "#ffffff" : colour;
  pen.fillText(text, x + height * 0.2, y + height);
}
