// Keep only the rows in the document that are on the screen or near it, so that hundreds of photos scroll well.

const SPARE_ROWS = 3; // above and below the screen

/**
 * @template Item
 * @typedef {object} Rows
 * @property {HTMLElement} parent of the elements
 * @property {() => number} top px from the top of the screen to where the first row begins, or would
 * @property {(before: number, after: number) => void} reserve makes room, in px, for what is not in the document
 * @property {() => number} columns items in a row
 * @property {() => number} rowPx height of a row with its gap
 * @property {(item: Item) => string} keyOf
 * @property {(item: Item) => HTMLElement} create
 * @property {(element: HTMLElement) => void} remove is told of an element that leaves the document
 * @property {(element: HTMLElement, item: Item, index: number, count: number) => void} update
 */

/**
 * Show items in rows of the same height.
 * @template Item
 * @param {Rows<Item>} rows
 * @returns {{show: (items: Item[]) => void, refresh: (item: Item) => void, stop: () => void}}
 */
export function windowedRows(rows) {
  /** @type {Map<string, HTMLElement>} */
  const shown = new Map();
  let items = [];
  let frame = 0;

  function draw() {
    frame = 0;
    const columns = rows.columns();
    const rowPx = rows.rowPx();
    const total = Math.ceil(items.length / columns);
    const top = rows.top();
    const from = Math.min(total, Math.max(0, Math.floor(-top / rowPx) - SPARE_ROWS));
    const last = Math.min(total, Math.max(0, Math.ceil((window.innerHeight - top) / rowPx)) + SPARE_ROWS);
    rows.reserve(from * rowPx, Math.max(0, total - last) * rowPx);
    place(items.slice(from * columns, last * columns), from * columns);
  }

  function place(visible, start) {
    const keys = new Set(visible.map(rows.keyOf));
    for (const [key, element] of shown) {
      if (keys.has(key)) continue;
      rows.remove(element);
      element.remove();
      shown.delete(key);
    }
    let before = null;
    visible.forEach((item, index) => {
      const key = rows.keyOf(item);
      const element = shown.get(key) ?? rows.create(item);
      shown.set(key, element);
      rows.update(element, item, start + index, items.length);
      const next = before ? before.nextElementSibling : rows.parent.firstElementChild;
      if (next !== element) rows.parent.insertBefore(element, next); // an element in place keeps the focus
      before = element;
    });
  }

  const drawSoon = () => (frame ||= requestAnimationFrame(draw));
  for (const kind of ["scroll", "resize"]) window.addEventListener(kind, drawSoon, { passive: true });

  return {
    show(all) {
      items = all;
      draw();
    },
    refresh(item) {
      const element = shown.get(rows.keyOf(item));
      if (element) rows.update(element, item, items.indexOf(item), items.length);
    },
    stop() {
      for (const kind of ["scroll", "resize"]) window.removeEventListener(kind, drawSoon);
      cancelAnimationFrame(frame);
      shown.clear();
      rows.parent.replaceChildren();
    },
  };
}
