# Signing in, by way of a provider or a proxy.
log-auth-sign-in-refused = Somebody at { $address } was not signed in ({ $method }): { $reason }.
