### Réglages : ce que disent `check`, `config` et la documentation produite par le code.

## Rapport
config-level-error = erreur 
config-level-help = aide 
config-expected = attendu : { $accepted }
config-nearest = Vouliez-vous écrire `{ $nearest }` ?
config-report-count = { $count ->
    [one] Une erreur dans les réglages : le service ne démarrerait pas.
   *[other] { $count } erreurs dans les réglages : le service ne démarrerait pas.
}
config-report-more = Les { $count } dernières ne sont pas affichées.
config-check-ok-file = OK : { $file } est valide.
config-check-ok-no-file = OK : aucun fichier de réglages, les valeurs par défaut et l’environnement sont valides.
config-origin-default = valeur par défaut
config-origin-database = base de données
config-show-key = Clé
config-show-value = Valeur
config-show-origin = Origine
config-show-absent = (absent)

## Problèmes
config-problem-file-missing = Le fichier n’existe pas.
config-problem-file-unreadable = Le fichier ne peut pas être lu : vérifiez ses droits d’accès.
config-problem-file-not-a-file = Ce n’est pas un fichier ordinaire, mais un dossier, un tube ou un périphérique.
config-problem-file-too-large = Le fichier dépasse 1 Mio : ce n’est pas un fichier de réglages.
config-problem-file-utf16 = Le fichier est en UTF-16 : enregistrez-le en UTF-8.
config-problem-file-not-utf8 = Le fichier n’est pas en UTF-8 (peut-être en Latin-1) : enregistrez-le en UTF-8.
config-problem-syntax-tab = Une tabulation se trouve là où YAML veut des espaces. La suite du fichier n’est pas lue.
config-problem-syntax-unclosed-quote = Un guillemet n’est pas fermé, ou du texte suit sa fermeture. La suite du fichier n’est pas lue.
config-problem-syntax-brackets = Des crochets ou des accolades ne se correspondent pas. La suite du fichier n’est pas lue.
config-problem-syntax-indentation = Le retrait de cette ligne ne correspond à aucun niveau. La suite du fichier n’est pas lue.
config-problem-syntax-colon = Un deux-points n’est pas à sa place : mettez entre guillemets une valeur qui en contient. La suite du fichier n’est pas lue.
config-problem-syntax-no-colon = Une clé doit être suivie d’un deux-points et d’une espace. La suite du fichier n’est pas lue.
config-problem-syntax-escape = Une barre oblique inverse n’a pas de sens ici : utilisez des guillemets simples. La suite du fichier n’est pas lue.
config-problem-syntax-reserved = Une valeur ne peut pas commencer par ce caractère sans guillemets. La suite du fichier n’est pas lue.
config-problem-syntax-directive = Les directives `%` de YAML ne sont pas admises. La suite du fichier n’est pas lue.
config-problem-syntax-other = Le fichier n’est plus du YAML à partir d’ici. La suite n’est pas lue.
config-problem-control-character = Le caractère de contrôle { $character } n’est pas admis.
config-problem-alias = Les alias YAML (`*nom`) ne sont pas admis : répétez la valeur.
config-problem-anchor = Les ancres YAML (`&nom`) ne sont pas admises : répétez la valeur.
config-problem-tag = Les étiquettes YAML (`!nom`) ne sont pas admises : écrivez la valeur seule.
config-problem-merge-key = La fusion YAML (`<<`) n’est pas admise : répétez les clés.
config-problem-several-documents = Un second document commence ici (`---`) : un fichier de réglages n’en a qu’un.
config-problem-too-deep = Les niveaux sont trop nombreux : aucun réglage n’est aussi profond.
config-problem-too-many-nodes = Le fichier contient bien plus d’éléments que des réglages ne peuvent en avoir.
config-problem-root-not-sections = Le fichier doit être une suite de sections telles que `server:`.
config-problem-key-not-text = Une clé doit être un simple mot.
config-problem-expected-keys = `{ $key }` attend des clés, une par ligne.
config-problem-expected-list = `{ $key }` attend une liste, un tiret par élément.
config-problem-expected-value = `{ $key }` attend une seule valeur.
config-problem-unknown-key = `{ $key }` n’est pas un réglage connu.
config-problem-duplicate-key = `{ $key }` a déjà été donné, ligne { $line }.
config-problem-no-value = `{ $key }` n’a pas de valeur.
config-problem-wrong-value = `{ $key }` n’accepte pas `{ $found }`.
config-problem-wrong-secret = `{ $key }` n’accepte pas cette valeur.
config-problem-out-of-range = `{ $key }` : `{ $found }` est hors limites.
config-problem-missing = `{ $key }` manque.
config-problem-duplicate-app = `{ $key }` porte le même nom que `{ $first }`.
config-problem-needs = `{ $key }` ne sert qu’avec `{ $other }`, qui n’a pas de valeur.
config-problem-secret-too-short = `{ $key }` a moins de { $least } caractères et peut se deviner. Prenez-en un long, tiré au hasard, ou retirez ce réglage : il sera alors créé.
config-problem-trusts-everybody = `{ $key }` ferait croire tout le monde, et avec `auth.proxy_header` n’importe qui pourrait se connecter. Ne nommez que les adresses de vos proxys.
config-problem-unknown-variable = Cette variable d’environnement ne correspond à aucun réglage.
config-problem-variable-and-file = Cette variable et sa forme en `_FILE` sont toutes deux définies : gardez-en une.
config-problem-list-gap = `{ $key }` est donné sans celui qui le précède : numérotez à partir de 0, sans trou.

