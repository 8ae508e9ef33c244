// Place longitudes and latitudes on a map of a few hundred pixels, and move and zoom it.

const LEAST_PX = 1.6; // of a degree of latitude, or less where the whole world would not fit
const MOST_PX = 1500; // 70 m to a pixel, far below what the coastlines can show
const KM = 111.2; // of a degree of latitude

/** @typedef {{longitude: number, latitude: number}} Position */

/** A map in equal steps of degrees; a degree of longitude is as wide as it is in the middle of the map. */
export class MapView {
  /** @param {number} width px @param {number} height px */
  constructor(width, height) {
    Object.assign(this, { width, height });
    this.showWorld();
  }

  showWorld() {
    this.centre = { longitude: 0, latitude: 0 };
    this.pxPerDegree = Math.max(this.least, Math.min(this.width / 360, this.height / 180));
  }

  /** Show all of some positions with a margin, at least a few degrees. @param {Position[]} positions */
  fit(positions) {
    const { west, width } = narrowest(positions.map(({ longitude }) => longitude));
    const latitudes = positions.map(({ latitude }) => latitude);
    const between = (values) => (Math.min(...values) + Math.max(...values)) / 2;
    const span = (values) => Math.max(...values) - Math.min(...values);
    this.centre = { longitude: shortWay(west + width / 2), latitude: between(latitudes) };
    const across = (this.width * 0.7) / (Math.max(4, width) * this.narrowing);
    this.pxPerDegree = clamp(Math.min(across, (this.height * 0.7) / Math.max(4, span(latitudes))), this.least, MOST_PX);
  }

  /** @param {number} factor */
  zoom(factor) {
    this.pxPerDegree = clamp(this.pxPerDegree * factor, this.least, MOST_PX);
  }

  /** Move what is shown. @param {number} dx px @param {number} dy px */
  pan(dx, dy) {
    const { longitude, latitude } = this.centre;
    this.centre = {
      longitude: shortWay(longitude - dx / (this.pxPerDegree * this.narrowing)),
      latitude: clamp(latitude + dy / this.pxPerDegree, -80, 80),
    };
  }

  /** The smallest scale: phones show the whole world too. */
  get least() {
    return Math.min(LEAST_PX, this.width / 360);
  }

  /** How much narrower a degree of longitude is than one of latitude. */
  get narrowing() {
    return Math.cos((this.centre.latitude * Math.PI) / 180);
  }

  /** Where a position is on the map. @param {Position} position @returns {{x: number, y: number}} px */
  place({ longitude, latitude }) {
    return {
      x: this.width / 2 + shortWay(longitude - this.centre.longitude) * this.pxPerDegree * this.narrowing,
      y: this.height / 2 - (latitude - this.centre.latitude) * this.pxPerDegree,
    };
  }

  /** The transformation from degrees east and south to px. @returns {number[]} of an SVG matrix */
  get matrix() {
    const [across, down] = [this.pxPerDegree * this.narrowing, this.pxPerDegree];
    return [across, 0, 0, down, this.width / 2 - this.centre.longitude * across, this.height / 2 + this.centre.latitude * down];
  }

  /** A round length for a scale, at most a quarter of the width. @returns {{km: number, px: number}} */
  get scale() {
    const most = (this.width / 4 / this.pxPerDegree) * KM;
    const power = 10 ** Math.floor(Math.log10(most));
    const km = power * [5, 2, 1].find((step) => step * power <= most);
    return { km, px: (km / KM) * this.pxPerDegree };
  }
}

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/**
 * The narrowest strip that holds all longitudes: it leaves out the widest gap between two of them.
 * @param {number[]} longitudes
 * @returns {{west: number, width: number}} degrees
 */
function narrowest(longitudes) {
  const sorted = [...longitudes].sort((a, b) => a - b);
  const gaps = sorted.map((east, index) => (index ? east - sorted[index - 1] : east + 360 - sorted.at(-1)));
  const widest = gaps.indexOf(Math.max(...gaps));
  return { west: sorted[widest], width: 360 - gaps[widest] };
}

/** The same angle between -180 and 180. */
const shortWay = (degrees) => degrees - 360 * Math.round(degrees / 360);
