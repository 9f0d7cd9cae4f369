// What both sides say, word by word, and the tools that are called in between.

import { Follow } from "./follow.js";

export class Lines {
  names = { person: "You", model: "Assistant" };

  #list;
  #follow;
  #rows = new Map(); // by item

  constructor(list, signal) {
    this.#list = list;
    this.#follow = new Follow(list, signal);
  }

  clear() {
    this.#rows.clear();
    this.#list.replaceChildren();
    this.#follow.again();
  }

  /** Add a piece of what `who` says in `item`; a final text replaces the pieces, and an empty final one ends them. */
  add({ who, item, text, final }) {
    const row = this.#row(`${who} ${item}`, who);
    const words = row.querySelector(".text");
    if (!final) words.textContent += text;
    else if (text) words.textContent = text;
    row.toggleAttribute("data-final", final === true);
    this.#follow.toEnd();
  }

  /** Nothing more comes: what was not finished stays as it is. */
  end() {
    for (const row of this.#list.children) row.toggleAttribute("data-final", true);
  }

  /** Show that a tool is called, and with `failed` true or false what came of it. */
  tool({ name, failed }) {
    const running = [...this.#list.querySelectorAll(".tool:not([data-done])")].find(({ dataset }) => dataset.name === name);
    const row = running ?? this.#newRow("tool");
    row.dataset.name = name;
    row.toggleAttribute("data-done", failed === true || failed === false);
    row.toggleAttribute("data-failed", failed === true);
    const outcome = failed === true ? "did not work" : failed === false ? "done" : "working…";
    row.querySelector(".text").textContent = `${name.replaceAll("_", " ")}: ${outcome}`;
    this.#follow.toEnd();
  }

  #row(key, who) {
    if (key.endsWith(" ")) return this.#newRow(who); // what was typed has no item
    if (!this.#rows.has(key)) this.#rows.set(key, this.#newRow(who));
    return this.#rows.get(key);
  }

  #newRow(kind) {
    const [row, who, text] = [document.createElement("li"), document.createElement("span"), document.createElement("p")];
    row.className = kind;
    [who.className, text.className, text.dir] = ["who", "text", "auto"];
    who.textContent = this.names[kind] ?? "Tool";
    row.append(who, text);
    this.#list.append(row);
    return row;
  }
}
