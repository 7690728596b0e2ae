### Settings: what `check`, `config` and the generated documents say.

## Report
config-level-error = error
config-level-help = help
config-expected = expected { $accepted }
config-nearest = Did you mean `{ $nearest }`?
config-report-count = { $count ->
    [one] One mistake in the settings: the service would not start.
   *[other] { $count } mistakes in the settings: the service would not start.
}
config-report-more = The last { $count } are not shown.
config-check-ok-file = OK: { $file } is valid.
config-check-ok-no-file = OK: there is no settings file; the defaults and the environment are valid.
config-origin-default = default
config-origin-database = database
config-show-key = Key
config-show-value = Value
config-show-origin = Origin
config-show-absent = (not set)

## Problems
config-problem-file-missing = The file does not exist.
config-problem-file-unreadable = The file cannot be read: check its permissions.
config-problem-file-not-a-file = This is no regular file but a directory, a pipe or a device.
config-problem-file-too-large = The file is larger than 1 MiB: this is no settings file.
config-problem-file-utf16 = The file is UTF-16: save it as UTF-8.
config-problem-file-not-utf8 = The file is not UTF-8 (perhaps Latin-1): save it as UTF-8.
config-problem-syntax-tab = There is a tab where YAML wants spaces. The rest of the file is not read.
config-problem-syntax-unclosed-quote = A quote is not closed, or text follows where it is. The rest of the file is not read.
config-problem-syntax-brackets = Brackets or braces do not match. The rest of the file is not read.
config-problem-syntax-indentation = The indentation of this line fits no level. The rest of the file is not read.
config-problem-syntax-colon = A colon is out of place: put a value that holds one in quotes. The rest of the file is not read.
config-problem-syntax-no-colon = A key must be followed by a colon and a space. The rest of the file is not read.
config-problem-syntax-escape = A backslash means nothing here: use single quotes. The rest of the file is not read.
config-problem-syntax-reserved = A value cannot begin with this character without quotes. The rest of the file is not read.
config-problem-syntax-directive = YAML’s `%` directives are not allowed. The rest of the file is not read.
config-problem-syntax-other = From here on the file is no YAML. The rest is not read.
config-problem-control-character = The control character { $character } is not allowed.
config-problem-alias = YAML aliases (`*name`) are not allowed: repeat the value.
config-problem-anchor = YAML anchors (`&name`) are not allowed: repeat the value.
config-problem-tag = YAML tags (`!name`) are not allowed: write the value alone.
config-problem-merge-key = YAML’s merge key (`<<`) is not allowed: repeat the keys.
config-problem-several-documents = A second document begins here (`---`): a settings file has one.
config-problem-too-deep = There are too many levels: no setting is that deep.
config-problem-too-many-nodes = The file holds far more entries than settings can have.
config-problem-root-not-sections = The file must be made of sections such as `server:`.
config-problem-key-not-text = A key must be a plain word.
config-problem-expected-keys = `{ $key }` wants keys, one per line.
config-problem-expected-list = `{ $key }` wants a list, one dash per entry.
config-problem-expected-value = `{ $key }` wants a single value.
config-problem-unknown-key = `{ $key }` is no known setting.
config-problem-duplicate-key = `{ $key }` was given before, in line { $line }.
config-problem-no-value = `{ $key }` has no value.
config-problem-wrong-value = `{ $key }` does not accept `{ $found }`.
config-problem-wrong-secret = `{ $key }` does not accept this value.
config-problem-out-of-range = `{ $key }`: `{ $found }` is out of range.
config-problem-missing = `{ $key }` is missing.
config-problem-duplicate-app = `{ $key }` has the same name as `{ $first }`.
config-problem-needs = `{ $key }` works only together with `{ $other }`, which has no value.
config-problem-secret-too-short = `{ $key }` has fewer than { $least } characters and can be guessed. Take a long random one, or leave it out: then one is made.
config-problem-trusts-everybody = `{ $key }` would believe everybody, and with `auth.proxy_header` anybody could sign in. Name the addresses of your proxies only.
config-problem-unknown-variable = This environment variable sets nothing.
config-problem-variable-and-file = This variable and its `_FILE` form are both set: keep one.
config-problem-list-gap = `{ $key }` is given without the one before it: count from 0, without gaps.

