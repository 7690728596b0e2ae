# What a person should know of and can mend: what is so, then what to do.
finding-feed-fetches-nothing = A client reads the feed “{ $about }” and has fetched nothing since { $day } (torrents waiting: { $count }). Most often its download rule is off, or fits no title: switch automatic downloading on in the client.
finding-feed-unread = No client has read the feed “{ $about }” since { $day } (torrents waiting in it: { $count }). Give its address to a client, or revoke the feed.
finding-unfetched-ends = No client has fetched some torrents of the feed “{ $about }” (number: { $count }); the first is deleted on { $day }. Let a client fetch them, or raise `sync.unfetched_retention_days`.
finding-unfetched-fills = Torrents that no client fetched take { $count } MB, nearly all that `sync.unfetched_max_mb` allows: the oldest are deleted soon. Let a client fetch them, revoke feeds that nobody reads, or raise the limit.
finding-unfetched-purged = Torrents were deleted that no client had fetched (number: { $count }), the last on { $day }. Grab them again in the app if you need them; raise `sync.unfetched_retention_days` or `sync.unfetched_max_mb` to keep more.
finding-app-not-configured = { $about } grabs through Prowlarr (downloads: { $count }) but is not among your apps: add it, or its grabs are not published.
finding-webhooks-missed = Some grabs of { $about } came by its history only today (number: { $count }): its webhook does not arrive. Test it in the app’s settings, under Connect.
finding-webhooks-unconfirmed = Webhooks of { $about } tell of grabs that its history does not know (number: { $count }), so no more are taken. If they are not yours, somebody has the webhook’s secret: change it.
finding-history-fails = The history of { $about } cannot be read (last time: { $day }). Check its address and its key with `grabfeed app test`.
finding-searches-spent = Some grabs wait because the searches of this hour at { $about } are spent (number: { $count }). Raise `matching.searches_per_hour` if its tracker allows more.
finding-never = never
finding-proxy-not-trusted = Requests come through the proxy { $about }, which is not trusted (last time: { $day }): all its visitors count as one, and one can hold all others. Add it: `server.trusted_proxies: [{ $about }]`.
finding-database-large = The database takes { $count } MiB, far more than the torrents in it. If it grew within days, somebody sends what does not exist: look at `grabfeed grab list`, and change the webhook secret if need be.
