// What Streamlit runs for each player: fetches the program, which the browser keeps, and shows `data` with it.
// Streamlit calls it again whenever `data` or the theme changes; the player's state lives on its root element.

const NOT_LOADED = "The player could not be loaded. Load the page again.";

export default function mount({ data: [data], parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".player");
  let leave = () => {};
  root.setAttribute("aria-label", data.label);

  import(new URL(data.program, location.origin).href)
    .then(({ show }) => {
      if (root.isConnected) leave = show(root, data, setTriggerValue);
    })
    .catch((error) => {
      console.error(error);
      explain(root, data.words);
    });

  // Also called for a run that a newer one has overtaken, while the player is still on the page.
  return () => setTimeout(() => root.isConnected || leave());
}

function explain(root, words) {
  root.querySelector(".sentence").textContent = NOT_LOADED;
  root.querySelector(".trouble").hidden = false;
  root.querySelector(".words").textContent = typeof words === "string" ? words : words.map(([text]) => text).join(" ");
}
