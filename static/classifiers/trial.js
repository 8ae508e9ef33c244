// Try a classifier on a photo: the whole of it, or each of its chunks.

import { $, el, setChildren, setText } from "../app/dom.js";
import { formatPercent } from "../app/format.js";
import { formatNumber, plural, t } from "../app/language.js";
import { attempt } from "../app/problem.js";
import { collection } from "./current.js";
import { classify } from "./collections-api.js";

const CHUNK_PX = 244;
const SHOWN_PX = 1600;
// Okabe & Ito: apart under every common colour vision; each chunk also has the number of its label.
const COLOURS = ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#ffffff"];
const MAX_RECORDS = Number($("#main").dataset.maxRecords);

/** Classify a photo when it is chosen. */
export function bindTrial() {
  const input = $("#try-photo");
  input.addEventListener("change", () => attempt(() => tryPhoto(input)));
}

async function tryPhoto(input) {
  const [file] = input.files;
  input.value = "";
  if (!file) return;
  setText($("#try-state"), t("Classifying …"));
  $("#try-map").hidden = true;
  setChildren($("#try-labels"));
  const isWhole = $("[name=scope]:checked").value === "whole";
  try {
    await (isWhole ? tryWhole(file) : tryChunks(file));
  } catch (error) {
    setText($("#try-state"), "");
    throw error;
  }
}

async function tryWhole(file) {
  const { version, images } = await classify(collection().id, [file]);
  const [{ labels, error }] = images;
  if (error) throw new Error(error);
  const isValue = collection().type === "regression";
  setText($("#try-state"), isValue ? t("Version {number} estimates:", { number: version }) : t("Version {number}: {label}", { number: version, label: labels[0].name }));
  setChildren($("#try-labels"), ...labels.map(({ name, number }) => shareItem(name, isValue ? null : number, isValue ? formatNumber(number, 3) : formatPercent(number))));
}

function shareItem(name, share, text) {
  const bar = el("span", { class: "share" });
  bar.style.setProperty("--share", String(share ?? 0));
  return el("li", {}, el("span", {}, name), share === null ? el("span", {}) : bar, el("span", {}, text));
}

async function tryChunks(file) {
  const photo = await createImageBitmap(file).catch(() => {
    throw new Error(t("This browser cannot show the photo, so it cannot be divided. Try a JPEG or PNG."));
  });
  const places = [];
  for (let y = 0; y < photo.height; y += CHUNK_PX) for (let x = 0; x < photo.width; x += CHUNK_PX) places.push([x, y]);
  const answers = [];
  for (let start = 0; start < places.length; start += MAX_RECORDS) {
    const pieces = places.slice(start, start + MAX_RECORDS).map(([x, y]) => cut(photo, x, y));
    answers.push(...(await classify(collection().id, await Promise.all(pieces))).images);
    setText($("#try-state"), plural(places.length, "{done} of {n} chunk classified.", "{done} of {n} chunks classified.", { done: answers.length }));
  }
  drawChunks(photo, places, answers);
}

/** Cut a chunk as the server does: at an edge the window is moved back inside the photo. */
async function cut(photo, x, y) {
  const [width, height] = [Math.min(CHUNK_PX, photo.width), Math.min(CHUNK_PX, photo.height)];
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d").drawImage(photo, -Math.min(x, photo.width - width), -Math.min(y, photo.height - height));
  return canvas.convertToBlob({ type: "image/png" });
}

function drawChunks(photo, places, answers) {
  const canvas = $("#try-map");
  const scale = Math.min(1, SHOWN_PX / Math.max(photo.width, photo.height));
  canvas.width = Math.round(photo.width * scale);
  canvas.height = Math.round(photo.height * scale);
  const pen = canvas.getContext("2d");
  pen.drawImage(photo, 0, 0, canvas.width, canvas.height);
  const names = [...new Set(answers.map((answer) => answer.labels[0]?.name ?? t("Not classified")))].toSorted();
  const counts = new Map(names.map((name) => [name, 0]));
  const side = CHUNK_PX * scale;
  for (const [index, [x, y]] of places.entries()) {
    const name = answers[index].labels[0]?.name ?? t("Not classified");
    counts.set(name, counts.get(name) + 1);
    drawMark(pen, x * scale, y * scale, side, names.indexOf(name));
  }
  canvas.hidden = false;
  setText($("#try-state"), plural(places.length, "{n} chunk classified.", "{n} chunks classified."));
  const items = [...counts].map(([name, count], index) => shareItem(`${index + 1}: ${name}`, count / places.length, `${count}`));
  setChildren($("#try-labels"), ...items);
}

function drawMark(pen, x, y, side, index) {
  const line = Math.max(2, side / 40);
  pen.lineWidth = line;
  pen.strokeStyle = COLOURS[index % COLOURS.length];
  pen.strokeRect(x + line, y + line, side - 2 * line, side - 2 * line);
  pen.font = `bold ${Math.round(side / 5)}px system-ui, sans-serif`;
  pen.lineWidth = line * 2;
  pen.strokeStyle = "#10212a";
  pen.fillStyle = "#ffffff";
  pen.strokeText(String(index + 1), x + 3 * line, y + side / 4 + line);
  pen.fillText(String(index + 1), x + 3 * line, y + side / 4 + line);
}
