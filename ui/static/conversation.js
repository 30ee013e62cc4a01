// The conversation: shows each turn that Gradio delivers, and keeps it in this browser.
import { confirmed, copy, fragment, notice, on, problem } from "./actions.js";
import * as connection from "./connection.js";
import { exported } from "./export.js";
import { filters } from "./filters.js";
import { send } from "./scope.js";
import { read, turns, write } from "./store.js";

const LOST =
  "The connection to the server was lost before the answer came. Your question is kept: ask again when it is back.";
const BUSY = "The server is busy: too many questions are waiting already. Your question is kept: ask again in a moment.";

const log = document.getElementById("log");
const stream = document.getElementById("stream");
const welcome = document.getElementById("welcome");
let typed = ""; // the question that was asked last

export function start() {
  for (const turn of turns.all()) show(turn.html);
  showStartPage();
  settle();
  stream.scrollTop = stream.scrollHeight;
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
    if (event.key === "Enter" && !event.shiftKey && event.target.matches?.("#question textarea")) asking();
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
  document.addEventListener("click", (event) => event.target.closest?.("#ask") && asking(), true);
  document.addEventListener("click", (event) => event.target.closest?.("#stop") && stop());
  on("clear", clear);
  on("export", save);
  on("copy", (button) => copyAnswer(kept(button)));
  on("copy-row", (button) => copy(quotation(kept(button)), "Row copied with its source"));
  on("link", (button) => copy(address(kept(button).citations[0]), "Link copied"));
  on("verdict", judge);
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

// Shows the question in the conversation at once, before the server has received it. Gradio sends one question at a time.
function asking() {
  if (document.body.classList.contains("waiting")) return;
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

// Gradio delivers a turn twice: pending, with its id, and then answered, failed or stopped.
function receive(article) {
  if (!article) return;
  const shown = log.querySelector(`[data-turn="${article.dataset.turn}"]`);
  const waiting = article.classList.contains("pending");
  const own = log.querySelector("[data-turn=asking]");
  if (shown && (waiting || !shown.classList.contains("pending"))) return;
  if (waiting && own) return setId(own, article.dataset.turn);
  show(article.outerHTML);
  settle();
  if (waiting) return;
  turns.add({ id: article.dataset.turn, html: article.outerHTML });
  document.dispatchEvent(new Event("quoth:scope"));
}

// The server has received the question, and can be asked to stop.
function setId(turn, id) {
  turn.dataset.turn = id;
  if ("stopping" in turn.dataset) stop();
}

function show(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  put(holder.content.firstElementChild);
}

function put(article) {
  const before = log.querySelector(`[data-turn="${article.dataset.turn}"]`) ?? log.querySelector("[data-turn=asking]");
  article.classList.toggle("topic-end", read("topic-end", null) === article.dataset.turn);
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
  write("topic-end", last?.dataset.turn ?? null);
  for (const turn of log.children) turn.classList.toggle("topic-end", turn === last);
  document.dispatchEvent(new Event("quoth:scope"));
  document.querySelector("#question textarea")?.focus();
}

function clear(button) {
  if (log.childElementCount && !confirmed(button, "Clear all?")) return;
  turns.clear();
  log.replaceChildren();
  settle();
  newTopic();
}

function kept(button) {
  return JSON.parse(button.closest("article").dataset.record);
}

function address(citation) {
  return new URL(citation.address, location.origin + location.pathname).href;
}

// A table's cell is copied alone, so that it can be pasted into another table.
function copyAnswer(record) {
  if (record.citations[0].table) return copy(record.text, "Copied");
  return copy(quotation(record), "Copied with its source");
}

function quotation(record) {
  const [first] = record.citations;
  const place = [first.title, first.page && `page ${first.page}`, first.date].filter(Boolean).join(", ");
  return `“${first.sentence}”\n— ${place}`;
}

function save() {
  const records = [...log.querySelectorAll("article[data-record]")].map((one) => JSON.parse(one.dataset.record));
  if (!records.length) return notice("There is nothing to export yet.");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([exported(records)], { type: "text/markdown" }));
  link.download = "conversation.md";
  link.click();
  URL.revokeObjectURL(link.href);
}

async function judge(button) {
  const turn = button.closest("article");
  const record = { turn: turn.dataset.turn, verdict: button.dataset.verdict, ...kept(button) };
  try {
    const response = await fetch("ui/verdicts", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(record),
    });
    if (!response.ok) throw new Error(problem(await response.text()));
  } catch (error) {
    return notice(error.message);
  }
  for (const one of turn.querySelectorAll("[data-do=verdict]"))
    one.setAttribute("aria-pressed", String(one === button));
  turns.add({ id: turn.dataset.turn, html: turn.outerHTML });
  notice("Thank you. Saved for the next evaluation.");
}
