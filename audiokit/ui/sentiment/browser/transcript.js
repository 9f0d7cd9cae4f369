// The transcript: passages with their chips. What is said is marked and followed; a press plays from there, a chip opens
// the proof. Python hears of it only when somebody corrects, rewrites or renames.

import { onPlace, onProof, playFrom } from "./hearing.js";
import { lasting, make } from "./making.js";
import { Passage } from "./passage.js";
import { Proof } from "./proof.js";
import { many } from "./saying.js";

const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };
const FOLLOWS = "audiokit:follows"; // in the browser's storage: whether the person wants to be taken along
const NOTHING = { heard: null, times: [], unsure: [], sentiment: null, pending: false, words: null, first: null, second: null, again: [], changed: false, measured: null, corrected: null };
const LINE = 0.3; // of the height: where a passage comes to stand that is followed

class Transcript {
  #root;
  #list;
  #follow;
  #filter;
  #proof;
  #data = null;
  #tell = () => {};
  #rows = new Map(); // of each passage by its id: its row, and what it was drawn from
  #shown = []; // the passages that the filter lets through
  #now = null; // the id of the passage that is said
  #reach = 0; // among those shown: the one whose buttons can be tabbed to
  #listening = new AbortController();

  constructor(root) {
    this.#root = root;
    this.#list = root.querySelector(".passages");
    this.#follow = root.querySelector(".follow input");
    this.#filter = root.querySelector(".filter");
    this.#proof = new Proof(root.querySelector("dialog"), (event, told) => this.#told(event, told));
    const { signal } = this.#listening;
    const on = (element, event, then, options) => element.addEventListener(event, then, { signal, ...options });
    this.#follow.checked = storage("getItem", FOLLOWS) !== "no";
    on(this.#follow, "change", () => this.#setFollow(this.#follow.checked));
    for (const event of ["wheel", "touchmove"]) on(this.#list, event, () => this.#setFollow(false), { passive: true });
    on(this.#filter, "change", () => this.#sift());
    on(this.#list, "keydown", (event) => this.#key(event));
    on(this.#list, "focusin", ({ target }) => this.#reachTo(target.closest(".passage")));
    onPlace((place) => this.#place(place), signal);
    onProof(({ digest, id }) => digest === this.#data?.digest && this.#show(id), signal);
  }

  show(given, tell) {
    const data = { ...given, passages: given.passages.map((passage) => ({ ...NOTHING, ...passage })) };
    [this.#data, this.#tell] = [data, tell];
    this.#root.querySelector(".legend").hidden = data.passages.every(({ unsure }) => unsure.length === 0);
    this.#draw();
    this.#offer();
    this.#sift();
    this.#proof.renew(data, data.passages.find(({ id }) => id === this.#proof.id));
  }

  close() {
    this.#listening.abort();
    this.#proof.close();
  }

  // --- passages -------------------------------------------------------------------------------------------------

  #draw() {
    const { passages, speakers, fixed } = this.#data;
    const names = new Map(speakers.map(({ number, name }) => [number, name]));
    const [rows, children, top] = [new Map(), [], this.#list.scrollTop];
    passages.forEach((passage, index) => {
      const isTold = speakers.length > 1 && passages[index - 1]?.speaker !== passage.speaker;
      const from = JSON.stringify([passage, fixed, isTold && names.get(passage.speaker)]);
      const was = this.#rows.get(passage.id);
      const row = was?.from === from && was.row.isWritten ? was.row : this.#row(passage, isTold);
      if (row !== was?.row && passage.id === this.#now) this.#now = null;
      rows.set(passage.id, { row, from });
      children.push(row.element);
    });
    const focused = this.#list.getRootNode().activeElement?.closest?.(".passage")?.dataset.id;
    this.#rows = rows;
    this.#list.replaceChildren(...children);
    this.#list.scrollTop = top;
    if (focused) rows.get(focused)?.row.element.querySelector("button")?.focus({ preventScroll: true });
  }

  #row(passage, isTold) {
    const { id } = passage;
    const told = {
      data: this.#data,
      play: (seconds) => this.#play(seconds),
      open: () => this.#show(id),
      rewrite: (text) => this.#told("rewrite", { id, text }),
      rename: (number, name) => this.#told("name", { number, name }),
    };
    const row = new Passage(passage, told, { isTold });
    for (const button of row.element.querySelectorAll("button")) button.tabIndex = -1;
    return row;
  }

  #told(event, told) {
    if (event === "play") return this.#play(told);
    if (event === "step") return this.#step(told);
    if (event === "closed") return this.#backTo(told);
    this.#say("Saving\u2026");
    this.#tell(event, JSON.stringify(told));
  }

  // --- which of them are shown ----------------------------------------------------------------------------------

  #offer() {
    const { passages, speakers, tones } = this.#data;
    const options = [["", "Everything"]];
    if (passages.some(({ agreement }) => agreement === "contrasting")) options.push(["contrast", "Readings contrast"]);
    if (passages.some(({ corrected }) => corrected)) options.push(["corrected", "Corrected by hand"]);
    for (const tone of Object.keys(tones))
      if (passages.some((one) => one.tone === tone && (one.first || one.corrected))) options.push([`tone:${tone}`, `Voice: ${tones[tone][0]}`]);
    if (speakers.length > 1) for (const { number, name } of speakers) options.push([`voice:${number}`, `Only ${name}`]);
    const known = JSON.stringify(options);
    if (this.#filter.dataset.known === known) return;
    const chosen = this.#filter.value;
    this.#filter.dataset.known = known;
    this.#filter.replaceChildren(...options.map(([value, name]) => new Option(name, value)));
    this.#filter.value = options.some(([value]) => value === chosen) ? chosen : "";
  }

  #sift() {
    const [kind, which] = this.#filter.value.split(":");
    const lets = {
      "": () => true,
      contrast: ({ agreement }) => agreement === "contrasting",
      corrected: ({ corrected }) => corrected !== null,
      tone: ({ tone }) => tone === which,
      voice: ({ speaker }) => String(speaker) === which,
    }[kind];
    this.#shown = this.#data.passages.filter(lets);
    const ids = new Set(this.#shown.map(({ id }) => id));
    for (const [id, { row }] of this.#rows) row.element.hidden = !ids.has(id);
    this.#reach = 0;
    this.#reachTo(this.#rows.get(this.#shown[0]?.id)?.row.element ?? null);
    const all = many(this.#data.passages.length, "passage");
    this.#say(ids.size === this.#data.passages.length ? all : `${ids.size} of ${all}`);
  }

  #say(words) {
    this.#root.querySelector(".told").textContent = words;
  }

  // --- what is heard --------------------------------------------------------------------------------------------

  #play(seconds) {
    if (this.#data.digest) playFrom(this.#data.digest, seconds);
  }

  #place({ digest, seconds, playing }) {
    if (digest !== this.#data?.digest || (seconds === 0 && !playing)) return;
    this.#proof.place(seconds, playing);
    const passage = this.#at(seconds);
    if (!passage) return;
    if (passage.id !== this.#now) {
      this.#rows.get(this.#now)?.row.rest();
      this.#now = passage.id;
      if (this.#follow.checked && playing) this.#bring(this.#rows.get(passage.id).row.element);
    }
    this.#rows.get(passage.id).row.mark(seconds);
  }

  /** Return the last passage that has begun; they stand in the order of time. */
  #at(seconds) {
    const { passages } = this.#data;
    let [low, high] = [0, passages.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (passages[middle].start <= seconds + 0.05) low = middle + 1;
      else high = middle;
    }
    return passages[low - 1];
  }

  #setFollow(follows) {
    if (this.#follow.checked !== follows) this.#follow.checked = follows;
    storage("setItem", FOLLOWS, follows ? "yes" : "no");
    const now = this.#rows.get(this.#now)?.row.element;
    if (follows && now) this.#bring(now);
  }

  #bring(element) {
    const { clientHeight, scrollTop } = this.#list;
    const top = element.offsetTop - LINE * clientHeight;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches || Math.abs(top - scrollTop) > 3 * clientHeight;
    this.#list.scrollTo({ top, behavior: still ? "instant" : "smooth" });
  }

  // --- keyboard -------------------------------------------------------------------------------------------------

  /** Let the buttons of this passage, and of no other, be reached by the tab key. */
  #reachTo(element) {
    for (const button of this.#list.querySelectorAll(".passage [tabindex='0']")) button.tabIndex = -1;
    if (!element) return;
    for (const button of element.querySelectorAll("button")) button.tabIndex = 0;
    this.#reach = Math.max(0, this.#shown.findIndex(({ id }) => id === element.dataset.id));
  }

  #key(event) {
    const { key, target } = event;
    if (!(key in STEPS) || target.matches("input, textarea, select") || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const column = target.closest(".passage") ? [...target.closest(".passage").querySelectorAll("button")].indexOf(target) : 0;
    const next = this.#shown[Math.min(this.#shown.length - 1, Math.max(0, this.#reach + STEPS[key]))];
    const buttons = this.#rows.get(next.id).row.element.querySelectorAll("button");
    this.#reachTo(this.#rows.get(next.id).row.element);
    (key === "Home" || key === "End" ? buttons[0] : (buttons[column] ?? buttons[0])).focus();
  }

  // --- proof ----------------------------------------------------------------------------------------------------

  #show(id) {
    const passage = this.#data.passages.find((one) => one.id === id);
    if (!passage) return;
    if (this.#rows.get(id).row.element.hidden) {
      this.#filter.value = "";
      this.#sift();
    }
    this.#bring(this.#rows.get(id).row.element);
    this.#proof.show(this.#data, passage);
  }

  /** The browser goes back to what opened the proof, unless that was drawn anew. */
  #backTo(id) {
    const [here, anywhere] = [this.#list.getRootNode().activeElement, document.activeElement];
    if (here ? !here.closest("dialog") : anywhere && anywhere !== document.body) return;
    this.#rows.get(id)?.row.element.querySelector(".chip")?.focus({ preventScroll: true });
  }

  /** Go to the proof of the next passage that is shown, or of the one before. */
  #step(by) {
    const index = this.#shown.findIndex(({ id }) => id === this.#proof.id);
    const next = this.#shown[index + by];
    if (next) this.#show(next.id);
  }
}

function storage(method, ...given) {
  try {
    return localStorage[method](...given);
  } catch {
    return null; // a browser may refuse to keep anything
  }
}

export const show = lasting(Transcript);
