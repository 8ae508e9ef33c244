// Show the versions of a classifier with their figures.

import { announce, downloadFile, el } from "../app/dom.js";
import { formatCount, formatPercent } from "../app/format.js";
import { attempt } from "../app/problem.js";
import { deleteVersion, getOnnx, getPhotoModels, usePhotoModel, useVersion } from "./collections-api.js";

const OUTCOMES = ["Given rightly", "Given wrongly", "Missed", "Rightly not given"];

/** The label of the model that classifies the photos of this token. */
let photoModel = "";

/** Ask which model classifies photos, if any version of a collection may. @param {any} collection */
export async function loadPhotoModel(collection) {
  if (collection.versions.some(({ model }) => model)) photoModel = (await getPhotoModels()).default;
}

/**
 * Describe a version with its figures and what can be done with it.
 * @param {any} collection
 * @param {any} version
 * @param {() => Promise<void>} refresh shows the collection again
 * @returns {HTMLElement}
 */
export function versionPanel(collection, version, refresh) {
  const isCurrent = collection.current_version === version.number;
  const title = `Version ${version.number}${isCurrent ? ", which answers" : ""}`;
  const panel = el("article", { class: "panel version", "aria-label": title }, el("h3", {}, title));
  if (version.state !== "ready") {
    panel.append(el("p", {}, version.state === "failed" ? `It failed: ${version.error}` : "It is being trained."));
    return panel;
  }
  panel.append(el("p", {}, accuracyText(collection, version)));
  if (version.sees === "chunk") panel.append(comparison(version));
  const isForPhotos = version.model !== null && version.model === photoModel;
  if (isForPhotos) panel.append(el("p", { class: "for-photos" }, "Photos that you send with this token are classified by this model."));
  const details = el("details", {}, el("summary", {}, "Figures by label"));
  details.append(el("div", { class: "scroll", tabindex: 0 }, labelTable(version)));
  if (version.figures.confusion.length) {
    details.append(el("div", { class: "scroll", tabindex: 0 }, confusionTable(collection, version)));
  }
  panel.append(details, buttons(collection, version, isCurrent, refresh));
  return panel;
}

function accuracyText(collection, version) {
  const { tested, learned, accuracy, mean_error: error } = version.figures;
  const counts = `Trained on ${formatCount(learned, "image")} and tested on ${tested} others.`;
  if (accuracy === null) return `${counts} There were too few images to test it.`;
  if (collection.type === "regression") return `${counts} R² ${accuracy.toFixed(2)}, mean error ${error.toFixed(3)}.`;
  const { precision, recall } = version.figures;
  const rest = [["precision", precision], ["recall", recall]].filter(([, share]) => share !== null);
  return `${counts} Accuracy ${formatPercent(accuracy)}${rest.map(([name, share]) => `, ${name} ${formatPercent(share)}`).join("")}.`;
}

/** Compare a model for a site with the server's model. */
function comparison(version) {
  const { chunks, photos, site, server, server_model: name, interval, kept, server_right: right, is_better: isBetter } = version.figures.comparison;
  const [low, high] = interval.map((bound) => `${bound > 0 ? "+" : ""}${Math.round(bound * 100)}`);
  const verdict = isBetter
    ? "It is better with 95 % certainty, so you can use it for your photos."
    : "That is not better with 95 % certainty, so it is not offered for photos.";
  return el(
    "p",
    { class: "comparison" },
    `A model for your site. On ${formatCount(chunks, "chunk")} of ${formatCount(photos, "photo")}, each classified without having ` +
      `learned from its photo, it is right for ${formatPercent(site)} and ${name} for ${formatPercent(server)} ` +
      `(difference, 95 %: ${low} to ${high} points). Of the ${right} chunks that ${name} gets right, it gets ${kept} right. ${verdict}`,
  );
}

function labelTable(version) {
  const share = (value) => (value === null ? "–" : formatPercent(value));
  const rows = version.figures.labels.map((one) =>
    el("tr", {}, el("th", { scope: "row" }, one.label), el("td", {}, `${one.pictures}`), el("td", {}, `${one.tested}`), el("td", {}, share(one.precision)), el("td", {}, share(one.recall))),
  );
  return table("By label", ["Label", "Images", "Tested", "Precision", "Recall"], rows);
}

function confusionTable(collection, version) {
  const isOneOf = collection.type === "multi_class";
  const { confusion } = version.figures;
  const cell = (count, row, column) => {
    const total = confusion[row].reduce((sum, number) => sum + number, 0);
    const one = el("td", { class: (isOneOf ? row === column : column % 3 === 0) ? "right" : null }, `${count}`);
    one.style.setProperty("--share", total ? String(count / total) : "0");
    return one;
  };
  const rows = confusion.map((counts, row) =>
    el("tr", {}, el("th", { scope: "row" }, version.labels[row]), ...counts.map((count, column) => cell(count, row, column))),
  );
  const names = isOneOf ? version.labels : OUTCOMES;
  const caption = isOneOf ? "Confusion: rows are the true labels, columns the predicted ones" : "How often each label was given";
  const found = table(caption, ["", ...names], rows);
  found.classList.add("confusion");
  return found;
}

function table(caption, names, rows) {
  const heads = names.map((name) => (name ? el("th", { scope: "col" }, name) : el("td", {})));
  return el("table", {}, el("caption", {}, caption), el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows));
}

function buttons(collection, version, isCurrent, refresh) {
  const { id, name } = collection;
  const { number } = version;
  const button = (text, action, more = {}) => el("button", { type: "button", onclick: () => attempt(action), ...more }, text);
  const use = async () => {
    await useVersion(id, number);
    await refresh();
  };
  const remove = async () => {
    if (!confirm(`Permanently delete version ${number}?`)) return;
    await deleteVersion(id, number);
    await refresh();
  };
  return el(
    "p",
    { class: "row" },
    isCurrent ? null : button("Use this version", use),
    version.model ? photoButton(version, button, refresh) : null,
    button("Download ONNX", async () => downloadFile(await getOnnx(id, number), `${name}-${number}.onnx`)),
    button("Delete version", remove, { class: "danger", "aria-label": `Delete version ${number}` }),
  );
}

function photoButton({ model }, button, refresh) {
  const use = async (chosen) => {
    await usePhotoModel(chosen);
    await refresh();
    announce(chosen ? "This model now classifies your photos." : "The server's model classifies your photos again.");
  };
  if (model === photoModel) return button("Use the server's model for my photos again", () => use(null));
  return button("Use for my photos", () => use(model), { class: "main" });
}
