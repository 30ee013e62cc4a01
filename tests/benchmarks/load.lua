-- Asks the questions of a file one after another; counts what comes back. Arguments: file, pause between two, in ms.
local questions, at, pause = {}, 0, 0
counted = {}

function init(args)
  for line in io.lines(args[1]) do questions[#questions + 1] = line end
  pause = tonumber(args[2] or "0")
  math.randomseed(17)
  at = math.random(#questions)
end

-- Evenly spread around the pause that was asked for, so that the clients do not march in step.
function delay() return math.floor(2 * pause * math.random()) end

function request()
  at = at % #questions + 1
  return wrk.format("POST", "/v1/answer", { ["Content-Type"] = "application/json" }, questions[at])
end

function response(status)
  counted[status] = (counted[status] or 0) + 1
end

local threads = {}
function setup(thread) threads[#threads + 1] = thread end

function done(summary, latency)
  local seconds = summary.duration / 1e6
  io.write(string.format('{"rate": %.2f, "p50": %.1f, "p95": %.1f, "p99": %.1f, "lost": %d, "statuses": {',
    summary.requests / seconds, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    latency:percentile(99) / 1e3, summary.errors.connect + summary.errors.read + summary.errors.write))
  local first = true
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get("counted") or {}) do
      io.write(string.format('%s"%d": %d', first and "" or ", ", status, count))
      first = false
    end
  end
  io.write("}}\n")
end
