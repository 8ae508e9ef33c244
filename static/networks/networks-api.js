// Send requests about networks: to /v0.7, and to the V1 API for previews.

import { NetworkError, ROOT, authHeaders, fetchJson, parseJson, toApiError } from "../app/api-client.js";

const BASE = `${ROOT}/v0.7`;
const ASK_EVERY_MS = 100;

async function ask(path, { method = "GET", body, form } = {}) {
  const headers = authHeaders();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(BASE + path, { method, headers, body: body === undefined ? form : JSON.stringify(body) });
  } catch {
    throw new NetworkError();
  }
  if (!response.ok) throw toApiError(response.status, await response.text(), response.headers.get("Retry-After"));
  return response.status === 204 ? null : parseJson(response);
}

async function listed(path) {
  const found = [];
  for (;;) {
    const { results, count } = await ask(`${path}?offset=${found.length}`);
    found.push(...results);
    if (found.length >= count || results.length === 0) return found;
  }
}

export const getNetworks = () => listed("/networks/");
export const getVersions = () => listed("/recognition/versions/");

/** @param {number} id */
export const getNetwork = (id) => ask(`/networks/${id}/`);
/** @param {number} id */
export const getVersion = (id) => ask(`/recognition/versions/${id}/`);
/** @param {number} id */
export const getSpecification = (id) => ask(`/recognition/specs/${id}/`);
/** @param {number} id */
export const deleteNetwork = (id) => ask(`/networks/${id}/`, { method: "DELETE" });
/** @param {number} id */
export const deleteVersion = (id) => ask(`/recognition/versions/${id}/`, { method: "DELETE" });
/** @param {number} id */
export const deleteSpecification = (id) => ask(`/recognition/specs/${id}/`, { method: "DELETE" });

/** @param {number} specId @param {number} versionId */
export const useVersion = (specId, versionId) =>
  ask(`/recognition/specs/${specId}/`, { method: "PATCH", body: { current_version_id: versionId } });

/** Upload a network, and wait until it has run once. @param {FormData} form */
export async function createNetwork(form) {
  const network = await ask("/networks/", { method: "POST", form });
  await finished(network.task_id);
  return network;
}

/** @param {string} name @param {any} labels with their kind */
export const createSpecification = (name, labels) =>
  ask("/recognition/specs/", { method: "POST", body: { name, outputs: [{ labels }] } });

/** @param {number} specId @param {number} networkId @param {any[]} postProcessings */
export const createVersion = (specId, networkId, postProcessings) =>
  ask("/recognition/versions/", { method: "POST", body: { spec_id: specId, network_id: networkId, post_processings: postProcessings } });

/** Ask a version what a photo shows. @returns {Promise<any[]>} all that it considered, best first */
export async function infer(versionId, photo) {
  const form = new FormData();
  form.append("inputs[0]image.source", photo, "photo");
  form.append("show_discarded", "true");
  form.append("max_predictions", "1000");
  const { task_id: taskId } = await ask(`/recognition/versions/${versionId}/inference`, { method: "POST", form });
  const { outputs } = await finished(taskId);
  const [{ labels }] = outputs;
  return [...labels.predicted, ...labels.discarded].toSorted((one, other) => other.score - one.score);
}

/** Wait for a task. @returns {Promise<any>} what it found */
async function finished(taskId) {
  for (;;) {
    const task = await ask(`/tasks/${taskId}/`);
    if (task.status === "success") return task.data;
    if (task.status === "error") throw new Error(task.error);
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}

/** List the inputs and outputs of an ONNX file. @param {File} file */
export function readGraph(file) {
  const form = new FormData();
  form.append("file", file, file.name);
  return fetchJson("/networks/graph", { method: "POST", form });
}

/** Prepare a photo as a network would get it. @param {File} photo @param {any} how @param {File|null} mean */
export function previewInput(photo, how, mean) {
  const form = new FormData();
  form.append("image", photo, photo.name);
  form.append("preprocessing", JSON.stringify(how));
  if (mean) form.append("mean", mean, mean.name);
  return fetchJson("/networks/preview", { method: "POST", form });
}
