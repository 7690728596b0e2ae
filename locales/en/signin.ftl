# What the log tells of access.
log-auth-signed-in = The administrator signed in from { $address } ({ $method }).
log-auth-sign-in-failed = Sign-in refused from { $address }: the name or the password is wrong.
log-auth-throttled = Too many failures from { $address } ({ $method }): the next attempt is taken in { $wait_seconds } s.
log-auth-signed-out = { $actor } signed out from { $address }.
log-auth-session-ended = { $actor } ended session { $number } from { $address }.
log-auth-sessions-ended = { $actor } ended { $ended } other sessions from { $address }.
log-auth-password-changed = { $actor } changed the password from { $address }; the other sessions ended.
log-auth-password-refused = Password not changed: the present one, sent from { $address }, is wrong.
log-auth-refused =
    { $method ->
        [webhook] Webhook refused from { $address }: unknown app or wrong secret. Check the address and the secret with “grabfeed app webhook”.
        [feed] Feed or torrent refused to { $address }: the address is not valid, or no longer. Create one with “grabfeed feed create”.
       *[api_key] Key refused to { $address }: unknown, expired or revoked. Create one with “grabfeed key create”.
    }
log-auth-forbidden = The key “{ $actor }” lacks the scope { $needed }, asked for from { $address }.
log-auth-plain-http = Sign-in without HTTPS from { $address }: on that network the password and the session can be read. Put an HTTPS proxy in front of the service.
