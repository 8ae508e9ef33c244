// Identify a file by its content.

/**
 * @param {Blob} file
 * @returns {Promise<string>} SHA-256, hexadecimal, as the server states it for photos of a survey
 */
export async function sha256(file) {
  const bytes = await file.arrayBuffer();
  const digest = crypto.subtle ? await crypto.subtle.digest("SHA-256", bytes) : await digestInScript(bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Browsers offer crypto.subtle only to pages that are loaded with TLS or from localhost. */
async function digestInScript(bytes) {
  const { sha256: digest } = await import("../vendor/noble-hashes/sha2.js");
  return digest(new Uint8Array(bytes));
}
