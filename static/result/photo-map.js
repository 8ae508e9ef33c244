// Draw a photo and its chunks on a canvas; mouse, touch and keys are handled in map-controls.js.

import { drawBand, drawCorrection, drawOverlay, drawSelection } from "./overlay.js";

const FINGER_PX = 64; // CSS pixels that a chunk has after a zoom to it
const MAX_SCALE = 8; // canvas pixels to one of the photo

/** A photo that can be zoomed and panned, with marks on its chunks. */
export class PhotoMap {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    /** @type {CanvasImageSource|null} */
    this.image = null;
    this.size = { width: 1, height: 1 };
    /** @type {import("./chunk-states.js").Cell[]} */
    this.cells = [];
    this.overlayStyle = { opacity: 1, states: new Set() };
    this.view = { scale: 1, x: 0, y: 0 };
    this.selected = -1;
    /** @type {Set<number>} chunks that get a label together */
    this.marked = new Set();
    this.isMarking = false; // a drag marks chunks, also with a finger and while the photo is zoomed
    /** @type {{x: number, y: number, width: number, height: number}|null} where a drag is, canvas pixels */
    this.band = null;
    this.isFitted = true;
    this.frameRequest = 0;
    new ResizeObserver(() => this.resize()).observe(canvas);
  }

  /**
   * Show another photo whole.
   * @param {CanvasImageSource} image drawn over the whole of `size`, whatever pixels it has
   * @param {{width: number, height: number}} size of the photo, px
   * @param {import("./chunk-states.js").Cell[]} cells
   * @param {(() => void)|null} onZoom called at the first zoom: the image is small
   */
  show(image, size, cells, onZoom) {
    Object.assign(this, { image, size, cells, onZoom, selected: -1, marked: new Set() });
    this.resize(true);
  }

  /** Show the same photo with more pixels. @param {CanvasImageSource} image */
  replaceImage(image) {
    this.image = image;
    this.draw();
  }

  /** Adopt the size that the page gives. */
  resize(isNew = false) {
    const ratio = window.devicePixelRatio || 1;
    const width = Math.round(this.canvas.clientWidth * ratio);
    const height = Math.round(this.canvas.clientHeight * ratio);
    if (!width || !height) return;
    if (isNew || width !== this.canvas.width || height !== this.canvas.height) {
      [this.canvas.width, this.canvas.height] = [width, height];
      if (isNew || this.isFitted) this.fit();
    }
    this.draw();
  }

  get minScale() {
    return Math.min(this.canvas.width / this.size.width, this.canvas.height / this.size.height);
  }

  /** Show the whole photo. */
  fit() {
    const scale = this.minScale;
    this.isFitted = true;
    this.view = {
      scale,
      x: (this.canvas.width - this.size.width * scale) / 2,
      y: (this.canvas.height - this.size.height * scale) / 2,
    };
    this.draw();
  }

  /**
   * Zoom, keeping a point of the canvas where it is.
   * @param {number} factor
   * @param {{x: number, y: number}} [centre] canvas pixels
   */
  zoom(factor, centre = { x: this.canvas.width / 2, y: this.canvas.height / 2 }) {
    const scale = Math.min(Math.max(MAX_SCALE, this.minScale), Math.max(this.minScale, this.view.scale * factor));
    if (scale <= this.minScale) return this.fit();
    this.onZoom?.();
    this.onZoom = null;
    const by = scale / this.view.scale;
    this.isFitted = false;
    this.view = {
      scale,
      x: centre.x - (centre.x - this.view.x) * by,
      y: centre.y - (centre.y - this.view.y) * by,
    };
    this.clampView();
  }

  /**
   * How wide a chunk is on the screen.
   * @param {number} index
   * @returns {number} CSS pixels
   */
  shownSide(index) {
    const { width, height } = this.cells[index];
    return (Math.min(width, height) * this.view.scale * this.canvas.clientWidth) / this.canvas.width;
  }

  /**
   * Zoom until a chunk is large enough for a finger, and put it in the middle.
   * @param {number} index
   */
  zoomTo(index) {
    const cell = this.cells[index];
    this.zoom(FINGER_PX / this.shownSide(index));
    this.view.x = this.canvas.width / 2 - (cell.x + cell.width / 2) * this.view.scale;
    this.view.y = this.canvas.height / 2 - (cell.y + cell.height / 2) * this.view.scale;
    this.clampView();
  }

  /**
   * Move the photo.
   * @param {number} dx canvas pixels
   * @param {number} dy canvas pixels
   */
  pan(dx, dy) {
    this.view.x += dx;
    this.view.y += dy;
    this.clampView();
  }

  /** Leave no empty edge while the photo is larger than the canvas. */
  clampView() {
    for (const [axis, side] of [["x", "width"], ["y", "height"]]) {
      const room = this.canvas[side] - this.size[side] * this.view.scale;
      this.view[axis] = room > 0 ? room / 2 : Math.min(0, Math.max(room, this.view[axis]));
    }
    this.draw();
  }

  /**
   * Find the chunk under a point of the canvas.
   * @param {{x: number, y: number}} point canvas pixels
   * @returns {number} index, -1 outside the photo
   */
  chunkAt({ x, y }) {
    const [px, py] = [(x - this.view.x) / this.view.scale, (y - this.view.y) / this.view.scale];
    return this.cells.findIndex((c) => px >= c.x && py >= c.y && px < c.x + c.width && py < c.y + c.height);
  }

  /** Return the chunks whose middle lies in a rectangle. @param {{x: number, y: number, width: number, height: number}} box canvas pixels */
  chunksIn({ x, y, width, height }) {
    const { scale, x: left, y: top } = this.view;
    const isIn = (cell) => {
      const [px, py] = [left + (cell.x + cell.width / 2) * scale, top + (cell.y + cell.height / 2) * scale];
      return px >= x && px <= x + width && py >= y && py <= y + height;
    };
    return this.cells.flatMap((cell, index) => (isIn(cell) ? [index] : []));
  }

  /**
   * Mark a chunk and bring it into sight.
   * @param {number} index -1 for none
   */
  select(index) {
    this.selected = index;
    const cell = this.cells[index];
    if (cell && !this.isFitted) {
      const { scale, x, y } = this.view;
      const shift = (from, length, whole) => Math.max(0, -from) - Math.max(0, from + length - whole);
      this.view.x += shift(x + cell.x * scale, cell.width * scale, this.canvas.width);
      this.view.y += shift(y + cell.y * scale, cell.height * scale, this.canvas.height);
      this.clampView();
    }
    this.draw();
  }

  /** Draw in the next frame; several calls draw once. */
  draw() {
    cancelAnimationFrame(this.frameRequest);
    this.frameRequest = requestAnimationFrame(() => this.drawNow());
  }

  drawNow() {
    const { context, canvas, view, size } = this;
    context.fillStyle = "#1b262b";
    context.fillRect(0, 0, canvas.width, canvas.height);
    if (!this.image) return;
    context.imageSmoothingEnabled = view.scale < 2;
    context.drawImage(this.image, view.x, view.y, size.width * view.scale, size.height * view.scale);
    const corrected = this.cells.filter((cell) => cell.corrected);
    // The server's picture has the model's marks already.
    drawOverlay(context, this.overlayStyle.isForCorrections ? corrected : this.cells, view, this.overlayStyle);
    for (const cell of corrected) drawCorrection(context, cell, view);
    for (const index of this.marked) drawSelection(context, this.cells[index], view);
    if (this.band) drawBand(context, this.band);
    if (this.cells[this.selected]) drawSelection(context, this.cells[this.selected], view);
    canvas.classList.toggle("near", !this.isFitted);
    canvas.classList.toggle("marking", this.isMarking);
  }
}
