// Statements, each with the places in the recording that it rests on: a press plays one, another shows its proof.

import { askProof, playFrom } from "./hearing.js";
import { button, lasting, make } from "./making.js";
import { clock } from "./times.js";
import { sign } from "./tones.js";

class Cites {
  #root;
  #shown = "";

  constructor(root) {
    this.#root = root;
  }

  /** `groups`: [{title, items: [{text, label, family, note, places: [{start, id, name, recording}]}]}] */
  show(data, tell) {
    const given = JSON.stringify(data);
    if (given === this.#shown) return;
    this.#shown = given;
    this.#root.setAttribute("aria-label", data.label);
    this.#root.replaceChildren(...data.groups.flatMap((group) => this.#group(group, data, tell)));
  }

  close() {}

  #group({ title, items }, data, tell) {
    const list = make("ul", {}, ...items.map((item) => this.#item(item, data, tell)));
    return title ? [make("h3", {}, title), list] : [list];
  }

  #item({ text, label, family, note, places }, data, tell) {
    const what = make("p", {});
    if (label) {
      const kind = make("span", { className: family ? `label tone-${family}` : "label" }, label);
      if (family) kind.prepend(sign(family));
      what.append(kind, " ");
    }
    what.append(text);
    const marks = make("div", { className: "marks" }, ...places.flatMap((place) => this.#place(place, data, tell)));
    return make("li", {}, what, note ? make("p", { className: "note" }, note) : null, places.length ? marks : null);
  }

  #place({ start, id, name, recording }, data, tell) {
    const at = name ? `${name}, ${clock(start)}` : clock(start);
    if (recording && recording !== data.recording)
      return [button(`\u2197 ${at}`, () => tell("open", recording), { className: "time", "aria-label": `Open ${at}` })];
    const play = button(`\u25b6 ${at}`, () => playFrom(data.digest, start), { className: "time", disabled: !data.digest, "aria-label": `Play from ${at}` });
    if (!id) return [play];
    return [play, button("proof", () => askProof(data.digest, id), { className: "proof", "aria-label": `Proof at ${at}`, "aria-haspopup": "dialog" })];
  }
}

export const show = lasting(Cites);
