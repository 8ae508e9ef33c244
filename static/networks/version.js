// Show a version of a network: try it on a photo, move its thresholds, and choose between versions.

import { $, announce, el, setChildren, setText } from "../app/dom.js";
import { formatNumber, formatTime, plural, t } from "../app/language.js";
import { attempt } from "../app/problem.js";
import { clearPhoto, drawBoxes } from "./boxes.js";
import {
  createVersion,
  deleteNetwork,
  deleteSpecification,
  deleteVersion,
  getNetwork,
  getSpecification,
  getVersion,
  getVersions,
  infer,
  useVersion,
} from "./networks-api.js";

const MOST_SLIDERS = 12;
const MOST_LISTED = 30;
/** @type {any} */
let shown = null;
/** @type {{photo: ImageBitmap|null, found: any[]}} */
let trial = { photo: null, found: [] };
/** @type {Map<number, number>} label -> threshold */
let thresholds = new Map();

/** Show a version. @param {number} id */
export async function openVersion(id) {
  const version = await getVersion(id);
  const [network, specification, versions] = await Promise.all([getNetwork(version.network_id), getSpecification(version.spec_id), getVersions()]);
  shown = { version, network, specification, labels: specification.outputs[0].labels };
  trial = { photo: null, found: [] };
  setText($("#version-title"), version.spec_name);
  document.title = `${version.spec_name}: coralchunk`;
  $("#version-title").focus();
  const [{ image }] = network.preprocessing.inputs.filter((input) => input.image);
  setText(
    $("#version-about"),
    t("Version {id}. {network}: pictures of {size} pixels ({resizing}), {channels}, {order}, 0 to {highest}. {labels}.", {
      id,
      network: network.name,
      size: image.target_size,
      resizing: image.resize_type.toLowerCase(),
      channels: image.color_channels,
      order: image.dimension_order,
      highest: image.pixel_scaling,
      labels: plural(shown.labels.labels.length, "{n} label", "{n} labels"),
    }),
  );
  clearPhoto();
  setText($("#test-state"), "");
  readThresholds();
  showThresholds();
  showFound();
  setChildren($("#versions"), ...versions.filter((one) => one.spec_id === version.spec_id).map(versionRow));
}

/** Bind the controls of the section. */
export function bindVersion() {
  $("#test-photo").addEventListener("change", () => attempt(tryPhoto));
  $("#all-thresholds").addEventListener("input", () => {
    for (const id of thresholds.keys()) thresholds.set(id, Number($("#all-thresholds").value));
    showThresholds();
    showFound();
  });
  $("#save-thresholds").addEventListener("click", () => attempt(saveThresholds));
  $("#delete").addEventListener("click", () => attempt(deleteAll));
}

/** Without thresholds of its own, a version has the API's defaults. */
function readThresholds() {
  const { labels, roi, exclusive } = shown.labels;
  const [{ classification, detection }] = shown.version.post_processings;
  const own = (classification ?? detection).thresholds;
  const usual = roi === "BBOX" ? 0.8 : exclusive ? 0.025 : 0.5;
  thresholds = new Map(labels.map(({ id }, row) => [id, own?.[row] ?? usual]));
}

function showThresholds() {
  const values = [...new Set(thresholds.values())];
  setText($("#all-says"), values.length === 1 ? formatNumber(values[0], 3) : t("different"));
  if (values.length === 1) $("#all-thresholds").value = values[0];
  const { labels } = shown.labels;
  const sliders = labels.length > 1 && labels.length <= MOST_SLIDERS ? labels.map(slider) : [];
  setChildren($("#thresholds"), ...sliders);
}

function slider({ id, name }) {
  const says = el("output", {}, formatNumber(thresholds.get(id), 3));
  const input = el("input", { type: "range", min: 0, max: 1, step: 0.005 });
  input.value = thresholds.get(id);
  input.addEventListener("input", () => {
    thresholds.set(id, Number(input.value));
    setText(says, formatNumber(thresholds.get(id), 3));
    setText($("#all-says"), t("different"));
    showFound();
  });
  return el("label", { class: "slider threshold" }, el("span", {}, `${name} `, says), input);
}

async function tryPhoto() {
  const [file] = $("#test-photo").files;
  $("#test-photo").value = "";
  if (!file) return;
  setText($("#test-state"), t("Asking the network …"));
  try {
    const photo = await createImageBitmap(file).catch(() => null); // the server reads more formats
    trial = { photo, found: await infer(shown.version.id, file) };
  } finally {
    setText($("#test-state"), "");
  }
  showFound();
}

const reaches = ({ label_id: id, score }) => score >= thresholds.get(id);

function showFound() {
  const reached = trial.found.filter(reaches);
  if (trial.found.length) setText($("#test-state"), plural(trial.found.length, "{reached} of {n} prediction reaches its threshold.", "{reached} of {n} predictions reach their threshold.", { reached: reached.length }));
  const items = trial.found.slice(0, MOST_LISTED).map((one) =>
    el("li", { class: reaches(one) ? null : "under" }, foundText(one)),
  );
  setChildren($("#found"), ...items);
  if (trial.photo) drawBoxes(trial.photo, reached, shown.labels.labels);
}

function foundText(one) {
  const facts = { name: one.label_name, text: formatNumber(one.score, 3) };
  return reaches(one) ? t("{name}: {text}", facts) : t("{name}: {text} (under the threshold)", facts);
}

async function saveThresholds() {
  const { version, labels } = shown;
  const [how] = structuredClone(version.post_processings);
  (how.classification ?? how.detection).thresholds = labels.labels.map(({ id }) => thresholds.get(id));
  const made = await createVersion(version.spec_id, version.network_id, [how]);
  await useVersion(version.spec_id, made.id);
  announce(t("Version {id} is saved, and answers.", { id: made.id }));
  location.hash = String(made.id);
}

function versionRow(version) {
  const isCurrent = shown.specification.current_version_id === version.id;
  const use = async () => {
    await useVersion(version.spec_id, version.id);
    await openVersion(shown.version.id);
  };
  const remove = async () => {
    if (!confirm(t("Permanently delete version {number}?", { number: version.id }))) return;
    await deleteVersion(version.id);
    if (version.id === shown.version.id) location.hash = "";
    else await openVersion(shown.version.id);
  };
  const created = formatTime(new Date(version.update_date));
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, version.id === shown.version.id ? t("{id}, shown here", { id: version.id }) : el("a", { href: `#${version.id}` }, `${version.id}`)),
    el("td", {}, version.network_name),
    el("td", {}, created),
    el(
      "td",
      { class: "actions" },
      isCurrent ? `${t("Answers")} ` : el("button", { type: "button", onclick: () => attempt(use) }, t("Use")),
      el("button", { type: "button", class: "danger", "aria-label": t("Delete version {number}", { number: version.id }), onclick: () => attempt(remove) }, "×"),
    ),
  );
}

async function deleteAll() {
  const { network, specification } = shown;
  if (!confirm(t("Permanently delete the network {name} with all its versions?", { name: network.name }))) return;
  await deleteNetwork(network.id);
  const left = (await getVersions()).some((version) => version.spec_id === specification.id);
  if (!left) await deleteSpecification(specification.id);
  location.hash = "";
}
