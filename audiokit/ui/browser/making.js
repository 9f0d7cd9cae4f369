// Elements, and the one object of a part of the page that lasts as long as its root does.

/** Return an element with `properties`, whose attributes may stand there too, and with children. */
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in element && !key.includes("-")) element[key] = value;
    else if (value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function button(label, press, properties = {}) {
  const made = make("button", { type: "button", ...properties }, label);
  made.addEventListener("click", press);
  return made;
}

const parts = new WeakMap();

/** Return the `show` of a module: it makes one `Part` for a root, shows data with it, and closes it when it has gone. */
export function lasting(Part) {
  return (root, data, tell) => {
    if (!parts.has(root)) parts.set(root, new Part(root));
    const part = parts.get(root);
    part.show(data, tell);
    return () => {
      part.close();
      parts.delete(root);
    };
  };
}
