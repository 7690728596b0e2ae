# Les pages.
page-skip = Aller au contenu
page-nav = Pages
page-home-title = Vue d’ensemble
page-login-title = Se connecter
page-setup-title = Installation
page-account-title = Compte
page-problem-title = Un problème est survenu
page-sign-in = Se connecter
page-sign-in-with = Se connecter avec { $name }
page-sign-out = Se déconnecter
page-or = ou
page-name = Nom
page-password = Mot de passe
page-password-again = Le même, encore une fois
page-password-help = Une phrase de quelques mots convient. Les mots de passe courts ou connus sont refusés.
page-password-current = Mot de passe actuel
page-password-new = Nouveau mot de passe
page-passwords-differ = Les deux mots de passe ne sont pas les mêmes.
page-plain-http = Cette page arrive sans HTTPS : sur le réseau, d’autres peuvent lire ce que vous tapez. Placez grabfeed derrière un serveur mandataire avec HTTPS.
page-setup-intro = Créez le compte de l’administrateur. Cette page disparaît ensuite pour toujours.
page-setup-token = Jeton d’installation
page-setup-token-help = Il se trouve dans le fichier setup-token du dossier des données, ou dans votre réglage auth.setup_token.
page-setup-create = Créer le compte
page-home-ready = { $count ->
    [one] grab publié
   *[other] grabs publiés
}
page-home-pending = { $count ->
    [one] en attente
   *[other] en attente
}
page-home-failed = { $count ->
    [one] échec
   *[other] échecs
}
page-home-skipped = { $count ->
    [one] laissé de côté
   *[other] laissés de côté
}
page-home-intro = Les flux, les grabs et les réglages se gèrent pour l’instant par l’API et par la ligne de commande.
page-home-api = Description de l’API (OpenAPI)
page-home-account = Sessions et mot de passe
page-sessions = Sessions
page-sessions-intro = Partout où vous êtes connecté. Mettez fin à celles que vous ne reconnaissez pas, puis changez de mot de passe.
page-session-network = Réseau
page-session-client = Navigateur
page-session-method = Connexion
page-session-began = Début
page-session-used = Dernier usage
page-session-present = Celle-ci
page-session-end = Terminer
page-session-method-password = mot de passe
page-session-method-oidc = OpenID Connect
page-sessions-end-others = Terminer toutes les autres
page-change-password = Changer le mot de passe
page-done-password = Le mot de passe est changé ; toutes les autres sessions sont terminées.
page-done-sessions = C’est fait.
page-problem-request = Numéro de la requête, pour retrouver ce qu’en dit le journal : { $id }
page-problem-back = Retour à la vue d’ensemble
log-web-page-failed = Une page n’a pas pu être écrite : { $cause }.
