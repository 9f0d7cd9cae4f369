// The waveform: the same bars three times, one on the other. How far it is played is how far the uppermost is uncovered
// (in CSS, by --played), so that nothing is redrawn while it plays and colours follow the theme.

const BAR_PX = 5; // from one bar to the next
const QUIETEST = 0.12; // full height is at least this loud, so that silence does not look like speech

export class Wave {
  #root;
  #layers;
  #peaks = [];
  #share = 1; // of the width, what the peaks fill
  #colour = () => null;
  #size = { width: 0, height: 0 };
  #observer = new ResizeObserver(([{ contentRect }]) => {
    this.#size = contentRect;
    this.#draw();
  });

  constructor(root) {
    this.#root = root;
    this.#layers = root.querySelectorAll("svg:not(.lane)");
  }

  /** The player is about to be seen: from now on there is something to see. */
  approach() {
    this.#observer.observe(this.#root);
  }

  /** Draw `peaks` (0…1) over the first `share` of the width; the rest is a quiet line. */
  show(peaks, share = 1) {
    this.#peaks = peaks;
    this.#share = share;
    this.#draw();
  }

  /** Give each bar the class that `colour(share)` names for its place in the width; null: none. */
  tint(colour) {
    this.#colour = colour;
    this.#draw();
  }

  /** Colour up to `share` of the width as played. */
  played(share) {
    this.#root.style.setProperty("--played", share);
  }

  close() {
    this.#observer.disconnect();
  }

  #draw() {
    const { width, height } = this.#size;
    if (width === 0) return;
    const bars = levels(this.#peaks, Math.floor(width / BAR_PX), this.#share);
    const pitch = width / bars.length;
    const lines = new Map(); // of each colour, what is drawn in it
    bars.forEach((level, i) => {
      const half = Math.max(0.01, (level * (height - 4)) / 2);
      const x = ((i + 0.5) * pitch).toFixed(1);
      const colour = this.#colour((i + 0.5) / bars.length);
      const line = `M${x} ${(height / 2 - half).toFixed(1)}V${(height / 2 + half).toFixed(1)}`;
      lines.set(colour, (lines.get(colour) ?? "") + line);
    });
    for (const layer of this.#layers) {
      layer.setAttribute("viewBox", `0 0 ${width} ${height}`);
      layer.replaceChildren(...Array.from(lines, ([colour, d]) => path(d, colour)));
    }
  }
}

/** Return `count` bar heights (0…1), of which the first `share` show the peaks. */
export function levels(peaks, count, share) {
  const filled = peaks.length ? Math.max(1, Math.round(count * share)) : 0;
  const loudest = peaks.reduce((most, peak) => Math.max(most, peak), QUIETEST);
  return Array.from({ length: count }, (_, i) => {
    if (i >= filled) return 0;
    const from = Math.floor((i * peaks.length) / filled);
    const to = Math.max(from + 1, Math.floor(((i + 1) * peaks.length) / filled));
    return Math.min(1, Math.max(...peaks.slice(from, to)) / loudest) ** 0.8;
  });
}

function path(d, colour) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "path");
  made.setAttribute("d", d);
  if (colour) made.setAttribute("class", colour);
  return made;
}
