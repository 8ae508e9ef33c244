// Send requests about collections of labelled images.

import { fetchApi, fetchFile, fetchJson } from "../app/api-client.js";

const AT = "/collections";

/** @returns {Promise<any[]>} */
export const getCollections = async () => (await fetchJson(AT)).collections;

/** @param {string} id */
export const getCollection = (id) => fetchJson(`${AT}/${id}`);

/** @param {{name: string, type: string}} body */
export const createCollection = (body) => fetchJson(AT, { method: "POST", body });

/** Bring the collection of corrections up to date. */
export const collectCorrections = () => fetchJson(`${AT}/corrections`, { method: "POST" });

/** @param {string} id */
export const deleteCollection = (id) => fetchApi(`${AT}/${id}`, { method: "DELETE" });

/** @param {string} id @param {string} name @returns {Promise<any>} the collection */
export const addLabel = (id, name) => fetchJson(`${AT}/${id}/labels`, { method: "POST", body: { name } });

/** @param {string} id @param {string} labelId @returns {Promise<any>} the collection */
export const deleteLabel = (id, labelId) => fetchJson(`${AT}/${id}/labels/${labelId}`, { method: "DELETE" });

/** @param {string} id @param {string} labelId @param {string|null} after */
export const getImages = (id, labelId, after) =>
  fetchJson(`${AT}/${id}/images?${new URLSearchParams({ label: labelId, ...(after ? { after } : {}) })}`);

/** @param {string} id @param {string} labelId @param {Blob} file @param {string} name */
export function addImage(id, labelId, file, name) {
  const form = new FormData();
  form.append("label_id", labelId);
  form.append("image", file, name);
  return fetchJson(`${AT}/${id}/images`, { method: "POST", form });
}

/** @param {string} id @param {string} imageId @param {string} labelId @param {string} fromLabelId */
export const moveImage = (id, imageId, labelId, fromLabelId) =>
  fetchJson(`${AT}/${id}/images/${imageId}`, { method: "PATCH", body: { label_id: labelId, from_label_id: fromLabelId } });

/** @param {string} id @param {string} imageId */
export const removeImage = (id, imageId) => fetchApi(`${AT}/${id}/images/${imageId}`, { method: "DELETE" });

/** @param {string} id @param {"train"|"site-model"} how */
export const train = (id, how) => fetchJson(`${AT}/${id}/${how}`, { method: "POST" });

/** Have a network of one's own compared. @param {string} id @param {{version_id: number, states: string[]}} body */
export const mapNetwork = (id, body) => fetchJson(`${AT}/${id}/network-model`, { method: "POST", body });

/** @param {string} id @param {number} number */
export const useVersion = (id, number) => fetchJson(`${AT}/${id}/version`, { method: "PUT", body: { number } });

/** @param {string} id @param {number} number */
export const deleteVersion = (id, number) => fetchJson(`${AT}/${id}/versions/${number}`, { method: "DELETE" });

/** @param {string} id @param {number} number */
export const getOnnx = (id, number) => fetchFile(`${AT}/${id}/versions/${number}.onnx`);

/** @param {string} id */
export const getExport = (id) => fetchFile(`${AT}/${id}/export.zip`);

/** @returns {Promise<{models: any[], default: string}>} what photos can be classified by */
export const getPhotoModels = () => fetchJson("/models");

/** Have a model classify the photos of this token. @param {string|null} model null for the server's own */
export const usePhotoModel = (model) => fetchJson("/models/default", { method: "PUT", body: { model } });

/** @param {string} id @param {Blob[]} images @returns {Promise<any>} what the current version says of each */
export function classify(id, images) {
  const form = new FormData();
  for (const [number, image] of images.entries()) form.append("image", image, `${number}.jpg`);
  return fetchJson(`${AT}/${id}/classify`, { method: "POST", form });
}
