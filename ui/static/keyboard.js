// "/" focuses the question box, Escape closes the viewer.
import { close as closeViewer } from "./viewer.js";

export function start() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing) {
      event.preventDefault();
      document.querySelector("#question textarea")?.focus();
    }
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) closeViewer();
  });
}
