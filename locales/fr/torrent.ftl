# Ce que la vérification dit d’un fichier .torrent : ce qu’il est, ou pourquoi les clients le refuseraient.
torrent-inspect-accepted = { $file } : torrent valable.
torrent-inspect-refused = { $file } : refusé ({ $reason }). { $message }
torrent-inspect-name = Nom : { $name }
torrent-inspect-v1 = Infohash v1 : { $hash }
torrent-inspect-v2 = Infohash v2 : { $hash }
torrent-inspect-total = Taille : { $bytes ->
    [one] { $bytes } octet
   *[other] { $bytes } octets
}
torrent-inspect-files = Fichiers : { $files }
torrent-inspect-piece-length = Taille d’une pièce : { $bytes ->
    [one] { $bytes } octet
   *[other] { $bytes } octets
}
torrent-inspect-private = Torrent privé.
torrent-inspect-public = Torrent public.

torrent-file-unreadable = Le fichier ne peut pas être lu. Vérifiez son chemin et ses droits.
torrent-html-page = C’est une page web, pas un torrent : souvent une page de connexion ou d’erreur.
torrent-magnet-link = C’est un lien magnet, pas un torrent.
torrent-empty = Le fichier est vide.
torrent-not-a-dictionary = Ce n’est pas un torrent : le contenu n’est pas un dictionnaire bencodé.
torrent-missing-info = Ce n’est pas un torrent : le dictionnaire « info » manque.
torrent-truncated = Le fichier s’arrête avant la fin : le téléchargement a été coupé.
torrent-broken-bencoding = Le bencodage est cassé.
torrent-too-deep = Les listes et dictionnaires sont imbriqués plus profondément que ce que lisent les clients.
torrent-too-many-items = Le fichier contient plus d’éléments que ce que lisent les clients.
torrent-too-large-to-decode = Le fichier est plus gros que ce que lisent les clients.
torrent-not-canonical = Le dictionnaire « info » n’est pas écrit dans l’ordre et la forme que la version 2 exige.
torrent-unknown-version = La version de métadonnées (« meta version ») est inconnue.
torrent-missing-file-tree = L’arbre des fichiers (« file tree ») de la version 2 manque.
torrent-missing-meta-version = Il y a un arbre des fichiers (« file tree ») sans « meta version » 2.
torrent-invalid-piece-length = La taille des pièces (« piece length ») manque ou n’est pas permise.
torrent-missing-name = Le torrent ou l’un de ses fichiers n’a pas de nom.
torrent-too-many-pieces = Il y a plus de pièces que ce que les clients acceptent.
torrent-missing-pieces = Les empreintes des pièces (« pieces ») manquent.
torrent-wrong-pieces = Le nombre d’empreintes (« pieces ») ne correspond pas à la taille du contenu.
torrent-invalid-files = La liste ou l’arbre des fichiers est mal formé.
torrent-no-files = Le torrent ne contient aucun fichier.
torrent-invalid-length = La taille d’un fichier manque, est négative ou démesurée, ou tout est vide.
torrent-invalid-path = Le chemin d’un fichier contient autre chose que du texte.
torrent-path-too-deep = Le chemin d’un fichier a plus de niveaux que ce que les clients acceptent.
torrent-name-too-long = Le nom d’un fichier est plus long que ce que les clients acceptent.
torrent-too-many-duplicates = Trop de fichiers portent le même nom.
torrent-pad-file-in-tree = L’arbre des fichiers de la version 2 contient un fichier de remplissage.
torrent-missing-pieces-root = Un fichier de la version 2 n’a pas d’empreinte (« pieces root »).
torrent-inconsistent-hybrid = Torrent hybride incohérent : ses fichiers v1 et v2 diffèrent.
torrent-invalid-piece-layer = Une couche de pièces (« piece layers ») ne correspond à aucun fichier ou à une autre empreinte.
