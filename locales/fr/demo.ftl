### La démonstration : ce que la commande `demo` affiche pendant qu'elle joue son scénario.

demo-grabbed = { $app } récupère « { $title } » chez { $indexer }
demo-not-grabbed = { $app } n’a pas pu récupérer « { $title } » chez { $indexer }

## Comment la récupération va se passer ; rien n'est affiché quand tout est normal.

demo-case-normal = cas normal
demo-case-late-row = exprès : la ligne d’historique arrive après le webhook
demo-case-lost-webhook = exprès : le webhook est perdu, seul l’historique en garde la trace
demo-case-rate-limited = exprès : l’indexeur demande de revenir plus tard, une fois
demo-case-magnet = exprès : il n’existe qu’un lien magnet
demo-case-gone = exprès : le tracker a retiré la release

## Les adresses, une fois tout démarré.

demo-addresses =
    grabfeed tourne face à des applications simulées.
    Adresse : { $url }
    Compte : { $account }, mot de passe : { $password }
    Flux à donner à votre client torrent : { $feed }
    Clé d’API (droits read et metrics) : { $key }
    Exemple : { $example }
    Ctrl-C pour arrêter.
