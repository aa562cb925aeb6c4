"""How people say yes, on and off, in the languages that the bot speaks."""

from __future__ import annotations

YES = frozenset("yes y ja j oui si sí".split())
ON = YES | frozenset("on an ein allumé activé activée activer encendido activado activada activar".split())
OFF = frozenset(
    "off none no never aus kein keine nein nie non aucun aucune jamais désactivé désactivée désactiver desactive "
    "éteint ninguno ninguna nunca apagado apagada desactivado desactivada desactivar".split()
)
DEFAULT = frozenset("default usual reset standard normal défaut defaut".split()) | {"par défaut", "por defecto"}
