// Zoom, pan and select chunks on a photo map with mouse, touch and keys.

const ZOOM_STEP = 1.35;
const PAN_STEP = 80; // canvas pixels a key
const SMALLEST_TARGET = 24; // CSS pixels; WCAG 2.2, 2.5.8
const TAP_TOLERANCE = 8; // pixels that a tap may move

/**
 * Let the user operate a map.
 * @param {import("./photo-map.js").PhotoMap} map
 * @param {{onSelect: (index: number) => void, onHover: (index: number, at: {x: number, y: number}) => void,
 *   onMark: (indexes: number[], isMore: boolean) => void}} handlers
 */
export function addMapControls(map, handlers) {
  handleWheel(map);
  handlePointers(map, handlers);
  handleKeys(map, handlers);
}

function canvasPoint(map, event) {
  const box = map.canvas.getBoundingClientRect();
  const ratio = map.canvas.width / box.width;
  return { x: (event.clientX - box.left) * ratio, y: (event.clientY - box.top) * ratio };
}

function handleWheel(map) {
  map.canvas.addEventListener(
    "wheel",
    (event) => {
      if (map.isFitted && event.deltaY > 0) return; // nothing to zoom out of: the page scrolls on
      event.preventDefault();
      map.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002)), canvasPoint(map, event));
    },
    { passive: false },
  );
}

function handlePointers(map, handlers) {
  const { canvas } = map;
  /** @type {Map<number, {x: number, y: number}>} */
  const down = new Map();
  let moved = 0;
  /** @type {{x: number, y: number}|null} where a drag that marks chunks began */
  let corner = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    corner = marks(map, event) && !down.size ? canvasPoint(map, event) : null;
    if (!down.size) moved = 0;
    down.set(event.pointerId, canvasPoint(map, event));
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const now = canvasPoint(map, event);
    const before = down.get(event.pointerId);
    if (!before) return event.pointerType === "mouse" && handlers.onHover(map.chunkAt(now), event);
    moved += Math.hypot(now.x - before.x, now.y - before.y);
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    if (corner && !other && moved > TAP_TOLERANCE) {
      map.band = boxBetween(corner, now);
      map.draw();
    } else if (other) pinch(map, before, now, other);
    else if (moved > TAP_TOLERANCE && !map.isFitted) map.pan(now.x - before.x, now.y - before.y);
    down.set(event.pointerId, now);
  });
  canvas.addEventListener("pointerup", (event) => {
    const { band } = map;
    map.band = null;
    if (band) handlers.onMark(map.chunksIn(band), event.shiftKey || map.isMarking);
    if (!down.delete(event.pointerId) || moved > TAP_TOLERANCE || down.size) return;
    const index = map.chunkAt(canvasPoint(map, event));
    if (map.isMarking && index >= 0) handlers.onMark([index], true);
    else if (event.pointerType === "touch" && index >= 0 && map.shownSide(index) <= SMALLEST_TARGET) map.zoomTo(index);
    else handlers.onSelect(index);
  });
  canvas.addEventListener("pointercancel", (event) => {
    map.band = null;
    down.delete(event.pointerId);
  });
  canvas.addEventListener("pointerleave", () => handlers.onHover(-1, { x: 0, y: 0 }));
  canvas.addEventListener("dblclick", (event) => map.zoom(2, canvasPoint(map, event)));
}

/** Does a drag that begins so mark chunks? With a mouse it does where there is nothing to pan. */
const marks = (map, event) => map.isMarking || event.shiftKey || (map.isFitted && event.pointerType === "mouse");

const boxBetween = (from, to) => ({
  x: Math.min(from.x, to.x),
  y: Math.min(from.y, to.y),
  width: Math.abs(from.x - to.x),
  height: Math.abs(from.y - to.y),
});

function pinch(map, before, now, other) {
  const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
  map.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
  const [far, near] = [Math.hypot(now.x - other.x, now.y - other.y), Math.hypot(before.x - other.x, before.y - other.y)];
  map.zoom(far / Math.max(1, near), middle);
}

function handleKeys(map, handlers) {
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  map.canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = arrows[event.key];
    if (arrow && event.shiftKey) map.pan(-arrow[0] * PAN_STEP, -arrow[1] * PAN_STEP);
    else if (arrow) handlers.onSelect(neighbour(map, arrow));
    else if (event.key === "+" || event.key === "=") map.zoom(ZOOM_STEP);
    else if (event.key === "-") map.zoom(1 / ZOOM_STEP);
    else if (event.key === "0") map.fit();
    else if (event.key === "m" && map.selected >= 0) handlers.onMark([map.selected], true);
    else if (event.key === "Escape") {
      handlers.onMark([], false);
      handlers.onSelect(-1);
    }
    else return;
    event.preventDefault();
  });
}

/** Return the chunk next to the selected one, or the first if none is selected; at an edge, the same chunk. */
function neighbour(map, [dx, dy]) {
  const columns = map.cells.findIndex((cell) => cell.y > 0);
  const width = columns < 0 ? map.cells.length : columns;
  if (map.selected < 0) return 0;
  const [column, row] = [(map.selected % width) + dx, Math.floor(map.selected / width) + dy];
  if (column < 0 || column >= width || row < 0 || row * width >= map.cells.length) return map.selected;
  return row * width + column;
}
