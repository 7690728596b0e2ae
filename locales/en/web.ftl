# The errors that requests get.
problem-unauthorized = Credentials required: send a key in the X-Api-Key header.
problem-wrong-webhook-secret = The webhook’s secret is missing or wrong. `grabfeed app webhook NAME` prints it: send it in the X-Webhook-Token header, or as the password.
problem-forbidden = This key lacks the scope. Create one that has it.
problem-beyond-own-key = A key makes no key that opens more than itself, or for longer: “field” says which. Sign in, or use the command line.
problem-key-in-query = A key in the URL ends up in logs, so it is refused: send it in the X-Api-Key or Authorization header.
problem-key-needed = This address is for a torrent client, which shows an API key. To read a feed in the browser, create one.
problem-not-found = There is nothing at this address. Check that it is complete and that the feed was not revoked.
problem-gone = This torrent was withdrawn.
problem-method-not-allowed = This address does not take this method.
problem-bad-request = The request cannot be read. Check its parameters and its body.
problem-body-too-large = The body is too large.
problem-body-too-slow = The body comes in too slowly.
problem-unsupported-encoding = The body must not be compressed.
problem-bad-host = The service does not answer under this host name. If it is its own, set it in server.public_url or server.allowed_hosts.
problem-cross-site = Another web page wanted to act in your place, so the request is refused. Reload the page and try again.
problem-content-type = The content must be JSON, announced by the header Content-Type: application/json.
problem-form-type = The form cannot be read. Reload the page, then try again.
problem-invalid-value = A value cannot be used: “field” says which.
problem-name-taken = This name is taken. Choose another.
problem-conflict = The present state does not allow it. Reload, then try again.
problem-too-many-attempts = Too many attempts failed. Wait a moment, then try again.
problem-sign-in-failed = The name or the password is wrong.
problem-wrong-password = The present password is wrong.
problem-weak-password = This password is too short or too well known. Take a longer one: a sentence of a few words will do.
problem-sign-in-over = This sign-in is over: it took too long, is finished already, or began in another browser or at another address. Begin again on the sign-in page.
problem-not-allowed-here = Signing in by way of the provider failed: it does not vouch for you, or the settings do not list you (oidc.users). The log says which.
problem-not-set-up = There is no account yet. Finish the first set-up, then sign in.
problem-bad-setup-token = The setup token is wrong. The log says in which file it is.
problem-upstream-failed = A service that the answer depends on does not answer as expected. Try again in a moment.
problem-unavailable = The service is not available now. Try again in a moment.
problem-internal = Internal error. The log tells more under the same request id.

# What the listener tells in the log.
log-web-connections-full = All { $connections } connections are in use; those that are idle are closed.
log-web-accept-failed = The system hands over no connection: { $cause }. Check the limit of open files.
log-web-proxy-not-trusted = A proxy at { $address } is in front of us and is not trusted: all its visitors count as one. Add it to server.trusted_proxies.
log-web-host-refused = A request was refused: it asks for the host { $host }, which is not one of ours. If it is, name it in server.public_url or server.allowed_hosts.
