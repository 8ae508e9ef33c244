// Show one collection, and follow its training.

import { $, setChildren, setText } from "../app/dom.js";
import { plural, t } from "../app/language.js";
import { attempt } from "../app/problem.js";
import { getCollection } from "./collections-api.js";
import { collection, setCollection } from "./current.js";
import { showLabels } from "./images.js";
import { loadPhotoModel, versionPanel } from "./versions.js";

const FOLLOW_EVERY_MS = 500;
const FOLLOW_AGAIN_MS = 3000; // after an error
const TYPES = { multi_class: t("one label an image"), multi_label: t("any number of labels an image"), regression: t("a number for each label") };
const CORRECTIONS = ["Bleached Coral", "Healthy Coral", "Not Coral"];

let timer = 0;

/** Stop following the collection. */
export function closeCollection() {
  setCollection(null);
  clearTimeout(timer);
  document.title = `${t("My classifiers")}: coralchunk`;
}

/** @param {string} id */
export async function openCollection(id) {
  const shown = await getCollection(id);
  setCollection(shown);
  setText($("#collection-title"), shown.name);
  document.title = `${shown.name}: coralchunk`;
  $("#collection-title").focus();
  await showAll();
}

/** Ask for the collection again, and show it. */
export async function refresh() {
  setCollection(await getCollection(collection().id));
  await showAll();
}

async function showAll() {
  const shown = collection();
  await loadPhotoModel(shown);
  const images = shown.labels.reduce((sum, label) => sum + label.images, 0);
  const facts = { type: TYPES[shown.type], labels: shown.labels.length, images };
  const about =
    shown.made_by === "training_set"
      ? t("A training set of API Torch with {type}; labels: {labels}, labelled images: {images}.", facts)
      : t("A collection with {type}; labels: {labels}, labelled images: {images}.", facts);
  setText($("#about"), about);
  // An image of a collection of numbers needs a number, which this page cannot ask for.
  for (const selector of ["#upload-options", "#add-label"]) $(selector).hidden = shown.type === "regression";
  showTraining();
  await showLabels(shown);
}

function showTraining() {
  const shown = collection();
  const { state, progress, error } = shown.training;
  const isTraining = state === "training";
  const names = shown.labels.map((label) => label.name);
  $("#train").disabled = isTraining;
  $("#retrain").disabled = isTraining;
  const isOfCorrections = CORRECTIONS.every((name) => names.includes(name));
  $("#retrain").hidden = !isOfCorrections;
  $("#retrain-help").hidden = !isOfCorrections;
  $("#own-network").hidden = !isOfCorrections || isTraining;
  $("#training-progress").hidden = !isTraining;
  $("#training-progress").value = progress;
  const texts = {
    none: plural(shown.min_images, "Each label needs at least {n} image.", "Each label needs at least {n} images."),
    training: t("Training."), // the share that is done is on the bar, which is not read aloud at each step
    trained: t("The last training made a new version."),
    failed: t("The last training failed: {why}", { why: error }),
  };
  setText($("#training-state"), texts[state]);
  showVersions();
  clearTimeout(timer);
  if (isTraining) timer = setTimeout(() => attempt(follow), FOLLOW_EVERY_MS);
}

function showVersions() {
  const shown = collection();
  const versions = shown.versions.toReversed();
  $("#no-versions").hidden = versions.length > 0;
  setChildren($("#versions"), ...versions.map((version) => versionPanel(shown, version, refresh)));
  $("#try").hidden = shown.current_version === null;
}

async function follow() {
  const { id } = collection();
  let found;
  try {
    found = await getCollection(id);
    await loadPhotoModel(found);
  } catch (error) {
    if (collection()?.id === id) timer = setTimeout(() => attempt(follow), FOLLOW_AGAIN_MS);
    throw error;
  }
  if (collection()?.id !== id) return; // left meanwhile
  setCollection(found);
  showTraining();
}
