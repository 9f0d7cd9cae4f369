// One passage of the transcript: when, who, what was said, and its chips. It can be rewritten where it stands.

import { chipsOf } from "./chips.js";
import { button, make } from "./making.js";
import { clock } from "./times.js";

export const VOICES = ["#6d5df6", "#0f9f8f", "#d97706", "#db2777", "#0284c7", "#65a30d"];
const NO_WORDS = "No words were recognised here.";
const PENCIL = "M4 20h4L19 9l-4-4L4 16v4Z";

export class Passage {
  element;
  passage;
  #text;
  #told; // {data, play(seconds), open(), rewrite(text), rename(number, name)}

  constructor(passage, told, { isTold }) {
    [this.passage, this.#told] = [passage, told];
    this.#text = make("p", { className: "text", dir: "auto" });
    this.#write();
    const chips = make("div", { className: "chips" }, ...chipsOf(passage, told.data.tones, () => told.open()));
    const body = make("div", { className: "body" }, isTold ? this.#who() : null, this.#text, chips);
    if (passage.heard !== null) chips.append(this.#rewritten());
    const side = make("div", { className: "side" }, this.#at(), told.data.fixed ? null : this.#pencil());
    this.element = make("li", { className: "passage", "data-id": passage.id }, side, body);
    this.#text.addEventListener("click", ({ target }) => {
      if (String(getSelection()) === "") told.play(this.#start(target));
    });
  }

  /** Mark the passage as the one that is said, and its word at `seconds`. */
  mark(seconds) {
    if (!this.element.classList.contains("now")) this.#split();
    this.element.classList.add("now");
    const { times } = this.passage;
    if (this.#text.children.length === 0) return;
    const index = times.findLastIndex((start) => start <= seconds + 0.03);
    this.#text.querySelector(".said")?.classList.remove("said");
    this.#text.children[index]?.classList.add("said");
  }

  rest() {
    this.element.classList.remove("now");
    if (!this.#text.querySelector("textarea")) this.#write();
  }

  get isWritten() {
    return this.#text.isConnected;
  }

  #write() {
    const { text, unsure } = this.passage;
    this.#text.classList.toggle("wordless", !text);
    if (unsure.length === 0) return void (this.#text.textContent = text || NO_WORDS);
    const marked = new Map(unsure);
    const pieces = (text.match(/\S+/g) ?? []).flatMap((word, i) => [" ", marked.has(i) ? this.#word(word, i, marked) : word]);
    this.#text.replaceChildren(...pieces.slice(1));
  }

  /** A word by itself; one that the recogniser was unsure of says so, and how sure it was. */
  #word(word, index, marked) {
    const span = make("span", { "data-word": index }, word);
    if (!marked.has(index)) return span;
    span.className = "unsure";
    span.title = `The recogniser was unsure of this word: ${marked.get(index)} %`;
    return span;
  }

  /** Wrap each word, where as many times as words are known. */
  #split() {
    const { text, times } = this.passage;
    const words = text.match(/\S+/g) ?? [];
    if (times.length !== words.length || words.length === 0) return;
    const marked = new Map(this.passage.unsure);
    this.#text.replaceChildren(...words.flatMap((word, i) => [" ", this.#word(word, i, marked)]).slice(1));
  }

  #start(target) {
    return this.passage.times[target.dataset.word] ?? this.passage.start;
  }

  #at() {
    const { start, text } = this.passage;
    const label = `Play from ${clock(start)}: ${text.slice(0, 60) || NO_WORDS}`;
    return button(clock(start), () => this.#told.play(start), { className: "at", "aria-label": label });
  }

  #who() {
    const { data } = this.#told;
    const speaker = data.speakers.find(({ number }) => number === this.passage.speaker);
    if (!speaker) return null;
    const properties = { className: "who", disabled: data.fixed, title: data.fixed ? "" : "Rename this voice" };
    const who = button(speaker.name, () => this.#rename(who, speaker), properties);
    who.style.setProperty("--voice", VOICES[speaker.number % VOICES.length]);
    return who;
  }

  #rename(who, speaker) {
    const field = make("input", { value: speaker.name, maxLength: 60, "aria-label": "Name of this voice, wherever it speaks" });
    const done = (name) => {
      field.replaceWith(who);
      who.focus();
      if (name && name !== speaker.name) this.#told.rename(speaker.number, name);
    };
    const save = button("Save", () => done(field.value.trim()));
    const form = make("span", { className: "naming" }, field, save, button("Cancel", () => done("")));
    field.replaceWith = (other) => form.replaceWith(other);
    keys(field, { Enter: () => done(field.value.trim()), Escape: () => done("") });
    who.replaceWith(form);
    field.select();
  }

  #pencil() {
    const pencil = button("", () => this.#edit(pencil), { className: "pencil", title: "Edit the words", "aria-label": "Edit the words" });
    pencil.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${PENCIL}" /></svg>`;
    return pencil;
  }

  #edit(pencil) {
    const area = make("textarea", { value: this.passage.text, rows: 3, dir: "auto", "aria-label": "Words of this passage" });
    const done = (text) => {
      form.replaceWith(this.#text);
      pencil.focus();
      if (text !== null && text.trim() !== this.passage.text) this.#told.rewrite(text.trim());
    };
    const save = button("Save words", () => done(area.value), { className: "first" });
    const form = make("div", { className: "writing" }, area, save, button("Cancel", () => done(null)));
    keys(area, { Enter: (event) => (event.ctrlKey || event.metaKey) && done(area.value), Escape: () => done(null) });
    this.#text.replaceWith(form);
    area.focus();
  }

  #rewritten() {
    return make("span", { className: "rewritten", title: `Heard: ${this.passage.heard}` }, "words changed by hand");
  }
}

function keys(field, presses) {
  field.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.isComposing || !(event.key in presses)) return;
    if (presses[event.key](event) !== false && event.key === "Escape") event.preventDefault();
  });
}
