// Create thumbnails; null for formats that this browser cannot decode.

const SIDE = 320; // px

/**
 * @param {Blob} file
 * @returns {Promise<ArrayBuffer|null>} JPEG, upright
 */
export async function createThumbnail(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { resizeWidth: SIDE, resizeQuality: "medium" });
  } catch {
    return null; // HEIC or TIFF in most browsers, or no photo at all: the server will say which
  }
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  bitmap.close();
  const jpeg = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.8));
  return jpeg?.arrayBuffer() ?? null;
}
