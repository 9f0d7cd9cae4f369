// The ring around the button: a tick for each moment just past, as long as it was loud, running down both sides.

const TICKS = 36; // a side
const INNER = 80;
const LONGEST = 34;
const QUIETEST_DB = -52;
const LOUDEST_DB = -8;
const FRAME_MS = 50; // each costs a repaint

const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Ring {
  #paths;
  #levels = { mine: [], theirs: [] };
  #now = { mine: 0, theirs: 0 };
  #drawn = {};
  #timer = 0;

  constructor(svg) {
    this.#paths = { mine: svg.querySelector(".mine"), theirs: svg.querySelector(".theirs") };
    this.rest();
  }

  /** How loud the person is, 0…1 (RMS of full scale). */
  mine(level) {
    this.#hear("mine", level);
  }

  theirs(level) {
    this.#hear("theirs", level);
  }

  rest() {
    this.#now = { mine: 0, theirs: 0 };
    for (const side of ["mine", "theirs"]) {
      this.#levels[side] = new Array(TICKS).fill(0);
      this.#draw(side, "");
    }
    this.close();
  }

  close() {
    clearInterval(this.#timer);
    this.#timer = 0;
  }

  #hear(side, level) {
    const db = level > 0 ? 20 * Math.log10(level) : QUIETEST_DB;
    this.#now[side] = Math.min(1, Math.max(0, (db - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB)));
    this.#timer ||= setInterval(() => this.#run(), FRAME_MS);
  }

  #run() {
    for (const side of ["mine", "theirs"]) {
      const levels = this.#levels[side];
      levels.unshift(0.6 * this.#now[side] + 0.4 * levels[0]);
      levels.pop();
      if (still.matches) levels.fill(levels[0]); // it says how loud, and does not run
      this.#draw(side, ticks(levels));
    }
  }

  #draw(side, d) {
    if (this.#drawn[side] !== d) this.#paths[side].setAttribute("d", (this.#drawn[side] = d));
  }
}

function ticks(levels) {
  let d = "";
  levels.forEach((level, i) => {
    const length = LONGEST * level * (1 - (0.75 * i) / TICKS);
    if (length < 1) return;
    const angle = (Math.PI * (i + 0.5)) / TICKS; // from the top
    const [sin, cos] = [Math.sin(angle), -Math.cos(angle)];
    for (const way of [1, -1]) {
      const [x, y] = [way * sin, cos];
      d += `M${at(x, INNER)} ${at(y, INNER)}L${at(x, INNER + length)} ${at(y, INNER + length)}`;
    }
  });
  return d;
}

function at(direction, radius) {
  return (direction * radius).toFixed(1);
}
