// The three chips of a passage: the tone of the voice, what the words say, and whether the two go together.

import { make } from "./making.js";
import { sentimentWords, signed } from "./saying.js";
import { sign } from "./tones.js";

const AGREEMENTS = {
  contrasting: ["\u21c4", "contrast"],
};

/** Return the chips; `open()` is called when one is pressed. `tones`: of each tone, its label and family. */
export function chipsOf(passage, tones, open) {
  const chips = [toneChip(passage, tones), contrastChip(passage), wordsChip(passage)].filter(Boolean);
  if (chips.length === 0) chips.push(chip("none", passage.pending ? "being read…" : "nothing was read"));
  for (const one of chips) one.addEventListener("click", open);
  return chips;
}

function toneChip({ tone, first, second, corrected }, tones) {
  const voice = second ?? first;
  if (!voice && !corrected?.tone) return null;
  const [label, family] = tones[tone];
  const sure = corrected?.tone ? "corrected" : voice.confidence;
  const made = chip(`tone tone-${family}`, label, `Voice: ${label}, ${corrected?.tone ? sure : `${sure} confidence`}`);
  made.prepend(sign(family));
  made.append(make("small", {}, sure));
  return made;
}

function contrastChip({ agreement }) {
  const known = AGREEMENTS[agreement];
  if (!known) return null;
  const made = chip("contrast", known[1]);
  made.prepend(make("b", { "aria-hidden": "true" }, known[0]));
  return made;
}

function wordsChip({ sentiment, words, corrected }) {
  if (!words && (corrected?.sentiment ?? null) === null) return null;
  const said = sentimentWords(sentiment);
  const made = chip("words", `words: ${said}`, `Words: ${said}${sentiment === null ? "" : `, ${signed(sentiment)}`}`);
  if (sentiment !== null) made.append(make("small", {}, signed(sentiment)));
  return made;
}

function chip(name, text, label = text) {
  const properties = { type: "button", className: `chip ${name}`, "aria-label": `${label}. Show the proof`, "aria-haspopup": "dialog" };
  return make("button", properties, text);
}
