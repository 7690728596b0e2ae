# Calls to the apps and to Prowlarr: logs, then what a failure means.

log-upstream-retry = { $upstream } did not answer “{ $operation }” as expected ({ $outcome }): trying again in { $wait_seconds } s.
log-upstream-circuit-opened = { $upstream } fails repeatedly: it is left alone for a while.
log-upstream-circuit-closed = { $upstream } answers again.
log-upstream-certificate-unchecked = The certificate of { $host }, port { $port }, is not checked (verify_tls: false): anybody in between can read the API key. network.ca_file is better.

upstream-circuit-open = Not asked: it has just failed several times in a row. It will be tried again in a while.
upstream-address-refused = The address belongs to a network that this service does not reach.
upstream-tls-failed = The secure connection failed: check the certificate, or whether it is http or https.
upstream-unreachable = No connection: check the address, the port, and that the app is running.
upstream-timed-out = No answer in time.
upstream-broken = The connection broke before the end of the answer.
upstream-key-refused = The API key is refused: copy it again from the app (Settings → General).
upstream-not-found = The API is not at this address: check the URL’s base path and the type of app.
upstream-rate-limited = Too many requests: the app asks to wait.
upstream-refused = The request is refused (status { $status }).
upstream-server-error = The app had an error (status { $status }), or is still starting.
upstream-indexer-unavailable = Prowlarr has disabled or suspended this indexer.
upstream-redirected = The address redirects elsewhere: enter the final address.
upstream-too-large = The answer is larger than allowed.
upstream-bad-answer = The answer is not that of an API: the address probably leads to a web page.

upstream-invalid-url = The URL must begin with http:// or https:// and have a host.
upstream-invalid-api-key = The API key is empty or has characters that a key cannot have.
upstream-invalid-kind = This type of app has another API.
