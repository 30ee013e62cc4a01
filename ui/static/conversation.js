// The conversation: shows each turn that Gradio delivers, and keeps it in this browser.
import { fragment, notice, on } from "./actions.js";
import * as archive from "./archive.js";
import * as connection from "./connection.js";
import * as conversations from "./conversations.js";
import { filters } from "./filters.js";
import * as recall from "./recall.js";
import { askWhatIsRight } from "./right_answer.js";
import { send } from "./scope.js";
import * as turnActions from "./turn_actions.js";

const LOST =
  "The connection to the server was lost before the answer came. Your question is kept: ask again when it is back.";
const BUSY = "The server is busy: too many questions are waiting already. Your question is kept: ask again in a moment.";

const log = document.getElementById("log");
const stream = document.getElementById("stream");
const welcome = document.getElementById("welcome");
const ended = new Set(); // the turns that Gradio has delivered to their end
let typed = ""; // the question that was asked last

export function start() {
  archive.adopt();
  showConversation();
  showStartPage();
  whenThere("#scope textarea", () => {
    const place = document.querySelector("#turn");
    new MutationObserver(() => receive(place.querySelector("article.turn"))).observe(place, {
      childList: true,
      subtree: true,
    });
    document.dispatchEvent(new Event("quoth:ready"));
  });
  whenThere("#question textarea", keepDraft);
  document.addEventListener("keypress", (event) => {
    if (event.key === "Enter" && !event.shiftKey && event.target.matches?.("#question textarea")) asking(event);
  }, true);
  // Gradio shows its errors in a corner of the page; here the turn itself shows them.
  whenThere(".toast-wrap", (corner) => new MutationObserver(sendFailed).observe(corner, { childList: true, subtree: true }));
  connection.start(() => giveUp(LOST));
  on("ask", (button) => ask(button.dataset.question ?? button.textContent));
  on("edit", (button) => writeQuestion(whole(button)));
  on("literal", (button) => {
    send({ follow: false, literal: true });
    ask(button.closest("article").querySelector(".question").textContent);
  });
  on("everywhere", (button) => {
    filters.clear();
    ask(button.closest("article").querySelector(".question").textContent);
  });
  on("new", newTopic);
  document.addEventListener("click", (event) => event.target.closest?.("#ask") && asking(event), true);
  document.addEventListener("click", (event) => event.target.closest?.("#stop") && stop());
  conversations.start(showConversation);
  recall.start(writeQuestion);
  turnActions.start(keep, askWhatIsRight);
}

// Shows the turns of the conversation that is open.
function showConversation() {
  log.replaceChildren();
  for (const turn of archive.turnsOf(archive.current())) show(turn.html);
  settle();
  stream.scrollTop = stream.scrollHeight;
  document.dispatchEvent(new Event("quoth:scope"));
}

// Keeps a turn as it is shown now.
function keep(turn) {
  const kept = { id: turn.dataset.turn, ...archive.said(turn), html: turn.outerHTML };
  if (!archive.keep(archive.current(), kept))
    notice("This browser has no room left for conversations: export and delete those that you no longer need.");
  document.dispatchEvent(new Event("quoth:kept"));
}

// Gradio reloads the page when its server comes back; the text in the question box survives that.
function keepDraft(box) {
  const draft = sessionStorage.getItem("quoth.draft");
  if (draft) writeQuestion(draft);
  addEventListener("pagehide", () => {
    const waiting = document.body.classList.contains("waiting");
    sessionStorage.setItem("quoth.draft", box.value || (waiting ? typed : ""));
  });
}

// Shows the question in the conversation at once, before the server has received it. One question is asked at a time: what
// is typed meanwhile stays in the box.
function asking(event) {
  if (document.body.classList.contains("waiting")) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return notice("Wait for the answer, or stop it.");
  }
  typed = document.querySelector("#question textarea").value;
  connection.begin();
  const turn = document.getElementById("asking-turn").content.firstElementChild.cloneNode(true);
  if (typed.trim()) turn.querySelector("bdi").textContent = typed;
  else turn.querySelector("h2").remove();
  put(turn);
  settle();
}

async function sendFailed(changes) {
  if (!log.querySelector("[data-turn=asking]") || !changes.some(({ addedNodes }) => addedNodes.length)) return;
  giveUp((await connection.isReachable()) ? BUSY : LOST);
}

