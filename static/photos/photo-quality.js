// Measure the quality of a photo as the server does (coralchunk/science/quality.py), from its pixels.
//
// The thresholds and what they rest on are in that file; a test compares both on the same photos.

export const CHUNK_PX = 244;
export const SMALL_PX = 256; // longer side of the copy that light and colours are measured in
const SEEN_PX = CHUNK_PX / 2; // side at which the network sees a window
const ACROSS = 3; // windows each way that sharpness is measured in

const DARK_BELOW = 0.12;
const BRIGHT_ABOVE = 0.72;
const BLURRED_BELOW = 0.25;
const RED_BELOW = 0.12;
const FLAT_BELOW = 0.2;
const VEILED_ABOVE = 0.15;
const LEAST_TEXTURE = 3; // grey levels

/** @typedef {{data: Uint8ClampedArray, width: number, height: number}} Pixels RGBA */
/**
 * @typedef {object} Measured shares and brightness from 0 to 1
 * @property {number} brightness median, mean of the channels
 * @property {number} shadows brightness that 5 % of the pixels are below
 * @property {number} contrast from there to what 5 % are above
 * @property {number|null} sharpness fine detail relative to all detail; null if there is no detail
 * @property {number} red_share of all light
 * @property {number} green_share
 * @property {number} blue_share
 */

/** Return where sharpness is measured: 9 windows, evenly spread. @param {number} width @param {number} height */
export function windowsOf(width, height) {
  const steps = [...Array(ACROSS).keys()].map((number) => (number + 0.5) / ACROSS);
  const at = (side, step) => Math.round(Math.max(0, side - CHUNK_PX) * step);
  return steps.flatMap((down) => steps.map((right) => ({ x: at(width, right), y: at(height, down) })));
}

/**
 * Measure how a photo was taken.
 * @param {Pixels} small the whole photo, at most SMALL_PX a side
 * @param {Iterable<Pixels>} windows CHUNK_PX a side, or less in smaller photos
 * @returns {Measured}
 */
export function measureQuality(small, windows) {
  const { low, middle, high, shares } = lightOf(small);
  const found = [...windows].map(sharpnessOf).filter((value) => value !== null);
  return {
    brightness: rounded(middle),
    shadows: rounded(low),
    contrast: rounded(high - low),
    sharpness: found.length ? rounded(median(found)) : null,
    red_share: rounded(shares[0]),
    green_share: rounded(shares[1]),
    blue_share: rounded(shares[2]),
  };
}

/**
 * Return the codes of the notes on a photo.
 * @param {Measured} measured
 * @returns {string[]}
 */
export function noteCodes(measured) {
  const codes = [];
  if (measured.brightness < DARK_BELOW) codes.push("too_dark");
  if (measured.brightness > BRIGHT_ABOVE) codes.push("too_bright");
  if (measured.sharpness !== null && measured.sharpness < BLURRED_BELOW) codes.push("blurred");
  if (measured.red_share > 0 && measured.red_share < RED_BELOW) codes.push(measured.blue_share > measured.green_share ? "blue_cast" : "green_cast");
  if (measured.contrast < FLAT_BELOW && measured.shadows > VEILED_ABOVE) codes.push("hazy");
  return codes;
}

const rounded = (value) => Math.round(value * 1000) / 1000;

function median(values) {
  const sorted = values.toSorted?.((a, b) => a - b) ?? [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Brightness at 5, 50 and 95 % of the pixels, and the share of each channel; transparent pixels do not count. */
function lightOf({ data }) {
  const counts = new Uint32Array(256);
  const sums = [0, 0, 0];
  let pixels = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] < 128) continue;
    for (let channel = 0; channel < 3; channel += 1) sums[channel] += data[at + channel];
    counts[Math.round((data[at] + data[at + 1] + data[at + 2]) / 3)] += 1;
    pixels += 1;
  }
  const below = (share) => {
    let level = 0;
    for (let sum = counts[0]; sum < share * pixels; sum += counts[level]) level += 1;
    return level / 255;
  };
  const all = Math.max(sums[0] + sums[1] + sums[2], 1 / Math.max(pixels, 1));
  return { low: below(0.05), middle: below(0.5), high: below(0.95), shares: sums.map((sum) => sum / all) };
}

/** Mean absolute Laplacian over the standard deviation, at half size; null without texture. @param {Pixels} window */
function sharpnessOf(window) {
  const grey = halvedGrey(window);
  const mean = grey.reduce((sum, level) => sum + level, 0) / grey.length;
  const texture = Math.sqrt(grey.reduce((sum, level) => sum + (level - mean) ** 2, 0) / grey.length);
  if (texture < LEAST_TEXTURE) return null;
  const last = SEEN_PX - 1;
  const inside = (index) => (index < 0 ? 1 : index > last ? last - 1 : index);
  let detail = 0;
  for (let y = 0; y < SEEN_PX; y += 1) {
    const [above, row, under] = [inside(y - 1), y, inside(y + 1)].map((line) => line * SEEN_PX);
    for (let x = 0; x < SEEN_PX; x += 1) {
      detail += Math.abs(grey[above + x] + grey[under + x] + grey[row + inside(x - 1)] + grey[row + inside(x + 1)] - 4 * grey[row + x]);
    }
  }
  return detail / grey.length / texture;
}

/** Grey levels at half size, each the mean of 2 x 2; a window that is too small is continued by reflection. */
function halvedGrey({ data, width, height }) {
  const half = new Uint8Array(SEEN_PX * SEEN_PX);
  const level = (x, y) => {
    const at = 4 * (reflected(y, height) * width + reflected(x, width));
    return Math.round(0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2]);
  };
  for (let y = 0; y < SEEN_PX; y += 1) {
    for (let x = 0; x < SEEN_PX; x += 1) {
      const sum = level(2 * x, 2 * y) + level(2 * x + 1, 2 * y) + level(2 * x, 2 * y + 1) + level(2 * x + 1, 2 * y + 1);
      half[y * SEEN_PX + x] = Math.round(sum / 4);
    }
  }
  return half;
}

function reflected(index, side) {
  if (index < side) return index;
  const period = 2 * Math.max(1, side - 1);
  const within = index % period;
  return side === 1 ? 0 : Math.min(within, period - within);
}
