// A table: its heading with what it can be taken away as, rows that can be pressed, columns that sort.
// A cell is {text} and maybe: sort, share (a bar), level ("warn", "over"), values (a line of days), note, said (for the ear).

import { button, lasting, make } from "./making.js";

const SVG = "http://www.w3.org/2000/svg";
const [LINE_W, LINE_H] = [96, 24];
const LONG = 12; // rows: more are scrolled, also by keys

/** Return a heading: its words, what else is said, and links to the same as a file. */
export function heading({ title, hint, links = [] }) {
  const files = links.map(({ label, href, said }) => make("a", { href, "aria-label": said, title: said, className: "file", download: "" }, label));
  const words = make("div", {}, make("h3", {}, title), hint ? make("p", { className: "hint" }, hint) : null);
  return make("header", {}, words, files.length ? make("nav", { "aria-label": `${title} as a file` }, ...files) : null);
}

/** Return what stands in a cell. */
export function content({ text, share, level, values, note, said, icon }) {
  const words = make("span", { className: `words ${level ?? ""}`, "aria-label": said ?? null, role: said ? "text" : null }, text);
  const parts = [icon ? make("span", { className: `mark ${level ?? ""}`, "aria-hidden": "true" }, icon) : null];
  if (share !== undefined && share !== null) parts.push(bar(share, level));
  if (values?.length > 1) parts.push(line(values));
  parts.push(text === "" ? null : words, note ? make("small", { className: "note" }, note) : null);
  return parts.filter(Boolean);
}

function bar(share, level) {
  const filled = make("i", {});
  filled.style.width = `${Math.min(100, Math.max(share > 0 ? 2 : 0, 100 * share))}%`;
  return make("span", { className: `bar ${level ?? ""}`, "aria-hidden": "true" }, filled);
}

function line(values) {
  const top = Math.max(...values) || 1;
  const step = LINE_W / (values.length - 1);
  const points = values.map((value, n) => `${(n * step).toFixed(1)},${(LINE_H - 2 - ((LINE_H - 4) * value) / top).toFixed(1)}`);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${LINE_W} ${LINE_H}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("class", "line");
  svg.setAttribute("aria-hidden", "true");
  for (const [name, d] of [["area", `M0,${LINE_H} L${points.join(" L")} L${LINE_W},${LINE_H} Z`], ["stroke", `M${points.join(" L")}`]]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    path.setAttribute("class", name);
    svg.append(path);
  }
  return svg;
}

const ordered = (of) => of.sort ?? of.text;

class Table {
  #root;
  #data = null;
  #tell = () => {};
  #by = null;
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
    this.#root.setAttribute("aria-label", this.#data.title);
    const body = make("tbody", { role: "rowgroup" }, ...this.#rows().map((row) => this.#row(row)));
    const empty = this.#data.rows.length ? null : make("p", { className: "empty" }, this.#data.empty);
    const table = this.#data.rows.length ? make("table", { role: "table", "aria-label": this.#data.title }, this.#head(), body) : null;
    const isLong = this.#data.rows.length > LONG;
    const scrolled = table ? make("div", { className: isLong ? "scrolled long" : "scrolled", tabindex: isLong ? "0" : null }, table) : null;
    this.#root.replaceChildren(...[heading(this.#data), scrolled, empty].filter(Boolean));
    if (focused) [...this.#root.querySelectorAll("[data-key]")].find(({ dataset }) => dataset.key === focused)?.focus({ preventScroll: true });
  }

  #rows() {
    const at = this.#data.columns.findIndex(({ name }) => name === this.#by);
    if (at < 0) return this.#data.rows;
    const rows = this.#data.rows.toSorted(({ cells: a }, { cells: b }) => {
      const [one, other] = [ordered(a[at]), ordered(b[at])];
      return one < other ? -1 : one > other ? 1 : 0;
    });
    return this.#backwards ? rows.reverse() : rows;
  }

  #head() {
    const cells = this.#data.columns.map(({ name, title, kind }) => {
      const sorted = this.#by === name ? (this.#backwards ? "descending" : "ascending") : "none";
      const arrow = this.#by === name ? (this.#backwards ? " \u2193" : " \u2191") : "";
      const label = button(`${title}${arrow}`, () => this.#sort(name, kind), { "data-key": `sort-${name}`, title: `Sort by ${title.toLowerCase()}` });
      return make("th", { scope: "col", role: "columnheader", className: kind ?? "", "aria-sort": sorted }, kind === "trend" ? title : label);
    });
    return make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, ...cells));
  }

  #sort(name, kind) {
    [this.#by, this.#backwards] = [name, this.#by === name ? !this.#backwards : kind === "number" || kind === "share"];
    this.#draw();
  }

  #row({ id, cells, press }) {
    const pick = () => this.#tell("pick", id);
    const made = cells.map((cell, at) => {
      const { title, kind = "" } = this.#data.columns[at];
      const inner = at === 0 && press ? [button("", pick, { className: "pick", "data-key": `pick-${id}`, title: press })] : content(cell);
      if (at === 0 && press) inner[0].append(...content(cell));
      return make("td", { role: "cell", className: `${kind}${cell.wide ? " wide" : ""}`, "data-title": title }, ...inner);
    });
    const row = make("tr", { role: "row", className: press ? "pressed" : "" }, ...made);
    if (press) row.addEventListener("click", ({ target }) => target.closest("button, a") || String(getSelection()) !== "" || pick());
    return row;
  }
}

export const show = lasting(Table);
