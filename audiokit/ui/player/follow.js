// Keeps what is said in view, inside a text too long to be seen whole, until the person scrolls away.

const LINE = 0.3; // of the height: where a word comes to stand that had gone out of view
const LOWEST = 0.7; // of the height: below this, a word counts as going out of view

export class Follow {
  #box;
  #word = null; // what was followed last
  #touched = false; // the person has scrolled
  #away = false; // and looks elsewhere

  constructor(box, signal) {
    this.#box = box;
    const leave = () => (this.#touched = this.#away = true);
    for (const event of ["wheel", "touchmove"]) box.addEventListener(event, leave, { signal, passive: true });
    box.addEventListener("pointerdown", ({ target }) => target === box && leave(), { signal }); // its scroll bar
    // It may be the end of a movement of ours that began before the person's; theirs will end too.
    box.addEventListener("scrollend", () => (this.#away = this.#touched && !this.#isBack()), { signal });
  }

  again() {
    this.#touched = this.#away = false;
  }

  /** Bring `word` to where it is read, unless the person is elsewhere. */
  to(word) {
    this.#word = word;
    if (!this.#scrolls || this.#away || this.#isRead(word)) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const top = word.offsetTop - LINE * this.#box.clientHeight;
    this.#box.scrollTo({ top, behavior: still ? "instant" : "smooth" });
  }

  /** Bring `word` into view, because the person went there. */
  reveal(word) {
    word.scrollIntoView({ block: "nearest" });
    this.#touched = true;
    this.#away = !this.#isBack();
  }

  /** Show what came last. */
  toEnd() {
    this.#word = null;
    if (this.#scrolls && !this.#away) this.#box.scrollTop = this.#box.scrollHeight;
  }

  get #scrolls() {
    return this.#box.scrollHeight > this.#box.clientHeight + 1;
  }

  #isRead(word) {
    const place = (word.offsetTop - this.#box.scrollTop) / this.#box.clientHeight;
    return place >= 0 && place <= LOWEST;
  }

  #isBack() {
    if (this.#word?.isConnected) return this.#isRead(this.#word);
    return this.#box.scrollTop + this.#box.clientHeight >= this.#box.scrollHeight - 2;
  }
}