## Conseils
config-hint-true-or-false = Écrivez `true` ou `false`.
config-hint-leading-zero = Enlevez les zéros du début.
config-hint-decimal = Écrivez le nombre en base dix.
config-hint-underscore = Écrivez le nombre sans `_`.
config-hint-exponent = Écrivez le nombre en entier, sans exposant.
config-hint-whole-number = Écrivez un nombre entier.
config-hint-decimal-point = Écrivez un point, et non une virgule.
config-hint-sexagesimal = Écrivez un nombre simple : les heures ou minutes `12:30` ne sont pas lues.
config-hint-no-quotes = Enlevez les guillemets.
config-hint-variable = `${"{"}NOM{"}"}` n’est pas remplacé dans les réglages : utilisez la variable d’environnement propre à cette clé, ou sa forme en `_FILE`.
config-hint-url-scheme = Écrivez l’adresse entière, par exemple `http://hote:1234`.
config-hint-url-credentials = Enlevez l’identifiant et le mot de passe de l’adresse.
config-hint-url-query = Enlevez ce qui suit `?` ou `#`.
config-hint-exact-origin = Écrivez chaque origine en entier, par exemple `https://tableau.example.org` ; `*` n’est pas admis.
config-hint-reserved-name = Ce nom est pris par la section `prowlarr`, qui configure Prowlarr : choisissez-en un autre.
config-hint-whitespace = Enlevez les espaces, retours à la ligne ou caractères invisibles.

## Ce qu’une clé accepte
config-accepts-in-unit = { $accepted } ({ $unit })
config-accepts-boolean = `true` ou `false`
config-accepts-integer = un nombre entier de { $min } à { $max }
config-accepts-decimal = un nombre de { $min } à { $max }
config-accepts-text = un texte d’une ligne, de { $longest } caractères au plus
config-accepts-choice = un de ces mots : { $words }
config-accepts-secret = un secret : texte ASCII d’une ligne, sans espace autour
config-accepts-password = un mot de passe : un texte quelconque
config-accepts-database-url = `sqlite:CHEMIN` ou `postgres://UTILISATEUR:MOT_DE_PASSE@HOTE/BASE`
config-accepts-http-url = une adresse en http:// ou https://, sans identifiant ni `?`
config-accepts-ip-address = une adresse IPv4 ou IPv6
config-accepts-url-base = rien, ou un chemin tel que `/grabfeed`, sans barre à la fin
config-accepts-host-name = un nom d’hôte ou une adresse IP, sans port
config-accepts-header-name = le nom d’un en-tête HTTP : lettres ASCII, chiffres et traits d’union ; pas un nom qui a déjà un sens, comme `Authorization`
config-accepts-ip-range = une adresse IP ou un réseau tel que `10.0.0.0/8`
config-accepts-origin = une origine telle que `https://tableau.example.org`
config-accepts-path = le chemin d’un fichier
config-accepts-app-name = un nom de 1 à 64 lettres ASCII, chiffres, `-`, `_` ou `.`, commençant par une lettre ou un chiffre
config-accepts-list = une liste : { $item }
config-unit-seconds = en secondes
config-unit-hours = en heures
config-unit-days = en jours
config-unit-megabytes = en Mio

