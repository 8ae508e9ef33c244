// Choose a network of one's own for chunks, and say what its labels mean there.

import { $, el, setChildren } from "../app/dom.js";
import { t } from "../app/language.js";
import { attempt } from "../app/problem.js";
import { getSpecification, getVersions } from "../networks/networks-api.js";
import { mapNetwork } from "./collections-api.js";
import { collection } from "./current.js";

const MEANINGS = [["bleached", t("bleached coral")], ["healthy", t("healthy coral")], ["not_coral", t("not coral")]];

/** @type {Map<number, any>} specifications by the id of their version */
const known = new Map();

/** @param {() => Promise<void>} refresh */
export function bindNetworkModel(refresh) {
  const form = /** @type {HTMLFormElement} */ ($("#network-model"));
  const details = /** @type {HTMLDetailsElement} */ ($("#own-network"));
  details.addEventListener("toggle", () => {
    if (details.open) attempt(() => listNetworks(form));
  });
  form.elements.version.addEventListener("change", () => listLabels(form));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(async () => {
      await mapNetwork(collection().id, { version_id: Number(form.elements.version.value), states: chosenStates(form) });
      details.open = false;
      await refresh();
    });
  });
}

async function listNetworks(form) {
  known.clear();
  for (const version of await getVersions()) {
    const specification = await getSpecification(version.spec_id);
    const [output, ...others] = specification.outputs;
    if (others.length === 0 && output.labels.roi === "NONE") known.set(version.id, specification);
  }
  const options = [...known].map(([id, { name }]) => el("option", { value: id }, t("{name}, version {id}", { name, id })));
  setChildren(form.elements.version, ...options);
  listLabels(form);
}

function listLabels(form) {
  const specification = known.get(Number(form.elements.version.value));
  form.querySelector("button").disabled = !specification;
  if (!specification) {
    setChildren($("#meanings"), el("p", { class: "fine" }, t("You have no network that classifies whole pictures.")));
    return;
  }
  const rows = specification.outputs[0].labels.labels.map(({ name }) => el("p", {}, el("label", {}, `${t("{name} means", { name })} `, meaning(name))));
  setChildren($("#meanings"), ...rows);
}

function meaning(label) {
  const guess = /bleach|pale|white/i.test(label) ? "bleached" : /health|coral/i.test(label) ? "healthy" : "not_coral";
  return el("select", {}, ...MEANINGS.map(([value, words]) => el("option", { value, selected: value === guess }, words)));
}

const chosenStates = (form) => [...form.querySelectorAll("#meanings select")].map(({ value }) => value);
