// What was measured, beside what is usual for the same voice, in words and figures.

import { make } from "./making.js";
import { signed, unusualWords } from "./saying.js";

const unit = (digits, name) => (value) => `${value.toFixed(digits)} ${name}`.replace("-", "\u2212");
const by = (digits, name) => (amount) => `${signed(amount, digits)} ${name}`;

/** Of each figure by its name: what it is called, its two directions, and how value and difference are written. */
const FIGURES = {
  pitch: ["Pitch", ["higher", "lower"], unit(0, "Hz"), by(1, "semitones")],
  melody: ["Melody", ["wider", "narrower"], unit(1, "semitones"), by(1, "semitones")],
  level: ["Loudness", ["louder", "quieter"], unit(1, "dB"), by(1, "dB")],
  rate: ["Pace", ["faster", "slower"], unit(1, "syllables/s"), by(0, "%")],
  pauses: ["Pauses", ["longer", "shorter"], unit(0, "% of the time"), by(0, "points")],
  voiced: ["Share of voice", ["larger", "smaller"], unit(0, "%"), by(0, "points")],
};

/** Return a table of `measured`: {activation, brightness, figures: {name: [value, usual, amount, z]}}. */
export function measuresTable(measured) {
  const body = make("tbody");
  for (const [name, figures] of Object.entries(measured.figures)) body.append(row(FIGURES[name], figures));
  const table = make("table", { className: "measures" }, caption(measured.activation), head(), body);
  return table;
}

function row([name, directions, written, difference], [value, usual, amount, z]) {
  const far = amount !== null && z !== null && Math.abs(z) >= 2;
  return make(
    "tr",
    { className: far ? "far" : "" },
    make("th", { scope: "row" }, name),
    make("td", {}, value === null ? "not known" : written(value)),
    make("td", {}, usual === null ? "\u2013" : written(usual)),
    make("td", {}, against(amount, z, directions, difference)),
  );
}

function against(amount, z, directions, difference) {
  if (amount === null) return "not known";
  return z === null ? difference(amount) : `${unusualWords(z, directions)} (${difference(amount)})`;
}

function head() {
  const cells = ["", "Here", "Usual", "Against what is usual for this voice"];
  return make("thead", {}, make("tr", {}, ...cells.map((cell) => make("th", { scope: "col" }, cell))));
}

function caption(activation) {
  return make("caption", {}, activationWords(activation));
}

/** Return the vocal activation, in deviations of the speaker's own, as a sentence. */
export function activationWords(activation) {
  if (activation === null) return "There is too little of this voice to say how excited it is against its usual.";
  const size = Math.abs(activation);
  const figure = `(${signed(activation)} of its own deviations)`;
  if (size < 1) return `The voice is about as excited as it usually is here ${figure}.`;
  const much = size >= 3 ? "far" : size >= 2 ? "clearly" : "a little";
  return `The voice is ${much} ${activation > 0 ? "more excited" : "calmer"} than it usually is here ${figure}.`;
}
