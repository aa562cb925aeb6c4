"""How people say yes, on, off and all, in the languages that the bot speaks."""

from __future__ import annotations

YES = frozenset("yes y ja j oui si sí".split())
ON = YES | frozenset("on an ein allumé activé activée activer encendido activado activada activar".split())
OFF = frozenset(
    "off none no never aus kein keine nein nie non aucun aucune jamais désactivé désactivée désactiver desactive "
    "éteint ninguno ninguna nunca apagado apagada desactivado desactivada desactivar".split()
)
ALL = frozenset("all everything alle alles tout tous toute toutes todo todos toda todas".split())
DEFAULT = frozenset("default usual reset standard normal défaut defaut".split()) | {"par défaut", "por defecto"}
