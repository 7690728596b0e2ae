# Stopping the program.
log-ops-panicked = A defect of grabfeed ({ $place }: { $cause }). The service goes on; please report it.
log-log-repeated = { $kind } came { $times } more times from { $network } within a minute and was only counted.
log-ops-readable-by-others = Others on this machine can read { $file } (mode { $mode }), which holds keys and passkeys. Set its mode to 0600.
log-ops-stopping = Asked to stop: finishing what is under way within { $deadline_seconds } seconds.
log-ops-stopped = Stopped.
log-ops-stopped-in-a-hurry = Stopped, but work under way had to be interrupted. It resumes at the next start.
log-ops-stopped-with-work-left = Forced to stop: { $tasks ->
    [one] one task
   *[other] { $tasks } tasks
} did not end in time. The work resumes at the next start.
