// Show the versions of a classifier with their figures.

import { announce, downloadFile, el } from "../app/dom.js";
import { formatPercent } from "../app/format.js";
import { formatNumber, plural, t } from "../app/language.js";
import { attempt } from "../app/problem.js";
import { deleteVersion, getOnnx, getPhotoModels, usePhotoModel, useVersion } from "./collections-api.js";

const OUTCOMES = [t("Given rightly"), t("Given wrongly"), t("Missed"), t("Rightly not given")];

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
  const { number } = version;
  const title = isCurrent ? t("Version {number}, which answers", { number }) : t("Version {number}", { number });
  const panel = el("article", { class: "panel version", "aria-label": title }, el("h3", {}, title));
  if (version.state !== "ready") {
    panel.append(el("p", {}, version.state === "failed" ? t("It failed: {why}", { why: version.error }) : t("It is being trained.")));
    return panel;
  }
  panel.append(el("p", {}, accuracyText(collection, version)));
  if (version.sees === "chunk") panel.append(comparison(version));
  const isForPhotos = version.model !== null && version.model === photoModel;
  if (isForPhotos) panel.append(el("p", { class: "for-photos" }, t("Photos that you send with this token are classified by this model.")));
  const details = el("details", {}, el("summary", {}, t("Figures by label")));
  details.append(el("div", { class: "scroll", tabindex: 0 }, labelTable(version)));
  if (version.figures.confusion.length) {
    details.append(el("div", { class: "scroll", tabindex: 0 }, confusionTable(collection, version)));
  }
  panel.append(details, buttons(collection, version, isCurrent, refresh));
  return panel;
}

function accuracyText(collection, version) {
  const { tested, learned, accuracy, mean_error: error } = version.figures;
  const counts = plural(learned, "Trained on {n} image and tested on {tested} others.", "Trained on {n} images and tested on {tested} others.", { tested });
  if (accuracy === null) return `${counts} ${t("There were too few images to test it.")}`;
  if (collection.type === "regression") return `${counts} ${t("R² {fit}, mean error {error}.", { fit: formatNumber(accuracy, 2), error: formatNumber(error, 3) })}`;
  const { precision, recall } = version.figures;
  const rest = [[t("precision"), precision], [t("recall"), recall]].filter(([, share]) => share !== null);
  const measures = rest.map(([name, share]) => `, ${name} ${formatPercent(share)}`).join("");
  return `${counts} ${t("Accuracy {percent}{measures}.", { percent: formatPercent(accuracy), measures })}`;
}

/** Compare a model for a site with the server's model. */
function comparison(version) {
  const { chunks, photos, site, server, server_model: name, interval, kept, server_right: right, is_better: isBetter } = version.figures.comparison;
  const [low, high] = interval.map((bound) => `${bound > 0 ? "+" : ""}${Math.round(bound * 100)}`);
  const verdict = isBetter
    ? t("It is better with 95 % certainty, so you can use it for your photos.")
    : t("That is not better with 95 % certainty, so it is not offered for photos.");
  return el(
    "p",
    { class: "comparison" },
    t("A model for your site. On {chunks} of {photos}, each classified without having learned from its photo, it is right for {site} and {name} for {server} (difference, 95 %: {low} to {high} points). Of the chunks that {name} gets right ({right}), it gets {kept} right.", {
      chunks: plural(chunks, "{n} chunk", "{n} chunks"),
      photos: plural(photos, "{n} photo", "{n} photos"),
      site: formatPercent(site),
      server: formatPercent(server),
      ...{ name, low, high, right, kept },
    }),
    ` ${verdict}`,
  );
}

function labelTable(version) {
  const share = (value) => (value === null ? "–" : formatPercent(value));
  const rows = version.figures.labels.map((one) =>
    el("tr", {}, el("th", { scope: "row" }, one.label), el("td", {}, `${one.pictures}`), el("td", {}, `${one.tested}`), el("td", {}, share(one.precision)), el("td", {}, share(one.recall))),
  );
  return table(t("By label"), [t("Label"), t("Images"), t("Tested"), t("Precision"), t("Recall")], rows);
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
  const caption = isOneOf ? t("Confusion: rows are the true labels, columns the predicted ones") : t("How often each label was given");
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
    if (!confirm(t("Permanently delete version {number}?", { number }))) return;
    await deleteVersion(id, number);
    await refresh();
  };
  return el(
    "p",
    { class: "row" },
    isCurrent ? null : button(t("Use this version"), use),
    version.model ? photoButton(version, button, refresh) : null,
    button(t("Download ONNX"), async () => downloadFile(await getOnnx(id, number), `${name}-${number}.onnx`)),
    button(t("Delete version"), remove, { class: "danger", "aria-label": t("Delete version {number}", { number }) }),
  );
}

function photoButton({ model }, button, refresh) {
  const use = async (chosen) => {
    await usePhotoModel(chosen);
    await refresh();
    announce(chosen ? t("This model now classifies your photos.") : t("The server's model classifies your photos again."));
  };
  if (model === photoModel) return button(t("Use the server's model for my photos again"), () => use(null));
  return button(t("Use for my photos"), () => use(model), { class: "main" });
}
