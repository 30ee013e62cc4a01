// Which documents are asked: chosen in the library, shown above the question, sent along with it, remembered.
import { on } from "./actions.js";
import { read, write } from "./store.js";

const TYPES = { "application/pdf": "PDF", "text/html": "HTML", "text/markdown": "Markdown", "text/plain": "Text", "text/csv": "CSV", "application/json": "JSON" };

export const filters = {
  read: () => read("filters", {}),
  set(chosen) {
    const kept = Object.entries({ ...this.read(), ...chosen }).filter(([, value]) => value);
    write("filters", Object.fromEntries(kept));
    show();
  },
  start() {
    on("clear-filters", () => {
      write("filters", {});
      show();
      document.querySelector("#question textarea").focus();
    });
    show();
  },
};

function show() {
  const place = document.getElementById("chosen");
  const { document: path, media_type, after, before } = filters.read();
  const parts = [path, media_type && (TYPES[media_type] ?? "Word"), after && `from ${after}`, before && `until ${before}`].filter(Boolean);
  place.hidden = !parts.length;
  place.querySelector("bdi").textContent = parts.join(" · ");
  document.dispatchEvent(new Event("quoth:scope"));
}
