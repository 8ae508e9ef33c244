// Check chunk after chunk: one key or one tap each.

import { ROOT, fetchJson } from "../app/api-client.js";
import { $, $$, announce, setText } from "../app/dom.js";
import { formatPercent } from "../app/format.js";
import { plural, t } from "../app/language.js";
import { attempt, showProblem } from "../app/problem.js";
import { labelText } from "../result/chunk-states.js";
import { forecastText } from "./forecast.js";
import { LabelQueue } from "./label-queue.js";
import { Views, keyOf } from "./views.js";

const AUTHOR_KEY = "coralchunk.by";
const FETCHED = 30;
const FEW = 10; // chunks left here, below which more are fetched at once
const REFRESH_MS = 4000; // between two looks at the whole survey, which cost the server up to a second
const { survey, job } = $("#main").dataset;
const query = new URLSearchParams(location.search);
const isRandom = query.get("order") === "random";
const root = survey ? `/surveys/${survey}` : `/classify/${job}`;

/** @type {any[]} */
let open = []; // chunks to check, the first is shown
/** @type {{chunk: any, label: string}[]} */
const done = []; // in this window, for undo
let answer = null;
let refreshedAt = 0;
let planned = 0;
let ratio = 1; // width to height of the picture
const views = new Views(root);
const queue = new LabelQueue(survey ? `${root}/corrections` : "/corrections", {
  changed: showUnsent,
  stored: planRefresh,
  refused: (message) => showProblem(message),
});

const author = () => localStorage.getItem(AUTHOR_KEY) ?? "";

/**
 * Read which chunks come next and what is known by now.
 * @param {boolean} isFresh begin with the first chunk of the answer, not with the one that is shown
 */
async function refresh(isFresh = false) {
  const wanted = new URLSearchParams({ order: isRandom ? "random" : "uncertain", limit: String(FETCHED), sample: query.get("sample") ?? "100" });
  if (author()) wanted.set("by", author());
  refreshedAt = Date.now();
  answer = await fetchJson(`${root}/review?${wanted}`);
  const labelled = labelledHere();
  const shown = isFresh ? [] : open.slice(0, 1);
  const next = answer.chunks.filter((chunk) => !labelled.has(keyOf(chunk)) && (!shown.length || keyOf(chunk) !== keyOf(shown[0])));
  open = [...shown, ...next];
  await showChunk();
}

/** Refresh soon, but not after each batch of labels. */
function planRefresh() {
  clearTimeout(planned);
  const delay = open.length < FEW ? 0 : Math.max(0, refreshedAt + REFRESH_MS - Date.now());
  planned = setTimeout(() => attempt(() => refresh()), delay);
}

/** Chunks that have a label in this window or on this device, whether it was sent or not. */
function labelledHere() {
  const waiting = queue.entries.filter(({ label }) => label !== null);
  return new Set([...done.map(({ chunk }) => chunk), ...waiting].map(keyOf));
}

function showUnsent() {
  const waiting = queue.entries.length;
  setText($("#unsent"), waiting ? plural(waiting, "{n} label not sent yet.", "{n} labels not sent yet.") : "");
  showProgress();
}

function showProgress() {
  if (!answer) return;
  const labelled = labelledHere();
  const checked = answer.checked + answer.chunks.filter((chunk) => labelled.has(keyOf(chunk))).length;
  setText($("#count"), plural(answer.total, "{checked} of {n} chunk checked.", "{checked} of {n} chunks checked.", { checked }));
  $("#bar").max = Math.max(1, answer.total);
  $("#bar").value = checked;
  setText($("#forecast"), forecastText(answer));
}

async function showChunk() {
  showProgress();
  $("#undo").disabled = !done.length;
  const [chunk] = open;
  const isOver = !chunk && answer !== null;
  $("#nothing").hidden = !isOver;
  if (isOver) setText($("#nothing"), answer.total ? t("All of these chunks have a label.") : t("There is no photo that can still be looked at."));
  for (const button of $$("[data-label]")) {
    button.disabled = !chunk;
    button.classList.toggle("given", !isRandom && Boolean(chunk) && button.dataset.label === chunk.label);
  }
  if (!chunk) {
    $("#picture").hidden = true;
    return setText($("#about-chunk"), "");
  }
  setText($("#about-chunk"), describe(chunk));
  views.prepare(open);
  try {
    const url = await views.get(chunk);
    if (open[0] === chunk) showPicture(chunk, url);
  } catch (error) {
    if (open[0] === chunk) showProblem(t("{name}: {text}", { name: chunk.photo || t("The photo"), text: error.message }));
  }
}

