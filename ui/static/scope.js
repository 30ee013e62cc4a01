// What a question is asked within, handed to Gradio in a field of its own that nobody sees.
import { filters } from "./filters.js";

export function start() {
  document.addEventListener("quoth:scope", send);
  document.addEventListener("quoth:ready", send);
}

export function send() {
  const field = document.querySelector("#scope textarea");
  if (!field) return;
  field.value = JSON.stringify(filters.read());
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
