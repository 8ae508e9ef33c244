// The page of a user's tokens: log in, list, create, revoke.

import { ROOT, fetchApi, fetchJson, toApiError, token } from "../app/api-client.js";
import { $, announce, el, setChildren, setText } from "../app/dom.js";
import { formatTime, t } from "../app/language.js";
import { attempt } from "../app/problem.js";

const when = (seconds) => (seconds === null ? null : formatTime(new Date(seconds * 1000)));

async function showTokens() {
  $("#log-in").hidden = token.get() !== null;
  $("#tokens").hidden = token.get() === null;
  if (token.get() === null) return;
  const { user, tokens } = await fetchJson("/tokens");
  setText($("#tokens-title"), t("Tokens of {user}", { user }));
  setChildren($("#rows"), ...tokens.map(row));
}

function row(one) {
  const name = one.name || t("Token {id}", { id: one.token_id });
  const revoke = el("button", { type: "button", "aria-label": t("Revoke {name}", { name }), onclick: () => attempt(() => revokeToken(one, name)) }, t("Revoke"));
  return el(
    "tr",
    {},
    el("td", {}, one.is_this ? t("{name} (this browser)", { name }) : name),
    el("td", {}, one.scopes.join(", ")),
    el("td", {}, when(one.created_at)),
    el("td", {}, when(one.last_used_at) ?? t("never")),
    el("td", {}, when(one.expires_at) ?? t("never")),
    el("td", {}, revoke),
  );
}

async function revokeToken(one, name) {
  const what = one.is_this ? t("This logs this browser out.") : t("Whatever uses it must then get another one.");
  if (!confirm(t("Revoke {name}? {what}", { name, what }))) return;
  await fetchApi(`/tokens/${one.token_id}`, { method: "DELETE" });
  if (one.is_this) token.remove();
  announce(t("{name} is revoked.", { name }));
  await showTokens();
}

async function createToken() {
  const form = $("#create");
  const chosen = new FormData(form);
  const days = chosen.get("days") ? Number(chosen.get("days")) : null;
  const body = { name: chosen.get("name").trim(), scopes: chosen.getAll("scope"), days };
  const created = await fetchJson("/tokens", { method: "POST", body });
  const field = el("input", { readonly: true, value: created.token });
  setChildren($("#created"), el("label", {}, t("Copy the token now: it cannot be shown again"), field));
  field.select();
  form.reset();
  await showTokens();
}

async function logIn() {
  const form = $("#log-in form");
  const answer = await fetch(`${ROOT}/api/token_auth/`, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  const said = await answer.text();
  if (answer.status === 400) throw new Error(t("Unable to log in with this name and password."));
  if (!answer.ok) throw toApiError(answer.status, said, answer.headers.get("Retry-After"));
  token.set(JSON.parse(said).token);
  location.reload();
}

function bind(form, action) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(action);
  });
}

bind($("#log-in form"), logIn);
bind($("#create"), createToken);
await attempt(showTokens);
document.documentElement.dataset.ready = "tokens";
