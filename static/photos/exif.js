// Read where and when a photo was taken. Loaded only when needed.
//
// The server reads photos by the same rules, in coralchunk/imaging/capture.py; tests hold both to one table.

import "../vendor/exifreader/exif-reader.js"; // leaves itself in `self`

const TIMES = [
  ["DateTimeOriginal", "OffsetTimeOriginal"],
  ["DateTimeDigitized", "OffsetTimeDigitized"],
];
const DATE_TIME = /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)/;
const OFFSET = /^[+-](0\d|1[0-4]):[0-5]\d$/;

/**
 * Values that stand for "not known" (0, 0; 0/0; a date of zeros or of 30 February) are null.
 * @param {Blob} photo
 * @returns {Promise<{latitude: number|null, longitude: number|null, takenAt: string|null, utcOffset: string|null}>}
 *   degrees, north and east positive, both or none; local time of the camera as YYYY-MM-DDTHH:MM:SS, and the offset
 *   of its clock from UTC, such as +11:00
 */
export async function readExif(photo) {
  let tags = {};
  try {
    tags = self.ExifReader.load(await photo.arrayBuffer(), { expanded: true }).exif ?? {};
  } catch {
    // The format has no EXIF data, or the data is damaged.
  }
  return { ...readPosition(tags), ...readTime(tags) };
}

function readPosition(tags) {
  const latitude = readDegrees(tags.GPSLatitude, tags.GPSLatitudeRef, "NS");
  const longitude = readDegrees(tags.GPSLongitude, tags.GPSLongitudeRef, "EW");
  const isKnown =
    latitude !== null && longitude !== null && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && (latitude !== 0 || longitude !== 0);
  return { latitude: isKnown ? latitude : null, longitude: isKnown ? longitude : null };
}

/** Degrees, or null without a hemisphere, such as N or North. */
function readDegrees(tag, reference, hemispheres) {
  const side = hemispheres.indexOf(readText(reference).slice(0, 1).toUpperCase() || "?");
  const parts = toFractions(tag?.value).slice(0, 3);
  if (side < 0 || !parts.length || !parts.every((part) => part !== null && part >= 0)) return null;
  const degrees = parts.reduce((sum, part, place) => sum + part / 60 ** place, 0);
  return Number((side === 1 ? -degrees : degrees).toFixed(7)) + 0; // 1 cm
}

/** A fraction is two numbers; one value may be a fraction or a list of one. */
function toFractions(value) {
  if (!Array.isArray(value)) return [];
  const fractions = Array.isArray(value[0]) ? value : [value];
  return fractions.map((fraction) => {
    const [above, below] = Array.isArray(fraction) ? fraction : [fraction, 1];
    return below ? above / below : null;
  });
}

function readTime(tags) {
  for (const [dateTime, offset] of TIMES) {
    const takenAt = toDateTime(readText(tags[dateTime]));
    const utcOffset = readText(tags[offset]);
    if (takenAt) return { takenAt, utcOffset: OFFSET.test(utcOffset) ? utcOffset : null };
  }
  return { takenAt: null, utcOffset: null };
}

/** ISO 8601, or null for zeros and days that do not exist. */
function toDateTime(text) {
  const found = DATE_TIME.exec(text);
  if (!found) return null;
  const [year, month, day, hour, minute, second] = found.slice(1).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day); // Date.UTC would take the year 26 for 1926
  const exists = year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  return exists ? `${found[1]}-${found[2]}-${found[3]}T${found[4]}:${found[5]}:${found[6]}` : null;
}

function readText(tag) {
  const value = Array.isArray(tag?.value) ? tag.value[0] : tag?.value;
  return typeof value === "string" ? value.split("\0")[0].trim() : "";
}
