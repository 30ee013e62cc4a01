// "/" focuses the question box, Escape closes the viewer.
import { close as closeViewer } from "./viewer.js";

export function start() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing) {
      event.preventDefault();
      if (document.body.matches(".sheets, .checking")) {
        addEventListener("hashchange", ask, { once: true }); // after the other place has made way
        location.hash = "#ask";
      } else ask();
    }
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) closeViewer();
  });
}

function ask() {
  document.querySelector("#question textarea")?.focus();
}