## Hints
config-hint-true-or-false = Write `true` or `false`.
config-hint-leading-zero = Remove the zeros at the beginning.
config-hint-decimal = Write the number in base ten.
config-hint-underscore = Write the number without `_`.
config-hint-exponent = Write the number in full, without an exponent.
config-hint-whole-number = Write a whole number.
config-hint-decimal-point = Write a point, not a comma.
config-hint-sexagesimal = Write a plain number: hours or minutes such as `12:30` are not read.
config-hint-no-quotes = Remove the quotes.
config-hint-variable = `${"{"}NAME{"}"}` is not replaced in settings: use the key’s own environment variable, or its `_FILE` form.
config-hint-url-scheme = Write the whole address, such as `http://host:1234`.
config-hint-url-credentials = Remove the user name and password from the address.
config-hint-url-query = Remove what follows `?` or `#`.
config-hint-exact-origin = Write each origin in full, such as `https://dashboard.example.org`; `*` is not allowed.
config-hint-reserved-name = This name belongs to the `prowlarr` section, which configures Prowlarr: choose another.
config-hint-whitespace = Remove the spaces, line breaks or invisible characters.

## What a key accepts
config-accepts-in-unit = { $accepted } ({ $unit })
config-accepts-boolean = `true` or `false`
config-accepts-integer = a whole number from { $min } to { $max }
config-accepts-decimal = a number from { $min } to { $max }
config-accepts-text = one line of text, at most { $longest } characters
config-accepts-choice = one of these words: { $words }
config-accepts-secret = a secret: one line of ASCII text without spaces around it
config-accepts-password = a password: any text
config-accepts-database-url = `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`
config-accepts-http-url = an http:// or https:// address without credentials or `?`
config-accepts-ip-address = an IPv4 or IPv6 address
config-accepts-url-base = nothing, or a path such as `/grabfeed` without a slash at its end
config-accepts-host-name = a host name or an IP address, without a port
config-accepts-header-name = the name of an HTTP header: ASCII letters, digits and hyphens; not one that has a meaning of its own, such as `Authorization`
config-accepts-ip-range = an IP address or a network such as `10.0.0.0/8`
config-accepts-origin = an origin such as `https://dashboard.example.org`
config-accepts-path = the path of a file
config-accepts-app-name = a name of 1 to 64 ASCII letters, digits, `-`, `_` or `.` that begins with a letter or digit
config-accepts-list = a list: { $item }
config-unit-seconds = in seconds
config-unit-hours = in hours
config-unit-days = in days
config-unit-megabytes = in MiB

## Default file
config-template-intro =
    Settings of grabfeed. Everything is optional: each commented line shows the default or an example.
    Remove the `#` before it to fix the value; what is fixed here can no longer be changed in the
    pages. Check with `grabfeed check settings.yml`.
config-template-accepts = Accepts { $accepted }.
config-template-default = Default: { $default }.
config-template-required = Required.
config-template-example = An example follows.
config-template-variable = Variable: { $variable }.

## Reference
config-reference-title = Settings reference
config-reference-intro =
    This page is made by `grabfeed config reference`; a test fails when it is stale.

    Three layers, from the weakest to the strongest: defaults, `settings.yml`, environment variables. They are read when the
    service starts: after a change, restart it. The file is never rewritten. `grabfeed config show` shows every value and
    where it came from, `grabfeed check` every mistake at once.

    Each key has its environment variable; followed by `_FILE`, it gives the path of a file that holds the value (a Docker
    secret), from which one line break at the end is removed. An empty variable counts as not set. In a variable, the entries of a list
    are separated by commas. `N` is the place of the app, counted from 0: the variable completes or replaces the key in the same
    place of the file.
config-reference-key = Key
config-reference-meaning = Meaning
config-reference-accepts = Accepts
config-reference-default = Default
config-reference-variable = Variable
config-reference-required = required
config-reference-none = none
config-reference-empty = empty

