// The form that uploads a network: its file, how pictures are prepared, and what its outputs mean.

import { $, $$, el, setChildren, setText } from "../app/dom.js";
import { formatNumber, t } from "../app/language.js";
import { attempt, showProblem } from "../app/problem.js";
import { createNetwork, createSpecification, createVersion, deleteNetwork, previewInput, readGraph } from "./networks-api.js";
import { suggestPreprocessing } from "./suggestions.js";

const PREVIEW_AFTER_MS = 200;
/** What each kind of answer is read from: tensor fields, whether boxes, whether one label holds. */
const KINDS = {
  exclusive: { tensors: { output_tensor: t("Scores") }, isBox: false, isExclusive: true },
  tags: { tensors: { output_tensor: t("Scores") }, isBox: false, isExclusive: false },
  direct: { tensors: { boxes_tensor: t("Boxes"), scores_tensor: t("Scores"), classes_tensor: t("Classes") }, isBox: true, isExclusive: true },
  anchored: { tensors: { anchors_tensor: t("Anchors"), scores_tensor: t("Scores"), offsets_tensor: t("Offsets") }, isBox: true, isExclusive: true },
  yolo: { tensors: { output_tensor: t("Grid") }, isBox: true, isExclusive: true },
};

/** @type {File|null} */
let file = null;
/** @type {{inputs: any[], outputs: any[]}} */
let graph = { inputs: [], outputs: [] };
let timer = 0;

const form = () => $("#network-form");
const field = (name) => form().elements[name];
const meanFile = () => $("#mean-file").files[0] ?? null;

/** Empty the form. */
export function resetUploadForm() {
  form().reset();
  [file, graph] = [null, { inputs: [], outputs: [] }];
  setText($("#file-name"), "");
  setText($("#upload-state"), "");
  setText($("#mean-name"), "");
  for (const selector of ["#preview-picture", "#preview-channels"]) $(selector).hidden = true;
  setText($("#preview-shape"), "");
  for (const selector of ["#upload-problem", "#preview-problem"]) showProblem("", $(selector));
  $("#upload-button").disabled = true;
  showTensors();
  $("#upload-title").focus();
}

/** Bind the fields of the form. */
export function bindUploadForm() {
  $("#network-file").addEventListener("change", () => attempt(readFile, $("#upload-problem")));
  $("#preprocessing").addEventListener("input", schedulePreview);
  $("#mean-file").addEventListener("change", () => setText($("#mean-name"), meanFile()?.name ?? ""));
  $("#preview-photo").addEventListener("change", schedulePreview);
  field("tensor_name").addEventListener("change", suggest);
  field("kind").addEventListener("change", showTensors);
  form().addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(upload, $("#upload-problem"));
  });
}

async function readFile() {
  file = $("#network-file").files[0] ?? null;
  $("#upload-button").disabled = true;
  if (!file) return;
  setText($("#file-name"), file.name);
  graph = await readGraph(file);
  setChildren(field("tensor_name"), ...graph.inputs.map(({ name }) => el("option", {}, name)));
  if (!field("name").value) field("name").value = file.name.replace(/\.onnx$/, "");
  suggest();
  showTensors();
  $("#upload-button").disabled = false;
}

function suggest() {
  const input = graph.inputs.find(({ name }) => name === field("tensor_name").value);
  for (const [name, value] of Object.entries(suggestPreprocessing(input))) field(name).value = value;
  schedulePreview();
}

function showTensors() {
  const kind = field("kind").value;
  const selects = Object.entries(KINDS[kind].tensors).map(([name, title], index) => {
    const options = graph.outputs.map((output, place) => el("option", { selected: place === index }, output.name));
    return el("label", {}, `${title} `, el("select", { name }, ...options));
  });
  const anchors = kind === "yolo" ? [el("label", {}, `${t("Anchors: width, height, width, height … in cells")} `, el("input", { name: "anchors", required: true }))] : [];
  setChildren($("#tensors"), ...selects, ...anchors);
}

/** @returns {any} how pictures are prepared, as the API takes it */
function preprocessing() {
  const names = ["target_size", "resize_type", "dimension_order", "color_channels", "data_type"];
  return {
    ...Object.fromEntries(names.map((name) => [name, field(name).value])),
    pixel_scaling: Number(field("pixel_scaling").value),
    mean_file: meanFile()?.name ?? "",
  };
}

function schedulePreview() {
  clearTimeout(timer);
  timer = setTimeout(() => attempt(showPreview, $("#preview-problem")), PREVIEW_AFTER_MS);
}

async function showPreview() {
  const photo = $("#preview-photo").files[0];
  if (!photo) return;
  const found = await previewInput(photo, preprocessing(), meanFile());
  $("#preview-picture").src = found.png;
  $("#preview-picture").hidden = false;
  setText($("#preview-shape"), t("Tensor of shape {shape}, {type}", { shape: found.shape.join(" × "), type: found.data_type }));
  const number = (value) => formatNumber(value, Math.abs(value) < 10 ? 3 : 1);
  const rows = found.channels.map((one) =>
    el("tr", {}, el("th", { scope: "row" }, one.name), ...[one.lowest, one.mean, one.highest].map((value) => el("td", {}, number(value)))),
  );
  const heads = [t("Channel"), t("Lowest"), t("Mean"), t("Highest")].map((name) => el("th", { scope: "col" }, name));
  setChildren($("#preview-channels"), el("table", {}, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows)));
  $("#preview-channels").hidden = false;
}

async function upload() {
  const kind = field("kind").value;
  const names = field("labels").value.split("\n").map((line) => line.trim()).filter(Boolean);
  setText($("#upload-state"), t("Uploading, and running it once …"));
  $("#upload-button").disabled = true;
  try {
    const network = await createNetwork(networkForm());
    location.hash = String(await describe(network, kind, names));
  } finally {
    setText($("#upload-state"), "");
    $("#upload-button").disabled = false;
  }
}

function networkForm() {
  const sent = new FormData();
  const inputs = [{ tensor_name: field("tensor_name").value, image: preprocessing() }];
  sent.append("name", field("name").value);
  sent.append("framework", "onnx");
  sent.append("preprocessing", JSON.stringify({ inputs, batched_output: true }));
  sent.append("model.onnx", file, "model.onnx");
  const mean = meanFile();
  if (mean) sent.append(mean.name, mean, mean.name);
  return sent;
}

/** Describe the outputs of a network; it is deleted if they cannot be. @returns {Promise<number>} the version */
async function describe(network, kind, names) {
  const { isBox, isExclusive } = KINDS[kind];
  const labels = { roi: isBox ? "BBOX" : "NONE", exclusive: isExclusive, labels: names.map((name, id) => ({ id, name })) };
  try {
    const specification = await createSpecification(network.name, labels);
    const { id } = await createVersion(specification.id, network.id, [postProcessing(kind)]);
    return id;
  } catch (error) {
    await deleteNetwork(network.id);
    throw error;
  }
}

function postProcessing(kind) {
  const tensors = Object.fromEntries($$("#tensors select").map((select) => [select.name, select.value]));
  if (!KINDS[kind].isBox) return { classification: tensors };
  if (kind === "yolo") tensors.anchors = field("anchors").value.split(/[\s,;]+/).filter(Boolean).map(Number);
  return { detection: { [`${kind}_output`]: tensors } };
}
