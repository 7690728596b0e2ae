# The errors that requests get.
problem-unauthorized = Credentials required: send a key in the X-Api-Key header.
problem-forbidden = This key lacks the scope. Create one that has it.
problem-key-in-query = A key in the URL ends up in logs, so it is refused: send it in the X-Api-Key or Authorization header.
problem-not-found = There is nothing at this address. Check that it is complete and that the feed was not revoked.
problem-gone = This torrent was withdrawn.
problem-method-not-allowed = This address does not take this method.
problem-bad-request = The request cannot be read. Check its parameters and its body.
problem-body-too-large = The body is too large.
problem-body-too-slow = The body comes in too slowly.
problem-unsupported-encoding = The body must not be compressed.
problem-bad-host = The request’s host name is not accepted. Set server.public_url or server.allowed_hosts.
problem-unavailable = The service is not available now. Try again in a moment.
problem-internal = Internal error. The log tells more under the same request id.

# What the listener tells in the log.
log-web-connections-full = All { $connections } connections are in use; those that are idle are closed.
log-web-accept-failed = The system hands over no connection: { $cause }. Check the limit of open files.
