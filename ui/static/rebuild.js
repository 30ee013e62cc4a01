// The progress of a rebuild: documents, passages per second, time left, and a button to stop it.
import { problem } from "./actions.js";

const STEPS = {
  scan: "Looking for files",
  parse: "Reading documents",
  embed: "Indexing passages",
  commit: "Indexing passages",
  swap: "Writing the index",
  write: "Writing the index",
};

// Starts a build by a POST to `address` and shows its progress in `container` until it ends. Returns the last event:
// "done" with the report, "failed" with the reason, "busy" when another build is running, or "deletions" when most files
// of a folder are gone, which `options` must allow.
export async function watch(container, address, options) {
  const line = document.createElement("p");
  const bar = document.createElement("progress");
  const stop = Object.assign(document.createElement("button"), { type: "button", textContent: "Cancel" });
  bar.setAttribute("aria-label", "Rebuild");
  stop.addEventListener("click", () => fetch("ui/library/stop", { method: "POST" }));
  container.replaceChildren(line, bar, stop);
  const pace = new Pace();
  try {
    const body = options && { headers: { "Content-Type": "application/json" }, body: JSON.stringify(options) };
    const response = await fetch(address, { method: "POST", ...body });
    if (!response.ok) return refusal(response.status, await response.text());
    for await (const [name, data] of events(response.body)) {
      if (name !== "progress") return [name, data];
      pace.update(data);
      line.textContent = [STEPS[data.step] ?? data.step, ...pace.words()].join(" · ");
      if (pace.total) bar.max = pace.total;
      bar.value = pace.done;
    }
  } catch {
    return ["failed", { detail: "The connection was lost. The rebuild continues on the server." }];
  }
  return ["failed", { detail: "The rebuild has ended." }];
}

function refusal(status, text) {
  const kind = text.includes("urn:quoth:Deletions") ? "deletions" : status === 409 ? "busy" : "failed";
  return [kind, { detail: problem(text) }];
}

export function counted(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

// The progress of a build over all its steps; reading and indexing alternate.
class Pace {
  done = 0;
  total = 0;
  passages = 0;

  update({ step, done, total, detail }) {
    if (step !== "parse" && step !== "embed") return;
    this.startedAt ??= performance.now();
    Object.assign(this, { done, total });
    if (step === "embed") this.passages = parseInt(detail) || 0;
  }

  words() {
    const { done, total, passages } = this;
    if (!total) return [];
    const seconds = (performance.now() - this.startedAt) / 1000;
    const parts = [`${done.toLocaleString("en")} of ${counted(total, "document")}`];
    if (passages) parts.push(`${rounded(passages / seconds)} passages a second`);
    if (passages && total > done) parts.push(`${left(((total - done) * seconds) / done)} left`);
    return parts;
  }
}

function rounded(rate) {
  return rate.toFixed(rate < 10 ? 1 : 0);
}

function left(seconds) {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}

// The server-sent events of a response's body.
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value.replaceAll("\r\n", "\n")).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split("\n").map((field) => [field.split(":", 1)[0], field.slice(field.indexOf(":") + 1).trim()]));
      if (fields.data) yield [fields.event, JSON.parse(fields.data)];
    }
  }
}