## Fichier par défaut
config-template-intro =
    Réglages de grabfeed. Tout est facultatif : chaque ligne en commentaire montre la valeur par défaut
    ou un exemple. Enlevez le `#` qui la précède pour la fixer ; ce qui est fixé ici ne se change
    plus dans les pages. Vérifiez avec `grabfeed check settings.yml`.
config-template-accepts = Accepte { $accepted }.
config-template-default = Par défaut : { $default }.
config-template-required = Obligatoire.
config-template-example = Exemple ci-dessous.
config-template-variable = Variable : { $variable }.

## Référence
config-reference-title = Référence des réglages
config-reference-intro =
    Cette page est produite par `grabfeed config reference` ; un test échoue si elle n’est plus à jour.

    Trois couches, de la plus faible à la plus forte : valeurs par défaut, `settings.yml`, variables d’environnement. Le
    service les lit à son démarrage : après une modification, redémarrez-le. Le fichier n’est jamais réécrit. `grabfeed
    config show` montre chaque valeur et son origine, `grabfeed check` toutes les erreurs à la fois.

    Chaque clé a sa variable d’environnement ; suivie de `_FILE`, celle-ci donne le chemin d’un fichier qui contient la valeur
    (secret Docker), dont un seul retour à la ligne final est enlevé. Une variable vide compte comme absente. Dans une
    variable, les éléments d’une liste se séparent par des virgules. `N` est le rang de l’application, à partir de 0 : la
    variable complète ou remplace la clé de même rang du fichier.
config-reference-key = Clé
config-reference-meaning = Sens
config-reference-accepts = Accepte
config-reference-default = Par défaut
config-reference-variable = Variable
config-reference-required = obligatoire
config-reference-none = aucune
config-reference-empty = vide

## Sections
config-section-server = Où le service écoute, et sous quelle adresse on le joint.
config-section-database = Où tout est conservé.
config-section-prowlarr = Le gestionnaire d’indexeurs par lequel passent les téléchargements de fichiers .torrent. Section facultative ; si elle est là, elle est complète.
config-section-jackett = L’autre programme par lequel les applications joignent des indexeurs. Section facultative ; si elle est là, elle est complète.
config-section-apps = Les applications dont les grabs sont recueillis, une par élément de la liste.
config-section-sync = Comment les grabs sont recueillis, et combien de temps ils sont gardés.
config-section-matching = Quel lien ou quel résultat de recherche appartient à un grab.
config-section-network = La patience envers les applications et Prowlarr. Les téléchargements par Prowlarr suivent leur propre calendrier, bien plus lent, pour ménager vos trackers.
config-section-torrents = Les fichiers .torrent récupérés et gardés.
config-section-feeds = La présentation des flux, et leur patience envers les clients.
config-section-auth = La connexion aux pages.
config-section-oidc = La connexion par un fournisseur OpenID Connect (Authelia, Authentik, Keycloak…). Section facultative ; si elle est là, elle est complète. Chez le fournisseur, donnez comme adresse de retour celle de ce service suivie de `/login/oidc/callback`.
config-section-cors = Les autres pages web autorisées à lire les réponses du service.
config-section-logging = Ce qui est consigné, comment et où.
config-section-metrics = Les mesures pour Prometheus.

