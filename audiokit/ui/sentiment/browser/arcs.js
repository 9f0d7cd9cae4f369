// How a recording went, one line of curves for each voice: what the words say, how the voice sounds, what was measured.
// Pointing shows the words, a press plays from there; the same by keyboard. Where it turned stands as a mark on top.

import { onPlace, playFrom } from "./hearing.js";
import { button, lasting, make } from "./making.js";
import { arousalWords, sentimentWords, signed } from "./saying.js";
import { clock, spoken } from "./times.js";

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 84;
const EDGE = 6; // above and below the curves
const MOST_Z = 3; // deviations that fill the height
const DOTTED = 80; // up to so many points, each is drawn as a dot too
const GAP_S = 45; // a curve is not drawn over a longer silence of its voice
const TICKS_S = [5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600];

/** Of each curve: its place in a point, its name, its ends, and how a value is said. */
const CURVES = [
  { name: "words", at: 1, title: "Words", ends: "negative to positive", say: (v) => `words ${sentimentWords(v)} (${signed(v)})` },
  { name: "voice", at: 2, title: "Voice, as a model hears it", ends: "calm to excited", say: (v) => `voice ${arousalWords(v)} (${signed(v)})` },
  { name: "measured", at: 3, title: "Voice, as measured", ends: "calmer to more excited than usual", say: (v) => `measured ${signed(v * MOST_Z)} of its own deviations` },
];

class Arcs {
  #root;
  #data = null;
  #rows = [];
  #listening = new AbortController();
  #observer = new ResizeObserver(() => this.#rows.forEach((row) => row.draw()));

