// The page of classifiers: the list of collections, or the collection in the URL.

import { token } from "../app/api-client.js";
import { $, $$, announce, downloadFile, el, setChildren } from "../app/dom.js";
import { plural, t } from "../app/language.js";
import { attempt, showProblem } from "../app/problem.js";
import { closeCollection, openCollection, refresh } from "./collection.js";
import {
  addLabel,
  collectCorrections,
  createCollection,
  deleteCollection,
  getCollections,
  getExport,
  train,
} from "./collections-api.js";
import { collection } from "./current.js";
import { bindImages } from "./images.js";
import { bindNetworkModel } from "./network-model.js";
import { bindTrial } from "./trial.js";
import { bindUploads } from "./uploads.js";

const STATES = { none: t("Not trained yet"), training: t("Training"), trained: t("Trained"), failed: t("The last training failed") };

async function showList() {
  const collections = await getCollections();
  $("#no-collections").hidden = collections.length > 0;
  setChildren($("#collections"), ...collections.map(collectionItem));
}

function collectionItem(one) {
  const state = STATES[one.training.state];
  return el(
    "li",
    {},
    el("a", { href: `#${one.id}` }, one.name),
    one.description ? el("p", {}, one.description) : null,
    el("p", { class: "fine" }, one.current_version === null ? state : t("{state}, version {number} answers", { state, number: one.current_version })),
  );
}

async function showRoute() {
  const id = location.hash.slice(1);
  const hasToken = Boolean(token.get());
  $("#no-token").hidden = hasToken;
  $("#collection-list").hidden = !hasToken || Boolean(id);
  $("#collection").hidden = !hasToken || !id;
  closeCollection();
  if (!hasToken) return;
  await attempt(() => (id ? openCollection(id) : showList()));
}

function bindList() {
  $("#enter-token").addEventListener("click", () => $("#open-token").click());
  $("#new-collection").addEventListener("click", () => {
    $("#create-collection form").reset();
    showProblem("", $("#create-collection .bad"));
    $("#create-collection").showModal();
  });
  $("#create-collection form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = Object.fromEntries(new FormData(event.target));
    await attempt(async () => {
      const { id } = await createCollection(body);
      $("#create-collection").close();
      location.hash = id;
    }, $("#create-collection .bad"));
  });
  $("#collect").addEventListener("click", () =>
    attempt(async () => {
      const { id, corrections } = await collectCorrections();
      announce(plural(corrections, "{n} correction collected.", "{n} corrections collected."));
      location.hash = id;
    }),
  );
}

function bindCollection() {
  $("#add-label").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(async () => {
      await addLabel(collection().id, event.target.elements.name.value);
      event.target.reset();
      await refresh();
    });
  });
  for (const [selector, how] of [["#train", "train"], ["#retrain", "site-model"]]) {
    $(selector).addEventListener("click", () =>
      attempt(async () => {
        await train(collection().id, how);
        await refresh();
      }),
    );
  }
  $("#export").addEventListener("click", () =>
    attempt(async () => downloadFile(await getExport(collection().id), `${collection().name}.zip`)),
  );
  $("#delete").addEventListener("click", () =>
    attempt(async () => {
      if (!confirm(t("Permanently delete the collection {name} and its classifier?", { name: collection().name }))) return;
      await deleteCollection(collection().id);
      location.hash = "";
    }),
  );
}

for (const button of $$("[data-close]")) button.addEventListener("click", () => button.closest("dialog").close());
bindList();
bindCollection();
bindImages(refresh);
bindUploads(refresh);
bindTrial();
bindNetworkModel(refresh);
window.addEventListener("hashchange", showRoute);
await showRoute();
document.documentElement.dataset.ready = "classifiers";
