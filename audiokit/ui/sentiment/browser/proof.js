// The proof of one passage: its sound and words, what was measured, and each reading with its reason, side by side.

import { correctionForm } from "./correcting.js";
import { silence } from "./hearing.js";
import { button, make } from "./making.js";
import { measuresTable } from "./measures.js";
import { arousalWords, many, sentimentWords, signed } from "./saying.js";
import { clock } from "./times.js";
import { sign } from "./tones.js";

const END_S = 0.05;
const TOGETHER = {
  aligned: ["\u2713", "The readings go together."],
  contrasting: ["\u21c4", "The readings differ. That they do is the finding; neither is right."],
  not_enough: ["\u2026", "There is not enough evidence to say whether the readings go together."],
};

export class Proof {
  #dialog;
  #tell;
  #data = null;
  #passage = null;
  #playsUntil = null;

  /** `tell(event, detail)` hears: "play" (seconds), "step" (by), "correct" ({id, …}), "closed" (id). */
  constructor(dialog, tell) {
    [this.#dialog, this.#tell] = [dialog, tell];
    dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
    dialog.addEventListener("close", () => {
      this.#playsUntil = null;
      tell("closed", this.#passage.id);
    });
  }

  /** The passage that is shown, or null. */
  get id() {
    return this.#dialog.open ? this.#passage?.id : null;
  }

  show(data, passage) {
    const wasOpen = this.#dialog.open;
    [this.#data, this.#passage] = [data, passage];
    this.#dialog.replaceChildren(...this.#parts());
    this.#dialog.scrollTop = 0;
    if (!wasOpen) this.#dialog.showModal();
    this.#dialog.querySelector(wasOpen ? ".step" : ".clip").focus();
  }

  /** Show what is known by now of the passage that is shown, unless somebody is writing. */
  renew(data, passage) {
    if (!this.#dialog.open) return;
    if (!passage) return this.#dialog.close();
    if (JSON.stringify(passage) === JSON.stringify(this.#passage)) return;
    const [top, focus] = [this.#dialog.scrollTop, this.#dialog.getRootNode().activeElement?.className];
    [this.#data, this.#passage] = [data, passage];
    this.#dialog.replaceChildren(...this.#parts());
    this.#dialog.scrollTop = top;
    const again = focus && [...this.#dialog.querySelectorAll("button")].find(({ className }) => className === focus);
    (again ?? this.#dialog.querySelector(".close")).focus({ preventScroll: true });
  }

  /** The clip ends where its passage does. */
  place(seconds, playing) {
    if (this.#playsUntil === null || !playing) return;
    if (seconds < this.#passage.start - 1) return void (this.#playsUntil = null);
    if (seconds < this.#playsUntil - END_S) return;
    this.#playsUntil = null;
    silence();
  }

  close() {
    if (this.#dialog.open) this.#dialog.close();
  }

  // --- what is seen ---------------------------------------------------------------------------------------------

  #parts() {
    const { agreement, measured } = this.#passage;
    const [mark, sentence] = TOGETHER[agreement];
    const together = make("p", { className: `together ${agreement}` }, make("b", { "aria-hidden": "true" }, mark), ` ${sentence} `);
    if (agreement !== "not_enough") together.append(make("small", {}, this.#passage.why));
    return [
      this.#heading(),
      this.#quote(),
      together,
      make("div", { className: "readings" }, this.#words(), this.#voice()),
      section("Measured", measured ? measuresTable(measured) : note("Nothing was measured here.")),
      this.#data.fixed ? null : correctionForm(this.#data, this.#passage, (told) => this.#tell("correct", told)),
      make("p", { className: "standing" }, "Signals from this recording, not a diagnosis."),
    ].filter(Boolean);
  }

  #heading() {
    const { start, end, speaker } = this.#passage;
    const name = this.#data.speakers.find(({ number }) => number === speaker)?.name;
    const index = this.#data.passages.indexOf(this.#passage);
    const at = `${clock(start)}\u2013${clock(end)}`;
    const play = button("\u25b6 Play this passage", () => this.#play(), { className: "clip first", disabled: !this.#data.digest });
    const step = (label, by, disabled) =>
      button(by < 0 ? "\u2190" : "\u2192", () => this.#tell("step", by), { className: `step to${by}`, title: label, "aria-label": label, disabled });
    return make(
      "header",
      {},
      make("h2", { id: "proof-of" }, name ? `${name}, ${at}` : at),
      make(
        "div",
        { className: "acts" },
        play,
        step("Passage before", -1, index <= 0),
        step("Next passage", 1, index === this.#data.passages.length - 1),
        button("\u2715", () => this.#dialog.close(), { className: "close", title: "Close", "aria-label": "Close" }),
      ),
    );
  }

  #play() {
    this.#playsUntil = this.#passage.end;
    this.#tell("play", this.#passage.start);
  }

  /** The words of the passage, with what the reading of the words rests on marked among them. */
  #quote() {
    const { text, words, heard, unsure } = this.#passage;
    if (!text) return note("No words were recognised here.");
    const quote = words?.quote ?? "";
    const at = quote ? text.toLowerCase().indexOf(quote.toLowerCase()) : -1;
    const box = make("blockquote", { dir: "auto" });
    if (at < 0) box.append(text);
    else box.append(text.slice(0, at), make("mark", {}, text.slice(at, at + quote.length)), text.slice(at + quote.length));
    if (heard !== null) box.append(make("cite", {}, `Recognised as: \u201c${heard}\u201d`));
    if (unsure.length > 0) box.append(make("cite", {}, `The recogniser was unsure of ${doubtful(text, unsure)}.`));
    return box;
  }

  #words() {
    const { words } = this.#passage;
    if (!words) return section("What the words say", note(this.#passage.pending ? "Being read\u2026" : "Not read."));
    const said = line(sentimentWords(words.sentiment), words.sentiment === null ? null : signed(words.sentiment), words.confidence);
    return section("What the words say", said, scale(words.sentiment), reason(words.reason), by(words.model));
  }

  #voice() {
    const { first, second, again, changed } = this.#passage;
    const title = "What the voice suggests";
    if (!this.#data.reads_voice) return section(title, note("Reading voices is switched off for this recording."));
    if (!first && !second) return section(title, note(this.#passage.pending ? "Being read\u2026" : "Not read."));
    const counts = second ?? first;
    const parts = [...this.#reading(counts), by(counts.model)];
    if (second && first) parts.push(this.#secondOpinion(first, second, changed));
    if (again.length) parts.push(this.#runs([first, ...again]));
    return section(title, ...parts);
  }

  #reading(voice) {
    const [label, family] = this.#data.tones[voice.tone];
    const said = line(label, null, voice.confidence);
    said.classList.add(`tone-${family}`);
    said.prepend(sign(family), " ");
    const figures = [
      voice.arousal === null ? null : `${arousalWords(voice.arousal)} (${signed(voice.arousal)})`,
      voice.sentiment === null ? null : `sounds ${sentimentWords(voice.sentiment)} (${signed(voice.sentiment)})`,
    ].filter(Boolean);
    return [said, figures.length ? make("p", {}, figures.join(", ")) : null, reason(voice.reason)];
  }

  #secondOpinion(first, second, changed) {
    const was = `${this.#data.tones[first.tone][0]} (${first.confidence})`;
    const is = `${this.#data.tones[second.tone][0]} (${second.confidence})`;
    const sentence = changed
      ? `A second opinion changed the first: from ${was} to ${is}.`
      : `A second opinion did not change the first: ${was}, then ${is}.`;
    return make(
      "details",
      {},
      make("summary", {}, sentence),
      make("p", {}, "The first, by ", make("b", {}, first.model || "the smaller model"), ": ", first.reason || "no reason given"),
    );
  }

  #runs(runs) {
    const counts = new Map();
    for (const { tone } of runs) counts.set(tone, (counts.get(tone) ?? 0) + 1);
    const ordered = [...counts].sort(([, a], [, b]) => b - a);
    const told = ordered.map(([tone, n]) => `${this.#data.tones[tone][0]} ${n}\u00d7`).join(", ");
    const agree = ordered[0][1];
    const sentence = `Asked ${many(runs.length, "time")}, it said the same ${agree === runs.length ? "each time" : `${agree} of ${runs.length} times`}: ${told}.`;
    return make("p", { className: "runs" }, sentence);
  }
}

/** Name the words of a text that the recogniser was unsure of, each with how sure it was. */
function doubtful(text, unsure) {
  const words = text.match(/\S+/g) ?? [];
  return unsure.map(([place, percent]) => `\u201c${words[place]}\u201d (${percent} %)`).join(", ");
}

function section(title, ...children) {
  return make("section", {}, make("h3", {}, title), ...children);
}

function line(words, figure, confidence) {
  const said = make("p", { className: "said-of" }, make("strong", {}, words));
  if (figure) said.append(` ${figure}`);
  said.append(make("small", {}, `${confidence} confidence`));
  return said;
}

/** A line from -1 to +1, with a mark where the value is. */
function scale(value) {
  if (value === null) return null;
  const mark = make("i");
  mark.style.left = `${50 + 50 * Math.max(-1, Math.min(1, value))}%`;
  return make("div", { className: "scale", "aria-hidden": "true" }, mark);
}

function reason(words) {
  return make("p", { className: "reason" }, words || "No reason was given.");
}

function by(model) {
  return model ? make("p", { className: "by" }, `Read by ${model}`) : null;
}

function note(words) {
  return make("p", { className: "note" }, words);
}
