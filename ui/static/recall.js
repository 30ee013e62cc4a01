// Arrow-up in the question box recalls earlier questions, as in a terminal; a question above can be edited and asked again.
import { all, current, turnsOf } from "./archive.js";
import { on } from "./actions.js";

let recalled = -1; // position among the earlier questions, latest first; -1 is what was typed
let typed = "";

export function start(writeQuestion) {
  document.addEventListener("keydown", (event) => {
    const box = event.target;
    if (!box.matches?.("#question textarea") || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!step) return;
    const questions = earlier();
    if (recalled >= 0 && box.value.trim() !== questions[recalled]) recalled = -1; // it was changed or asked
    if (atEdge(box, step) && turn(box, step, questions, writeQuestion)) event.preventDefault();
  }, true);
  on("rewrite", (button) => writeQuestion(button.closest("article").querySelector(".question").textContent));
}

// Whether the arrow cannot move within the box: above the first line, or below the last.
function atEdge(box, step) {
  if (box.selectionStart !== box.selectionEnd) return false;
  if (recalled >= 0) return true; // goes on through the questions
  return step > 0 && (box.selectionStart === 0 || !box.value.slice(0, box.selectionStart).includes("\n"));
}

function turn(box, step, questions, writeQuestion) {
  const next = recalled + step;
  if (next < -1 || next >= questions.length) return recalled >= 0;
  if (recalled < 0) typed = box.value;
  writeQuestion(next < 0 ? typed : questions[next]);
  recalled = next;
  box.setSelectionRange(box.value.length, box.value.length);
  return true;
}

// The questions of this conversation, then those of the others, latest first and each once.
function earlier() {
  const shown = [...document.querySelectorAll("#log .question")].map((one) => one.textContent.trim()).reverse();
  const others = all().filter(({ id, deleted }) => id !== current() && !deleted);
  const kept = others.flatMap(({ id }) => turnsOf(id).map(({ question }) => question).reverse());
  return [...new Set([...shown, ...kept])].filter(Boolean);
}
