// Who may use a survey: list, invite, change roles, leave.

import { ROOT, fetchApi, fetchJson } from "../app/api-client.js";
import { $, announce, el, setChildren, setText } from "../app/dom.js";
import { t } from "../app/language.js";
import { attempt } from "../app/problem.js";

const ROLES = { viewer: t("viewer"), annotator: t("annotator"), admin: t("admin") };

/**
 * Show the people of a survey, on servers that require tokens; others know nobody by name.
 * @param {any} survey
 * @param {() => Promise<void>} reload shows the survey again
 */
export async function showPeople(survey, reload) {
  $("#survey").dataset.role = survey.role; // styles show what the role allows
  const panel = $("#people");
  if (!panel) return;
  const { members } = await fetchJson(`/surveys/${survey.survey_id}/members`);
  setText($("#my-role"), t("Your role in this survey: {role}.", { role: ROLES[survey.role] }));
  setChildren($("#members"), ...members.map((member) => memberItem(survey, member, reload)));
  $("#survey-log").href = `${ROOT}/audit-log?survey=${survey.survey_id}`;
  $("#invite").onsubmit = (event) => {
    event.preventDefault();
    attempt(() => invite(survey.survey_id, reload), $("#invite .bad"));
  };
}

function memberItem(survey, member, reload) {
  const { name, role } = member;
  const path = `/surveys/${survey.survey_id}/members/${encodeURIComponent(name)}`;
  if (member.is_owner) return el("li", {}, name, " ", el("span", { class: "fine" }, t("created this survey")));
  const remove = async () => {
    if (!confirm(t("Remove {name} from this survey?", { name }))) return;
    await fetchApi(path, { method: "DELETE" });
    announce(t("{name} can no longer use this survey.", { name }));
    await reload();
  };
  let current = role;
  const change = async ({ target }) => {
    const chosen = target.value;
    target.value = current; // until the server has taken it
    await fetchApi(path, { method: "PUT", body: { role: chosen } });
    target.value = current = chosen;
    announce(t("{name} has another role.", { name }));
  };
  const options = Object.entries(ROLES).map(([value, text]) => el("option", { value, selected: value === role }, text));
  const select = el("select", { "aria-label": t("Role of {name}", { name }), onchange: (event) => attempt(() => change(event)) }, ...options);
  const button = el("button", { type: "button", "aria-label": t("Remove {name}", { name }), onclick: () => attempt(remove) }, "×");
  const isAdmin = survey.role === "admin";
  return el("li", {}, el("span", {}, name), isAdmin ? select : ROLES[role], isAdmin ? button : null);
}

async function invite(id, reload) {
  const form = $("#invite");
  const name = form.elements.name.value.trim();
  await fetchApi(`/surveys/${id}/members/${encodeURIComponent(name)}`, { method: "PUT", body: { role: form.elements.role.value } });
  announce(t("{name} can use this survey now.", { name }));
  form.reset();
  await reload();
}
