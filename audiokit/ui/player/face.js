// What a player looks like at a moment: texts, buttons and what a screen reader is told. Only what changed is touched.

import { clock, spoken } from "./times.js";

const SAID = { waiting: "Waiting…", speaking: "Speaking", paused: "Paused", blocked: "Press play to listen", ready: "" };

export class Face {
  #root;
  #at;

  constructor(root) {
    this.#root = root;
    const found = {};
    this.#at = (selector) => (found[selector] ??= root.querySelector(selector));
  }

  name(label) {
    this.#at(".wave").setAttribute("aria-label", `Position in: ${label}`);
  }

  /** `state` is a name in SAID, `waited` and `length` are seconds; while it `grows`, its length is not told.
   * `about` is what there is to say of the position, or nothing. */
  show({ state, playing, position, length, grows, waited, about }) {
    const seen = state === "speaking" && !playing ? "paused" : state;
    if (this.#root.dataset.state !== seen) this.#root.dataset.state = seen;
    this.#root.toggleAttribute("data-playing", playing && seen !== "waiting");
    setText(this.#at(".said"), SAID[seen]);
    setText(this.#at(".time"), time({ seen, position, length, grows, waited }));
    this.#showPosition(position, length, about);
  }

  /** Show what can be pressed. */
  offer({ playing, empty, blocked, fixed }) {
    const play = this.#at(".play");
    play.disabled = empty && !blocked;
    play.ariaLabel = playing ? "Pause" : "Play";
    this.#at(".back").disabled = this.#at(".forward").disabled = empty;
    this.#at(".speed").disabled = fixed;
    this.#at(".wave").ariaDisabled = String(empty);
  }

  offerDownload(url) {
    const link = this.#at(".download");
    link.hidden = !url;
    if (url) link.href = url;
    else link.removeAttribute("href");
  }

  complain(sentence, canRetry) {
    this.#at(".sentence").textContent = sentence;
    this.#at(".again").hidden = !canRetry;
    this.#at(".trouble").hidden = false;
  }

  calm() {
    this.#at(".trouble").hidden = true;
  }

  #showPosition(position, length, about) {
    const wave = this.#at(".wave");
    const [now, most] = [Math.round(position), Math.round(length)];
    if (wave.ariaValueNow === String(now) && wave.ariaValueMax === String(most)) return;
    wave.ariaValueNow = now;
    wave.ariaValueMax = most;
    const where = `${spoken(position)} of ${spoken(length)}`;
    wave.ariaValueText = about ? `${where}, ${about}` : where;
  }
}

function time({ seen, position, length, grows, waited }) {
  if (seen === "waiting") return waited >= 1 ? `${Math.floor(waited)} s` : "";
  if (seen === "blocked") return "";
  return grows ? clock(position) : `${clock(position)} / ${clock(length)}`;
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
