# Ce que l’API raconte au journal.
log-key-created = Clé d’API « { $name } » créée par { $actor } depuis { $address } (droits : { $scopes }).
log-key-revoked = Clé d’API « { $name } » révoquée par { $actor } depuis { $address }.
log-key-first-used = Clé d’API « { $name } » utilisée pour la première fois, depuis { $address }.
log-feed-created = Flux « { $feed } » créé par { $actor } depuis { $address }.
log-feed-rotated = Nouvelle adresse du flux « { $feed } » donnée par { $actor } depuis { $address }.
log-feed-revoked = Flux « { $feed } » révoqué par { $actor } depuis { $address }.
log-grab-retried = Nouvel essai du grab { $grab } demandé par { $actor } depuis { $address }.
log-app-tested = Connexion avec { $app } essayée par { $actor } depuis { $address } (réussie : { $ok }).
log-sync-asked = Lecture de { $apps } historiques demandée par { $actor } depuis { $address }.

# Ce que répond l’essai d’une connexion.
app-test-ok = L’application répond et accepte la clé.
app-test-other = Un autre programme que { $app } répond à cette adresse. Vérifiez le port.
