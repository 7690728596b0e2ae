# What the API tells the log.
log-key-created = API key “{ $name }” created by { $actor } from { $address } (scopes: { $scopes }).
log-key-revoked = API key “{ $name }” revoked by { $actor } from { $address }.
log-key-first-used = API key “{ $name }” used for the first time, from { $address }.
log-feed-created = Feed “{ $feed }” created by { $actor } from { $address }.
log-feed-rotated = New URL of feed “{ $feed }” given by { $actor } from { $address }.
log-feed-revoked = Feed “{ $feed }” revoked by { $actor } from { $address }.
log-grab-retried = Another try of grab { $grab } asked for by { $actor } from { $address }.
log-app-tested = Connection with { $app } tested by { $actor } from { $address } (successful: { $ok }).
log-sync-asked = Reading of { $apps } histories asked for by { $actor } from { $address }.

# What the test of a connection answers.
app-test-ok = The app answers and takes the key.
app-test-other = Another program than { $app } answers at this address. Check the port.