## Sections
config-section-server = Where the service listens, and under which address it is reached.
config-section-database = Where everything is kept.
config-section-prowlarr = The indexer manager through which .torrent files are downloaded. The section is optional; where it is, it is complete.
config-section-jackett = The other program through which apps reach indexers. The section is optional; where it is, it is complete.
config-section-apps = The programs whose grabs are collected, one per entry of the list.
config-section-sync = How grabs are collected, and how long they are kept.
config-section-matching = Which link or search result belongs to a grab.
config-section-network = Patience with the apps and Prowlarr. Downloads through Prowlarr follow a schedule of their own, much slower, to spare your trackers.
config-section-torrents = The .torrent files that are fetched and kept.
config-section-feeds = How feeds present themselves, and their patience with clients.
config-section-auth = Signing in to the pages.
config-section-oidc = Signing in by way of an OpenID Connect provider (Authelia, Authentik, Keycloak, …). The section is optional; where it is, it is complete. At the provider, enter the address of this service followed by `/login/oidc/callback` as the redirect URI.
config-section-cors = Which other web pages may read the service’s answers.
config-section-logging = What is written down, how and where.
config-section-metrics = Numbers for Prometheus.

## Keys
config-key-server-host = The address to listen on. 127.0.0.1 closes the service to other machines; `::` opens IPv6 too.
config-key-server-port = The TCP port to listen on.
config-key-server-url-base = The path under which a reverse proxy serves grabfeed. It precedes every address.
config-key-server-public-url = The public address, named in feeds and webhooks. Its host is always answered; if it is https, so is every request to it. Without it, the address that the request came to.
config-key-server-allowed-hosts = The names under which the service answers (Host header), against DNS rebinding, beside public_url and localhost. An empty list: addresses, names without a dot, and those in .local, .lan, .home, .home.arpa, .internal, .intranet, .private, .localdomain; any other name must stand here.
config-key-server-trusted-proxies = Proxies that are believed: `X-Forwarded-For`, `-Proto` and `-Host`, or `Forwarded` if none of these is there. They must write these headers themselves and not let a client’s pass. An empty list: none.
config-key-server-workers = Threads that serve requests. Not set: one per processor.
config-key-database-url = The database. Not set: the SQLite file grabfeed.db in the data directory. PostgreSQL allows several instances of the service.
config-key-prowlarr-url = Prowlarr’s address as this service reaches it, path included. Download links are rewritten to it.
config-key-prowlarr-api-key = Prowlarr’s API key (Settings, General).
config-key-prowlarr-verify-tls = Whether Prowlarr’s certificate is checked, if the address is https. Turn it off only for a self-signed certificate inside the household; `network.ca_file` is better. The exception holds for this host and port only, and if everything configured there asks for it.
config-key-prowlarr-grab-sources = Programs beside the configured apps whose downloads through Prowlarr are grabs, by the names that Prowlarr’s history gives them (Mylar3, LazyLibrarian). All others only probe and are not fetched: cross-seed, readers of RSS. Grabs made on Prowlarr’s own page always count.
config-key-jackett-url = Jackett’s address as this service reaches it, base path included. Its links are fetched there, by whatever address the app knows it.
config-key-jackett-api-key = Jackett’s API key, at the top of its page. After a change the links that apps keep work with the new one.
config-key-apps-name = The app’s name, unique, whatever its case. It is part of the webhook’s address: /hooks/NAME.
config-key-apps-type = Which program it is.
config-key-apps-url = The app’s address as this service reaches it, path included.
config-key-apps-api-key = The app’s API key (Settings, General).
config-key-apps-verify-tls = Whether the app’s certificate is checked, if the address is https. Turn it off only for a self-signed certificate inside the household; `network.ca_file` is better. The exception holds for this host and port only, and if everything configured there asks for it.
config-key-apps-enabled = Whether the app is asked and its webhooks are taken.
config-key-apps-webhook-secret = The secret that the app’s webhooks must show. Not set: one is made once and kept in the database.
config-key-sync-mode = How grabs arrive. Webhooks are fast but can be lost; only the history makes sure that nothing is missing.
config-key-sync-interval-seconds = Time between two readings of the histories. Shorter: faster without webhooks, more requests.
config-key-sync-test-webhooks = Whether an app that may have given our webhook up (after our start, or when its history shows a grab that no webhook told of) is asked to test it: that ends its silence of up to an hour.
config-key-sync-lookback-days = How far back the first reading of a history goes. 0: only what comes afterwards.
config-key-sync-retention-hours = How long finished grabs and their torrents are kept (2160: 90 days). 0: forever.
config-key-sync-unfetched-retention-days = How long a torrent is kept that no client of a feed has fetched. 0: forever. Its end is announced.
config-key-sync-unfetched-max-mb = How much such torrents may take once they are past the retention. The oldest are deleted first.
config-key-sync-auto-purge = Whether what is older than that is deleted by itself. Otherwise only when asked.
config-key-matching-min-score = The least score of a search result, of 100. Higher: fewer mistakes, more grabs without a torrent.
config-key-matching-strict-hash = Whether a torrent must have the infohash that the app announced, where it is known.
config-key-matching-allow-search = Whether Prowlarr is searched, once, when a grab has no usable link.
config-key-matching-searches-per-hour = How many searches one indexer is asked for in an hour, all grabs together. Zero: none.
config-key-matching-allow-magnets = Whether a grab that has only a magnet link is published as one. Otherwise it is skipped with that reason.
config-key-network-retries = Attempts of one call to an app or Prowlarr, the first included.
config-key-network-backoff-seconds = Pause after the first failure; it doubles with each further one, with a part of chance.
config-key-network-timeout-seconds = How long one answer may take. Behind a challenge solver an indexer can need more than a minute; the apps themselves give up after 100 seconds.
config-key-network-link-sources = Further machines of the household from which a link may be fetched, such as Jackett. Every other private address is refused, whoever names it.
config-key-network-host-spacing-seconds = The least time between two requests for torrents at one site that is not reached through Prowlarr. Prowlarr keeps two seconds itself.
config-key-network-ca-file = PEM file of certification authorities to trust besides the public ones and the system’s. Relative to the data folder.
config-key-torrents-max-size-mb = The largest .torrent file. Beyond it the download is cut and the grab fails with that reason.
config-key-torrents-expose-static = Whether /torrents lists and serves the files, always behind authentication.
config-key-feeds-title = The title of the global feed; the others add their name.
config-key-feeds-description = The description of feeds. Empty: the name of the feed.
config-key-feeds-window = How many items a feed lists. Some clients keep 50 and forget the others: raise it only if you know yours.
config-key-auth-cookie-secure = Whether the session cookie travels over HTTPS only. `auto`: as the request; `true`: always, advised in production; `false`: never.
config-key-auth-session-idle-hours = How long a session may be unused.
config-key-auth-session-days = How long a session lasts at most, however much it is used.
config-key-auth-proxy-header = The header in which a proxy names who has signed in to it, such as `Remote-User`. It counts only if it comes from `server.trusted_proxies` and names one of `auth.proxy_users`; otherwise it is removed. The proxy must remove it from what visitors send.
config-key-auth-proxy-users = The names in `auth.proxy_header` that are the administrator.
config-key-oidc-issuer-url = The provider’s address: `/.well-known/openid-configuration` lies below it.
config-key-oidc-client-id = The name under which the provider knows this service.
config-key-oidc-client-secret = The secret that the provider gave for that name. Without it, this service is a public client.
config-key-oidc-users = Who may sign in as administrator: e-mail addresses, which count only if the provider has verified them, or subjects (the claim `sub`). Write `sub:` before a subject that contains `@`.
config-key-oidc-scopes = What is asked of the provider, with spaces between.
config-key-oidc-name = What the button of the sign-in page calls the provider.
config-key-auth-password-min-length = The fewest characters of a new password.
config-key-auth-setup-token = What the first set-up must show, at least 20 characters. Not set: one is made and written to the file `setup-token` of the data folder.
config-key-auth-admin-name = The name of the account to create at the first start, instead of a set-up; together with `auth.admin_password`. An existing account is never changed.
config-key-auth-admin-password = The password of that account.
config-key-cors-allow-origins = Exact origins that may read answers from a browser. An empty list: none.
config-key-logging-level = The least severe entries that are written.
config-key-logging-format = A sentence per line, or a JSON object per line.
config-key-logging-file = A file that receives every entry too, besides standard error; what concerns sign-ins, keys and feeds goes to a second file besides (grabfeed.security.log beside grabfeed.log). Relative to the data directory.
config-key-logging-language = The language of logs and of the command line, and of pages for who has chosen none.
config-key-metrics-enabled = Whether /metrics is served.
