// The page of surveys: all of them, or the one that the address names.

import { file, json, token } from "../app/api.js";
import { $, $$, el, fill, write } from "../app/dom.js";
import { bleaching } from "../app/words.js";
import { askForPhotos } from "./add.js";
import { attempt } from "./attempt.js";
import { asked, forget, known, remember } from "./known.js";
import { about, close, open } from "./one.js";

async function list() {
  const surveys = known().length || token.get() ? (await json(`/surveys${asked()}`)).surveys : [];
  for (const id of known()) if (!surveys.some((one) => one.survey_id === id)) forget(id);
  $("#none").hidden = surveys.length > 0;
  fill($("#surveys"), ...surveys.map(entry));
  const [image] = $$("#over-time img");
  $("#over-time").hidden = surveys.length === 0;
  if (surveys.length) image.src = URL.createObjectURL(await file(`/surveys/plot.svg${asked()}`));
}

function entry(survey) {
  return el(
    "li",
    {},
    el("a", { href: `#${survey.survey_id}` }, survey.name),
    el("p", { class: "fine" }, about(survey)),
    el("p", {}, survey.photo_count ? bleaching(survey) : "No photos yet."),
  );
}

async function route() {
  const id = Number(location.hash.slice(1));
  $("#all").hidden = Boolean(id);
  $("#one").hidden = !id;
  await attempt(async () => {
    if (!id) {
      close();
      return list();
    }
    remember(id);
    $("#one-title").focus();
    await open(id);
  });
}

function setUp() {
  for (const button of $$("[data-close]")) button.addEventListener("click", () => button.closest("dialog").close());
  $("#new").disabled = false; // until here nobody would have heard a click
  $("#new").addEventListener("click", () => {
    const form = $("#begin form");
    form.reset();
    const now = new Date();
    form.elements.date.value = new Date(now - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
    write($("#begin .bad"), "");
    $("#begin").showModal();
  });
  $("#begin form").addEventListener("submit", begin);
  $("#add").addEventListener("click", askForPhotos);
  window.addEventListener("hashchange", route);
}

async function begin(event) {
  event.preventDefault();
  const { name, site, date, depth_m, transect } = Object.fromEntries(new FormData(event.target));
  const body = { name, site, date, depth_m: depth_m === "" ? null : Number(depth_m), transect: transect || null };
  try {
    const { survey_id } = await json("/surveys", { method: "POST", body });
    remember(survey_id);
    $("#begin").close();
    location.hash = String(survey_id);
  } catch (no) {
    write($("#begin .bad"), no.message);
  }
}

setUp();
await route();
document.documentElement.dataset.ready = "surveys";
