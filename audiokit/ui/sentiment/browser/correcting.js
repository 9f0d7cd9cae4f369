// What a person says instead of the readings. It is kept beside them, counts before them, and can be taken back.

import { button, make } from "./making.js";

const SENTIMENTS = [
  ["", "as read"],
  ["-0.8", "very negative"],
  ["-0.4", "negative"],
  ["0", "neutral"],
  ["0.4", "positive"],
  ["0.8", "very positive"],
];

/** Return the form; `keep({id, tone, sentiment, note})` is called with it, and with `{id, none: true}` to take it back. */
export function correctionForm(data, passage, keep) {
  const { id, corrected } = passage;
  const tones = Object.entries(data.tones).map(([value, [label]]) => [value, label]);
  const tone = select([["", "as read"], ...tones], corrected?.tone ?? "");
  const sentiment = select(withOwn(corrected?.sentiment ?? null), String(corrected?.sentiment ?? ""));
  const words = make("input", { value: corrected?.note ?? "", maxLength: 500, placeholder: "What makes you say so" });
  const told = make("span", { className: "told", role: "status" });
  const form = make("form", { className: "correcting" });
  const send = (event) => {
    event.preventDefault();
    const given = { tone: tone.value || null, sentiment: sentiment.value === "" ? null : Number(sentiment.value), note: words.value.trim() };
    if (given.tone === null && given.sentiment === null && !given.note) return void (told.textContent = "Choose what it should be, or write a note.");
    told.textContent = "Saving\u2026";
    keep({ id, ...given });
  };
  form.addEventListener("submit", send);
  form.append(
    make("h3", {}, corrected ? "Your correction" : "Is it something else?"),
    field("Voice", tone),
    field("Words", sentiment),
    field("Note", words),
    make("div", { className: "acts" }, make("button", { className: "keep first" }, "Keep the correction"), corrected ? back(id, keep) : null, told),
  );
  if (corrected) form.append(make("p", { className: "by" }, `Kept ${corrected.at}. No later reading overwrites it.`));
  return form;
}

function back(id, keep) {
  return button("Take it back", () => keep({ id, none: true }), { className: "back" });
}

function field(name, control) {
  return make("label", {}, make("span", {}, name), control);
}

function select(options, value) {
  const made = make("select", {}, ...options.map(([key, label]) => new Option(label, key)));
  made.value = value;
  return made;
}

/** What was corrected to a figure of its own, such as through the API, stays one of the choices. */
function withOwn(value) {
  const known = value === null || SENTIMENTS.some(([key]) => key === String(value));
  return known ? SENTIMENTS : [...SENTIMENTS, [String(value), String(value)]];
}
