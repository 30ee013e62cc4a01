// Detects a lost server while a question is pending, which Gradio does not: it would wait forever.
const INTERVAL = 2000; // milliseconds between checks
const MAX_MISSED = 2; // failed checks in a row after which the server counts as lost
let askedProcess; // the server process that the question was sent to
let missed = 0;

export function start(onLost) {
  setInterval(async () => {
    if (document.body.classList.contains("waiting") && (await isLost())) onLost();
  }, INTERVAL);
}

export async function begin() {
  missed = 0;
  askedProcess = await currentProcess();
}

// Whether any server answers.
export async function isReachable() {
  return Boolean(await currentProcess());
}

// The question is lost also if a new process answers at the same address.
async function isLost() {
  const name = await currentProcess();
  missed = name ? 0 : missed + 1;
  return name ? Boolean(askedProcess) && name !== askedProcess : missed >= MAX_MISSED;
}

async function currentProcess() {
  try {
    const response = await fetch("ui/process", { cache: "no-store" });
    return response.ok ? await response.text() : askedProcess;
  } catch {
    return undefined;
  }
}
