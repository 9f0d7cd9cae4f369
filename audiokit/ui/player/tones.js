// How a voice sounds along a recording: a lane of stretches in colour and pattern, and what each of them means.
//
// A family of tones has a colour, a pattern and a sign, so that it can be told in any two of them. The colours stand in
// tones.css; the names here are those that Python gives.

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 10;

/** Of each family: its name, what it means, and its sign in a box of 12 by 12. */
export const FAMILIES = {
  bright: { name: "Bright", means: "excited and pleasant", sign: "M6 1.4 11 10.6H1Z" },
  warm: { name: "Warm", means: "calm and pleasant", sign: "M6 1.2a4.8 4.8 0 1 0 .01 0Z" },
  heated: { name: "Heated", means: "excited and unpleasant", sign: "M6 .6 11.4 6 6 11.4.6 6Z" },
  low: { name: "Low", means: "calm and unpleasant", sign: "M6 10.6 1 1.4h10Z" },
  even: { name: "Even", means: "neither", sign: "M1 4.2h10v3.6H1Z" },
  unknown: { name: "Cannot tell", means: "no tone was perceived for sure", sign: "M4 4.4a2 2 0 1 1 2.9 1.8c-.7.3-.9.7-.9 1.4m0 2v.2" },
};

const PATTERNS = {
  bright: { size: 6, d: "M-1 7 7-1M-1 1 1-1M5 7 7 5" },
  warm: { size: 5, d: "M2.5 2v1" },
  heated: { size: 3, d: "M1.5-1v5" },
  low: { size: 5, d: "M-1 2.5h8" },
};

/** Return the sign of a family, to stand beside its name. */
export function sign(family) {
  const svg = element("svg", { viewBox: "0 0 12 12", class: `sign tone-${family}`, "aria-hidden": "true" });
  svg.append(element("path", { d: FAMILIES[family].sign }));
  return svg;
}

/** Draw `stretches` ([start_s, end_s, family, …]) of a sound of `duration` seconds into `svg`, `width` pixels wide. */
export function drawLane(svg, stretches, duration, width) {
  svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  const found = new Map();
  for (const [start, end, family] of stretches) {
    const [from, to] = [(start / duration) * width, (end / duration) * width];
    const box = `M${from.toFixed(1)} 0h${Math.max(0.8, to - from - 0.4).toFixed(1)}v${HEIGHT}H${from.toFixed(1)}Z`;
    found.set(family, (found.get(family) ?? "") + box);
  }
  svg.replaceChildren(element("defs"), ...Array.from(found, ([family, d]) => lane(svg, family, d)));
  svg.firstElementChild.append(...Object.entries(PATTERNS).map(pattern));
}

export class Tones {
  #wave;
  #lane;
  #legend;
  #tones = [];
  #duration = 0;
  #shown = "[]";
  #width = 0;
  #observer = new ResizeObserver(([{ contentRect }]) => {
    this.#width = contentRect.width;
    this.#draw();
  });

  constructor(root) {
    this.#wave = root.querySelector(".wave");
    this.#lane = root.querySelector(".lane");
    this.#legend = root.querySelector(".legend");
    root.classList.add("toned");
  }

  /** Take `tones`; returns whether they are others than before. */
  show(tones, duration) {
    const given = JSON.stringify([duration, tones]);
    if (tones.length === 0 && this.#tones.length === 0) return false;
    if (given === this.#shown) return false;
    [this.#shown, this.#tones, this.#duration] = [given, tones, duration];
    this.#wave.toggleAttribute("data-toned", tones.length > 0);
    this.#lane.toggleAttribute("hidden", tones.length === 0);
    this.#explain();
    this.#draw();
    return true;
  }

  approach() {
    this.#observer.observe(this.#wave);
  }

  close() {
    this.#observer.disconnect();
  }

  /** Return the class of the bar at this share of the sound, or null. */
  colour(share) {
    const tone = this.#at(share * this.#duration);
    return tone && `tone-${tone[2]}`;
  }

  /** Return what is said of the stretch at `seconds`, or null. */
  label(seconds) {
    return this.#at(seconds)?.[3] ?? null;
  }

  #at(seconds) {
    let [low, high] = [0, this.#tones.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#tones[middle][0] <= seconds) low = middle + 1;
      else high = middle;
    }
    const tone = this.#tones[low - 1];
    return tone && seconds < tone[1] ? tone : null;
  }

  #draw() {
    if (this.#width > 0 && this.#duration > 0) drawLane(this.#lane, this.#tones, this.#duration, this.#width);
  }

  #explain() {
    const there = Object.keys(FAMILIES).filter((family) => this.#tones.some((tone) => tone[2] === family));
    this.#legend.hidden = there.length === 0;
    this.#legend.replaceChildren(...there.map(entry));
  }
}

function entry(family) {
  const { name, means } = FAMILIES[family];
  const item = document.createElement("li");
  const meaning = document.createElement("span");
  meaning.textContent = means;
  item.append(sign(family), `${name} `, meaning);
  return item;
}

function lane(svg, family, d) {
  const group = element("g", { class: `tone-${family}` });
  group.append(element("path", { d, class: "ground" }));
  if (family in PATTERNS) group.append(element("path", { d, fill: `url(#pattern-${family})` }));
  return group;
}

function pattern([family, { size, d }]) {
  const made = element("pattern", { id: `pattern-${family}`, width: size, height: size, patternUnits: "userSpaceOnUse" });
  made.append(element("path", { d, class: "hatch" }));
  return made;
}

function element(name, attributes = {}) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
