// How figures are said in words. Each word stands for a span of figures, and is said of both sides of zero.

const MINUS = "\u2212";
const [CLEAR, STRONG] = [0.25, 0.6]; // as in audiokit.sentiment.agreement

export function signed(value, digits = 1) {
  const shown = Math.abs(value).toFixed(digits);
  return Number(shown) === 0 ? shown : `${value < 0 ? MINUS : "+"}${shown}`;
}

/** Return a sentiment from -1 to +1 in words. */
export function sentimentWords(value) {
  if (value === null) return "no sign";
  if (Math.abs(value) < CLEAR) return "neutral";
  return `${Math.abs(value) >= STRONG ? "very " : ""}${value < 0 ? "negative" : "positive"}`;
}

export function arousalWords(value) {
  if (value === null) return "cannot tell";
  if (Math.abs(value) < CLEAR) return "neither calm nor excited";
  return `${Math.abs(value) >= STRONG ? "very " : ""}${value < 0 ? "calm" : "excited"}`;
}

/** Return how unusual a figure is for its speaker; `z` in deviations of their own. */
export function unusualWords(z, [above, below]) {
  const size = Math.abs(z);
  if (size < 1) return "as usual";
  const much = size >= 3 ? "far " : size >= 2 ? "clearly " : "a little ";
  return `${much}${z > 0 ? above : below} than usual`;
}

export function many(n, one, more = `${one}s`) {
  return `${n} ${n === 1 ? one : more}`;
}