function describe(chunk) {
  const facts = { photo: chunk.photo, index: chunk.chunk };
  const place = chunk.photo ? t("{photo}, chunk {index}.", facts) : t("chunk {index}.", facts);
  if (isRandom) return `${place} ${t("What the model says is not shown, so that it does not sway you.")}`;
  const probability = Math.max(...Object.values(chunk.probabilities));
  return `${place} ${t("The model says: {label}, {percent}.", { label: labelText(chunk.predicted_label), percent: formatPercent(probability) })}`;
}

function showPicture({ view, box, photo, chunk }, url) {
  const picture = $("#picture");
  const image = $("#picture img");
  image.src = url;
  image.alt = photo ? t("Chunk {index} of {photo} and what lies round it", { index: chunk, photo }) : t("Chunk {index} and what lies round it", { index: chunk });
  ratio = view.width / view.height;
  picture.hidden = false;
  fitPicture();
  const frame = $(".frame").style;
  frame.left = `${(100 * (box.x - view.x)) / view.width}%`;
  frame.top = `${(100 * (box.y - view.y)) / view.height}%`;
  frame.width = `${(100 * box.width) / view.width}%`;
  frame.height = `${(100 * box.height) / view.height}%`;
  picture.dataset.chunk = keyOf(open[0]);
}

/** Show the picture as large as fits, whatever its shape. */
function fitPicture() {
  const { clientWidth, clientHeight } = $("#review-view");
  const width = Math.floor(Math.min(clientWidth, clientHeight * ratio));
  $("#picture").style.width = `${width}px`;
  $("#picture").style.height = `${Math.floor(width / ratio)}px`;
}

/** @param {string} label */
function give(label) {
  const [chunk] = open;
  if (!chunk) return;
  open = open.slice(1);
  done.push({ chunk, label });
  queue.add(chunk, label, author());
  announce(`${labelText(label)}. ${$("#count").textContent}`);
  showChunk();
}

function undo() {
  const last = done.pop();
  if (!last) return;
  if (!queue.drop(last.chunk)) queue.add(last.chunk, last.chunk.label, author());
  open = [last.chunk, ...open];
  announce(t("{label} was taken back.", { label: labelText(last.label) }));
  showChunk();
}

function bindKeys() {
  const byKey = Object.fromEntries($$("[data-key]").map((button) => [button.dataset.key, button.dataset.label]));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || document.querySelector("dialog[open]")) return;
    const key = event.key.toUpperCase();
    if (byKey[key]) give(byKey[key]);
    else if (key === "Z" || event.key === "Backspace") undo();
    else if (event.key === "?") openSettings();
    else return;
    event.preventDefault();
  });
  for (const button of $$("[data-label]")) button.addEventListener("click", () => give(button.dataset.label));
  $("#undo").addEventListener("click", undo);
  $("#open-settings").addEventListener("click", openSettings);
}

function openSettings() {
  $("#settings [name=by]").value = author();
  $("#settings [name=sample]").value = query.get("sample") ?? "100";
  $("#sample-label").hidden = !isRandom;
  $("#settings").showModal();
}

function applySettings() {
  localStorage.setItem(AUTHOR_KEY, $("#settings [name=by]").value.trim());
  const sample = $("#settings [name=sample]");
  if (isRandom && sample.value && sample.validity.valid) query.set("sample", sample.value);
  history.replaceState(null, "", `?${query}`);
  attempt(() => refresh(true));
}

const title = isRandom ? t("Random audit") : t("Check the least certain");
setText($("#review-title"), title);
document.title = `${title}: coralchunk`;
setText($(".up"), survey ? t("Survey") : t("Photo"));
$(".up").href = survey ? `${ROOT}/surveys#${survey}` : `${ROOT}/${location.hash}`;
bindKeys();
new ResizeObserver(fitPicture).observe($("#review-view"));
$("#settings form").addEventListener("submit", applySettings); // before the dialog closes and keys label again
await attempt(() => refresh());
queue.send();
document.documentElement.dataset.ready = "review";
