# What a person should know of and can mend: what is so, then what to do.
finding-feed-fetches-nothing = A client reads the feed “{ $about }” and has fetched nothing since { $day }: { $count } torrents wait. Most often its download rule is off, or fits no title: switch automatic downloading on in the client.
finding-feed-unread = No client has read the feed “{ $about }” since { $day }: { $count } torrents wait in it. Give its address to a client, or revoke the feed.
finding-unfetched-ends = { $count } torrents of the feed “{ $about }” were never fetched; the first is deleted on { $day }. Let a client fetch them, or raise `sync.unfetched_retention_days`.
finding-unfetched-fills = Torrents that no client fetched take { $count } MB, nearly all that `sync.unfetched_max_mb` allows: the oldest are deleted soon. Let a client fetch them, revoke feeds that nobody reads, or raise the limit.
finding-unfetched-purged = { $count } torrents were deleted that no client had fetched, the last on { $day }. Grab them again in the app if you need them; raise `sync.unfetched_retention_days` or `sync.unfetched_max_mb` to keep more.
finding-app-not-configured = { $about } grabs through Prowlarr ({ $count } downloads) but is not among your apps: add it, or its grabs are not published.
finding-webhooks-missed = { $count } grabs of { $about } came by its history only today: its webhook does not arrive. Test it in the app’s settings, under Connect.
finding-webhooks-unconfirmed = { $count } webhooks of { $about } tell of grabs that its history does not know, so no more are taken. If they are not yours, somebody has the webhook’s secret: change it.
finding-history-fails = The history of { $about } cannot be read (last time: { $day }). Check its address and its key with `grabfeed app test`.
finding-searches-spent = { $count } grabs wait because the searches of this hour at { $about } are spent. Raise `matching.searches_per_hour` if its tracker allows more.
