// Draw the overlay of the server's picture on a canvas: a colour and a pattern for each state.

const BLEACHED = "rgb(213 94 0)";
const HEALTHY = "rgb(0 158 115)";
const UNSURE = "rgb(240 228 66)";
const LINE = "rgb(40 40 40)";
const TINT_OPACITY = 0.3; // of the colour over the photo: corals stay recognisable under it

/** @type {Map<number, CanvasPattern>} hatch by its step, px */
const hatchPatterns = new Map();

const DRAW = {
  bleached: drawBleached,
  partly_bleached: drawPartlyBleached,
  healthy: drawHealthy,
  unsure: drawUnsure,
  no_data: () => {}, // clear: nothing is said of it
  not_coral: (context, box) => strokeFrame(context, box, LINE, 0, 1),
};

/**
 * Draw the marks of chunks.
 * @param {CanvasRenderingContext2D} context
 * @param {import("./chunk-states.js").Cell[]} cells
 * @param {{scale: number, x: number, y: number}} view of the photo's corner, in canvas pixels
 * @param {{opacity: number, states: Set<string>}} style opacity 0 (photo only) to 1
 */
export function drawOverlay(context, cells, view, { opacity, states }) {
  for (const cell of cells) {
    if (!states.has(cell.state) || opacity === 0) continue;
    const box = boxOf(cell, view);
    if (isVisible(box, context.canvas)) DRAW[cell.state](context, box, opacity);
  }
  context.globalAlpha = 1;
}

/**
 * Mark the selected chunk.
 * @param {CanvasRenderingContext2D} context
 * @param {import("./chunk-states.js").Cell} cell
 * @param {{scale: number, x: number, y: number}} view
 */
export function drawSelection(context, cell, view) {
  const box = boxOf(cell, view);
  const out = { x: box.x - 6, y: box.y - 6, width: box.width + 12, height: box.height + 12 };
  strokeFrame(context, out, "#000", 0, 10);
  strokeFrame(context, out, "#fff", 2, 6);
}

/**
 * Draw the rectangle of a drag.
 * @param {CanvasRenderingContext2D} context
 * @param {{x: number, y: number, width: number, height: number}} box
 */
export function drawBand(context, box) {
  context.fillStyle = "rgb(255 255 255 / .2)";
  context.fillRect(box.x, box.y, box.width, box.height);
  strokeFrame(context, box, "#000", 0, 4);
  strokeFrame(context, box, "#fff", 1, 2);
}

/**
 * Mark a corrected chunk.
 * @param {CanvasRenderingContext2D} context
 * @param {import("./chunk-states.js").Cell} cell
 * @param {{scale: number, x: number, y: number}} view
 */
export function drawCorrection(context, cell, view) {
  const box = boxOf(cell, view);
  const side = Math.max(10, Math.min(28, box.width / 3));
  const [x, y] = [box.x + box.width - side - 2, box.y + 2];
  context.fillStyle = "#fff";
  context.fillRect(x, y, side, side);
  context.strokeStyle = "#000";
  context.lineWidth = side / 7;
  context.beginPath();
  context.moveTo(x + side * 0.2, y + side * 0.55);
  context.lineTo(x + side * 0.42, y + side * 0.78);
  context.lineTo(x + side * 0.8, y + side * 0.25);
  context.stroke();
}

function boxOf(cell, { scale, x, y }) {
  const left = Math.round(x + cell.x * scale);
  const top = Math.round(y + cell.y * scale);
  return {
    x: left,
    y: top,
    width: Math.round(x + (cell.x + cell.width) * scale) - left,
    height: Math.round(y + (cell.y + cell.height) * scale) - top,
  };
}

const isVisible = (box, canvas) =>
  box.x < canvas.width && box.y < canvas.height && box.x + box.width > 0 && box.y + box.height > 0;

function drawBleached(context, box, opacity) {
  fillTint(context, box, BLEACHED, opacity);
  const lineWidth = Math.max(2, Math.floor(Math.min(box.width, box.height) / 24));
  strokeFrame(context, box, "#fff", 0, lineWidth);
  strokeFrame(context, box, BLEACHED, lineWidth >> 1, lineWidth);
}

/** Only people say so: the frame of bleached coral round the upper half alone. */
function drawPartlyBleached(context, box, opacity) {
  drawHealthy(context, box, opacity);
  drawBleached(context, { ...box, height: Math.round(box.height / 2) }, opacity);
}

function drawHealthy(context, box, opacity) {
  fillTint(context, box, HEALTHY, opacity);
  strokeFrame(context, box, HEALTHY, 0, Math.max(1, Math.floor(Math.min(box.width, box.height) / 60)));
}

function drawUnsure(context, box, opacity) {
  context.globalAlpha = opacity;
  const step = Math.max(6, Math.floor(Math.max(box.width, box.height) / 7));
  const pattern = hatchPattern(context, step);
  pattern.setTransform(new DOMMatrix().translate(box.x, box.y));
  context.fillStyle = pattern;
  context.fillRect(box.x, box.y, box.width, box.height);
  strokeFrame(context, box, LINE, 0, 1);
}

/** A yellow line on pale coral is invisible in bright sun, so it gets a dark edge. */
function hatchPattern(context, step) {
  if (!hatchPatterns.has(step)) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = step;
    const pen = tile.getContext("2d");
    const line = Math.max(1, Math.floor(step / 12));
    for (let y = 0; y < step; y += 1) {
      pen.fillStyle = UNSURE;
      for (let at = 0; at < line; at += 1) pen.fillRect((at - y + step) % step, y, 1, 1);
      pen.fillStyle = LINE;
      for (let at = line; at < 2 * line; at += 1) pen.fillRect((at - y + step) % step, y, 1, 1);
    }
    hatchPatterns.set(step, context.createPattern(tile, "repeat"));
  }
  return hatchPatterns.get(step);
}

function fillTint(context, box, colour, opacity) {
  context.globalAlpha = TINT_OPACITY * opacity;
  context.fillStyle = colour;
  context.fillRect(box.x, box.y, box.width, box.height);
  context.globalAlpha = opacity;
}

function strokeFrame(context, box, colour, inset, lineWidth) {
  const half = inset + lineWidth / 2;
  context.strokeStyle = colour;
  context.lineWidth = lineWidth;
  context.strokeRect(box.x + half, box.y + half, Math.max(0, box.width - 2 * half), Math.max(0, box.height - 2 * half));
}
