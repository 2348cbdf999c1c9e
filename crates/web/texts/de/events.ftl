# Was Ereignisse sagen, nach ihrer Art.

event-key-rotated = Die Schlüssel, mit denen Token signiert werden, wurden ersetzt; die bisherigen bleiben veröffentlicht, bis ihr letztes Token abgelaufen ist.
event-member-added = Ein Benutzer wurde Mitglied eines Arbeitsbereichs.
event-member-changed = Die Rollen eines Mitglieds wurden geändert.
event-member-removed = Ein Benutzer ist nicht mehr Mitglied; was er für den Arbeitsbereich autorisiert hatte, gilt nicht mehr.
event-oauth2-client-created = Ein Client wurde erstellt, gleich auf welchem Weg.
event-oauth2-client-deleted = Ein Client wurde gelöscht; seine Token gelten nicht mehr.
event-oauth2-client-secret-rotated = Ein Client hat ein neues Secret erhalten.
event-oauth2-client-updated = Die Registrierung eines Clients wurde geändert.
event-oauth2-consent-granted = Ein Benutzer hat einem Client etwas erlaubt.
event-oauth2-consent-revoked = Was ein Benutzer einem Client erlaubt hatte, wurde widerrufen.
event-oauth2-grant-ended = Eine Autorisierung eines Clients wurde beendet; ihre Token gelten nicht mehr.
event-oauth2-token-issued = Ein Client hat ein Zugriffstoken erhalten.
event-oauth2-token-reuse-detected = Ein Refresh-Token kam noch einmal, nachdem es ersetzt worden war; vielleicht wurde es gestohlen. Die Autorisierung wurde beendet.
event-oauth2-token-revoked = Ein Client hat eines seiner Token widerrufen. Der Widerruf eines Refresh-Tokens beendet die Autorisierung.
event-user-sign-in-failed = Jemand hat vergeblich versucht, sich anzumelden.
event-user-signed-in = Ein Benutzer hat sich mit einem Browser angemeldet.
event-webhook-test = Wird auf Wunsch an einen einzelnen Webhook gesendet; geschehen ist nichts.
