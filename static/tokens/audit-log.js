// The page of the audit log: who did what, newest first, a page at a time.

import { fetchJson, ROOT, token } from "../app/api-client.js";
import { $, el } from "../app/dom.js";
import { formatTime, t } from "../app/language.js";
import { attempt } from "../app/problem.js";

const ACTIONS = {
  "log-in": t("logged in"),
  "user-added": t("added a user"),
  "user-disabled": t("disabled a user"),
  "user-enabled": t("enabled a user"),
  "password-set": t("set a password"),
  "user-deleted": t("deleted a user"),
  "token-created": t("created a token"),
  "token-revoked": t("revoked a token"),
  "survey-changed": t("changed a survey"),
  "survey-deleted": t("deleted a survey"),
  "photo-deleted": t("removed a photo"),
  correction: t("corrected chunks"),
  export: t("exported"),
  "role-set": t("gave a role"),
  "role-removed": t("removed a user from a survey"),
  "link-created": t("created a shared link"),
  "link-removed": t("took a shared link back"),
  "heat-stress-stored": t("stored the heat stress of a site"),
  "heat-stress-removed": t("removed the heat stress of a site"),
};
const survey = new URLSearchParams(location.search).get("survey");

async function showOlder(before) {
  const query = new URLSearchParams({ limit: "50", ...(survey && { survey_id: survey }), ...(before && { before }) });
  const { events, next } = await fetchJson(`/audit-log?${query}`);
  $("#rows").append(...events.map(row));
  $("#none").hidden = $("#rows").children.length > 0;
  $("#older").hidden = next === null;
  $("#older").onclick = () => attempt(() => showOlder(next));
}

function row(event) {
  const link = event.survey_id === null ? null : el("a", { href: `${ROOT}/surveys#${event.survey_id}` }, String(event.survey_id));
  return el(
    "tr",
    {},
    el("td", {}, formatTime(new Date(event.at * 1000))),
    el("td", {}, event.user ?? t("the operator")),
    el("td", {}, ACTIONS[event.action] ?? event.action),
    el("td", {}, event.target),
    el("td", {}, link),
  );
}

$("#log").hidden = token.get() === null;
$("#log-in-first").hidden = token.get() !== null;
if (token.get()) await attempt(() => showOlder(null));
document.documentElement.dataset.ready = "audit-log";
