// Show the images of each label, and move them to others by dragging or by selection.

import { $, $$, announce, el, setChildren, setText } from "../app/dom.js";
import { plural, t } from "../app/language.js";
import { attempt } from "../app/problem.js";
import { deleteLabel, getImages, moveImage, removeImage } from "./collections-api.js";
import { uploadFiles } from "./uploads.js";

/** @type {any} */
let collection = null;
/** @type {Map<string, string>} selected image -> its label */
const selected = new Map();
let refresh = async () => {};

/** @param {() => Promise<void>} refreshed shows the collection again */
export function bindImages(refreshed) {
  refresh = refreshed;
  $("#move").addEventListener("click", () => attempt(() => moveTo($("#move-to").value)));
  $("#remove").addEventListener("click", () => attempt(removeSelected));
  $("#deselect").addEventListener("click", clearSelection);
}

/** Show all labels with their first images. @param {any} shown the collection */
export async function showLabels(shown) {
  collection = shown;
  clearSelection();
  setChildren($("#move-to"), ...shown.labels.map((label) => el("option", { value: label.id }, label.name)));
  const sections = shown.labels.map(labelSection);
  await Promise.all(sections.map(({ showMore }) => showMore()));
  setChildren($("#labels"), ...sections.map(({ section }) => section));
}

function labelSection(label) {
  const tiles = el("ul", { class: "tiles" });
  const more = el("button", { type: "button", hidden: true }, t("Show more"));
  let after = null;
  const showMore = async () => {
    if (label.images === 0) return;
    const page = await getImages(collection.id, label.id, after);
    tiles.append(...page.images.map((image, index) => tile(image, label, tiles.children.length + index + 1)));
    after = page.after;
    more.hidden = after === null;
  };
  more.addEventListener("click", () => attempt(showMore));
  const title = el("h3", {}, `${label.name} `, el("span", { class: "fine" }, plural(label.images, "{n} image", "{n} images")));
  const section = el("section", { class: "label", "data-label": label.id, "aria-label": label.name });
  const header = el("header", {}, title, ...(collection.type === "regression" ? [] : [addButton(label), deleteButton(label)]));
  section.append(header, label.is_negative ? el("p", { class: "fine" }, t("For images that have none of the other labels.")) : "", tiles, more);
  bindDrop(section, label);
  return { section, showMore };
}

function addButton(label) {
  const input = el("input", { type: "file", accept: "image/*", multiple: true });
  input.addEventListener("change", () => {
    const files = [...input.files].map((file) => ({ label: label.name, name: file.name, read: async () => file }));
    attempt(() => uploadFiles(files));
  });
  return el("label", { class: "button" }, t("Add images"), el("span", { class: "unseen" }, ` ${t("to {name}", { name: label.name })}`), input);
}

function deleteButton(label) {
  const remove = async () => {
    if (!confirm(t("Delete the label {name}? Its images are no longer in this collection.", { name: label.name }))) return;
    await deleteLabel(collection.id, label.id);
    await refresh();
  };
  return el("button", { type: "button", class: "danger", "aria-label": t("Delete the label {name}", { name: label.name }), onclick: () => attempt(remove) }, "×");
}

function tile(image, label, number) {
  const button = el(
    "button",
    { type: "button", class: "tile", draggable: "true", "aria-pressed": "false", "data-image": image.id, "aria-label": t("{name}, image {number}", { name: label.name, number }) },
    el("img", { src: image.thumbnail, alt: "", loading: "lazy", draggable: "false" }),
  );
  button.addEventListener("click", () => {
    if (!selected.delete(image.id)) selected.set(image.id, label.id);
    button.setAttribute("aria-pressed", String(selected.has(image.id)));
    showSelection();
  });
  button.addEventListener("dragstart", (event) => {
    if (!selected.has(image.id)) {
      clearSelection();
      selected.set(image.id, label.id);
    }
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", image.id);
  });
  return el("li", {}, button);
}

function bindDrop(section, label) {
  const isImage = (event) => event.dataTransfer.types.includes("text/plain");
  section.addEventListener("dragover", (event) => {
    if (!isImage(event)) return;
    event.preventDefault();
    section.classList.add("over");
  });
  section.addEventListener("dragleave", () => section.classList.remove("over"));
  section.addEventListener("drop", (event) => {
    event.preventDefault();
    section.classList.remove("over");
    attempt(() => moveTo(label.id));
  });
}

function showSelection() {
  $("#selection").hidden = selected.size === 0;
  setText($("#selected-count"), plural(selected.size, "{n} image selected", "{n} images selected"));
}

function clearSelection() {
  selected.clear();
  for (const button of $$(".tile[aria-pressed=true]")) button.setAttribute("aria-pressed", "false");
  showSelection();
}

async function moveTo(labelId) {
  const moved = [...selected].filter(([, from]) => from !== labelId);
  for (const [image, from] of moved) await moveImage(collection.id, image, labelId, from);
  const { name } = collection.labels.find((label) => label.id === labelId);
  await refresh();
  announce(plural(moved.length, "{n} image moved to {name}.", "{n} images moved to {name}.", { name }));
}

async function removeSelected() {
  const images = [...selected.keys()];
  if (!confirm(plural(images.length, "Remove {n} image from this collection?", "Remove {n} images from this collection?"))) return;
  for (const image of images) await removeImage(collection.id, image);
  await refresh();
  announce(plural(images.length, "{n} image removed.", "{n} images removed."));
}
