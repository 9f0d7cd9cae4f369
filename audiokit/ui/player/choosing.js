// Getting about in a text word by word, by pointer and by keyboard.
//
// To a screen reader it remains one text, and only the word that has the focus is an element of its own: hence a
// described group with one tab stop, and neither buttons nor a list.

const HELP = "words-help"; // the id of the sentence that says how

export class Choosing {
  #root;
  #told;
  #words = [];
  #index = 0; // where the keyboard is

  /** `told` hears `choose(index)` and `reach(word)`, and says which word is the `current()` one, or -1. */
  constructor(root, signal, told) {
    this.#root = root;
    this.#told = told;
    const on = (event, then) => root.addEventListener(event, (detail) => this.#words.length && then(detail), { signal });
    on("click", (event) => this.#click(event));
    on("keydown", (event) => this.#key(event));
    on("focusin", (event) => this.#enter(event));
    on("focusout", () => (root.tabIndex = 0));
  }

  /** Let these `words` be chosen. */
  begin(words) {
    [this.#words, this.#index] = [words, 0];
    this.#root.tabIndex = 0;
    this.#root.role = "group";
    this.#root.ariaLabel = "Words";
    this.#root.setAttribute("aria-describedby", HELP);
  }

  end() {
    this.#words = [];
    for (const name of ["role", "tabindex", "aria-label", "aria-describedby"]) this.#root.removeAttribute(name);
  }

  #click({ target }) {
    const index = this.#words.indexOf(target);
    const selection = this.#root.getRootNode().getSelection?.() ?? document.getSelection();
    if (index >= 0 && selection?.isCollapsed !== false) this.#choose(index); // else the person is copying
  }

  #choose(index) {
    this.#index = index;
    this.#told.choose(index);
  }

  #enter({ target }) {
    const current = this.#told.current();
    if (target !== this.#root) this.#root.tabIndex = -1; // so that Shift+Tab leaves
    else if (this.#root.matches(":focus-visible")) this.#focus(current >= 0 ? current : this.#index);
  }

  #focus(index) {
    const [left, word] = [this.#words[this.#index], this.#words[index]];
    this.#index = index;
    word.tabIndex = -1;
    word.focus({ preventScroll: true });
    if (left !== word) left.removeAttribute("tabindex");
    this.#told.reach(word);
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const aim = this.#aim(event.key);
    if (event.key === "Enter" || event.key === " ") this.#choose(this.#index);
    else if (aim !== null) this.#focus(Math.min(this.#words.length - 1, Math.max(0, aim)));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #aim(key) {
    const forward = getComputedStyle(this.#root).direction === "rtl" ? -1 : 1;
    if (key === "ArrowRight") return this.#index + forward;
    if (key === "ArrowLeft") return this.#index - forward;
    if (key === "ArrowDown") return this.#beside(1);
    if (key === "ArrowUp") return this.#beside(-1);
    if (key === "Home") return 0;
    if (key === "End") return this.#words.length - 1;
    return null;
  }

  /** Return the word above (`step` -1) or below (1) the one where the keyboard is. */
  #beside(step) {
    const from = this.#words[this.#index];
    let index = this.#index;
    while (this.#words[index] && Math.abs(this.#words[index].offsetTop - from.offsetTop) < from.offsetHeight / 2) {
      index += step;
    }
    if (!this.#words[index]) return this.#index;
    const distance = (i) => Math.abs(middle(this.#words[i]) - middle(from));
    let best = index;
    for (let i = index; this.#words[i]?.offsetTop === this.#words[index].offsetTop; i += step) {
      if (distance(i) < distance(best)) best = i;
    }
    return best;
  }
}

function middle({ offsetLeft, offsetWidth }) {
  return offsetLeft + offsetWidth / 2;
}
