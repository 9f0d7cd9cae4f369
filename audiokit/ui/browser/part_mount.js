// What Streamlit runs for each part of a page: fetches its program, which the browser keeps, and shows `data` with it.
// Streamlit calls it again whenever `data` or the theme changes; the part's state lives on its root element.

const NOT_LOADED = "This part of the page could not be loaded. Load the page again.";

export default function mount({ data: [data], parentElement, setTriggerValue }) {
  const root = parentElement.querySelector("[data-part]");
  let leave = () => {};

  import(new URL(data.program, location.origin).href)
    .then(({ show }) => {
      if (root.isConnected) leave = show(root, data, setTriggerValue);
    })
    .catch((error) => {
      console.error(error);
      root.textContent = NOT_LOADED;
    });

  // Also called for a run that a newer one has overtaken, while the part is still on the page.
  return () => setTimeout(() => root.isConnected || leave());
}
