### The demonstration: what the `demo` command shows while it plays its plan.

demo-grabbed = { $app } grabs “{ $title }” from { $indexer }
demo-not-grabbed = { $app } could not grab “{ $title }” from { $indexer }

## How the grab will go; nothing is shown when all is normal.

demo-case-normal = the normal case
demo-case-late-row = on purpose: the history row comes after the webhook
demo-case-lost-webhook = on purpose: the webhook is lost, only the history knows
demo-case-rate-limited = on purpose: the indexer asks to come back later, once
demo-case-magnet = on purpose: there is only a magnet link
demo-case-gone = on purpose: the tracker removed the release

## The addresses, once everything runs.

demo-addresses =
    grabfeed runs against simulated apps.
    Address: { $url }
    Account: { $account }, password: { $password }
    Feed for your torrent client: { $feed }
    API key (scopes read and metrics): { $key }
    Example: { $example }
    Ctrl-C to stop.