  constructor(root) {
    this.#root = root;
    this.#observer.observe(root);
    onPlace(({ digest, seconds }) => digest === this.#data?.digest && this.#rows.forEach((row) => row.heard(seconds)), this.#listening.signal);
  }

  show(data) {
    if (JSON.stringify(data) === JSON.stringify(this.#data)) return;
    this.#data = data;
    const there = CURVES.filter(({ at }) => data.voices.some(({ points }) => points.some((point) => point[at] !== null)));
    this.#root.querySelector(".key").replaceChildren(...there.map(keyEntry));
    this.#rows = data.voices.map((voice) => new Row(voice, data, there));
    this.#root.querySelector(".rows").replaceChildren(...this.#rows.map(({ element }) => element), axis(data.duration));
    this.#rows.forEach((row) => row.draw());
  }

  close() {
    this.#listening.abort();
    this.#observer.disconnect();
  }
}

class Row {
  element;
  #voice;
  #data;
  #curves;
  #svg = node("svg", { "aria-hidden": "true", preserveAspectRatio: "none" });
  #tip = make("span", { className: "tip", "aria-hidden": "true", hidden: true });
  #line = make("i", { className: "here" });
  #stage;
  #index = 0;

  constructor(voice, data, curves) {
    [this.#voice, this.#data, this.#curves] = [voice, data, curves];
    this.#stage = make(
      "div",
      { className: "stage", role: "slider", tabIndex: 0, "aria-label": `Arc of ${voice.name}`, "aria-describedby": "arcs-help", "aria-valuemin": "0" },
      this.#svg,
      this.#line,
      ...data.turnings.filter(({ speaker }) => speaker === voice.number || (speaker === null && voice === data.voices[0])).map((one) => this.#turning(one)),
      this.#tip,
    );
    this.element = make("div", { className: "row" }, make("span", { className: "name" }, voice.name), this.#stage);
    this.#stage.setAttribute("aria-valuemax", String(Math.max(0, voice.points.length - 1)));
    this.#listen();
    this.#tell();
  }

  draw() {
    const { clientWidth: width } = this.#stage;
    if (width === 0) return;
    this.#svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    const middle = node("path", { class: "zero", d: `M0 ${HEIGHT / 2}H${width}` });
    this.#svg.replaceChildren(middle, ...this.#curves.flatMap((curve) => this.#curve(curve, width)));
  }

  heard(seconds) {
    this.#line.style.left = `${(seconds / this.#data.duration) * 100}%`;
  }

  #curve({ name, at }, width) {
    let [d, dots, last] = ["", "", -Infinity];
    for (const point of this.#voice.points) {
      if (point[at] === null) continue;
      const x = ((point[0] / this.#data.duration) * width).toFixed(1);
      const y = (HEIGHT / 2 - point[at] * (HEIGHT / 2 - EDGE)).toFixed(1);
      d += point[0] - last > GAP_S ? `M${x} ${y}h.01` : `L${x} ${y}`;
      dots += `M${x} ${y}h.01`;
      last = point[0];
    }
    const curve = node("path", { class: `curve ${name}`, d });
    return this.#voice.points.length <= DOTTED ? [curve, node("path", { class: `dots ${name}`, d: dots })] : [curve];
  }

  #turning({ at, sentence }) {
    const label = `${clock(at)}: ${sentence} Play from there`;
    const mark = button("", () => playFrom(this.#data.digest, at), { className: "turning", title: `${clock(at)} \u00b7 ${sentence}`, "aria-label": label });
    mark.style.left = `${(at / this.#data.duration) * 100}%`;
    for (const event of ["pointerdown", "keydown"]) mark.addEventListener(event, (detail) => detail.stopPropagation());
    return mark;
  }

  #listen() {
    const on = (event, then) => this.#stage.addEventListener(event, then);
    on("pointermove", (event) => this.#point(event));
    on("pointerleave", () => (this.#tip.hidden = true));
    on("click", (event) => event.target.closest(".turning") || this.#play(this.#under(event)));
    on("keydown", (event) => this.#key(event));
    on("focus", () => this.#stage.matches(":focus-visible") && this.#explain(this.#index));
    on("blur", () => (this.#tip.hidden = true));
  }

  #under({ clientX }) {
    const { left, width } = this.#stage.getBoundingClientRect();
    const seconds = ((clientX - left) / width) * this.#data.duration;
    const { points } = this.#voice;
    let [low, high] = [0, points.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (points[middle][0] < seconds) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return 0;
    return low < points.length && points[low][0] - seconds < seconds - points[low - 1][0] ? low : low - 1;
  }

  #point(event) {
    if (this.#voice.points.length) this.#explain(this.#under(event));
  }

  /** Say what is known of one point, and where in the recording it is. */
  #explain(index) {
    const point = this.#voice.points[index];
    if (!point) return;
    const [seconds, , , , start, words] = point;
    const values = this.#curves.filter(({ at }) => point[at] !== null).map(({ at, say }) => say(point[at]));
    const said = make("q", {}, words || "\u2026");
    this.#tip.replaceChildren(make("b", {}, clock(start)), " ", said, ...values.map((value) => make("span", {}, value)));
    this.#tip.hidden = false;
    this.#tip.style.setProperty("--at", seconds / this.#data.duration);
  }

  #play(index) {
    const point = this.#voice.points[index];
    if (!point) return;
    this.#index = index;
    this.#tell();
    playFrom(this.#data.digest, point[4]);
  }

  #key(event) {
    const { key, altKey, ctrlKey, metaKey } = event;
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10, Home: -Infinity, End: Infinity };
    if (altKey || ctrlKey || metaKey) return;
    if (key === "Enter" || key === " ") this.#play(this.#index);
    else if (key === "Escape") this.#tip.hidden = true;
    else if (key in steps) this.#index = Math.min(this.#voice.points.length - 1, Math.max(0, this.#index + steps[key]));
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.#tell();
    if (key in steps) this.#explain(this.#index);
  }

  #tell() {
    const point = this.#voice.points[this.#index];
    this.#stage.setAttribute("aria-valuenow", String(this.#index));
    if (!point) return;
    const values = this.#curves.filter(({ at }) => point[at] !== null).map(({ at, say }) => say(point[at]));
    this.#stage.setAttribute("aria-valuetext", [spoken(point[4]), ...values, point[5]].join(", "));
  }
}

function keyEntry({ name, title, ends }) {
  const sample = node("svg", { viewBox: "0 0 28 8" });
  sample.append(node("path", { class: `curve ${name}`, d: "M1 4H27" }));
  return make("li", {}, sample, `${title} `, make("span", {}, ends));
}

/** Return the times below the curves: some four to eight of them. */
function axis(duration) {
  const step = TICKS_S.find((one) => duration / one <= 7) ?? 7200;
  const marks = [];
  for (let at = 0; at <= duration * 0.97; at += step) {
    const mark = make("span", {}, clock(at));
    mark.style.left = `${(at / duration) * 100}%`;
    marks.push(mark);
  }
  return make("div", { className: "row", "aria-hidden": "true" }, make("span", { className: "name" }), make("div", { className: "axis" }, ...marks));
}

function node(name, attributes = {}) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

export const show = lasting(Arcs);
