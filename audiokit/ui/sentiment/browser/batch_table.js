// The recordings of a batch, a row each: what is known of them at a glance. A press on a row opens it; a heading sorts.

import { button, lasting, make } from "./making.js";
import { clock } from "./times.js";
import { drawLane, FAMILIES } from "./tones.js";

const STRIP_PX = 132;
const NOTHING = "\u2013";
const COLUMNS = [
  ["name", "File", (row) => row.name.toLowerCase()],
  ["length", "Length", (row) => row.duration ?? -1],
  ["speakers", "Voices", (row) => row.speakers],
  ["strip", "Tone", null],
  ["turning", "Turning point", (row) => (row.turning ? 0 : 1)],
  ["contrasts", "Contrasts", (row) => row.contrasts],
  ["state", "Status", (row) => row.order],
  ["cost", "Cost", (row) => row.nanousd ?? -1],
];

class BatchTable {
  #root;
  #data = null;
  #tell = () => {};
  #by = null; // the column that sorts, and whether backwards
  #backwards = false;

  constructor(root) {
    this.#root = root;
  }

  show(data, tell) {
    this.#tell = tell;
    if (JSON.stringify(data) === JSON.stringify(this.#data)) return;
    this.#data = data;
    this.#draw();
  }

  close() {}

  #draw() {
    const focused = this.#root.getRootNode().activeElement?.dataset?.key;
    const body = make("tbody", { role: "rowgroup" }, ...this.#ordered().map((row) => this.#row(row)));
    const table = make("table", { role: "table" }, this.#head(), body);
    this.#root.replaceChildren(table);
    if (focused) [...this.#root.querySelectorAll("[data-key]")].find(({ dataset }) => dataset.key === focused)?.focus({ preventScroll: true });
  }

  #ordered() {
    const of = COLUMNS.find(([name]) => name === this.#by)?.[2];
    if (!of) return this.#data.rows;
    const ordered = this.#data.rows.toSorted((a, b) => (of(a) < of(b) ? -1 : of(a) > of(b) ? 1 : 0));
    return this.#backwards ? ordered.reverse() : ordered;
  }

  #head() {
    const cells = COLUMNS.map(([name, title, of]) => {
      const sorted = this.#by === name ? (this.#backwards ? "descending" : "ascending") : "none";
      const arrow = this.#by === name ? (this.#backwards ? " \u2193" : " \u2191") : "";
      const press = () => this.#sort(name);
      const label = of ? button(`${title}${arrow}`, press, { "data-key": `sort-${name}`, title: `Sort by ${title.toLowerCase()}` }) : title;
      return make("th", { scope: "col", role: "columnheader", className: name, "aria-sort": of ? sorted : null }, label);
    });
    return make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, ...cells, make("th", { role: "columnheader" }, make("span", { className: "unseen" }, "Actions"))));
  }

  #sort(name) {
    [this.#by, this.#backwards] = [name, this.#by === name ? !this.#backwards : name === "contrasts" || name === "cost" || name === "length"];
    this.#draw();
  }

  #row(row) {
    const open = () => this.#tell("open", row.id);
    const name = button(row.name, open, { className: "open", "data-key": `open-${row.id}`, title: `Open ${row.name}` });
    const cells = {
      name: [name],
      length: [row.duration === null ? NOTHING : clock(Math.round(row.duration))],
      speakers: [row.speakers ? String(row.speakers) : NOTHING],
      strip: [strip(row)],
      turning: [row.turning ?? NOTHING],
      contrasts: [row.counted ? String(row.contrasts) : NOTHING],
      state: [this.#state(row)],
      cost: [row.cost],
    };
    const made = COLUMNS.map(([column, title]) => {
      const className = cells[column][0] === NOTHING ? `${column} nothing` : column;
      return make("td", { role: "cell", className, "data-title": title }, ...cells[column]);
    });
    const line = make("tr", { role: "row", "data-id": row.id, className: row.state }, ...made, make("td", { role: "cell", className: "acts" }, ...this.#acts(row)));
    line.addEventListener("click", ({ target }) => target.closest("button") || String(getSelection()) !== "" || open());
    return line;
  }

  #state({ state, words, mark, sentence, busy }) {
    const badge = make("span", { className: `badge ${state}` }, make("b", { "aria-hidden": "true" }, mark), ` ${words}`);
    const bar = busy ? make("progress", { "aria-label": words }) : null; // how far it is, nobody knows
    return make("div", {}, badge, bar, sentence ? make("p", { className: "sentence" }, sentence) : null);
  }

  #acts({ id, name, can_retry: retries, can_remove: removes }) {
    const acts = [];
    if (retries) acts.push(button("Try again", () => this.#tell("retry", id), { className: "act", "data-key": `retry-${id}`, "aria-label": `Try ${name} again` }));
    if (removes) acts.push(button("\u2715", () => this.#tell("remove", id), { className: "act", "data-key": `remove-${id}`, title: "Take it out", "aria-label": `Take ${name} out` }));
    return acts;
  }
}

/** Return the tones of a recording in small, described in words. */
function strip({ strip: stretches, duration }) {
  if (!stretches.length || !duration) return NOTHING;
  if (stretches.every(([, , family]) => family === "unknown")) return make("span", { className: "quiet" }, "cannot tell");
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "lane");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", shares(stretches));
  drawLane(svg, stretches, duration, STRIP_PX);
  const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
  title.textContent = shares(stretches);
  svg.append(title);
  return svg;
}

function shares(stretches) {
  const seconds = {};
  for (const [start, end, family] of stretches) seconds[family] = (seconds[family] ?? 0) + end - start;
  const all = Object.values(seconds).reduce((sum, one) => sum + one, 0) || 1;
  const ordered = Object.entries(seconds).sort(([, a], [, b]) => b - a);
  return ordered.map(([family, one]) => `${FAMILIES[family].name} ${Math.round((100 * one) / all)} %`).join(", ");
}

export const show = lasting(BatchTable);
