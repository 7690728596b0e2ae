# La connexion, par un fournisseur ou par un proxy.
log-auth-sign-in-refused = Connexion refusée ({ $method }) depuis { $address } : { $reason }.
