// Tell where the pages, pictures and results of photos are: of this device, or of a survey.

import { ROOT } from "../app/api-client.js";

/**
 * A photo as the gallery shows it; photos of surveys have these fields more.
 * @typedef {import("../photos/photo-list.js").Photo & {surveyId?: number, photoId?: number, isKept?: boolean}} GalleryPhoto
 */

const inSurvey = ({ surveyId, photoId }) => `/surveys/${surveyId}/photos/${photoId}`;

/** @param {GalleryPhoto} photo @returns {string|null} of its page; null if there is none */
export function pageOf(photo) {
  if (!photo.surveyId) return `${ROOT}/#photo=${photo.id}`;
  return photo.isKept ? ROOT + inSurvey(photo) : null;
}

/** @param {GalleryPhoto} photo @returns {string|null} of the small picture with its marks, below /V1/api */
export function previewOf(photo) {
  if (photo.surveyId) return photo.isKept ? `${inSurvey(photo)}/preview.jpg` : null;
  return photo.state === "completed" ? `/result/${photo.jobId}.jpg` : null;
}

/** @param {GalleryPhoto} photo with a result @returns {string|null} of the picture in full size */
export function pictureOf(photo) {
  if (photo.surveyId) return photo.isKept ? `${inSurvey(photo)}/picture.png` : null;
  return `/result/${photo.jobId}.png`;
}

/** @param {GalleryPhoto} photo with a result @returns {string} of all that is known of it */
export const resultOf = (photo) => (photo.surveyId ? inSurvey(photo) : `/status/${photo.jobId}?include=summary,chunks`);
