// The scope of a question, sent through a hidden field of Gradio's: the chosen documents, and the earlier questions and
// answers of the topic, from which the server completes a follow-up such as "How long will he stay?".
import { filters } from "./filters.js";
import { read, write } from "./store.js";

const MAX_TURNS = 6; // earlier turns sent with a question

export function start() {
  for (const event of ["quoth:scope", "quoth:ready"]) document.addEventListener(event, () => send());
  const box = document.querySelector("[data-follow]");
  box.checked = read("follow", true);
  box.addEventListener("change", () => {
    write("follow", box.checked);
    send();
  });
}

export function send({ follow = read("follow", true), literal = false } = {}) {
  const field = document.querySelector("#scope textarea");
  if (!field) return;
  field.value = JSON.stringify({ ...filters.read(), topic: follow ? topic() : [], literal });
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function topic() {
  const turns = [...document.querySelectorAll("#log article")];
  const begin = turns.findLastIndex((turn) => turn.classList.contains("topic-end")) + 1;
  const said = turns.slice(begin).filter((turn) => turn.dataset.record || turn.querySelector("[data-do=literal]"));
  return said.slice(-MAX_TURNS).map((turn) => {
    if (!turn.dataset.record) return { question: turn.querySelector(".question").textContent, answer: "" };
    const { question, asked, text } = JSON.parse(turn.dataset.record); // turns of before may lack what was asked
    return { question: asked ?? question, answer: text };
  });
}
