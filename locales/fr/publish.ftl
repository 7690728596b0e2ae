# Pourquoi un flux ne prend pas un torrent.
feed-refusal-app = Le flux ne prend pas les torrents de cette application.
feed-refusal-kind = Le flux ne prend pas les torrents de ce type d’application.
feed-refusal-indexer = Le flux ne prend pas les torrents de cet indexeur.
feed-refusal-category = Le flux ne prend pas cette catégorie.
feed-refusal-title = Le titre ne correspond pas au motif du flux.
feed-refusal-too-small = Le contenu est plus petit que la taille minimale du flux.
feed-refusal-too-large = Le contenu est plus grand que la taille maximale du flux.

# Pourquoi un filtre ne peut pas être enregistré.
feed-filter-pattern-too-long = Le motif du titre est trop long.
feed-filter-pattern-syntax = Le motif du titre n’est pas une expression régulière valide.
feed-filter-pattern-too-costly = Le motif du titre est trop complexe. Réduisez ses répétitions.
feed-filter-bad-list = Une liste du filtre est trop longue, ou l’une de ses valeurs est vide ou trop longue.
feed-filter-sizes-crossed = La taille minimale dépasse la taille maximale.
