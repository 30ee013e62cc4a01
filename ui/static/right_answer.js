// After "Wrong": what is right? Written, or taken from the words that are selected in the viewer.
import { fragment, notice, on } from "./actions.js";
import { button, element } from "./elements.js";
import { posted } from "./sheet_form.js";
import { flat, recordOf } from "./turn_actions.js";

const SOURCE = /^#source\/(\d+)\//;
const bar = document.getElementById("pick");
const viewer = document.getElementById("viewer");
let form = null; // the form that asks; there is one at a time

export function start() {
  on("unsaid", () => save("", null));
  on("skip-right", close);
  on("pick", () => save(selected(), { document: Number(SOURCE.exec(location.hash)[1]) }));
  document.addEventListener("submit", (event) => {
    if (event.target !== form) return;
    event.preventDefault();
    const words = form.elements.right.value.trim();
    if (words) save(words, null);
  });
  document.addEventListener("selectionchange", look);
  bar.addEventListener("mousedown", (event) => event.preventDefault()); // which would end the selection
  addEventListener("hashchange", look);
  new MutationObserver(look).observe(viewer, { childList: true, attributes: true, attributeFilter: ["hidden"] });
}

export function askWhatIsRight(turn) {
  close();
  const { found, citations } = recordOf(turn);
  const field = element("input", { name: "right", maxLength: 5000, placeholder: "The words that answer", autocomplete: "off" });
  const place = citations[0]?.address ?? turn.querySelector(".nearest a, a.chip")?.getAttribute("href");
  const way = element("p", { className: "meta" }, "Or select them in the document. ");
  if (place) way.append(element("a", { href: place, textContent: found ? "Open the document" : "Open the nearest document" }));
  form = element(
    "form",
    { className: "right-is" },
    element("label", {}, "What is right?", field),
    element("button", { type: "submit", textContent: "Save", className: "button main" }),
    ...(found ? [button("unsaid", "No document says it")] : []),
    button("skip-right", "Skip"),
    way,
  );
  turn.append(form);
  field.focus({ preventScroll: true });
  form.scrollIntoView({ block: "nearest", behavior: "instant" });
  look();
}

function close() {
  form?.remove();
  form = null;
  look();
}

function selected() {
  const selection = getSelection();
  const paper = viewer.querySelector(".paper, .desk"); // a text, or the pages of a PDF
  if (selection.isCollapsed || !paper?.contains(selection.anchorNode) || !paper.contains(selection.focusNode)) return "";
  return flat(selection.toString()).slice(0, 5000);
}

// Shows at the foot of the viewer what is selected there.
function look() {
  bar.hidden = !form?.isConnected || viewer.hidden || !SOURCE.test(location.hash);
  if (bar.hidden) return;
  const words = selected();
  bar.querySelector("[data-selected]").textContent = words ? `“${words}”` : "Select what is right in the document.";
  bar.querySelector("[data-do=pick]").disabled = !words;
}

async function save(right, chosen) {
  const turn = form.closest("article");
  const record = { turn: turn.dataset.turn, verdict: "down", ...recordOf(turn), right, selected: chosen };
  try {
    await fragment("ui/verdicts", posted(record));
  } catch (error) {
    return notice(error.message);
  }
  close();
  notice("Kept for “Check yourself”.");
}
