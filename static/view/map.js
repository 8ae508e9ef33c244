// A photo, its chunks and where one looks -> a canvas; knows nothing of mouse, finger or key.

import { paint, point, tick } from "./overlay.js";

const MOST = 8; // canvas pixels to one of the photo

/** A photo that can be looked at closely, with marks on its chunks. */
export class PhotoMap {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    /** @type {CanvasImageSource|null} */
    this.image = null;
    this.size = { width: 1, height: 1 };
    /** @type {import("./states.js").Cell[]} */
    this.cells = [];
    this.look = { fade: 1, shown: new Set() };
    this.place = { scale: 1, x: 0, y: 0 };
    this.selected = -1;
    this.isFitted = true;
    this.drawing = 0;
    new ResizeObserver(() => this.resize()).observe(canvas);
  }

  /**
   * Show another photo whole.
   * @param {CanvasImageSource} image drawn over the whole of `size`, whatever pixels it has
   * @param {{width: number, height: number}} size of the photo, px
   * @param {import("./states.js").Cell[]} cells
   */
  show(image, size, cells) {
    Object.assign(this, { image, size, cells, selected: -1 });
    this.resize(true);
  }

  /** Take on the size that the page gives. */
  resize(anew = false) {
    const ratio = window.devicePixelRatio || 1;
    const width = Math.round(this.canvas.clientWidth * ratio);
    const height = Math.round(this.canvas.clientHeight * ratio);
    if (!width || !height) return;
    if (anew || width !== this.canvas.width || height !== this.canvas.height) {
      [this.canvas.width, this.canvas.height] = [width, height];
      if (anew || this.isFitted) this.fit();
    }
    this.draw();
  }

  get least() {
    return Math.min(this.canvas.width / this.size.width, this.canvas.height / this.size.height);
  }

  /** Show the whole photo. */
  fit() {
    const scale = this.least;
    this.isFitted = true;
    this.place = {
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
    const scale = Math.min(Math.max(MOST, this.least), Math.max(this.least, this.place.scale * factor));
    if (scale <= this.least) return this.fit();
    const by = scale / this.place.scale;
    this.isFitted = false;
    this.place = {
      scale,
      x: centre.x - (centre.x - this.place.x) * by,
      y: centre.y - (centre.y - this.place.y) * by,
    };
    this.keep();
  }

  /**
   * Move the photo.
   * @param {number} dx canvas pixels
   * @param {number} dy canvas pixels
   */
  pan(dx, dy) {
    this.place.x += dx;
    this.place.y += dy;
    this.keep();
  }

  /** Leave no empty edge while the photo is larger than the canvas. */
  keep() {
    for (const [axis, side] of [["x", "width"], ["y", "height"]]) {
      const room = this.canvas[side] - this.size[side] * this.place.scale;
      this.place[axis] = room > 0 ? room / 2 : Math.min(0, Math.max(room, this.place[axis]));
    }
    this.draw();
  }

  /**
   * Find the chunk under a point of the canvas.
   * @param {{x: number, y: number}} at canvas pixels
   * @returns {number} index, -1 outside the photo
   */
  at({ x, y }) {
    const [px, py] = [(x - this.place.x) / this.place.scale, (y - this.place.y) / this.place.scale];
    return this.cells.findIndex((c) => px >= c.x && py >= c.y && px < c.x + c.width && py < c.y + c.height);
  }

  /**
   * Mark a chunk and bring it into sight.
   * @param {number} index -1 for none
   */
  select(index) {
    this.selected = index;
    const cell = this.cells[index];
    if (cell && !this.isFitted) {
      const { scale, x, y } = this.place;
      const shift = (from, length, whole) => Math.max(0, -from) - Math.max(0, from + length - whole);
      this.place.x += shift(x + cell.x * scale, cell.width * scale, this.canvas.width);
      this.place.y += shift(y + cell.y * scale, cell.height * scale, this.canvas.height);
      this.keep();
    }
    this.draw();
  }

  /** Draw in the next frame; asked for many times, drawn once. */
  draw() {
    cancelAnimationFrame(this.drawing);
    this.drawing = requestAnimationFrame(() => this.drawNow());
  }

  drawNow() {
    const { context, canvas, place, size } = this;
    context.fillStyle = "#1b262b";
    context.fillRect(0, 0, canvas.width, canvas.height);
    if (!this.image) return;
    context.imageSmoothingEnabled = place.scale < 2;
    context.drawImage(this.image, place.x, place.y, size.width * place.scale, size.height * place.scale);
    paint(context, this.cells, place, this.look);
    for (const cell of this.cells) if (cell.corrected) tick(context, cell, place);
    if (this.cells[this.selected]) point(context, this.cells[this.selected], place);
    canvas.classList.toggle("near", !this.isFitted);
  }
}
