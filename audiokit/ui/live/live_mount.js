// What Streamlit runs for a live session: fetches the program, which the browser keeps, and shows `data` with it.
// Streamlit calls it again whenever `data` or the theme changes; the session lives on its root element.

const NOT_LOADED = "Live talk could not be loaded. Load the page again, or use Converse instead.";

export default function mount({ data: [data], parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".live");
  let leave = () => {};
  root.setAttribute("aria-label", data.label);

  import(new URL(data.program, location.origin).href)
    .then(({ show }) => {
      if (root.isConnected) leave = show(root, data, setTriggerValue);
    })
    .catch((error) => {
      console.error(error);
      root.querySelector(".sentence").textContent = NOT_LOADED;
      root.querySelector(".trouble").hidden = false;
    });

  // Also called for a run that a newer one has overtaken, while this is still on the page.
  return () => setTimeout(() => root.isConnected || leave());
}