## Clés
config-key-server-host = Adresse d’écoute. 127.0.0.1 ferme le service aux autres machines ; `::` ouvre aussi IPv6.
config-key-server-port = Port TCP d’écoute.
config-key-server-url-base = Chemin sous lequel un mandataire inverse sert grabfeed. Il précède toutes les adresses.
config-key-server-public-url = Adresse publique, nommée dans les flux et les webhooks. Son hôte est toujours accepté ; si elle est en https, toute requête vers elle l’est. Sans elle, c’est l’adresse que la requête a demandée.
config-key-server-allowed-hosts = Noms sous lesquels le service répond (en-tête Host), contre le détournement de DNS, outre public_url et localhost. Liste vide : les adresses, les noms sans point et ceux en .local, .lan, .home, .home.arpa, .internal, .intranet, .private, .localdomain ; tout autre nom doit être inscrit ici.
config-key-server-trusted-proxies = Mandataires qui sont crus : `X-Forwarded-For`, `-Proto` et `-Host`, ou `Forwarded` si aucun des trois n’est là. Ils doivent écrire eux-mêmes ces en-têtes et ne pas laisser passer ceux du client. Liste vide : aucun.
config-key-server-workers = Nombre de fils d’exécution qui servent les requêtes. Absent : un par processeur.
config-key-database-url = Base de données. Absente : fichier SQLite grabfeed.db du dossier de données. PostgreSQL permet plusieurs instances du service.
config-key-prowlarr-url = Adresse de Prowlarr vue de ce service, chemin compris. Les liens de téléchargement y sont ramenés.
config-key-prowlarr-api-key = Clé d’API de Prowlarr (Settings, General).
config-key-prowlarr-verify-tls = Si le certificat de Prowlarr est vérifié, quand l’adresse est en https. À ne désactiver que pour un certificat auto-signé sur le réseau de la maison ; `network.ca_file` est préférable. L’exception ne vaut que pour cette machine et ce port, si tout ce qui y est réglé la demande.
config-key-prowlarr-grab-sources = Programmes, en plus des applications réglées, dont les téléchargements par Prowlarr sont des grabs, sous le nom que leur donne l’historique de Prowlarr (Mylar3, LazyLibrarian). Tous les autres ne font que sonder et ne sont pas suivis : cross-seed, lecteurs RSS. Les grabs faits sur la page de Prowlarr comptent toujours.
config-key-jackett-url = Adresse de Jackett vue de ce service, chemin de base compris. Ses liens y sont téléchargés, quelle que soit l’adresse par laquelle l’application le connaît.
config-key-jackett-api-key = Clé d’API de Jackett, en haut de sa page. Après un changement, les liens gardés par les applications marchent avec la nouvelle.
config-key-apps-name = Nom de l’application, unique, sans égard à la casse. Il fait partie de l’adresse du webhook : /hooks/NOM.
config-key-apps-type = Quel programme c’est.
config-key-apps-url = Adresse de l’application vue de ce service, chemin compris.
config-key-apps-api-key = Clé d’API de l’application (Settings, General).
config-key-apps-verify-tls = Si le certificat de l’application est vérifié, quand l’adresse est en https. À ne désactiver que pour un certificat auto-signé sur le réseau de la maison ; `network.ca_file` est préférable. L’exception ne vaut que pour cette machine et ce port, si tout ce qui y est réglé la demande.
config-key-apps-enabled = Si l’application est interrogée et ses webhooks pris en compte.
config-key-apps-webhook-secret = Secret que les webhooks de l’application doivent présenter. Absent : un secret est créé une fois et gardé dans la base de données.
config-key-sync-mode = Par où les grabs arrivent. Les webhooks sont rapides mais peuvent se perdre ; seul l’historique garantit que rien ne manque.
config-key-sync-interval-seconds = Temps entre deux lectures des historiques. Plus court : plus rapide sans webhook, plus de requêtes.
config-key-sync-test-webhooks = Si une application qui a pu abandonner notre webhook (après notre démarrage, ou quand son historique montre un grab qu’aucun webhook n’a annoncé) est priée de le tester : cela met fin à son silence, qui peut durer une heure.
config-key-sync-lookback-days = Jusqu’où remonte la première lecture d’un historique. 0 : seulement ce qui arrive ensuite.
config-key-sync-retention-hours = Temps de conservation des grabs terminés et de leurs torrents (2160 : 90 jours). 0 : toujours.
config-key-sync-unfetched-retention-days = Temps de conservation d’un torrent qu’aucun client d’un flux n’a téléchargé. 0 : toujours. Sa fin est annoncée.
config-key-sync-unfetched-max-mb = Place que ces torrents peuvent occuper une fois passé le temps de conservation. Les plus anciens sont supprimés d’abord.
config-key-sync-auto-purge = Si ce qui dépasse ce temps est supprimé de lui-même. Sinon, seulement sur demande.
config-key-matching-min-score = Note minimale, sur 100, d’un résultat de recherche. Plus haut : moins d’erreurs, plus de grabs sans torrent.
config-key-matching-strict-hash = Si un torrent doit avoir l’empreinte (infohash) annoncée par l’application, quand elle est connue.
config-key-matching-allow-search = Si Prowlarr est interrogé, une fois, quand un grab n’a pas de lien utilisable.
config-key-matching-searches-per-hour = Combien de recherches un même indexeur reçoit en une heure, tous grabs confondus. Zéro : aucune.
config-key-matching-allow-magnets = Si un grab qui n’a qu’un lien magnet est publié ainsi. Sinon il est écarté avec ce motif.
config-key-network-retries = Essais d’un appel aux applications ou à Prowlarr, le premier compris.
config-key-network-backoff-seconds = Pause après le premier échec ; elle double ensuite, avec une part de hasard.
config-key-network-timeout-seconds = Temps maximal d’une réponse. Derrière un résolveur de défis, un indexeur peut dépasser une minute ; les applications elles-mêmes renoncent à 100 secondes.
config-key-network-link-sources = Autres machines de la maison d’où un lien peut être téléchargé, comme Jackett. Toute autre adresse privée est refusée, d’où que vienne le lien.
config-key-network-host-spacing-seconds = Temps minimal entre deux demandes de torrents à un même site, quand il n’est pas joint par Prowlarr. Prowlarr garde lui-même deux secondes.
config-key-network-ca-file = Fichier PEM d’autorités de certification à croire, en plus des publiques et de celles du système. Relatif au dossier de données.
config-key-torrents-max-size-mb = Taille maximale d’un fichier .torrent. Au-delà, le téléchargement est coupé et le grab échoue avec ce motif.
config-key-torrents-expose-static = Si /torrents liste et sert les fichiers, toujours derrière une authentification.
config-key-feeds-title = Titre du flux général ; les autres y ajoutent leur nom.
config-key-feeds-description = Description des flux. Vide : le nom du flux.
config-key-feeds-window = Nombre d’éléments d’un flux. Certains clients n’en gardent que 50 et oublient les autres : n’augmentez qu’en connaissant le vôtre.
config-key-auth-cookie-secure = Si le cookie de session ne voyage qu’en HTTPS. `auto` : selon la requête ; `true` : toujours, conseillé en production ; `false` : jamais.
config-key-auth-session-idle-hours = Durée pendant laquelle une session peut rester inutilisée.
config-key-auth-session-days = Durée maximale d’une session, même utilisée.
config-key-auth-proxy-header = En-tête par lequel un proxy nomme la personne qui s’est connectée chez lui, par exemple `Remote-User`. Il ne compte que s’il vient de `server.trusted_proxies` et nomme l’un de `auth.proxy_users` ; sinon il est retiré. Le proxy doit le retirer de ce qu’envoient les visiteurs.
config-key-auth-proxy-users = Les noms, dans `auth.proxy_header`, qui sont l’administrateur.
config-key-oidc-issuer-url = Adresse du fournisseur : `/.well-known/openid-configuration` se trouve dessous.
config-key-oidc-client-id = Nom sous lequel le fournisseur connaît ce service.
config-key-oidc-client-secret = Secret que le fournisseur a donné pour ce nom. Sans lui, ce service est un client public.
config-key-oidc-users = Qui peut se connecter comme administrateur : des adresses électroniques, qui ne comptent que si le fournisseur les a vérifiées, ou des sujets (la donnée `sub`). Écrivez `sub:` devant un sujet qui contient `@`.
config-key-oidc-scopes = Ce qui est demandé au fournisseur, séparé par des espaces.
config-key-oidc-name = Nom du fournisseur sur le bouton de la page de connexion.
config-key-auth-password-min-length = Le nombre minimal de caractères d’un nouveau mot de passe.
config-key-auth-setup-token = Ce que la première installation doit présenter, 20 caractères au moins. Absent : il en est créé un, écrit dans le fichier `setup-token` du dossier de données.
config-key-auth-admin-name = Le nom du compte à créer au premier démarrage, au lieu d’une installation ; avec `auth.admin_password`. Un compte existant n’est jamais modifié.
config-key-auth-admin-password = Le mot de passe de ce compte.
config-key-cors-allow-origins = Origines exactes autorisées à lire les réponses depuis un navigateur. Liste vide : aucune.
config-key-logging-level = Gravité minimale des entrées consignées.
config-key-logging-format = Une phrase par ligne, ou un objet JSON par ligne.
config-key-logging-file = Fichier qui reçoit aussi chaque entrée, en plus de la sortie d’erreur ; ce qui touche aux connexions, aux clés et aux flux va en plus dans un second fichier (grabfeed.security.log à côté de grabfeed.log). Relatif au dossier de données.
config-key-logging-language = Langue des journaux et de la ligne de commande, et des pages pour qui n’a rien choisi.
config-key-metrics-enabled = Si /metrics est servi.
