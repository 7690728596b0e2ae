# Les erreurs que les requêtes reçoivent.
problem-unauthorized = Identification requise : envoyez une clé dans l’en-tête X-Api-Key.
problem-wrong-webhook-secret = Le secret du webhook manque ou est faux. `grabfeed app webhook NOM` l’affiche : envoyez-le dans l’en-tête X-Webhook-Token, ou comme mot de passe.
problem-forbidden = Cette clé n’a pas le droit demandé. Créez-en une avec le bon droit.
problem-beyond-own-key = Une clé ne crée pas de clé qui ouvre plus qu’elle-même, ni pour plus longtemps : « field » dit lequel. Connectez-vous, ou utilisez la ligne de commande.
problem-key-in-query = Une clé dans l’adresse finit dans les journaux, elle est donc refusée : envoyez-la dans l’en-tête X-Api-Key ou Authorization.
problem-key-needed = Cette adresse est faite pour un client torrent, qui montre une clé d’API. Pour lire un flux dans le navigateur, créez-en un.
problem-not-found = Rien à cette adresse. Vérifiez qu’elle est complète et que le flux n’a pas été révoqué.
problem-gone = Ce torrent a été retiré.
problem-method-not-allowed = Cette adresse ne répond pas à cette méthode.
problem-bad-request = La requête est illisible. Vérifiez ses paramètres et son contenu.
problem-body-too-large = Le contenu envoyé est trop grand.
problem-body-too-slow = Le contenu envoyé arrive trop lentement.
problem-unsupported-encoding = Le contenu envoyé ne doit pas être compressé.
problem-bad-host = Le service ne répond pas sous ce nom d’hôte. Si c’est le sien, inscrivez-le dans server.public_url ou server.allowed_hosts.
problem-cross-site = Une autre page web a voulu agir à votre place : la demande est refusée. Rechargez la page et recommencez.
problem-content-type = Le contenu doit être du JSON, et l’en-tête Content-Type doit dire application/json.
problem-form-type = Le formulaire est illisible. Rechargez la page, puis recommencez.
problem-invalid-value = Une valeur ne convient pas : le champ « field » dit laquelle.
problem-name-taken = Ce nom est déjà pris. Choisissez-en un autre.
problem-conflict = L’état actuel ne le permet pas. Rechargez, puis recommencez.
problem-too-many-attempts = Trop d’essais ont échoué. Attendez un moment, puis recommencez.
problem-sign-in-failed = Le nom ou le mot de passe est faux.
problem-wrong-password = Le mot de passe actuel est faux.
problem-weak-password = Ce mot de passe est trop court ou trop connu. Prenez-en un plus long : une phrase de quelques mots convient.
problem-sign-in-over = Cette connexion n’a plus cours : elle a trop duré, est déjà terminée, ou a commencé dans un autre navigateur ou à une autre adresse. Recommencez depuis la page de connexion.
problem-not-allowed-here = La connexion par le fournisseur a échoué : il ne répond pas de vous, ou les réglages ne vous citent pas (oidc.users). Le journal dit ce qu’il en est.
problem-not-set-up = Il n’y a pas encore de compte. Terminez la première installation, puis connectez-vous.
problem-bad-setup-token = Le jeton d’installation est faux. Le journal dit dans quel fichier il se trouve.
problem-upstream-failed = Un service dont la réponse dépend ne répond pas comme prévu. Réessayez dans un moment.
problem-unavailable = Le service n’est pas disponible pour l’instant. Réessayez dans un moment.
problem-internal = Erreur interne. Le journal en dit plus, sous le même numéro de requête.

# Ce que dit le serveur dans le journal.
log-web-connections-full = Les { $connections } connexions sont toutes prises ; celles qui attendent sont fermées.
log-web-accept-failed = Le système ne donne plus de connexion : { $cause }. Vérifiez la limite de fichiers ouverts.
log-web-proxy-not-trusted = Un proxy à l’adresse { $address } est placé devant nous sans être déclaré : tous ses visiteurs comptent pour un seul. Ajoutez-le à server.trusted_proxies.
log-web-host-refused = Requête refusée : elle demande l’hôte { $host }, qui n’est pas l’un des nôtres. S’il l’est, nommez-le dans server.public_url ou server.allowed_hosts.
