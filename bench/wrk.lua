-- wrk -s wrk.lua URL -- <body file> [<header> <value>]...: posts the file; prints the figures as one line of JSON, times
-- in microseconds

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  wrk.method = "POST"
  for index = 2, #arguments, 2 do wrk.headers[arguments[index]] = arguments[index + 1] end
  wrk.body = file:read("*all")
  file:close()
end

function done(summary, latency, _)
  local errors = summary.errors
  print(string.format(
    '{"requests": %d, "duration": %d, "errors": %d, "mean": %.1f, "p50": %d, "p99": %d}',
    summary.requests, summary.duration,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency.mean, latency:percentile(50), latency:percentile(99)))
end
