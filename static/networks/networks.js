// The page of networks: the list, the upload form, or the version in the URL.

import { token } from "../app/api-client.js";
import { $, el, setChildren } from "../app/dom.js";
import { LOCALE, t } from "../app/language.js";
import { attempt } from "../app/problem.js";
import { getNetworks, getVersions } from "./networks-api.js";
import { bindUploadForm, resetUploadForm } from "./upload-form.js";
import { bindVersion, openVersion } from "./version.js";

async function showList() {
  const [networks, versions] = await Promise.all([getNetworks(), getVersions()]);
  $("#no-networks").hidden = networks.length > 0;
  setChildren($("#networks"), ...networks.map((network) => networkItem(network, versions)));
}

function networkItem(network, versions) {
  const own = versions.filter((version) => version.network_id === network.id);
  const links = own.map((version) => el("a", { href: `#${version.id}` }, t("{name}, version {id}", { name: version.spec_name, id: version.id })));
  const created = new Date(network.create_date).toLocaleDateString(LOCALE, { dateStyle: "medium" });
  return el(
    "li",
    {},
    el("h2", {}, network.name),
    el("p", { class: "fine" }, t("Uploaded on {day}", { day: created })),
    ...(links.length ? links.map((link) => el("div", {}, link)) : [el("p", {}, t("No version: its outputs are not described."))]),
  );
}

async function showRoute() {
  const place = location.hash.slice(1);
  const hasToken = Boolean(token.get());
  $("#no-token").hidden = hasToken;
  $("#network-list").hidden = !hasToken || place !== "";
  $("#upload").hidden = !hasToken || place !== "new";
  $("#version").hidden = !hasToken || !Number(place);
  if (!hasToken) return;
  await attempt(async () => {
    if (place === "new") resetUploadForm();
    else if (Number(place)) await openVersion(Number(place));
    else await showList();
  });
}

$("#enter-token").addEventListener("click", () => $("#open-token").click());
bindUploadForm();
bindVersion();
window.addEventListener("hashchange", showRoute);
await showRoute();
document.documentElement.dataset.ready = "networks";
