// The colour theme: light, dark, or the system's; remembered.
import { on } from "./actions.js";
import { read, write } from "./store.js";

const NAMES = { auto: "Auto", light: "Light", dark: "Dark" };
const ORDER = Object.keys(NAMES);

export function start() {
  apply(read("theme", "auto"));
  on("theme", () => {
    const next = ORDER[(ORDER.indexOf(document.documentElement.dataset.theme) + 1) % ORDER.length];
    write("theme", next);
    apply(next);
  });
}

function apply(theme) {
  document.documentElement.dataset.theme = theme;
  const button = document.querySelector("[data-do=theme]");
  button.textContent = NAMES[theme];
  button.setAttribute("aria-label", `Colours: ${NAMES[theme]}`);
}
