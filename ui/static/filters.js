// Which documents are asked: chosen in the library, shown above the question, sent along with it, remembered.
import { on } from "./actions.js";
import { read, write } from "./store.js";

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
  const { document: path, type_name, after, before } = filters.read();
  const parts = [path, type_name, after && `from ${after}`, before && `until ${before}`].filter(Boolean);
  place.hidden = !parts.length;
  place.querySelector("bdi").textContent = parts.join(" · ");
  document.dispatchEvent(new Event("quoth:scope"));
}