// Marks the pending turn as failed, and puts its question back in the box unless the box is in use.
function giveUp(message) {
  for (const turn of log.querySelectorAll(".pending")) {
    turn.classList.replace("pending", "failed");
    const words = Object.assign(document.createElement("p"), { className: "problem", textContent: message });
    words.setAttribute("role", "alert");
    turn.querySelector(".wait").replaceWith(words);
    turn.dataset.turn += "-lost"; // a late answer gets a turn of its own
  }
  settle();
  if (!document.querySelector("#question textarea").value) writeQuestion(typed);
}

// Waits for an element that Gradio adds after our script has run.
function whenThere(selector, act) {
  const found = document.querySelector(selector);
  if (found) return act(found);
  const waiting = new MutationObserver(() => {
    const place = document.querySelector(selector);
    if (!place) return;
    waiting.disconnect();
    act(place);
  });
  waiting.observe(document.body, { childList: true, subtree: true });
}

// Gradio delivers a turn twice: pending, with its id, and then answered, failed or stopped. It draws the last one again
// when the next is asked, which may be in another conversation.
function receive(article) {
  if (!article || ended.has(article.dataset.turn)) return;
  const shown = log.querySelector(`[data-turn="${article.dataset.turn}"]`);
  const waiting = article.classList.contains("pending");
  const own = log.querySelector("[data-turn=asking]");
  if (shown && (waiting || !shown.classList.contains("pending"))) return;
  if (waiting && own) return setId(own, article.dataset.turn);
  show(article.outerHTML);
  settle();
  if (waiting) return;
  ended.add(article.dataset.turn);
  keep(article);
  if (article.matches(".stopped") && !document.querySelector("#question textarea").value) writeQuestion(typed);
  document.dispatchEvent(new Event("quoth:scope"));
}

// The server has received the question, and can be asked to stop.
function setId(turn, id) {
  turn.dataset.turn = id;
  if ("stopping" in turn.dataset) stop();
}

function show(html) {
  put(archive.fresh(html));
}

function put(article) {
  const before = log.querySelector(`[data-turn="${article.dataset.turn}"]`) ?? log.querySelector("[data-turn=asking]");
  article.classList.toggle("topic-end", archive.find(archive.current())?.topicEnd === article.dataset.turn);
  if (before) before.replaceWith(article);
  else log.append(article);
  const room = stream.getBoundingClientRect();
  if (article.getBoundingClientRect().bottom > room.bottom || !before)
    article.scrollIntoView({ block: "start", behavior: "instant" });
}

// Sets the waiting state while a turn is pending, and shows the start page while there are no turns.
function settle() {
  document.body.classList.toggle("waiting", Boolean(log.querySelector(".pending")));
  welcome.hidden = log.childElementCount > 0;
}

async function showStartPage() {
  try {
    welcome.innerHTML = await fragment("ui/welcome");
    const holder = welcome.querySelector("[data-counts]");
    if (holder) document.getElementById("counts").textContent = holder.dataset.counts;
    const list = await examples();
    welcome.querySelector(".examples")?.remove();
    welcome.insertAdjacentHTML("beforeend", list);
  } catch (error) {
    welcome.textContent = error.message;
  }
}

document.addEventListener("quoth:library", showStartPage);

// The server makes the examples when it starts, which can take minutes on a busy machine.
async function examples() {
  for (let tries = 0; tries < 150; tries += 1) {
    const response = await fetch("ui/examples");
    if (response.status !== 202) return response.ok ? response.text() : "";
    await new Promise((wake) => setTimeout(wake, Math.min(5000, 750 + 50 * tries)));
  }
  return "";
}

export function writeQuestion(words) {
  const box = document.querySelector("#question textarea");
  box.value = words;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
}

export function ask(words) {
  writeQuestion(words);
  document.querySelector("#ask").click();
}

function whole(button) {
  return button.closest(".understood").querySelector(".whole").textContent;
}

// The server stops the turn and delivers it as stopped. Before the turn has an id, stopping waits for it.
async function stop() {
  for (const turn of log.querySelectorAll(".pending")) {
    turn.dataset.stopping = "";
    turn.querySelector(".wait").textContent = "Stopping…";
    if (turn.dataset.turn === "asking") continue;
    await fetch(`ui/turns/${turn.dataset.turn}`, { method: "DELETE" }).catch(() => {}); // the connection check reports a lost server
  }
}

// The turns stay on the page, but the next question is not completed from them.
function newTopic() {
  const last = log.lastElementChild;
  archive.change(archive.current(), { topicEnd: last?.dataset.turn ?? null });
  for (const turn of log.children) turn.classList.toggle("topic-end", turn === last);
  document.dispatchEvent(new Event("quoth:scope"));
  document.querySelector("#question textarea")?.focus();
}
