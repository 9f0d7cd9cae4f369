// What a live session looks like at a moment: the state in words, what can be pressed, time and money.

import { clock } from "./times.js";

const WORDS = {
  connecting: "Connecting…",
  listening: "Listening",
  waiting: "Your turn",
  thinking: "Thinking…",
  speaking: "Speaking",
  muted: "Muted",
  ended: "Ended",
};
const HINTS = {
  connecting: "Allow the microphone if the browser asks.",
  listening: "Just speak. It answers when you pause.",
  thinking: "",
  speaking: "Speak to interrupt.",
  muted: "Nothing you say is sent. Press M or the button to go on.",
  ended: "What was said is kept in the conversation.",
};
const HOLD_HINTS = {
  ...HINTS,
  listening: "Let go when you have finished.",
  waiting: "Hold the button or Space, and speak.",
  speaking: "Hold the button or Space to interrupt.",
};

const WARNING_MS = 12_000;

export class Panel {
  #root;
  #at;
  #ticking = 0;
  #calming = 0;

  constructor(root) {
    this.#root = root;
    const found = {};
    this.#at = (selector) => (found[selector] ??= root.querySelector(selector));
  }

  /** `state` is a name in WORDS or "ready", whose words are `begin`. */
  show({ state, phase, muted, holds, held, begin, again }) {
    Object.assign(this.#root.dataset, { state, phase });
    this.#root.toggleAttribute("data-muted", muted);
    this.#root.toggleAttribute("data-held", held);
    setText(this.#at(".state"), WORDS[state] ?? "");
    setText(this.#at(".hint"), this.#hint(state, { muted, holds, begin, again }));
    this.#showButtons({ phase, muted, holds, held, begin });
  }

  cost({ nanousd, per_minute_nanousd }) {
    setText(this.#at(".cost"), dollars(nanousd));
    setText(this.#at(".rate"), dollars(per_minute_nanousd));
  }

  /** Forget the last session's sums. */
  forget() {
    setText(this.#at(".cost"), "…");
    setText(this.#at(".rate"), "…");
    this.#at(".sums").hidden = false;
  }

  /** Put the sums away of a session that never stood. */
  hideSums() {
    this.#at(".sums").hidden = true;
  }

  startClock(seconds) {
    this.stopClock();
    const tick = () => setText(this.#at(".time"), clock(seconds()));
    tick();
    this.#ticking = setInterval(tick, 500);
  }

  stopClock() {
    clearInterval(this.#ticking);
  }

  /** Say what went wrong; what is `passing` goes away when the line stands again. */
  complain(sentence, passing = false) {
    clearTimeout(this.#calming);
    setText(this.#at(".sentence"), sentence);
    this.#at(".trouble").toggleAttribute("data-passing", passing);
    this.#at(".trouble").hidden = false;
  }

  /** Say what need not be dealt with, for a while. */
  warn(sentence) {
    this.complain(sentence, true);
    this.#calming = setTimeout(() => this.calm(), WARNING_MS);
  }

  calm() {
    this.#at(".trouble").hidden = true;
  }

  #hint(state, { muted, holds, begin, again }) {
    if (state === "ready") return begin;
    if (state === "connecting" && again) return "";
    if (state === "speaking" && muted) return "Your microphone is muted.";
    return (holds ? HOLD_HINTS : HINTS)[state];
  }

  #showButtons({ phase, muted, holds, held, begin }) {
    const [orb, mute] = [this.#at(".orb"), this.#at(".mute")];
    const running = phase === "live" || phase === "connecting";
    orb.disabled = phase === "connecting";
    orb.ariaLabel = phase === "live" ? (holds ? "Hold to speak" : "Microphone") : phase === "ended" ? "Start again" : begin;
    orb.ariaPressed = phase === "live" ? String(holds ? held : !muted) : null;
    this.#at(".end").hidden = !running;
    mute.hidden = !running || holds; // what is not held is not sent anyway
    this.#at(".typing").hidden = phase !== "live";
    mute.disabled = phase !== "live";
    mute.ariaPressed = String(muted);
    setText(mute.querySelector("span"), muted ? "Unmute" : "Mute");
  }
}

/** An amount for people, as the pages show it: two significant digits below a dollar, cents above. */
function dollars(nanousd) {
  if (nanousd === null || nanousd === undefined) return "unknown";
  if (nanousd === 0) return "free";
  const amount = nanousd / 1e9;
  if (amount >= 1) return `$${amount.toFixed(2)}`;
  if (amount < 0.0001) return "<$0.0001";
  return `$${amount.toFixed(Math.min(4, Math.max(2, 1 - Math.floor(Math.log10(amount)))))}`;
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
