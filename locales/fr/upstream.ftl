# Appels aux applications et à Prowlarr : journaux, puis explications d’un échec.

log-upstream-retry = { $upstream } n’a pas répondu comme prévu à « { $operation } » ({ $outcome }) : nouvel essai dans { $wait_seconds } s.
log-upstream-circuit-opened = { $upstream } échoue à répétition : il n’est plus interrogé pendant un moment.
log-upstream-circuit-closed = { $upstream } répond de nouveau.
log-upstream-certificate-unchecked = Le certificat de { $host }, port { $port }, n’est pas vérifié (verify_tls : false) : quiconque se trouve entre les deux peut lire la clé d’API. Préférez network.ca_file.

upstream-circuit-open = Pas interrogé : plusieurs échecs viennent de se suivre. Nouvel essai dans un moment.
upstream-address-refused = L’adresse appartient à un réseau auquel ce service n’accède pas.
upstream-tls-failed = La connexion sécurisée a échoué : vérifiez le certificat, ou le choix entre http et https.
upstream-unreachable = Connexion impossible : vérifiez l’adresse, le port, et que l’application est démarrée.
upstream-timed-out = Pas de réponse dans le délai prévu.
upstream-broken = La connexion a été coupée avant la fin de la réponse.
upstream-key-refused = La clé d’API est refusée : copiez-la de nouveau depuis l’application (Paramètres → Général).
upstream-not-found = L’API n’est pas à cette adresse : vérifiez le chemin de base de l’URL et le type d’application.
upstream-rate-limited = Trop de requêtes : l’application demande d’attendre.
upstream-refused = La requête est refusée (statut { $status }).
upstream-server-error = L’application a rencontré une erreur (statut { $status }), ou elle démarre encore.
upstream-indexer-unavailable = Prowlarr a désactivé ou suspendu cet indexeur.
upstream-redirected = L’adresse redirige ailleurs : indiquez l’adresse finale.
upstream-too-large = La réponse dépasse la taille permise.
upstream-bad-answer = La réponse n’est pas celle d’une API : l’adresse mène sans doute à une page web.

upstream-invalid-url = L’URL doit commencer par http:// ou https:// et contenir un hôte.
upstream-invalid-api-key = La clé d’API est vide ou contient des caractères impossibles.
upstream-invalid-kind = Ce type d’application utilise une autre API.
