# L’arrêt du programme.
log-ops-panicked = Défaut de grabfeed ({ $place } : { $cause }). Le service continue ; merci de le signaler.
log-log-repeated = { $kind } est revenu { $times } fois de plus depuis { $network } en une minute : compté seulement.
log-ops-readable-by-others = D’autres utilisateurs de cette machine peuvent lire { $file } (mode { $mode }), qui contient des clés et des passkeys. Donnez-lui le mode 0600.
log-ops-stopping = Arrêt demandé : fin du travail en cours, { $deadline_seconds } secondes au plus.
log-ops-stopped = Arrêt terminé.
log-ops-stopped-in-a-hurry = Arrêt terminé, mais du travail en cours a dû être interrompu. Il reprendra au démarrage.
log-ops-stopped-with-work-left = Arrêt forcé : { $tasks ->
    [one] une tâche n’a
   *[other] { $tasks } tâches n’ont
} pas fini à temps. Le travail reprendra au démarrage.
