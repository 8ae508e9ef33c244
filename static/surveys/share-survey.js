// Create the link that shows a survey, and take it back.

import { fetchApi, fetchJson } from "../app/api-client.js";
import { $, announce, el, setChildren } from "../app/dom.js";
import { t } from "../app/language.js";
import { attempt } from "../app/problem.js";

/**
 * Offer the link of a survey.
 * @param {number} id
 */
export function showShareLink(id) {
  const button = el("button", { type: "button", onclick: () => attempt(() => create(id)) }, t("Share link"));
  setChildren($("#share-survey"), button);
}

async function create(id) {
  const { url } = await fetchJson(`/surveys/${id}/share`, { method: "POST" });
  const link = el("input", { readonly: true, value: new URL(url, location.href).href });
  const takeBack = async () => {
    await fetchApi(`/surveys/${id}/share`, { method: "DELETE" });
    announce(t("The link was taken back."));
    showShareLink(id);
  };
  setChildren(
    $("#share-survey"),
    el("label", {}, t("Anyone with this link can see the survey without positions, but not change it"), link),
    el("button", { type: "button", onclick: () => attempt(takeBack) }, t("Take the link back")),
  );
  link.select();
}
