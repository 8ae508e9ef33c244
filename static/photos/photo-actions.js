// Send photos again, cancel them, and delete their results.

import { fetchApi } from "../app/api-client.js";
import { announce } from "../app/dom.js";
import { randomKey, removePhoto } from "./photo-list.js";
import { retryUpload } from "./uploads.js";

/**
 * Send a photo again. A failed job has ended, and a refused photo has no job yet: in both cases it gets a new key.
 * @param {import("./photo-list.js").Photo} photo
 */
export function retryPhoto(photo) {
  photo.jobId = null;
  photo.key = randomKey();
  photo.uploadUrl = null;
  retryUpload(photo);
}

/** Remove a photo here, and its job on the server. @param {import("./photo-list.js").Photo} photo */
export async function cancelPhoto(photo) {
  const { jobId, uploadUrl } = photo;
  await removePhoto(photo);
  if (jobId !== null) await deleteJob(jobId);
  else if (uploadUrl) await (await import("./resumable-upload.js")).removeResumable(uploadUrl);
}

/**
 * Delete the result of a photo on the server, and the photo here.
 * @param {import("./photo-list.js").Photo} photo
 */
export async function deletePhoto(photo) {
  await deleteJob(photo.jobId);
  await removePhoto(photo);
}

/** A job that is already gone counts as deleted; one that cannot be reached expires by itself. */
async function deleteJob(jobId) {
  await fetchApi(`/classify/${jobId}`, { method: "DELETE" }).catch((error) => error.status === 404 || announce(error.message));
}
