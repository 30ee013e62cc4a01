// A click on anything with data-do runs the action of that name; modules register theirs.
const actions = new Map();

export function on(name, action) {
  actions.set(name, action);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-do]");
  actions.get(button?.dataset.do)?.(button, event);
});

// Whether a button that takes something away was pressed a second time; the first press makes it ask.
export function sure(button, asking) {
  if (button.dataset.sure !== undefined) return true;
  const words = button.textContent;
  button.dataset.sure = "";
  button.textContent = asking;
  setTimeout(() => {
    delete button.dataset.sure;
    button.textContent = words;
  }, 4000);
  return false;
}

const passing = document.getElementById("notice");
let hiding;

// Said in passing, above whatever is open: inside a dialog, since all that is outside of one is inert.
export function notice(message) {
  if (passing.matches(":popover-open")) passing.hidePopover();
  (document.querySelector("dialog[open]") ?? document.body).append(passing);
  passing.showPopover();
  passing.textContent = message;
  clearTimeout(hiding);
  hiding = setTimeout(() => passing.isConnected && passing.hidePopover(), 3200 + 30 * message.length);
}

export async function copy(value, said) {
  try {
    await navigator.clipboard.writeText(value);
    notice(said);
  } catch {
    notice("The browser does not let this page copy.");
  }
}

// A fragment of HTML from our own server, which has escaped every word of a document in it.
export async function fragment(address, options) {
  const response = await fetch(address, options).catch(() => {
    throw new Error("The server cannot be reached.");
  });
  const body = await response.text();
  if (!response.ok) throw new Error(problem(body));
  return body;
}

export function problem(body) {
  try {
    const detail = JSON.parse(body).detail;
    return typeof detail === "string" ? detail : "The server did not accept this.";
  } catch {
    return "The server did not answer.";
  }
}
