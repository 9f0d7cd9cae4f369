// Budgets, edited where they stand: an amount or a choice counts once it is left, a new one with its button.

import { button, lasting, make } from "./making.js";
import { content, heading } from "./usage_table.js";

const HEADS = [["For"], ["Each"], ["At most", "number"], ["Used", "share"], ["At the limit"], ["Begins anew"], [""]];
const AT_LIMIT = [
  ["hard", "Stop calls"],
  ["soft", "Only warn"],
];

class Budgets {
  #root;
  #data = null;
  #tell = () => {};
  #draft = { kind: "installation", of: "", period: "month", limit: "", at: "hard" };

  constructor(root) {
    this.#root = root;
  }

  show(data, tell) {
    this.#tell = tell;
    const before = this.#data;
    if (JSON.stringify(data) === JSON.stringify(before)) return;
    if (before && data.arrived !== before.arrived) this.#draft = { ...this.#draft, limit: "" };
    this.#data = data;
    this.#draw();
  }

  close() {}

  #draw() {
    const focused = this.#root.getRootNode().activeElement?.dataset?.key;
    const { rows, may_edit: mayEdit, empty } = this.#data;
    const shown = mayEdit ? HEADS : HEADS.slice(0, -1);
    const cells = shown.map(([title, kind]) => make("th", { scope: "col", role: "columnheader", className: kind ?? "" }, title || make("span", { className: "unseen" }, "Actions")));
    const head = make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, ...cells));
    const body = make("tbody", { role: "rowgroup" }, ...rows.map((row) => this.#row(row)));
    const table = rows.length ? make("div", { className: "scrolled" }, make("table", { role: "table", "aria-label": "Budgets" }, head, body)) : null;
    const parts = [heading(this.#data), table, rows.length ? null : make("p", { className: "empty" }, empty), mayEdit ? this.#adding() : null];
    this.#root.replaceChildren(...parts.filter(Boolean));
    if (focused) [...this.#root.querySelectorAll("[data-key]")].find(({ dataset }) => dataset.key === focused)?.focus({ preventScroll: true });
  }

  #row(row) {
    const mayEdit = this.#data.may_edit;
    const put = (changed) => this.#tell("put", { ...{ kind: row.kind, of: row.of, period: row.period, limit: row.limit, at: row.at }, ...changed });
    const limit = mayEdit ? this.#amount(row.limit, `limit-${row.id}`, `Most for ${row.title}, in dollars`, (value) => put({ limit: value })) : `$${row.limit}`;
    const at = mayEdit
      ? select(AT_LIMIT, row.at, { "aria-label": `What happens at the limit of ${row.title}`, "data-key": `at-${row.id}` }, (value) => put({ at: value }))
      : AT_LIMIT.find(([name]) => name === row.at)[1];
    const cells = [
      ["For", "", [make("b", {}, row.title), row.note ? make("small", { className: "note" }, row.note) : null]],
      ["Each", "", [row.each]],
      ["At most", "number", [limit]],
      ["Used", "share", content(row.used)],
      ["At the limit", "", [at]],
      ["Begins anew", "", [row.resets]],
    ];
    if (mayEdit) cells.push(["", "acts", [button("\u2715", () => this.#tell("remove", row.id), { className: "act", "data-key": `remove-${row.id}`, title: "Remove this budget", "aria-label": `Remove the budget of ${row.title}` })]]);
    const made = cells.map(([title, className, inner]) => make("td", { role: "cell", className, "data-title": title }, ...inner.filter(Boolean)));
    return make("tr", { role: "row" }, ...made);
  }

  #amount(value, key, said, changed) {
    const field = make("input", { type: "text", inputMode: "decimal", value, size: 7, className: "amount", "data-key": key, "aria-label": said, placeholder: "0.00" });
    field.addEventListener("change", () => field.value.trim() === value || changed(field.value.trim()));
    field.addEventListener("keydown", ({ key: pressed }) => {
      if (pressed === "Escape") field.value = value;
    });
    return make("span", { className: "money" }, make("span", { "aria-hidden": "true" }, "$"), field);
  }

  #adding() {
    const { scopes, periods } = this.#data;
    const draft = this.#draft;
    const change = (name) => (value) => {
      draft[name] = value;
      if (name === "kind") draft.of = scopes.find(({ kind }) => kind === value).of[0]?.[0] ?? "";
      if (name === "kind") this.#draw();
    };
    const kinds = scopes.map(({ kind, title }) => [kind, title]);
    const of = scopes.find(({ kind }) => kind === draft.kind)?.of ?? [];
    const field = this.#amount(draft.limit, "new-limit", "Most, in dollars", (value) => {
      draft.limit = value;
    });
    field.querySelector("input").addEventListener("input", ({ target }) => {
      draft.limit = target.value.trim();
    });
    const fields = [
      select(kinds, draft.kind, { "aria-label": "For whom or what", "data-key": "new-kind" }, change("kind")),
      of.length ? select(of, draft.of || of[0][0], { "aria-label": "For which", "data-key": "new-of" }, change("of")) : null,
      field,
      select(periods, draft.period, { "aria-label": "For how long", "data-key": "new-period" }, change("period")),
      select(AT_LIMIT, draft.at, { "aria-label": "What happens at the limit", "data-key": "new-at" }, change("at")),
    ];
    const form = make("form", { className: "adding", "aria-label": "New budget" }, ...fields.filter(Boolean), make("button", { type: "submit", className: "first", "data-key": "new-add" }, "Add budget"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#tell("put", { ...draft });
    });
    return form;
  }
}

function select(options, chosen, properties, changed) {
  const made = make("select", properties, ...options.map(([value, label]) => make("option", { value, selected: value === chosen }, label)));
  made.addEventListener("change", () => changed(made.value));
  return made;
}

export const show = lasting(Budgets);
