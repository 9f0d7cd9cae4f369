// The words under the sound: as they come, as they stand in the end, and, where their times are known, as they are said.

import { Choosing } from "./choosing.js";
import { Cues } from "./cues.js";
import { Follow } from "./follow.js";

const EARLY_S = 0.03; // a word is marked this much before it is said: about when the frame is seen
const UNSPACED = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\u3000-\u303f\uff00-\uffef]$/u; // stands without spaces

export class Words {
  #root;
  #follow;
  #choosing;
  #stream = null;
  #shown = ""; // what the page gave last, so that the same is not drawn twice
  #timed = []; // [text, start_s, end_s] of each word
  #cues = null;
  #spans = []; // of each word; none until somebody may see them
  #near = false;
  #said = 0; // how many words are marked as over
  #now = -1; // the one marked as being said
  #followed = -1; // the one last brought into view

  /** `play(seconds)` is called when the person chooses a word. */
  constructor(root, play, signal) {
    this.#root = root;
    this.#follow = new Follow(root, signal);
    this.#choosing = new Choosing(root, signal, {
      choose: (index) => play(this.#cues.start(index)),
      current: () => this.#now,
      reach: (word) => this.#follow.reveal(word),
    });
  }

  /** Follow the words as they come; `onFail(sentence)` if the reply ends early. */
  follow(url, onFail) {
    this.#root.dataset.growing = "";
    this.#stream = new EventSource(url); // reconnects by itself, and says what it has
    this.#stream.addEventListener("message", ({ data }) => this.#append(JSON.parse(data)));
    this.#stream.addEventListener("end", ({ data }) => this.#end(() => this.show(JSON.parse(data))));
    this.#stream.addEventListener("fail", ({ data }) => this.#end(() => onFail(JSON.parse(data))));
  }

  /** Show what was said: plain text, or words with times, `[text, start_s, end_s]` each. */
  show(words) {
    if (words.length === 0) return;
    this.close();
    const given = JSON.stringify(words);
    if (given === this.#shown) return;
    this.#shown = given;
    this.#plain();
    if (typeof words === "string") return void this.#write(words);
    this.#timed = words;
    this.#cues = new Cues(words.map(([, start, end]) => [start, end]));
    this.#write(pieces(words).flat().join(""));
    if (this.#near) this.#split();
  }

  /** The player is about to be seen: from now on words can be chosen and marked. */
  approach() {
    this.#near = true;
    if (this.#cues) this.#split();
  }

  /** Mark the word that is said at `seconds`; `playing` words are kept in view. */
  mark(seconds, playing) {
    if (this.#spans.length === 0) return;
    const [said, now] = this.#cues.at(seconds + EARLY_S);
    if (said !== this.#said || now !== this.#now) this.#change(said, now);
    if (!playing || now < 0 || now === this.#followed) return;
    this.#followed = now;
    this.#follow.to(this.#spans[now]);
  }

  /** Mark nothing: the sound has not begun, or is over. */
  rest() {
    this.#change(0, -1);
  }

  /** Follow what is said again, because the person pressed play or went to another place. */
  attend() {
    this.#follow.again();
    this.#followed = -1;
  }

  close() {
    this.#stream?.close();
    this.#stream = null;
    delete this.#root.dataset.growing;
  }

  clear() {
    this.close();
    this.#plain();
    this.#shown = "";
    this.#root.replaceChildren();
  }

  #append(text) {
    this.#root.append(wrapped(text));
    this.#follow.toEnd();
  }

  #end(then) {
    this.close();
    then();
  }

  #write(text) {
    if (this.#root.textContent !== text) this.#root.textContent = text;
  }

  /** Become text that only is read. */
  #plain() {
    [this.#timed, this.#cues, this.#spans, this.#said, this.#now] = [[], null, [], 0, -1];
    this.#choosing.end();
  }

  /** Wrap each word, where it stands. */
  #split() {
    if (this.#spans.length > 0) return;
    const parts = pieces(this.#timed);
    this.#spans = parts.map(([text]) => wrapped(text));
    this.#root.replaceChildren(...parts.flatMap(([, after], i) => (after ? [this.#spans[i], after] : [this.#spans[i]])));
    this.#choosing.begin(this.#spans);
  }

  // Between two neighbouring words only these two change, and each of them once.
  #change(said, now) {
    const until = Math.min(this.#spans.length - 1, Math.max(said, this.#said));
    for (let i = Math.min(said, this.#said); i <= until; i++) {
      const name = i === now ? "now" : i < said ? "over" : "";
      if (this.#spans[i].className !== name) this.#spans[i].className = name;
    }
    [this.#said, this.#now] = [said, now];
  }
}

function wrapped(text) {
  const span = document.createElement("span");
  span.textContent = text;
  return span;
}

/** Return each word and what stands after it: its own white space, else a space where the script has one. */
function pieces(words) {
  return words.map(([text], i) => {
    const word = text.trimEnd();
    const own = text.slice(word.length);
    if (own || i === words.length - 1) return [word, own];
    return [word, UNSPACED.test(word) && UNSPACED.test(words[i + 1][0].slice(0, 1)) ? "" : " "];
  });
}
