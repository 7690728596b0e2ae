# Ce que le journal dit des accès.
log-auth-signed-in = Connexion de l’administrateur depuis { $address } ({ $method }).
log-auth-sign-in-failed = Connexion refusée depuis { $address } : nom ou mot de passe faux.
log-auth-throttled = Trop d’échecs depuis { $address } ({ $method }) : prochain essai dans { $wait_seconds } s.
log-auth-signed-out = Déconnexion de { $actor } depuis { $address }.
log-auth-session-ended = { $actor } a fermé la session { $number } depuis { $address }.
log-auth-sessions-ended = { $actor } a fermé { $ended } autres sessions depuis { $address }.
log-auth-password-changed = { $actor } a changé le mot de passe depuis { $address } ; les autres sessions sont fermées.
log-auth-password-refused = Mot de passe inchangé : l’actuel, envoyé depuis { $address }, est faux.
log-auth-refused =
    { $method ->
        [webhook] Webhook refusé depuis { $address } : application inconnue ou secret faux. Vérifiez l’adresse et le secret avec « grabfeed app webhook ».
        [feed] Flux ou torrent refusé à { $address } : l’adresse n’est pas ou plus valable. Créez-en une avec « grabfeed feed create ».
       *[api_key] Clé refusée à { $address } : inconnue, expirée ou révoquée. Créez-en une avec « grabfeed key create ».
    }
log-auth-forbidden = La clé « { $actor } » n’a pas le droit { $needed }, demandé depuis { $address }.
log-auth-plain-http = Connexion sans HTTPS depuis { $address } : sur ce réseau, le mot de passe et la session peuvent être lus. Mettez un proxy HTTPS devant le service.
