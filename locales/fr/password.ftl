### Le compte : nouveaux mots de passe, première installation, commandes.

## Pourquoi un nouveau mot de passe est refusé.

password-too-short = Ce mot de passe est trop court : il faut au moins { $min } caractères.
password-too-long = Ce mot de passe est trop long : { $max } octets au plus.
password-known = Ce mot de passe est de ceux que l’on devine en premier. Une phrase de quelques mots qui n’appartiennent qu’à vous convient.
password-made-of-names = Ce mot de passe est fait de noms que chacun essaierait : celui du compte, de la machine ou du produit.

## Le démarrage.

start-admin-incomplete = auth.admin_name et auth.admin_password vont ensemble : donnez les deux ou aucun.
start-admin-name = auth.admin_name ne peut pas être le nom d’un compte : une ligne de 64 caractères au plus.
start-admin-password = auth.admin_password ne convient pas. { $name }
start-setup-token = auth.setup_token est trop court : il faut au moins 20 caractères.
start-setup-token-file = Le fichier du jeton d’installation ne peut pas être écrit : { $name }. Vérifiez les droits du dossier de données.
log-auth-no-administrator = Il n’y a pas encore de compte. Pour le créer, présentez le jeton d’installation : { $shown_by }.
log-auth-administrator-made = Le compte est créé ({ $by }).
log-auth-admin-settings-unused = Il y a un compte : auth.admin_name et auth.admin_password n’y changent rien.
log-auth-setup-token-file-stays = Le fichier du jeton d’installation ne peut pas être supprimé. Il n’ouvre plus rien.
log-auth-setup-refused = Une installation avec un mauvais jeton est refusée ({ $address }).
log-auth-setup-throttled = Trop d’installations avec un mauvais jeton : mise en attente ({ $address }).

## Les commandes.

cli-user = Le compte.
cli-user-set-password = Lit un mot de passe sur l’entrée standard, une ligne ; crée le compte, ou change son mot de passe et met fin à toutes ses sessions.
cli-user-set-password--name = Le nom du compte.
cli-user-show = Montre le compte.
cli-user-created = Le compte { $name } est créé.
cli-user-password-changed = Le mot de passe de { $name } est changé ; toutes les sessions sont closes.
cli-user-other-name = Le compte s’appelle { $name }.
cli-user-bad-name = Ceci ne peut pas être le nom d’un compte : une ligne visible de 64 caractères au plus.
cli-user-bad-password = Aucun mot de passe n’a pu être lu : une ligne de texte UTF-8 est attendue sur l’entrée standard.
cli-user-busy = La machine n’a plus assez de mémoire pour calculer une empreinte. Réessayez.
cli-user-none = Il n’y a pas encore de compte.
cli-column-created = Créé
cli-column-password-changed = Mot de passe changé
