# La connexion, par un fournisseur ou par un proxy.
log-auth-signed-in = { $actor } s’est connecté ({ $method }) depuis { $address }.
log-auth-sign-in-refused = Connexion refusée ({ $method }) depuis { $address } : { $reason }.
