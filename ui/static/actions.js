// A click on an element with data-do runs the action of that name, which a module has registered.
const actions = new Map();

export function on(name, action) {
  actions.set(name, action);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-do]");
  actions.get(button?.dataset.do)?.(button, event);
});

// Whether a button that removes something was pressed a second time; the first press asks for confirmation.
export function confirmed(button, question) {
  if (button.dataset.confirm !== undefined) return true;
  const words = button.textContent;
  button.dataset.confirm = "";
  button.textContent = question;
  setTimeout(() => {
    delete button.dataset.confirm;
    button.textContent = words;
  }, 4000);
  return false;
}

const notices = document.getElementById("notice");
let hideTimer;

// Shows a message for a few seconds; inside an open dialog, because everything outside it is inert.
export function notice(message) {
  if (notices.matches(":popover-open")) notices.hidePopover();
  (document.querySelector("dialog[open]") ?? document.body).append(notices);
  notices.showPopover();
  notices.textContent = message;
  clearTimeout(hideTimer);
  hideTimer = setTimeout(() => notices.isConnected && notices.hidePopover(), 3200 + 30 * message.length);
}

export async function copy(value, message) {
  try {
    await navigator.clipboard.writeText(value);
    notice(message);
  } catch {
    notice("The browser does not let this page copy.");
  }
}

// A fragment of HTML from our own server, which has escaped all document text in it.
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
