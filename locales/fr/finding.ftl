# Ce qu’il faut savoir et peut être corrigé : ce qui est, puis ce qu’il faut faire.
finding-feed-fetches-nothing = Un client lit le flux « { $about } » et n’a rien téléchargé depuis le { $day } (torrents en attente : { $count }). Le plus souvent, sa règle de téléchargement est désactivée ou ne correspond à aucun titre : activez le téléchargement automatique dans le client.
finding-feed-unread = Aucun client n’a lu le flux « { $about } » depuis le { $day } (torrents en attente : { $count }). Donnez son adresse à un client, ou révoquez ce flux.
finding-unfetched-ends = Aucun client n’a téléchargé certains torrents du flux « { $about } » (nombre : { $count }) ; le premier sera supprimé le { $day }. Laissez un client les prendre, ou augmentez `sync.unfetched_retention_days`.
finding-unfetched-fills = Les torrents qu’aucun client n’a téléchargés occupent { $count } Mo, presque tout ce que permet `sync.unfetched_max_mb` : les plus anciens seront bientôt supprimés. Laissez un client les prendre, révoquez les flux que personne ne lit, ou augmentez la limite.
finding-unfetched-purged = Des torrents qu’aucun client n’avait téléchargés ont été supprimés (nombre : { $count }), le dernier le { $day }. Relancez-les dans l’application s’il vous les faut ; pour garder plus, augmentez `sync.unfetched_retention_days` ou `sync.unfetched_max_mb`.
finding-app-not-configured = { $about } télécharge par Prowlarr (téléchargements : { $count }) mais n’est pas parmi vos applications : ajoutez-la, sinon ses grabs ne sont pas publiés.
finding-webhooks-missed = Certains grabs de { $about } ne sont venus aujourd’hui que par son historique (nombre : { $count }) : son webhook n’arrive pas. Testez-le dans les réglages de l’application, sous « Connect ».
finding-webhooks-unconfirmed = Des webhooks de { $about } annoncent des grabs que son historique ne connaît pas (nombre : { $count }) ; les suivants ne sont plus pris. S’ils ne viennent pas de vous, quelqu’un a le secret du webhook : changez-le.
finding-history-fails = L’historique de { $about } ne peut pas être lu (dernière fois : { $day }). Vérifiez son adresse et sa clé avec `grabfeed app test`.
finding-searches-spent = Certains grabs attendent car les recherches de cette heure chez { $about } sont épuisées (nombre : { $count }). Augmentez `matching.searches_per_hour` si son tracker en permet davantage.
finding-never = jamais
