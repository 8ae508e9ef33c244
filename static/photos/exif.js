// Read where and when a photo was taken. Loaded only when needed.

import "../vendor/exifreader/exif-reader.js"; // leaves itself in `self`

/**
 * @param {Blob} photo
 * @returns {Promise<{latitude: number|null, longitude: number|null, takenAt: string|null}>} degrees, north and
 *   east positive; local time of the camera as YYYY-MM-DDTHH:MM:SS
 */
export async function readExif(photo) {
  let tags = {};
  try {
    tags = self.ExifReader.load(await photo.arrayBuffer(), { expanded: true });
  } catch {
    // A format without such notes, or damaged ones: the photo tells nothing.
  }
  const { Latitude: latitude = null, Longitude: longitude = null } = tags.gps ?? {};
  const isPosition = Number.isFinite(latitude) && Number.isFinite(longitude);
  const taken = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)/.exec(tags.exif?.DateTimeOriginal?.description ?? "");
  return {
    latitude: isPosition ? latitude : null,
    longitude: isPosition ? longitude : null,
    takenAt: taken ? `${taken[1]}-${taken[2]}-${taken[3]}T${taken[4]}` : null,
  };
}
