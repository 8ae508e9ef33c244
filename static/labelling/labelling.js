// Show the least certain chunk, send the key that was pressed as its label, and show the next one.

const find = (selector) => /** @type {HTMLElement} */ (document.querySelector(selector));
/** @type {number|null} */
let place = null;
let isBusy = false;

/** @param {any} tile as the server describes it */
function show(tile) {
  place = tile.place;
  find("#count").textContent = `${tile.labelled} of ${tile.tiles} chunks labelled`;
  const picture = /** @type {HTMLImageElement} */ (find("#picture"));
  picture.hidden = place === null;
  if (place === null) {
    find("#about").textContent = "All chunks have a label.";
    return;
  }
  picture.src = `/tiles/${place}.webp`;
  const model = `The model says: ${tile.predicted}, ${Math.round(100 * tile.confidence)} %.`;
  find("#about").textContent = `${tile.photo}, chunk ${tile.number}. ${model}`;
}

/** @param {string} path @param {object} [body] sent as JSON */
async function ask(path, body) {
  if (isBusy) return;
  isBusy = true;
  try {
    const sent = body && { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
    const response = await fetch(path, sent);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    show(await response.json());
    find("#failure").textContent = "";
  } catch (failure) {
    find("#failure").textContent = `Not stored: ${failure.message}. Is "coralchunk label" still running?`;
  } finally {
    isBusy = false;
  }
}

/** @param {string} letter */
function label(letter) {
  if (place !== null) ask("/label", { place, letter });
}

const letters = new Set([...document.querySelectorAll("[data-letter]")].map((button) => button.dataset.letter));
for (const button of document.querySelectorAll("[data-letter]")) {
  button.addEventListener("click", () => label(button.dataset.letter));
}
find("#undo").addEventListener("click", () => ask("/undo", {}));
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const key = event.key.toUpperCase();
  if (letters.has(key)) label(key);
  else if (key === "Z" || event.key === "Backspace") ask("/undo", {});
});
ask("/tile");
