// What a question is asked within, handed to Gradio in a field of its own that nobody sees: the documents chosen, and
// the questions and answers of the topic, from which the server completes "How long will he stay?".
import { filters } from "./filters.js";
import { read, write } from "./store.js";

const MOST = 6; // earlier questions sent along

export function start() {
  for (const event of ["quoth:scope", "quoth:ready"]) document.addEventListener(event, () => send());
  const box = document.querySelector("[data-follow]");
  box.checked = read("follow", true);
  box.addEventListener("change", () => {
    write("follow", box.checked);
    send();
  });
}

export function send({ follow = read("follow", true) } = {}) {
  const field = document.querySelector("#scope textarea");
  if (!field) return;
  field.value = JSON.stringify({ ...filters.read(), topic: follow ? topic() : [] });
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function topic() {
  const turns = [...document.querySelectorAll("#log article")];
  const begun = turns.findLastIndex((turn) => turn.classList.contains("topic-end")) + 1;
  const records = turns.slice(begun).filter((turn) => turn.dataset.record);
  return records.slice(-MOST).map((turn) => {
    const { question, text } = JSON.parse(turn.dataset.record);
    return { question, answer: text };
  });
}
