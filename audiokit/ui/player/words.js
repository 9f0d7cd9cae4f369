// The words under the sound: as they are said, and as they stand in the end.

export class Words {
  #root;
  #stream = null;

  constructor(root) {
    this.#root = root;
  }

  /** Follow the words as they come; `onFail(sentence)` if the reply ends early. */
  follow(url, onFail) {
    this.#root.dataset.growing = "";
    this.#stream = new EventSource(url); // reconnects by itself, and says what it has
    this.#stream.addEventListener("message", ({ data }) => this.#root.append(JSON.parse(data)));
    this.#stream.addEventListener("end", ({ data }) => this.#end(() => this.show(JSON.parse(data))));
    this.#stream.addEventListener("fail", ({ data }) => this.#end(() => onFail(JSON.parse(data))));
  }

  /** Show what was said: plain text, or words with times, `[text, start_s, end_s]` each. */
  show(words) {
    if (words.length === 0) return;
    this.close();
    if (typeof words === "string") {
      if (this.#root.textContent !== words) this.#root.textContent = words;
    } else {
      this.#root.replaceChildren(...words.flatMap(([text, start, end]) => [timed(text, start, end), " "]));
    }
  }

  close() {
    this.#stream?.close();
    this.#stream = null;
    delete this.#root.dataset.growing;
  }

  clear() {
    this.close();
    this.#root.replaceChildren();
  }

  #end(then) {
    this.close();
    then();
  }
}

function timed(text, start, end) {
  const word = document.createElement("span");
  word.textContent = text;
  Object.assign(word.dataset, { start, end });
  return word;
}
