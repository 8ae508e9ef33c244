// Show the sites of surveys on a map that asks no other server: coastlines from static/vendor.

import { $, $$, el, setChildren } from "../app/dom.js";
import { bleachedCoverText, formatDate, formatPercent } from "../app/format.js";
import { t } from "../app/language.js";
import { LAND, STEP_DEGREES } from "../vendor/natural-earth/land.js";
import { MapView } from "./map-view.js";

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 352; // CSS px, as in surveys.css
const RADIUS = 9;
const STEP_PX = 60; // of an arrow key
const LETTER_PX = 7.2;

/** @typedef {{name: string, position: any, surveys: any[]}} Site */

/** @type {AbortController|null} */
let listening = null;

/**
 * Show the map.
 * @param {HTMLElement} section
 * @param {any[]} surveys with a position, by date
 */
export function showSiteMap(section, surveys) {
  listening?.abort(); // the list was shown before
  listening = new AbortController();
  const sites = sitesOf(surveys);
  const frame = $(".map-frame", section);
  const view = new MapView(frame.clientWidth || 320, HEIGHT);
  const drawing = new Drawing(frame, view, sites, (site) => showSurveys($("#site-surveys", section), site));
  setChildren($("#site-surveys", section));
  view.fit(sites.map(({ position }) => position));
  drawing.draw();
  bindMap(drawing, section, listening.signal);
}

/** Surveys of the same site lie together, at the place of the newest; without a site each is by itself. */
function sitesOf(surveys) {
  /** @type {Map<string, Site>} */
  const sites = new Map();
  for (const survey of surveys) {
    const key = survey.site || `${survey.survey_id}`;
    const before = sites.get(key)?.surveys ?? [];
    sites.set(key, { name: survey.site || survey.name, position: survey.position, surveys: [...before, survey] });
  }
  return [...sites.values()];
}

const newest = (site) => site.surveys.at(-1);

function siteWords(site) {
  const { bleached_cover: share } = newest(site);
  const date = formatDate(newest(site).date);
  if (share === null) return t("{site}: no figure for bleaching, {date}", { site: site.name, date });
  return t("{site}: {percent} of the coral looks bleached, {date}", { site: site.name, percent: formatPercent(share), date });
}

function showSurveys(parent, site) {
  const links = site.surveys.toReversed().map((survey) =>
    el("li", {}, el("a", { href: `#${survey.survey_id}` }, `${formatDate(survey.date)}, ${survey.name}`), el("p", {}, bleachedCoverText(survey))),
  );
  setChildren(parent, el("h3", {}, site.name), el("ul", { class: "surveys" }, ...links));
}

function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** The SVG element with the coastlines and the sites. */
class Drawing {
  constructor(frame, view, sites, onSelect) {
    Object.assign(this, { view, sites, onSelect, selected: null });
    this.land = svg("g", {}, ...[-360, 0, 360].map((shift) => svg("path", { class: "land", d: LAND, transform: `translate(${shift} 0) scale(${STEP_DEGREES})` })));
    this.marks = svg("g");
    this.bar = svg("g", { "aria-hidden": "true" });
    this.root = svg("svg", { viewBox: `0 0 ${view.width} ${view.height}`, role: "group", "aria-label": t("Map of the sites"), tabindex: 0 }, this.land, this.bar, this.marks);
    for (const site of sites) this.marks.append(this.markOf(site));
    setChildren(frame, this.root);
  }

  markOf(site) {
    const { severity } = newest(site);
    const mark = svg(
      "g",
      { class: "site", role: "button", tabindex: 0, "aria-label": siteWords(site) },
      svg("title", {}, siteWords(site)),
      svg("circle", { class: "touch", r: 22 }),
      svg("circle", { class: severity, r: RADIUS }),
      svg("circle", { class: "ring", r: RADIUS + 4 }),
      svg("text", { x: RADIUS + 6, y: 5 }),
    );
    const select = () => {
      for (const other of this.marks.children) other.removeAttribute("aria-current");
      mark.setAttribute("aria-current", "true");
      this.onSelect(site);
    };
    mark.addEventListener("click", select);
    mark.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      select();
    });
    return mark;
  }

  draw() {
    const { view } = this;
    this.land.setAttribute("transform", `matrix(${view.matrix.join(" ")})`);
    const places = this.sites.map(({ position }) => view.place(position));
    const taken = places.map(({ x, y }) => ({ x: x - RADIUS, y, width: 2 * RADIUS }));
    places.forEach((place, number) => this.moveMark(this.marks.children[number], this.sites[number], place, taken));
    this.drawScale();
  }

  /** Put a site in its place, with its name where that is free: to its right, or to its left at the edge. */
  moveMark(mark, site, { x, y }, taken) {
    mark.setAttribute("transform", `translate(${x} ${y})`);
    const share = newest(site).bleached_cover;
    const text = share === null ? site.name : `${site.name} ${formatPercent(share)}`;
    const width = text.length * LETTER_PX;
    const isLeft = x + RADIUS + 6 + width > this.view.width;
    const box = { x: isLeft ? x - RADIUS - 6 - width : x + RADIUS + 6, y, width };
    const isFree = !taken.some((other) => isOver(box, other));
    if (isFree) taken.push(box);
    const label = $("text", mark);
    label.textContent = isFree ? text : "";
    label.setAttribute("x", String(isLeft ? -RADIUS - 6 : RADIUS + 6));
    label.setAttribute("text-anchor", isLeft ? "end" : "start");
  }

  drawScale() {
    const { km, px } = this.view.scale;
    const y = this.view.height - 14;
    this.bar.replaceChildren(svg("line", { class: "scale", x1: 12, x2: 12 + px, y1: y, y2: y }), svg("text", { x: 12, y: y - 6 }, `${km} km`));
  }
}

/** Whether a name lies over a site or over another name; it is then told when its site is selected. */
const isOver = (one, other) => one.x < other.x + other.width && other.x < one.x + one.width && Math.abs(one.y - other.y) < 18;

const KEYS = { ArrowLeft: [STEP_PX, 0], ArrowRight: [-STEP_PX, 0], ArrowUp: [0, STEP_PX], ArrowDown: [0, -STEP_PX] };

function bindMap(drawing, section, signal) {
  const { view, sites, root } = drawing;
  const changed = (change) => {
    change();
    drawing.draw();
  };
  const actions = {
    in: () => view.zoom(2),
    out: () => view.zoom(0.5),
    sites: () => view.fit(sites.map(({ position }) => position)),
    world: () => view.showWorld(),
  };
  for (const button of $$("[data-map]", section)) button.addEventListener("click", () => changed(actions[button.dataset.map]), { signal });
  root.addEventListener("keydown", (event) => {
    const action = { "+": actions.in, "-": actions.out, "0": actions.sites }[event.key] ?? (KEYS[event.key] && (() => view.pan(...KEYS[event.key])));
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    changed(action);
  });
  bindDrag(root, (dx, dy) => changed(() => view.pan(dx, dy)));
}

function bindDrag(root, onMove) {
  let last = null;
  root.addEventListener("pointerdown", (event) => (last = event.target.closest(".site") ? null : event));
  root.addEventListener("pointermove", (event) => {
    if (!last || !event.buttons) return;
    const ratio = root.viewBox.baseVal.width / root.clientWidth;
    onMove((event.clientX - last.clientX) * ratio, (event.clientY - last.clientY) * ratio);
    last = event;
  });
  for (const end of ["pointerup", "pointercancel", "pointerleave"]) root.addEventListener(end, () => (last = null));
}
